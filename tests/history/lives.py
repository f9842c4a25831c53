"""Strategies: small worlds whose submissions restate a hidden true life, with and without faults.

A life is what happened to a few children. `restated` is an honest supplier of one table: it tells what was
known on the as-at date and falls in the table's cover. Faulty suppliers forget rows, move dates and list
rows older than they should. Nothing here knows which submission serves.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.history.world import (
    Row,
    Rows,
    Submission,
    World,
    annex_a,
    assessment,
    care,
    case,
    cin_census,
    enquiry,
    episode,
    incident,
    plan,
    referral,
    ssda903,
)

FIRST_DAY = date(2023, 5, 1)
LAST_DAY = date(2025, 3, 31)
CHILDREN = ("ann", "bob", "cat", "dan", "eve")
# Far enough apart for gaps in a six-month cover, near enough for contiguous covers.
MONTHS = tuple(
    f"{year}-{month:02}"
    for year in (2023, 2024, 2025)
    for month in range(1, 13)
    if (2023, 6) <= (year, month) <= (2025, 3)
)
FATES = ("told", "told", "forgotten", "moved")
randoms = st.randoms(use_true_random=True)
POINTS = {
    "list_3": "referral_date",
    "list_4": "authorisation_date",
    "list_5": "strategy_discussion_date",
}
POINTS |= {"cin_details": "referral_date", "assessments": "authorisation_date"}
POINTS |= {"section47": "strategy_discussion_date"}
KEYS = {
    "list_3": ("child", "referral_date"),
    "list_4": ("child", "start_date", "authorisation_date"),
    "cin_details": ("child", "referral_date"),
    "assessments": ("child", "start_date", "authorisation_date"),
    "list_5": ("child", "strategy_discussion_date"),
    "section47": ("child", "strategy_discussion_date"),
}
INTERVAL_KEY = ("child", "start_date")
NONE = (0, 0)
EMPTY = {
    "annex_a": lambda month: annex_a(
        month, list_3=[], list_4=[], list_5=[], list_6=[], list_7=[], list_8=[]
    ),
    "cin_census": cin_census,
    "ssda903": lambda month: ssda903(month, episodes=[], missing=[]),
}


def examples(number: int) -> settings:
    """How many worlds a property sees; HISTORY_SEARCH=20 looks at twenty times as many."""
    return settings(max_examples=number * int(os.environ.get("HISTORY_SEARCH", "1")))


@dataclass(frozen=True)
class Life:
    """What happened. Each period of care is its episodes in order, linked by X1."""

    referrals: Rows
    assessments: Rows
    plans: Rows
    periods: tuple[Rows, ...]
    enquiries: Rows
    cases: Rows
    incidents: Rows

    def rows_of(self, table: str) -> Rows:
        """What a supplier who knows everything would put into a table."""
        return {
            "list_3": self.referrals,
            "cin_details": self.referrals,
            "list_4": self.assessments,
            "assessments": self.assessments,
            "list_5": self.enquiries,
            "section47": self.enquiries,
            "list_6": self.cases,
            "list_7": self.plans,
            "child_protection_plans": self.plans,
            "episodes": tuple(row for period in self.periods for row in period),
            "list_8": tuple(_as_list_8(period) for period in self.periods),
            "missing": self.incidents,
            "children": (),
        }[table]


def _as_list_8(period: Rows) -> Row:
    first, last = period[0], period[-1]
    return care(
        first["child"], first["start_date"], last["end_date"],
        status=last["legal_status_code"], left=last["end_reason_code"],
    )  # fmt: skip


def _some_day(random: Random, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
    """A day between two; every third one begins or ends a month, where covers and snapshots turn."""
    on = first + timedelta(days=random.randrange((last - first).days + 1))
    if random.random() < 0.35:
        on = on.replace(day=1) - timedelta(days=random.randrange(2))
    return min(max(on, first), last)


def _care_of(child: str, random: Random) -> Iterator[Rows]:
    """Up to two periods of one child, one after the other, each of one to three episodes."""
    start = _some_day(random, last=date(2024, 6, 30))
    for _ in range(random.choice((0, 1, 1, 2))):
        rows, why = [], "S"
        for _ in range(random.choice((1, 2, 2, 3))):
            end = _some_day(random, start + timedelta(days=1), start + timedelta(days=200))
            status = random.choice(("C2", "V2", None))
            rows.append(episode(child, start, end, why=why, status=status, left="X1"))
            start, why = end, "P"
        if random.random() < 0.4:
            yield (*rows[:-1], {**rows[-1], "end_date": None, "end_reason_code": None})
            return
        yield (*rows[:-1], {**rows[-1], "end_reason_code": "E8"})
        start += timedelta(days=random.randint(1, 120))


def _plans_of(child: str, random: Random) -> Iterator[Row]:
    for start in {_some_day(random, last=date(2024, 10, 31)) for _ in range(random.randint(0, 3))}:
        later = _some_day(random, start + timedelta(days=1), start + timedelta(days=250))
        yield plan(child, start, random.choice((None, later, later)), random.choice((None, 0, 1)))


def _incidents_of(child: str, random: Random) -> Iterator[Row]:
    for start in {_some_day(random) for _ in range(random.randint(0, 3))}:
        later = start + timedelta(days=random.randint(0, 60))
        yield incident(child, start, random.choice((None, later, later)), random.choice("MA"))


def _life(children: tuple[str, ...], random: Random) -> Life:
    referrals, assessments, plans, periods, enquiries = [], [], [], [], []
    cases: list[Row] = []
    incidents: list[Row] = []
    for child in children:
        referrals += [
            referral(child, on) for on in {_some_day(random) for _ in range(random.randint(1, 5))}
        ]
        for authorised in {_some_day(random) for _ in range(random.randint(1, 4))}:
            started = authorised - timedelta(days=random.randint(0, 90))
            assessments.append(assessment(child, started, authorised))
        plans += _plans_of(child, random)
        periods += _care_of(child, random)
        incidents += _incidents_of(child, random)
        enquiries += [
            enquiry(child, on) for on in {_some_day(random) for _ in range(random.randint(1, 4))}
        ]
        cases += [
            case(one["child"], one["start_date"], one["end_date"])
            for one in _plans_of(child, random)
        ]
    return Life(
        tuple(referrals),
        tuple(assessments),
        tuple(plans),
        tuple(periods),
        tuple(enquiries),
        tuple(cases),
        tuple(incidents),
    )


def lives() -> SearchStrategy[Life]:
    """A life of a few children. What happened comes from a seed, so that worlds are as rich at the
    fifth example as at the fiftieth; a failing one shrinks by its children and submissions."""
    some = st.integers(1, len(CHILDREN)).map(lambda number: CHILDREN[-number:])
    return st.builds(_life, some, randoms)


def _known(row: Row, as_at: date) -> Row | None:
    """A row as it was known on a day: ends after it were not; null when nothing was known yet."""
    dated = [value for name, value in row.items() if name in ("start_date", *POINTS.values())]
    if max(dated) > as_at:
        return None
    if row.get("end_date") is not None and row["end_date"] > as_at:
        return {name: None if name.startswith("end_") else value for name, value in row.items()}
    return row


def _in_cover(row: Row, table: str, cover_from: date) -> bool:
    if table in POINTS:
        return row[POINTS[table]] >= cover_from
    return row["end_date"] is None or row["end_date"] >= cover_from


def restated(life: Life, submission: Submission, table: str, everything: bool = False) -> list[Row]:
    """What an honest supplier puts into a table; `everything`: whatever the cover."""
    cover_from, _ = submission.cover(table)
    if table == "list_8":
        known_periods = [
            [row for row in (_known(row, submission.as_at) for row in period) if row]
            for period in life.periods
        ]
        known = [_as_list_8(tuple(rows)) for rows in known_periods if rows]
    else:
        known = [
            row for row in (_known(row, submission.as_at) for row in life.rows_of(table)) if row
        ]
    return [row for row in known if everything or _in_cover(row, table, cover_from)]


def honest(life: Life, submission: Submission) -> Submission:
    """The submission's folder, every table of it restated honestly."""
    return submission.having(
        **{table: restated(life, submission, table) for table in submission.tables}
    )


