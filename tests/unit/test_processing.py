"""The record of processing says what the contracts say, and the assessment refers to what there is."""

from __future__ import annotations

import re

from expectations.contract import contract_for, sources
from orchestration.settings import PROJECT_FOLDER
from orchestration.upkeep.processing import TARGET, TO_FILL, page


def test_record_of_processing_is_current() -> None:
    assert TARGET.exists()
    assert TARGET.read_text(encoding="utf-8") == page(), (
        "run `python -m orchestration.upkeep.processing`"
    )


def test_record_names_every_source_about_people_with_each_field_it_keeps_or_drops() -> None:
    said = page()
    parts = dict(re.findall(r"^## (\w+): .*?\n(.*?)(?=^## |\Z)", said, re.DOTALL | re.MULTILINE))
    about_people = {name for name in sources() if contract_for(name).retention}
    assert set(parts) == about_people
    for source, part in parts.items():
        contract = contract_for(source)
        assert contract.retention
        assert f"{contract.retention.months} months from" in part
        assert part.count(TO_FILL) >= 2
        assert re.search(r"\| purpose \| (SC|ED|\w+_)", part), source
        for table in contract.tables.values():
            for column in table.columns.values():
                assert column.looked_up or column.heading in part, (source, column.heading)


def test_assessment_leaves_to_the_authority_what_only_it_can_say() -> None:
    text = (PROJECT_FOLDER / "orchestration/deploy/DPIA.md").read_text(encoding="utf-8")
    assert text.count("*to be filled") >= 20
    for name in re.findall(r"`([\w/]+\.md)`", text):
        assert any((folder / name).exists() for folder in (TARGET.parent, PROJECT_FOLDER)), name
