"""The names that registry entries may use (`dbt_project/indicators/vocabulary.yml`): plans, units, bases.

Kinds of arithmetic are not here: they are code. Breakdowns are declared by the populations that offer them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.settings import DBT_FOLDER, ConfigurationError

INDICATORS_FOLDER = DBT_FOLDER / "indicators"
VOCABULARY_FILE = INDICATORS_FOLDER / "vocabulary.yml"


class RegistryError(ConfigurationError):
    """The registry contradicts itself or the models; the message names the file and what to change."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plan(_Strict):
    """A plan that names indicators, by its full title."""

    title: str
    is_public: bool = True
    """Whether its figures may leave the building at all, under disclosure control."""
    sections: dict[str, str] = {}
    """What a section of it is about, in a sentence, where its name does not say it."""


class Basis(_Strict):
    """What one period of a figure is, in words."""

    period: str = "{start} to {end}"
    published: str = "to {label}"
    noun: str = ""
    counts: str = ""
    is_monthly: bool = False
    also_on: tuple[str, ...] = ()


class Vocabulary(_Strict):
    """Every declared name, in the order of the file."""

    plans: dict[str, Plan]
    positions: tuple[str, ...]
    units: tuple[str, ...]
    unit_of_kind: dict[str, str]
    bases: dict[str, Basis]
    part_of: dict[str, tuple[str, ...]] = {}
    apart: tuple[tuple[str, str], ...] = ()


def read_yaml(path: Path) -> Any:
    """Read a file of the registry; raises RegistryError naming the line that is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RegistryError(f"{in_project(path)}: not valid YAML{line}: {error.problem}") from None


def in_project(path: Path) -> str:
    """Name a file of the registry as its writer knows it."""
    return str(path.relative_to(DBT_FOLDER.parent) if path.is_relative_to(DBT_FOLDER) else path)


def in_a_sentence(error: ValidationError) -> str:
    """Say what pydantic found, without its form."""
    return "; ".join(
        ": ".join([*map(str, found["loc"]), found["msg"].removeprefix("Value error, ")])
        for found in error.errors()
    )


@cache
def vocabulary(path: Path = VOCABULARY_FILE) -> Vocabulary:
    """Read the declared names; raises RegistryError."""
    try:
        return Vocabulary.model_validate(read_yaml(path))
    except ValidationError as error:
        raise RegistryError(f"{in_project(path)}: {in_a_sentence(error)}") from None


def declared(choices: Callable[[Vocabulary], Collection[str]]) -> Callable[[str], str]:
    """Make the check that a name is one of the declared ones; it names the file and the choices."""

    def check(name: str) -> str:
        known = choices(vocabulary())
        if name not in known:
            raise ValueError(
                f"{name!r} is not declared in {in_project(VOCABULARY_FILE)}, which has {', '.join(known)}"
            )
        return name

    return check
