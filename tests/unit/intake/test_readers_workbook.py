"""Workbooks: every sheet with its true row numbers, and none that must not be opened.

The numbers in the names of the sections are the rows of the fault matrix.
"""

import base64
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from orchestration.intake.readers import Block, FileRejected, Rejection, package, read_file
from orchestration.intake.tables.headings import normalise_heading

HEADINGS = ("Child Unique ID", "Date of Referral", "Age")
KNOWN = frozenset(map(normalise_heading, {"child unique id", "date of referral", "age"}))
DATE = {"num_format": "dd/mm/yyyy"}
# One sheet 'List 3' in the format of Excel 97 (written with xlwt 1.3.0): the headings 'Child Unique ID' and
# 'Date of Referral' over A1 and 29 February 2024.
LEGACY_XLS = (
    b"c-rk)O=uHA6#iySnjhL^6H}orl%-(RS}3&_FYUG(ErKbvAZigbHCqfViN<))gH~&fg5XIJp->NAs$Tp-"
    b"4+<VU2o*gDf{^IZlc3<C&HCnLSJJA`pcX3gh56>~n>RBrJMYcx?yLDoapqog3Cqxjbtu~b)K%#Om4JJpgW7Fdif-"
    b"+vVk@jE1pKs+bzVGfc<GaCDA&6L4R<}yh=C7O4&wxdvKh-"
    b"*MeJZ7l0y2>ODu4MG$AyxS5f9;%<Gx&u;mlxe%4%O?j_rz7{$Cf)Un-"
    b"(;)7Znw}l|beZYO*v8Ef1cp;<s{1s8L^<p5GPEM||hE`8KW<d)&Xl1ONybj|Qf<Qdpl}L0QA`}s$#h%4i+W@|}S^d;d`qkA7kpA0"
    b"Jz3(@AKP}>N{Z-8aOu;_NNm8JoZt+wSd2jku-"
    b"soAtHrmR;B@FC5o}Nq@`!ng2r!8YooRUAD%v(lw+!(ROtsKP)<-tIAP;T|SHRwyWh6YZVdg2s~Cglhxj!wQU-2VJJF*a--Va*gD2"
    b"bDu(qx2CrF329#Im9j65AI;z%6ySWZDF~YIYv=Ub^CCmBkZ1Ln@il<PV@9I-"
    b"k6)J<jo`(KJ9zhTKH&gA$e}FbT&5k)|^2b9bzf!FMreM6rJMwHHk;2TMK7{dC%PR(`Mt>bjNqwIT^!Pl<7r?FjubR-4Twx_=UY-d"
    b"pY7cEy(^var3!`J}rv-"
    b"e0%z<j^7{@6ciK`6ciK`6#fvxc?6fQ2l64^>pbZDobNh|RLbfz$$yIxWa*cum&#qpP@Th>n&M{zyuuwztgw&!y-"
    b"?x+&7Q*q#@LUEn&X#V)I|0FS#d}G@1;<!^OtM!^B>Ru9Vk=O3j"
)
ODS_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)

