"""The same seed, months and last month give the same bytes, whenever and with whatever else is written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import time_machine

from orchestration.demo import write, write_demo
from orchestration.demo.areas import Area
from orchestration.demo.days import parse_month
from orchestration.demo.history import simulate
from orchestration.demo.write import Extract, write_extract
from orchestration.intake.marks import MARK

TINY = Area("E09000002", "A tiny borough", {2020: 5_000.0}, dfe_code="301")
SOCIAL_CARE = ("annex_a", "ssda903", "cin_census")
OTHER = Area("E09000004", "Another tiny borough", TINY.children, dfe_code="303")


@pytest.fixture(autouse=True)
def _tiny_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "choose_areas", lambda number, *_: [TINY, OTHER][:number])


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The extracts of three months, by seed 1."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "choose_areas", lambda *_: [TINY])
        return written(tmp_path_factory.mktemp("usual"))


@pytest.fixture(scope="module")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The extracts of the last of them alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "choose_areas", lambda *_: [TINY])
        return written(tmp_path_factory.mktemp("one_month"), months=1)


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def written(folder: Path, seed: int = 1, months: int = 3, last: str = "2024-03") -> dict[str, str]:
    write_demo(folder, seed=seed, months=months, last=last, progress=lambda step, done, total: None)
    return hashes(folder)


def test_same_seed_gives_same_bytes_on_another_day(usual: dict[str, str], tmp_path: Path) -> None:
    with time_machine.travel("2031-07-01 12:00:00"):
        assert written(tmp_path) == usual
    extracts = [name for name in usual if not name.endswith(MARK)]
    social_care = [name for name in extracts if any(f"/{one}/" in name for one in SOCIAL_CARE)]
    assert len(social_care) == 3 + 11 + 1
    assert len(extracts) - len(social_care) > 10


def test_another_seed_gives_other_bytes(one_month: dict[str, str], tmp_path: Path) -> None:
    one, two = one_month, written(tmp_path, seed=2, months=1)
    assert one.keys() == two.keys()
    filled = {
        name for name in one if name.endswith(("/Annex A.xlsx", "/header.csv", "/episodes.csv"))
    }
    assert len(filled) == 3
    assert not any(one[name] == two[name] for name in filled)


def test_a_month_does_not_depend_on_the_months_around_it(
    usual: dict[str, str], tmp_path: Path
) -> None:
    long, short = written(tmp_path, months=4, last="2024-04"), usual
    workbooks = [name for name in short if name.endswith(".xlsx")]
    assert len(workbooks) == 3
    assert {name: long[name] for name in workbooks} == {name: short[name] for name in workbooks}
    year_end = [name for name in short if "ssda903/2024-03" in name]
    assert {name: long[name] for name in year_end} == {name: short[name] for name in year_end}


def test_areas_differ_under_one_seed() -> None:
    month = parse_month("2024-01")
    ids = [set(simulate(area, 1, month, month).referrals["day"]) for area in (TINY, OTHER)]
    assert ids[0] != ids[1]


def test_authorities_side_by_side_are_what_each_is_alone(
    one_month: dict[str, str], tmp_path: Path
) -> None:
    """Several are written by several processes; the first one's bytes are those of a run of its own."""
    alone = one_month
    steps: list[tuple[int, int]] = []
    write_demo(
        tmp_path,
        seed=1,
        months=1,
        last="2024-03",
        areas=2,
        progress=lambda step, done, total: steps.append((done, total)),
    )
    both = hashes(tmp_path)
    # A national file tells of all authorities.
    own = {name: found for name, found in alone.items() if "national" not in name}
    assert {name: both[name] for name in own} == own
    assert len(both) == len(alone) + len(own)
    assert any("E09000004" in name for name in both)
    # and every extract is counted as it is written
    assert steps == [(done, steps[-1][0]) for done in range(len(steps))]
    assert len(steps) > 9


@pytest.mark.parametrize(("months", "last"), [(1, "2012-03"), (0, "2024-03"), (1, "2024-3")])
def test_months_out_of_reach_are_refused(tmp_path: Path, months: int, last: str) -> None:
    with pytest.raises(ValueError, match="month"):
        written(tmp_path, months=months, last=last)
    assert not (tmp_path / "landing").exists()


def test_an_extract_is_written_over(tmp_path: Path) -> None:
    month = parse_month("2024-01")
    history = simulate(TINY, 1, month, month)
    for _ in range(2):
        write_extract(tmp_path, history, Extract("annex_a", month))
    assert [path.name for path in tmp_path.rglob("*.xlsx")] == ["Annex A.xlsx"]