def _moved(row: Row, table: str, shift: int, as_at: date) -> Row:
    """A typing error: another event date; another end, or none, or an end for what is open."""
    if table in POINTS:
        on = min(row[POINTS[table]] + timedelta(days=shift), as_at)
        start = {"start_date": min(row["start_date"], on)} if "start_date" in row else {}
        return {**row, **start, POINTS[table]: on}
    if row["end_date"] is not None and shift < 0:
        return {name: None if name.startswith("end_") else value for name, value in row.items()}
    end = max(
        (row["end_date"] or as_at) + timedelta(days=shift), row["start_date"] + timedelta(days=1)
    )
    return {**row, "end_date": min(end, as_at) if end > as_at >= row["start_date"] else end}


def _once_per_key(rows: Iterable[Row], table: str) -> Rows:
    """Intake keeps the first row of a key."""
    key = KEYS.get(table, INTERVAL_KEY)
    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        kept.setdefault(tuple(row[column] for column in key), row)
    return tuple(kept.values())


def _with_faults(life: Life, submission: Submission, random: Random) -> Submission:
    everything, shift = random.random() < 0.5, random.randint(-20, 20)
    told = {}
    for table in submission.tables:
        kept = []
        for row in restated(life, submission, table, everything=everything):
            fate = random.choice(FATES)
            if fate != "forgotten":
                moved = fate == "moved"
                kept.append(_moved(row, table, shift, submission.as_at) if moved else row)
        told[table] = _once_per_key(kept, table)
    return submission.having(**told)


