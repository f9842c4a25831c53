"""Parquet files: the same cells as the same table in text."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.intake.names import Received
from orchestration.intake.readers import Block, FileRejected, Rejection, columnar, read_file


def read(folder: Path, table: pa.Table) -> Block:
    path = folder / "long_file.csv"
    pq.write_table(table, path)
    (block,) = read_file(path, frozenset())
    return block


def test_parquet_file_is_read_by_content_with_positions_as_row_numbers(tmp_path: Path) -> None:
    block = read(
        tmp_path, pa.table({"Short Desc": ["a", "", None], "LA Number": [302.0, None, 1.5]})
    )

    assert (block.sheet, block.header_row) == (None, 0)
    assert block.headings == ("Short Desc", "LA Number")
    assert block.columns == (["a", None, None], [302.0, None, 1.5])
    assert list(block.row_numbers) == [1, 2, 3]


def test_cells_of_every_kind_are_plain_python_values(tmp_path: Path) -> None:
    table = pa.table(
        {
            "code": pa.array(["x", None]).dictionary_encode(),
            "whole": pa.array([1, None], pa.int32()),
            "exact": pa.array([Decimal("1.50"), None]),
            "not a number": pa.array([float("nan"), 2.0]),
            "day": pa.array([date(2024, 2, 29), None]),
            "moment": pa.array([datetime(2024, 2, 29, 1, 2, 3), None], pa.timestamp("ns")),
            "yes": pa.array([True, None]),
        }
    )

    assert list(zip(*read(tmp_path, table).columns, strict=True)) == [
        ("x", 1, 1.5, None, date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3), True),
        (None, None, None, 2.0, None, None, None),
    ]


def test_parquet_file_without_rows_is_accepted(tmp_path: Path) -> None:
    block = read(tmp_path, pa.table({"Years": pa.array([], pa.string())}))

    assert block.columns == ([],)


def test_duplicate_heading_rejects_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRejected) as raised:
        read(tmp_path, pa.table({"LA Number": ["1"], "la_number": ["2"]}))

    assert raised.value.code == Rejection.DUPLICATE_HEADING


def test_column_of_lists_rejects_the_file_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRejected) as raised:
        read(tmp_path, pa.table({"Years": ["2024"], "Values": [[1, 2]]}))

    assert raised.value.code == Rejection.NOT_READABLE
    assert raised.value.column == Received("column", 2, "Values")


def test_cut_off_parquet_file_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "long_file.parquet"
    pq.write_table(pa.table({"Years": ["2024"]}), path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(FileRejected) as raised:
        read_file(path, frozenset())

    assert raised.value.code == Rejection.NOT_READABLE


def test_parquet_file_of_too_many_cells_is_rejected_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "LARGEST_CELLS", 3)

    with pytest.raises(FileRejected) as raised:
        read(tmp_path, pa.table({"a": [1, 2], "b": [1, 2]}))

    assert raised.value.code == Rejection.TOO_LARGE
