"""A field that a contract gains is read from the XML of that return; no reader has to be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract import Contract, contract_for
from orchestration.intake.readers import Block, read_file
from orchestration.intake.tables.headings import normalise_heading
from tests.unit.intake import test_readers_cin_xml as cin
from tests.unit.intake import test_readers_sen2_xml as sen2
from tests.unit.intake import test_readers_ssda903_xml as ssda903

CENSUS = cin.message(cin.CHILD)
PLACES = [
    ("cin_census", "children", CENSUS, "</ChildIdentifiers>"),
    ("cin_census", "cin_details", CENSUS, "<Assessments>"),
    ("cin_census", "assessments", CENSUS, "<FactorsIdentifiedAtAssessment>"),
    ("cin_census", "section47", CENSUS, "</Section47>"),
    ("cin_census", "child_protection_plans", CENSUS, "<Reviews>"),
    ("ssda903", "header", ssda903.WHOLE, "<AREVIEW>"),
    ("ssda903", "ad1", ssda903.WHOLE, "<AREVIEW>"),
    ("ssda903", "oc2", ssda903.WHOLE, "</OC2>"),
    ("ssda903", "episodes", ssda903.WHOLE, "<REC>"),
    ("sen2", "person", sen2.RETURN, "<Requests>"),
    ("sen2", "named_plan", sen2.RETURN, "<PlanDetail>"),
]


def _blocks(tmp_path: Path, source: str, content: str) -> dict[str, Block]:
    path = tmp_path / "return.xml"
    path.write_text(content, encoding="utf-8")
    known = frozenset(map(normalise_heading, contract_for(source).headings()))
    return {str(block.sheet): block for block in read_file(path, known)}


def _unknown(blocks: dict[str, Block]) -> str:
    return " ".join(
        str(name.name)
        for block in blocks.values()
        for note in block.notes
        if note.code == "UNKNOWN_ELEMENTS"
        for name in note.names
    )


@pytest.mark.parametrize("name", ["newelement", "otherspelling"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[1]}")
def test_field_added_to_a_contract_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str, str, str], name: str
) -> None:
    source, table, content, before = place
    content = content.replace(before, f"<{name}>first</{name}>{before}", 1)
    assert name in _unknown(_blocks(tmp_path, source, content))

    described = contract_for(source).model_dump()
    described["tables"][table]["columns"]["added"] = {
        "heading": "newelement", "aliases": ("otherspelling",), "type": "compared", "because": "a test",
    }  # fmt: skip
    changed = Contract.model_validate(described)
    monkeypatch.setattr(
        "orchestration.intake.readers.modules.contract_for", lambda _source: changed
    )
    blocks = _blocks(tmp_path, source, content)
    column = blocks[table].headings.index("newelement")
    assert blocks[table].columns[column][0] == "first"
    assert name not in _unknown(blocks)
