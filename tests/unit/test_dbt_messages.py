"""What dbt says of a failure, as the operator may see it: never what it quotes from a row."""

from __future__ import annotations

import pytest

from orchestration.warehouse.dbt_process import safe_message


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Runtime Error in model hist_x (models/history/hist_x.sql)\n  Conversion Error: Could not convert"
            " string 'SYN1' to INT32",
            "Runtime Error, Conversion Error",
        ),
        (
            'Runtime Error in model dim_x\n  Constraint Error: Duplicate key "child_key: 1a2b" violates',
            "Runtime Error, Constraint Error",
        ),
        ("Got 3 results, configured to fail if != 0", "Got 3 results, configured to fail if != 0"),
        (
            "Compilation Error in model x (models/x.sql)\n  'y' is undefined",
            "Compilation Error in model x (models/x.sql) 'y' is undefined",
        ),
        (
            "Not implemented Error: Cannot switch temporary directory after the current one has been used",
            "Not implemented Error",
        ),
        ("child SYN1 is odd", "failed"),
    ],
)
def test_message_says_what_failed_and_quotes_no_row(said: str, shown: str) -> None:
    assert safe_message(said) == shown
