"""Children's ids that lost leading zeros: those of one table match another's only once the zeros are left out.

The local id joins the sources of an authority, so such children fall between them. Looked at anew by every run, over
the newest extracts in use at the knowledge date and those before them: the order of arrival does not matter. Ids
are read from the restricted look-up; what leaves this module is counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from expectations.contract import contract_for
from orchestration.checks.tables import TableCheck, TableCount
from orchestration.intake.extract import Extraction
from orchestration.intake.kept.made_tables import identifiers_table, raw_table
from orchestration.intake.kept.partitions import Partition
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import Receipt, SubmissionVersion

CHILD = "child_id"
# The extract before the newest of a source, too: one that loses its zeros from a month to the next is reported at once.
COMPARED_PER_SOURCE = 2


@dataclass(frozen=True)
class IdsOfTable:
    """The children of one table, row by row, and whether the table is of its source's newest extract."""

    count: TableCount
    of_rows: pd.Series
    is_newest: bool

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(self.of_rows.dropna())

    @property
    def extract(self) -> str:
        return f"{self.count.source} of {self.count.as_at_date}"


def judge_ids(
    partitions: Iterable[Partition], receipts: Iterable[Receipt], kept: Mapping[str, Extraction]
) -> Iterator[TableCheck]:
    """One check for each table of the newest extract of each source that names children."""
    own = {(one.area_code, one.source): one for one in partitions}
    versions: dict[str, dict[str, list[SubmissionVersion]]] = defaultdict(lambda: defaultdict(list))
    for receipt in receipts:
        version = receipt.version
        if version.verdict == "accepted" and _columns_of_ids(version.source):
            versions[version.area_code][version.source].append(version)
    for area_code, by_source in versions.items():
        tables = [
            table
            for source, sent in by_source.items()
            if (area_code, source) in own
            for table in _tables(own[area_code, source], sent, kept)
        ]
        yield from judge_area(tables)


def _columns_of_ids(source: str) -> dict[str, str]:
    """By table of a source, the stored column that holds the keys of its children."""
    return {
        name: column.stored_name(column_name)
        for name, table in contract_for(source).tables.items()
        for column_name, column in table.columns.items()
        if column.type == CHILD and not table.recognised_only
    }


def _tables(
    partition: Partition, sent: list[SubmissionVersion], kept: Mapping[str, Extraction]
) -> Iterator[IdsOfTable]:
    newest = sorted(sent, key=lambda version: version.as_at_date, reverse=True)
    for place, version in enumerate(newest[:COMPARED_PER_SOURCE]):
        submission_id = id_of_version(version)
        if submission_id not in kept:
            continue
        id_of = _id_of_key(partition, submission_id)
        about = (submission_id, version.area_code, version.source, version.as_at_date)
        for table, column in _columns_of_ids(version.source).items():
            counts = kept[submission_id].tables.get(table)
            if counts is not None and not counts.failed:
                rows = partition.rows(raw_table(version.source, table), [submission_id], [column])
                keys = pd.Series(dtype=str) if rows is None else rows[column].to_pandas()
                count = TableCount(*about, table, len(keys), 0, is_usable=True)
                yield IdsOfTable(count, keys.map(id_of), is_newest=place == 0)


def _id_of_key(partition: Partition, submission_id: str) -> Mapping[str, str]:
    known = partition.rows(identifiers_table(partition.source), [submission_id])
    if known is None:
        return {}
    children = known.to_pandas().query("kind == @CHILD")
    return dict(zip(children["key"], children["identifier"], strict=True))


def judge_area(tables: Sequence[IdsOfTable]) -> Iterator[TableCheck]:
    """The checks of the newest extracts' tables of one authority."""
    forms: dict[str, set[str]] = defaultdict(set)
    for one in frozenset().union(*(table.ids for table in tables)):
        forms[one.lstrip("0")].add(one)
    several = {form: ids for form, ids in forms.items() if len(ids) > 1}
    for table in tables:
        if table.is_newest:
            yield _judge(table, tables, several)


def _judge(
    table: IdsOfTable, tables: Sequence[IdsOfTable], several: Mapping[str, set[str]]
) -> TableCheck:
    """`several`: the ids that differ in nothing but leading zeros, by what is left without them."""
    own = {one for one in table.ids if one.lstrip("0") in several}
    found: dict[str, set[str]] = defaultdict(set)
    for other in tables if own else ():
        found[other.extract] |= {
            one
            for one in own - other.ids
            if any(len(form) > len(one) for form in several[one.lstrip("0")] & other.ids)
        }
    short = set().union(*found.values())
    n_rows = int(table.of_rows.isin(short).sum())
    if not short:
        return TableCheck("lost_zeros", table.count, True, 0, "")
    where = max(sorted(found), key=lambda extract: len(found[extract]))
    message = (
        f"{len(short)} of {len(table.ids)} ids lack leading zeros that they have in {where}, so the children "
        "are not found there: export ids as text"
    )
    return TableCheck("lost_zeros", table.count, False, n_rows, message)
