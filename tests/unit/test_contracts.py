"""What a contract may not say: found when it is loaded, not when a file arrives."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from expectations.contract import Contract, contract_for


def _attendance(**changed: Any) -> dict[str, Any]:
    return contract_for("attendance").model_dump() | changed


def test_file_of_elsewhere_may_not_be_loaded_in_part() -> None:
    assert Contract.model_validate(_attendance()).on_failed_table == "reject_submission"
    with pytest.raises(
        ValidationError, match="school_weeks of another authority or period would be loaded"
    ):
        Contract.model_validate(_attendance(on_failed_table="absent"))


def test_what_is_looked_up_stands_somewhere() -> None:
    described = contract_for("attendance").model_dump()
    column = next(iter(described["tables"]["school_weeks"]["columns"].values()))
    column["looked_up"] = {"table": "no such table", "by": "urn"}
    with pytest.raises(ValidationError, match="nothing to look up"):
        Contract.model_validate(described)
