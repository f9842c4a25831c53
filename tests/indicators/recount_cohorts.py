"""A second count of cohorts, in pandas, from the extracts as they were sent: record by record, month by month.

How the extracts are read is `recount.py`'s concern.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tests.indicators.recount import CODE, ID, Counts, Recount

HOME, GUARDIAN, ADOPTED = ("E4A", "E4B"), ("E45", "E46", "E47", "E48"), ("E11", "E12")
Cohorts = dict[tuple[str, pd.Timestamp, str, int], Counts]
"""Numerator and denominator by cohort, end of its month, step and months."""


def cohorts_of(recount: Recount) -> Cohorts:
    """Of the months of the year, each as far as the year goes."""
    of_steps = {"referrals": _referred(recount), "entrants to care": _entered(recount)}
    return {
        (cohort, end, step, months): (
            float((rows[step] <= rows["began"] + pd.DateOffset(months=months)).sum()),
            float(len(rows)),
        )
        for cohort, found in of_steps.items()
        for end, months in _followed(recount)
        for rows in [found[found["began"].between(end.replace(day=1), end)]]
        for step in found.columns.drop(["child", "began"])
    }


def _followed(recount: Recount) -> Iterator[tuple[pd.Timestamp, int]]:
    """Months of the year, and how many months after them the year still has."""
    for end in pd.date_range(recount.year_start, recount.as_at, freq="ME"):
        for months in (3, 6):
            if end + pd.DateOffset(months=months) <= recount.as_at:
                yield end, months


def _referred(recount: Recount) -> pd.DataFrame:
    """Each referral with the first day of each step."""
    enquiry, conference = (
        "Strategy discussion initiating Section 47 Enquiry Start Date",
        "Date of Initial Child Protection Conference",
    )
    assessed = recount.days_of_year(4, "Continuous Assessment Date of Authorisation")
    plans = recount.ended_before(
        7, "Child Protection Plan Start Date", "Child Protection Plan End Date"
    )
    rows = recount.days_of_year(3, "Date of Referral").rename(
        columns={ID: "child", "Date of Referral": "began"}
    )
    steps = {
        "assessed": assessed.rename(
            columns={
                ID: "child", "Continuous Assessment Start Date": "from", "Continuous Assessment Date of Authorisation": "day",
            }
        ),
        "section 47 enquiry": _days(recount.days_of_year(5, enquiry), ID, enquiry),
        "initial conference": _days(recount.days_of_year(5, conference), ID, conference),
        "child protection plan": _days(plans, "child", "start"),
        "looked after": _days(recount.stays, "child", "start"),
        "referred again": _days(rows, "child", "began"),
    }  # fmt: skip
    found = rows[["child", "began"]].copy()
    for step, days in steps.items():
        strictly = step == "referred again"
        found[step] = [
            _first(days[days["child"] == child], began, strictly=strictly)
            for child, began in zip(found["child"], found["began"], strict=True)
        ]
    return found


def _days(rows: pd.DataFrame, child: str, day: str) -> pd.DataFrame:
    return pd.DataFrame({"child": rows[child], "from": rows[day], "day": rows[day]})


def _first(own: pd.DataFrame, began: pd.Timestamp, *, strictly: bool) -> pd.Timestamp:
    after = own[own["from"] > began] if strictly else own[own["from"] >= began]
    return after["day"].min()


def _entered(recount: Recount) -> pd.DataFrame:
    """Each stay with the day on which it ended, by how."""
    lists = recount.list_of(8)
    told = zip(
        lists[ID], lists["Date Ceased to be Looked After"],
        lists["Reason Ceased to be Looked After"].astype(str).str.extract(CODE)[0], strict=True,
    )  # fmt: skip
    reasons = {(child, end): code for child, end, code in told}
    episodes = recount.episodes
    reasons |= {
        (child, end): code
        for child, end, code in zip(
            episodes["CHILD"], episodes["DEC"], episodes["REC"], strict=True
        )
    }
    rows = recount.stays.rename(columns={"start": "began", "end": "left care"})
    code = pd.Series(
        [
            reasons.get((child, end))
            for child, end in zip(rows["child"], rows["left care"], strict=True)
        ],
        index=rows.index,
    )
    ways = {"returned home": HOME, "special guardianship": GUARDIAN, "adopted": ADOPTED}
    for way, codes in ways.items():
        rows[way] = rows["left care"].where(code.isin(codes))
    named = [one for codes in ways.values() for one in codes]
    rows["left another way"] = rows["left care"].where(~code.isin(named))
    return rows
