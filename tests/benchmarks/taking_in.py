"""Taking in, measured in a process of its own: an SSDA903 set of 485,000 rows, a Barnet-size workbook, a
children in need census of 50,000 children (some twenty times Barnet's).

All rows are synthetic. The 903 tables have the proportions of a real return (per 2,675 children: 5,050
episodes, 12,582 reviews ...), with fresh ids and dates on every row.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from expectations.contract import Column, Contract, Table, contract_for
from orchestration.intake.cover import month_end
from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.reading import extract

ROWS_PER_SET = {
    "header": 2675, "episodes": 5050, "reviews": 12582, "uasc": 132, "oc2": 2675, "oc3": 53, "ad1": 29,
    "placed_for_adoption": 29, "previous_permanence": 2675, "missing": 43,
}  # fmt: skip
SETS = 19
WORKBOOK_CELLS = 190_000
CENSUS_CHILDREN = 50_000
AS_AT = date(2018, 3, 31)
SECRET = bytes(32)


def _cell(column: Column, contract: Contract, chance: random.Random, child: str) -> str:
    if column.type == "child_id":
        return child
    if column.type == "date":
        return f"{date(2015, 4, 1) + timedelta(days=chance.randrange(1095)):%d/%m/%Y}"
    if column.type == "code" and column.code_list:
        return chance.choice(sorted(contract.code_lists[column.code_list]))
    if column.type in ("integer", "decimal"):
        return str(chance.randrange(40))
    if column.type == "upn":
        return f"A{chance.randrange(10**12):012d}"
    return str(chance.randrange(2)) if column.type == "flag" else "SYN"


def _row(table: Table, contract: Contract, chance: random.Random, child: str) -> list[str]:
    row = {name: _cell(column, contract, chance, child) for name, column in table.columns.items()}
    dates = sorted(
        (
            name
            for name, column in table.columns.items()
            if column.type == "date" and name != "birth_date"
        ),
    )
    if {"start_date", "end_date"} <= set(dates):
        row["end_date"] = ""
    return list(row.values())


def write_ssda903(folder: Path, seed: int = 1) -> list[Path]:
    """The CSV set of a return, scaled to about 485,000 rows."""
    contract, chance, paths = contract_for("ssda903", AS_AT.year), random.Random(seed), []
    for name, rows in ROWS_PER_SET.items():
        table = contract.tables[name]
        path = folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(column.heading for column in table.columns.values())
            for number in range(rows * SETS):
                writer.writerow(_row(table, contract, chance, f"SYN{number % (2675 * SETS):07d}"))
        paths.append(path)
    return paths


def write_workbook(folder: Path, seed: int = 1) -> list[Path]:
    """A workbook of lists 1 to 11 with about 190,000 cells, the size of Barnet's."""
    contract, chance = contract_for("annex_a"), random.Random(seed)
    n_columns = sum(len(table.columns) for table in contract.tables.values())
    rows = WORKBOOK_CELLS // n_columns
    path = folder / "Annex A.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for table in contract.tables.values():
            sheet = workbook.add_worksheet(table.sheet)
            sheet.write_row(0, 0, [column.heading for column in table.columns.values()])
            for number in range(1, rows + 1):
                for place, column in enumerate(table.columns.values()):
                    if column.type == "date":
                        when = date(2024, 10, 1) + timedelta(days=chance.randrange(180))
                        sheet.write_datetime(number, place, when, day)  # type: ignore[arg-type]
                    else:
                        sheet.write(
                            number, place, _cell(column, contract, chance, f"SYN{number:05d}")
                        )
    return [path]


def _element(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"


def _day(chance: random.Random) -> str:
    return f"{date(2024, 4, 1) + timedelta(days=chance.randrange(365))}"


def _assessment(chance: random.Random) -> str:
    start = _element("AssessmentActualStartDate", _day(chance))
    end = _element("AssessmentAuthorisationDate", "2025-03-31")
    factors = (
        _element("AssessmentFactors", chance.choice(("1A", "2B", "3A", "4B", "24A")))
        for _ in range(chance.randrange(1, 5))
    )
    return _element("Assessments", start, end, _element("FactorsIdentifiedAtAssessment", *factors))


def _enquiry(chance: random.Random) -> str:
    start = _element("S47ActualStartDate", _day(chance))
    return _element("Section47", start, _element("DateOfInitialCPC", "2025-03-28"))


def _protection_plan(chance: random.Random) -> str:
    reviews = (_element("CPPreviewDate", _day(chance)) for _ in range(chance.randrange(1, 4)))
    return _element(
        "ChildProtectionPlans",
        _element("CPPstartDate", _day(chance)),
        _element("InitialCategoryOfAbuse", "NEG"),
        _element("LatestCategoryOfAbuse", chance.choice(("NEG", "EMO"))),
        _element("NumberOfPreviousCPP", str(chance.randrange(3))),
        _element("Reviews", *reviews),
    )


def _referral(chance: random.Random) -> str:
    modules = (_assessment, _enquiry, _protection_plan)
    shares = (0.9, 0.4, 0.2)
    return _element(
        "CINdetails",
        _element("CINreferralDate", _day(chance)),
        _element("ReferralSource", chance.choice(("1A", "3A", "5D", "6"))),
        _element("PrimaryNeedCode", f"N{chance.randrange(1, 9)}"),
        *(
            write(chance)
            for write, share in zip(modules, shares, strict=True)
            if chance.random() < share
        ),
        _element("ReferralNFA", chance.choice(("true", "false"))),
    )


def write_census(folder: Path, seed: int = 1) -> list[Path]:
    """A census of 50,000 children, one to three referrals each, with the modules that hang on them."""
    chance, path = random.Random(seed), folder / "cin.xml"
    header = (
        "<Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>"
        "<ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails>"
        "<Source><LEA>302</LEA></Source></Header>"
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<Message>{header}<Children>\n')
        for number in range(CENSUS_CHILDREN):
            identifiers = _element("LAchildID", f"SYN{number:06d}")
            identifiers += _element("PersonBirthDate", f"{2007 + number % 17}-05-12")
            identifiers += _element("Sex", chance.choice("MFU"))
            characteristics = _element("Ethnicity", "WBRI")
            characteristics += _element("Disabilities", _element("Disability", "NONE"))
            referrals = (_referral(chance) for _ in range(chance.choice((1, 1, 2, 3))))
            child = _element("ChildIdentifiers", identifiers)
            child += _element("ChildCharacteristics", characteristics)
            file.write(_element("Child", child, *referrals) + "\n")
        file.write("</Children></Message>\n")
    return [path]


def extract_files(source: str, month: str, paths: list[Path], work: Path) -> Extraction:
    """Read, type, pseudonymise and write one submission version, as a run does."""
    files = SubmissionFiles(
        "0" * 16, "E09000003", source, month_end(month), tuple(paths), 6, "302", "benchmark"
    )
    return extract(files, SECRET, work / "raw")


CASES: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "SSDA903 set, 485,000 rows": ("ssda903", "2018-03", write_ssda903),
    "Annex A workbook, 190,000 cells": ("annex_a", "2025-03", write_workbook),
    "CIN census, 50,000 children": ("cin_census", "2025-03", write_census),
}
