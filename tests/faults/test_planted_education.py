"""Faults planted by a seed in education extracts: each is one case with the right owner and row, nothing else is.

`python -m tests.benchmarks faults` plants a thousand.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from expectations.owners import load_owners
from expectations.suites import checks_for
from orchestration.settings import DataFolder
from tests.faults import planter
from tests.faults.asking import Planting, plant_in_education
from tests.faults.education_extracts import write_education_extracts
from tests.faults.education_planter import kinds

pytestmark = pytest.mark.faults

SEED, EACH = 20250331, 1
ROWS_FILE = Path(__file__).parent / "fault_rows.csv"
TESTS = Path(__file__).parents[1]
# What kinds are taken from: Q faults of files, D validation rules of DfE, E rules of the education files by source
# (1 all, 2 sen2, 3 nccis, 4 ks2, 5 ks4, 6 attendance, 7 admissions, 8 epep, 9 forms, 10 national).
PAGES = {
    *(f"Q{number:02d}" for number in range(1, 76)),
    *(f"D{number:02d}" for number in range(1, 25)),
    "E1.heading", "E1.signature", "E1.extra", "E1.needed", "E1.cast", "E1.code", "E1.twice", "E1.year",
    "E2.modules", "E2.person", "E2.received", "E2.after", "E2.before", "E2.age", "E3.legacy", "E3.age",
    "E4.range", "E4.code", "E4.cla_flag", "E5.ebacc", "E5.grade", "E5.nongcse", "E5.att8", "E6.negative", "E6.above",
    "E6.sum", "E6.monday", "E6.missing", "E7.offer", "E7.on_time", "E8.rating", "E8.above", "E8.missing",
    "E9.contradicts", "E9.as_at", "E9.indicator", "E10.mi", "E10.gias",
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Planting:
    root = tmp_path_factory.mktemp("planted")
    folder = DataFolder(root / "data")
    folder.create()
    write_education_extracts(root / "landing")
    return plant_in_education(folder, root / "landing", SEED, EACH)


def test_every_kind_is_planted(found: Planting) -> None:
    planted = Counter(one.kind.kind for one in found.planted)
    assert [kind for kind in kinds() if not planted[kind.kind]] == []


def test_each_planted_fault_is_one_case_by_its_rule(found: Planting) -> None:
    assert sorted(found.verdict.wrong.items()) == []


def test_no_clean_row_is_listed_and_what_was_listed_before_still_is(found: Planting) -> None:
    assert sorted(found.verdict.clean.items()) == []
    assert found.verdict.gone == []


def test_cases_have_an_owner_and_words_to_act_on(found: Planting) -> None:
    owners = {entry["source"]: entry["owner"] for entry in load_owners()}
    assert {one.kind.source for one in found.planted} <= {s for s, name in owners.items() if name}
    assert all(". " in issue["message"] for issue in found.issues)
    headings = {
        check.check_id: check.message for one in found.planted
        for check in checks_for(one.kind.source, one.kind.table)
    }  # fmt: skip
    assert all(issue["message"].startswith(headings[issue["check_id"]]) for issue in found.issues)


def test_person_of_a_row_is_named_where_the_row_has_one(found: Planting) -> None:
    about = {(i["source"], i["table_name"], i["source_row"]): i["child_key"] for i in found.issues}
    nameless = {
        (one.kind.table, one.kind.field)
        for one in found.planted
        if about[one.kind.source, one.kind.table, one.row] is None
    }
    of_schools = {"school_weeks", "establishments", "inspections", "returns", "updates"}
    # an id that was taken away or points nowhere, and what only stands beside a request
    lost = {"child_id", "yp_id", "applicant_id", "upn", "person_id", "request_id"}
    assert {pair for pair in nameless if pair[0] not in of_schools and pair[1] not in lost} == {
        ("active_plans", "")
    }


def test_every_row_of_the_pages_is_planted_named_as_undetected_or_tested_elsewhere() -> None:
    with ROWS_FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["row"] for row in rows) == dict.fromkeys(PAGES, 1)
    planted = {kind.kind for kind in [*kinds(), *planter.kinds()]}
    undetected = {row["kind"] for row in planter.undetected()}
    named: dict[str, set[str]] = {how: set() for how in ("planted", "undetected", "elsewhere")}
    for row in rows:
        where = row["where"].split(" " if row["how"] in ("planted", "undetected") else ";")
        assert all(where), row
        named[row["how"]] |= set(where)
    assert named["planted"] <= planted and named["undetected"] <= undetected
    for place in sorted(named["elsewhere"]):
        path, _, test = place.partition("::")
        assert test in (TESTS.parent / path).read_text(encoding="utf-8"), place
