"""A second count of what practice asks for, in pandas, from the extracts as they were sent.

Knows nothing of the warehouse: lists by their headings, codes by their letters, days by the calendar. Extracts with
faults in them are not this module's concern.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta

from orchestration.settings import DBT_FOLDER, REFERENCE_FOLDER

CODE = r"(?:^|\) )([A-Z]{0,2}\d{1,2}[A-Z]?)\b"
ID, BORN = "Child Unique ID", "Date of Birth"
SHORT_BREAKS, OTHER_CARERS, ADOPTERS = ("V3", "V4"), ("S", "P", "B"), ("A3", "A4", "A5", "A6")
CP_VISIT_WORKING_DAYS, CONTACT_FOLLOW_UP_DAYS = 10, 14
REFERRED, HELPED = (3, "Date of Referral"), (2, "Assessment start date")
Counts = tuple[float, float]


def _ages(born: pd.Series, day: pd.Timestamp) -> pd.Series:
    had_birthday = (born.dt.month * 100 + born.dt.day) <= (day.month * 100 + day.day)
    return day.year - born.dt.year - np.where(had_birthday, 0, 1)


def _holidays() -> list[str]:
    with (DBT_FOLDER / "seeds" / "bank_holidays.csv").open(encoding="utf-8") as file:
        return [row["holiday_date"] for row in csv.DictReader(file)]


def _visit_due(child: pd.Series, as_at: pd.Timestamp) -> pd.Timestamp:
    """The last day for the next visit, by regulation 28, as a list as at a day has the child."""
    seen, moved = child["Date of Last Social Work Visit"], child["moved"]
    if pd.isna(seen) or seen < moved:
        return moved + relativedelta(weeks=1)
    if child["place"] == "P1" and child["legal"] == "C1":
        reviewed = child["Date of Latest Statutory Review"] >= child["start"]
        return seen + relativedelta(weeks=4 if reviewed else 1)
    if child["place"] in ("U1", "U4") and as_at >= moved + relativedelta(years=1):
        return seen + relativedelta(months=3)
    return seen + relativedelta(weeks=6)


@dataclass(frozen=True)
class Recount:
    """The extracts of an authority in landing, as at the last day of a month."""

    landing: Path
    as_at: pd.Timestamp
    area_code: str

    @property
    def month(self) -> str:
        return f"{self.as_at:%Y-%m}"

    def list_of(self, number: int, month: str | None = None) -> pd.DataFrame:
        """The rows of a list in a month's workbook."""
        path = self.landing / "annex_a" / (month or self.month) / "Annex A.xlsx"
        rows = pd.read_excel(path, sheet_name=f"List {number}", dtype={ID: str}, engine="calamine")
        # A column without a day in it is read as texts.
        return rows.assign(**{one: pd.to_datetime(rows[one]) for one in rows if "Date" in one})

    def return_of(self, name: str) -> pd.DataFrame:
        """A file of the SSDA903 return, days as days."""
        path = self.landing / "ssda903" / self.month / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str)
        days = [one for one in ("DOB", "DECOM", "DEC") if one in frame]
        return frame.assign(**{one: pd.to_datetime(frame[one], dayfirst=True) for one in days})

    def working_days(self, since: pd.Series | pd.Timestamp) -> np.ndarray:
        """Working days after a day up to the as-at date; -1 without a day."""
        first = (
            pd.Series(since)
            .fillna(self.as_at + pd.Timedelta(days=1))
            .dt.date.to_numpy("datetime64[D]")
        )
        last = np.datetime64(self.as_at.date(), "D")
        counted = np.busday_count(first + 1, last + 1, holidays=_holidays())
        return np.where(first > last, -1, counted)

    # ------------------------------------------------------------------------------------- who

    @cached_property
    def in_care(self) -> pd.DataFrame:
        """List 8 as at the day."""
        return self.in_care_at(self.as_at)

    def in_care_at(self, day: pd.Timestamp) -> pd.DataFrame:
        """List 8: children in care at the end of the day, short breaks apart, once each."""
        rows = self.list_of(8, f"{day:%Y-%m}")
        rows["start"], rows["end"] = (
            rows["Date Started to be Looked After"],
            rows["Date Ceased to be Looked After"],
        )
        rows["legal"] = rows["Child's Legal Status"].str.extract(CODE)[0]
        rows["place"] = rows["Placement Type"].str.extract(CODE)[0]
        rows["moved"] = rows["Start Date of Most Recent Placement"].fillna(rows["start"])
        here = (rows["start"] <= day) & ~(rows["end"] <= day) & ~rows["legal"].isin(SHORT_BREAKS)
        return rows[here].sort_values("start").drop_duplicates(ID, keep="last")

    @cached_property
    def on_plan(self) -> pd.DataFrame:
        """List 7: children on a plan at the end of the day, once each."""
        rows = self.list_of(7)
        rows["start"], end = (
            rows["Child Protection Plan Start Date"],
            rows["Child Protection Plan End Date"],
        )
        here = (rows["start"] <= self.as_at) & ~(end <= self.as_at)
        return rows[here].sort_values("start").drop_duplicates(ID, keep="last")

    @cached_property
    def leavers(self) -> pd.DataFrame:
        """List 9: care leavers who neither died nor went home, with their age."""
        rows = self.list_of(9)
        touch = rows["LA in Touch"].str.upper().str.extract(r"\) (\w+)")[0]
        rows["touch"], rows["age"] = touch, _ages(rows[BORN], self.as_at)
        rows["suitable"] = rows["Suitability of Accommodation"].str.contains("Suitable", na=False)
        return rows[~touch.isin(["DIED", "RHOM"])]

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """The episodes of the return but for short breaks, in order."""
        rows = self.return_of("episodes")
        return rows[~rows["LS"].isin(SHORT_BREAKS)].sort_values(["CHILD", "DECOM"])

    # ------------------------------------------------------------------------------------- counts

    def share_in_care(self, flag: pd.Series) -> Counts:
        return float(flag.sum()), float(len(self.in_care))

    def placed_in(self, *places: str) -> Counts:
        return self.share_in_care(self.in_care["place"].isin(places))

    def visited(self) -> Counts:
        """By regulation 28, child by child."""
        due = self.in_care.apply(_visit_due, axis=1, as_at=self.as_at)
        return self.share_in_care(due >= self.as_at)

    @cached_property
    def months(self) -> list[pd.Timestamp]:
        """The month ends of the year, the one before it first."""
        first = self.year_start - pd.Timedelta(days=1)
        return [first, *pd.date_range(self.year_start, self.as_at, freq="ME")]

    @cached_property
    def visited_month_by_month(self) -> list[tuple[bool, bool]]:
        """Of each child whom the lists of the year hold without a gap: never late as shown, never overdue."""
        lists = [self.in_care_at(day).set_index(ID) for day in self.months]
        found = []
        for child, start in lists[-1]["start"].items():
            of_child = [rows.loc[child] if child in rows.index else None for rows in lists]
            needed = [number for number, day in enumerate(self.months) if start <= day]
            if any(of_child[one] is None or of_child[one]["start"] != start for one in needed):
                continue
            steps = [self._step(of_child, number) for number in needed if number > 0]
            found.append((all(shown for shown, _ in steps), all(now for _, now in steps)))
        return found

    def _step(self, of_child: list[pd.Series | None], number: int) -> tuple[bool, bool]:
        """Of a month: whether the dates show that nothing was late, and whether nothing is overdue at its end."""
        before, now, end = of_child[number - 1], of_child[number], self.months[number]
        due, seen, moved = _visit_due(now, end), now["Date of Last Social Work Visit"], now["moved"]
        is_new = moved > self.months[number - 1]
        shown = due >= end
        if before is not None and before["start"] == now["start"]:
            owed = _visit_due(before, self.months[number - 1])
            is_since = seen > self.months[number - 1] and not (is_new and seen >= moved)
            shown &= (seen if is_since else moved if is_new else end) <= owed
        else:
            shown &= moved == now["start"]
        if is_new:
            shown &= (seen if seen >= moved else end) <= moved + pd.Timedelta(weeks=1)
        return bool(shown), bool(due >= end)

    def visited_all_year(self, place: int) -> Counts:
        rows = self.visited_month_by_month
        return float(sum(row[place] for row in rows)), float(len(rows))

    def reviewed_all_year(self) -> Counts:
        """By regulation 33: the return's reviews of its year, those of the lists before it."""
        of_return = self.return_of("reviews")[["CHILD", "REVIEW"]]
        of_return = of_return.assign(REVIEW=pd.to_datetime(of_return["REVIEW"], dayfirst=True))
        held = of_return.groupby("CHILD")["REVIEW"].apply(set).to_dict()
        first = self.year_start - relativedelta(months=7)
        for end in pd.date_range(first, self.year_start, freq="ME"):
            for child, day in (
                self.list_of(8, f"{end:%Y-%m}")
                .set_index(ID)["Date of Latest Statutory Review"]
                .items()
            ):
                held.setdefault(child, set()).update({day} if day < self.year_start else set())
        n_in_time = n_children = 0
        for _, (child, start, end) in self.stays[["child", "start", "end"]].iterrows():
            if start > self.as_at or end <= self.as_at or self.working_days(start)[0] < 20:
                continue
            n_children += 1
            n_in_time += self._were_in_time(
                start, sorted(one for one in held.get(child, ()) if one >= start)
            )
        return float(n_in_time), float(n_children)

    def _were_in_time(self, start: pd.Timestamp, held: list[pd.Timestamp]) -> bool:
        first_due = pd.Timestamp(
            np.busday_offset(start.date(), 20, roll="backward", holidays=_holidays())
        )
        due = first_due
        for day in held:
            if day > due and day >= self.year_start:
                return False
            due = day + relativedelta(months=3 if day <= first_due else 6)
        return bool(due >= self.as_at)

    def reviewed(self) -> Counts:
        """By regulation 33, child by child."""
        return self.share_in_care(self.in_care.apply(self._is_reviewed, axis=1))

    def _is_reviewed(self, child: pd.Series) -> bool:
        start, held = child["start"], child["Date of Latest Statutory Review"]
        if pd.isna(held) or held < start:
            return bool(self.working_days(start)[0] <= 20)
        was_first = np.busday_count(
            (start + pd.Timedelta(days=1)).date(), (held + pd.Timedelta(days=1)).date(), holidays=_holidays()
        ) <= 20  # fmt: skip
        return self.as_at <= held + relativedelta(months=3 if was_first else 6)

    def interviews(self) -> tuple[float, float, float]:
        """Children who went missing, were offered an interview, took part."""
        rows = self.in_care
        missing = rows.filter(like="'Missing'").iloc[:, 0] > 0
        offered = missing & rows.filter(like="offered a Return").iloc[:, 0].str.contains(
            "Yes", na=False
        )
        took_part = offered & rows.filter(like="accept a Return").iloc[:, 0].str.contains(
            "Yes", na=False
        )
        return float(missing.sum()), float(offered.sum()), float(took_part.sum())

    def placements(self) -> Counts:
        """Children in care by the return with three placements in the year."""
        year_start = self.as_at + pd.Timedelta(days=1) - relativedelta(years=1)
        n_three = n_children = 0
        for _, own in self.episodes[self.episodes["DECOM"] <= self.as_at].groupby("CHILD"):
            if own["DEC"].iloc[-1] <= self.as_at:
                continue
            n_children += 1
            number = own["RNE"].ne("L").cumsum()
            n_placed = 0
            for _, placed in own.groupby(number):
                last = placed["DEC"].iloc[-1]
                lasts = pd.isna(last) or last > placed["DECOM"].iloc[0]
                in_year = pd.isna(last) or last >= year_start
                n_placed += lasts and in_year and not placed["PLACE"].isin(["A3", "A5"]).all()
            n_three += n_placed >= 3
        return float(n_three), float(n_children)

    def stability(self) -> Counts:
        """Children under 16, in care for 30 months, and with the same carers for 24."""
        born = self.return_of("header").set_index("CHILD")["DOB"]
        age = _ages(born, self.as_at)
        n_stable = n_long = 0
        for child, own in self.episodes[self.episodes["DECOM"] <= self.as_at].groupby("CHILD"):
            if own["DEC"].iloc[-1] <= self.as_at:
                continue
            since = (
                own.loc[own["RNE"] == "S", "DECOM"].iloc[-1] if own["RNE"].eq("S").any() else None
            )
            since = since if since is not None else self._start_in_list(child, own["DECOM"].iloc[0])
            if age[child] >= 16 or since > self.as_at - relativedelta(months=30):
                continue
            n_long += 1
            carers = own.loc[own["RNE"].isin(OTHER_CARERS), "DECOM"]
            carers = (
                carers
                if own["RNE"].iloc[0] in OTHER_CARERS
                else pd.concat([own["DECOM"].head(1), carers])
            )
            is_adoptive = own["PLACE"].iloc[-1] in ADOPTERS
            placed = (
                carers.iloc[-2]
                if is_adoptive and len(carers) > 1 and carers.iloc[-2] >= since
                else carers.iloc[-1]
            )
            n_stable += placed <= self.as_at - relativedelta(months=24)
        return float(n_stable), float(n_long)

    def _start_in_list(self, child: str, first: pd.Timestamp) -> pd.Timestamp:
        own = self.in_care.loc[self.in_care[ID] == child, "start"]
        return own.iloc[-1] if len(own) and own.iloc[-1] <= first else first

    def plans_visited(self) -> Counts:
        rows = self.on_plan
        seen = rows["Date of the Last Statutory Visit"]
        last = seen.where(seen >= rows["start"], rows["start"])
        return float((self.working_days(last) <= CP_VISIT_WORKING_DAYS).sum()), float(len(rows))

    def plans_reviewed(self) -> Counts:
        rows = self.on_plan[self.on_plan["start"] <= self.as_at - relativedelta(months=3)]
        held = rows["Date of latest review conference"]
        due = held.map(lambda day: day + relativedelta(months=6), na_action="ignore")
        in_time = (held >= rows["start"]) & (due >= self.as_at)
        return float(in_time.sum()), float(len(rows))

    def plans_reviewed_all_year(self) -> Counts:
        """By the reviews that the lists of 18 months give, plan by plan."""
        held: dict[tuple[str, pd.Timestamp], set[pd.Timestamp]] = {}
        first = self.year_start - relativedelta(months=7)
        for end in pd.date_range(first, self.as_at, freq="ME"):
            rows = self.list_of(7, f"{end:%Y-%m}")
            days = rows["Date of latest review conference"]
            for child, start, day in zip(
                rows[ID], rows["Child Protection Plan Start Date"], days, strict=True
            ):
                held.setdefault((child, start), set()).update(
                    {day} if start < day <= end else set()
                )
        rows = self.on_plan[self.on_plan["start"] <= self.as_at - relativedelta(months=3)]
        in_time = [
            self._conferences_in_time(start, sorted(held.get((child, start), ())))
            for child, start in zip(rows[ID], rows["start"], strict=True)
        ]
        return float(sum(in_time)), float(len(in_time))

    def _conferences_in_time(self, start: pd.Timestamp, held: list[pd.Timestamp]) -> bool:
        due = start + relativedelta(months=3)
        for day in held:
            if day > due and day >= self.year_start:
                return False
            due = day + relativedelta(months=6)
        return bool(due >= self.as_at)

    def plans_of_two_years(self) -> Counts:
        days = (self.as_at - self.on_plan["start"]).dt.days
        return float((days >= 730).sum()), float(len(self.on_plan))

    def seen_alone(self) -> Counts:
        said = self.on_plan["Was the Child Seen Alone?"].str.contains("Yes", na=False)
        return float(said.sum()), float(len(self.on_plan))

    def of_19_to_21(self, flag: pd.Series) -> Counts:
        rows = self.leavers
        here = rows["age"].between(19, 21) & rows["Eligibility Category"].str.contains(
            "Former relevant", na=False
        )
        return float((here & flag).sum()), float(here.sum())

    def of_17_or_18(self, flag: pd.Series) -> Counts:
        rows = self.leavers
        here = rows["age"].between(17, 18) & rows["Eligibility Category"].str.contains(
            "elevant", na=False
        )
        return float((here & flag).sum()), float(here.sum())

    def pathway_plans(self) -> Counts:
        latest = self.leavers["Latest Pathway Plan Review Date"]
        return self.of_19_to_21(latest >= self.as_at - relativedelta(months=6))

    def open_assessments(self) -> Counts:
        rows = self.list_of(4)
        rows = rows[rows["Continuous Assessment Date of Authorisation"].isna()]
        taken = self.working_days(rows["Continuous Assessment Start Date"])
        return float((taken > 45).sum()), float(len(rows))

    def waiting_for_adoption(self) -> Counts:
        rows = self.list_of(10)
        rows = rows[rows["Date of Decision that Child Should be Placed for Adoption"] <= self.as_at]
        rows = rows.sort_values("Date the Child Entered Care").drop_duplicates(ID, keep="last")
        done = [
            "Date Placed for Adoption",
            "Date of Adoption Order",
            "Date of Decision that Child Should No Longer be Placed for Adoption",
        ]
        return float((~rows[done].le(self.as_at).any(axis=1)).sum()), float(len(rows))

    # ------------------------------------------------------------------------------------- a year

    @cached_property
    def year_start(self) -> pd.Timestamp:
        return self.as_at + pd.Timedelta(days=1) - relativedelta(years=1)

    @cached_property
    def half(self) -> pd.Timestamp:
        """The last day of the first half of the year: a list looks six months back."""
        return self.as_at + pd.Timedelta(days=1) - relativedelta(months=6) - pd.Timedelta(days=1)

    @cached_property
    def children_here(self) -> float:
        """Children under 18 of the area, by the estimate of the year in which the twelve months began."""
        rows = pd.read_csv(REFERENCE_FOLDER / "population" / "estimates.csv", dtype=str)
        here = rows["new_la_code"].eq(self.area_code) & rows["time_period"].eq(
            str(self.year_start.year)
        )
        return float(rows.loc[here, "population_estimate"].iloc[0])

    def days_of_year(self, number: int, day: str) -> pd.DataFrame:
        """What is in a list on each day of the year: the first half from its own list, once per child and day."""
        early, late = self.list_of(number, f"{self.half:%Y-%m}"), self.list_of(number)
        rows = pd.concat(
            [
                early[early[day].between(self.year_start, self.half)],
                late[(late[day] > self.half) & (late[day] <= self.as_at)],
            ]
        )
        return rows.drop_duplicates([ID, day])

    def contacts_followed(self, *steps: tuple[int, str]) -> Counts:
        """Contacts whose fortnight was over within the year, and those that one of the steps followed in it."""
        contacts = self._days_of_18_months(1, "Date of Contact")
        over = contacts["Date of Contact"] + pd.Timedelta(days=CONTACT_FOLLOW_UP_DAYS)
        contacts = contacts[over.between(self.year_start, self.as_at)].reset_index(drop=True)
        followed: set[int] = set()
        for number, day in steps:
            later = contacts.reset_index().merge(self._days_of_18_months(number, day), on=ID)
            after = (later[day] - later["Date of Contact"]).dt.days
            followed |= set(later.loc[after.between(0, CONTACT_FOLLOW_UP_DAYS), "index"])
        return float(len(followed)), float(len(contacts))

    def _days_of_18_months(self, number: int, day: str) -> pd.DataFrame:
        """Child and day of three lists, each of which covers half a year."""
        ends = (self.year_start - pd.Timedelta(days=1), self.half, self.as_at)
        rows = pd.concat([self.list_of(number, f"{end:%Y-%m}") for end in ends])
        return rows[[ID, day]].drop_duplicates()

    def contacts_unfollowed(self) -> Counts:
        """Those that neither followed."""
        followed, contacts = self.contacts_followed(REFERRED, HELPED)
        return contacts - followed, contacts

    def ended_before(self, number: int, start: str, end: str) -> pd.DataFrame:
        """The newest list, and of the one before what had ended too early to be in it."""
        early, late = self.list_of(number, f"{self.half:%Y-%m}"), self.list_of(number)
        both = pd.concat([late, early[early[end] <= self.half]])
        return both.rename(columns={ID: "child", start: "start", end: "end"})

    def per_10k(self, n_records: float) -> Counts:
        return float(n_records), self.children_here

    def plans_started(self) -> Counts:
        rows = self.ended_before(
            7, "Child Protection Plan Start Date", "Child Protection Plan End Date"
        )
        rows = rows.drop_duplicates(["child", "start"])
        return self.per_10k(rows["start"].between(self.year_start, self.as_at).sum())

    @cached_property
    def stays(self) -> pd.DataFrame:
        """Start and end of each stay in care that any of the extracts knows, by the return where it knows it."""
        of_lists = self.ended_before(
            8, "Date Started to be Looked After", "Date Ceased to be Looked After"
        )
        legal = of_lists["Child's Legal Status"].str.extract(CODE)[0]
        of_lists = of_lists[~legal.isin(SHORT_BREAKS)].drop_duplicates(["child", "start"])
        known = []
        for child, own in self.episodes.groupby("CHILD"):
            number = (own["DECOM"].ne(own["DEC"].shift()) | own["REC"].shift().ne("X1")).cumsum()
            for _, chain in own.groupby(number):
                ends = chain["DEC"].iloc[-1] if chain["REC"].iloc[-1] != "X1" else pd.NaT
                known.append((child, self._start_of(child, chain, of_lists), ends))
        of_return = pd.DataFrame(known, columns=["child", "start", "end"])
        every = pd.concat([of_return, of_lists[["child", "start", "end"]]])
        return every.drop_duplicates(["child", "start"])

    def _start_of(self, child: str, chain: pd.DataFrame, of_lists: pd.DataFrame) -> pd.Timestamp:
        """Of a stay that began before the return's year the list knows the start."""
        first = chain["DECOM"].iloc[0]
        if chain["RNE"].iloc[0] == "S":
            return first
        own = of_lists[(of_lists["child"] == child) & (of_lists["start"] <= first)]
        return own["start"].max() if len(own) else first

    def children_in_year(self, day: str) -> Counts:
        """Children with such a day in the year, once each."""
        rows = self.stays[self.stays[day].between(self.year_start, self.as_at)]
        return self.per_10k(rows["child"].nunique())

    # ------------------------------------------------------------------------------------- education

    def terms(self) -> pd.DataFrame:
        """The education plans of the three terms, days as days."""
        paths = sorted((self.landing / "epep").glob("*/epep.csv"))
        rows = pd.concat([pd.read_csv(path, dtype={"child_id": str}) for path in paths])
        days = [one for one in rows if one.startswith("looked_after_") or one.endswith("_date")]
        return rows.assign(**{one: pd.to_datetime(rows[one]) for one in days})

    def plans_completed(self, begins: str, ends: str) -> Counts:
        """Of the summer term, of a child the plan met about last."""
        first, last = pd.Timestamp(begins), pd.Timestamp(ends)
        rows = self.terms()
        rows = rows[(rows["term"] == "SUM") & ~rows["nc_year"].isin(["N1", "N2", "12", "13"])]
        rows = rows.sort_values(["pep_meeting_date", "pep_completed_date"], na_position="first")
        rows = rows.drop_duplicates("child_id", keep="last")
        here = (rows["looked_after_from"] <= last) & ~(rows["looked_after_to"] <= last)
        rows = rows[here & ~(rows["pep_due_date"] > last)]
        return float(rows["pep_completed_date"].between(first, last).sum()), float(len(rows))

    def persistently_absent(self) -> Counts:
        """Of those in care from 1 April to 31 March of the academic year, all terms and schools together."""
        rows = self.terms()
        rows = rows[~rows["nc_year"].isin(["N1", "N2", "R", "12", "13"])]
        spring = self.year_start
        here = rows["looked_after_from"] <= spring - relativedelta(years=1)
        here &= ~(rows["looked_after_to"] < spring)
        sessions = rows[here].groupby("child_id")[
            ["attendance_sessions_possible", "attendance_sessions_attended"]
        ].sum()  # fmt: skip
        possible, attended = sessions.iloc[:, 0], sessions.iloc[:, 1]
        missed = (possible - attended)[possible > 0] * 10 >= possible[possible > 0]
        return float(missed.sum()), float(len(missed))

    def education_plans_in_force(self) -> Counts:
        """Requests with a plan issued by the day and none of its rows ceased; the day received must be there."""
        rows = pd.read_csv(self.landing / "sen2" / self.month / "named_plan.csv", dtype=str)
        requests = pd.read_csv(self.landing / "sen2" / self.month / "requests.csv", dtype=str)
        dated = requests["receiveddate"].notna()
        issued = rows[pd.to_datetime(rows["startdate"]) <= self.as_at]
        ceased = issued.loc[pd.to_datetime(issued["ceasedate"]) <= self.as_at, "requeststableid"]
        here = set(issued["requeststableid"]) & set(requests.loc[dated, "requeststableid"]) - set(
            ceased
        )
        return float(len(here)), float(len(here))

    def outcomes(self) -> pd.DataFrame:
        """OC2 with the age on the day."""
        rows = self.return_of("oc2")
        numbers = rows[["SDQ_SCORE", "CONVICTED", "IMMUNISATIONS"]].apply(pd.to_numeric)
        return rows.assign(
            **{name: numbers[name] for name in numbers}, age=_ages(rows["DOB"], self.as_at)
        )


