"""An Annex A workbook: eleven lists, and a chart sheet that says that everything in it is invented.

XlsxWriter lays out the workbook with its headings and the mark; the rows, a hundred thousand cells, are put
into its sheets as text, which takes a third of the time. The mark is a chart sheet, because a worksheet
would be one more table to recognise.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast
from xml.sax.saxutils import escape

import numpy as np
import xlsxwriter
from xlsxwriter.chart_bar import ChartBar
from xlsxwriter.utility import xl_col_to_name

from orchestration.demo.days import EXCEL_OFFSET
from orchestration.demo.sheets import Column, Kind, Sheet

SYNTHETIC = "SYNTHETIC"
NOTICE = "SYNTHETIC: simulated by 'cypp demo'. No child, family or worker in this file exists."
# Dates of their own would make two runs differ.
CREATED = datetime(2020, 1, 1)
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
COMPRESSION_LEVEL = 4
COLUMN_WIDTH = 18
# The first two cell formats of the workbook, in the order in which they are added.
DATE_STYLE = 1
END_OF_HEADINGS = "</row></sheetData>"


def write_workbook(path: Path, lists: Sequence[Sheet], as_at: int) -> None:
    """Write the lists in order; dates after the as-at date stay blank."""
    sheets = {
        f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(lists, start=1)
    }
    with zipfile.ZipFile(_layout(lists)) as layout, zipfile.ZipFile(path, "w") as target:
        for name in layout.namelist():
            part = layout.read(name)
            if name in sheets:
                part = _filled(part.decode(), sheets[name], as_at).encode()
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            target.writestr(entry, part, zipfile.ZIP_DEFLATED, COMPRESSION_LEVEL)


def _filled(part: str, sheet: Sheet, as_at: int) -> str:
    """The part of a sheet that has its headings only, with the rows."""
    last = xl_col_to_name(len(sheet.columns) - 1)
    part = part.replace(
        f'<dimension ref="A1:{last}1"/>', f'<dimension ref="A1:{last}{len(sheet.keys) + 1}"/>', 1
    )
    before, after = part.split(END_OF_HEADINGS)
    return f"{before}</row>{_rows(sheet, as_at)}</sheetData>{after}"


def _layout(lists: Sequence[Sheet]) -> io.BytesIO:
    """The workbook with its headings only."""
    layout = io.BytesIO()
    with xlsxwriter.Workbook(layout, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": SYNTHETIC,
                "subject": SYNTHETIC,
                "category": SYNTHETIC,
                "comments": NOTICE,
                "created": CREATED,
            }
        )
        date_format = book.add_format({"num_format": "dd/mm/yyyy"})
        heading_format = book.add_format({"bold": True})
        for sheet in lists:
            target = book.add_worksheet(sheet.name)
            target.set_header(f"&C{NOTICE}")
            target.set_column(0, len(sheet.columns) - 1, COLUMN_WIDTH)
            for place, column in enumerate(sheet.columns):
                is_date = column.kind is Kind.DATE
                target.set_column(place, place, COLUMN_WIDTH, date_format if is_date else None)
                target.write_string(0, place, column.heading, heading_format)
        _add_notice(book, lists)
    return layout


def _add_notice(book: xlsxwriter.Workbook, lists: Sequence[Sheet]) -> None:
    chart = cast(ChartBar, book.add_chart({"type": "bar"}))
    chart.set_title({"name": NOTICE})
    # Something has to be drawn: a few ages. What matters is the title.
    largest = lists[int(np.argmax([len(sheet.keys) for sheet in lists]))]
    place = largest.headings.index("Age of Child (Years)")
    chart.add_series({"values": [largest.name, 1, place, 10, place], "name": "Age"})
    notice = book.add_chartsheet(SYNTHETIC)
    notice.set_chart(chart)
    notice.set_tab_color("red")


def _rows(sheet: Sheet, as_at: int) -> str:
    """The rows of a sheet as SpreadsheetML, texts inline."""
    columns = [
        _cells(column, xl_col_to_name(place), as_at) for place, column in enumerate(sheet.columns)
    ]
    return "".join(
        f'<row r="{number}">{"".join(cells)}</row>'
        for number, cells in enumerate(zip(*columns, strict=True), start=2)
    )


def _cells(column: Column, letters: str, as_at: int) -> list[str]:
    values = enumerate(column.values.tolist(), start=2)
    if column.kind is Kind.TEXT:
        texts = {text: escape(text) for text in set(column.values.tolist())}
        return [
            f'<c r="{letters}{row}" t="inlineStr"><is><t>{texts[text]}</t></is></c>' if text else ""
            for row, text in values
        ]
    if column.kind is Kind.DATE:
        return [
            f'<c r="{letters}{row}" s="{DATE_STYLE}"><v>{day + EXCEL_OFFSET}</v></c>'
            if day <= as_at
            else ""
            for row, day in values
        ]
    return [
        f'<c r="{letters}{row}"><v>{number}</v></c>' if number >= 0 else ""
        for row, number in values
    ]
