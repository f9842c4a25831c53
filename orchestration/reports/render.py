"""All reports of a month in their editions, from one finished warehouse. What a report says is its own module's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.reports.content import wording
from orchestration.reports.content.board import read_board
from orchestration.reports.content.board_front import write_board_page
from orchestration.reports.content.committee import (
    committee_content,
    page_environment,
    practice_content,
    standards_content,
    write_page,
)
from orchestration.reports.content.dictionary import render_dictionary
from orchestration.reports.content.explore import write_explore_page
from orchestration.reports.content.published import read_home, read_run
from orchestration.reports.content.run_summary import render_run_summary
from orchestration.reports.content.sections import services
from orchestration.reports.media.pdf.board import board_document
from orchestration.reports.media.pdf.committee import committee_document
from orchestration.reports.media.pdf.document import write_pdf
from orchestration.reports.media.spreadsheets import write_workbook
from orchestration.reports.open_data.pack import write_open_data
from orchestration.warehouse.opening import opened

RESTRICTED, PUBLIC = "restricted", "public"
EDITIONS = (RESTRICTED, PUBLIC)
FRONT, EXPLORE = "index.html", "explore.html"
OFFICERS_PAGES = ("practice.html", "practice.xlsx", "run_summary.html", "dictionary.html")


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


def render_report(marts: Path, folder: Path, edition: str, report: str) -> list[Path]:
    """Write the page, the workbook and, where it has one, the PDF of one report; returns their paths."""
    [about] = (one for one in REPORTS if one.name == report)
    written = [folder / f"{report}.html", folder / f"{report}.xlsx"]
    RENDERERS[report](marts, folder, edition)
    write_workbook(marts, report, about.title, edition, folder / f"{report}.xlsx")
    return [*written, folder / f"{report}.pdf"] if about.has_pdf else written


def _render_committee(marts: Path, folder: Path, edition: str) -> None:
    content = committee_content(marts, edition)
    write_page(content, folder / "committee.html")
    write_pdf(committee_document(content), folder / "committee.pdf")


def _render_standards(marts: Path, folder: Path, edition: str) -> None:
    write_page(standards_content(marts, edition), folder / "standards.html")


def _render_board(marts: Path, folder: Path, edition: str) -> None:
    board = read_board(marts, edition)
    write_board_page(board, folder / "board.html", edition)
    write_pdf(board_document(board, edition == PUBLIC), folder / "board.pdf")


RENDERERS: dict[str, Callable[[Path, Path, str], None]] = {
    "committee": _render_committee, "standards": _render_standards, "board": _render_board,
}  # fmt: skip


def render_front(marts: Path, folder: Path, edition: str) -> list[Path]:
    """Write the page that links the reports and the one to explore them; for officers what practice asks for, the run and
    the dictionary, for all others the open data."""
    further = write_open_data if edition == PUBLIC else _render_for_officers
    beside = further(marts, folder)
    write_explore_page(marts, folder / EXPLORE, edition)
    _render_index(marts, folder / FRONT, edition, beside)
    return [folder / FRONT, folder / EXPLORE, *beside]


def _render_for_officers(marts: Path, folder: Path) -> list[Path]:
    written = [folder / name for name in OFFICERS_PAGES]
    write_page(practice_content(marts), folder / "practice.html")
    write_workbook(marts, "practice", "Practice report", RESTRICTED, folder / "practice.xlsx")
    render_run_summary(marts, folder / "run_summary.html")
    render_dictionary(marts, folder / "dictionary.html")
    return written


def render_edition(marts: Path, folder: Path, edition: str) -> None:
    """Write every report of one edition into a folder that is not there yet."""
    folder.mkdir(mode=0o700, parents=True)
    for report in REPORTS:
        render_report(marts, folder, edition, report.name)
    render_front(marts, folder, edition)


def _render_index(marts: Path, target: Path, edition: str, beside: list[Path]) -> None:
    with opened(marts) as connection:
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
            services=services(),
            data=[path.relative_to(target.parent).as_posix() for path in beside],
            in_words=wording.day,
        )
    )
    target.write_text(page, encoding="utf-8")
