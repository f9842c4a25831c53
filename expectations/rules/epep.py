"""Rules of the personal education plans that their contract cannot say."""

from __future__ import annotations

from expectations.checks import Check
from expectations.rules.cases import Rows
from expectations.rules.shapes import not_earlier

RULES: tuple[Check, ...] = (
    Check(
        "epep.plans.ends_before_it_starts.looked_after_to", "epep", "plans", "ends_before_it_starts",
        "looked_after_to", "consistency", "warn", False,
        "The child stops being looked after before it starts",
        "Check looked_after_from and looked_after_to", not_earlier("looked_after_to", "looked_after_from"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "epep.plans.ends_before_it_starts.looked_after_to": [
        ({"looked_after_from": "2024-06-03", "looked_after_to": "2024-06-02"}, True),
        ({"looked_after_from": "2024-06-03", "looked_after_to": "2024-06-03"}, False),
        ({"looked_after_from": "2024-06-03", "looked_after_to": None}, False),
    ],
}
