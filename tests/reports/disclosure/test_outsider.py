"""The outsider reads what is in the files of a pack, whichever they are, and finds what can be found by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.registry.indicators import load_indicators
from orchestration.reports.content.explore import write_explore_page
from orchestration.reports.disclosure.identities import IdentityClass
from orchestration.reports.release import identities_of
from orchestration.reports.render import render_report
from tests.reports.conftest import Warehouse
from tests.reports.disclosure.outsider import attack, means_that_tell
from tests.reports.disclosure.packs import packs_of
from tests.reports.disclosure.papers import READERS, Cell, Table, cells_of, read_pack
from tests.reports.disclosure.stories import STORIES, write

COUNTED = ("Numerator", "Denominator")


def _year(number: str, year: int, part: str = "Numerator") -> Cell:
    return Cell(number, part, f"year to 30 Jun {year}")


@pytest.fixture(scope="module")
def pack(printed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files of a pack that withholds four adoptions."""
    place = tmp_path_factory.mktemp("pack")
    [told] = STORIES[IdentityClass.EVENTS]
    build = write(told, lambda: Warehouse(printed), place / "build.duckdb")
    packs_of([build], identities_of(load_indicators()), place, _written)
    return place / "run-0" / "public"


def _written(marts: Path, pages: Path, edition: str) -> None:
    render_report(marts, pages, edition, "committee")
    write_explore_page(marts, pages / "explore.html", edition)


@pytest.mark.parametrize(
    "name", ["committee.xlsx", "committee.html", "committee.pdf", "explore.html"]
)
def test_every_kind_of_file_says_the_same(pack: Path, name: str) -> None:
    whole, kind = read_pack(pack), Path(name).suffix
    found = dict(cells_of(READERS[kind](pack / name)))
    assert found.items() <= whole.items()
    # The PDF has the counts of the newest figures.
    newest = {_year(number, 2025, part) for number in ("SC17", "SC18") for part in COUNTED}
    assert newest <= found.keys()
    assert kind == ".pdf" or found == whole
    assert [whole[_year(number, 2025)] for number in ("SC17", "SC18")] == [None, 40]
    assert {cell.part for cell in whole} == {*COUNTED, "Value"}


def test_csv_is_read_and_a_number_that_one_file_withholds_may_stand_in_another(
    tmp_path: Path,
) -> None:
    for name, shown in (("committee", "[c]"), ("standards", "4")):
        rows = (
            "Title",
            "Number,Period,Numerator,Denominator,Value",
            f'SC17,year to 30 Jun 2025,{shown},"1,090",[z]',
        )
        (tmp_path / f"{name}.csv").write_text("\n".join(rows))
    assert read_pack(tmp_path) == {
        _year("SC17", 2025): 4.0, _year("SC17", 2025, "Denominator"): 1090.0
    }  # fmt: skip


def test_file_of_a_kind_that_nobody_reads_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "committee.docx").touch()
    with pytest.raises(KeyError, match="docx"):
        read_pack(tmp_path)


def _found(*papers: Table, truths: tuple[Table, ...]) -> list[tuple[Cell, float, float]]:
    return [(one.cell, one.low, one.high) for one in attack(papers, truths)]


def test_paper_that_was_kept_tells_what_a_later_one_withholds() -> None:
    """Of 26 adoptions in three years 14 and 8 were in the first two: the old paper says how many in the second."""
    three = Cell("SC21", "Denominator", "three years to 30 Jun 2025")
    truth = {
        three: 26.0,
        _year("SC17", 2023): 14.0,
        _year("SC17", 2024): 8.0,
        _year("SC17", 2025): 4.0,
    }
    old = {
        cell: amount
        for cell, amount in truth.items()
        if cell in {_year("SC17", 2023), _year("SC17", 2024)}
    }
    new = {**truth, _year("SC17", 2024): None, _year("SC17", 2025): None}
    assert _found(new, truths=(truth,)) == []
    assert _found(old, new, truths=(old, truth)) == [(_year("SC17", 2025), 4.0, 4.0)]


def test_count_that_cannot_be_all_of_one_to_five_is_found() -> None:
    truth = {
        _year("SC17", 2025): 4.0,
        _year("SC18", 2025): 7.0,
        _year("SC18", 2025, "Denominator"): 11.0,
    }
    paper = {**truth, _year("SC17", 2025): None}
    assert _found(paper, truths=(truth,)) == [(_year("SC17", 2025), 0.0, 4.0)]


def test_means_of_windows_that_share_all_but_a_few_records_are_found() -> None:
    cells = [Cell("SC21", "Value", f"three years to {day} 2025") for day in ("30 Apr", "31 May")]
    paper: Table = dict.fromkeys(cells, 400.0)
    records = [frozenset((f"{n}", 1.0) for n in range(first, first + 30)) for first in (0, 2)]
    members = {("SC21", cell.end): own for cell, own in zip(cells, records, strict=True)}
    assert [few for *_, few in means_that_tell([paper], [members])] == [4]
    corrected = {("SC21", cells[0].end): records[0] - {("3", 1.0)} | {("3", 2.0)}}
    assert [
        few
        for *_, few in means_that_tell(
            [paper, paper], [{("SC21", cells[0].end): records[0]}, corrected]
        )
    ] == [1]
