"""OpenDocument spreadsheets (.ods) with texts in their cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

ODF = "urn:oasis:names:tc:opendocument:xmlns"
KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text"))


def cell(text: str, attributes: str = "") -> str:
    """A cell with a text."""
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def row(cells: str, attributes: str = "") -> str:
    """A row of cells."""
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def document_of(tables: Mapping[str, str]) -> bytes:
    """A document whose sheets have these rows, as markup."""
    sheets = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        for name, rows in tables.items()
    )
    body = f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"
    content = f"<office:document-content {SPACES}>{body}</office:document-content>"
    manifest = f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0"/>'
    parts = {"mimetype": KIND, "META-INF/manifest.xml": manifest, "content.xml": content}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return stream.getvalue()


def open_document(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A document with these texts."""
    return document_of(
        {
            name: "".join(row("".join(cell(escape(text)) for text in texts)) for texts in rows)
            for name, rows in sheets.items()
        }
    )
