"""The lists that managers work from: whom a figure of practice points to, as a page and a workbook per authority and owner.

Restricted: they name children by their local ids. Which children are on a list is SQL (`fct_managers_lists`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment

from orchestration.owners.cases import slug_of
from orchestration.owners.local_ids import local_ids
from orchestration.reports.media.accessible_book import AccessibleBook
from orchestration.settings import DataFolder, load_settings
from orchestration.warehouse.opening import opened

TITLES = {
    "not_visited": "Not visited in time",
    "not_reviewed": "Review overdue",
    "moved_3_times": "Three placements or more in twelve months",
    "outside_area": "Placed outside the area",
    "plan_not_visited": "On a protection plan and not visited in time",
    "plan_not_reviewed": "On a protection plan, review overdue",
    "unsuitable_home": "Care leavers without a suitable home",
}
COLUMNS = (
    ("Local id", 18), ("Days overdue", 14), ("Due", 13), ("Last visit", 13), ("Last review", 13), ("Placement", 32),
    ("Placed on", 13), ("Team", 10),
)  # fmt: skip
ROWS = """
    select listed.area_code, areas.area_name, indicators.data_owner, listed.list_id, indicators.title,
        listed.as_at_date, listed.child_key, listed.overdue_days, listed.due_date, listed.latest_visit_date,
        listed.latest_review_date, listed.placement_type, listed.placed_date, upper(left(listed.team_key, 6))
    from marts.fct_managers_lists as listed
    inner join marts.dim_areas as areas on listed.area_code = areas.area_code
    inner join marts.dim_indicators as indicators on listed.indicator_id = indicators.indicator_id
    order by listed.area_code, indicators.data_owner, listed.list_id, listed.overdue_days desc nulls last,
        listed.latest_visit_date nulls first, listed.child_key
"""


LINKS = """
    select listed.indicator_id, listed.list_id, listed.area_code, indicators.data_owner, count(*)
    from marts.fct_managers_lists as listed
    inner join marts.dim_indicators as indicators on listed.indicator_id = indicators.indicator_id
    where listed.area_code = ?
    group by all
"""


@dataclass(frozen=True)
class Child:
    """A child on a list, the most overdue first."""

    local_id: str
    overdue_days: int | None
    due_date: date | None
    latest_visit_date: date | None
    latest_review_date: date | None
    placement_type: str | None
    placed_date: date | None
    # The beginning of a key: the same letters are the same team.
    team: str | None

    @property
    def cells(self) -> list[Any]:
        """In the order of `COLUMNS`."""
        return [
            self.local_id, self.overdue_days, self.due_date, self.latest_visit_date, self.latest_review_date,
            self.placement_type, self.placed_date, self.team,
        ]  # fmt: skip


@dataclass(frozen=True)
class ManagersList:
    """The children whom one figure points to."""

    list_id: str
    figure: str
    as_at: date
    children: tuple[Child, ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.list_id]


@dataclass(frozen=True)
class Lists:
    """Every list of an authority that one manager works from."""

    area_code: str
    area_name: str
    owner: str
    lists: tuple[ManagersList, ...]

    @property
    def as_at(self) -> date:
        """The newest day that any of them describes."""
        return max(one.as_at for one in self.lists)

    @property
    def file(self) -> str:
        """The name of their page, but for how it ends."""
        return file_of(self.area_code, self.owner)


@dataclass(frozen=True)
class ListLink:
    """Where the children are that a figure points to."""

    title: str
    n_children: int
    address: str
    """Relative to the restricted reports."""


def file_of(area_code: str, owner: str) -> str:
    """The name of the page with a manager's lists, but for how it ends."""
    return f"lists_{area_code}_{slug_of(owner)}"


def links_to_lists(marts: Path, area_code: str) -> dict[str, ListLink]:
    """By indicator the list of an authority's children that it points to, where there are some."""
    with opened(marts) as connection:
        rows = connection.execute(LINKS, [area_code]).fetchall()
    return {
        indicator: ListLink(TITLES[list_id], count, f"owners/{file_of(area, owner)}.html#{list_id}")
        for indicator, list_id, area, owner, count in rows
    }


def read_lists(marts: Path, folder: DataFolder) -> list[Lists]:
    """The lists of a finished warehouse, by authority and owner."""
    with opened(marts) as connection:
        rows = connection.execute(ROWS).fetchall()
    ids = local_ids(folder, {row[6] for row in rows})
    return [
        Lists(*place, lists=_in_order(list(own), ids))
        for place, own in groupby(rows, key=lambda row: row[:3])
    ]


def _in_order(rows: list[tuple[Any, ...]], ids: dict[str, str]) -> tuple[ManagersList, ...]:
    found = [
        ManagersList(
            *about, children=tuple(Child(ids.get(row[6], "no id"), *row[7:]) for row in own)
        )
        for about, own in groupby(rows, key=lambda row: row[3:6])
    ]
    return tuple(sorted(found, key=lambda one: list(TITLES).index(one.list_id)))


def case_link(folder: DataFolder) -> Callable[[str], str | None]:
    """Where the case system shows the child of a local id (`practice.case_link`); None without one."""
    link = load_settings(folder.root).practice.case_link
    return lambda local_id: (
        link.replace("{id}", quote(local_id, safe="")) if link and local_id else None
    )


def write_lists(
    found: Lists, target: Path, environment: Environment, words: dict[str, Any]
) -> None:
    """Write the page and the workbook of a manager's lists."""
    page = environment.get_template("lists.html.j2").render(
        found=found, columns=[name for name, _ in COLUMNS], **words,
    )  # fmt: skip
    path = target / f"{found.file}.html"
    path.write_text(page, encoding="utf-8")
    path.chmod(0o600)
    _write_workbook(found, target / f"{found.file}.xlsx")


def _write_workbook(found: Lists, path: Path) -> None:
    title = f"Children to see to: {found.owner}, {found.area_name}, {found.as_at}"
    with AccessibleBook(path, title, "Managers' lists", found.as_at) as book:
        sheet, first = book.sheet(
            "Contents", title,
            ["Restricted: for officers. It holds local ids of children; do not send it outside the authority."],
        )  # fmt: skip
        listed = [(one.list_id, one.title, len(one.children)) for one in found.lists]
        book.table(sheet, first, "contents", ("Sheet", "What it holds", "Children"), listed)
        sheet.set_column(0, 1, 40)
        for one in found.lists:
            lines = [
                f"{one.figure}, {one.as_at}: those whom the figure points to, the most overdue first."
            ]
            sheet, first = book.sheet(one.list_id, one.title, lines)
            rows = [child.cells for child in one.children]
            book.table(sheet, first, one.list_id, [name for name, _ in COLUMNS], rows)
            for column, (_, width) in enumerate(COLUMNS):
                sheet.set_column(column, column, width)
