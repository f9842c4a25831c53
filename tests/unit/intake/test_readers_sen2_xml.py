"""The SEN2 return: nested elements become modules joined by ids made from their order."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.contract import contract_for
from orchestration.intake.extract import SubmissionFiles
from orchestration.intake.readers import Block, FileRejected, read_file
from orchestration.intake.tables.headings import normalise_heading
from tests.reading import extract
from tests.unit.intake.test_education_rows import DAY

KNOWN = frozenset(map(normalise_heading, contract_for("sen2").headings()))
RETURN = """<?xml version="1.0"?><Message><Header><CollectionDetails><Collection>SEN2</Collection>
</CollectionDetails></Header><Persons>
<Person><PersonBirthDate>2015-03-02</PersonBirthDate><Sex>F</Sex><UPN>SYN1</UPN><Shoe>4</Shoe>
 <Requests><ReceivedDate>2025-01-06</ReceivedDate><RquestSource>1</RquestSource>
  <RequestOutcome>Y</RequestOutcome>
  <Assessment><AssessmentOutcome>Y</AssessmentOutcome><Week20>0</Week20>
   <NamedPlan><StartDate>2025-05-26</StartDate><PlanDetail><URN>101301</URN></PlanDetail></NamedPlan>
  </Assessment>
  <ActivePlans><TransferLA>304</TransferLA><SENneed><SENtype>ASD</SENtype></SENneed></ActivePlans>
 </Requests>
 <Requests><ReceivedDate>2025-02-06</ReceivedDate></Requests>
</Person>
<Person><PersonBirthDate>2016-03-02</PersonBirthDate>
 <Requests><Request><ReceivedDate>2025-03-06</ReceivedDate></Request></Requests></Person>
</Persons></Message>"""


def _blocks(tmp_path: Path, content: str) -> dict[str, Block]:
    path = tmp_path / "return.xml"
    path.write_text(content)
    return {str(block.sheet): block for block in read_file(path, KNOWN)}


def _rows(block: Block, *names: str) -> list[tuple[object, ...]]:
    places = [block.headings.index(name) for name in names]
    return list(zip(*(block.columns[place] for place in places), strict=True))


def test_modules_are_joined_by_ids_in_the_order_of_the_elements(tmp_path: Path) -> None:
    blocks = _blocks(tmp_path, RETURN)
    assert _rows(blocks["person"], "persontableid", "upn") == [("P1", "SYN1"), ("P2", None)]
    requests = _rows(blocks["requests"], "requeststableid", "persontableid", "receiveddate")
    assert requests == [
        ("R1", "P1", "2025-01-06"), ("R2", "P1", "2025-02-06"), ("R3", "P2", "2025-03-06"),
    ]  # fmt: skip
    assert _rows(blocks["requests"], "requestsource")[0] == ("1",)
    assert _rows(blocks["named_plan"], "requeststableid", "startdate") == [("R1", "2025-05-26")]
    assert _rows(blocks["active_plans"], "requeststableid", "transferla") == [("R1", "304")]
    assert _rows(blocks["sen_need"], "requeststableid", "sentype") == [("R1", "ASD")]
    assert [note.code for note in blocks["person"].notes] == ["UNKNOWN_ELEMENTS"]


def test_return_is_taken_in_like_its_module_files(tmp_path: Path) -> None:
    path = tmp_path / "return.xml"
    path.write_text(RETURN)
    submission = SubmissionFiles(
        submission_id="s", area_code="E09000003", source="sen2", folder_as_at=DAY, files=(path,),
        look_back_months=6, dfe_code="302", fingerprint="",
    )  # fmt: skip
    extraction = extract(submission, b"secret of the tests", tmp_path / "raw")
    assert (extraction.verdict, extraction.tables["requests"].loaded) == ("accepted", 3)
    plans = pq.read_table(tmp_path / "raw" / "named_plan.parquet")
    requests = pq.read_table(tmp_path / "raw" / "requests.parquet")
    assert plans.column("request_key")[0] == requests.column("request_key")[0]


@pytest.mark.parametrize("content", ["<Other/>", "<Message><Persons><Person>"])
def test_other_xml_and_a_broken_return_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileRejected):
        _blocks(tmp_path, content)