Write = Callable[[Workbook, Worksheet], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write_workbook(path: Path, write: Write, sheet: str = "List 3") -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        write(workbook, workbook.add_worksheet(sheet))
    return path


def blocks_of(folder: Path, write: Write) -> list[Block]:
    return read_file(write_workbook(folder / "received.xlsx", write), KNOWN)


def rejection_of(path: Path) -> FileRejected:
    with pytest.raises(FileRejected) as raised:
        read_file(path, KNOWN)
    return raised.value


def write_table(_workbook: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, ["A1", "01/02/2024", 7])
    sheet.write_row(2, 0, ["A2", "02/02/2024", 8])


def rewrite(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Give a workbook other or further parts."""
    with zipfile.ZipFile(path) as package_:
        kept = {name: package_.read(name) for name in package_.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package_:
        for name, content in {**kept, **parts}.items():
            package_.writestr(name, content)
    return path


def part_of(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as package_:
        return package_.read(name)


def write_ods(path: Path, rows: str) -> Path:
    content = (
        f'<?xml version="1.0"?><office:document-content {ODS_NAMESPACES}><office:body><office:spreadsheet>'
        f'<table:table table:name="List 3">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package_:
        package_.writestr("mimetype", package.ODS_TYPE)
        package_.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        package_.writestr("content.xml", content)
    return path


def ods_row(*texts: str, attributes: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


# ---- cells


def test_cells_arrive_as_what_the_sheet_holds(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["007", "01/02/2024", 7.0])
        sheet.write_row(2, 0, [123456789012345, "", 7.5])
        sheet.write_datetime(2, 1, datetime(2024, 2, 29), workbook.add_format(DATE))
        sheet.write_row(3, 0, [1.25e18, "", True])
        sheet.write_datetime(3, 1, datetime(2024, 2, 29, 13, 30), workbook.add_format(DATE))

    (block,) = blocks_of(folder, write)

    assert block.columns == (
        ["007", 123456789012345, 1.25e18],
        ["01/02/2024", date(2024, 2, 29), datetime(2024, 2, 29, 13, 30)],
        [7, 7.5, True],
    )
    # A whole number of more than 15 digits has lost some in Excel, and stays a float to show it.
    assert [type(cell) for cell in block.columns[0]] == [str, int, float]


def test_errors_and_their_texts_are_none(folder: Path) -> None:
    def write(_workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write(1, 0, "A1")
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_string(1, 2, "#N/A")

    (block,) = blocks_of(folder, write)

    assert block.columns == (["A1"], [None], [None])


def test_number_that_looks_like_a_time_of_day_is_excels_own_number(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_number(1, 0, 0, workbook.add_format(DATE))
        sheet.write_number(1, 1, 0.25, workbook.add_format({"num_format": "hh:mm"}))
        sheet.write_number(1, 2, 1.25, workbook.add_format({"num_format": "[h]:mm"}))

    (block,) = blocks_of(folder, write)

    assert block.columns == ([0], [0.25], [1.25])


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x","y")', "+cmd|x", "@SUM(A1)", "\t=1+1", "<b>x</b>"]
)
def test_text_that_looks_like_a_formula_or_markup_is_plain_text(folder: Path, text: str) -> None:
    def write(_workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_string(1, 0, text)

    (block,) = blocks_of(folder, write)

    assert block.columns[0] == [text]


# ---- 3, 8, 9: rows and headings


def test_sheet_with_headings_only_has_no_rows(folder: Path) -> None:
    (block,) = blocks_of(folder, lambda _, sheet: sheet.write_row(0, 0, HEADINGS))

    assert block.headings == HEADINGS
    assert [list(column) for column in block.columns] == [[], [], []]


def test_title_rows_and_blank_rows_keep_true_row_numbers(folder: Path) -> None:
    def write(_workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write(2, 1, "Referrals of Barnet")
        sheet.write_row(4, 1, HEADINGS)
        sheet.write_row(5, 1, ["A1", "x", 1])
        sheet.write_row(6, 1, ["", "  ", "#N/A"])
        sheet.write_row(8, 1, ["A2", "y", 2])

    (block,) = blocks_of(folder, write)

    assert block.header_row == 5
    assert block.headings == HEADINGS
    assert list(block.row_numbers) == [6, 9]
    assert block.columns[0] == ["A1", "A2"]


def test_duplicate_heading_rejects_its_sheet_and_no_other(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, [*HEADINGS, "age?"])
        sheet.write_row(1, 0, ["A1", "x", 1, 2])
        write_table(workbook, workbook.add_worksheet("List 4"))

    bad, good = blocks_of(folder, write)

    assert bad.rejected is not None
    assert (bad.rejected.code, bad.rejected.sheet) == (Rejection.DUPLICATE_HEADING, "List 3")
    assert bad.rejected.column == "Age"
    assert len(bad.row_numbers) == 0
    assert good.rejected is None
    assert len(good.row_numbers) == 2


def test_values_without_a_heading_are_left_out_and_noted(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        sheet.write(1, 4, "checked")

    (block,) = blocks_of(folder, write)

    assert block.headings == HEADINGS
    assert [note.code for note in block.notes] == ["UNNAMED_COLUMNS"]


# ---- 10: several sheets


def test_every_sheet_is_a_block_also_without_known_headings(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        workbook.add_worksheet("Notes").write(0, 0, "prepared by the data team")
        workbook.add_worksheet("Sheet2")

    assert [(block.sheet, block.headings) for block in blocks_of(folder, write)] == [
        ("List 3", HEADINGS),
        ("Notes", ()),
        ("Sheet2", ()),
    ]


def test_hidden_sheet_is_read_and_noted(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        old = workbook.add_worksheet("List 3 (2)")
        write_table(workbook, old)
        old.hide()

    shown, hidden = blocks_of(folder, write)

    assert shown.notes == ()
    assert [note.code for note in hidden.notes] == ["HIDDEN_SHEET"]
    assert hidden.columns == shown.columns


# ---- 11, 12: hidden rows, merged cells


def test_hidden_rows_are_read_and_counted(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        sheet.set_row(2, options={"hidden": True})

    (block,) = blocks_of(folder, write)

    assert block.columns[0] == ["A1", "A2"]
    assert [(note.code, note.count) for note in block.notes] == [("HIDDEN_ROWS", 1)]


def test_merged_cells_below_the_headings_are_counted(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 2, "Referrals")
        sheet.write_row(1, 0, HEADINGS)
        sheet.merge_range(2, 0, 3, 0, "A1")
        sheet.write_column(2, 1, ["01/02/2024", "02/02/2024"])

    (block,) = blocks_of(folder, write)

    assert block.columns[0] == ["A1", None]
    assert [(note.code, note.count) for note in block.notes] == [("MERGED_CELLS", 1)]


# ---- 17, 19, 20: damaged, too large, bombs


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_cut_off_workbook_is_rejected(folder: Path, share: float) -> None:
    path = write_workbook(folder / "received.xlsx", write_table)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    assert rejection_of(path).code == Rejection.NOT_READABLE


def test_damaged_sheet_is_rejected_and_no_other(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        write_table(workbook, workbook.add_worksheet("List 4"))

    path = write_workbook(folder / "received.xlsx", write)
    rewrite(
        path, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row></sheetData></worksheet>"}
    )

    bad, good = read_file(path, KNOWN)

    assert bad.rejected is not None
    assert (bad.rejected.code, bad.rejected.sheet) == (Rejection.NOT_READABLE, "List 3")
    assert len(good.row_numbers) == 2


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_damaged_part_that_every_sheet_needs_rejects_the_workbook(folder: Path, part: str) -> None:
    path = write_workbook(folder / "received.xlsx", write_table)
    rewrite(path, {part: part_of(path, part)[:-20]})

    assert rejection_of(path).code == Rejection.NOT_READABLE


def test_zip_bomb_is_rejected_before_it_is_expanded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rewrite(
        write_workbook(folder / "received.xlsx", write_table),
        {"xl/worksheets/sheet2.xml": bytes(20 << 20)},
    )
    monkeypatch.setattr(package, "survey_part", lambda *_: pytest.fail("expanded"))

    assert rejection_of(path).code == Rejection.TOO_LARGE


def test_workbook_that_expands_too_far_in_total_is_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST_EXPANDED", 1000)

    assert rejection_of(write_workbook(folder / "x.xlsx", write_table)).code == Rejection.TOO_LARGE


def test_part_larger_than_it_declares_is_rejected(folder: Path) -> None:
    path = write_workbook(folder / "received.xlsx", write_table)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    size = int.from_bytes(content[entry + 24 : entry + 28], "little")
    content[entry + 24 : entry + 28] = (size - 40).to_bytes(4, "little")
    path.write_bytes(content)

    assert rejection_of(path).code == Rejection.NOT_READABLE


def test_stray_cell_in_the_far_corner_is_rejected_before_it_fills_memory(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        sheet.write(1_048_575, 16_383, "stray")

    assert rejection_of(write_workbook(folder / "x.xlsx", write)).code == Rejection.TOO_LARGE


def test_formatted_empty_cells_far_away_do_no_harm(folder: Path) -> None:
    def write(workbook: Workbook, sheet: Worksheet) -> None:
        write_table(workbook, sheet)
        sheet.write_blank(1_048_575, 16_383, None, workbook.add_format({"bold": True}))

    (block,) = blocks_of(folder, write)

    assert len(block.row_numbers) == 2


# ---- 21: XML entities


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"]
)
def test_entity_declaration_in_a_workbook_is_rejected(folder: Path, part: str) -> None:
    path = write_workbook(folder / "received.xlsx", write_table)
    declaration, _, rest = part_of(path, part).partition(b"?>")
    entity = b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    rewrite(path, {part: declaration + entity + rest})

    assert rejection_of(path).code == Rejection.XML_ENTITIES


# ---- 22: what is not read


def test_macros_embedded_files_and_links_are_ignored_and_noted(folder: Path) -> None:
    path = write_workbook(folder / "received.xlsm", write_table)
    rewrite(
        path,
        {
            "xl/vbaProject.bin": b"x",
            "xl/embeddings/oleObject1.bin": b"x",
            "xl/externalLinks/externalLink1.xml": b"<x/>",
        },
    )

    (block,) = read_file(path, KNOWN)

    assert len(block.row_numbers) == 2
    assert {note.code for note in block.notes} == {"MACROS", "EMBEDDED_FILES", "EXTERNAL_LINKS"}


# ---- 23: passwords


def test_workbook_with_a_password_is_rejected(folder: Path) -> None:
    path = folder / "received.xlsx"
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + name + bytes(480))

    rejected = rejection_of(path)

    assert rejected.code == Rejection.PASSWORD
    assert "Remove the password" in rejected.message


# ---- 24: other formats


def test_workbook_of_excel_97_is_read(folder: Path) -> None:
    path = folder / "received.csv"
    path.write_bytes(zlib.decompress(base64.b85decode(LEGACY_XLS)))

    (block,) = read_file(path, KNOWN)

    assert (block.sheet, block.headings) == ("List 3", HEADINGS[:2])
    assert block.columns == (["A1"], [date(2024, 2, 29)])
    assert list(block.row_numbers) == [2]


def test_open_document_sheet_is_read(folder: Path) -> None:
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    path = write_ods(
        folder / "received.ods", ods_row(*HEADINGS) + blank + ods_row("A1", "01/02/2024")
    )

    (block,) = read_file(path, KNOWN)

    assert block.headings == HEADINGS
    assert block.columns == (["A1"], ["01/02/2024"], [None])
    assert list(block.row_numbers) == [4]


def test_open_document_sheet_that_repeats_itself_without_end_harms_nobody(
    folder: Path,
) -> None:
    repeated = ods_row("x", attributes=' table:number-columns-repeated="16384"').replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">'
    )

    path = write_ods(folder / "received.ods", ods_row(*HEADINGS) + repeated)

    assert rejection_of(path).code == Rejection.TOO_LARGE


def test_open_document_sheet_with_a_password_is_rejected(folder: Path) -> None:
    path = write_ods(folder / "received.ods", ods_row(*HEADINGS))
    rewrite(
        path, {"META-INF/manifest.xml": b"<manifest:encryption-data/>", "content.xml": b"\x8f\x01"}
    )

    assert rejection_of(path).code == Rejection.PASSWORD


def test_zip_archive_that_is_no_workbook_is_rejected(folder: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package_:
        package_.writestr("list_3.csv", "Child Unique ID")
    path = folder / "received.xlsx"
    path.write_bytes(buffer.getvalue())

    rejected = rejection_of(path)

    assert rejected.code == Rejection.NOT_READABLE
    assert "ZIP" in rejected.message
