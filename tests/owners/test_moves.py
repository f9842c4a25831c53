"""Which figures a case can move, in words and in the order of the page; what a drop-down may hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
from lxml import html

from expectations.checks import Check
from expectations.contract import sources
from expectations.suites import checks_for, table_names
from orchestration.owners.worklist import HEADINGS, REASONS, SHEET, TABLES, export_worklists
from orchestration.reports.media.accessible_book import AccessibleBook, drop_down
from tests.owners.test_site import own_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.owners.conftest import Published

CHECK = "annex_a.list_3.before_1990.referral_date"


def rows_of(published: Published) -> list[tuple[str, str]]:
    """Local id and figures of each case of the worklist."""
    [(path, _)] = export_worklists(published.write(), "Ada")
    wanted = HEADINGS.index("Local id"), HEADINGS.index("Figures it can move")
    sheet = openpyxl.load_workbook(path)[SHEET]
    return [
        tuple(row[one] for one in wanted) for row in sheet.iter_rows(min_row=4, values_only=True)
    ]


def test_record_that_is_kept_out_moves_all_that_reads_its_table(published: Published) -> None:
    published.add_figure("SC01", "referrals", "rate_per_10k", (2000, 90_000))
    published.add_figure("SC03", "referrals", "percentage", (30, 200))
    published.add_figure("SC09", "cp_plans_open", "rate_per_10k", (300, 90_000), table="list_7")
    published.add_issue("1", is_quarantined=True)
    assert rows_of(published) == [
        ("SYNkey 1", "SC03 by up to 0.5 points; SC01 by up to 0.1 per 10,000 children")
    ]


def test_one_of_very_many_moves_a_figure_by_less_than_is_printed(published: Published) -> None:
    published.add_figure("ED05", "referrals", "percentage", (900_000, 1_000_000))
    published.add_issue("1", is_quarantined=True)
    assert [figures for _, figures in rows_of(published)] == ["ED05 by less than 0.1 points"]


@pytest.mark.parametrize(
    ("field", "says"),
    [("end_date", "SC14 by up to 0.1 per 10,000 children"), ("ethnicity_code", "none of the plan")],
)
def test_cell_moves_what_it_decides_and_nothing_else(
    published: Published, field: str, says: str
) -> None:
    published.add_figure("SC14", "looked_after", "rate_per_10k", (300, 90_000), table="list_8")
    published.add_issue(
        "1", table_name="list_8", field=field, check_id=f"annex_a.list_8.unreadable.{field}"
    )
    assert [figures for _, figures in rows_of(published)] == [says]


def test_what_moves_a_figure_most_comes_first_whatever_is_due(published: Published) -> None:
    published.add_figure("SC03", "referrals", "percentage", (30, 200))
    published.add_issue("nothing", due_date=date(2025, 4, 1))
    published.add_issue("much", is_quarantined=True, due_date=date(2025, 6, 1))
    page = html.fromstring(own_page(published))
    ids = page.xpath("//table[contains(@class, 'cases')]/tbody/tr/th/text()")
    assert ids == ["SYNkey much", "SYNkey nothing"]


def test_case_leads_into_the_case_system(published: Published) -> None:
    published.add_issue("1")
    (published.folder.root / "settings.toml").write_text(
        '[practice]\ncase_link = "https://cases.example/{id}"\n', encoding="utf-8"
    )
    [link] = html.fromstring(own_page(published)).xpath("//th[contains(@class, 'id')]/a/@href")
    assert link == "https://cases.example/SYNkey%201"


def test_table_that_cannot_be_used_is_in_the_worklist_with_what_it_holds(
    published: Published,
) -> None:
    published.add_figure("SC01", "referrals", "rate_per_10k", (2000, 90_000))
    check = "annex_a.list_3.structure"
    published.rows["fct_dq_results"][-1] |= {"passed": False, "check_id": check}
    published.rows["fct_holds"].append({
        "area_code": "E09000003", "indicator_id": "of SC01", "source": "annex_a", "table_name": "list_3",
        "check_id": check,
    })  # fmt: skip
    published.add_issue("1")
    [(path, _)] = export_worklists(published.write(), "Ada")
    [row] = openpyxl.load_workbook(path)[TABLES].iter_rows(min_row=4, values_only=True)
    assert (row[0], row[2], row[3]) == (check, 1000, "SC01")


def test_no_value_of_a_drop_down_has_a_comma(tmp_path: Path) -> None:
    """Excel would offer its halves."""
    assert not any("," in reason for reason in REASONS)
    with AccessibleBook(tmp_path / "a.xlsx", "A title", "A subject") as book:
        sheet, first = book.sheet("One", "A title", ["A line."])
        book.table(sheet, first, "one", ("Answer",), [("",)])
        with pytest.raises(ValueError, match="a comma ends a value"):
            drop_down(sheet, (first + 1, first + 1), 0, "Answer", ("Late, and right",))


def every_check() -> list[Check]:
    return [
        check
        for source in sources()
        for table in table_names(source)
        for check in checks_for(source, table)
    ]


def test_only_what_keeps_a_record_out_says_that_it_is_not_counted() -> None:
    """Beside each case stands whether its record counts: the words of the rule may not say otherwise."""
    said = [
        check.check_id
        for check in every_check()
        if "not counted" in check.message and not check.quarantines
    ]
    assert said == []
