"""Targets that a deployment has agreed: `[[targets]]` of its settings, judged against the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from orchestration.registry.indicators import Indicator
from orchestration.settings import ConfigurationError, Target

_FOR_EVER = date.max


def agreed_targets(
    targets: Sequence[Target], indicators: Sequence[Indicator]
) -> list[dict[str, Any]]:
    """One row per target, as `stg_run__targets` declares them; raises ConfigurationError."""
    known = {indicator.id: indicator for indicator in indicators}
    for target in targets:
        if target.indicator not in known:
            raise ConfigurationError(
                f"settings.toml: targets: there is no indicator {target.indicator!r}; `dim_indicators` lists them"
            )
        if known[target.indicator].good_is == "neutral":
            raise ConfigurationError(
                f"settings.toml: targets: {target.indicator} has no target: neither high nor low is good"
            )
    _refuse_overlaps(targets)
    return [_row(target, known[target.indicator].good_is) for target in targets]


def _refuse_overlaps(targets: Sequence[Target]) -> None:
    """A period has one target: with two its line would be printed twice."""
    ordered = sorted(targets, key=lambda one: (one.area, one.indicator, one.valid_from))
    for before, after in pairwise(ordered):
        is_same = (before.area, before.indicator) == (after.area, after.indicator)
        if is_same and after.valid_from <= (before.valid_to or _FOR_EVER):
            raise ConfigurationError(
                f"settings.toml: targets: {after.indicator} of {after.area} has two targets from {after.valid_from} on; "
                f"end the earlier one with `to`"
            )


def _row(target: Target, polarity: str) -> dict[str, Any]:
    return {
        "area_code": target.area, "indicator_id": target.indicator,
        "valid_from": target.valid_from, "valid_to": target.valid_to,
        "target": target.target, "near_within": target.near_within, "far_within": target.far_within,
        "polarity": polarity, "origin": target.origin,
        "agreed_by": target.agreed_by, "agreed_on": target.agreed_on,
    }  # fmt: skip
