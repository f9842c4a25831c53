"""The key that the areas of a region share, which folder cannot be a region, what its status says. No night is run."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.intake.keys import KeyFileError, key_check, make_secret
from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.region import folders, union
from orchestration.region.folders import (
    folder_of,
    key_of,
    prepare,
    refuse_unfit,
)
from orchestration.region.union import United, unite
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.upkeep.rekey import rekey
from tests.unit.region.given import (
    AREAS,
    BARNET,
    CAMDEN,
    ENFIELD,
    cypp_said,
    damaged_ledger,
    key_file,
    state,
)


@pytest.mark.parametrize("at_once", [2, 3])
def test_areas_that_begin_at_the_same_time_have_one_key(
    region: DataFolder, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    all_here = threading.Barrier(at_once)

    def make_late(path: Path) -> bytes:
        # Whoever else would make one, too, comes here before the first is written.
        with suppress(threading.BrokenBarrierError):
            all_here.wait(0.5)
        made.append(make_secret(path))
        return made[-1]

    monkeypatch.setattr(folders, "make_secret", make_late)
    with ThreadPoolExecutor(at_once) as threads:
        owns = list(threads.map(lambda area: prepare(region, area), AREAS[:at_once]))
    assert [key_of(region)] == made
    assert {key_file(own).read_bytes() for own in owns} == {key_file(region).read_bytes()}


def _another_key_file(own: DataFolder) -> None:
    make_secret(key_file(own))


def _made_with_another(own: DataFolder) -> None:
    """The right file, put there later: what was taken in is under another key."""
    Ledger(own.ledger).set_fact("key_check", key_check(b"another"))


def _rekeyed_alone(own: DataFolder) -> None:
    ledger = Ledger(own.ledger)
    ledger.set_fact("key_check", key_check(bytes.fromhex(key_file(own).read_text())))
    ledger.enter_rekey({"key_check": key_check(b"another"), "first_keys": None, "replaced": {}})


def _another_key_and_a_damaged_ledger(own: DataFolder) -> None:
    make_secret(key_file(own))
    (own.ledger / LEDGER_FILE).write_bytes(b"damaged")


@pytest.mark.parametrize(
    "spoil",
    [_another_key_file, _made_with_another, _rekeyed_alone, _another_key_and_a_damaged_ledger],
)
@pytest.mark.parametrize("area", [BARNET, ENFIELD])
def test_area_under_another_key_is_named_and_not_united(
    region: DataFolder,
    area: str,
    spoil: Callable[[DataFolder], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouses = {each: prepare(region, each).warehouse_file for each in AREAS}
    own = folder_of(region, area)
    spoil(own)
    with pytest.raises(KeyFileError, match=rf"areas/{area} was made with another key .* move the area's folder away"):  # fmt: skip
        prepare(region, area)

    united: list[str] = []
    monkeypatch.setattr(
        union, "_put_together", lambda whose, _: united.extend(whose) or United((), {}, {})
    )
    left_out = unite(warehouses, region).left_out
    assert united == [each for each in AREAS if each != area]
    assert list(left_out) == [area]
    assert f"areas/{area} was made with another key" in left_out[area]
    with pytest.raises(KeyFileError, match=f"areas/{area} was made with another key"):
        unite({area: own.warehouse_file}, region)


def _nothing(own: DataFolder) -> None:
    pass


def _has_taken_in(own: DataFolder) -> None:
    Ledger(own.ledger).set_fact("key_check", key_check(bytes.fromhex(key_file(own).read_text())))


def _lost_its_file(own: DataFolder) -> None:
    _has_taken_in(own)
    key_file(own).unlink()


@pytest.mark.parametrize("state", [_nothing, _has_taken_in, _lost_its_file, damaged_ledger])
def test_area_under_the_regions_key_goes_on(
    region: DataFolder, state: Callable[[DataFolder], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(union, "_put_together", lambda whose, _: United(tuple(whose), {}, {}))
    own = prepare(region, CAMDEN)
    state(own)
    prepare(region, CAMDEN)
    assert key_file(own).read_bytes() == key_file(region).read_bytes()
    found = unite({CAMDEN: own.warehouse_file}, region)
    assert (list(found.areas), found.left_out) == ([CAMDEN], {})


def test_key_that_a_region_has_lost_is_not_made_again(region: DataFolder) -> None:
    kept = key_file(prepare(region, CAMDEN))
    key_file(region).unlink()
    for area in AREAS:
        with pytest.raises(KeyFileError, match=f"hmac.key is missing, .* for example from {kept}"):
            prepare(region, area)
    ran, said = cypp_said(region, "region")
    assert (ran.exit_code, "Wrong configuration, nothing touched" in said) == (2, True)
    assert "put it back" in said
    assert not key_file(region).exists()


def test_key_of_a_region_that_others_can_read_is_told_once(region: DataFolder) -> None:
    key_of(region)
    key_file(region).chmod(0o644)
    ran, said = cypp_said(region, "region")
    assert (ran.exit_code, said.count(f"chmod 600 {key_file(region)}")) == (2, 1)


@pytest.mark.parametrize("place", ["", f"areas/{BARNET}", f"areas/{ENFIELD}"])
def test_rekey_of_a_region_or_an_area_is_refused(region: DataFolder, place: str) -> None:
    for area in AREAS:
        prepare(region, area)
        _has_taken_in(folder_of(region, area))
    before = state(region)
    ran, said = cypp_said(DataFolder(region.root / place), "rekey", "--by", "Ada")
    assert (ran.exit_code, said.startswith("No new key: "), said.count("No new key")) == (2, True, 1)  # fmt: skip
    assert "there is no rekey of a region" in said
    assert state(region) == before
    with pytest.raises(ConfigurationError, match="there is no rekey of a region"):
        rekey(DataFolder(region.root / place), "Ada", lambda *_: None)


def _version() -> SubmissionVersion:
    moment = datetime(2025, 4, 2, tzinfo=UTC)
    return SubmissionVersion(BARNET, "annex_a", "2025-03", "0" * 32, date(2025, 3, 31), moment, moment, "accepted", "")  # fmt: skip


def _took_in(ledger: Ledger) -> None:
    ledger.record_version("received", _version())


def _purged_all_that_it_took_in(ledger: Ledger) -> None:
    _took_in(ledger)
    detail = {"as_at": "2025-03-31", "received_by": None, "code_version": "x"}
    ledger.record_run("started", "r", detail)
    ledger.record_run("published", "r", {})
    ledger.record_purge("planned", {"purge_id": "p", "versions": [list(_version().name)]})


@pytest.mark.parametrize("history", [_took_in, _purged_all_that_it_took_in])
def test_folder_whose_archive_is_elsewhere_is_no_region_if_its_ledger_says_so(
    region: DataFolder, history: Callable[[Ledger], None]
) -> None:
    region.create()
    region.archive.rmdir()
    history(Ledger(region.ledger))
    region.warehouse_file.write_bytes(b"of its own")
    ran, said = cypp_said(region, "region")
    assert (ran.exit_code, "has taken in extracts itself" in said) == (2, True)
    assert region.warehouse_file.read_bytes() == b"of its own"
    assert not (region.root / "areas").exists()


def test_region_that_has_a_warehouse_of_all_and_no_ledger_goes_on(region: DataFolder) -> None:
    region.create()
    region.warehouse_file.write_bytes(b"of all areas")
    refuse_unfit(region)
    assert list(region.ledger.iterdir()) == []


@pytest.mark.parametrize("begun", [AREAS[:1], AREAS[1:]])
def test_status_of_a_region_whose_landing_is_not_there_lists_its_areas(
    region: DataFolder, begun: tuple[str, ...]
) -> None:
    for area in begun:
        prepare(region, area)
    region.landing.rename(region.root / "elsewhere")
    ran, said = cypp_said(region, "status")
    assert (ran.exit_code, said.count("landing is not there (is its share mounted?)")) == (3, 1)
    assert [area for area in AREAS if f"{area}: needs attention" in said] == list(begun)
    told = json.loads(cypp_said(region, "status", "--json")[0].stdout)
    assert list(told["areas"]) == list(begun)
    assert told["obstacles"] == [f"landing is not there (is its share mounted?): {region.landing}"]


def test_status_of_a_region_lists_areas_that_have_not_begun_or_have_gone(
    region: DataFolder,
) -> None:
    prepare(region, CAMDEN)
    (region.landing / CAMDEN).rename(region.root / "elsewhere")
    (region.landing / "E0900007").mkdir()
    (region.landing / ENFIELD).rename(region.root / "moved")
    (region.landing / ENFIELD).symlink_to(region.root / "moved")
    told = json.loads(cypp_said(region, "status", "--json")[0].stdout)
    assert (list(told["areas"]), told["obstacles"]) == ([BARNET, CAMDEN], [])
    ran, said = cypp_said(region, "status")
    assert ran.exit_code == 3
    for text in (said, " ".join(told["messages"])):
        assert f"{CAMDEN} has no folder in landing any more" in text
        assert "neither an area code of nine characters nor 'national' [FOLDER_UNKNOWN]" in text
        assert "[NOT_A_FILE]" in text
    assert ("E0900007" in said, "E0900007" in str(told["messages"])) == (True, False)
