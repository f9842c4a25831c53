"""What a hold says, read back from the reason that `dbt_project/models/gate/gate_holds.sql` writes.

Several indicators are held by the same check: readers see it once, with everything that it holds and what ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

REASON = re.compile(
    r"^held by (?P<why>.+)\. Newest good period: (?P<good>none|\d{4}-\d{2}-\d{2})$", re.DOTALL
)
CHECK = re.compile(r"(\w+\.\w+\.\w+) \(\w+ \w+\) since the extract of ")


@dataclass(frozen=True)
class Hold:
    """One cause, and the indicators of one authority that it holds."""

    area_code: str
    why: str
    checks: tuple[str, ...]
    indicators: tuple[str, ...]

    @property
    def released_by(self) -> str:
        """What ends the hold, as a person can do it."""
        accepts = (f"cypp accept {check} --area {self.area_code}" for check in self.checks)
        return f"a good extract, or a named person: {'; '.join(accepts)}"


def why_of(reason: str) -> str:
    """The cause alone, which all indicators that it holds share."""
    found = REASON.match(reason)
    return found["why"] if found else reason


def holds_of(held: Iterable[tuple[str, str, str]]) -> list[Hold]:
    """(area, indicator, reason) of what is held, by cause, in the order given."""
    causes: dict[tuple[str, str], dict[str, None]] = {}
    for area_code, indicator_id, reason in held:
        causes.setdefault((area_code, why_of(reason)), {})[indicator_id] = None
    return [
        Hold(area_code, why, tuple(dict.fromkeys(CHECK.findall(why))), tuple(indicators))
        for (area_code, why), indicators in causes.items()
    ]
