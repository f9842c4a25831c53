"""The indicator registry (`dbt_project/indicators/<domain>/<family>.yml`): what each indicator means.

Registry entries name a population and its measures; they never express one. How records are counted is
SQL in `models/populations`, the arithmetic is `fct_indicator_values`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from orchestration.registry.vocabulary import (
    INDICATORS_FOLDER,
    VOCABULARY_FILE,
    RegistryError,
    Vocabulary,
    declared,
    in_a_sentence,
    in_project,
    read_yaml,
    vocabulary,
)
from orchestration.settings import DBT_FOLDER

POPULATIONS_FOLDER = DBT_FOLDER / "models" / "populations"
# Those of a child: its age at the event, and what pop_children marks.
# Kinds of record that are no persons: what is said of them is about no child.
NOT_PERSONS = frozenset({"schools"})
AGE_BAND, CHILDREN = "age_band", "children"
UNION_OF_POPULATIONS = "pop_records"
Kind = Literal["rate_per_10k", "percentage", "mean", "gap", "count", "rate", "score"]
PlanName = Annotated[str, AfterValidator(declared(lambda known: known.plans))]
BasisName = Annotated[str, AfterValidator(declared(lambda known: known.bases))]
UnitName = Annotated[str, AfterValidator(declared(lambda known: known.units))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Benchmark(_Strict):
    """A published series that the indicator is compared with, and the basis it is published on."""

    series: str
    basis: BasisName
    # Taken from 100 (attendance from absence), or less another series of England or of the same area.
    transform: Literal["as_published", "from_100"] = "as_published"
    minus: str | None = None
    minus_area: Literal["england", "same"] = "england"
    # The name of what is made so; the published series' own name where nothing is made.
    name: str | None = None

    @property
    def series_id(self) -> str:
        return self.name or self.series


class Gap(_Strict):
    """What a gap is measured from: the kind of the local figure, and England's series under it."""

    of: Literal["percentage", "mean"]
    national_series: str


class Events(_Strict):
    """The event that each count is of, the same name in every indicator that counts it.

    Who knows one of them knows the others (dbt_project/docs/disclosure.md, 'Figures that give others away').
    """

    numerator: str = ""
    denominator: str = ""


class Flows(_Strict):
    """The events by which a stock grows and shrinks."""

    started: str
    ended: str


class DefinitionSource(_Strict):
    document: str
    year: int
    section: str


class Example(_Strict):
    """A worked example; `value` is as printed."""

    numerator: float | None = None
    denominator: float | None = None
    value: float


