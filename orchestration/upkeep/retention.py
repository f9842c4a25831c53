"""How long extracts may be kept: the rule of each source, what is past it, and what a legal hold keeps all the same.

Nothing is removed here (`purge.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from expectations.contract import Retention, contract_for, sources
from orchestration.ledger.ledger import SubmissionVersion
from orchestration.settings import ConfigurationError, LegalHold, Settings


@dataclass(frozen=True)
class Due:
    """A version that is past the rule of its source."""

    version: SubmissionVersion
    rule: Retention

    @property
    def place(self) -> str:
        """Where it came from, in one word."""
        return f"{self.version.area_code}/{self.version.source}/{self.version.folder_month}"


def rules_of(settings: Settings) -> dict[str, Retention]:
    """The rule of each source that has rows about children: of its contract, with what the settings say instead."""
    rules = {name: rule for name in sources() if (rule := contract_for(name).retention)}
    for name, said in settings.retention.items():
        if name not in rules:
            raise ConfigurationError(
                f"settings.toml: retention.{name}: no source with rows about children; there are: {', '.join(rules)}"
            )
        rules[name] = rules[name].model_copy(update=said.model_dump(exclude_none=True))
    return rules


def due_versions(
    versions: Iterable[SubmissionVersion], rules: Mapping[str, Retention], today: date
) -> list[Due]:
    """Every version past its rule, refused ones too."""
    return [
        Due(version, rule)
        for version in versions
        if (rule := rules.get(version.source))
        and _clock(version, rule) < first_day_kept(rule, today)
    ]


def first_day_kept(rule: Retention, today: date) -> date:
    """What is dated before it has been kept for longer than the rule allows."""
    return today - relativedelta(months=rule.months)


def is_held(area_code: str, hold: LegalHold | None) -> bool:
    """Whether a legal hold keeps what is of an area."""
    return hold is not None and (not hold.areas or area_code in hold.areas)


def _clock(version: SubmissionVersion, rule: Retention) -> date:
    return version.as_at_date if rule.clock == "as_at_date" else version.received_at.date()
