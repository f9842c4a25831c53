"""`cypp rekey`: another key takes the place of the one in force, and every child keeps its history.

Identifiers stay what they are, so every key that was made of one can be made again: tables are written anew under the
new key, next to what there is, and nothing is read again. Then the ledger says that the new key is in force, and what was
hashed with the old one goes (`night/rekeying.py`). Issues and cases keep their fingerprints (`intake/kept/first_keys.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.checks import SUBMISSION
from orchestration.checks.rows import ISSUES_SCHEMA, issues_table, key_columns
from orchestration.durable import sync_everything
from orchestration.intake.kept.first_keys import first_keys, put_first_keys
from orchestration.intake.kept.made_tables import identifiers_table, raw_table, set_aside_table
from orchestration.intake.kept.partitions import Change, Partition, changed, partitions_of
from orchestration.intake.keys import key_check, keyed_hash, make_secret
from orchestration.intake.tables.typed_tables import scope_of
from orchestration.ledger.kept_files import written_anew
from orchestration.ledger.ledger import Ledger
from orchestration.night.recovery import alone_in, refuse_unbegun
from orchestration.night.rekeying import REKEYED, name_of_rotation, next_key, settle_rekey
from orchestration.night.synthetic import apart
from orchestration.region.folders import is_region
from orchestration.settings import ConfigurationError, DataFolder, area_of_region
from orchestration.signature import code_version
from orchestration.upkeep.landing import seen_whole
from orchestration.upkeep.purge import refuse_held_figures

Progress = Callable[[str, int, int], None]
Keys = Mapping[str, str]
# Columns whose name ends as a key's, which no identifier is hashed to.
FINGERPRINTS = ("issue_key", "case_key")
PLACE = [SUBMISSION, "source_row"]
ASKED = ["table_name", *PLACE]


@dataclass(frozen=True)
class Rekeyed:
    """What is under another key now."""

    n_tables: int
    n_first_keys: int
    """Keys of records that somebody has been asked about: their issues keep their fingerprints."""


def rekey(folder: DataFolder, by: str, progress: Progress) -> Rekeyed:
    """Write everything anew under a new key and put it in force.

    Raises ConfigurationError (nothing touched). One that is killed is undone or finished by whoever comes next.
    """
    _refuse_shared_key(folder)
    refuse_unbegun(folder)
    with alone_in(folder) as ledger:
        _refuse_unready(folder, ledger)
        try:
            return _rekeyed(folder, ledger, make_secret(next_key(folder)), by, progress)
        finally:
            settle_rekey(folder, ledger)


def _refuse_shared_key(folder: DataFolder) -> None:
    """Raise ConfigurationError where the key is that of a region: under another, one area would split pupils."""
    if area_of_region(folder.root) or is_region(folder):
        raise ConfigurationError(
            f"{folder.root} is of a region, whose areas share one key, by which a pupil who crosses a border is one:"
            " there is no rekey of a region (orchestration/region/README.md)"
        )


def _refuse_unready(folder: DataFolder, ledger: Ledger) -> None:
    """Raise ConfigurationError where something could not be led from the old key to the new one."""
    if not ledger.key_checks():
        raise ConfigurationError("nothing has been taken in yet: there is no key to replace")
    if ledger.open_purge() is not None:
        raise ConfigurationError("a purge is not finished: `cypp purge` first")
    for path in (path for one in partitions_of(folder, ledger) for path in one.damaged()):
        raise ConfigurationError(f"{folder.name_of(path)} is damaged or missing: `cypp run` first")
    refuse_held_figures(folder, {version.area_code for version in ledger.versions()})
    _refuse_other_knowledge(ledger)
    known = {version.name for version in ledger.versions()} | ledger.purged()
    for one in apart(seen_whole(folder), ledger).submissions:
        # It could hold figures, which would stay with their records under the old key.
        if one.name not in known:
            raise ConfigurationError(
                f"landing/{'/'.join(one.name[:3])} is not taken in yet: `cypp run` first"
            )


def _refuse_other_knowledge(ledger: Ledger) -> None:
    """Raise ConfigurationError where what is published is not what is known: packs that printed it could not get the new key."""
    published = ledger.published_runs()
    if not published:
        return
    last, newest = published[-1], max(run.as_at for run in published)
    if last.received_by or last.as_at < newest or last.code_version != code_version():
        raise ConfigurationError(
            "the published warehouse is of an earlier knowledge date, or was made by another version of the code: run"
            " `cypp run` first"
        )


def _rekeyed(
    folder: DataFolder, ledger: Ledger, secret: bytes, by: str, progress: Progress
) -> Rekeyed:
    """Write everything under the new key next to what there is, and enter it all at once."""
    said, known = _said(folder), first_keys(folder, ledger)
    partitions = partitions_of(folder, ledger)
    changes, people, firsts = list[Change](), dict[str, str](), dict[str, str]()
    for done, partition in enumerate(partitions, start=1):
        keys = _new_keys(partition, secret)
        changes.append(_under(keys, partition))
        asked = keys.keys() & (known.keys() | _asked_about(partition, said.values()))
        firsts |= {keys[key]: known.get(key, key) for key in asked}
        people |= keys
        progress("Rekey", done, len(partitions))
    content = {
        "key_check": key_check(secret), "first_keys": put_first_keys(folder, firsts),
        "replaced": written_anew(
            folder.ledger, (path for _, path in ledger.kept_by_runs("issues")), name_of_rotation(secret),
            lambda issues: _about_the_same(people, issues),
        ),
    }  # fmt: skip
    _keep_said(said, people)
    sync_everything()
    n_tables = sum(len(change.files) for change in changes)
    ledger.record_act(by, "rekey", {"tables": str(n_tables), "first_keys": str(len(firsts))})
    ledger.enter_rekey(
        content, [(one.before.source, one.before.area_code, one.files) for one in changes]
    )
    return Rekeyed(n_tables, len(firsts))


def _rows(partition: Partition, table: str) -> pa.Table:
    """The rows of a table, none where there is no such table; raises ConfigurationError where it is damaged."""
    rows = partition.rows(table)
    if rows is None and table in partition.files:
        raise ConfigurationError(f"{table} is damaged: `cypp run` first")
    return pa.table({}) if rows is None else rows


def _new_keys(partition: Partition, secret: bytes) -> dict[str, str]:
    """By key of a source and area the new one of the same identifier."""
    return {
        row["key"]: keyed_hash(
            secret, *scope_of(row["kind"], partition.area_code), row["identifier"]
        )
        for row in _rows(partition, identifiers_table(partition.source)).to_pylist()
    }


def _under(keys: Keys, partition: Partition) -> Change:
    """The tables of a partition under the new keys; raises ConfigurationError where a key is of no identifier."""
    fresh, schemas = {}, {}
    for table in partition.files:
        rows = _rows(partition, table)
        columns = [name for name in rows.column_names if _is_key(name)]
        for name in columns:
            rows = _with_column(rows, name, _led(keys, rows[name], table))
        if columns:
            fresh[table], schemas[table] = [rows], rows.schema
    change = changed(partition, (), fresh, schemas)
    return replace(change, files={**partition.files, **change.files})


def _is_key(column: str) -> bool:
    return column.endswith("key") and column not in FINGERPRINTS


def _with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), rows.field(name), values)


def _led(keys: Keys, column: pa.ChunkedArray, table: str) -> pa.Array:
    """The new key in place of each key; null stays null."""
    coded = column.combine_chunks().dictionary_encode()
    try:
        names = [keys[key] for key in coded.dictionary.to_pylist()]
    except KeyError:
        raise ConfigurationError(
            f"{table} holds a key of no known identifier: `cypp rebuild` first"
        ) from None
    return pa.array(names, pa.string()).take(coded.indices)


# ---------------------------------------------------------------- what was said of records


def _said(folder: DataFolder) -> dict[Path, pa.Table]:
    """By its folder what DfE's rules have said of each version."""
    paths = sorted((folder.quality / "statutory").glob("*/issues.parquet"))
    return {path.parent: pq.read_table(path) for path in paths if not path.parent.suffix}


