"""SEN2 modules as COLLECT exports them: each names the row above it, and is linked to its request."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.extracts import BARNET
from tests.reading import extract

Lines = dict[str, list[str]]
MARKS = "nativeid,{0}orderseqcolumn,sourceid"


def _module(name: str, table_id: str, headings: str, *rows: str) -> list[str]:
    """A module's file with the columns that COLLECT adds; each row begins with the ids it is known and joined by."""
    own, *others = headings.split(",")
    marks = MARKS.format(name)
    cells = [row.split(",") for row in rows]
    return [
        ",".join([table_id, marks, own, *others]),
        *(",".join([cell[0], "1", "1", "S", *cell[1:]]) for cell in cells),
    ]


def _export(*, transferred: str = "", plan_of: str = "a-1") -> Lines:
    """Two requests of two people; a plan for the first on day 140, for the second a day late."""
    return {
        "header": ["sen2tableid,collection,year,referencedate,lea", "1,SEN2,2026,2026-Jan-15 00:00:00,302"],
        "person": _module(
            "person", "persontableid", "sen2tableid,surname,forename,personbirthdate,sex,ethnicity,postcode,upn",
            "p-1,1,Syn,One,2015-Mar-02 00:00:00,F,WBRI,,", "p-2,1,Syn,Two,2014-Mar-02 00:00:00,M,WBRI,,",
        ),
        "requests": _module(
            "requests", "requeststableid",
            "persontableid,receiveddate,requestsource,rya,requestoutcomedate,requestoutcome,requestmediation,requesttribunal,exported",
            "r-1,p-1,2025-Jan-06 00:00:00,1,False,2025-Feb-14 00:00:00,Y,False,False,",
            "r-2,p-2,2025-Jan-06 00:00:00,1,False,2025-Feb-14 00:00:00,Y,False,False,",
        ),
        "assessment": _module(
            "assessment", "assessmenttableid",
            "requeststableid,assessmentoutcome,assessmentoutcomedate,assessmentmediation,assessmenttribunal,othermediation,othertribunal,week20",
            "a-1,r-1,Y,2025-Apr-20 00:00:00,False,False,False,False,False",
            "a-2,r-2,Y,2025-Apr-20 00:00:00,False,False,False,False,False",
        ),
        "named_plan": _module(
            "namedplan", "namedplantableid", "assessmenttableid,startdate,planres,planwbp,pb,oa,dp,ceasedate,ceasereason",
            f"n-1,{plan_of},2025-May-26 00:00:00,0,0,False,False,False,,", "n-2,a-2,2025-May-27 00:00:00,0,0,False,False,False,,",
        ),
        "active_plans": _module(
            "activeplans", "activeplanstableid", "assessmenttableid,transferla,reviewmeeting,lastreview",
            f"v-1,a-1,{transferred},,", "v-2,a-2,,,",
        ),
        "sen_need": _module(
            "senneed", "senneedtableid", "activeplanstableid,sentype,sentyperank", "s-1,v-1,ASD,1", "s-2,v-2,SLCN,1",
        ),
        "plan_detail": _module(
            "plandetail", "plandetailtableid", "namedplantableid,urn,ukprn,sensetting,placementrank", "d-1,n-1,101301,,,1",
        ),
        "placement_detail": _module(
            "placementdetail", "placementdetailtableid", "activeplanstableid,urn,ukprn,placementrank,entrydate,leavingdate",
            "e-1,v-1,101301,,1,2025-Sep-01 00:00:00,",
        ),
    }  # fmt: skip


def _taken_in(root: Path, files: Lines) -> tuple[Extraction, dict[str, pd.DataFrame]]:
    folder = root / "in"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    described = SubmissionFiles(
        "s", BARNET, "sen2", date(2026, 1, 31), tuple(sorted(folder.iterdir())), 6, "302", "test"
    )
    read = extract(described, bytes(32), root / "out")
    tables = {
        path.stem: pd.read_parquet(path)
        for path in (root / "out").glob("*.parquet")
        if path.stem != "results"
    }
    return read, tables


def _told(read: Extraction, rule: str) -> list[str]:
    return [finding.text_for_officers() for finding in read.findings if finding.rule == rule]


