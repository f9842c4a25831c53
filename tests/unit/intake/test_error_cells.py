"""A cell with an error is told from an empty one in workbooks of every format, wherever it is."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.intake.readers import read_file
from orchestration.intake.readers.block import FileRejected
from orchestration.intake.readers.error_cells import PartDamaged, errors_of_xlsb_sheet
from tests import binary_workbooks, old_workbooks, open_documents

HEADINGS = ("Child Unique ID", "Date of Referral", "Age")
KNOWN = frozenset({"childuniqueid", "dateofreferral", "age"})
N_ROWS = 4
CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
}

Errors = dict[tuple[int, int], int]
"""Code of the error by row (from 1) and column (from 0); the other cells hold a text."""

errors = st.dictionaries(
    st.tuples(st.integers(1, N_ROWS), st.integers(0, len(HEADINGS) - 1)),
    st.sampled_from(sorted(CODES)),
)


def _texts(errors: Errors) -> dict[tuple[int, int], str]:
    texts = {(0, column): heading for column, heading in enumerate(HEADINGS)}
    places = ((row, column) for row in range(1, N_ROWS + 1) for column in range(len(HEADINGS)))
    return texts | {place: f"SYN{place[0]}{place[1]}" for place in places if place not in errors}


def _old(errors: Errors, by_formula: bool) -> bytes:
    cells = [old_workbooks.text_cell(*place, text) for place, text in _texts(errors).items()]
    cells += [
        old_workbooks.error_cell(*place, code, by_formula=by_formula)
        for place, code in errors.items()
    ]
    return old_workbooks.compound_file(old_workbooks.workbook([cells]))


def _binary(errors: Errors, by_formula: bool) -> bytes:
    cells = {place: binary_workbooks.text_cell(text) for place, text in _texts(errors).items()}
    cells |= {
        place: binary_workbooks.error_cell(code, by_formula=by_formula)
        for place, code in errors.items()
    }
    return binary_workbooks.binary_workbook({"List 3": cells})


def _open(errors: Errors, marked: bool) -> bytes:
    """As LibreOffice writes an error, with its mark, or as others do, with the text alone."""
    mark = 'xmlns:c="urn:c" c:value-type="error"' if marked else ""
    texts = {place: open_documents.cell(text) for place, text in _texts(errors).items()}
    texts |= {
        place: open_documents.cell(CODES[code], f'office:string-value="" {mark}')
        for place, code in errors.items()
    }
    rows = (
        open_documents.row("".join(texts[row, column] for column in range(len(HEADINGS))))
        for row in range(N_ROWS + 1)
    )
    return open_documents.document_of({"List 3": "".join(rows)})


FORMATS = {"xls": _old, "xlsb": _binary, "ods": _open}


@pytest.mark.parametrize("kind", FORMATS)
@given(errors=errors, otherwise=st.booleans())
def test_error_is_told_where_it_is(
    kind: str, tmp_path_factory: pytest.TempPathFactory, errors: Errors, otherwise: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"errors.{kind}"
    path.write_bytes(FORMATS[kind](errors, otherwise))
    [block] = read_file(path, KNOWN)
    expected = _texts(errors) | {place: CODES[code] for place, code in errors.items()}
    for column, cells in enumerate(block.columns):
        assert list(cells) == [expected[row, column] for row in range(1, N_ROWS + 1)]
    assert not block.notes


def test_error_that_repeats_itself_is_told_in_each_cell(tmp_path: Path) -> None:
    shown = open_documents.cell(
        "Err:502", 'office:string-value="" table:number-columns-repeated="2"'
    )
    rows = open_documents.row("".join(map(open_documents.cell, HEADINGS))) + open_documents.row(
        open_documents.cell("SYN1") + shown, 'table:number-rows-repeated="3"'
    )
    path = tmp_path / "repeated.ods"
    path.write_bytes(open_documents.document_of({"List 3": rows}))
    [block] = read_file(path, KNOWN)
    assert [list(cells) for cells in block.columns] == [
        ["SYN1"] * 3,
        ["Err:502"] * 3,
        ["Err:502"] * 3,
    ]


@pytest.mark.parametrize("n_lost", [1, 2, 7])
def test_binary_sheet_that_breaks_off_is_refused(tmp_path: Path, n_lost: int) -> None:
    whole = _binary({}, False)
    path = tmp_path / "cut.xlsb"
    path.write_bytes(_with_shorter_sheet(whole, n_lost))
    try:
        refused = all(block.rejected for block in read_file(path, KNOWN))
    except FileRejected:
        refused = True
    assert refused


def _with_shorter_sheet(package: bytes, n_lost: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as whole, zipfile.ZipFile(stream, "w") as cut:
        for name in whole.namelist():
            part = whole.read(name)
            cut.writestr(name, part[:-n_lost] if "sheet1" in name else part)
    return stream.getvalue()


@given(errors=errors, n_kept=st.floats(0, 1, exclude_max=True))
def test_sheet_cut_anywhere_is_damaged_unless_it_ends_with_a_record(
    errors: Errors, n_kept: float
) -> None:
    sheet = _sheet_of(_binary(errors, False))
    whole = errors_of_xlsb_sheet(sheet)
    try:
        found = errors_of_xlsb_sheet(sheet[: int(n_kept * len(sheet))])
    except PartDamaged:
        return
    assert found.items() <= whole.items()


@pytest.mark.parametrize("place", [(1 << 20, 0), (0xFFFFFFFF, 0), (0, 1 << 14)])
def test_cell_that_no_sheet_has_is_damage_and_no_memory_is_asked_for(
    place: tuple[int, int],
) -> None:
    row = b"\x00\x04" + struct.pack("<I", place[0])
    error = b"\x03\x09" + struct.pack("<II", place[1], 0) + b"\x17"
    with pytest.raises(PartDamaged):
        errors_of_xlsb_sheet(row + error)


def _sheet_of(package: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        return parts.read("xl/worksheets/sheet1.bin")
