"""Headings as other tools write them: every name that a contract knows leads to its column, in any spelling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contract import contract_for, sources
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.names import Received
from orchestration.intake.readers import Block
from orchestration.intake.tables.headings import normalise_heading
from orchestration.intake.tables.recognise import recognise
from tests.reading import extract

# As the Standard Safeguarding Dataset's public script heads the lists.
SCRIPT = {
    "referrals": (
        "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,ReferralDate,ReferralSource,ReferralNFA,ReferralsLast12Months,"
        "AllocatedTeam,AllocatedWorker",
        "SYN1,b) Female,a) WBRI,04/05/2014,11,09/06/2025,q) 6: Police,b) No,0,T,W",
    ),
    "in need": (
        "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,HasDisability,CINStartDate,PrimaryNeedCode,DateChildLastSeen,"
        "CINClosureDate,ReasonForClosure,CaseStatus,AllocatedTeam,AllocatedWorker",
        "SYN1,b) Female,a) WBRI,04/05/2014,11,b) No,09/06/2025,N1 - Abuse or neglect,,,,b) Child in Need plan,T,W",
    ),
    "plans": (
        "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,HasDisability,ChildProtectionPlanStartDate,InitialCategoryOfAbuse,"
        "LatestCategoryOfAbuse,DateOfLastStatutoryVisit,ChildSeenAlone,DateOfLatestReviewConf,ChildProtectionPlanEndDate,"
        "ProtectionLastSixMonths,NumberOfPreviousChildProtectionPlans,AllocatedTeam,AllocatedWorker",
        "SYN1,b) Female,a) WBRI,04/05/2014,11,b) No,09/07/2025,a) Neglect,d) Emotional,,,,,b) No,2,T,W",
    ),
}  # fmt: skip
READ = {
    "list_3": {"referral_date": date(2025, 6, 9), "referral_source_code": "6", "is_nfa": False},
    "list_6": {"start_date": date(2025, 6, 9), "need_code": "N1", "closure_date": None},
    "list_7": {
        "start_date": date(2025, 7, 9), "initial_abuse_code": "NEG", "latest_abuse_code": "EMO", "previous_plans": 2,
    },
}  # fmt: skip


def _taken_in(root: Path) -> Extraction:
    (root / "in").mkdir()
    for name, lines in SCRIPT.items():
        (root / "in" / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    described = SubmissionFiles(
        "s", "E09000006", "annex_a", date(2026, 3, 31), tuple(sorted((root / "in").iterdir())), 12, "305", "test"
    )  # fmt: skip
    return extract(described, bytes(32), root / "out")


def test_lists_of_the_public_script_are_read(tmp_path: Path) -> None:
    read = _taken_in(tmp_path)

    assert (read.verdict, read.reason) == ("accepted", "")
    for table, expected in READ.items():
        [row] = pq.read_table(tmp_path / "out" / f"{table}.parquet").to_pylist()
        assert {name: row[name] for name in expected} == expected
        assert row["birth_date"] == date(2014, 5, 4)


SPELLINGS = (
    str, str.upper, str.lower, lambda text: text.replace(" ", "_"), lambda text: text.replace(" ", ""),
    lambda text: f"  {text}: ", lambda text: text.replace("'", "\u2019"),
)  # fmt: skip
TABLES = [
    (source, name)
    for source in sources()
    for name, table in contract_for(source).tables.items()
    if table.signature and not table.instead and table.form is None and not table.holds
    and contract_for(source).template != "xml"
]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(TABLES), st.data())
def test_every_name_of_every_column_leads_to_it(
    table_of: tuple[str, str], data: st.DataObject
) -> None:
    source, name = table_of
    contract = contract_for(source)
    headings: dict[str, str] = {}
    used: set[str] = set()
    for column_name, column in contract.tables[name].columns.items():
        # Two columns may read one heading.
        if column.names and not column.led_back and used.isdisjoint(_compared(column.names)):
            spelt = data.draw(st.sampled_from(SPELLINGS))(data.draw(st.sampled_from(column.names)))
            headings[column_name] = spelt
            used |= _compared([spelt])
    block = Block(None, 1, tuple(headings.values()), tuple(() for _ in headings), ())

    found = recognise(contract, [(Received("file", 1, "a.csv"), [block])])

    assert list(found.blocks) == [name]
    positions = found.blocks[name][0].positions
    assert {column: positions.get(column) for column in headings} == {
        column: place for place, column in enumerate(headings)
    }


def _compared(names: Iterable[str]) -> set[str]:
    return set(map(normalise_heading, names))
