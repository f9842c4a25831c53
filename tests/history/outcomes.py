"""What the returns say of a life beside its records: conferences, health, incidents counted by list 8,
leaving care and adoption. Added to the submissions of a world, so that every entity has rows to resolve.

What is added is as careless as the suppliers of `lives.py`: returns need not agree with one another. Nothing
here knows which submission serves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.history.lives import CHILDREN, Life, faulty, lives, randoms, worlds_of
from tests.history.world import Row, Submission, World, cin_census, ssda903

# Between the 18th and the 22nd birthday in the months of the worlds: the ends of 19 to 21 among them.
LEAVERS_BORN = (date(2002, 3, 31), date(2006, 4, 1))
MARCHES = ("2024-03", "2025-03")


def _day_before(random: Random, last: date, most: int = 400) -> date:
    return last - timedelta(days=random.randrange(most))


def _sometimes(random: Random, on: date) -> date | None:
    return on if random.random() < 0.75 else None


def _with_conferences(rows: Iterable[Row], event: str, as_at: date, random: Random) -> list[Row]:
    """Some rows with a conference on or soon after their event, each child and day once."""
    told, seen = [], set()
    for row in rows:
        held = row[event] + timedelta(days=random.randrange(25))
        has_one = held <= as_at and random.random() < 0.6 and (row["child"], held) not in seen
        seen.add((row["child"], held))
        told.append(
            {**row, "conference_date": held if has_one else None, "has_conference": has_one}
        )
    return told


def _list_8_row(row: Row, as_at: date, random: Random) -> Row:
    return {
        **row,
        "birth_date": date(2019, 1, 1) + timedelta(days=random.randrange(400)),
        "latest_dental_check_date": _sometimes(random, _day_before(random, as_at)),
        "latest_health_assessment_date": _sometimes(random, _day_before(random, as_at)),
        "n_missing_12_months": random.choice((None, 0, 2)),
        "n_absent_12_months": random.choice((None, 0, 1)),
    }


def _leaver_row(child: str, random: Random) -> Row:
    first, last = LEAVERS_BORN
    born = first + timedelta(days=random.randrange((last - first).days))
    return {
        "child": child,
        "birth_date": born,
        "in_touch_code": random.choice(("YES", "NO", "DIED", None)),
        "activity_code": random.choice(("F1", "P5", "G4", None)),
    }


def _adoption_row(child: str, as_at: date, random: Random) -> Row:
    ordered = _day_before(random, as_at, 360)
    entered, placement, match, placed, fostering = (
        _sometimes(random, ordered - timedelta(days=days + random.randrange(60)))
        for days in (600, 400, 250, 120, 180)
    )
    return {
        "child": child, "adoption_order_date": _sometimes(random, ordered), "entered_care_date": entered,
        "should_be_placed_date": ordered - timedelta(days=450), "placement_order_date": placement, "match_date": match, "placed_date": placed,
        "foster_for_adoption_date": fostering,
    }  # fmt: skip


def _dated(column: str, as_at: date, random: Random) -> list[Row]:
    """Some children once, on a day that a list of six months covers."""
    return [
        {"child": child, column: _day_before(random, as_at, 150)}
        for child in CHILDREN
        if random.random() < 0.6
    ]


def _of_workbook(submission: Submission, random: Random) -> Submission:
    as_at = submission.as_at
    leavers = [
        {**_leaver_row(child, random), "eligibility_code": random.choice(("former_relevant", "relevant"))}
        for child in CHILDREN
        if random.random() < 0.7
    ]  # fmt: skip
    adopted = [_adoption_row(child, as_at, random) for child in CHILDREN if random.random() < 0.7]
    told = {
        "list_1": _dated("contact_date", as_at, random),
        "list_2": _dated("start_date", as_at, random),
        "list_4": [*submission.tables.get("list_4", ()), *_dated("start_date", as_at, random)],
        "list_5": _with_conferences(
            submission.tables.get("list_5", ()), "strategy_discussion_date", as_at, random
        ),
        "list_8": [_list_8_row(row, as_at, random) for row in submission.tables.get("list_8", ())],
        "list_9": leavers,
        "list_10": adopted,
    }
    held = {name: rows for name, rows in told.items() if random.random() < 0.85}
    return submission.having(**held)


def _of_census(submission: Submission, random: Random) -> Submission:
    as_at = submission.as_at
    known = {row["child"] for rows in submission.tables.values() for row in rows}
    return submission.having(
        children=[
            {"child": child, "birth_date": _day_before(random, as_at, 6000)}
            for child in sorted(known)
        ],
        section47=_with_conferences(
            submission.tables["section47"], "strategy_discussion_date", as_at, random
        ),
        cin_details=[
            {**row, "has_cin_episode": random.random() < 0.8, "need_code": random.choice(("N1", None))}
            for row in _with_conferences(
                submission.tables["cin_details"], "referral_date", as_at, random
            )
        ],
    )  # fmt: skip


def _episode_row(row: Row, random: Random) -> Row:
    """An episode with a placement; some cessations are adoptions, some legal statuses short breaks."""
    end = row["end_reason_code"]
    if end == "E8":
        end = random.choice(("E8", "E11", "E11", "E12", "E12", "E45", "E15"))
    return {
        **row,
        "end_reason_code": end,
        "placement_type_code": random.choice(("U1", "A3", "A4", "A6")),
        "reason_for_new_episode_code": row["reason_for_new_episode_code"]
        if row["reason_for_new_episode_code"] == "S"
        else random.choice("PLTUB"),
        "legal_status_code": random.choice(
            (row["legal_status_code"], row["legal_status_code"], "E1", "V3")
        ),
    }


def _of_return(submission: Submission, random: Random) -> Submission:
    rows = [_episode_row(row, random) for row in submission.tables["episodes"]]
    known = sorted({row["child"] for row in rows})
    told = {
        "episodes": rows,
        "header": [{"child": child, "sex_code": random.choice("MF")} for child in known],
        "oc2": [
            {
                "child": child,
                "has_teeth_check": random.random() < 0.6,
                "has_health_assessment": random.random() < 0.6,
            }
            for child in known
            if random.random() < 0.7
        ],
        "oc3": [_leaver_row(child, random) for child in CHILDREN if random.random() < 0.7],
        "ad1": [
            {
                "child": child,
                "match_date": _sometimes(random, _day_before(random, submission.as_at)),
                "is_foster_carer_adoption": random.choice((True, False, None)),
            }
            for child in known
            if random.random() < 0.8
        ],
    }
    held = {
        name: rows for name, rows in told.items() if name == "episodes" or random.random() < 0.9
    }
    return submission.having(**held)


TOLD_BY = {"annex_a": _of_workbook, "cin_census": _of_census, "ssda903": _of_return}


def with_outcomes(submission: Submission, random: Random) -> Submission:
    """The same submission, with what its source also tells."""
    return TOLD_BY[submission.source](submission, random)


@st.composite
def all_returns(draw: DrawFn) -> World:
    """Annex A, SSDA903 and children in need census of the same months, in some order of arrival."""
    life: Life = draw(lives())
    months = draw(st.lists(st.sampled_from(MARCHES), min_size=1, unique=True))
    world = draw(worlds_of(life, annex_a=(1, 3), cin_census=(0, 1), ssda903=(0, 1)))
    there = {submission.folder for submission in world}
    of_the_months = [
        folder
        for month in months
        for folder in (
            cin_census(month),
            ssda903(month, episodes=[], missing=[]),
        )
        if folder.folder not in there
    ]
    world += [draw(faulty(life, folder)) for folder in of_the_months]
    return draw(st.permutations([with_outcomes(one, draw(randoms)) for one in world]))


def sent_again(submission: Submission, random: Random) -> Submission:
    """Other content for the same folder: a row of each table is gone, other outcomes are told."""
    fewer = {name: rows[1:] for name, rows in submission.tables.items()}
    return with_outcomes(replace(submission, tables=fewer), random)
