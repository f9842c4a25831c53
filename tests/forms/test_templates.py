"""Every empty file of `cypp forms --templates` is what it says: taken in as its source, without rows and with one."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from typer.testing import CliRunner

from expectations.contract import Column, Contract, Table, contract_for, sources
from orchestration.cli import app
from orchestration.intake.cover import collection_year
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.readers.cin_xml import DETAILS_GROUPS
from orchestration.owners.forms.templates import write_templates
from tests.reading import extract

AS_AT = date(2026, 3, 31)
LOCAL = [source for source in sources() if contract_for(source).level == "la"]
NATIONAL = [source for source in sources() if source not in LOCAL]
UPN = "A302000000001"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("templates")
    write_templates(folder, AS_AT, "302")
    return folder


def contract_of(source: str) -> Contract:
    return contract_for(source, collection_year(AS_AT))


def take_in(source: str, folder: Path, tmp_path: Path) -> Extraction:
    files = tuple(sorted(folder.iterdir()))
    submission = SubmissionFiles("s", "E09000003", source, AS_AT, files, 6, "302", "f")
    return extract(submission, b"5a" * 32, tmp_path / "raw")


def told(extraction: Extraction) -> set[str]:
    return {finding.rule for finding in extraction.findings}


@pytest.mark.parametrize("source", LOCAL)
def test_template_is_taken_in_as_every_table_of_its_source_without_a_row(
    source: str, written: Path, tmp_path: Path
) -> None:
    extraction = take_in(source, written / source, tmp_path)

    assert (extraction.verdict, extraction.reason) == ("accepted", "")
    modules = {name for name, table in contract_of(source).tables.items() if not table.instead}
    assert set(extraction.tables) == modules
    about_children = (
        counts
        for name, counts in extraction.tables.items()
        if (source, name) != ("cin_census", "header")
    )
    assert {counts.received for counts in about_children} == {0}
    # what the template leaves out is not missed
    assert told(extraction) <= {"NO_ROWS"}


# ---------------------------------------------------------------- with one row

TEXTS = {"action": "1.1.1", "offer_dfe": "3022001"}
NUMBERS = {
    "la_code": 302, "resident_la_code": 302, "school_number": 3022001, "entry_year": 2025, "academic_age": 16,
}  # fmt: skip


def example(name: str, column: Column, contract: Contract) -> str:
    """A value that a cell of the column may hold; dates of birth lie before all others."""
    if column.type == "code":
        return next(iter(contract.code_lists[str(column.code_list)]))
    if column.type == "date":
        return "2010-05-01" if "birth" in name else "2026-03-02"
    usual = {
        "upn": UPN, "week": "2026-03-02", "flag": "1", "academic_year": "2024/25", "text": TEXTS.get(name, "1"),
        "integer": str(NUMBERS.get(name, int(column.lowest or 1))),
        "decimal": str(column.lowest if column.lowest is not None else 1),
    }  # fmt: skip
    return usual.get(column.type, "00123")


def row_of(table: Table, contract: Contract) -> dict[str, str]:
    """By heading; what ends a record is left open."""
    ends = {record.end_column for record in table.records.values()}
    row: dict[str, str] = {}
    for name, column in table.columns.items():
        if not column.looked_up:
            row.setdefault(column.heading, "" if name in ends else example(name, column, contract))
    return row


def fill(folder: Path, contract: Contract) -> None:
    """Put one row into every table of a source's templates, as a person would."""
    if contract.template == "xml":
        _fill_census(folder / f"{contract.source}.xml", contract)
    elif contract.template == "workbook":
        _fill_workbook(folder / f"{contract.source}.xlsx", contract)
    else:
        for path in folder.glob("*.csv"):
            row = row_of(contract.tables[path.stem], contract)
            [headings] = csv.reader(path.open(encoding="utf-8"))
            with path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow([row[heading] for heading in headings])


def _fill_workbook(path: Path, contract: Contract) -> None:
    book = openpyxl.load_workbook(path)
    for table in contract.tables.values():
        sheet = book[str(table.sheet)]
        row = row_of(table, contract)
        for cell in sheet[1]:
            sheet.cell(2, cell.column, row[str(cell.value)])
    book.save(path)


