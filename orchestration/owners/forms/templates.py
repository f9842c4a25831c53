"""`cypp forms --templates`: an empty file of every table that is taken in, as its contract says, and where to find the rest.

What is needed of a table is asked for, no more: columns that are read to be dropped (names, addresses) are left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import xlsxwriter
from lxml import etree

from expectations.contract import IDENTIFIER_TYPES, Contract, Table, contract_for, sources
from orchestration.intake.cover import collection_year
from orchestration.intake.tables.headings import normalise_heading
from orchestration.settings import DataFolder

HEADING_WIDTH = 24
# Excel's number format of a text: an id keeps its leading zeros.
AS_TEXT, AS_DATE = "@", "dd/mm/yyyy"
README = """# Empty files

Fill one in, or have your system write these headings, and put the file into `landing/<area>/<source>/<YYYY-MM>/`. It may
have any name, and its headings any order. Ids keep their leading zeros only as text: give their columns the format
'Text' before you paste.

| source | file | table |
|---|---|---|
{files}

## National files

They are taken in as they are published: `landing/national/<source>/<YYYY-MM>/`.

| source | where to download |
|---|---|
{national}
"""


def templates_folder(folder: DataFolder) -> Path:
    """The folder for templates unless another is named: next to the forms."""
    return folder.quality / "templates"


def write_templates(target: Path, as_at: date, dfe_code: str) -> list[Path]:
    """Write them for the collection year of a day and an authority; the files, the one that explains them last."""
    contracts = [contract_for(source, collection_year(as_at)) for source in sources()]
    written: list[Path] = []
    lines: list[str] = []
    for contract in contracts:
        if contract.level == "la":
            files = _write_source(target / contract.source, contract, as_at, dfe_code)
            written += dict.fromkeys(path for path, _ in files)
            lines += [f"| {contract.source} | {path.name} | {title} |" for path, title in files]
    national = (f"| {one.source} | {one.download} |" for one in contracts if one.download)
    readme = target / "README.md"
    readme.write_text(
        README.format(files="\n".join(lines), national="\n".join(national)), encoding="utf-8"
    )
    return [*written, readme]


def headings_of(table: Table) -> list[str]:
    """What is read of a table, what it must have, and what distinguishes it from others: each heading once."""
    telling = {normalise_heading(heading) for heading in table.signature}
    wanted: dict[str, str] = {}
    for column in table.columns.values():
        name = normalise_heading(column.heading)
        is_asked = column.is_stored or column.required or name in telling
        if is_asked and not column.looked_up:
            wanted.setdefault(name, column.heading)
    return list(wanted.values())


def _write_source(
    folder: Path, contract: Contract, as_at: date, dfe_code: str
) -> list[tuple[Path, str]]:
    """The files of a source, each with the title of a table in it."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: table for name, table in contract.tables.items() if not table.instead}
    if contract.template == "csv":
        return [
            (_write_csv(folder / f"{name}.csv", table), table.title)
            for name, table in tables.items()
        ]
    path = folder / f"{contract.source}.{'xlsx' if contract.template == 'workbook' else 'xml'}"
    if contract.template == "workbook":
        _write_workbook(path, tables.values())
    else:
        _write_census(path, contract.tables["header"], as_at, dfe_code)
    return [(path, f"{table.sheet}: {table.title}") for table in tables.values()]


def _write_csv(path: Path, table: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(headings_of(table))
    return path


def _write_workbook(path: Path, tables: Iterable[Table]) -> None:
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        formats = {kind: book.add_format({"num_format": kind}) for kind in (AS_TEXT, AS_DATE)}
        for table in tables:
            sheet = book.add_worksheet(table.sheet)
            sheet.freeze_panes(1, 0)
            types = {column.heading: column.type for column in table.columns.values()}
            for place, heading in enumerate(headings_of(table)):
                is_id = types[heading] in IDENTIFIER_TYPES
                kind = AS_TEXT if is_id else AS_DATE if types[heading] == "date" else None
                sheet.set_column(place, place, HEADING_WIDTH, formats[kind] if kind else None)
                sheet.write_string(0, place, heading, bold)


def _write_census(path: Path, header: Table, as_at: date, dfe_code: str) -> None:
    """A return without a child: its header, for the year and the authority."""
    year = str(collection_year(as_at))
    known = {
        "collection": "CIN", "year": year, "reference_date": f"{year}-03-31", "source_level": "L",
        "dfe_code": dfe_code,
    }  # fmt: skip
    message = etree.Element("Message")
    element = etree.SubElement(message, "Header")
    for name, column in header.columns.items():
        etree.SubElement(element, column.heading).text = known.get(name)
    etree.SubElement(message, "Children")
    document = etree.ElementTree(message)
    document.write(path, encoding="utf-8", xml_declaration=True, pretty_print=True)
