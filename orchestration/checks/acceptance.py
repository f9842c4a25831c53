"""`cypp accept`: a named person releases a failed table check, with a reason and an end."""

from __future__ import annotations

from datetime import date

from orchestration.ledger.ledger import Acceptance, Ledger, now
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


def accept_check(
    folder: DataFolder, check_id: str, area_code: str, by: str, reason: str, until: date
) -> Acceptance:
    """Enter the release into the ledger; it is append-only and ends by itself.

    Raises NotAcceptable when no such check failed, or name or reason is empty.
    """
    failing = _failing(folder)
    if (check_id, area_code) not in failing:
        listed = "; ".join(f"{check} in {area}" for check, area in failing) or "none"
        raise NotAcceptable(f"{check_id} has not failed in {area_code}. Failed checks: {listed}")
    if not by.strip() or not reason.strip():
        raise NotAcceptable("give the name of the person who accepts, and a reason")
    acceptance = Acceptance(check_id, area_code, by.strip(), reason.strip(), until, now())
    ledger = Ledger(folder.ledger)
    about = {"check": check_id, "area": area_code, "until": until.isoformat()}
    ledger.record_act(acceptance.accepted_by, "accept", about)
    ledger.accept(acceptance)
    return acceptance
