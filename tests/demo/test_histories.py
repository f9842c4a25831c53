"""Life histories hang together: order of dates, stocks, chains of episodes, late entries and edits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orchestration.demo import faults, intensities
from orchestration.demo.days import NEVER, ages, first_day, last_day
from orchestration.demo.faults import Planter
from orchestration.demo.history import History
from orchestration.demo.leaving_care import birthdays_in_year, leavers
from orchestration.demo.recording import known
from orchestration.demo.returns import files_of
from orchestration.demo.sheets import Sheet
from orchestration.demo.view import View
from orchestration.demo.write import LISTS
from tests.demo.conftest import FIRST, LAST
from tests.demo.test_layouts import STARTS_AND_ENDS

AS_AT = last_day(LAST)
FAULTS = (
    "FAULT_WRONG_ORDER", "FAULT_DUPLICATE", "FAULT_LOST_CODE", "FAULT_NAME_IN_CODE", "FAULT_LEADING_ZEROS",
)  # fmt: skip


def faultless(history: History, month: int) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in (build(View(history, month)) for build in LISTS)}


@pytest.mark.parametrize("month", [FIRST, LAST])
def test_nothing_ends_before_it_starts(history: History, month: int) -> None:
    sheets = faultless(history, month)
    for name, (start, end) in STARTS_AND_ENDS.items():
        assert (sheets[name].values(end) >= sheets[name].values(start)).all(), name
    plans = sheets["List 7"]
    start, end = (plans.values(heading) for heading in STARTS_AND_ENDS["List 7"])
    assert (end > start).all()


def test_one_open_case_per_child(history: History) -> None:
    episodes = history.cin_episodes.sort_values(["child", "day"])
    before = episodes.groupby("child")["end"].shift()
    assert (episodes["day"] >= before.fillna(0)).all()


def test_one_plan_at_a_time_and_earlier_ones_are_counted(history: History) -> None:
    plans = history.plans.sort_values(["child", "day"])
    assert (plans["day"] > plans.groupby("child")["end"].shift().fillna(0)).all()
    assert (plans["earlier_plans"] == plans.groupby("child").cumcount()).all()
    assert plans["earlier_plans"].max() >= 1


def test_stocks_reach_back_years(history: History) -> None:
    view = View(history, LAST)
    open_stays = view.stays[view.stays["end"] > AS_AT]
    assert (AS_AT - open_stays["start"]).max() > 8 * 365
    assert ((AS_AT - open_stays["start"]) > 730).mean() > 0.2
    assert ((history.plans["end"] - history.plans["day"]) >= 730).any()


def test_episodes_of_a_stay_are_a_chain(history: History) -> None:
    episodes, periods = history.placements, history.periods
    following = episodes.groupby("period")["start"].shift(-1)
    assert (episodes["end"] == following.fillna(episodes["end"])).all()
    assert (episodes["end"] > episodes["start"]).all()
    first = episodes.drop_duplicates("period")
    assert (first["began"] == "S").all()
    assert (first["start"].to_numpy() == periods["start"].to_numpy()[first["period"]]).all()
    last = episodes.drop_duplicates("period", keep="last")
    assert (last["end"].to_numpy() == periods["end"].to_numpy()[last["period"]]).all()
    assert set(episodes.loc[~episodes["is_last"], "cease_reason"]) == {"X1"}
    assert "X1" not in set(last["cease_reason"])
    assert {"S", "L", "P", "B"} <= set(episodes["began"])


def test_adoption_steps_are_in_order(history: History) -> None:
    adopted = history.periods[history.periods["adoption"] < NEVER]
    steps = adopted[["start", "decision", "order", "placed", "adoption"]].to_numpy()
    assert (np.diff(steps, axis=1) >= 0).all()
    assert (adopted["match"] <= adopted["placed"]).all()
    assert (adopted["adoption"] == adopted["end"]).all()


def test_returns_say_the_same_as_the_lists(history: History) -> None:
    view = View(history, LAST)
    episodes = files_of(view)["episodes"]
    open_now = episodes[(episodes["DEC"] == "") & (episodes["LS"] != "V4")]
    assert set(open_now["CHILD"]) == set(view.ids(np.unique(view.in_care)))
    assert ((episodes["DEC"] == "") == (episodes["REC"] == "")).all()


def test_codes_of_the_year(history: History) -> None:
    year_end = files_of(View(history, LAST))
    assert set(year_end["header"]["SEX"]) == {"1", "2"}
    assert set(year_end["header"]["CHILD"]) >= set(year_end["episodes"]["CHILD"])
    assert set(year_end["header"]["CHILD"]) >= set(year_end["oc3"]["CHILD"])
    assert year_end["header"]["CHILD"].is_unique
    assert "K3" not in set(year_end["episodes"]["PLACE"])


def record(**changes: int) -> pd.DataFrame:
    row = {
        "day": 100,
        "entered": 100,
        "withdrawn": NEVER,
        "end": NEVER,
        "end_entered": NEVER,
        **changes,
    }
    return pd.DataFrame([row])


def test_a_late_entry_is_not_known_before() -> None:
    late = record(entered=120)
    assert known(late, 119, "day").empty
    assert len(known(late, 120, "day")) == 1


def test_a_withdrawn_record_is_gone() -> None:
    assert len(known(record(withdrawn=150), 149, "day")) == 1
    assert known(record(withdrawn=150), 150, "day").empty


def test_an_end_entered_late_is_open_until_then() -> None:
    ended = record(end=130, end_entered=140)
    assert known(ended, 139)["end"].tolist() == [NEVER]
    assert known(ended, 140)["end"].tolist() == [130]


def test_a_corrected_date_was_another_before() -> None:
    corrected = record(day_first=97, day_corrected=130)
    assert known(corrected, 129, "day")["day"].tolist() == [97]
    assert known(corrected, 130, "day")["day"].tolist() == [100]


def test_late_entries_edits_and_withdrawals_happen(history: History) -> None:
    referrals = history.referrals
    assert 0.02 < (referrals["entered"] > referrals["day"]).mean() < 0.06
    assert (referrals["day_first"] != referrals["day"]).any()
    assert (referrals["withdrawn"] < NEVER).any()


def test_faults_are_planted_and_put_right(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FAULTS:
        monkeypatch.setattr(intensities, name, 0.3)
    clean = faultless(history, LAST)
    planter = Planter(history.draws, AS_AT)
    faulty = {name: planter.plant(sheet) for name, sheet in clean.items()}
    start, end = (faulty["List 6"].values(heading) for heading in STARTS_AND_ENDS["List 6"])
    assert (end < start).any()
    assert len(faulty["List 3"].keys) > len(clean["List 3"].keys)
    assert faults.NOT_AVAILABLE in set(faulty["List 8"].values("Child's Category of Need"))
    assert any(text.startswith("Worker ") for text in faulty["List 6"].values("Primary Need Code"))
    years_later = Planter(history.draws, AS_AT + 1000)
    for sheet in clean.values():
        again = years_later.plant(sheet)
        assert all(
            column.values.tolist() == sheet.values(column.heading).tolist()
            for column in again.columns
        )


def test_ids_with_leading_zeros_are_few(history: History) -> None:
    ids = history.children["id"]
    assert ids.is_unique
    old = ids[~ids.str.startswith("SYN")]
    assert 0 < len(old) < 0.02 * len(ids)
    assert old.str.startswith("00").all()


def test_birthdays_of_the_year_reach_to_21_though_support_ends_then(history: History) -> None:
    view = View(history, LAST)
    first = first_day(LAST - 11)
    found = birthdays_in_year(view, first)
    age = ages(found["birth"].to_numpy(), found["birthday"].to_numpy())
    assert set(age) <= set(range(17, 22))
    assert set(found.loc[age == 21, "child"]) - set(leavers(view)["child"])
    assert (found["end"] <= found["birthday"]).all()
    assert found["birthday"].between(first, AS_AT).all()


def test_more_are_active_in_years_with_more_activity(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View(history, LAST)

    def active() -> float:
        codes = birthdays_in_year(view, first_day(LAST - 11))["activity"]
        return codes.isin(list(intensities.ACTIVITY)).mean()

    monkeypatch.setattr(intensities, "ACTIVE", {2024: 1.0})
    everybody = active()
    monkeypatch.setattr(intensities, "ACTIVE", {2024: 0.0})
    assert (everybody > 0.9, active()) == (True, 0.0)