def _asked_about(partition: Partition, said: Iterable[pa.Table]) -> set[str]:
    """The keys by which the records are known that somebody has been asked about."""
    source, tables = partition.source, [one.select(ASKED) for one in said]
    own = _rows(partition, issues_table(source))
    tables += [own.select(ASKED)] if len(own) else []
    places = pa.concat_tables([ISSUES_SCHEMA.empty_table().select(ASKED), *tables]).to_pandas()
    found: set[str] = set()
    for table, rows in places.drop_duplicates().groupby("table_name"):
        for name in {
            raw_table(source, str(table)),
            set_aside_table(source, str(table)),
        } & partition.files.keys():
            columns = [column for column in key_columns(source, str(table)) if _is_key(column)]
            there = _rows(partition, name).select([*PLACE, *columns]).to_pandas()
            found |= set(there.merge(rows, on=PLACE)[columns].melt()["value"].dropna())
    return found


def _about_the_same(people: Keys, issues: pa.Table) -> pa.Table:
    """Issues with the new key of each child; without one where no extract names the child any more."""
    keys = [people.get(key) for key in issues["child_key"].to_pylist()]
    return _with_column(issues, "child_key", pa.array(keys, pa.string()))


def _keep_said(said: Mapping[Path, pa.Table], people: Keys) -> None:
    """Write what DfE's rules have said next to it, about the same children."""
    for place, issues in said.items():
        fresh = place.with_name(f"{place.name}{REKEYED}")
        shutil.copytree(place, fresh)
        pq.write_table(_about_the_same(people, issues), fresh / "issues.parquet")
