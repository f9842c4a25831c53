"""The generator knows intensities only: it reads no indicator, target or published series."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_FOLDER

MODULES = sorted((PROJECT_FOLDER / "orchestration" / "demo").rglob("*.py"))
MAY_IMPORT = ("orchestration.demo", "orchestration.settings", "orchestration.intake.marks")
# Where indicators, published series and figures stand.
NOT_READ = ("indicators", "benchmarks", "lait", "warehouse", "targets")


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def texts(tree: ast.Module) -> set[str]:
    """The texts that the code uses: not what its docstrings say."""
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str) and id(node) not in told}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_reads_no_indicator(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {
        name
        for name in imports(tree)
        if name.split(".")[0] in ("orchestration", "expectations", "tests")
    }
    assert all(name.startswith(MAY_IMPORT) for name in own)
    assert not {
        text for text in texts(tree) for word in NOT_READ if word in text.lower().split("/")
    }


def test_all_modules_are_checked() -> None:
    assert len(MODULES) > 20