def _fill_census(path: Path, contract: Contract) -> None:
    """One child with one of every module."""
    document = etree.parse(path)
    child = etree.SubElement(document.getroot().find("Children"), "Child")
    groups = {"children": "ChildIdentifiers", "cin_details": "CINdetails"}
    parents = {module: group for group, (module, _) in DETAILS_GROUPS.items()} | groups
    elements: dict[str, etree._Element] = {}
    for name, table in contract.tables.items():
        if name in parents:
            parent = child if name in groups else elements["cin_details"]
            elements[name] = etree.SubElement(parent, parents[name])
            for heading, text in row_of(table, contract).items():
                is_own = heading not in ("LAchildID", "referral_sequence") or name == "children"
                if is_own and (heading != "CINreferralDate" or name == "cin_details"):
                    etree.SubElement(elements[name], heading).text = text or None
    lists = {
        field: (module, elements[DETAILS_GROUPS[group][0]], list_name)
        for group, (_, enclosed) in DETAILS_GROUPS.items()
        for list_name, (module, field) in enclosed.items()
    } | {
        "Disability": (
            "disabilities",
            etree.SubElement(child, "ChildCharacteristics"),
            "Disabilities",
        )
    }
    for field, (module, parent, list_name) in lists.items():
        row = row_of(contract.tables[module], contract)
        within = parent if list_name == field else etree.SubElement(parent, list_name)
        etree.SubElement(within, field).text = row[field]
    document.write(path)


@pytest.mark.parametrize("source", LOCAL)
def test_template_with_one_row_in_every_table_is_accepted(source: str, tmp_path: Path) -> None:
    write_templates(tmp_path, AS_AT, "302")
    contract = contract_of(source)
    fill(tmp_path / source, contract)

    extraction = take_in(source, tmp_path / source, tmp_path)

    assert (extraction.verdict, extraction.reason) == ("accepted", "")
    read = {
        name: (counts.received, counts.quarantined) for name, counts in extraction.tables.items()
    }
    assert read == dict.fromkeys(extraction.tables, (1, 0))
    assert not {finding.rule for finding in extraction.findings if finding.severity == "quarantine"}


# ---------------------------------------------------------------- what is said


def test_every_national_source_is_told_where_to_download_and_every_file_what_it_is(
    written: Path,
) -> None:
    lines = (written / "README.md").read_text(encoding="utf-8").splitlines()

    for source in NATIONAL:
        assert f"| {source} | {contract_for(source).download} |" in lines
    files = {path.name for path in written.glob("*/*")}
    assert files == {
        line.split(" | ")[1] for line in lines if line.count(" | ") == 2 and "." in line
    } - {"file"}


def test_names_and_addresses_are_not_asked_for(written: Path) -> None:
    [headings] = csv.reader((written / "sen2" / "person.csv").open(encoding="utf-8"))
    assert headings == ["persontableid", "personbirthdate", "sex", "ethnicity", "upn"]


def test_ids_of_the_workbook_are_texts_so_that_they_keep_their_zeros(written: Path) -> None:
    book = openpyxl.load_workbook(written / "annex_a" / "annex_a.xlsx")
    assert book.sheetnames == [f"List {number}" for number in range(1, 12)]
    for sheet in book.worksheets[:10]:
        [place] = [cell.column for cell in sheet[1] if cell.value == "Child Unique ID"]
        # Columns of one look that are side by side are one entry.
        alike = (one for one in sheet.column_dimensions.values() if one.min <= place <= one.max)
        assert [one.number_format for one in alike] == ["@"]


@pytest.mark.parametrize("source", LOCAL)
def test_message_about_a_folder_with_nothing_in_it_points_to_the_templates(
    source: str, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "x.csv").write_text("Something,Else\n1,2\n")

    extraction = take_in(source, tmp_path / "files", tmp_path)

    assert extraction.verdict == "rejected"
    assert "[NOTHING_RECOGNISED]" in extraction.reason
    assert "`cypp forms --templates`" in extraction.reason


def test_command_writes_them_before_anything_is_published(tmp_path: Path) -> None:
    command = ["forms", "--templates", str(tmp_path / "t"), "--data-dir", str(tmp_path / "data")]

    done = CliRunner().invoke(app, command)

    assert (done.exit_code, done.stderr) == (0, "")
    assert (tmp_path / "t" / "README.md").exists()
    assert (
        etree.parse(tmp_path / "t" / "cin_census" / "cin_census.xml").findtext("Header/LEA")
        == "302"
    )
    assert CliRunner().invoke(app, [*command, "--month", "March"]).exit_code == 2
