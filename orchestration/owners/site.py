"""The data owners' pages, the managers' lists with them, and one page that lists both. Restricted edition only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from expectations.owners import load_owners
from orchestration.owners.cases import Case, Desk, place_of, read_desks
from orchestration.owners.lists import case_link, read_lists, write_lists
from orchestration.reports.content import wording
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

# What a person can look through; the worklist holds all.
SHOWN = 500


@dataclass(frozen=True)
class MonthCount:
    """Open cases at the end of a month."""

    month: str
    count: int
    share: float


@dataclass(frozen=True)
class Summary:
    """The numbers at the top of a page."""

    new: int
    still_open: int
    overdue: int
    answered: int
    fixed: int

    @property
    def open(self) -> int:
        return self.new + self.still_open

    @property
    def headline(self) -> str:
        if not self.open:
            return "nothing waits for an answer"
        overdue = f", {self.overdue} of them overdue" if self.overdue else ", none overdue"
        return f"{wording.counted(self.open, 'case')} open{overdue}"


def summary_of(desk: Desk) -> Summary:
    """New: first seen in its source's newest extract. Fixed: last seen in the extract before that."""
    asked = desk.asked
    new = sum(case.first_seen in desk.extracts.get(case.source, ())[:1] for case in asked)
    return Summary(
        new=new,
        still_open=len(asked) - new,
        overdue=sum(is_overdue(case, desk.as_at) for case in asked),
        answered=sum(case.status in ("explained", "accepted") for case in desk.cases),
        fixed=sum(
            case.status == "fixed" and case.last_seen in desk.extracts.get(case.source, ())[1:2]
            for case in desk.cases
        ),
    )


def is_overdue(case: Case, as_at: date) -> bool:
    """The day by which an answer was due has passed."""
    return case.status == "open" and case.due_date is not None and case.due_date < as_at


def trend_of(desk: Desk) -> list[MonthCount]:
    """Cases that the extracts of each month held, oldest first."""
    counts = [
        sum(c.first_seen <= month <= c.last_seen for c in desk.cases) for month in desk.months
    ]
    most = max([*counts, 1])
    return [
        MonthCount(wording.month(month), count, 100 * count / most)
        for month, count in zip(desk.months, counts, strict=True)
    ]


def _environment() -> Environment:
    loaders = [PackageLoader("orchestration.owners"), PackageLoader("orchestration.reports.media")]
    return Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _run(marts: Path) -> dict[str, object]:
    with opened(marts) as connection:
        run_id, as_at, code_version, is_synthetic = connection.execute(
            "select run_id, as_at, code_version, is_synthetic from marts.dim_runs"
            " where run_id = (select max(run_id) from marts.fct_submissions)"
        ).fetchall()[0]
    return {
        "run_id": run_id,
        "as_at": as_at,
        "code_version": code_version,
        "is_synthetic": is_synthetic,
    }


def write_owner_pages(marts: Path, folder: DataFolder, target: Path) -> list[Path]:
    """Write the pages of every owner of a finished warehouse into a new folder, for officers only."""
    owners = {str(entry["source"]): str(entry["owner"]) for entry in load_owners()}
    desks = read_desks(marts, owners, folder)
    environment, run = _environment(), _run(marts)
    target.mkdir(mode=0o700, parents=True)
    words = {
        "in_words": wording.day,
        "run": run,
        "place_of": place_of,
        "shown": SHOWN,
        "is_overdue": is_overdue,
        "link": case_link(folder),
    }
    listed, written = [], []
    for desk in desks:
        path = target / f"{desk.area_code}_{desk.slug}.html"
        summary = summary_of(desk)
        page = environment.get_template("owner.html.j2").render(
            desk=desk, summary=summary, trend=trend_of(desk), asked=desk.asked, **words
        )
        path.write_text(page, encoding="utf-8")
        path.chmod(0o600)
        listed.append((desk, summary, path.name))
        written.append(path)
    lists = read_lists(marts, folder)
    for one in lists:
        write_lists(one, target, environment, words)
        written.append(target / f"{one.file}.html")
    index = target / "index.html"
    index.write_text(
        environment.get_template("owners.html.j2").render(listed=listed, lists=lists, **words),
        encoding="utf-8",
    )
    return [index, *written]
