"""What in landing is whole: a copy that is still under way, or stalled, waits; one wait for all folders."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.intake import landing
from orchestration.intake.landing import Landing, scan
from orchestration.night import steps
from orchestration.night.errors import NothingPublished
from orchestration.settings import ConfigurationError, DataFolder, Settings, load_settings

BARNET, CAMDEN = "E09000003", "E09000007"
NOBODY = 65534
WHOLE = b"a,b\n1,2\n"
Change = Callable[[Path], object]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two submissions of two files each, as old as a copy that keeps the times of its originals makes them."""
    made = tuple(tmp_path / area / "ssda903" / "2025-03" for area in (BARNET, CAMDEN))
    for folder in made:
        folder.mkdir(parents=True)
        for name in ("episodes.csv", "header.csv"):
            (folder / name).write_bytes(WHOLE)
            os.utime(folder / name, (1, 1))
    return made[0], made[1]


def look(
    root: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Change
) -> tuple[Landing, list[float]]:
    """Look at landing while something happens, and how long was waited, each time."""
    waited: list[float] = []

    def pass_time(seconds: float) -> None:
        waited.append(seconds)
        meanwhile(root)

    monkeypatch.setattr(landing.time, "sleep", pass_time)
    return scan(root, 2), waited


def _written_again_with_its_old_time(path: Path) -> None:
    path.write_bytes(WHOLE[::-1])
    os.utime(path, (1, 1))


