"""`cypp demo` on a data folder: a simulated authority whole or not at all, apart from real extracts, and gone again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner, Result

from orchestration import demo, durable
from orchestration.cli import app
from orchestration.demo import write
from orchestration.demo.areas import Area
from orchestration.demo.education.write import NATIONAL_SOURCES
from orchestration.intake.kept.partitions import partitions_of
from orchestration.intake.landing import OLD_MARK, scan
from orchestration.intake.marks import MARK, write_mark
from orchestration.ledger.ledger import Ledger, SubmissionVersion, now
from orchestration.night import removal, steps, synthetic
from orchestration.night.progress import Progress
from orchestration.night.recovery import alone_in
from orchestration.night.synthetic import Wanted, write_extracts
from orchestration.settings import DataFolder
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.mounted import mount
from tests.nights import AT_ONCE
from tests.story import copy_data

TINY = Area("E09000003", "A tiny borough", {2020: 5_000.0}, dfe_code="302")
AREAS = {"annex_a": CAMDEN, "population": "national"}


def _pretend_demo(landing: Path, *months: str) -> None:
    """Marked extracts, as small as the tests' own."""
    for month in months:
        write_mark(extracts.write_submission(landing, BARNET, "annex_a", month))


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the simulation, which takes seconds."""

    def write_demo(folder: Path, *, months: int, progress: Progress, **_: object) -> None:
        for number in range(months):
            _pretend_demo(folder / "landing", f"2024-{number + 1:02}")
            progress("Demo extracts", number + 1, months)
        for source in NATIONAL_SOURCES:
            place = folder / "landing" / "national" / source / "2024-04"
            extracts.write_bytes(place / "invented.csv", b"a,b")
            write_mark(place)

    monkeypatch.setattr(demo, "write_demo", write_demo)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def silent(step: str, done: int, total: int) -> None:
    """No progress shown."""


def cypp(folder: DataFolder, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(folder.root)])


def files(folder: DataFolder) -> set[str]:
    """What stands in a data folder, but for locks."""
    found = (path for path in folder.root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder.root).as_posix() for path in found}


def _write(folder: DataFolder, months: int, last: str = "2024-04") -> None:
    with alone_in(folder) as ledger:
        write_extracts(folder, ledger, Wanted(last, months=months), silent)


def _take_in(folder: DataFolder, *, is_read: bool = False) -> tuple[set[str], list[str]]:
    """The folders that are known after a taking-in, and what was said of landing; to read them takes seconds."""
    with alone_in(folder) as ledger:
        landing = steps.look_at_landing(folder, AT_ONCE)
        for source in ("annex_a", "population") if is_read else ():
            steps.take_in_source(folder, AT_ONCE, source)
        for one in landing.submissions if not is_read else ():
            moment = now()
            version = SubmissionVersion(
                *one.name, one.folder_as_at, moment, moment, "accepted", "", is_synthetic=one.is_synthetic
            )  # fmt: skip
            ledger.record_version("received", version)
        known = {"/".join(version.name[:3]) for version in ledger.versions()}
    return known, [finding.text() for finding in landing.findings]


# ---------------------------------------------------------------- written


@time_machine.travel("2024-05-01")
def test_extracts_reach_to_last_month_and_every_folder_is_marked(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "choose_areas", lambda number, *_: [TINY] * number)

    said = cypp(folder, "demo", "--months", "2", "--if-empty")

    landing = scan(folder.landing, 0)
    months = {(found.source, found.folder_month) for found in landing.submissions}
    assert (said.exit_code, "up to 2024-04" in said.stdout) == (0, True)
    assert {month for source, month in months if source == "annex_a"} == {"2024-03", "2024-04"}
    assert landing.findings == ()
    assert all(found.is_synthetic for found in landing.submissions)
    assert len(synthetic.marked_folders(folder)) == len(landing.submissions)
    assert not (folder.work / "demo").exists()


def test_months_are_enough_for_the_longest_window() -> None:
    assert Wanted("2024-04").months == 36


@pytest.mark.parametrize("name", ["notes.txt", "E09000003/annex_a/2025-03/unreadable.xlsx", "national/gias/2025-03/a.csv"])  # fmt: skip
def test_only_where_nothing_is_nothing_is_put_beside_a_file_of_somebody(
    folder: DataFolder, name: str
) -> None:
    path = extracts.write_bytes(folder.landing / name, b"")

    said = cypp(folder, "demo", "--if-empty")

    assert (said.exit_code, "no demo written" in said.stdout) == (0, True)
    assert [found for found in folder.landing.rglob("*") if found.is_file()] == [path]


@pytest.mark.usefixtures("_quick")
def test_empty_folders_and_what_systems_leave_are_no_extracts(folder: DataFolder) -> None:
    (folder.landing / "E09000003" / "annex_a").mkdir(parents=True)
    (folder.landing / ".gitkeep").touch()

    assert cypp(folder, "demo", "--months", "1", "--if-empty").exit_code == 0
    assert list(folder.landing.rglob("*.xlsx"))


@pytest.mark.usefixtures("_quick")
def test_what_was_half_written_never_reaches_landing(folder: DataFolder) -> None:
    def full(step: str, done: int, total: int) -> None:
        if done == 2:
            raise OSError("no space left")

    with alone_in(folder) as ledger, pytest.raises(OSError, match="no space left"):
        write_extracts(folder, ledger, Wanted("2024-04", months=3), full)
    assert not list(folder.landing.iterdir())
    _write(folder, 3)
    assert len(list(folder.landing.rglob("*.xlsx"))) == 3


class Killed(BaseException):
    """As if the process had died: nothing catches it."""


def _dies_at(call: int, function: Callable[..., object]) -> Callable[..., object]:
    calls = 0

    def dying(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        return function(*arguments)

    return dying


@pytest.mark.usefixtures("_quick")
def test_demo_that_was_killed_on_its_way_into_landing_is_whole_for_whoever_comes_next(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(synthetic, "put_folder", _dies_at(3, synthetic.put_folder))
        _write(folder, 3)
    assert len(synthetic.marked_folders(folder)) == 2

    with alone_in(folder):
        pass

    assert len(list(folder.landing.rglob("*.xlsx"))) == 3
    assert not (folder.work / "demo").exists()


def _half_gone(folder: Path, **_: object) -> None:
    """What a process leaves that dies as it removes a folder."""
    if folder.name.startswith(".") and folder.exists():
        min(path for path in folder.iterdir() if path.suffix == ".xlsx").unlink()
        raise Killed


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(
    ("owner", "name", "how"),
    [
        (durable.shutil, "copyfile", lambda original: _dies_at(3, original)),
        (durable, "_emptied_neighbour", lambda original: _dies_at(4, original)),
        (durable.shutil, "rmtree", lambda _: _half_gone),
    ],
    ids=["amid the copy", "before it is removed", "amid the removal"],
)
def test_demo_finds_its_way_into_a_landing_on_another_file_system(
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    how: Callable[[Callable[..., object]], Callable[..., object]],
) -> None:
    folder.create()
    mount(monkeypatch, folder.landing)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(owner, name, how(getattr(owner, name)))
        _write(folder, 3)

    landing = scan(folder.landing, 0)
    assert landing.findings == ()
    assert all(one.is_synthetic for one in landing.submissions)

    with alone_in(folder):
        pass

    landing = scan(folder.landing, 0)
    months = sorted(one.folder_month for one in landing.submissions if one.source == "annex_a")
    assert (landing.findings, months) == ((), ["2024-01", "2024-02", "2024-03"])
    assert all(one.is_synthetic for one in landing.submissions)
    assert not [path for path in folder.landing.rglob(".*") if path.is_dir()]
    assert not (folder.work / "demo").exists()


# ---------------------------------------------------------------- apart from real extracts


@pytest.mark.parametrize("landed", [(), ("E09000003/annex_a",), (".gitkeep",)])
def test_run_without_extracts_says_what_to_do_and_makes_nothing(
    folder: DataFolder, landed: tuple[str, ...]
) -> None:
    for name in landed:
        (folder.landing / name).mkdir(parents=True)
    before = sorted(folder.root.parent.rglob("*"))

    said = cypp(folder, "run")

    assert said.exit_code == 1
    assert f"{folder.landing} holds no extracts: put them into landing/" in said.stderr
    assert "`cypp demo`" in said.stderr
    assert sorted(folder.root.parent.rglob("*")) == before


@pytest.mark.parametrize("is_taken_in", [False, True])
def test_no_demo_beside_real_extracts(folder: DataFolder, is_taken_in: bool) -> None:
    place = extracts.write_submission(folder.landing, CAMDEN, "annex_a", "2025-03")
    if is_taken_in:
        _take_in(folder)
        shutil.rmtree(place)

    said = cypp(folder, "demo", "--months", "1")

    assert (said.exit_code, "holds real extracts" in said.stderr) == (2, True)
    assert not synthetic.marked_folders(folder)


@pytest.mark.usefixtures("_quick")
def test_real_national_files_stay_beside_a_demo(folder: DataFolder) -> None:
    places = [folder.landing / "national" / source / "2024-04" for source in NATIONAL_SOURCES]
    for place in places:
        extracts.write_bytes(place / "real.csv", b"a,b\n1,2\n")

    _write(folder, 1)

    assert [[path.name for path in place.iterdir()] for place in places] == [["real.csv"]] * 2
    assert list(folder.landing.rglob("*.xlsx"))


def test_real_extract_beside_a_demo_waits_until_the_demo_is_removed(folder: DataFolder) -> None:
    folder.create()
    _pretend_demo(folder.landing, "2025-02", "2025-03")
    for source, area in AREAS.items():
        extracts.write_submission(folder.landing, area, source, "2025-03")

    known, told = _take_in(folder)

    invented = {f"{BARNET}/annex_a/2025-02", f"{BARNET}/annex_a/2025-03"}
    national, real = "national/population/2025-03", f"{CAMDEN}/annex_a/2025-03"
    assert known == {*invented, national}
    assert [line for line in told if real in line and "cypp demo --remove" in line] == told
    assert steps.landing_seen(folder).areas == (BARNET,)
    assert synthetic.is_synthetic(Ledger(folder.ledger))

    # Though somebody has taken the demo's files away: what came of them is still there.
    shutil.rmtree(folder.landing / BARNET)
    assert _take_in(folder)[0] == {*invented, national}

    assert cypp(folder, "demo", "--remove").exit_code == 0
    assert _take_in(folder) == ({national, real}, [])
    assert not synthetic.is_synthetic(Ledger(folder.ledger))


def test_file_that_is_put_into_a_folder_of_the_demo_is_no_demo(folder: DataFolder) -> None:
    folder.create()
    _pretend_demo(folder.landing, "2025-02", "2025-03")
    real = folder.landing / BARNET / "annex_a" / "2025-03" / "list_1.csv"
    extracts.write_bytes(real, b"ours")

    known, told = _take_in(folder)
    said = cypp(folder, "demo", "--remove")

    assert known == {f"{BARNET}/annex_a/2025-02"}
    assert [f"{BARNET}/annex_a/2025-03" in line for line in told] == [True]
    assert "1 file(s) that the demo had not written stay" in said.stdout
    assert [path for path in folder.landing.rglob("*") if path.is_file()] == [real]


def test_demo_that_is_put_beside_real_extracts_is_not_taken_in(folder: DataFolder) -> None:
    extracts.write_submission(folder.landing, CAMDEN, "annex_a", "2025-03")
    _take_in(folder)
    _pretend_demo(folder.landing, "2025-03")

    known, told = _take_in(folder)

    assert known == {f"{CAMDEN}/annex_a/2025-03"}
    assert any(f"{BARNET}/annex_a/2025-03" in line for line in told)


# ---------------------------------------------------------------- removed


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A demo and a national file, taken in; tests copy it."""
    folder = DataFolder(tmp_path_factory.mktemp("used") / "data")
    folder.create()
    _pretend_demo(folder.landing, "2025-02", "2025-03")
    extracts.write_submission(folder.landing, "national", "population", "2025-03")
    _take_in(folder, is_read=True)
    return folder


