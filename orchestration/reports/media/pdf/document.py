"""A report's content as tagged PDF (PDF/UA-1): its texts as data, its charts as files, the setting in `*.typ`.

What a report says is decided where its page is made; here only the medium. Nothing of a value becomes markup:
the templates read data.json. No network, no font of the machine: typst brings its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from orchestration.reports.content import wording
from orchestration.reports.content.published import Area, Run
from orchestration.reports.issued import release_says

STANDARD = "ua-1"  # tags, language, title and alternative texts, or no file
SVG = '<svg xmlns="http://www.w3.org/2000/svg"'
# The face that typst brings; the pages' own are of the reader's machine.
FACE = "Libertinus Serif"


@dataclass(frozen=True)
class Document:
    """What a PDF is made of."""

    template: str
    title: str
    about: str
    run: Run
    home: Area
    is_public: bool
    content: dict[str, Any]
    charts: dict[str, str]
    """By file name: the drawings as the page has them."""


def write_pdf(document: Document, target: Path) -> None:
    """Set the document and write it as PDF."""
    target.write_bytes(compile_pdf(document))


def compile_pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF."""
    import typst  # 0.1 s

    day = document.run.as_at
    return typst.compile(
        source_of(document),  # ty: ignore[invalid-argument-type] -- files in memory; its stub lags behind
        format="pdf", pdf_standards=STANDARD, ignore_system_fonts=True,
        timestamp=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
    )  # fmt: skip


def source_of(document: Document) -> dict[str, bytes]:
    """Every file that typst reads, in memory: the templates, the data and the drawings."""
    data = json.dumps(_plain({**_front(document), **document.content}), ensure_ascii=False)
    drawings = {name: _file(svg) for name, svg in document.charts.items()}
    return {
        "main.typ": _template(f"{document.template}.typ"), "report.typ": _template("report.typ"),
        "data.json": data.encode(), **drawings,
    }  # fmt: skip


def _front(document: Document) -> dict[str, Any]:
    run, edition = document.run, "public" if document.is_public else "restricted"
    known = wording.day(run.as_at)
    release = f"{release_says()}. " if document.is_public else ""
    return {
        "title": document.title, "about": document.about, "run": run, "home": document.home,
        "document_title": f"{document.home.area_name}: {document.title.lower()}, {known} ({edition} edition)",
        "edition_says": f"{release}Public edition: small numbers are withheld, [c]" if document.is_public
        else "Restricted: for officers. Do not pass this document on outside the authority.",
        "footer": f"{release}Run {run.run_id}, as known on {known}, code version {run.code_version}, {edition} edition",
    }  # fmt: skip


@cache
def _template(name: str) -> bytes:
    return (files("orchestration.reports.media.pdf") / name).read_bytes()


def _file(svg: str) -> bytes:
    """A drawing of the page as a file of its own, its letters in the document's face."""
    alone = svg.replace("<svg", SVG, 1)
    return alone.replace("Arial, Helvetica, sans-serif", FACE).encode()


def _plain(value: Any) -> Any:
    """Records as JSON; days as the pages write them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return wording.day(value) if isinstance(value, date) else value
