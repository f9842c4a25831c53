"""Care leavers: who is one on a day, and how they are doing; Annex A list 9 and the OC3 table read it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities, options
from orchestration.demo.care import ADOPTED, HOME
from orchestration.demo.days import NEVER, Days, ages, birthdays, by_year
from orchestration.demo.draws import Keys, keys_of
from orchestration.demo.placements import AGE_ASSESSED
from orchestration.demo.sheets import Column, Sheet, dates, texts
from orchestration.demo.view import View

# In care for 13 weeks after the 14th birthday, some of it after the 16th (Children Act 1989, schedule 2,
# paragraph 19B).
QUALIFYING_DAYS, FROM_AGE, ELIGIBLE_AGE = 91, 14, 16
SUPPORT_AGE, LONGEST_AGE = 21, 25
HALF_YEAR = 183
UNREACHED = ("DIED", "RHOM", "REFU", "NREQ")


def leavers(view: View) -> pd.DataFrame:
    """One row per child eligible by law: the latest stay in care that makes them so, and the category now."""
    stays = _qualifying_stays(view)
    stays = stays.assign(category=_category(stays, view))
    return stays[stays["category"] != ""].sort_values(["birth", "key"])


def served_until(view: View) -> pd.Series:
    """The day on which support ends, by the key of the stay in care that earned it."""
    stays = _qualifying_stays(view)
    stays = stays[~_went_home(stays)]
    birth = stays["birth"].to_numpy()
    longer = _stays_in_contact(stays, view)
    until = np.where(longer, birthdays(birth, LONGEST_AGE), birthdays(birth, SUPPORT_AGE))
    return pd.Series(until, index=stays["key"].to_numpy())


def _qualifying_stays(view: View) -> pd.DataFrame:
    stays = view.stays[~view.stays["is_short_break"]]
    birth, start, end = (stays[name].to_numpy() for name in ("birth", "start", "end"))
    until = np.minimum(end, view.as_at + 1)
    long = until - np.maximum(start, birthdays(birth, FROM_AGE)) >= QUALIFYING_DAYS
    at_16 = until > birthdays(birth, ELIGIBLE_AGE)
    lawful = ~stays["reason"].isin([AGE_ASSESSED]).to_numpy() | (end > view.as_at)
    stays = stays[long & at_16 & lawful & (stays["outcome"] != ADOPTED).to_numpy()]
    return stays.sort_values(["child", "start"]).drop_duplicates("child", keep="last")


def _went_home(stays: pd.DataFrame) -> np.ndarray:
    grown = stays["end"] >= stays["adult"]
    return ((stays["outcome"] == HOME) & ~grown).to_numpy()


def _stays_in_contact(stays: pd.DataFrame, view: View) -> np.ndarray:
    level = view.uniform(stays["key"].to_numpy(), "stays to 25")
    return level < intensities.STAYS_IN_CONTACT_TO_25


def _category(stays: pd.DataFrame, view: View) -> np.ndarray:
    key, age = stays["key"].to_numpy(), ages(stays["birth"].to_numpy(), view.as_at)
    in_care = stays["end"].to_numpy() > view.as_at
    went_home = _went_home(stays)
    supported = (age < SUPPORT_AGE) | ((age < LONGEST_AGE) & _stays_in_contact(stays, view))
    return np.select(
        [
            (age < 18) & in_care,
            (age < 18) & ~went_home,
            (age >= 18) & ~went_home & supported,
            (age < SUPPORT_AGE) & went_home & (view.uniform(key, "qualifying") < 0.3),
        ],
        ["eligible", "relevant", "former", "qualifying"],
        "",
    )


def in_touch(keys: Keys, view: View) -> np.ndarray:
    """Whether the authority is in touch; for good, because most that is not YES stays so."""
    words = list(intensities.IN_TOUCH)
    return np.array(words, dtype=object)[
        view.history.draws.options(keys, "in touch", list(intensities.IN_TOUCH.values()))
    ]


def activity(keys: Keys, birth: Days, on: Days | int, view: View) -> np.ndarray:
    """What the young person does, drawn anew every half year."""
    now = keys_of(keys, (on - birth) // HALF_YEAR)
    share = by_year(intensities.ACTIVE, np.broadcast_to(on, birth.shape))
    is_active = view.history.draws.chance(now, "active", share)
    busy, idle = (
        np.array(list(weights), dtype=object)[
            view.history.draws.options(now, "activity", list(weights.values()))
        ]
        for weights in (intensities.ACTIVITY, intensities.NO_ACTIVITY)
    )
    return np.where(is_active, busy, idle)


def accommodation(
    keys: Keys, birth: Days, on: Days | int, view: View
) -> tuple[np.ndarray, np.ndarray]:
    """Where the young person lives, and whether that is suitable."""
    now = keys_of(keys, (on - birth) // HALF_YEAR)
    codes = np.array(list(intensities.ACCOMMODATION), dtype=object)
    found = codes[
        view.history.draws.options(now, "accommodation", list(intensities.ACCOMMODATION.values()))
    ]
    suitable = view.uniform(now, "suitable") < intensities.SUITABLE
    return found, suitable & ~np.isin(found, ("V", "W", "X"))


def leaving_care(view: View) -> Sheet:
    """List 9: everybody with a leaving care entitlement now."""
    found = leavers(view)
    key, child, birth = (found[name].to_numpy() for name in ("key", "child", "birth"))
    touch = in_touch(key, view)
    is_grown = (ages(birth, view.as_at) >= 18) & ~np.isin(touch, UNREACHED)
    place, suitable = accommodation(key, birth, view.as_at, view)
    until = np.full(len(found), NEVER)
    since = birthdays(birth, ELIGIBLE_AGE)
    doing = activity(key, birth, view.as_at, view)
    columns: list[Column] = [
        *view.child_columns(child),
        texts(
            "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
            options.YES_NO[view.history.children["is_alone"].to_numpy()[child].astype(int)],
        ),
        view.disability(child),
        *view.worker_columns(child),
        texts("Allocated Personal Adviser", view.worker_names(child, "adviser")),
        texts(
            "Eligibility Category",
            options.spelled(found["category"].to_numpy(), options.ELIGIBILITY),
        ),
        dates("Latest Pathway Plan Review Date", view.lately(key, "pathway", 200, since, until)),
        texts("LA in Touch", options.spelled(touch, options.IN_TOUCH)),
        dates("Latest Date of Contact", view.lately(key, "contact", 60, since, until)),
        texts(
            "Type of Accommodation",
            options.spelled(np.where(is_grown, place, ""), options.ACCOMMODATION),
        ),
        texts(
            "Suitability of Accommodation",
            np.where(is_grown, options.SUITABLE[suitable.astype(int)], ""),
        ),
        texts("Activity Status", options.spelled(np.where(is_grown, doing, ""), options.ACTIVITY)),
    ]
    return Sheet("List 9", tuple(columns), key, found["entered"].to_numpy())


def birthdays_in_year(view: View, first: int) -> pd.DataFrame:
    """OC3: who had left care by a 17th to 21st birthday in the year so far, supported until then at least."""
    found = _qualifying_stays(view)
    found = found[~_went_home(found)]
    of_year = []
    for age in range(17, SUPPORT_AGE + 1):
        birthday = birthdays(found["birth"].to_numpy(), age)
        here = (birthday >= first) & (birthday <= view.as_at) & (found["end"] <= birthday)
        of_year.append(found[here].assign(birthday=birthday[here]))
    rows = pd.concat(of_year).sort_values("child")
    key, birth, on = (rows[name].to_numpy() for name in ("key", "birth", "birthday"))
    touch = in_touch(key, view)
    place, suitable = accommodation(key, birth, on, view)
    doing = activity(key, birth, on, view)
    lodging = np.char.add(place.astype(str), np.where(suitable, "1", "2"))
    reached = ~np.isin(touch, UNREACHED)
    return rows.assign(
        in_touch=touch,
        activity=np.where(reached, doing, "0"),
        accommodation=np.where(reached, lodging, "0"),
    )
