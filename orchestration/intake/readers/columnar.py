"""Parquet files, such as the long file of DfE's Local Authority Interactive Tool: one block."""

from __future__ import annotations

import io
from math import isnan

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.intake.names import Received
from orchestration.intake.readers.block import (
    Block,
    Cell,
    FileRejected,
    Rejection,
    duplicate_heading,
    too_large,
)
from orchestration.intake.readers.bounds import refuse_expansion
from orchestration.intake.tables.headings import duplicate_headings

PARQUET_MAGIC = b"PAR1"
# Fifteen times the Interactive Tool's file of 2025 (641,070 rows of 7 columns).
LARGEST_CELLS = 70_000_000
LARGEST_EXPANDED = 1 << 30
# As many as a worksheet has.
MOST_COLUMNS = 16_384
KINDS = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_floating, pa.types.is_decimal, pa.types.is_integer,
    pa.types.is_boolean, pa.types.is_null, pa.types.is_date, pa.types.is_timestamp,
)  # fmt: skip


def read_parquet(content: bytes) -> Block:
    """The rows of a Parquet file; row numbers are positions, since no line can be pointed at."""
    table = _table(content)
    headings = tuple(name.strip() for name in table.column_names)
    if duplicates := duplicate_headings(headings):
        raise duplicate_heading([_named(headings, heading) for heading in duplicates])
    return Block(
        sheet=None,
        header_row=0,
        headings=headings,
        columns=tuple(_cells(column) for column in table.columns),
        row_numbers=range(1, table.num_rows + 1),
    )


def _named(headings: tuple[str, ...], heading: str) -> Received:
    return Received("column", headings.index(heading) + 1, heading)


def _table(content: bytes) -> pa.Table:
    table = None
    try:
        schema = pq.read_schema(io.BytesIO(content))
        _refuse_unknown_kinds(schema)
        # Each distinct text once, as the file has it: a row's own copy may never be needed.
        texts = [field.name for field in schema if _is_text(field.type)]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        _refuse_too_large(file.metadata, len(content))
        table = file.read()
    except MemoryError:
        raise
    except (pa.ArrowException, OSError):
        table = None
    if table is None:
        raise FileRejected(
            Rejection.NOT_READABLE,
            "the Parquet file is damaged, cut off or encrypted. Download or export it again",
        )
    _refuse_multiplied_texts(table, len(content))
    return table


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _refuse_unknown_kinds(schema: pa.Schema) -> None:
    for number, field in enumerate(schema, start=1):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(is_kind(kind) for is_kind in KINDS):
            raise FileRejected(
                Rejection.NOT_READABLE,
                f"the column holds {kind}, not texts, numbers or dates. Export it as text",
                column=Received("column", number, field.name),
            )


def _refuse_too_large(metadata: pq.FileMetaData, size: int) -> None:
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    expanded = sum(group.total_byte_size for group in groups)
    n_cells = metadata.num_rows * metadata.num_columns
    if metadata.num_columns > MOST_COLUMNS:
        raise too_large(f"the Parquet file has more than {MOST_COLUMNS:,} columns")
    if n_cells > LARGEST_CELLS or expanded > LARGEST_EXPANDED:
        raise too_large(
            f"the Parquet file holds more than {LARGEST_CELLS:,} cells or expands to over 1 GB"
        )
    refuse_expansion("the Parquet file", size, n_cells, expanded)


def _refuse_multiplied_texts(table: pa.Table, size: int) -> None:
    """Refuse texts that are long and repeated: the file stores each once."""
    n_text = sum(
        _length(chunk)
        for column in table.columns
        for chunk in column.chunks
        if pa.types.is_dictionary(chunk.type) and _is_text(chunk.type.value_type)
    )
    refuse_expansion("the Parquet file", size, table.num_rows * table.num_columns, n_text)


def _length(texts: pa.DictionaryArray) -> int:
    """Bytes of text in the rows, each with its own copy."""
    lengths = pc.call_function("binary_length", [texts.dictionary])
    return pc.call_function("sum", [lengths.take(texts.indices)]).as_py() or 0


def _cells(column: pa.ChunkedArray) -> list[Cell]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        if not _is_text(kind.value_type):
            return _cells(column.cast(kind.value_type))
        encoded = column.unify_dictionaries().combine_chunks()
        texts = [text or None for text in encoded.dictionary.to_pylist()]
        return [None if code is None else texts[code] for code in encoded.indices.to_pylist()]
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = column.cast(pa.float64(), safe=False).to_pylist()
        return [None if number is None or isnan(number) else number for number in numbers]
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us")).to_pylist()
    return column.to_pylist()
