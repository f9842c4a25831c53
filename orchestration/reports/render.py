"""All reports of a month in their editions, from one finished warehouse. What a report says is its own module's."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reports.content import wording
from orchestration.reports.content.board import read_board, write_board_page
from orchestration.reports.content.committee import (
    committee_content,
    page_environment,
    standards_content,
    write_page,
)
from orchestration.reports.content.dictionary import render_dictionary
from orchestration.reports.content.published import read_home, read_run
from orchestration.reports.content.run_summary import render_run_summary
from orchestration.reports.media.pdf.board import board_document
from orchestration.reports.media.pdf.committee import committee_document
from orchestration.reports.media.pdf.document import write_pdf
from orchestration.reports.media.spreadsheets import write_workbook

RESTRICTED, PUBLIC = "restricted", "public"
EDITIONS = (RESTRICTED, PUBLIC)
# Only the public folder may be read by anybody (data/README.md, 'Who may read what').
MODES = {RESTRICTED: 0o700, PUBLIC: 0o755}


@dataclass(frozen=True)
class Report:
    """A report that the index page links."""

    name: str
    title: str
    about: str
    has_pdf: bool = True


REPORTS = (
    Report("committee", "Committee report", "Every indicator of the plan, exceptions first."),
    Report(
        "standards",
        "Standards report",
        "The education indicators by phase and group of pupils.",
        has_pdf=False,
    ),
    Report("board", "Board report", "The actions of the plan by outcome, missing updates first."),
)


def render_edition(
    marts: Path, folder: Path, edition: str, beside: ThreadPoolExecutor
) -> list[Future[None]]:
    """Write every report of one edition into a folder that is not there yet.

    Its PDFs are there once what is returned is done: typst sets type outside Python's lock, beside the pages.
    """
    folder.mkdir(mode=MODES[edition], parents=True)
    committee = committee_content(marts, edition)
    board = read_board(marts, edition)
    documents = [
        beside.submit(write_pdf, committee_document(committee), folder / "committee.pdf"),
        beside.submit(write_pdf, board_document(board, edition == PUBLIC), folder / "board.pdf"),
    ]
    write_page(committee, folder / "committee.html")
    write_page(standards_content(marts, edition), folder / "standards.html")
    write_board_page(board, folder / "board.html", edition)
    for report in REPORTS:
        write_workbook(marts, report.name, report.title, edition, folder / f"{report.name}.xlsx")
    if edition != PUBLIC:
        render_run_summary(marts, folder / "run_summary.html")
        render_dictionary(marts, folder / "dictionary.html")
    _render_index(marts, folder / "index.html", edition)
    return documents


def _render_index(marts: Path, target: Path, edition: str) -> None:
    with duckdb.connect(str(marts), read_only=True) as connection:
        run, home = read_run(connection), read_home(connection)
    page = (
        page_environment()
        .get_template("index.html.j2")
        .render(
            run=run,
            home=home,
            title="Reports",
            is_public=edition == PUBLIC,
            reports=REPORTS,
            in_words=wording.day,
        )
    )
    target.write_text(page, encoding="utf-8")
