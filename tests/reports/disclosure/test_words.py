"""Words that people wrote are public once a named person has released them, and at no other time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from orchestration.reports.disclosure import public_rows
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.disclosure.rules import NoRule

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

SENTENCE = "The twins of number nine moved twice in May"


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"progress": SENTENCE}, "the progress of action 1.1.1"),
        ({"risk": SENTENCE}, "the risk of action 1.1.1"),
    ],
)
def test_a_sentence_that_nobody_released_stops_the_edition(
    column: dict[str, str],
    said: str,
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever its column is declared as."""
    warehouse.add_action("1.1.1")
    warehouse.add_update("1.1.1", "2025-03-31", **column)
    [name] = column
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    declared = public_rows.public_columns
    monkeypatch.setattr(public_rows, "public_columns", lambda table: {
        one: "as it is" if one == name else mode for one, mode in declared(table).items()
    })  # fmt: skip
    with pytest.raises(
        NoRule, match=f"rpt_board.{name} would print in public what nobody has released: {said}"
    ):
        write_public_edition(marts, Identities())


def test_words_are_public_once_a_named_person_has_released_them(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for number, released_by in (("1.1.1", "A person"), ("1.1.2", None), ("1.1.3", None)):
        warehouse.add_action(number, action=f"The words of the plan about {number}")
        words = (
            f"The words of the plan about {number}" if number == "1.1.3" else f"{SENTENCE} {number}"
        )
        warehouse.add_update(
            number, "2025-03-31", progress=words, risk=SENTENCE, released_by=released_by
        )
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, Identities())
    found = "select action_id, progress, risk, supplied_by from marts.rpt_board where edition = 'public' order by 1"
    withheld = "Not released for publication"
    assert _rows(marts, found) == [
        ("1.1.1", f"{SENTENCE} 1.1.1", None, None), ("1.1.2", withheld, None, None), ("1.1.3", withheld, None, None),
    ]  # fmt: skip


def test_a_comment_is_public_once_a_named_person_has_released_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for name, released_by in (("released", "A person"), ("not_released", None)):
        warehouse.add_indicator(name)
        warehouse.add_figure(name, "2025-03-31", 330, denominator=92958, value=35.5)
        warehouse.add_comment(name, "2025-03-31", f"{SENTENCE} {name}", released_by=released_by)
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, Identities())
    found = (
        "select indicator_id, comment, cast(commented_on as varchar), commented_by"
        " from marts.rpt_committee where edition = 'public' order by 1"
    )
    assert _rows(marts, found) == [
        ("not_released", None, None, None), ("released", f"{SENTENCE} released", "2025-03-31", None),
    ]  # fmt: skip


def test_a_comment_that_nobody_released_stops_the_edition(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.add_indicator("one")
    warehouse.add_figure("one", "2025-03-31", 330, denominator=92958, value=35.5)
    warehouse.add_comment("one", "2025-03-31", SENTENCE)
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    declared = public_rows.public_columns
    monkeypatch.setattr(public_rows, "public_columns", lambda table: {
        one: "as it is" if one == "comment" else mode for one, mode in declared(table).items()
    })  # fmt: skip
    with pytest.raises(
        NoRule, match=r"rpt_committee\.comment would print in public .*: the comment on one"
    ):
        write_public_edition(marts, Identities())


def test_why_a_supplier_has_no_figure_is_for_officers(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.add_indicator("supplied", method="manual", kind="percentage", reports="annex")
    warehouse.add_figure("supplied", "2024-12-31", status_reason=SENTENCE)
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, Identities())
    for table in ("rpt_figures", "rpt_committee"):
        assert _rows(marts, f"select edition, status_reason from marts.{table} order by 1") == [
            ("public", "no figure was supplied"), ("restricted", SENTENCE)
        ]  # fmt: skip


HELD = (
    "held by annex_a.list_10.volume (annex_a list_10) since the extract of 2025-03-31: 3 rows against 52 at 2025-02-28; "
    "NW9 2 times. Newest good period: "
)


@pytest.mark.parametrize("newest", ["2025-02-28", "none"])
def test_what_a_check_found_is_for_officers(
    warehouse: Warehouse, tmp_path: Path, newest: str
) -> None:
    warehouse.add_indicator("one")
    warehouse.add_figure("one", "2025-03-31", 330, denominator=92958, value=35.5, status="held", status_reason=HELD + newest)  # fmt: skip
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, Identities())
    for table in ("rpt_figures", "rpt_committee"):
        assert _rows(marts, f"select edition, status_reason from marts.{table} order by 1") == [
            ("public", f"an extract failed a check. Newest good period: {newest}"), ("restricted", HELD + newest),
        ]  # fmt: skip


def _rows(marts: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(marts), read_only=True) as connection:
        return connection.execute(sql).fetchall()
