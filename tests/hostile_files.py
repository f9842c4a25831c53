"""Small files that ask for far more memory or time than there is, made on the fly: one function per kind.

Each kind is written in two variants, which differ in the part, the column or the place of what is hostile. What
becomes of them is tested in `integration/test_hostile_files.py` and measured by `python -m tests.benchmarks hostile`.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contract import contract_for
from tests import old_workbooks
from tests.extracts import BARNET, write_bytes
from tests.open_documents import cell, document_of, row

VARIANTS = (0, 1)
MEGABYTE = 1 << 20
# What Excel allows in one cell.
LONGEST_TEXT = 32_767

Build = Callable[[int], bytes]


@dataclass(frozen=True)
class Hostile:
    """A kind of file, the source in whose folder it stands, and the rule that refuses it."""

    name: str
    source: str
    build: Build
    rule: str = "TOO_LARGE"

    @property
    def area(self) -> str:
        return "national" if contract_for(self.source).level == "national" else BARNET

    def write(self, folder: Path, variant: int) -> Path:
        """Put the file into a folder under a name that says nothing."""
        return write_bytes(folder / "extract", self.build(variant))


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP package."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


# ---------------------------------------------------------------- workbooks

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
HEADINGS = ("Child Unique ID", "Date of Referral", "Referral Source")


def _root(target: str) -> str:
    """The part that says which one the workbook is."""
    return (
        f'<Relationships {RELATIONS}><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        f'Target="{target}"/></Relationships>'
    )


def _workbook(sheets: list[str], texts: str = "", **others: bytes) -> bytes:
    """A workbook of sheets given as their rows, and of shared texts."""
    named = "".join(
        f'<sheet name="List {n}" sheetId="{n}" xmlns:r="{OFFICE}" r:id="r{n}"/>'
        for n in range(1, len(sheets) + 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _root("xl/workbook.xml"),
        "xl/workbook.xml": f"<workbook {MAIN}><sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {RELATIONS}>{relations}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>",
    }
    for n, rows in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(rows)
    return zipped(parts | others)


def _sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def _text(text: str) -> str:
    return f"<si><t>{text}</t></si>"


def _headings(column: str = "A") -> str:
    cells = "".join(
        f'<c r="{chr(ord(column) + place)}1" t="inlineStr"><is><t>{heading}</t></is></c>'
        for place, heading in enumerate(HEADINGS)
    )
    return f'<row r="1">{cells}</row>'


def _references(texts: list[int], column: str = "B") -> str:
    """A row with one cell for each text referred to."""
    return "".join(
        f'<row r="{number}"><c r="{column}{number}" t="s"><v>{text}</v></c></row>'
        for number, text in enumerate(texts, start=2)
    )


def one_long_text(variant: int) -> bytes:
    """A text of nearly 4 MB and 60,000 cells that refer to it."""
    texts = _text("a" * (4 * MEGABYTE - 1000))
    if variant:
        return _workbook(
            [_headings(), _headings() + _references([1] * 60_000, "C")], _text("x") + texts
        )
    return _workbook([_headings() + _references([0] * 60_000)], texts)


def texts_of_honest_length(variant: int) -> bytes:
    """A hundred texts that Excel would allow, and 100,000 cells that refer to them."""
    opening = "<si><r><t>" if variant else "<si><t>"
    closing = "</t></r></si>" if variant else "</t></si>"
    texts = "".join(f"{opening}{n:05}{'b' * (LONGEST_TEXT - 5)}{closing}" for n in range(100))
    rows = _references([n % 100 for n in range(100_000)], "AZ"[variant])
    return _workbook([_headings() + rows], texts)


def far_cell(variant: int) -> bytes:
    """One cell in a far corner of a sheet."""
    number, column = ((1_048_576, "XFD"), (500_000, "Z"))[variant]
    far = f'<row r="{number}"><c r="{column}{number}"><v>1</v></c></row>'
    return _workbook([_headings() + far] if variant else [_headings(), far])


def long_comment_in_a_sheet(variant: int) -> bytes:
    """A comment full of what looks like the beginning of a row, or of a cell, and never ends."""
    filling = ("<row ", '<c r="A1" t="e" ')[variant]
    comment = f"<!--{filling * (3 * MEGABYTE // len(filling))}hidden-->"
    far = '<row r="900000"><c r="AA900000"><v>1</v></c></row>'
    return _workbook([_headings() + comment + far])


def entities_in_a_part(variant: int) -> bytes:
    """Entities of entities of entities, in the texts or in a sheet."""
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    markup = f'<!DOCTYPE x [<!ENTITY e0 "ha">{declared}]><sst {MAIN}><si><t>&e9;</t></si></sst>'
    part = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")[variant]
    return _workbook([_headings()], **{part: markup.encode()})


def many_small_parts(variant: int) -> bytes:
    """Four megabytes, three hundred times."""
    folder = ("xl/media/", "xl/worksheets/")[variant]
    content = bytes(4 * MEGABYTE - 1)
    return _workbook([_headings()], **{f"{folder}part{n}.xml": content for n in range(300)})


def zip_in_zip(variant: int) -> bytes:
    """Archives in archives."""
    inner = zipped({"zeros.csv": bytes(64 * MEGABYTE)})
    for depth in range(3):
        inner = zipped({f"{depth}-{n}.zip": inner for n in range(10)})
    if variant:
        return _workbook([_headings()], **{"xl/embeddings/inner.zip": inner, "xl/x.xml": inner})
    return inner


def unusual_compression(variant: int) -> bytes:
    """A part compressed in a way that no spreadsheet program uses and that asks for memory of its own."""
    method = (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)[variant]
    sheet = _sheet(_headings()).encode()
    return zipped(
        {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": f"<workbook {MAIN}/>",
         "xl/worksheets/sheet1.xml": sheet + bytes(3 * MEGABYTE)},
        method,
    )  # fmt: skip


# ---------------------------------------------------------------- OpenDocument, binary workbooks


def repeated_cells(variant: int) -> bytes:
    """A filled cell over a whole sheet; or an empty one, a hundred million times, before a filled one."""
    headings = row("".join(map(cell, HEADINGS)))
    if variant:
        empty = '<table:table-cell table:number-columns-repeated="100000000"/>'
        return document_of({"List 1": headings + row(empty + cell("x"))})
    filled = cell("x", 'table:number-columns-repeated="16384"')
    repeated = row(filled, 'table:number-rows-repeated="1048576"')
    return document_of({"List 1": headings + repeated})


def repeated_text(variant: int) -> bytes:
    """A long text in thousands of cells or rows."""
    headings = row("".join(map(cell, HEADINGS)))
    of_cell, of_row = ("10000", "1") if variant else ("1", "10000")
    long = cell("c" * 2 * MEGABYTE, f'table:number-columns-repeated="{of_cell}"')
    repeated = row(long, f'table:number-rows-repeated="{of_row}"')
    return document_of({"List 1": headings + repeated})


def _record(kind: int, content: bytes = b"") -> bytes:
    """A record of a binary workbook ([MS-XLSB] 2.1.4): its type and its length in groups of seven bits."""

    def groups(number: int) -> Iterator[int]:
        while number > 127:
            yield number & 127 | 128
            number >>= 7
        yield number

    name = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return name + bytes(groups(len(content))) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_references(variant: int) -> bytes:
    """The long shared text in a binary workbook (.xlsb)."""
    length, n_rows = ((2 * MEGABYTE, 60_000), (MEGABYTE, 160_000))[variant]
    texts = _record(159, struct.pack("<II", n_rows, 1)) + _record(
        19, b"\0" + _wide("d" * (length - 1000))
    )
    cells = b"".join(
        _record(0, struct.pack("<I", number) + bytes(21)) + _record(7, struct.pack("<III", 0, 0, 0))
        for number in range(n_rows)
    )
    dimension = _record(148, struct.pack("<IIII", 0, n_rows - 1, 0, 0))
    sheet = _record(129) + dimension + _record(145) + cells + _record(146) + _record(130)
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("r1") + _wide("List 1"))
    book = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    relations = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": _root("xl/workbook.bin"),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f"<Relationships {RELATIONS}>{relations}</Relationships>",
            "xl/sharedStrings.bin": texts + _record(160),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


# ---------------------------------------------------------------- workbooks of Excel 97 to 2003


def _old_headings() -> list[bytes]:
    return [old_workbooks.text_cell(0, place, text) for place, text in enumerate(HEADINGS)]


def old_far_cell(variant: int) -> bytes:
    """One cell in the last corner of a sheet (.xls); or in another corner of each of twelve sheets."""
    corners = [[(65_535, 255)], [(65_535 - 4_000 * sheet, 255 - sheet) for sheet in range(12)]]
    sheets = [
        [*_old_headings(), old_workbooks.text_cell(*corner, "x")] for corner in corners[variant]
    ]
    return old_workbooks.compound_file(old_workbooks.workbook(sheets))


def old_references(variant: int) -> bytes:
    """A long shared text in tens of thousands of cells (.xls)."""
    n_cells = (60_000, 50_000)[variant]
    cells = [
        old_workbooks.reference(1 + place // (variant + 1), 1 + place % (variant + 1), 0)
        for place in range(n_cells)
    ]
    texts = old_workbooks.shared_text("d" * 65_000, n_cells)
    return old_workbooks.compound_file(old_workbooks.workbook([[*_old_headings(), *cells]], texts))


def damaged_old_workbook(variant: int) -> bytes:
    """A chain of sectors (.xls) that never ends: that of the workbook, or that of the directory."""
    stream = old_workbooks.workbook([_old_headings()])
    return old_workbooks.compound_file(stream, ("stream", "directory")[variant])


# ---------------------------------------------------------------- Parquet


def _parquet(table: pa.Table, **options: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **{"compression": "zstd", **options})
    return stream.getvalue()


def _repeated(text: str, n_rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array([0] * n_rows, pa.int32()), pa.array([text]))


def one_long_entry(variant: int) -> bytes:
    """Twelve gigabytes of text: one entry of a dictionary, thousands of times."""
    text = _repeated("e" * 4 * MEGABYTE, 3_000)
    years = _repeated("2024", 3_000)
    named = {"Years": years, "Values": text} if variant else {"Indicator": text, "Years": years}
    return _parquet(pa.table(named), store_schema=bool(variant))


def millions_of_rows(variant: int) -> bytes:
    """Rows that all hold the same."""
    n_rows = 30_000_000
    column = pa.nulls(n_rows) if variant else pa.array(memoryview(bytes(n_rows)))
    return _parquet(pa.table({"Years": column, "Values": column}))


def list_in_a_column(variant: int) -> bytes:
    """A column of lists of millions of numbers."""
    numbers = pa.array(memoryview(bytes(60_000_000)))
    lists = pa.LargeListArray.from_arrays(pa.array([0, len(numbers)], pa.int64()), numbers)
    named = {"Years": lists} if variant else {"Years": pa.array(["2024"]), "Values": lists}
    return _parquet(pa.table(named))


def compressed_page(variant: int) -> bytes:
    """Plain texts of zeros that compress to nearly nothing."""
    text = pa.array(["0" * 16 * MEGABYTE] * 64)
    named = {"Years": text} if variant else {"Years": pa.array(["2024"] * 64), "Values": text}
    return _parquet(pa.table(named), use_dictionary=False)


def thousands_of_columns(variant: int) -> bytes:
    """More columns than any table has."""
    n_columns = 20_000
    return _parquet(pa.table({f"c{n}": [variant] for n in range(n_columns)}))


# ---------------------------------------------------------------- XML

CENSUS_HEADER = (
    b"<Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>"
    b"<ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails><Source><LEA>302</LEA></Source></Header>"
)


def long_comment_before_the_root(variant: int) -> bytes:
    """A comment, or an attribute, that a parser scans again with each piece that it is given."""
    if variant:
        return b'<Message a="' + b"f" * 48 * MEGABYTE + b'">' + CENSUS_HEADER + b"</Message>"
    comment = b"<!--" + b"- " * 24 * MEGABYTE + b"-->"
    return comment + b"<Message>" + CENSUS_HEADER + b"</Message>"


def long_comment_in_a_child(variant: int) -> bytes:
    """The same inside the return, or a text of that length."""
    opening, closing = ((b"<!--", b"-->"), (b"<LAchildID>", b"</LAchildID>"))[variant]
    long = opening + b"g" * 32 * MEGABYTE + closing
    return (
        b"<Message>"
        + CENSUS_HEADER
        + b"<Children><Child>"
        + long
        + b"</Child></Children></Message>"
    )


def elements_of_no_child(variant: int) -> bytes:
    """Millions of elements outside a child, or inside one."""
    many = b"<a/>" * 6_000_000
    if variant:
        many = b"<Child><ChildIdentifiers>" + many + b"</ChildIdentifiers></Child>"
    return b"<Message>" + CENSUS_HEADER + b"<Children>" + many + b"</Children></Message>"


def entities_of_entities(variant: int) -> bytes:
    """Billion laughs, or one long entity many times."""
    if variant:
        declared = b'<!ENTITY a "' + b"a" * 100_000 + b'">'
        text = b"&a;" * 100_000
    else:
        declared = b'<!ENTITY e0 "ha">' + b"".join(
            b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10)
        )
        text = b"&e9;"
    return b"<!DOCTYPE Message [" + declared + b"]><Message><Child>" + text + b"</Child></Message>"


def deep_elements(variant: int) -> bytes:
    """Elements inside elements, a million deep."""
    name = (b"Child", b"a")[variant]
    return b"<Message>" + CENSUS_HEADER + b"<%s>" % name * 1_000_000


# ---------------------------------------------------------------- text

EPISODES = (
    b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
)


def one_giant_line(variant: int) -> bytes:
    """A line of 24 million cells, before or after the headings."""
    line = b",;"[variant : variant + 1] * 24 * MEGABYTE
    return line + b"\n" + EPISODES if variant else EPISODES + b"\n" + line


def a_million_columns(variant: int) -> bytes:
    """A million headings over rows of one cell."""
    headings = b",".join(b"H%d" % n for n in range(1_000_000))
    if variant:
        return headings + b"," + EPISODES + b"\n" + b"1\n" * 2000
    return EPISODES + b"," + headings + b"\n" + b"1\n" * 2000


def rows_far_shorter_than_the_headings(variant: int) -> bytes:
    """As many columns as a spreadsheet has, over hundreds of thousands of rows of one cell."""
    headings = EPISODES + b"".join(b",H%d" % n for n in range(16_000))
    end = (b"\n", b"\r\n")[variant]
    return headings + end + (b"1" + end) * 300_000


KINDS = (
    Hostile("one long text, 60,000 references", "annex_a", one_long_text),
    Hostile("100 texts, 100,000 references", "annex_a", texts_of_honest_length),
    Hostile("cell in a far corner", "annex_a", far_cell),
    Hostile("long comment in a sheet", "annex_a", long_comment_in_a_sheet),
    Hostile("entities in a workbook", "annex_a", entities_in_a_part, "XML_ENTITIES"),
    Hostile("many small parts", "annex_a", many_small_parts),
    Hostile("archives in archives", "annex_a", zip_in_zip, "NOT_READABLE"),
    Hostile("unusual compression", "annex_a", unusual_compression, "NOT_READABLE"),
    Hostile("repeated cells (.ods)", "ofsted_mi", repeated_cells),
    Hostile("repeated text (.ods)", "ofsted_mi", repeated_text),
    Hostile("long text in a binary workbook", "annex_a", binary_references),
    Hostile("cell in a far corner (.xls)", "annex_a", old_far_cell),
    Hostile("long text in an old workbook (.xls)", "annex_a", old_references),
    Hostile("endless chain of sectors (.xls)", "annex_a", damaged_old_workbook),
    Hostile("one long entry (Parquet)", "benchmarks", one_long_entry),
    Hostile("millions of equal rows (Parquet)", "benchmarks", millions_of_rows),
    Hostile("lists in a column (Parquet)", "benchmarks", list_in_a_column, "NOT_READABLE"),
    Hostile("compressed page (Parquet)", "benchmarks", compressed_page),
    Hostile("20,000 columns (Parquet)", "benchmarks", thousands_of_columns),
    Hostile("long comment before the root", "cin_census", long_comment_before_the_root),
    Hostile("long comment in a child", "cin_census", long_comment_in_a_child),
    Hostile("elements of no child", "cin_census", elements_of_no_child),
    Hostile("entities of entities", "cin_census", entities_of_entities, "XML_ENTITIES"),
    Hostile("elements a million deep", "cin_census", deep_elements, "XML_MALFORMED"),
    Hostile("one giant line", "gias", one_giant_line),
    Hostile("a million columns", "population", a_million_columns),
    Hostile("short rows under many headings", "ssda903", rows_far_shorter_than_the_headings),
)
