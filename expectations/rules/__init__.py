"""Rules that a contract cannot say, one module per source: rule, message and test cases in one file."""

from __future__ import annotations

from expectations.checks import Check
from expectations.rules import annex_a, cin_census, epep, manual_returns, nccis, ssda903

RULES: dict[str, tuple[Check, ...]] = {
    "annex_a": annex_a.RULES,
    "cin_census": cin_census.RULES,
    "epep": epep.RULES,
    "manual_returns": manual_returns.RULES,
    "nccis": nccis.RULES,
    "ssda903": ssda903.RULES,
}
