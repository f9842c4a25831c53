"""The lines of the summary: every kind of finding once, the worst first."""

from __future__ import annotations

from orchestration.intake.findings import Finding
from orchestration.operator.summary import tell_once


def _finding(month: str, rule: str, severity: str, column: str = "Primary Need Code") -> Finding:
    return Finding(
        rule, severity, "it is odd", "Mend it",  # type: ignore[arg-type]
        folder=f"E09000003/annex_a/{month}", table="list_6", column=column, rows=(3,), n_rows=1,
    )  # fmt: skip


def test_fault_that_every_month_repeats_is_one_line_about_the_newest() -> None:
    months = ["2025-01", "2025-03", "2025-02"]
    lines = tell_once([_finding(month, "code_unknown", "flag") for month in months])

    [line] = lines
    assert "2025-03" in line
    assert line.endswith("(and 2 more like it)")


def test_what_differs_stays_apart_and_what_stops_a_file_comes_first() -> None:
    lines = tell_once(
        [
            _finding("2025-01", "code_unknown", "flag"),
            _finding("2025-01", "code_unknown", "flag", column="Case Status"),
            _finding("2025-01", "EMPTY", "reject"),
        ]
    )

    assert [line.split()[0] for line in lines] == ["reject", "flag", "flag"]
    assert "more like it" not in "".join(lines)
