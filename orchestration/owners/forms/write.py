"""`cypp forms`: every form about the home area, from the published warehouse."""

from __future__ import annotations

import calendar
import re
from datetime import date
from pathlib import Path

import duckdb

from orchestration.owners.forms import comments, manual_returns, plan_updates
from orchestration.registry.indicators import load_indicators
from orchestration.reports.content.board import Board, read_board
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened


class NoForms(Exception):
    """No form was written; the message says what to do."""


def month_end(month: str) -> date:
    """The last day of a month YYYY-MM; raises NoForms."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise NoForms("give the month as YYYY-MM")
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def forms_folder(folder: DataFolder) -> Path:
    """The folder for forms unless another is named: next to the owners' worklists."""
    return folder.quality / "forms"


def write_forms(folder: DataFolder, target: Path, month: str) -> list[tuple[Path, int]]:
    """Write the forms of a month; (file, lines asked)."""
    end = month_end(month)
    if not folder.warehouse_file.exists():
        raise NoForms("nothing is published yet: run `cypp run` first")
    try:
        board = read_board(folder.warehouse_file, "restricted")
        supplied = _last_supplied(folder.warehouse_file, board.home.area_code)
    except (duckdb.CatalogException, duckdb.BinderException):
        raise NoForms(
            "the warehouse is of an earlier version of the code: run `cypp run` first"
        ) from None
    return [
        *_plan_forms(target, board, end),
        *_comment_forms(target, board, end),
        *_manual_forms(target, board, supplied, end),
    ]


def _plan_forms(target: Path, board: Board, end: date) -> list[tuple[Path, int]]:
    forms = plan_updates.agency_forms(board)
    groups = [(plan_updates.EVERY_AGENCY, forms), *((form.agency, [form]) for form in forms)]
    return [
        (
            plan_updates.write_plan_form(
                _path(target, plan_updates.SOURCE, end, whose), board, found, end
            ),
            sum(len(form.actions) for form in found),
        )
        for whose, found in groups
        if found
    ]


def _comment_forms(target: Path, board: Board, end: date) -> list[tuple[Path, int]]:
    asked = comments.asked_of(board, load_indicators())
    if not asked:
        return []
    path = _path(target, comments.SOURCE, end, comments.WHOSE)
    return [(comments.write_comments_form(path, board, asked, end), len(asked))]


def _manual_forms(
    target: Path, board: Board, supplied: manual_returns.Supplied, end: date
) -> list[tuple[Path, int]]:
    area = (board.home.area_code, board.home.area_name)
    return [
        (
            manual_returns.write_manual_form(
                _path(target, manual_returns.SOURCE, end, supplier), area, asked, supplied, end
            ),
            len(asked),
        )
        for supplier, asked in manual_returns.suppliers(load_indicators()).items()
    ]


def _path(target: Path, source: str, end: date, whose: str) -> Path:
    slug = re.sub(r"[^a-z0-9]+", "-", whose.lower()).strip("-")
    return target / source / f"{end:%Y-%m}_{slug}.xlsx"


def _last_supplied(marts: Path, area_code: str) -> manual_returns.Supplied:
    with opened(marts) as connection:
        rows = connection.execute(
            "select indicator_id, max(period_end), max_by(value, period_end) from marts.rpt_figures"
            " where edition = 'restricted' and area_code = ? and value is not null group by indicator_id",
            [area_code],
        ).fetchall()
    return {indicator_id: (end, value) for indicator_id, end, value in rows}
