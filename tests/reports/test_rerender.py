"""`cypp report`: reports rendered again from the published warehouse, attacked first, issued if asked."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest

from orchestration.ledger.ledger import Ledger
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.disclosure.printed import FIGURES_FILE, read_memory
from orchestration.reports.issued import DRAFT
from orchestration.reports.rerender import NotRendered, render_again
from orchestration.settings import DataFolder
from tests.commands import cypp

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

RARE = "cla_ceased_adopted_pct"


@pytest.fixture
def folder(warehouse: Warehouse, tmp_path: Path) -> DataFolder:
    """A data folder whose warehouse has one figure that may be published and one that may not."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    Ledger(folder.ledger).set_fact("key_check", "of a test")
    warehouse.add_indicator(RARE, kind="percentage", unit="%", population="care_ended")
    warehouse.add_figure(RARE, "2025-03-31", 4, denominator=80, value=5.0)
    warehouse.add_indicator("referrals_rate", population="referrals")
    warehouse.add_figure("referrals_rate", "2025-03-31", 2500, denominator=93851, value=266.4)
    run_id = warehouse.rows["dim_runs"][0]["run_id"]
    warehouse.rows["fct_submissions"].append(
        {"area_code": "E09000003", "source": "annex_a", "status": "accepted", "as_at_date": date(2025, 3, 31), "run_id": run_id}
    )  # fmt: skip
    warehouse.write(folder.warehouse_file)
    write_public_edition(folder.warehouse_file, Identities())
    return folder


def test_both_editions_are_written_and_the_attack_finds_nothing(folder: DataFolder) -> None:
    done = render_again(folder, None)
    assert done.folder == folder.outputs / "2025-03"
    assert (done.folder / "public" / "committee.html").exists()
    assert (done.folder / "restricted" / "committee.html").exists()
    assert (done.folder / "restricted" / "owners" / "index.html").exists()
    assert done.verdict.is_safe
    assert (done.verdict.figures, done.verdict.unsafe, done.verdict.withheld) == (2, 1, 1)
    assert done.issued is None


def test_one_edition_leaves_the_other_as_it_stands(folder: DataFolder) -> None:
    render_again(folder, "restricted")
    assert not (folder.outputs / "2025-03" / "public").exists()


def test_an_issued_pack_is_frozen_and_its_figures_are_remembered(folder: DataFolder) -> None:
    done = render_again(folder, None, issued_by="Ada")
    assert done.issued is not None
    assert not (done.issued / "restricted" / "owners").exists()
    assert (done.issued / "public" / "board.xlsx").stat().st_mode & 0o777 == 0o400
    assert json.loads((done.issued / FIGURES_FILE).read_text()) == [
        ["referrals_rate", "E09000003", "2025-03-31"]
    ]
    assert read_memory(folder).issued == {("referrals_rate", "E09000003", date(2025, 3, 31))}
    with pytest.raises(NotRendered, match="issued already"):
        render_again(folder, None, issued_by="Ada")
    [act] = Ledger(folder.ledger).trail()
    assert (act.by, act.act, act.detail) == ("Ada", "report --issue", {"pack": done.issued.name})


def _texts(pack: Path) -> dict[str, str]:
    """By file the text of every page and of every sheet of a workbook but its cover."""
    found = {path.name: path.read_text() for path in pack.glob("*.html")}
    for path in pack.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            cells = (str(cell.value) for row in sheet.iter_rows(max_row=6) for cell in row)
            found[f"{path.name} {sheet.title}"] = " ".join(cells)
    return found


@pytest.mark.parametrize("edition", [None, "restricted"])
def test_a_pack_is_a_draft_until_a_person_issues_it(
    folder: DataFolder, edition: str | None
) -> None:
    done = render_again(folder, None)
    texts = _texts(done.folder / "public")
    assert len(texts) > 6
    assert {name for name, text in texts.items() if DRAFT not in text} == set()
    assert not any(DRAFT in text for text in _texts(done.folder / "restricted").values())

    issued = render_again(folder, edition, issued_by="Ada Person").issued
    assert issued is not None
    for name, text in _texts(issued / "public").items():
        assert (name, DRAFT in text, "Issued by Ada Person on " in text) == (name, False, True)


def test_a_public_edition_with_an_unsafe_figure_is_not_written(folder: DataFolder) -> None:
    with duckdb.connect(str(folder.warehouse_file)) as connection:
        connection.execute("delete from marts.rpt_figures where status = 'suppressed'")
        connection.execute(
            "insert into marts.rpt_figures by name select * replace ('public' as edition)"
            " from marts.rpt_figures where indicator_id = ? and edition = 'restricted'",
            [RARE],
        )
    with pytest.raises(NotRendered, match="1 unsafe figures are printed"):
        render_again(folder, "public")
    with pytest.raises(NotRendered, match="not safe"):
        render_again(folder, "restricted", issued_by="Ada")
    assert not folder.outputs.exists()


def test_nothing_published_is_said(tmp_path: Path) -> None:
    empty = DataFolder(tmp_path / "none")
    empty.create()
    with pytest.raises(NotRendered, match="nothing is published"):
        render_again(empty, None)


@pytest.mark.parametrize("name", ["secret", "PUBLIC", "public,restricted", ""])
@pytest.mark.parametrize("is_published", [True, False])
def test_edition_that_does_not_exist_is_a_wrong_argument(
    folder: DataFolder, name: str, is_published: bool
) -> None:
    if not is_published:
        folder.warehouse_file.unlink()
    done = cypp(folder.root, "report", "--edition", name)
    assert (done.status, done.out) == (2, "")
    assert f"there is no edition {name}: choose restricted or public" in done.err
    assert not folder.outputs.exists()


def test_public_page_says_nothing_that_has_not_been_through_the_gate(
    folder: DataFolder, warehouse: Warehouse
) -> None:
    """Counts of a reconciliation are as they are; the owners' pages stand beside the restricted edition only."""
    warehouse.add_reconciliation("Plans of both", "2025-03-31", 4.0, 9.0, is_within=False)
    folder.warehouse_file.unlink()
    warehouse.write(folder.warehouse_file)
    write_public_edition(folder.warehouse_file, Identities())

    done = render_again(folder, None)

    restricted = (done.folder / "restricted" / "committee.html").read_text()
    assert ("Plans of both" in restricted, "owners/index.html" in restricted) == (True, True)
    public = done.folder / "public"
    for page in public.glob("*.html"):
        text = page.read_text()
        assert "Plans of both" not in text
        links = {target.partition("#")[0] for target in re.findall(r'href="([^"]*)"', text)}
        assert [link for link in links if link and not (public / link).exists()] == []
