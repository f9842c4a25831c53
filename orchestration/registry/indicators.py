"""The indicator registry (`dbt_project/indicators/<domain>/<family>.yml`): what each indicator means.

Registry entries name a population and its measures; they never express one. How records are counted is
SQL in `models/populations`, the arithmetic is `fct_indicator_values`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.settings import DBT_FOLDER

INDICATORS_FOLDER = DBT_FOLDER / "indicators"
POPULATIONS_FOLDER = DBT_FOLDER / "models" / "populations"
# What a record itself can be divided by, beside the attributes of its child.
RecordBreakdown = Literal["primary_need", "category_of_abuse"]
Breakdown = Literal["sex", "age_band", "ethnic_group"] | RecordBreakdown
UNITS = {
    "rate_per_10k": "per 10,000 children", "percentage": "%", "mean": "points", "gap": "points",
    "count": "", "rate": "per 100,000", "score": "points",
}  # fmt: skip
BASES = {"rolling12": ("rolling12", "fy")}
Kind = Literal["rate_per_10k", "percentage", "mean", "gap", "count", "rate", "score"]
Basis = Literal[
    "rolling12", "rolling36", "snapshot", "fy", "academic_year", "academic_year_autumn_spring", "term",
    "annual", "december_to_february",
]  # fmt: skip
# The plan in force first, its variants after it, the earlier plan last; social care before education.
PLANS = ("2019-23", "variant", "2013-16")
POSITION_PREFIXES = ("SC", "ED")


class RegistryError(Exception):
    """The registry contradicts itself or the models; the message names the indicator."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Benchmark(_Strict):
    """A published series that the indicator is compared with, and the basis it is published on."""

    series: str
    basis: Basis
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
    plan: str
    section: str
    position: str = ""
    title: str
    definition: str
    numerator_means: str
    denominator_means: str
    population: str
    covers: str = ""
    pooled_years: Annotated[int, Field(ge=1)] = 1
    history_months: Annotated[int, Field(ge=0)] = 0
    method: Literal["computed", "published", "manual"] = "computed"
    kind: Kind
    unit: str | None = None
    counts: Literal["records", "children"] = "records"
    gap: Gap | None = None
    # A national suspension of the measure (seed `suspensions`, or a rule of its own).
    suspended_by: str | None = None
    # Said before the year where an amount of a counted record cannot be known.
    unknown_amount_means: str | None = None
    numerator: str = ""
    denominator: str | None = None
    basis: Basis
    also_on: tuple[Literal["ytd", "six_month_annualised"], ...] = ()
    good_is: Literal["high", "low", "neutral"]
    decimals: Annotated[int, Field(ge=0, le=3)]
    benchmarks: tuple[Benchmark, ...]
    zero_means_not_recorded: bool = False
    caveats: str
    data_owner: str
    # Who is asked for a figure that is supplied by hand (`cypp forms`).
    supplier: str = ""
    breakdowns: tuple[Breakdown, ...]
    # `annex`: the earlier plan's measures, at the end of the committee report.
    reports: tuple[Literal["committee", "standards", "board", "annex"], ...]
    definition_from: DefinitionSource
    inputs: tuple[str, ...]
    example: Example

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
        """Shares of events stand for the year to date too, rates of events as a doubled half year."""
        suitable = {"percentage": "ytd", "rate_per_10k": "six_month_annualised"}.get(self.kind)
        if set(self.also_on) - {suitable} or (self.also_on and self.basis != "rolling12"):
            raise ValueError(f"{self.id}: cannot be issued on {self.also_on}")
        return self

    @property
    def shown_unit(self) -> str:
        """What a value is counted in."""
        return UNITS[self.kind] if self.unit is None else self.unit

    @property
    def bases(self) -> tuple[str, ...]:
        """Every basis on which it is issued."""
        return (*BASES.get(self.basis, (self.basis,)), *self.also_on)

    @property
    def plan_order(self) -> tuple[int, str]:
        """Sort key: by plan, then by position (SC before ED), a variant by the indicator it varies."""
        prefix = self.position[:2]
        rank = POSITION_PREFIXES.index(prefix) if prefix in POSITION_PREFIXES else 9
        return PLANS.index(self.plan), f"{rank}{self.position or self.section}"


def _load_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _entries(path: Path) -> list[dict[str, Any]]:
    family = _load_yaml(path)
    shared = {name: family[name] for name in ("family", "plan", "section")}
    return [{**shared, **family["defaults"], **entry} for entry in family["indicators"]]


@cache
def load_indicators(folder: Path = INDICATORS_FOLDER) -> tuple[Indicator, ...]:
    """Every indicator, in plan order (by position, variants last); raises RegistryError when ids repeat."""
    found = [
        Indicator(**entry) for path in sorted(folder.rglob("*.yml")) for entry in _entries(path)
    ]
    ids = [indicator.id for indicator in found]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise RegistryError(f"more than one entry for {', '.join(repeated)}")
    return tuple(sorted(found, key=lambda indicator: indicator.plan_order))


def _marked_columns(mark: str, folder: Path) -> dict[str, set[str]]:
    """By population, the columns whose documentation bears a mark (`meta: {measure: true}`)."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.yml")):
        for model in _load_yaml(path).get("models", []):
            found[model["name"].removeprefix("pop_")] = {
                column["name"]
                for column in model.get("columns", [])
                if column.get("config", {}).get("meta", {}).get(mark)
            }
    return found


def measures_by_population(folder: Path = POPULATIONS_FOLDER) -> dict[str, set[str]]:
    """The measures that each population's documentation declares; 'all' is in every one."""
    marked = _marked_columns("measure", folder)
    return {population: {"all", *columns} for population, columns in marked.items()}


def breakdowns_by_population(folder: Path = POPULATIONS_FOLDER) -> dict[str, set[str]]:
    """The breakdowns that the records of each population carry themselves."""
    return _marked_columns("breakdown", folder)


def check_breakdowns(indicators: tuple[Indicator, ...], carried: dict[str, set[str]]) -> None:
    """Every breakdown of a record is one that the population carries; else RegistryError."""
    for indicator in indicators:
        wanted = set(indicator.breakdowns) & set(get_args(RecordBreakdown))
        lacking = sorted(wanted - carried.get(indicator.population, set()))
        if lacking:
            raise RegistryError(
                f"{indicator.id}: pop_{indicator.population} has no breakdown {lacking}"
            )


def cross_check(indicators: tuple[Indicator, ...], measures: dict[str, set[str]]) -> None:
    """Every named population and measure exists, and every declared measure is used; else RegistryError."""
    used: dict[str, set[str]] = {name: {"all"} for name in measures}
    for indicator in indicators:
        if indicator.method != "computed":
            continue
        if indicator.population not in measures:
            raise RegistryError(f"{indicator.id}: there is no population {indicator.population}")
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