def faulty(life: Life, submission: Submission) -> SearchStrategy[Submission]:
    """The submission's folder, restated with rows forgotten, dates moved and rows too old."""
    return randoms.map(lambda random: _with_faults(life, submission, random))


def with_rows_before_cover(submission: Submission, world: World) -> Submission:
    """The submission with every event and key of the world that it lacks, dated before its cover."""
    added = {}
    for table in set(submission.tables) - {"children"}:
        cover_from, _ = submission.cover(table)
        rows = [row for one in world for row in one.tables.get(table, ())]
        if table not in POINTS:
            rows = [{**row, "end_date": row["start_date"] + timedelta(days=1)} for row in rows]
        early = [row for row in rows if not _in_cover(row, table, cover_from)]
        added[table] = _once_per_key([*submission.tables[table], *early], table)
    return submission.having(**added)


@st.composite
def worlds_of(
    draw: DrawFn,
    life: Life,
    annex_a: tuple[int, int] = (3, 6),
    cin_census: tuple[int, int] = (0, 2),
    ssda903: tuple[int, int] = (0, 2),
    may_lack: tuple[str, ...] = (),
) -> World:
    """Submissions about a life by faulty suppliers, in some order of arrival, one per folder; of each
    source so many, some without the tables that may be lacking."""
    world = []
    for source, (fewest, most) in {
        "annex_a": annex_a,
        "cin_census": cin_census,
        "ssda903": ssda903,
    }.items():
        months = st.lists(st.sampled_from(MONTHS), min_size=fewest, max_size=most, unique=True)
        for month in draw(months):
            folder = EMPTY[source](month)
            if source == "cin_census" and draw(st.booleans()):
                early = timedelta(days=draw(st.integers(1, 45)))
                folder = replace(folder, content_date=folder.as_at - early)
            for table in may_lack:
                if table in folder.tables and draw(st.integers(0, 3)) == 3:
                    folder = folder.lacking(table)
            world.append(draw(faulty(life, folder)))
    return draw(st.permutations(world))


@st.composite
def worlds(draw: DrawFn, **options: Any) -> World:
    """A world of a hidden life."""
    return draw(worlds_of(draw(lives()), **options))


# Returns and workbooks whose covers leave no day of a life out.
RETURNS = ("2023-09", "2024-03", "2024-09", "2025-03")
WORKBOOKS = ("2023-06", "2023-09", "2023-12", "2024-03", "2024-06", "2024-09", "2024-12", "2025-03")


def complete(life: Life, source: str, months: tuple[str, ...]) -> World:
    """Honest submissions of one source for some months."""
    return [honest(life, EMPTY[source](month)) for month in months]


def used_rows(submission: Submission, table: str) -> list[Row]:
    """The rows of a table that lie in the days it declares."""
    cover_from, _ = submission.cover(table)
    return [row for row in submission.tables.get(table, ()) if _in_cover(row, table, cover_from)]


def in_order(world: World) -> list[date]:
    """The as-at dates of a world, oldest first."""
    return sorted({submission.as_at for submission in world})


def month_after(world: World, n_months: int) -> str:
    """The month so many months after the newest folder and as-at date of a world."""
    newest = max([submission.month for submission in world])
    year, month = (int(part) for part in newest.split("-"))
    place = year * 12 + month - 1 + n_months
    return f"{place // 12}-{place % 12 + 1:02}"
