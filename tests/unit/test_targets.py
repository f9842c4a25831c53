"""Targets of the settings: each judged against the register, and none that contradicts another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from orchestration.night.steps import registry
from orchestration.registry.targets import agreed_targets
from orchestration.settings import ConfigurationError, load_settings

AGREED = {
    "area": '"E09000003"', "indicator": '"referrals_repeat_pct"', "from": "2026-04-01", "target": "16",
    "near_within": "2", "agreed_by": '"Cabinet"', "agreed_on": "2026-03-12",
}  # fmt: skip


def _settings(folder: Path, *targets: Mapping[str, str]) -> str | list[dict[str, object]]:
    """The rows that the settings give, or the sentence with which they are refused."""
    text = "\n".join(
        "\n".join(["[[targets]]", *(f"{key} = {value}" for key, value in target.items())])
        for target in targets
    )
    (folder / "settings.toml").write_text(text)
    try:
        return agreed_targets(load_settings(folder).targets, registry())
    except ConfigurationError as error:
        return str(error)


def test_target_takes_its_polarity_from_the_register(tmp_path: Path) -> None:
    [row] = _settings(tmp_path, AGREED)
    assert row["polarity"] == "low"
    assert (row["origin"], row["target"], row["valid_to"]) == ("local", 16.0, None)
    assert row["agreed_on"] == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"indicator": '"no_such"'}, "no indicator 'no_such'"),
        ({"indicator": '"referrals_rate"'}, "neither high nor low is good"),
        ({"area": '"Barnet"'}, "targets.0.area"),
        ({"agreed_by": '""'}, "targets.0.agreed_by"),
        ({"near_within": "-1"}, "targets.0.near_within"),
        ({"far_within": "2"}, "far_within reaches no further"),
        ({"to": "2026-03-31"}, "`to` is before `from`"),
        ({"origin": '"demonstration"'}, "targets.0.origin"),
        ({"polarity": '"high"'}, "targets.0.polarity"),
    ],
)
def test_target_that_cannot_be_used_is_refused(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    assert said in _settings(tmp_path, AGREED | changed)


@pytest.mark.parametrize(
    ("first", "second", "is_refused"),
    [
        ({}, {"from": "2026-04-01"}, True),
        ({}, {"from": "2027-04-01"}, True),
        ({"to": "2027-04-01"}, {"from": "2027-04-01"}, True),
        ({"to": "2027-03-31"}, {"from": "2027-04-01"}, False),
        ({}, {"area": '"E09000005"'}, False),
        ({}, {"indicator": '"assessments_45_days_pct"'}, False),
    ],
)
def test_two_targets_of_one_period_are_refused(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], is_refused: bool
) -> None:
    found = _settings(tmp_path, AGREED | first, AGREED | second)
    assert ("has two targets" in found) if is_refused else len(found) == 2
