"""The simulated authority: the same bytes for the same seed, marked synthetic, blind to what is measured."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from expectations.contract import contract_for
from orchestration.demo.write import write_demo
from orchestration.intake.headings import normalise_heading
from orchestration.settings import PROJECT_FOLDER

DEMO = PROJECT_FOLDER / "orchestration" / "demo"


def _write(folder: Path, seed: int) -> Path:
    write_demo(folder, seed=seed, months=1, last="2025-03", areas=1, progress=lambda *_: None)
    return folder


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("demo"), seed=1)


def test_same_seed_months_and_last_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    assert _hashes(_write(tmp_path, seed=1)) == _hashes(written)


def test_another_seed_is_another_authority(written: Path, tmp_path: Path) -> None:
    theirs, ours = _hashes(_write(tmp_path, seed=2)), _hashes(written)
    episodes = "landing/E09000003/ssda903/2025-03/episodes.csv"
    assert theirs.keys() == ours.keys()
    assert theirs[episodes] != ours[episodes]


def test_every_list_has_the_headings_of_its_contract(written: Path) -> None:
    [path] = written.rglob("*.xlsx")
    workbook = CalamineWorkbook.from_path(str(path))
    for table in contract_for("annex_a").tables.values():
        headings = workbook.get_sheet_by_name(str(table.sheet)).to_python()[0]
        have = {normalise_heading(str(heading)) for heading in headings}
        required = [column for column in table.columns.values() if column.required]
        assert {normalise_heading(column.heading) for column in required} <= have, table.title


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_no_module_of_the_simulation_reads_an_indicator_or_a_published_figure() -> None:
    forbidden = (
        "orchestration.registry",
        "orchestration.reports",
        "orchestration.warehouse",
        "duckdb",
    )
    for path in DEMO.glob("*.py"):
        assert not [name for name in _imports(path) if name.startswith(forbidden)], path.name
        assert "lait" not in path.read_text(encoding="utf-8").lower(), path.name