def test_each_module_is_joined_to_its_request_through_the_module_above(tmp_path: Path) -> None:
    read, tables = _taken_in(tmp_path, _export())
    assert read.verdict == "accepted", read.reason
    requests = tables["requests"].set_index("received_date")["request_key"].tolist()
    for module in ("assessment", "named_plan", "active_plans", "sen_need"):
        assert tables[module]["request_key"].tolist() == requests, module
    for module in ("plan_detail", "placement_detail"):
        assert tables[module]["request_key"].tolist() == requests[:1], module
    assert tables["named_plan"]["start_date"].tolist() == [date(2025, 5, 26), date(2025, 5, 27)]
    assert tables["named_plan"]["received_date"].tolist() == [date(2025, 1, 6)] * 2


def test_what_is_left_out_and_how_rows_were_joined_is_told(tmp_path: Path) -> None:
    read, _ = _taken_in(tmp_path, _export())
    [header] = _told(read, "NOT_THE_TABLE")
    assert "header.csv" in header and "left out" in header
    left_out = "\n".join(_told(read, "COLUMN_UNKNOWN"))
    assert all(
        name in left_out for name in ("'nativeid'", "'namedplanorderseqcolumn'", "'sourceid'")
    )
    joined = "\n".join(_told(read, "LED_BACK"))
    assert all(f"{name}.csv" in joined for name in ("named_plan", "active_plans", "sen_need"))
    assert not _told(read, "COLUMN_RENAMED")


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 99), min_size=6, max_size=6, unique=True))
def test_ids_that_tables_share_by_chance_join_nothing(tmp_path: Path, numbers: list[int]) -> None:
    """Every table numbers its rows from 1: the number of an assessment is also that of another request."""
    r1, r2, a1, a2, n1, n2 = map(str, numbers)
    swapped = {
        "r-1": r1,
        "r-2": r2,
        "a-1": r2,
        "a-2": r1,
        "n-1": n1,
        "n-2": n2,
        "v-1": a1,
        "v-2": a2,
    }

    def renumbered(line: str) -> str:
        return ",".join(swapped.get(cell, cell) for cell in line.split(","))

    files = {name: [*map(renumbered, lines)] for name, lines in _export().items()}
    _, tables = _taken_in(tmp_path, files)
    requests = tables["requests"]["request_key"].tolist()
    assert tables["named_plan"]["request_key"].tolist() == requests
    assert tables["sen_need"]["request_key"].tolist() == requests


def test_plan_of_an_assessment_that_is_not_there_is_kept_out_and_told(tmp_path: Path) -> None:
    read, tables = _taken_in(tmp_path, _export(plan_of="r-1"))
    assert read.tables["named_plan"].quarantined == 1
    assert tables["named_plan"]["start_date"].tolist() == [date(2025, 5, 27)]


def test_two_assessments_with_one_id_lead_nowhere(tmp_path: Path) -> None:
    files = _export()
    files["assessment"] = [line.replace("a-2,", "a-1,") for line in files["assessment"]]
    read, _ = _taken_in(tmp_path, files)
    assert read.tables["named_plan"].loaded == 0


@pytest.mark.parametrize("spoil", [lambda line: line.replace("assessmenttableid", "row"), None])
def test_ids_that_no_table_holds_refuse_the_submission(tmp_path: Path, spoil: object) -> None:
    files = _export()
    files["assessment"] = (
        [line.partition(",")[2] for line in files["assessment"]]
        if spoil is None
        else [
            spoil(line)
            for line in files["assessment"]  # type: ignore[operator]
        ]
    )
    read, _ = _taken_in(tmp_path, files)
    assert read.verdict == "rejected"
    assert "assessmenttableid" in read.reason and "assessment" in read.reason


def test_column_that_is_named_in_both_ways_is_read_and_the_other_is_named(tmp_path: Path) -> None:
    files = _export()
    files["named_plan"] = [
        f"{line},{request}" for line, request in zip(files["named_plan"], ("requeststableid", "r-2", "r-1"), strict=True)
    ]  # fmt: skip
    read, tables = _taken_in(tmp_path, files)
    requests = tables["requests"]["request_key"].tolist()
    assert tables["named_plan"]["request_key"].tolist() == requests[::-1]
    assert any(
        "assessmenttableid" in text and "named_plan.csv" in text
        for text in _told(read, "COLUMN_UNKNOWN")
    )
