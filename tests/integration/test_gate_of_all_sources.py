"""The gate over social care and education at once (fault 42): what is held, why, since when, what ends it.

One night on which nothing is wrong, then one on which list 3 and the file of young people are halved, the pupils' file
lacks a column, the national file of schools is cut and two children's health checks in list 8 cannot be read, then one after
somebody has accepted list 3.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.checks.acceptance import accept_check
from orchestration.ledger.ledger import Acceptance
from orchestration.night.steps import Request
from orchestration.operator.status import Status, current_status, print_status
from orchestration.operator.summary import print_run_summary
from orchestration.settings import DataFolder
from tests import extracts
from tests.extracts import BARNET
from tests.integration import education
from tests.integration.inbox import drop_column
from tests.nights import run_night
from tests.story import query

# What followed a contact is read from lists 1 to 3.
FOLLOWED = {"contacts_to_referral_pct", "contacts_to_early_help_pct", "contacts_to_neither_pct"}
REFERRALS = {"referrals_rate", "referrals_repeat_pct", "referrals_nfa_pct", *FOLLOWED}
# Of the young people nobody is looked after, of the pupils none is disadvantaged: those have no figure to hold.
YOUNG_PEOPLE = {"neet_16_17_pct", "neet_or_not_known_16_17_pct"}
PUPILS = {"ks4_attainment8", "ks4_english_maths_5_pct", "ks4_ebacc_pct"}
VOLUME, NCCIS_VOLUME = "annex_a.list_3.volume", "nccis.young_people.volume"
CONTACTS, CONTACTS_VOLUME = {"contacts_rate", *FOLLOWED}, "annex_a.list_1.volume"
REVIEWS, REVIEWS_VOLUME = {"cla_reviewed_in_time_year_pct"}, "ssda903.reviews.volume"
STRUCTURE = "ks4.pupils.structure"
# Those of the column's population, and no other of list 8.
HEALTH = {"cla_dental_pct", "cla_health_assessment_pct"}
UNREAD = "annex_a.list_8.unread_share.latest_dental_check_date"
UNREAD_TOO = "annex_a.list_8.unread_share.latest_health_assessment_date"
SCHOOLS = {"schools_good_pct", "schools_good_extended_pct", "schools_good_coverage_pct"}
CUT = "gias.establishments.volume"
CHECKS = {
    VOLUME: REFERRALS, NCCIS_VOLUME: YOUNG_PEOPLE, STRUCTURE: PUPILS, UNREAD: HEALTH, UNREAD_TOO: HEALTH, CUT: SCHOOLS,
    CONTACTS_VOLUME: CONTACTS, REVIEWS_VOLUME: REVIEWS,
}  # fmt: skip
GOOD, BAD = date(2025, 3, 31), date(2025, 4, 30)


class Nights:
    """One data folder, and what each run said."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.folder.create()
        (root / "settings.toml").write_text(
            "[annex_a]\nlook_back_months = 12\n[gate]\nvolume_min_rows = 12\n"
        )

    def run(self, as_at: date, *, with_pages: bool = False) -> str:
        outcome = run_night(self.folder, Request(as_at), with_pages=with_pages)
        return _said(lambda console: print_run_summary(console, self.folder, outcome))

    def workbook(
        self, month: str, n_referrals: int | None = None, n_unread: int = 0, n_contacts: int = 30
    ) -> None:
        """March's lists in the folder of a month, so that only lists 1 and 3 have another size."""
        sheets = extracts.annex_a(BARNET, GOOD)
        contacts = [
            {"Child Unique ID": f"SYN{n}", "Date of Contact": GOOD} for n in range(n_contacts)
        ]
        sheets["List 1"] = extracts.grid(extracts.LISTS["List 1"], contacts)
        sheets["List 3"] = sheets["List 3"][: None if n_referrals is None else n_referrals + 1]
        headings = sheets["List 8"][0]
        for row in sheets["List 8"][1 : n_unread + 1]:
            row[headings.index("Date of Last Dental Check")] = "#REF!"
            row[headings.index("Date of Last Health Assessment")] = "#REF!"
        place = self.folder.landing / BARNET / "annex_a" / month / "Annex A.xlsx"
        extracts.write_workbook(place, sheets)

    def figures(self) -> dict[str, list[tuple]]:
        """Every headline row of every indicator."""
        rows = query(
            self.folder.warehouse_file,
            "select figures.indicator_id, period_end, value, numerator, denominator, status, status_reason"
            " from marts.fct_indicator_values as figures inner join marts.dim_indicators as indicators"
            " on figures.indicator_id = indicators.indicator_id and basis = headline_basis"
            " where breakdown = 'all' order by all",
        )
        return {name: [row[1:] for row in rows if row[0] == name] for name in {r[0] for r in rows}}

    def held(self) -> dict[str, str]:
        """The held indicators, each with its reason."""
        return {
            name: row[5]
            for name, rows in self.figures().items()
            for row in rows
            if row[4] == "held"
        }

    def page(self, name: str) -> str:
        """A restricted page of the newest month, as read."""
        path = max(self.folder.outputs.glob(f"*/restricted/{name}"))
        return " ".join(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")).split())


def _said(tell) -> str:  # noqa: ANN001 -- a function of a console
    written = io.StringIO()
    tell(Console(file=written, width=400))
    return written.getvalue()


def _status_text(status: Status) -> str:
    return _said(lambda console: print_status(console, status))


def _reviews(number: int, held_on: str) -> list[list[object]]:
    """The reviews of a return of so many children."""
    children = ([f"SYN{n}", "01/01/2015", held_on, "PN1"] for n in range(number))
    return [["CHILD", "DOB", "REVIEW", "REVIEW_CODE"], *children]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    made = Nights(tmp_path_factory.mktemp("gate") / "data")
    landing = made.folder.landing
    extracts.write_submission(landing, "national", "population", "2025-03")
    made.workbook("2025-03")
    for month in ("2024-12", "2025-01", "2025-02"):
        education.send(landing, "nccis", month, education.young_people(60, month))
    education.send(landing, "ks4", "2024-12", education.pupils(20))
    education.send(landing, "gias", "2025-03", education.schools(80), area="national")
    education.send(landing, "ofsted_mi", "2025-03", education.inspections(80), area="national")
    education.send(landing, "ssda903", "2024-04", _reviews(30, "10/04/2024"))
    made.run(GOOD)
    assert made.held() == {}
    return made


@pytest.fixture(scope="module")
def bad_night(nights: Nights) -> tuple[dict[str, list[tuple]], str]:
    """The figures of before, and what the run said."""
    before = nights.figures()
    landing = nights.folder.landing
    nights.workbook("2025-04", n_referrals=9, n_unread=2, n_contacts=14)
    education.send(landing, "gias", "2025-04", education.schools(10), area="national")
    education.send(landing, "nccis", "2025-04", education.young_people(25, "2025-04"))
    education.send(landing, "ssda903", "2025-04", _reviews(14, "10/04/2025"))
    without = education.pupils(20)
    drop_column(without, "att8")
    education.send(landing, "ks4", "2025-04", without)
    return before, nights.run(BAD, with_pages=True)


def test_each_table_holds_what_reads_it_and_all_else_publishes(
    nights: Nights, bad_night: tuple[dict[str, list[tuple]], str]
) -> None:
    before, _ = bad_night
    held, now = nights.held(), nights.figures()
    by_check = {
        check: {name for name, reason in held.items() if check in reason} for check in CHECKS
    }
    assert by_check == CHECKS
    assert set(held) == set().union(*CHECKS.values())
    # the last good value stands, marked held; what had none has none
    for name in (
        "referrals_rate",
        "neet_16_17_pct",
        "ks4_attainment8",
        "schools_good_coverage_pct",
    ):
        good = [row for row in before[name] if row[4] == "ok"]
        still = [row for row in now[name] if row[4] == "held" and row[1] is not None]
        assert good and [row[:4] for row in still] == [row[:4] for row in good]
    # every other indicator has its row of the new month, from the new workbook
    assert now["cp_plans_rate"][-1][0] == BAD and now["cp_plans_rate"][-1][4] != "held"


def test_cohorts_that_a_failed_table_is_read_for_have_no_figures(
    nights: Nights, bad_night: tuple[dict[str, list[tuple]], str]
) -> None:
    assert bad_night
    rows = query(
        nights.folder.warehouse_file,
        "select distinct cohort, status = 'held', coalesce(status_reason, '') like ?, numerator is null"
        " from marts.fct_cohorts where cohort = 'referrals' or status <> 'not_applicable'",
        f"held by {VOLUME} (annex_a list_3) since the extract of 2025-04-30%",
    )
    assert ("referrals", True, True, True) in rows
    assert {row[1:] for row in rows if row[0] == "referrals"} == {(True, True, True)}
    # the unread cells of list 8 decide nothing about who comes into care
    assert {row[1] for row in rows if row[0] != "referrals"} == {False}


def test_status_names_the_last_good_value_its_period_and_what_releases_it(
    nights: Nights, bad_night: tuple[dict[str, list[tuple]], str]
) -> None:
    before, _ = bad_night
    status = current_status(nights.folder, BAD)
    assert status.needs_attention
    found = {one.indicator_id: one for one in status.indicators}
    assert {name for name, one in found.items() if one.status == "held"} == set(nights.held())
    for name in ("referrals_rate", "neet_16_17_pct", "ks4_attainment8"):
        period_end, value = next(row[:2] for row in reversed(before[name]) if row[4] == "ok")
        assert (found[name].last_value, found[name].last_value_period_end) == (value, period_end)
    text = _status_text(status)
    assert "held; last value of 2025-03-31" in text
    for check in (VOLUME, NCCIS_VOLUME, STRUCTURE, UNREAD):
        assert f"cypp accept {check} --area {BARNET} --reason TEXT --until DATE" in text
    assert f"cypp accept {CUT} --area national --reason TEXT --until DATE" in text
    assert "2 of 9 values of Date of Last Dental Check (22.2%) could not be read" in text
    assert "since the extract of 2025-04-30" in text


def test_summary_says_each_cause_once_with_what_it_holds(
    bad_night: tuple[dict[str, list[tuple]], str],
) -> None:
    _, summary = bad_night
    lines = [line.strip() for line in summary.splitlines()]
    assert f"held       {BARNET}: referrals_rate, referrals_repeat_pct, referrals_nfa_pct" in lines
    assert f"held       {BARNET}: contacts_rate" in lines
    assert f"held       {BARNET}: neet_16_17_pct, neet_or_not_known_16_17_pct" in lines
    [why] = [line for line in lines if line.startswith(f"by {VOLUME}")]
    assert "since the extract of 2025-04-30: 9 rows against 21 at 2025-03-31" in why
    [why] = [line for line in lines if line.startswith(f"by {STRUCTURE}")]
    assert "the submission was rejected: the table has no column 'att8'" in why
    place = lines.index(f"held       {BARNET}: cla_reviewed_in_time_year_pct")
    assert lines[place + 1].startswith(f"by {REVIEWS_VOLUME} (ssda903 reviews) since")
    assert lines[place + 1].endswith(
        "14 rows against 30 at 2024-04-30: less than half or more than double"
    )
    [figures] = [line for line in lines if line.startswith("figures")]
    assert re.search(r"\d+ of 57 have a value, \d+ of them held; none: ", figures)


def test_committee_page_shows_the_last_good_value_marked_held_with_its_period(
    nights: Nights, bad_night: tuple[dict[str, list[tuple]], str]
) -> None:
    assert bad_night
    page = nights.page("committee.html")
    exceptions = page[page.index("Exceptions:") : page.index("A tile: the newest figure")]
    assert "A held figure is the one last published" in exceptions
    cause = "Held by annex_a.list_3.volume (Annex A list 3) since the extract of 30 Apr 2025"
    assert exceptions.count(cause) == 1
    assert (
        "9 rows against 21 at 31 Mar 2025" in page and "25 rows against 60 at 28 Feb 2025" in page
    )
    assert re.search(r"Referrals *: 2\.\d is kept, year to 31 Mar 2025", exceptions)
    assert re.search(r"Repeat referrals *: no good value yet", exceptions)
    assert "The next good extract releases it" in page


def test_acceptance_of_one_table_releases_its_indicators_only(
    nights: Nights, bad_night: tuple[dict[str, list[tuple]], str]
) -> None:
    held = set(nights.held())
    release = Acceptance(
        VOLUME, BARNET, "A. Manager", "Fewer referrals", date(2025, 12, 31), datetime(2025, 4, 30, tzinfo=UTC)
    )  # fmt: skip
    accept_check(nights.folder, release)
    nights.run(BAD)
    # what followed a contact is still held by the list of contacts
    assert set(nights.held()) == held - (REFERRALS - FOLLOWED)
    newest = nights.figures()["referrals_rate"][-1]
    assert (newest[0], newest[4]) == (BAD, "ok")