class Indicator(_Strict):
    """One indicator: its meaning, its measures and its governance."""

    id: str
    family: str
    plan: PlanName
    section: str
    position: str = ""
    title: str
    # Of a variant: the indicator with whose value it is printed, because that cannot be read without it.
    printed_with: str = ""
    # The title in a few words, on tiles; where there is none the title itself.
    caption: Annotated[str, Field(max_length=40)] = ""
    definition: str
    numerator_means: str
    denominator_means: str
    population: str
    covers: str = ""
    pooled_years: Annotated[int, Field(ge=1)] = 1
    history_months: Annotated[int, Field(ge=0)] = 0
    method: Literal["computed", "published", "manual"] = "computed"
    kind: Kind
    unit: UnitName | None = None
    counts: Literal["records", "children"] = "records"
    events: Events = Events()
    flows: Flows | None = None
    gap: Gap | None = None
    # A national suspension of the measure (seed `suspensions`, or a rule of its own).
    suspended_by: str | None = None
    # Said before the year where an amount of a counted record cannot be known.
    unknown_amount_means: str | None = None
    numerator: str = ""
    denominator: str | None = None
    basis: BasisName
    also_on: tuple[Literal["ytd", "six_month_annualised"], ...] = ()
    good_is: Literal["high", "low", "neutral"]
    decimals: Annotated[int, Field(ge=0, le=3)]
    benchmarks: tuple[Benchmark, ...]
    zero_means_not_recorded: bool = False
    caveats: str
    data_owner: str
    # Who is asked for a figure that is supplied by hand (`cypp forms`).
    supplier: str = ""
    breakdowns: tuple[str, ...]
    # `annex`: the earlier plan's measures, at the end of the committee report. `practice`: for officers only.
    reports: tuple[Literal["committee", "standards", "board", "annex", "practice"], ...]
    definition_from: DefinitionSource
    inputs: tuple[str, ...]
    example: Example

    @property
    def adds_up(self) -> bool:
        """Whether its numerator is a sum of days or scores, not a count."""
        local_kind = self.gap.of if self.gap else self.kind
        return local_kind in ("mean", "score")

    @model_validator(mode="after")
    def _events_are_named(self) -> Indicator:
        """A count that does not say what it counts cannot be protected: nothing shows what gives it away."""
        if self.method != "computed" or self.population in NOT_PERSONS:
            return self
        needed = {
            "numerator": not self.adds_up, "denominator": self.denominator is not None,
        }  # fmt: skip
        for part, is_needed in needed.items():
            if is_needed and not getattr(self.events, part):
                raise ValueError(
                    f"{self.id}: `events` does not name the event that its {part} counts: use the name under which"
                    " other indicators count the same event, or a new one"
                )
        return self

    @model_validator(mode="after")
    def _kind_and_denominator_agree(self) -> Indicator:
        if self.method != "computed":
            return self
        if (self.kind == "rate_per_10k") == (self.denominator is not None) or not self.numerator:
            raise ValueError(
                f"{self.id}: a rate has no denominator measure, any other kind has one"
            )
        if (self.kind == "gap") != (self.gap is not None):
            raise ValueError(f"{self.id}: a gap says what it is measured from, nothing else does")
        return self

    @model_validator(mode="after")
    def _manual_figures_have_a_supplier(self) -> Indicator:
        """Somebody must be asked for what is supplied by hand, and nobody for anything else."""
        if (self.method == "manual") != bool(self.supplier):
            raise ValueError(f"{self.id}: a supplier belongs to a figure that is supplied by hand")
        return self

    @model_validator(mode="after")
    def _children_are_counted_in_rates(self) -> Indicator:
        """A share needs one answer per child; of several events of a child only a population can say it."""
        if self.counts == "children" and self.kind != "rate_per_10k":
            raise ValueError(f"{self.id}: children are counted in rates only")
        return self

    @model_validator(mode="after")
    def _further_bases_suit_the_kind(self) -> Indicator:
        """Shares of events are for the year to date too, rates of events as a doubled half year."""
        suitable = {"percentage": "ytd", "rate_per_10k": "six_month_annualised"}.get(self.kind)
        if set(self.also_on) - {suitable} or (self.also_on and self.basis != "rolling12"):
            raise ValueError(f"{self.id}: cannot be issued on {self.also_on}")
        return self

    @property
    def shown_unit(self) -> str:
        """What a value is counted in."""
        return vocabulary().unit_of_kind[self.kind] if self.unit is None else self.unit

    @property
    def bases(self) -> tuple[str, ...]:
        """Every basis on which it is issued."""
        return (self.basis, *vocabulary().bases[self.basis].also_on, *self.also_on)

    @property
    def is_public(self) -> bool:
        """Whether public packs may have its figures, under disclosure control."""
        return vocabulary().plans[self.plan].is_public

    @property
    def plan_order(self) -> tuple[int, str]:
        """Sort key: by plan, then by position (SC before ED), a variant by the indicator it varies, and where the plan
        says what its sections are about, in their order."""
        known, prefix = vocabulary(), self.position[:2]
        rank = known.positions.index(prefix) if prefix in known.positions else 9
        sections = list(known.plans[self.plan].sections)
        place = f"{sections.index(self.section):02}" if self.section in sections else self.section
        return list(known.plans).index(self.plan), f"{rank}{self.position or place}"


def _entries(path: Path) -> list[dict[str, Any]]:
    family = read_yaml(path)
    lacking = {"family", "plan", "section", "defaults", "indicators"} - set(family)
    if lacking:
        raise RegistryError(
            f"{in_project(path)}: the file does not say {', '.join(sorted(lacking))}"
        )
    shared = {name: family[name] for name in ("family", "plan", "section")}
    return [{**shared, **family["defaults"], **entry} for entry in family["indicators"]]


def _indicator(path: Path, entry: dict[str, Any]) -> Indicator:
    try:
        return Indicator(**entry)
    except ValidationError as error:
        name = entry.get("id", "an indicator without id")
        raise RegistryError(f"{in_project(path)}: {name}: {in_a_sentence(error)}") from None


