"""Every Markdown file that code, comments, YAML or documentation cites is in the repository, with its heading.

A citation is a path from the root of the repository, or from a folder above the file that cites; a section is
its heading in quotes: docs/history.md, 'Withdrawal'.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITING = (".py", ".sql", ".yml", ".md", ".toml", ".j2", ".typ")
# A comment goes on in the next line behind its own mark.
NEXT_LINE = re.compile(r"\s*\n\s*(?:--|#)?\s*")
CITATION = re.compile(r"([\w./-]+\.md)\b(?!\.)((?:,? (?:and )?'[^']+')*)")
# The history of the project names files as they were; this file, names that lead nowhere.
NOT_READ = ("CHANGELOG.md", "test_citations.py")
FOLDERS = ("data/reference", "dbt_project", "expectations", "orchestration", "tests")


def citing_files() -> list[Path]:
    """The files of the repository that may cite; not what tools leave in its folders."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in sorted([*ROOT.iterdir(), ROOT / "data" / "README.md", *inside])
        if path.suffix in CITING and path.name not in NOT_READ and "target" not in path.parts
    ]


def cited_file(citing: Path, name: str) -> Path | None:
    """The file meant by a name in another file."""
    folders = [folder for folder in citing.parents if folder.is_relative_to(ROOT)]
    found = (folder / name for folder in folders if (folder / name).is_file())
    return next(found, None)


@cache
def headings(file: Path) -> frozenset[str]:
    """The headings of a Markdown file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.lstrip("#").strip() for line in lines if line.startswith("#"))


def citations(file: Path) -> list[tuple[str, list[str]]]:
    """(name, sections) of every citation in a file."""
    text = NEXT_LINE.sub(" ", file.read_text(encoding="utf-8"))
    return [(name, re.findall("'([^']+)'", places)) for name, places in CITATION.findall(text)]


def broken(file: Path) -> list[str]:
    """The citations of a file that lead nowhere."""
    found = []
    for name, sections in citations(file):
        cited = cited_file(file, name)
        if cited is None:
            found.append(name)
        else:
            found += [f"{name}, '{one}'" for one in sections if one not in headings(cited)]
    return found


def test_every_citation_leads_to_a_place_in_the_repository() -> None:
    found = {str(file.relative_to(ROOT)): broken(file) for file in citing_files()}
    assert {name: names for name, names in found.items() if names} == {}


def test_citation_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    citing = tmp_path / "model.sql"
    citing.write_text("-- as agreed (elsewhere.md 3)\n", encoding="utf-8")
    assert broken(citing) == ["elsewhere.md"]


def test_section_is_read_over_the_end_of_a_line(tmp_path: Path) -> None:
    citing = tmp_path / "model.sql"
    citing.write_text("-- a rule (README.md,\n-- 'Add a\n-- source')\n", encoding="utf-8")
    assert citations(citing) == [("README.md", ["Add a source"])]
