"""What public packs have printed, moved to a new key (`cypp rekey`), before the first pack under it is judged.

The records of a mean are remembered by numbers made of their keys. Each is found again by its day and its amount. Of
several with the same, any can be taken for any other: what windows of a mean tell is the difference of their sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.ledger.kept_files import written_anew
from orchestration.ledger.ledger import Ledger
from orchestration.reports.disclosure.figures import NUMBER_OF_RECORD
from orchestration.reports.disclosure.printed import FIGURES, KEPT
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

Series = tuple[str, str]
Numbers = Mapping[Series, Mapping[int, int]]
"""By indicator and area: the new number of each."""


def lead_memory(folder: DataFolder, ledger: Ledger, marts: Path, sums: Iterable[str]) -> None:
    """Write what the ledger keeps of printed means anew, with the numbers that their records have in these marts.

    Nothing where what is published uses the same key. May be repeated.
    """
    if not ledger.serves_under_former_key() or not folder.warehouse_file.exists():
        return
    led = _numbers(folder.warehouse_file, marts, sorted(sums))
    files = [path for _, path in ledger.kept_by_runs(KEPT)]
    replaced = written_anew(
        folder.ledger, files, ledger.key_checks()[-1][:12], lambda rows: _led(rows, led)
    )
    if replaced:
        ledger.enter_rekey({"replaced": replaced})
        for name in replaced:
            (folder.ledger / name).unlink()


def _led(rows: pa.Table, led: Numbers) -> pa.Table:
    if "members" not in rows.column_names:
        # Of an earlier version, which kept the printed numbers only.
        return rows
    return pa.Table.from_pylist([_led_row(row, led) for row in rows.to_pylist()], schema=FIGURES)


def _led_row(row: dict[str, Any], led: Numbers) -> dict[str, Any]:
    own = led.get((row["indicator_id"], row["area_code"]), {})
    members = row["members"]
    return row | {"members": members and sorted(own.get(number, number) for number in members)}


def _numbers(before: Path, after: Path, indicator_ids: list[str]) -> Numbers:
    found: dict[Series, dict[int, int]] = defaultdict(dict)
    then, now = (_by_place(marts, indicator_ids) for marts in (before, after))
    for place, numbers in then.items():
        found[place[:2]] |= dict(zip(numbers, now.get(place, ()), strict=False))
    return found


def _by_place(marts: Path, indicator_ids: list[str]) -> Mapping[tuple[Any, ...], list[int]]:
    """The numbers of the records of a day and amount, in an order of their own."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    with opened(marts) as connection:
        rows = connection.execute(
            "select distinct indicator_id, area_code, counted_on, superseded_on, numerator_amount,"
            f" {NUMBER_OF_RECORD} as number from marts.fct_counted_records where list_contains(?, indicator_id)"
            " and coalesce(denominator_amount, 0) <> 0 order by all",
            [indicator_ids],
        ).fetchall()
    for *place, number in rows:
        found[tuple(place)].append(number)
    return found
