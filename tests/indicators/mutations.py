"""Faults put one at a time into the compiled SQL of population and history models, each run against the dbt
unit tests of its model: `python -m tests.indicators.mutations [MODEL...]` prints which no test notices.

A fault shifts a boundary (`<=` and `<`, a number, a date, an end of `between`), drops a code of a list, turns
`and` into `or`, or takes a filter back. The unit tests are the texts that dbt compiled, so a run takes seconds.
Faults that change nothing stand with their reason in `equivalent_mutations.yml`. What a test expects is not this
module's concern, nor are the resolvers of history: `tests/history/mutations.yml` has theirs.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from tests.empty_project import Build, build, load
from tests.indicators.dbt_unit_tests import UnitTest, run_unit_tests, unit_tests

EQUIVALENTS_FILE = Path(__file__).with_name("equivalent_mutations.yml")
LAYERS = ("history", "populations")
# Their text is that of the resolvers, whose faults tests/history/mutations.yml puts in on several submissions.
RESOLVERS = frozenset(
    {
        "hist_adoptions", "hist_assessments", "hist_care_chains", "hist_cp_plans", "hist_initial_conferences",
        "hist_periods_of_care", "hist_referrals", "hist_section_47_enquiries",
    }
)  # fmt: skip
END_OF_MODEL = ") _dbt_internal_unit_test_actual"
FIRST_STEP = re.compile(r"^with\s+(?P<name>\w+) as \(", re.MULTILINE)
COMMENT_OR_TEXT = re.compile(r"--[^\n]*|'[^'\n]*'")
CODES = re.compile(r"in \((?P<codes>'[^()]*')\)")
AFTER_BETWEEN = re.compile(
    r"\n\s*(?:and|or|then|where|group|from|left|inner|\))\b|\n\s*\)|,|\bthen\b"
)
REPLACED = (
    (re.compile(r"(?<![<>])<=(?!>)"), ("<",)),
    (re.compile(r"<(?![=>])"), ("<=",)),
    (re.compile(r"(?<!<)>="), (">",)),
    (re.compile(r"(?<!<)>(?!=)"), (">=",)),
    (re.compile(r"<>"), ("=",)),
    (re.compile(r"(?<![<>])=(?= ')"), ("<>",)),
    (re.compile(r"\bis not null\b"), ("is null",)),
    (re.compile(r"\bis null\b"), ("is not null",)),
    (re.compile(r"\bnot in\b"), ("in",)),
    (re.compile(r"\bor\b"), ("and",)),
    (re.compile(r"\bmax(?=\()"), ("min",)),
    (re.compile(r"\bmin(?=\()"), ("max",)),
    (re.compile(r"\bleft join\b"), ("inner join",)),
    (re.compile(r" desc\b"), ("",)),
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w'.-])\d+(?![\w'.-])")
DATE = re.compile(r"(?<=')\d{4}-\d{2}-(?P<day>\d{2})(?=')")
AND = re.compile(r"\band\b")


@dataclass(frozen=True)
class Mutation:
    """The text from `start` to `end` of a model's body becomes `new`."""

    start: int
    end: int
    new: str

    def on(self, body: str) -> str:
        return body[: self.start] + self.new + body[self.end :]

    def described(self, body: str) -> str:
        """The line that it changes, before and after."""
        first = body.rfind("\n", 0, self.start) + 1
        last = body.find("\n", self.end)
        last = len(body) if last < 0 else last
        old = " ".join(body[first:last].split())
        new = " ".join((body[first : self.start] + self.new + body[self.end : last]).split())
        return f"{old} => {new}"


def _ends_of_between(text: str) -> Iterator[tuple[int, int, int]]:
    """(start of the lower end, start and end of `and`, ...) of every between; the upper end follows."""
    for found in re.finditer(r"\bbetween\b", text):
        depth = 0
        for place in range(found.end(), len(text)):
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            if depth == 0 and AND.match(text, place) and not text[place - 1].isalnum():
                yield found.end(), place, place + len("and")
                break


