"""The data owners' pages: what is counted where, empty states, and nothing that could run."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from lxml import html

from orchestration.intake.extract import Extraction
from orchestration.intake.findings import Finding
from orchestration.intake.kept.extractions import as_kept
from orchestration.intake.kept.made_tables import extractions_table, tables_of_source
from orchestration.intake.kept.partitions import changed, enter, partition_of
from orchestration.intake.kept.places import submission_id_of
from orchestration.intake.names import Received
from orchestration.ledger.ledger import Ledger
from orchestration.owners.cases import SourceGrade
from orchestration.owners.site import write_owner_pages
from tests.owners.conftest import AREA, Published


def pages(published: Published) -> dict[str, str]:
    target = published.folder.root / "pages"
    written = write_owner_pages(published.write().warehouse_file, published.folder, target)
    return {path.name: path.read_text(encoding="utf-8") for path in written}


def own_page(published: Published) -> str:
    [page] = [
        text
        for name, text in pages(published).items()
        if name.startswith(f"{AREA}_head_of_children_s")
    ]
    return page


def tiles(page: str) -> dict[str, int]:
    found = html.fromstring(page).xpath("//ul[@class='tiles']/li")
    return {item[0].tail.strip(): int(item[0].text) for item in found}


def test_new_open_overdue_answered_and_fixed_are_counted_apart(published: Published) -> None:
    published.add_issue("new", first_seen=date(2025, 3, 31))
    published.add_issue("old", due_date=date(2025, 4, 10))
    published.add_issue("late", due_date=date(2025, 4, 9))
    published.add_issue("said", status="explained", due_date=None)
    published.add_issue("gone", status="fixed", last_seen=date(2025, 2, 28), due_date=None)
    page = own_page(published)
    assert tiles(page) == {
        "new": 1, "still open": 2, "overdue": 1, "explained or accepted": 1,
        "fixed since the extract before": 1,
    }  # fmt: skip
    assert "3 cases open, 1 of them overdue" in page
    assert (
        html.fromstring(page).xpath("//table[contains(@class,'cases')]/tbody/tr/th/text()")[0]
        == "SYNkey late"
    )


def test_page_names_the_place_in_the_owners_words(published: Published) -> None:
    published.add_issue("1")
    assert "List 3, Referrals: Date of Referral" in own_page(published)


def test_rules_of_dfe_that_did_not_run_are_said_with_the_reason(published: Published) -> None:
    for number, (status, reason) in enumerate(
        (("run", None), ("skipped", "Provider Info is not there"), ("skipped", "AD1 is not there"), ("skipped", "UASC_last is not there"),
         ("skipped", "Episodes_last is not there"), ("crashed", "KeyError"))
    ):  # fmt: skip
        published.rows["fct_dq_results"].append(
            {"area_code": AREA, "source": "annex_a", "as_at_date": date(2025, 3, 31), "table_name": "list_3",
             "check_id": f"annex_a.statutory.{number}", "severity": "warn", "rows_checked": 0, "passed": status == "run",
             "status": status, "status_reason": reason}
        )  # fmt: skip
    items = html.fromstring(own_page(published)).xpath("//section[@aria-labelledby='unjudged']//li")
    said = sorted(item.text_content().split(") ", 1)[1] for item in items)
    assert said == [
        "broke off (KeyError), which is a fault of the rule",
        "not judged: AD1 is not there",
        "not judged: the list of providers that they read is DfE's own and not published",
        "not judged: the return of the year before, which they read, is not there",
    ]
    counts = sorted(item.text_content().split(" rules")[0] for item in items)
    assert counts == ["1 of 6", "1 of 6", "1 of 6", "2 of 6"]


def test_case_stays_new_when_another_authority_has_sent_more_since(published: Published) -> None:
    published.add_issue("new", first_seen=date(2025, 3, 31))
    published.rows["fct_submissions"].append(
        {"run_id": "r1", "area_code": "E09000007", "source": "annex_a", "as_at_date": date(2025, 4, 30),
         "status": "accepted"}
    )  # fmt: skip
    assert tiles(own_page(published))["new"] == 1


def test_case_is_new_with_its_own_sources_newest_extract(published: Published) -> None:
    published.rows["fct_submissions"].append(
        {"run_id": "r1", "area_code": AREA, "source": "cin_census", "as_at_date": date(2025, 1, 31), "status": "accepted"}
    )  # fmt: skip
    published.add_issue(
        "yearly",
        source="cin_census",
        table_name="children",
        field="birth_date",
        first_seen=date(2025, 1, 31),
    )
    counted = tiles(own_page(published))
    assert (counted["new"], counted["still open"]) == (1, 0)


def test_case_of_a_national_file_is_asked_of_the_authority_that_took_it_in(
    published: Published,
) -> None:
    published.add_issue(
        "school",
        area_code="national",
        source="gias",
        table_name="establishments",
        field="la_code",
        child_key=None,
    )
    written = pages(published)
    [page] = [
        text for name, text in written.items() if name.startswith(f"{AREA}_head_of_children_s")
    ]
    assert "gias, Establishments: LA (code)" in page
    assert not any(name.startswith("national") for name in written)


def test_owner_without_cases_has_a_page_that_says_so(published: Published) -> None:
    page = own_page(published)
    assert "Nothing waits for an answer" in page
    assert (
        "No record of this owner waits" in page and "can be used and is of its usual size" in page
    )


def test_nothing_taken_in_yet_has_a_page_that_says_so(published: Published) -> None:
    published.rows["fct_dq_results"].clear()
    assert "No pages yet" in pages(published)["index.html"]


def test_what_extracts_say_is_escaped_and_nothing_can_run(published: Published) -> None:
    published.add_issue("1", message="<script>alert(1)</script>")
    page = own_page(published)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_failed_table_is_named_with_what_releases_it(published: Published) -> None:
    published.rows["fct_dq_results"][-1]["passed"] = False
    page = own_page(published)
    assert "annex_a.list_3.structure" in page and "cypp accept" in page


def test_grades_change_at_their_bounds() -> None:
    def grade(cases: int, rows: int = 1000, failed: int = 0) -> str:
        return SourceGrade("annex_a", "Annex A", date(2025, 3, 31), rows, cases, failed).grade

    assert [grade(n) for n in (0, 1, 4, 5, 19, 20)] == ["A", "B", "B", "C", "C", "D"]
    assert (grade(0, rows=0), grade(0, failed=1)) == ("A", "D")


def test_links_of_the_list_lead_to_pages(published: Published) -> None:
    found = pages(published)
    links = html.fromstring(found["index.html"]).xpath("//table//a/@href")
    assert links and {Path(link).name for link in links} <= set(found)


def test_file_is_named_to_its_owner(published: Published) -> None:
    version = {"source": "annex_a", "folder_month": "2025-03", "version": "v"}
    published.rows["fct_submissions"].append(
        {
            **version,
            "area_code": AREA,
            "status": "rejected",
            "received_at": datetime(2025, 4, 1),
            "run_id": "r1",
        }
    )
    told = Finding(
        "EMPTY", "reject", "the file is empty", "Send it", file=Received("file", 1, "Jane.csv")
    )
    said = Extraction(
        submission_id_of(AREA, *version.values()),
        "f",
        date(2025, 3, 31),
        "rejected",
        "",
        {},
        [told],
    )
    ledger, table = Ledger(published.folder.ledger), extractions_table("annex_a")
    before = partition_of(published.folder, ledger, "annex_a", AREA)
    enter(ledger, [changed(before, (), {table: [as_kept(said)]}, tables_of_source("annex_a"))])

    assert f"{AREA}/annex_a/2025-03/Jane.csv: the file is empty [EMPTY]. Send it" in own_page(
        published
    )