@pytest.fixture
def used(taken_in: DataFolder, folder: DataFolder) -> DataFolder:
    """The same with settings and what runs and people leave."""
    copy_data(taken_in.root, folder.root)
    for name in ("warehouse/warehouse.duckdb", "warehouse/.parquet-r1/a.parquet", ".outputs-r1/2025-03/public/a.html",
                 "ledger/first_reported/r1.parquet", "ledger/issues/r1.parquet", "ledger/printed/r1.parquet", "ledger/issued_packs/2025-03-r1/a.html",
                 "quality/worklists/a.xlsx", "restricted/account/run.json", ".work/build.duckdb"):  # fmt: skip
        extracts.write_bytes(folder.root / name, b"made of the demo")
    folder.outputs.symlink_to(".outputs-r1")
    ledger = Ledger(folder.ledger)
    ledger.record_run("started", "r1", {"as_at": "2025-04-10", "code_version": "1", "received_by": None})  # fmt: skip
    ledger.record_run("published", "r1", {})
    ledger.issue(folder.ledger / "issued_packs" / "2025-03-r1")
    (folder.root / "settings.toml").write_text("[gate]\nvolume_check = false\n")
    return folder


def _assert_only_the_national_file_is_left(folder: DataFolder) -> None:
    ledger = Ledger(folder.ledger)
    [national] = ledger.versions()
    assert national.area_code == "national"
    assert (ledger.published_runs(), ledger.runs(), ledger.being_removed()) == ([], [], None)
    ledger.check_packs()
    partitions = partitions_of(folder, ledger)
    own = {path.relative_to(folder.root).as_posix() for one in partitions for path in one.paths()}
    assert {one.area_code for one in partitions} <= {"national", "none"}
    left = {name for name in files(folder) - own if "/national/" not in name}
    assert left == {"settings.toml", "ledger/ledger.sqlite3", ".ledger_head", "restricted/hmac.key"}
    assert [path for one in partitions for path in one.damaged()] == []
    assert not folder.outputs.is_symlink()