CHANGES: dict[str, Change] = {
    "grows": lambda folder: (folder / "header.csv").write_bytes(WHOLE * 2),
    "is cut": lambda folder: (folder / "header.csv").write_bytes(b""),
    "has another time": lambda folder: os.utime(folder / "header.csv", (2, 2)),
    "same size and time": lambda folder: _written_again_with_its_old_time(folder / "header.csv"),
    "comes": lambda folder: (folder / "missing.csv").write_bytes(WHOLE),
    "its manifest comes": lambda folder: (folder / "_manifest.csv").write_bytes(WHOLE),
    "goes": lambda folder: (folder / "header.csv").unlink(),
    "gets its name": lambda folder: (folder / "header.csv").rename(folder / "z.csv"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_extract_of_which_a_file_changes_waits_for_the_next_run(
    change: Change,
    folders: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen, _ = look(tmp_path, monkeypatch, lambda _: change(folders[0]))

    assert [one.area_code for one in seen.submissions] == [CAMDEN]
    [finding] = seen.findings
    assert (finding.rule, finding.severity) == ("STILL_WRITING", "wait")
    assert finding.folder == f"{BARNET}/ssda903/2025-03"
    again, _ = look(tmp_path, monkeypatch, lambda _: None)
    assert [one.area_code for one in again.submissions] == [BARNET, CAMDEN]
    assert again.findings == ()
    # so that the run after this one does not take it for what stands already
    assert again.state != seen.state


def test_folder_that_goes_while_it_is_looked_at_waits(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, _ = look(tmp_path, monkeypatch, lambda _: folders[0].rename(tmp_path / BARNET / "other"))

    assert [one.area_code for one in seen.submissions] == [CAMDEN]
    assert "STILL_WRITING" in [finding.rule for finding in seen.findings]


def test_all_folders_wait_together_and_an_empty_landing_not_at_all(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, waited = look(tmp_path, monkeypatch, lambda _: None)
    (tmp_path / "empty").mkdir()
    _, waited_for_none = look(tmp_path / "empty", monkeypatch, lambda _: None)

    assert len(seen.submissions) == 2
    assert waited == [2]
    assert waited_for_none == []


@pytest.fixture
def share() -> Iterator[Path]:
    """A landing that other accounts may look into, too, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        for area in (BARNET, CAMDEN):
            place = Path(made) / area / "ssda903" / "2025-03"
            place.mkdir(parents=True)
            (place / "episodes.csv").write_bytes(WHOLE)
        yield Path(made)
        for path in (Path(made), *Path(made).rglob("*")):
            path.chmod(0o755)


@contextmanager
def as_another_account() -> Generator[None]:
    """Nothing is forbidden to root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
@pytest.mark.parametrize("closed", ["", "/ssda903", "/ssda903/2025-03"])
def test_folder_that_cannot_be_opened_stops_what_is_in_it_only(
    closed: str, mode: int, share: Path
) -> None:
    with as_another_account():
        before = landing.landing_state(share)
    (share / f"{BARNET}{closed}").chmod(mode)
    with as_another_account():
        seen = scan(share, 0)

    assert [one.area_code for one in seen.submissions] == [CAMDEN]
    [finding] = seen.findings
    assert (finding.rule, finding.severity) == ("NOT_READABLE", "wait")
    assert "the folder cannot be opened, so what is in it waits" in finding.text()
    assert "Check the permissions of the folder" in finding.text()
    assert seen.state != before


def test_landing_that_cannot_be_looked_into_is_not_an_empty_one(share: Path) -> None:
    share.chmod(0)
    with as_another_account(), pytest.raises(PermissionError):
        scan(share, 0)
    share.chmod(0o755)
    with pytest.raises(FileNotFoundError, match="is its share mounted"):
        scan(share / "gone", 0)


def test_quiet_seconds_are_a_setting(tmp_path: Path) -> None:
    assert load_settings(tmp_path).quiet.seconds == 2
    (tmp_path / "settings.toml").write_text("[quiet]\nseconds = 30\n")
    assert load_settings(tmp_path).quiet.seconds == 30
    (tmp_path / "settings.toml").write_text("[quiet]\nseconds = -1\n")
    with pytest.raises(ConfigurationError, match=r"quiet\.seconds"):
        load_settings(tmp_path)


def test_run_that_has_nothing_but_an_extract_that_waits_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    place = folder.landing / BARNET / "ssda903" / "2025-03"
    place.mkdir(parents=True)
    (place / "episodes.csv").write_bytes(WHOLE)
    monkeypatch.setattr(
        landing.time, "sleep", lambda _: (place / "episodes.csv").write_bytes(WHOLE * 2)
    )

    steps.look_at_landing(folder, Settings())

    with pytest.raises(NothingPublished, match=rf"{BARNET}/ssda903/2025-03.*still being written"):
        steps.write_run(folder, Settings(), steps.today())


# ---------------------------------------------------------------- areas of a region


def _region(root: Path) -> tuple[Path, Path]:
    """A submission of a region, and the landing of the data folder of its area, which leads to it."""
    submission = root / "landing" / BARNET / "ssda903" / "2025-03"
    submission.mkdir(parents=True)
    (submission / "header.csv").write_bytes(WHOLE)
    own = root / landing.AREAS / BARNET / "landing"
    own.mkdir(parents=True)
    (own / BARNET).symlink_to(f"../../../landing/{BARNET}")
    return submission, own


def test_area_of_a_region_sees_the_regions_extracts_of_it(tmp_path: Path) -> None:
    submission, own = _region(tmp_path)
    found = scan(own, 0)
    assert [one.name[:3] for one in found.submissions] == [(BARNET, "ssda903", "2025-03")]
    assert (found.areas, found.findings) == ((BARNET,), ())

    before = landing.landing_state(own)
    (submission / "header.csv").write_bytes(WHOLE * 2)
    assert landing.landing_state(own) != before


def test_extracts_that_have_gone_from_the_region_wait_and_it_is_said(tmp_path: Path) -> None:
    submission, own = _region(tmp_path)
    (submission / "header.csv").unlink()
    for folder in (submission, submission.parent, submission.parents[1]):
        folder.rmdir()
    found = scan(own, 0)
    assert [(one.rule, one.severity) for one in found.findings] == [("NOT_READABLE", "wait")]
    assert found.submissions == ()


@pytest.mark.parametrize(
    ("name", "target"),
    [(CAMDEN, f"../../../landing/{BARNET}"), (CAMDEN, "../../../elsewhere"), (CAMDEN, "/etc"), (f"{BARNET}/ks2", "/etc")],
)  # fmt: skip
def test_no_other_link_is_followed(tmp_path: Path, name: str, target: str) -> None:
    submission, own = _region(tmp_path)
    place = submission.parents[1] / "ks2" if "/" in name else own / name
    place.symlink_to(target)
    found = scan(own, 0)
    assert [one.rule for one in found.findings] == ["NOT_A_FILE"]
    assert [one.area_code for one in found.submissions] == [BARNET]