def counts_of(recount: Recount) -> dict[str, Callable[[], Counts]]:
    """By indicator, how it is counted again: numerator and denominator."""
    rows, leavers = recount.in_care, recount.leavers
    missing, offered, took_part = recount.interviews()
    outcomes = recount.outcomes()
    scored, tens = (
        outcomes["age"].between(4, 16) & outcomes["SDQ_SCORE"].notna(),
        outcomes["age"] >= 10,
    )
    referrals = recount.days_of_year(3, "Date of Referral")
    activity = leavers["Activity Status"].str.contains(r"^(?:.\) )?[FP][1245]\b", na=False)
    return {
        "cla_foster_care_pct": lambda: recount.placed_in("U1", "U2", "U3", "U4", "U5", "U6"),
        "cla_kinship_pct": lambda: recount.placed_in("U1", "U2", "U3"),
        "cla_residential_pct": lambda: recount.placed_in("K1", "K2"),
        "cla_supported_accommodation_pct": lambda: recount.placed_in("K3", "H5", "P2"),
        "cla_own_provision_pct": lambda: recount.share_in_care(rows["Placement Provider"].str.contains("PR1")),
        "cla_outside_area_pct": lambda: recount.share_in_care(rows["Placement Location"].str.contains("outside")),
        "cla_uasc_pct": lambda: recount.share_in_care(rows.filter(like="Unaccompanied").iloc[:, 0].str.contains("Yes")),
        "cla_visited_in_time_pct": recount.visited,
        "cla_reviewed_in_time_pct": recount.reviewed,
        "cla_return_interview_offered_pct": lambda: (offered, missing),
        "cla_return_interview_accepted_pct": lambda: (took_part, offered),
        "cla_3_placements_pct": recount.placements,
        "cla_long_term_stability_pct": recount.stability,
        "cla_sdq_mean": lambda: (outcomes.loc[scored, "SDQ_SCORE"].sum(), float(scored.sum())),
        "cla_immunised_pct": lambda: (outcomes["IMMUNISATIONS"].sum(), float(len(outcomes))),
        "cla_convicted_pct": lambda: (outcomes.loc[tens, "CONVICTED"].sum(), float(tens.sum())),
        "adoption_waiting_count": recount.waiting_for_adoption,
        "cp_plans_open_2_years_pct": recount.plans_of_two_years,
        "cp_visited_in_time_pct": recount.plans_visited,
        "cp_seen_alone_pct": recount.seen_alone,
        "cp_reviewed_in_time_pct": recount.plans_reviewed,
        "cp_reviewed_in_time_year_pct": recount.plans_reviewed_all_year,
        "care_leavers_suitable_pct": lambda: recount.of_19_to_21(leavers["suitable"]),
        "care_leavers_in_touch_pct": lambda: recount.of_19_to_21(leavers["touch"] == "YES"),
        "care_leavers_pathway_pct": recount.pathway_plans,
        "care_leavers_17_18_suitable_pct": lambda: recount.of_17_or_18(leavers["suitable"]),
        "care_leavers_17_18_eet_pct": lambda: recount.of_17_or_18(activity),
        "assessments_open_over_45_pct": recount.open_assessments,
        "cla_visited_in_time_year_pct": lambda: recount.visited_all_year(0),
        "cla_visited_in_time_year_at_most_pct": lambda: recount.visited_all_year(1),
        "cla_reviewed_in_time_year_pct": recount.reviewed_all_year,
        "cp_plans_started_rate": recount.plans_started,
        "cla_started_rate": lambda: recount.children_in_year("start"),
        "cla_ceased_rate": lambda: recount.children_in_year("end"),
        "contacts_rate": lambda: recount.per_10k(len(recount.days_of_year(1, "Date of Contact"))),
        "early_help_started_rate": lambda: recount.per_10k(len(recount.days_of_year(2, "Assessment start date"))),
        "contacts_to_referral_pct": lambda: recount.contacts_followed(REFERRED),
        "contacts_to_early_help_pct": lambda: recount.contacts_followed(HELPED),
        "contacts_to_neither_pct": recount.contacts_unfollowed,
        "referrals_nfa_pct": lambda: (float(referrals["Referral NFA?"].str.contains("Yes").sum()), float(len(referrals))),
        "cla_pep_completed_pct": lambda: recount.plans_completed("2024-04-01", "2024-08-31"),
        "cla_persistent_absence_pct": recount.persistently_absent,
        "ehc_plans_open_count": recount.education_plans_in_force,
    }  # fmt: skip
