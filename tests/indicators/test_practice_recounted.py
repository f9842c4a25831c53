"""What practice asks for, on a demo authority: the warehouse and a second count from the extracts agree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.demo import write
from orchestration.demo.areas import Area
from orchestration.demo.care_lists import children_in_care
from orchestration.demo.case_lists import protection_plans
from orchestration.demo.days import month_text, parse_month
from orchestration.demo.education import write as of_education_files
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.write import EducationExtract, write_education
from orchestration.demo.front_door_lists import contacts, early_help, referrals
from orchestration.demo.history import simulate
from orchestration.demo.view import View
from orchestration.demo.workbook import write_workbook
from orchestration.demo.write import Extract, write_extract
from orchestration.intake.marks import write_mark
from orchestration.night.steps import Request
from orchestration.registry.indicators import load_indicators
from orchestration.settings import DataFolder
from tests.indicators.recount import Counts, Recount, counts_of
from tests.indicators.recount_cohorts import cohorts_of
from tests.nights import run_night

# Enough children for every measure to count some, few enough to be read in seconds.
AREA = Area("E09000002", "A small borough", {2020: 30_000.0}, dfe_code="301")
AS_AT = date(2025, 3, 31)
# Two lists cover a year; the return and its outcomes are those of its end.
EXTRACTS = (("annex_a", "2024-09"), ("annex_a", "2025-03"), ("ssda903", "2025-03"))
# What followed a contact is asked a month before the year, too.
FRONT_DOOR = parse_month("2024-03")
# The figures that managers' lists name the children of, and those that name who is missing from them.
LISTED_BY_NUMERATOR = {"cla_outside_area_pct", "cla_3_placements_pct"}
LISTED_BY_THE_REST = {
    "cla_visited_in_time_pct", "cla_reviewed_in_time_pct", "cp_visited_in_time_pct", "cp_reviewed_in_time_pct",
    "care_leavers_suitable_pct",
}  # fmt: skip
# Lists 7 and 8 of every other month, half a year before them too: reviews are six months apart.
LISTS_OF_REVIEWS = range(parse_month("2023-09"), parse_month("2025-03"))
# The three terms of the academic year that ended in it; plans in force on the day.
OF_EDUCATION = (("epep", "2024-01"), ("epep", "2024-05"), ("epep", "2024-09"), ("sen2", "2025-03"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A night over the extracts of the authority, as they were before anybody made mistakes in them."""
    folder = DataFolder(tmp_path_factory.mktemp("practice"))
    folder.create()
    history = simulate(AREA, 2, parse_month("2024-04"), parse_month("2025-03"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write.Planter, "plant", lambda _, sheet: sheet)
        patch.setattr(of_education_files, "with_faults", lambda frame, *_: frame)
        for source, month in EXTRACTS:
            write_extract(folder.landing, history, Extract(source, parse_month(month)))
        for month in LISTS_OF_REVIEWS:
            _write_lists(folder.landing / AREA.code / "annex_a", View(history, month))
        schooling = Schooling(history)
        for source, month in OF_EDUCATION:
            extract = EducationExtract(source, parse_month(month))
            write_education(folder.landing, schooling, extract)
    run_night(folder, Request(AS_AT))
    return folder


def _write_lists(folder: Path, view: View) -> None:
    """Plans and children in care, of one month the front door too, where a month's workbook is not there."""
    file = folder / month_text(view.month) / "Annex A.xlsx"
    if not file.exists():
        file.parent.mkdir(parents=True)
        front_door = [contacts, early_help, referrals] if view.month == FRONT_DOOR else []
        write_workbook(
            file,
            [sheet(view) for sheet in [*front_door, protection_plans, children_in_care]],
            view.as_at,
        )
        write_mark(file.parent)


@pytest.fixture(scope="module")
def figures(data: DataFolder) -> dict[str, tuple[str, float, float]]:
    """Status, numerator and denominator of every headline figure, each of the newest period that ended by the day."""
    with duckdb.connect(str(data.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            "select figures.indicator_id, figures.status, figures.numerator, figures.denominator"
            " from marts.fct_indicator_values as figures inner join marts.dim_indicators as indicators"
            " on figures.indicator_id = indicators.indicator_id and figures.basis = indicators.headline_basis"
            " where figures.breakdown = 'all' and figures.period_end <= ?"
            " and figures.status = 'ok'"
            " qualify row_number() over (partition by figures.indicator_id order by figures.period_end desc) = 1",
            [AS_AT],
        ).fetchall()
    return {indicator: (status, above, below) for indicator, status, above, below in rows}


@pytest.fixture(scope="module")
def recounted(data: DataFolder) -> dict[str, Counts]:
    """The same, counted from the extracts."""
    recount = Recount(data.landing / AREA.code, pd.Timestamp(AS_AT), AREA.code)
    return {indicator: count() for indicator, count in counts_of(recount).items()}


def test_every_measure_of_practice_is_counted_again(recounted: dict[str, Counts]) -> None:
    computed = {
        one.id for one in load_indicators() if one.plan == "practice" and one.method == "computed"
    }
    assert computed == set(recounted)


def test_warehouse_and_second_count_agree(
    figures: dict[str, tuple[str, float, float]], recounted: dict[str, Counts]
) -> None:
    told = {indicator: figures[indicator] for indicator in recounted}
    assert told == {indicator: ("ok", *counts) for indicator, counts in recounted.items()}


def test_some_children_are_late_moved_away_or_refused(recounted: dict[str, Counts]) -> None:
    one_of_each = {
        "cla_visited_in_time_pct", "cla_reviewed_in_time_pct", "cp_visited_in_time_pct", "cp_reviewed_in_time_year_pct",
        "cla_outside_area_pct", "cla_3_placements_pct", "cla_return_interview_accepted_pct", "care_leavers_suitable_pct",
        "care_leavers_pathway_pct", "assessments_open_over_45_pct", "contacts_to_referral_pct",
        "contacts_to_early_help_pct", "contacts_to_neither_pct",
    }  # fmt: skip
    all_or_none = {
        name: recounted[name]
        for name in one_of_each
        if recounted[name][0] in (0, recounted[name][1])
    }
    assert all_or_none == {}


def test_nothing_of_practice_is_in_the_public_edition(data: DataFolder) -> None:
    with duckdb.connect(str(data.warehouse_file), read_only=True) as connection:
        editions = connection.execute(
            "select figures.edition, count(*) from marts.rpt_figures as figures"
            " inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id"
            " where indicators.plan = 'practice' group by all"
        ).fetchall()
    assert [edition for edition, _ in editions] == ["restricted"]


def test_limit_that_no_law_fixes_is_printed_beside_the_figure(data: DataFolder) -> None:
    with duckdb.connect(str(data.warehouse_file), read_only=True) as connection:
        [said] = connection.execute(
            "select concat_ws(' ', numerator_means, caveats) from marts.dim_indicators"
            " where indicator_id = 'cp_visited_in_time_pct'"
        ).fetchall()[0]
        unsaid = connection.execute(
            "select indicator_id from marts.dim_indicators where contains(concat_ws(' ', definition, caveats), '$')"
        ).fetchall()
    assert said.count("10 working days") == 2
    assert unsaid == []


def test_lists_of_managers_hold_whom_the_figures_point_to(
    data: DataFolder, recounted: dict[str, Counts]
) -> None:
    with duckdb.connect(str(data.warehouse_file), read_only=True) as connection:
        listed = dict(
            connection.execute(
                "select indicator_id, count(*) from marts.fct_managers_lists group by all"
            ).fetchall()
        )
    expected = {
        name: recounted[name][0] if name in LISTED_BY_NUMERATOR else recounted[name][1] - recounted[name][0]
        for name in LISTED_BY_NUMERATOR | LISTED_BY_THE_REST
    }  # fmt: skip
    assert listed == {name: count for name, count in expected.items() if count}
    assert len(listed) >= 6


def test_cohorts_of_the_year_are_counted_again_and_no_other_is_followed(data: DataFolder) -> None:
    with duckdb.connect(str(data.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            "select cohort, month_end, step, within_months, numerator, denominator, share, status"
            " from marts.fct_cohorts where month_end >= '2024-04-30' and status in ('ok', 'not_applicable')"
        ).fetchall()
    told = {
        (cohort, pd.Timestamp(end), step, months): (above, below)
        for cohort, end, step, months, above, below, *_ in rows
    }
    assert told == cohorts_of(Recount(data.landing / AREA.code, pd.Timestamp(AS_AT), AREA.code))
    assert all(sum(counts[0] for key, counts in told.items() if key[2] == step) > 0 for step in (
        "assessed", "section 47 enquiry", "child protection plan", "looked after", "referred again", "left care",
    ))  # fmt: skip
    assert all(
        share == pytest.approx(100 * above / below) if status == "ok" else (below, share) == (0, None)
        for *_, above, below, share, status in rows
    )  # fmt: skip
