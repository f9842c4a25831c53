"""What has been released: packs issued to the public, kept in the ledger, and the attack on each release."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.durable import put, sync_everything
from orchestration.ledger.kept_files import ISSUED
from orchestration.ledger.ledger import Ledger
from orchestration.registry.indicators import Indicator
from orchestration.registry.vocabulary import vocabulary
from orchestration.reports.disclosure.edition import Verdict, pack_in, verdict_on
from orchestration.reports.disclosure.figures import FigureKey
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.disclosure.printed import FIGURES_FILE, Memory
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened


class AlreadyIssued(Exception):
    """This run's pack is frozen already; the message names the folder."""


def _published(indicator: Indicator) -> tuple[str, int] | None:
    """The basis of the percentage that is published of the indicator itself, and its decimals."""
    for series in indicator.benchmarks:
        is_own = series.basis in ("fy", "annual", indicator.basis)
        if is_own and not series.minus:
            return series.basis if series.basis != indicator.basis else "", indicator.decimals
    return None


def identities_of(indicators: Iterable[Indicator]) -> Identities:
    """What the registry says of the events that are counted: in which indicators, and how they hang together."""
    measures = {
        one.id: Measures(
            one.events.numerator or f"numerator of {one.id}",
            one.events.denominator or f"denominator of {one.id}",
            one.adds_up,
            (one.flows.started, one.flows.ended) if one.flows else None,
            _published(one),
        )
        for one in indicators
        if one.is_public
    }
    known = vocabulary()
    return Identities(measures, known.part_of, known.apart)


def withheld_in(connection: duckdb.DuckDBPyConnection) -> frozenset[FigureKey]:
    """What the public rows of a warehouse leave out of the restricted ones."""
    rows = connection.execute(
        "select restricted.indicator_id, restricted.area_code, restricted.period_end"
        " from marts.rpt_figures as restricted inner join marts.dim_indicators as indicators"
        " on restricted.indicator_id = indicators.indicator_id and indicators.is_public"
        " left join marts.rpt_figures as public"
        " on public.edition = 'public' and restricted.indicator_id = public.indicator_id"
        " and restricted.area_code = public.area_code and restricted.period_end = public.period_end"
        " where restricted.edition = 'restricted'"
        " and (restricted.numerator is not null or restricted.denominator is not null)"
        " and public.numerator is null and public.denominator is null"
    ).fetchall()
    return frozenset((indicator_id, area_code, end) for indicator_id, area_code, end in rows)


def audit_release(marts: Path, indicators: Iterable[Indicator], memory: Memory) -> Verdict:
    """Attack the public rows of a warehouse as they are, whoever wrote them, together with what earlier packs printed."""
    with opened(marts) as connection:
        pack = pack_in(connection, identities_of(indicators), memory)
        return verdict_on(pack, withheld_in(connection))


def issue_pack(folder: DataFolder, marts: Path, month: str, run_id: str, by: str) -> Path:
    """Freeze the pages of a month as released, with what they print; raises AlreadyIssued.

    The pack is made next to its place and gets it whole; then the ledger says that it is issued.
    """
    ledger, target = Ledger(folder.ledger), folder.ledger / ISSUED / f"{month}-{run_id}"
    if target.exists():
        raise AlreadyIssued(f"the pack of this run is issued already: {target.name}")
    pack = folder.work / "issuing"
    shutil.rmtree(pack, ignore_errors=True)
    # The owners' pages name children by their local ids: they are no part of a release.
    shutil.copytree(folder.outputs / month, pack, ignore=shutil.ignore_patterns("owners"))
    with opened(marts) as connection:
        rows = connection.execute(
            "select indicator_id, area_code, cast(period_end as varchar) from marts.rpt_figures"
            " where edition = 'public' and (numerator is not null or denominator is not null) order by all"
        ).fetchall()
    (pack / FIGURES_FILE).write_text(json.dumps(rows), encoding="utf-8")
    for path in pack.rglob("*"):
        if path.is_file():
            path.chmod(0o400)
    sync_everything()
    target.parent.mkdir(mode=0o700, exist_ok=True)
    ledger.record_act(by, "report --issue", {"pack": target.name})
    put(pack, target)
    ledger.issue(target)
    return target
