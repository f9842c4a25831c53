"""The folder `data/` of the public edition: files, their metadata, a data package and the dictionary."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from orchestration.reports.content.published import Run, read_home, read_run
from orchestration.reports.issued import DRAFT, release_says
from orchestration.reports.open_data.figures import AMOUNTS, FILTERS, File, read_files
from orchestration.warehouse.opening import opened

FOLDER = "data"
LICENCE = {
    "name": "OGL-UK-3.0", "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}  # fmt: skip
SYMBOLS = {
    "c": "confidential: withheld to protect individuals", "x": "not available", "z": "not applicable",
}  # fmt: skip
META = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
LABELS = {
    "time_period": "Year in which the period ends, or the two years of a financial or academic year.",
    "time_identifier": "The month, term or kind of year.",
    "geographic_level": "Local authority.",
    "country_code": "ONS code of England.",
    "country_name": "England.",
    "region_code": "ONS code of the region.",
    "region_name": "Name of the region.",
    "old_la_code": "DfE's three-digit code of the authority.",
    "new_la_code": "ONS code of the authority.",
    "la_name": "Name of the authority.",
    "indicator": "Indicator",
    "period_covered": "Period covered",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "figure": "Figure",
}
# dim_indicators, but for what only people of the house need.
INDICATORS = {
    "indicator_id": "Name of the indicator; never reused.",
    "title": "Title as in the plan, and in the files of figures.",
    "plan": "The plan that names it.",
    "section": "Section of the plan.",
    "position": "Position in the plan; empty for a variant.",
    "definition": "What it says, in a sentence.",
    "numerator_means": "The numerator in a sentence.",
    "denominator_means": "The denominator in a sentence.",
    "unit": "Unit of the figure.",
    "published_decimals": "Decimals of the figure.",
    "good_is": "high, low or neutral.",
    "headline_basis": "How the period of the figure is cut.",
    "caveats": "What a reader must know.",
    "definition_from": "Document, year and section of the definition.",
    "inputs": "Lists and returns that it is counted from.",
}
DESCRIBED = LABELS | INDICATORS


def write_open_data(marts: Path, pages: Path) -> list[Path]:
    """Write the pack next to the public pages; returns its files."""
    folder = pages / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with opened(marts) as connection:
        run, home = read_run(connection), read_home(connection)
        files = read_files(connection)
        dictionary = connection.execute(
            f"select {', '.join(INDICATORS)} from marts.dim_indicators where indicator_id in"
            " (select indicator_id from marts.rpt_figures where edition = 'public') order by plan_order"
        ).fetchall()
    written = [path for file in files for path in _write_file(folder, file)]
    _write_csv(folder / "indicators.csv", [*INDICATORS], dictionary)
    _write_json(folder / "datapackage.json", _package(run, home.area_name if home else "", files))
    _write_json(folder / "indicators.csv-metadata.json", _on_the_web())
    return [*written, *(folder / name for name in
            ("indicators.csv", "datapackage.json", "indicators.csv-metadata.json"))]  # fmt: skip


def file_name(name: str) -> str:
    """The name of a file of figures: one that nobody has released says so."""
    return f"draft_{name}" if release_says() == DRAFT else name


def _write_file(folder: Path, file: File) -> list[Path]:
    name = file_name(file.unit.name)
    _write_csv(folder / f"{name}.csv", file.columns, file.rows)
    filters = [
        (column, "Filter", LABELS[column], "", "", "", "", "")
        for column in FILTERS
        if column in file.columns
    ]
    amounts = [(column, "Indicator", LABELS[column], "", "", "", "", "") for column in AMOUNTS]
    _write_csv(folder / f"{name}.meta.csv", META, [*filters, *amounts])
    return [folder / f"{name}.csv", folder / f"{name}.meta.csv"]


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _package(run: Run, home: str, files: Sequence[File]) -> dict[str, Any]:
    """The description of the pack by the Data Package standard of Frictionless."""
    invented = "Synthetic data: every figure is invented. " if run.is_synthetic else ""
    said = "; ".join(f"{symbol}: {meaning}" for symbol, meaning in SYMBOLS.items())
    return {
        "name": "childrens-indicators",
        "title": f"Children's indicators of {home}",
        "description": f"{release_says()}. {invented}Symbols in place of figures: {said}.",
        "version": run.run_id.lower(),
        "licenses": [LICENCE],
        "resources": [
            *(_resource(file_name(file.unit.name), file.unit.title, file.columns) for file in files),
            _resource("indicators", "The indicators and what they mean", [*INDICATORS]),
        ],
    }  # fmt: skip


def _resource(name: str, title: str, columns: Sequence[str]) -> dict[str, Any]:
    fields = [
        {"name": column, "type": _type(column), "description": DESCRIBED[column]}
        for column in columns
    ]
    return {
        "name": name, "title": title, "path": f"{name}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "profile": "tabular-data-resource", "schema": {"fields": fields, "missingValues": ["", *SYMBOLS]},
    }  # fmt: skip


def _type(column: str) -> str:
    if column in AMOUNTS:
        return "number"
    return "integer" if column == "published_decimals" else "string"


def _on_the_web() -> dict[str, Any]:
    """The dictionary of indicators described by W3C's CSV on the Web."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": "indicators.csv",
        "dc:title": "The indicators and what they mean",
        "dc:license": {"@id": LICENCE["path"]},
        "tableSchema": {
            "columns": [
                {"name": column, "titles": column, "dc:description": DESCRIBED[column], "datatype": _type(column)}
                for column in INDICATORS
            ],
            "primaryKey": "indicator_id",
        },
    }  # fmt: skip
