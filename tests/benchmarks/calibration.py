"""What the simulated authority comes to, beside what was published: a table by indicator and year.

    python -m tests.benchmarks.calibration --seeds 1 2 3 4 5
    python -m tests.benchmarks.calibration --part education

Writes the demo extracts of each seed, every one under the code of another authority but with Barnet's
children, runs the nightly job once over all of them and reads its warehouse. It lives outside the generator,
which must not know these figures: they are read here, and a person moves the intensities in
`orchestration/demo/intensities.py` and `orchestration/demo/education/intensities.py`. About a minute of CPU time per seed; `world.py` is the quick look.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd
from rich.console import Console
from rich.table import Table

from orchestration.demo.areas import Area, choose_areas
from orchestration.demo.days import parse_month
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.write import (
    education_extracts,
    national_extracts,
    write_education,
    write_national,
)
from orchestration.demo.history import simulate
from orchestration.demo.write import extracts_of, write_extract
from orchestration.settings import DEFAULT_HOME_AREA, PROJECT_FOLDER, REFERENCE_FOLDER, DataFolder

# Every year-end figure, beside the home area's published one of the same basis where there is one.
SOCIAL_CARE = """
    select
        indicators.position || ' ' || figures.indicator_id as indicator,
        year(figures.period_end) as year,
        figures.area_code,
        figures.value,
        published.value as published
    from marts.fct_indicator_values as figures
    inner join marts.dim_indicators as indicators
        on figures.indicator_id = indicators.indicator_id
    left join marts.fct_benchmarks as published
        on figures.indicator_id = published.indicator_id
        and published.area_code = $1
        and published.basis in (figures.basis, 'fy')
        and figures.period_end = published.period_end
        and published.status = 'ok'
    where figures.breakdown = 'all'
        and figures.basis in ('fy', 'snapshot', 'rolling36')
        and month(figures.period_end) = 3
        and figures.status = 'ok'
    qualify row_number() over (
        partition by figures.indicator_id, figures.area_code, figures.basis, figures.period_end
        order by published.basis = figures.basis desc
    ) = 1
    order by indicators.position, figures.period_end
"""
# The figures of schools and pupils of every period, beside the home area's published one of the same year: what
# is of twelve months here is of the calendar year there, attendance of two terms is of three.
EDUCATION = """
    select
        indicators.position || ' ' || figures.indicator_id as indicator,
        year(figures.period_end) as year,
        figures.area_code,
        figures.value,
        published.value as published
    from marts.fct_indicator_values as figures
    inner join marts.dim_indicators as indicators
        on figures.indicator_id = indicators.indicator_id
    left join marts.fct_benchmarks as published
        on figures.indicator_id = published.indicator_id
        and published.area_code = $1
        and year(figures.period_end) = year(published.period_end)
        and published.status = 'ok'
    where figures.breakdown = 'all'
        and figures.status = 'ok'
        and (
            figures.basis in (
                'academic_year', 'academic_year_autumn_spring', 'december_to_february', 'annual', 'term'
            )
            or (figures.indicator_id like 'ehcp_20_weeks%' and month(figures.period_end) = 12)
            or (figures.indicator_id like 'schools_good%' and month(figures.period_end) = 8)
        )
        and indicators.method <> 'published'
        and indicators.population <> 'manual_returns'
    order by indicators.position, figures.period_end