@cache
def load_indicators(folder: Path = INDICATORS_FOLDER) -> tuple[Indicator, ...]:
    """Every indicator, in plan order (by position, variants last); raises RegistryError when ids or series repeat."""
    families = sorted(folder.glob("*/*.yml"))
    found = [_indicator(path, entry) for path in families for entry in _entries(path)]
    ids = [indicator.id for indicator in found]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise RegistryError(f"more than one entry for {', '.join(repeated)}")
    compared: dict[str, str] = {}
    for indicator in found:
        for item in indicator.benchmarks:
            first = compared.setdefault(item.series_id, indicator.id)
            if first != indicator.id:
                raise RegistryError(
                    f"{indicator.id}: the series {item.series_id} is compared with {first}: it can be with one only"
                )
        if indicator.printed_with and indicator.printed_with not in ids:
            raise RegistryError(
                f"{indicator.id}: there is no indicator {indicator.printed_with!r} that it could be `printed_with`"
            )
    return tuple(sorted(found, key=lambda indicator: indicator.plan_order))


def _columns_by_population(folder: Path) -> dict[str, dict[str, set[str]]]:
    """By population, each documented column and its marks (`meta: {measure: true}`)."""
    return {
        model["name"].removeprefix("pop_"): {
            column["name"]: set(column.get("config", {}).get("meta", {}))
            for column in model["columns"]
        }
        for path in sorted(folder.rglob("*.yml"))
        for model in read_yaml(path).get("models", [])
        if model["name"] != UNION_OF_POPULATIONS
    }


def measures_by_population(folder: Path = POPULATIONS_FOLDER) -> dict[str, set[str]]:
    """The measures of each population whose records are counted on a day; 'all' is in every one."""
    return {
        population: {"all", *(name for name, marks in columns.items() if "measure" in marks)}
        for population, columns in _columns_by_population(folder).items()
        if "counted_on" in columns
    }


def breakdowns_by_population(folder: Path = POPULATIONS_FOLDER) -> dict[str, set[str]]:
    """The breakdowns that each population offers: its own, and those of the children in it."""
    found = {
        population: {name for name, marks in columns.items() if "breakdown" in marks}
        for population, columns in _columns_by_population(folder).items()
    }
    return {
        population: {AGE_BAND, *found[CHILDREN], *columns} for population, columns in found.items()
    }


def check_breakdowns(indicators: tuple[Indicator, ...], offered: dict[str, set[str]]) -> None:
    """Refuse a breakdown that the population does not offer, by RegistryError."""
    for indicator in indicators:
        if indicator.method != "computed":
            continue
        found = offered[indicator.population]
        lacking = sorted(set(indicator.breakdowns) - found)
        if lacking:
            raise RegistryError(
                f"{indicator.id}: pop_{indicator.population} offers no breakdown {', '.join(lacking)}, only"
                f" {', '.join(sorted(found))}; another is a column marked `meta: {{breakdown: true}}` in its YAML"
            )


def check_parts(indicators: tuple[Indicator, ...], known: Vocabulary) -> None:
    """Refuse what is said of an event that no indicator counts, by RegistryError."""
    counted = {
        event for one in indicators for event in (one.events.numerator, one.events.denominator)
    }
    said = {event for part, wholes in known.part_of.items() for event in (part, *wholes)}
    unknown = sorted((said | {event for pair in known.apart for event in pair}) - counted)
    if unknown:
        raise RegistryError(
            f"{in_project(VOCABULARY_FILE)}: no indicator counts the event {unknown[0]!r}: `part_of` and `apart` use the"
            " names of `events`"
        )


def cross_check(indicators: tuple[Indicator, ...], measures: dict[str, set[str]]) -> None:
    """Every named population and measure exists, and every declared measure is used; else RegistryError."""
    used: dict[str, set[str]] = {name: {"all"} for name in measures}
    for indicator in indicators:
        if indicator.method != "computed":
            continue
        if indicator.population not in measures:
            raise RegistryError(
                f"{indicator.id}: there is no population {indicator.population}; dbt_project/models/populations"
                f" has {', '.join(sorted(measures))}"
            )
        named = {name for name in (indicator.numerator, indicator.denominator) if name}
        unknown = named - measures[indicator.population]
        if unknown:
            raise RegistryError(
                f"{indicator.id}: pop_{indicator.population} has no measure {sorted(unknown)}"
            )
        used[indicator.population] |= named
    idle = {
        name: sorted(measures[name] - used[name])
        for name in measures
        if measures[name] - used[name]
    }
    if idle:
        raise RegistryError(f"measures that no indicator uses: {idle}")
