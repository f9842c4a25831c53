"""`cypp accept`: a named person releases a failed table check, with a reason and an end."""

from __future__ import annotations

from orchestration.ledger.ledger import Acceptance, Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened


class NotAcceptable(Exception):
    """There is nothing of this name to release, or the release says too little."""


def _failing(folder: DataFolder) -> list[tuple[str, str]]:
    """(check, area) of every failed table check that the last run published."""
    if not folder.warehouse_file.exists():
        return []
    with opened(folder.warehouse_file) as connection:
        return connection.execute(
            "select distinct check_id, area_code from marts.fct_dq_results"
            " where severity = 'error' and not passed order by all"
        ).fetchall()


def accept_check(folder: DataFolder, release: Acceptance) -> None:
    """Enter a release into the ledger; it is append-only and ends by itself.

    Raises NotAcceptable when no such check failed, name or reason is empty, or its last day has passed.
    """
    check_id, area_code, until = release.check_id, release.area_code, release.until
    failing = _failing(folder)
    if (check_id, area_code) not in failing:
        listed = "; ".join(f"{check} in {area}" for check, area in failing) or "none"
        raise NotAcceptable(f"{check_id} has not failed in {area_code}. Failed checks: {listed}")
    if not release.accepted_by.strip() or not release.reason.strip():
        raise NotAcceptable("give the name of the person who accepts, and a reason")
    if until < release.accepted_at.date():
        raise NotAcceptable(
            f"{until} has passed: give a last day of the release that is still to come"
        )
    ledger = Ledger(folder.ledger)
    about = {"check": check_id, "area": area_code, "until": until.isoformat()}
    ledger.record_act(release.accepted_by, "accept", about)
    ledger.accept(release)