def test_demo_goes_with_all_that_came_of_it_and_the_rest_stays(used: DataFolder) -> None:
    key = (used.restricted / "hmac.key").read_bytes()

    said = cypp(used, "demo", "--remove", "--by", "Ada")

    assert said.exit_code == 0
    assert f"Removed the demo of {BARNET}: 2 extracts in landing, 2 versions" in said.stdout
    _assert_only_the_national_file_is_left(used)
    assert (used.restricted / "hmac.key").read_bytes() == key
    acts = [(act.by, act.act) for act in Ledger(used.ledger).trail()]
    assert acts[-1] == ("Ada", "demo --remove")
    assert [act for _, act in acts[:-1]] == ["run started", "run published"]
    assert "nothing removed" in cypp(used, "demo", "--remove").stdout


@pytest.mark.parametrize("call", [1, 4, 9, 14, 20])
def test_removal_that_was_killed_is_finished_by_whoever_comes_next(
    used: DataFolder, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(removal, "remove", _dies_at(call, removal.remove))
        with alone_in(used) as ledger:
            removal.remove_demo(used, ledger, "Ada")

    with alone_in(used):
        pass

    _assert_only_the_national_file_is_left(used)


def test_the_same_demo_can_be_written_and_taken_in_again(used: DataFolder) -> None:
    cypp(used, "demo", "--remove")
    _pretend_demo(used.landing, "2025-03")

    known, told = _take_in(used)

    assert (known, told) == ({f"{BARNET}/annex_a/2025-03", "national/population/2025-03"}, [])
    assert synthetic.is_synthetic(Ledger(used.ledger))


# ---------------------------------------------------------------- data folders of version 0.2


def test_old_mark_becomes_one_per_folder_but_for_files_that_do_not_say_that_they_are_invented(
    folder: DataFolder,
) -> None:
    for area, source in ((BARNET, "annex_a"), (BARNET, "ssda903"), ("national", "population")):
        extracts.write_submission(folder.landing, area, source, "2025-03")
    extracts.write_bytes(folder.landing / BARNET / "nccis" / "2025-03" / "a.csv", b"a,b\n1,2\n")
    real = extracts.write_submission(folder.landing, CAMDEN, "ssda903", "2025-03")
    for path in real.iterdir():
        path.write_bytes(path.read_bytes().replace(b"SYN", b"77"))
    _take_in(folder)
    (folder.landing / OLD_MARK).write_text("SYNTHETIC\n")

    with alone_in(folder) as ledger:
        marked = {place.relative_to(folder.landing).as_posix() for place in synthetic.marked_folders(folder)}  # fmt: skip
        flagged = {
            "/".join(version.name[:3]) for version in ledger.versions() if version.is_synthetic
        }

    assert marked == {f"{BARNET}/{source}/2025-03" for source in ("annex_a", "ssda903", "nccis")}
    assert flagged == marked
    assert not (folder.landing / OLD_MARK).exists()
    assert set(synthetic.DEMO_OF_NATIONAL) == set(NATIONAL_SOURCES)


def test_months_that_there_are_not_are_wrong_usage(folder: DataFolder) -> None:
    said = cypp(folder, "demo", "--last", "1999-01")

    assert (said.exit_code, "first month must be" in said.stderr) == (2, True)
    assert not [name for name in files(folder) if name.startswith("landing")]


def test_mark_lists_what_it_is_about(folder: DataFolder) -> None:
    _pretend_demo(folder.landing, "2025-03")
    [place] = synthetic.marked_folders(folder)
    notice, *lines = (place / MARK).read_text(encoding="utf-8").splitlines()
    assert notice.startswith("# SYNTHETIC")
    assert [line.partition("  ")[2] for line in lines] == ["Annex A.xlsx"]


def test_unreachable_landing_gets_no_demo(folder: DataFolder, tmp_path: Path) -> None:
    folder.root.mkdir()
    folder.landing.symlink_to(tmp_path / "share that is offline")

    assert cypp(folder, "demo", "--if-empty").exit_code == 1