"""
# Not among the benchmarks: Ofsted, state-funded schools good or outstanding at 31 August, Barnet (Official
# statistics and management information, 2021 to 2023).
GOOD_SCHOOLS = {2021: 96.8, 2022: 98.4, 2023: 95.3}


@dataclass(frozen=True)
class Part:
    """What is written, up to when, and which figures are read."""

    sources: tuple[str, ...]
    months: int
    last: str
    figures: str


PARTS = {
    "social_care": Part(("annex_a", "ssda903", "cin_census"), 48, "2025-03", SOCIAL_CARE),
    # Up to the revised results of 2025; of social care only the returns, which say who is looked after.
    "education": Part(("ssda903",), 60, "2026-02", EDUCATION),
}


def write_seeds(landing: Path, seeds: list[int], part: str, months: int, last: str) -> None:
    """The extracts of `cypp demo --seed` for every seed, side by side under codes of their own."""
    last_month = parse_month(last)
    first_month = last_month - months + 1
    barnet, codes = choose_areas(1, 1)[0], choose_areas(len(seeds), 1)
    drawn = []
    for seed, code in zip(seeds, codes, strict=True):
        history = simulate(barnet, seed, first_month, last_month)
        history = replace(history, area=replace(barnet, code=code.code, dfe_code=code.dfe_code))
        for extract in extracts_of(first_month, last_month):
            if extract.source in PARTS[part].sources:
                write_extract(landing, history, extract)
        drawn.append((history.area, history.draws))
        if part == "education":
            schooling = Schooling(history)
            for of_education in education_extracts(first_month, last_month):
                write_education(landing, schooling, of_education)
        sys.stderr.write(f"seed {seed} written\n")
    if part == "education":
        for national in national_extracts(first_month, last_month):
            write_national(landing, drawn, national)
    _write_population(landing / "national" / "population" / last, codes)


def _write_population(folder: Path, areas: list[Area]) -> None:
    """The home area's estimates under every code."""
    folder.mkdir(parents=True)
    source = REFERENCE_FOLDER / "population" / "estimates.csv"
    with source.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["new_la_code"] == DEFAULT_HOME_AREA]
        with (folder / "estimates.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(reader.fieldnames or ()))
            writer.writeheader()
            for area in areas:
                codes = {"new_la_code": area.code, "old_la_code": area.dfe_code}
                writer.writerows({**row, **codes, "la_name": area.name} for row in rows)


def run_job(folder: Path, last: str, figures: str) -> pd.DataFrame:
    """The figures after the job, one row per seed, indicator and year."""
    year, month = (int(part) for part in last.split("-"))
    as_at = f"{last}-{calendar.monthrange(year, month)[1]}"
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "run"]
    command += ["--data-dir", str(folder), "--as-at", as_at]
    subprocess.run(command, check=True, cwd=PROJECT_FOLDER, stdout=subprocess.DEVNULL)
    with duckdb.connect(str(DataFolder(folder).warehouse_file), read_only=True) as connection:
        found = connection.execute(figures, [DEFAULT_HOME_AREA]).df()
    good = found["indicator"].str.endswith("schools_good_pct")
    found.loc[good, "published"] = found.loc[good, "year"].map(GOOD_SCHOOLS)
    return found


def summarise(figures: pd.DataFrame) -> pd.DataFrame:
    """By indicator and year: mean and spread over the seeds, and how far the mean is from what was published."""
    by_year = figures.groupby(["indicator", "year"])
    table = by_year["value"].agg(["mean", "std", "min", "max", "count"])
    table["published"] = by_year["published"].first()
    table["difference_pct"] = 100 * (table["mean"] / table["published"] - 1)
    return table.reset_index()


def show(table: pd.DataFrame) -> None:
    """Print the table."""
    shown = Table(title="Simulated and published")
    for heading in ("indicator", "year", "published", "mean", "off by %", "sd", "least", "most"):
        shown.add_column(heading, justify="left" if heading == "indicator" else "right")
    columns = ["indicator", "year", "published", "mean", "difference_pct", "std", "min", "max"]
    for name, year, *numbers in table[columns].itertuples(index=False):
        cells = ("" if pd.isna(number) else f"{number:.2f}" for number in numbers)
        shown.add_row(name, str(year), *cells)
    Console(width=110).print(shown)


def main() -> None:
    """Write the seeds, run the job once and print what they come to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--part", choices=list(PARTS), default="social_care")
    parser.add_argument("--months", type=int, help="months written, up to --last")
    parser.add_argument("--last", help="the last month written, YYYY-MM")
    parser.add_argument("--keep", type=Path, help="a folder to write into and leave behind")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as private:
        folder = chosen.keep or Path(private)
        part = PARTS[chosen.part]
        last = chosen.last or part.last
        months = chosen.months or part.months
        write_seeds(folder / "landing", chosen.seeds, chosen.part, months, last)
        show(summarise(run_job(folder, last, part.figures)))


if __name__ == "__main__":
    main()