def _end_of_expression(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth < 0 or (depth == 0 and AFTER_BETWEEN.match(text, place)):
            return place
    return len(text)


def _of_between(text: str) -> Iterator[Mutation]:
    for low, end_of_low, high in _ends_of_between(text):
        end_of_high = _end_of_expression(text, high)
        for first, last in ((low, end_of_low), (high, end_of_high)):
            for shift in ("+ 1", "- 1"):
                yield Mutation(first, last, f" ({text[first:last].strip()}) {shift} ")


def _of_code_lists(text: str) -> Iterator[Mutation]:
    for found in CODES.finditer(text):
        codes = [code.strip() for code in found["codes"].split(",")]
        for dropped in codes:
            kept = ", ".join(code for code in codes if code != dropped) or "'no code'"
            yield Mutation(found.start("codes"), found.end("codes"), kept)


def _blanked(found: re.Match[str]) -> str:
    """Blanks for a comment or a text of several words, in which nothing is an operator; a code stays."""
    is_code = found[0].startswith("'") and " " not in found[0]
    return found[0] if is_code else " " * len(found[0])


def mutations_of(body: str) -> list[Mutation]:
    """Every fault of the kinds above, in the order of the text; comments are left alone."""
    text = COMMENT_OR_TEXT.sub(_blanked, body)
    of_between = {and_at for _, and_at, _ in _ends_of_between(text)}
    found = [
        Mutation(match.start(), match.end(), new)
        for pattern, replacements in REPLACED
        for match in pattern.finditer(text)
        for new in replacements
    ]
    found += [
        Mutation(match.start(), match.end(), "or")
        for match in AND.finditer(text)
        if match.start() not in of_between
    ]
    for match in NUMBER.finditer(text):
        found += [
            Mutation(match.start(), match.end(), str(int(match[0]) + shift)) for shift in (1, -1)
        ]
    for match in DATE.finditer(text):
        # Of a first of a month the day before is the 31st or 30th of the one before: 2 is enough.
        found.append(Mutation(match.start("day"), match.end("day"), f"{int(match['day']) + 1:02}"))
    found += [*_of_between(text), *_of_code_lists(text)]
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end, mutation.new))


@dataclass(frozen=True)
class CompiledTest:
    """The text of a unit test: what stands before the model's own steps, these, and what follows."""

    name: str
    before: str
    body: str
    after: str

    def passes(self, connection: duckdb.DuckDBPyConnection, body: str) -> bool:
        """Whether the rows are those expected. Raises duckdb.Error when the text does not run."""
        rows = connection.execute(self.before + body + self.after).fetchall()
        sides = {
            side: Counter(row[:-1] for row in rows if row[-1] == side)
            for side in ("actual", "expected")
        }
        return sides["actual"] == sides["expected"]  # fmt: skip


def _compiled(project: Build, ran: Path, unit_test: UnitTest) -> CompiledTest | None:
    """None for a model without steps of its own to change."""
    [path] = ran.rglob(f"{unit_test.name}.sql")
    text = path.read_text(encoding="utf-8")
    first_step = FIRST_STEP.search(project.sql(unit_test.model))
    if first_step is None:
        return None
    [*_, start] = re.finditer(rf"\b{first_step['name']} as \(", text[: text.index(END_OF_MODEL)])
    end = text.index(END_OF_MODEL)
    return CompiledTest(
        unit_test.name, text[: start.start()], text[start.start() : end], text[end:]
    )


def _tests_by_model(project: Build, ran: Path) -> dict[str, list[CompiledTest]]:
    found: dict[str, list[CompiledTest]] = {}
    for unit_test in unit_tests():
        if unit_test.path.parent.name not in LAYERS or unit_test.model in RESOLVERS:
            continue
        compiled = _compiled(project, ran, unit_test)
        if compiled is not None:
            found.setdefault(unit_test.model, []).append(compiled)
    return found


def _is_noticed(
    connection: duckdb.DuckDBPyConnection, tests: list[CompiledTest], mutation: Mutation
) -> bool | None:
    """Whether some test fails; None when the faulty text does not even run."""
    for test in tests:
        try:
            if not test.passes(connection, mutation.on(test.body)):
                return True
        except duckdb.BinderException:
            return None
        except duckdb.Error:
            return True
    return False


def _equivalents() -> dict[str, set[str]]:
    if not EQUIVALENTS_FILE.exists():
        return {}
    told = yaml.safe_load(EQUIVALENTS_FILE.read_text(encoding="utf-8"))
    return {model: {entry["fault"] for entry in entries} for model, entries in told.items()}


def report(project: Build, ran: Path, chosen: list[str]) -> str:
    """Noticed, equivalent and surviving faults of each model, the survivors line by line; `ran` is what dbt ran."""
    lines, totals = [], Counter()
    equivalents = _equivalents()
    with duckdb.connect(str(project.layers), read_only=True) as connection:
        for model, tests in sorted(_tests_by_model(project, ran).items()):
            if chosen and model not in chosen:
                continue
            body = tests[0].body
            assert all(test.body == body for test in tests), (
                f"{model}: its tests differ in its text"
            )
            assert all(test.passes(connection, body) for test in tests), model
            counts, survivors = Counter(), []
            for mutation in mutations_of(body):
                noticed = _is_noticed(connection, tests, mutation)
                told = mutation.described(body)
                if noticed is None:
                    counts["does not run"] += 1
                elif noticed:
                    counts["noticed"] += 1
                elif told in equivalents.get(model, set()):
                    counts["equivalent"] += 1
                else:
                    counts["survived"] += 1
                    survivors.append(told)
            totals += counts
            said = ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
            lines += [f"{model}: {said}", *(f"    {survivor}" for survivor in survivors)]
    lines.append("all: " + ", ".join(f"{name} {number}" for name, number in sorted(totals.items())))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Build the project on no data and run its unit tests, then print the report."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "project")
        project = load(Path(folder) / "project")
        outcomes = run_unit_tests(project, Path(folder) / "unit_tests")
        sys.stdout.write(report(project, outcomes.ran, sys.argv[1:]))


if __name__ == "__main__":
    main()
