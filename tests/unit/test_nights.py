"""When a run is late, how the last one went, and what is in the way of the next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.night.recovery import alone_in, failure_entered
from orchestration.operator.nights import LONDON, last_run, last_success, missed_deadline
from orchestration.operator.status import current_status
from orchestration.settings import DataFolder

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


@given(TIMES, MOMENTS, st.none() | MOMENTS)
def test_a_run_is_late_when_none_has_succeeded_since_the_day_of_the_last_deadline_began(
    expected_by: time, now: datetime, succeeded_at: datetime | None
) -> None:
    missed = missed_deadline(expected_by, succeeded_at, now)

    assert missed_deadline(None, succeeded_at, now) is None
    if missed is None:
        assert succeeded_at is not None
        assert succeeded_at.astimezone(LONDON).date() >= now.astimezone(LONDON).date() - timedelta(
            1
        )
    else:
        assert now - timedelta(hours=25) < missed <= now
        assert missed.astimezone(LONDON).time() == expected_by
        day = missed.astimezone(LONDON).date()
        assert succeeded_at is None or succeeded_at.astimezone(LONDON).date() < day
        assert missed_deadline(expected_by, missed, now) is None


@pytest.mark.parametrize(
    ("now", "is_late"),
    [
        # Summer time: seven o'clock in London is six in UTC.
        (datetime(2025, 7, 2, 5, 59, tzinfo=UTC), False),
        (datetime(2025, 7, 2, 6, 0, tzinfo=UTC), True),
        (datetime(2025, 12, 2, 6, 59, tzinfo=UTC), True),
    ],
)
def test_deadline_is_of_london(now: datetime, is_late: bool) -> None:
    yesterday = datetime(2025, 7, 1, 1, 10, tzinfo=UTC)

    assert (missed_deadline(time(7), yesterday, now) is not None) == is_late


def test_night_that_comes_to_no_run_is_the_last_one_until_another_succeeds(
    folder: DataFolder,
) -> None:
    with alone_in(folder) as ledger:
        ledger.record_run("started", "first", {"as_at": "2025-03-31"})
        ledger.record_run("published", "first", {})
        with pytest.raises(NothingPublished), failure_entered(ledger):
            raise OSError(28, "No space left on device", str(folder.work / "build"))
        failed = last_run(folder, ledger)
        ledger.record_attempt("unchanged", "first")
        unchanged = last_run(folder, ledger)

    assert failed is not None
    assert (failed["status"], failed["run_id"]) == ("failed", None)
    assert str(failed["reason"]).startswith("No space left on device")
    assert unchanged is not None
    assert (unchanged["status"], unchanged["run_id"], unchanged["as_at"]) == (
        "published",
        "first",
        "2025-03-31",
    )
    assert len(ledger.runs()) == 2


def test_failure_that_a_step_has_entered_is_not_entered_again(folder: DataFolder) -> None:
    with alone_in(folder) as ledger:
        with pytest.raises(NothingPublished), failure_entered(ledger):
            ledger.record_run("started", "first", {"as_at": "2025-03-31"})
            ledger.record_run("failed", "first", {"reason": "of the step"})
            raise NothingPublished("of the step")

        assert [event for _, event, *_ in ledger.nights()] == ["started", "failed"]


def test_run_under_way_is_told_from_one_that_was_killed(folder: DataFolder) -> None:
    with alone_in(folder) as ledger:
        ledger.record_run("started", "first", {"as_at": "2025-03-31"})
        under_way = last_run(folder, ledger)
    killed = last_run(folder, ledger)

    assert under_way is not None
    assert under_way["status"] == "under way"
    assert killed is not None
    assert (killed["status"], killed["reason"]) == ("failed", "interrupted")


def test_success_of_a_clock_that_ran_ahead_proves_nothing(folder: DataFolder) -> None:
    ledger, today = Ledger(folder.ledger), datetime(2025, 7, 2, 8, tzinfo=UTC)
    with time_machine.travel(today + timedelta(days=400), tick=False):
        ledger.record_attempt("unchanged", "first")

    assert last_success(ledger, today) is None


def test_status_prints_the_last_success_and_its_age(folder: DataFolder) -> None:
    with time_machine.travel(datetime(2025, 7, 1, 1, tzinfo=UTC), tick=False):
        Ledger(folder.ledger).record_attempt("unchanged", "first")
    with time_machine.travel(datetime(2025, 7, 1, 3, 30, tzinfo=UTC), tick=False):
        status = current_status(folder)

    assert status.hours_since_success == 2.5
    assert status.as_dict()["last_success"] == datetime(2025, 7, 1, 1, tzinfo=UTC)


def test_damaged_warehouse_is_in_the_way_and_no_traceback(folder: DataFolder) -> None:
    Ledger(folder.ledger).record_attempt("unchanged", "first")
    folder.warehouse_file.write_bytes(b"\0" * 4096)

    [told] = current_status(folder).obstacles

    assert "the published warehouse cannot be read" in told


@pytest.mark.parametrize("said", ['[storage]\nraw = "here"\n', "[gate]\nunknown = 1\n", "no toml"])
def test_settings_that_cannot_be_used_are_in_the_way_once(folder: DataFolder, said: str) -> None:
    Ledger(folder.ledger).record_attempt("unchanged", "first")
    (folder.root / "settings.toml").write_text(said, encoding="utf-8")

    [told] = current_status(DataFolder(folder.root)).obstacles

    assert told.startswith("settings.toml")
