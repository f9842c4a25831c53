"""`cypp query`: every question of the cookbook has an answer, and a query does nothing but read the warehouse."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.analyst.queries import NotAnswerable, answer, cookbook
from orchestration.cli import app
from orchestration.settings import DataFolder
from tests.story import Story

ASKED = 20
# What the small extracts have none of, or what is about other authorities than those of the data.
MAY_BE_EMPTY = {
    "held_figures", "unusual_months", "two_sources_of_one_quantity", "further_from_england", "changed_beyond_chance",
    "targets", "pupils_by_group", "issues_behind_a_figure", "first_against_now", "trend_by_group",
}  # fmt: skip


def _asked(story: Story, *arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["query", *arguments, "--data-dir", str(story.second.data)])
    return ran.exit_code, ran.output


def test_cookbook_has_twenty_questions_and_lists_them(story: Story) -> None:
    assert len(cookbook()) >= ASKED
    status, said = _asked(story)
    assert status == 0
    for recipe in cookbook().values():
        assert recipe.question.endswith("?")
        assert f"{recipe.name} " in said


@pytest.mark.parametrize("name", cookbook())
def test_question_of_the_cookbook_is_answered_from_the_published_warehouse(
    name: str, story: Story
) -> None:
    rows = answer(DataFolder(story.second.data), name)
    assert name in MAY_BE_EMPTY or len(rows)


def test_answer_is_a_table_csv_or_a_chart(story: Story, tmp_path: Path) -> None:
    status, table = _asked(story, "why_missing", "--rows", "2")
    assert (status, "status_reason" in table, "2 of " in table) == (0, True, True)

    _, text = _asked(story, "age_of_sources", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["source"] for row in rows} >= {"annex_a", "ssda903"}

    trend = "select period_end, value from marts.v_series where indicator_id = 'cla_rate' and is_home and breakdown = 'all'"  # fmt: skip
    status, _ = _asked(story, trend, "--chart", str(tmp_path / "trend.svg"))
    assert (status, (tmp_path / "trend.svg").read_text().startswith("<svg")) == (0, True)
    status, said = _asked(story, "select 1 as one", "--chart", str(tmp_path / "none.svg"))
    assert (status, "nothing to draw" in said) == (2, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("newest_figure", "the cookbook has no 'newest_figure'"),
        ("select nothing from nowhere", "no answer"),
        ("delete from marts.dim_runs", "no answer"),
        ("select * from read_csv('{}')", "no answer"),
        ("copy marts.dim_runs to '{}'", "no answer"),
    ],
)
def test_question_that_reads_no_table_is_refused_in_a_sentence(
    asked: str, said: str, story: Story, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("name\nsecret\n")
    with pytest.raises(NotAnswerable, match=said):
        answer(DataFolder(story.second.data), asked.format(elsewhere))
    assert elsewhere.read_text() == "name\nsecret\n"


def test_text_of_an_answer_is_no_formula(story: Story) -> None:
    _, text = _asked(story, "select '=1+1' as text, 2 as number", "--csv")
    assert text.splitlines() == ["text,number", "'=1+1,2"]
