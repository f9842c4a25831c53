"""Parquet files, such as the long file of DfE's Local Authority Interactive Tool: one block."""

from __future__ import annotations

import io
from math import isnan

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.intake.headings import duplicate_headings
from orchestration.intake.readers.block import (
    Block,
    Cell,
    FileRejected,
    Rejection,
    duplicate_heading,
    too_large,
)

PARQUET_MAGIC = b"PAR1"
# Fifteen times the Interactive Tool's file of 2025 (641,070 rows of 7 columns).
LARGEST_CELLS = 70_000_000
LARGEST_EXPANDED = 1 << 30


def read_parquet(content: bytes) -> Block:
    """The rows of a Parquet file; row numbers are positions, since no line can be pointed at."""
    table = _table(content)
    headings = tuple(name.strip() for name in table.column_names)
    if duplicates := duplicate_headings(headings):
        raise duplicate_heading(duplicates)
    return Block(
        sheet=None,
        header_row=0,
        headings=headings,
        columns=tuple(
            _cells(column, heading) for column, heading in zip(table.columns, headings, strict=True)
        ),
        row_numbers=range(1, table.num_rows + 1),
    )


def _table(content: bytes) -> pa.Table:
    table = None
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        _refuse_too_large(file.metadata)
        table = file.read()
    except (pa.ArrowException, OSError):
        table = None
    if table is None:
        raise FileRejected(
            Rejection.NOT_READABLE,
            "the Parquet file is damaged, cut off or encrypted. Download or export it again",
        )
    return table


def _refuse_too_large(metadata: pq.FileMetaData) -> None:
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    expanded = sum(group.total_byte_size for group in groups)
    if metadata.num_rows * metadata.num_columns > LARGEST_CELLS or expanded > LARGEST_EXPANDED:
        raise too_large(
            f"the Parquet file holds more than {LARGEST_CELLS:,} cells or expands to over 1 GB"
        )


def _cells(column: pa.ChunkedArray, heading: str) -> list[Cell]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type), heading)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        # Each distinct text once: such columns repeat a few texts over hundreds of thousands of rows.
        encoded = column.combine_chunks().dictionary_encode()
        texts = [text or None for text in encoded.dictionary.to_pylist()]
        return [None if code is None else texts[code] for code in encoded.indices.to_pylist()]
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = column.cast(pa.float64(), safe=False).to_pylist()
        return [None if number is None or isnan(number) else number for number in numbers]
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return column.to_pylist()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us") if pa.types.is_timestamp(kind) else kind).to_pylist()
    raise FileRejected(
        Rejection.NOT_READABLE,
        f"column {heading!r} holds {kind}, not texts, numbers or dates. Export it as text",
        column=heading,
    )
