"""What the registry refuses: one sentence that names the file, the entry and the choices."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.registry.indicators import (
    INDICATORS_FOLDER,
    POPULATIONS_FOLDER,
    breakdowns_by_population,
    check_breakdowns,
    check_parts,
    cross_check,
    load_indicators,
    measures_by_population,
)
from orchestration.registry.vocabulary import RegistryError, vocabulary

FRONT_DOOR = Path("social_care", "front_door.yml")


def _registry(target: Path, before: str, after: str) -> Path:
    """A copy of the registry with one text of the front door's family changed."""
    folder = Path(shutil.copytree(INDICATORS_FOLDER, target / "indicators"))
    family = folder / FRONT_DOOR
    text = family.read_text(encoding="utf-8")
    assert before in text
    family.write_text(text.replace(before, after, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("plan: 2019-23", "plan: borough", r"plan: 'borough' is not declared in .*vocabulary\.yml, which has 2019-23,"),
        ("basis: rolling12", "basis: weekly", r"basis: 'weekly' is not declared in .*vocabulary\.yml, which has rolling12,"),
        ("decimals: 1", "decimals: 1\n    unit: hours", r"unit: 'hours' is not declared in .*which has %, per 10,000"),
        ("kind: rate_per_10k", "kind: rate", "referrals_rate: .*a rate has no denominator measure"),
        ("kind: rate_per_10k", "kind: ratio", "kind: Input should be 'rate_per_10k', 'percentage'"),
        ("    events: {numerator: referral}\n", "", "referrals_rate: .*`events` does not name the event that its numerator counts"),
        ("section: Children's social care\n", "", "front_door.yml: the file does not say section"),
        ("family: front_door", "family: [front_door", "front_door.yml: not valid YAML in line 2"),
    ],
)  # fmt: skip
def test_name_that_is_not_declared_is_refused_in_one_sentence(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    with pytest.raises(RegistryError, match=said) as refused:
        load_indicators(_registry(tmp_path, before, after))
    assert "front_door.yml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_measure_printed_with_an_indicator_that_is_not_there_is_refused(tmp_path: Path) -> None:
    registry = _registry(
        tmp_path, "    kind: rate_per_10k", "    printed_with: nothing\n    kind: rate_per_10k"
    )
    with pytest.raises(
        RegistryError, match="no indicator 'nothing' that it could be `printed_with`"
    ):
        load_indicators(registry)


def test_series_that_two_indicators_are_compared_with_is_refused(tmp_path: Path) -> None:
    before, other = "benchmarks: [", 'benchmarks: [{series: "RevCP", basis: fy}, '
    registry = _registry(tmp_path, before, other)
    said = "the series RevCP is compared with .*: it can be with one only"
    with pytest.raises(RegistryError, match=said):
        load_indicators(registry)


def test_breakdown_that_the_population_does_not_offer_is_refused_with_those_it_does(
    tmp_path: Path,
) -> None:
    before = "breakdowns: [sex, age_band, ethnic_group, primary_need]"
    asked = load_indicators(_registry(tmp_path, before, "breakdowns: [category_of_abuse]"))
    said = (
        "referrals_rate: pop_referrals offers no breakdown category_of_abuse, only .*primary_need"
    )
    with pytest.raises(RegistryError, match=said):
        check_breakdowns(asked, breakdowns_by_population())


def test_population_whose_records_are_not_counted_on_a_day_is_none_of_an_indicator(
    tmp_path: Path,
) -> None:
    asked = load_indicators(_registry(tmp_path, "population: referrals", "population: children"))
    with pytest.raises(RegistryError, match="referrals_rate: there is no population children;"):
        cross_check(asked, measures_by_population())


def test_breakdown_marked_in_a_population_is_offered_there_and_nowhere_else(
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(POPULATIONS_FOLDER, tmp_path / "populations"))
    documented = folder / "social_care" / "populations.yml"
    text = documented.read_text(encoding="utf-8")
    marked = "      - name: kind_of_caller\n        config: {meta: {breakdown: true}}\n      - name: primary_need\n"
    documented.write_text(text.replace("      - name: primary_need\n", marked, 1), encoding="utf-8")
    offered = breakdowns_by_population(folder)
    assert [name for name, found in offered.items() if "kind_of_caller" in found] == ["referrals"]


def test_plan_declared_in_the_vocabulary_takes_its_place_in_the_order_of_the_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _registry(tmp_path, "plan: 2019-23", "plan: borough")
    declared = (folder / "vocabulary.yml").read_text(encoding="utf-8")
    changed = declared.replace(
        "  variant:", "  borough: {title: What the borough asks for}\n  variant:", 1
    )
    (folder / "vocabulary.yml").write_text(changed, encoding="utf-8")
    known = vocabulary(folder / "vocabulary.yml")
    for module in ("orchestration.registry.indicators", "orchestration.registry.vocabulary"):
        monkeypatch.setattr(f"{module}.vocabulary", lambda: known)
    plans = [one.plan for one in load_indicators(folder)]
    assert list(dict.fromkeys(plans)) == ["2019-23", "borough", "variant", "2013-16", "practice"]


def test_part_of_an_event_that_nobody_counts_is_refused() -> None:
    known = vocabulary().model_copy(update={"part_of": {"stork sighting": ("referral",)}})
    with pytest.raises(
        RegistryError, match=r"vocabulary.yml: no indicator counts the event 'stork sighting'"
    ):
        check_parts(load_indicators(), known)
    check_parts(load_indicators(), vocabulary())
