"""Rules that a contract cannot say, one module per source: rule, message and test cases in one file."""

from __future__ import annotations

from expectations.checks import Check
from expectations.rules import (
    admissions,
    annex_a,
    attendance,
    cin_census,
    epep,
    ks4,
    manual_returns,
    nccis,
    sen2,
    ssda903,
)

RULES: dict[str, tuple[Check, ...]] = {
    "admissions": admissions.RULES,
    "annex_a": annex_a.RULES,
    "attendance": attendance.RULES,
    "cin_census": cin_census.RULES,
    "epep": epep.RULES,
    "ks4": ks4.RULES,
    "manual_returns": manual_returns.RULES,
    "nccis": nccis.RULES,
    "sen2": sen2.RULES,
    "ssda903": ssda903.RULES,
}
