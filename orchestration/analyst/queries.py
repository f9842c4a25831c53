"""Questions to the published warehouse, of the cookbook or of one's own; answered read-only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

COOKBOOK = Path(__file__).parent / "cookbook"
QUESTION = "-- "
# A spreadsheet would take a text that begins so for a formula.
FORMULA_START = r"^([=+\-@\t\r])"


class NotAnswerable(Exception):
    """The question has no answer; the message says why."""


@dataclass(frozen=True)
class Recipe:
    """A question that analysts ask, and its SQL."""

    name: str
    question: str
    sql: str


@cache
def cookbook() -> dict[str, Recipe]:
    """The recipes by name."""
    return {path.stem: _recipe(path) for path in sorted(COOKBOOK.glob("*.sql"))}


def _recipe(path: Path) -> Recipe:
    question, _, sql = path.read_text(encoding="utf-8").partition("\n")
    return Recipe(path.stem, question.removeprefix(QUESTION), sql.strip())


def answer(folder: DataFolder, asked: str) -> pd.DataFrame:
    """The rows that answer a recipe, by its name, or a query in SQL; raises NotAnswerable."""
    if not folder.warehouse_file.exists():
        raise NotAnswerable("nothing has been published yet: run `cypp run`")
    recipe = cookbook().get(asked)
    if recipe is None and " " not in asked.strip():
        raise NotAnswerable(
            f"the cookbook has no {asked!r}: `cypp query` lists what it has; a query of your own is SQL"
        )
    try:
        with opened(folder.warehouse_file) as connection:
            # A query reads the warehouse and nothing else of the machine.
            connection.execute("set enable_external_access = false")
            return connection.sql(recipe.sql if recipe else asked).df()
    except (duckdb.Error, AttributeError) as error:
        raise NotAnswerable(f"the query has no answer: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    if isinstance(error, AttributeError):
        return "it is no select, and the warehouse is read-only"
    return str(error).partition("\n")[0]


def as_csv(rows: pd.DataFrame) -> str:
    """The rows as CSV, with texts that no spreadsheet takes for formulas."""
    texts = rows.select_dtypes(include=["object", "string"]).columns
    safe = rows.assign(**{
        name: rows[name].where(
            ~rows[name].map(lambda cell: isinstance(cell, str)),
            rows[name].astype("string").str.replace(FORMULA_START, r"'\1", regex=True),
        )
        for name in texts
    })  # fmt: skip
    return safe.to_csv(index=False)
