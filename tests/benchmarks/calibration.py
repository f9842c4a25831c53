"""What the simulated authority comes to, beside what was published: a table by indicator and year.

    python -m tests.benchmarks.calibration --seeds 1 2 3 4 5

Writes the demo extracts for each seed, runs the nightly job on them and reads its warehouse. It lives outside
the generator, which must not know these figures: they are read here, and a person moves the intensities in
`orchestration/demo/intensities.py`. A run takes about a minute and a half per seed.
"""

from __future__ import annotations

import argparse
import calendar
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
from rich.console import Console
from rich.table import Table

from orchestration.demo import write_demo
from orchestration.settings import DEFAULT_HOME_AREA, DataFolder

# Every year-end figure of the home area, beside the published one of the same basis where there is one.
FIGURES = """
    select
        figures.indicator_id,
        year(figures.period_end) as year,
        figures.value,
        published.value as published
    from marts.fct_indicator_values as figures
    left join marts.fct_benchmarks as published
        on figures.indicator_id = published.indicator_id
        and figures.area_code = published.area_code
        and figures.basis = published.basis
        and figures.period_end = published.period_end
        and published.status = 'ok'
    where figures.area_code = $1
        and figures.breakdown = 'all'
        and figures.basis in ('fy', 'snapshot')
        and month(figures.period_end) = 3
        and figures.status = 'ok'
"""


def figures_of(seed: int, months: int, last: str, folder: Path) -> pd.DataFrame:
    """The year-end figures of one seed, through the whole job."""
    write_demo(folder, seed=seed, months=months, last=last, progress=lambda step, done, total: None)
    year, month = (int(part) for part in last.split("-"))
    as_at = f"{last}-{calendar.monthrange(year, month)[1]}"
    cypp = Path(sys.executable).with_name("cypp")
    command = [str(cypp), "run", "--data-dir", str(folder), "--as-at", as_at]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    warehouse = DataFolder(folder).warehouse_file
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(FIGURES, [DEFAULT_HOME_AREA]).df().assign(seed=seed)


def summarise(figures: pd.DataFrame) -> pd.DataFrame:
    """By indicator and year: mean and spread over the seeds, and how far the mean is from what was published."""
    by_year = figures.groupby(["indicator_id", "year"])
    table = by_year["value"].agg(["mean", "std", "min", "max"])
    table["published"] = by_year["published"].first()
    table["difference_pct"] = 100 * (table["mean"] / table["published"] - 1)
    return table.reset_index()


def show(table: pd.DataFrame) -> None:
    """Print the table."""
    shown = Table(title="Simulated and published, years ending March")
    for heading in ("indicator", "year", "published", "mean", "off by %", "sd", "least", "most"):
        shown.add_column(heading, justify="left" if heading == "indicator" else "right")
    columns = ["indicator_id", "year", "published", "mean", "difference_pct", "std", "min", "max"]
    for name, year, *numbers in table[columns].itertuples(index=False):
        cells = ("" if pd.isna(number) else f"{number:.1f}" for number in numbers)
        shown.add_row(name, str(year), *cells)
    Console(width=110).print(shown)


def main() -> None:
    """Run the seeds one after the other and print what they come to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--months", type=int, default=48)
    parser.add_argument("--last", default="2025-03")
    chosen = parser.parse_args()
    found = []
    for seed in chosen.seeds:
        with tempfile.TemporaryDirectory() as folder:
            found.append(figures_of(seed, chosen.months, chosen.last, Path(folder)))
        sys.stderr.write(f"seed {seed} done\n")
    show(summarise(pd.concat(found)))


if __name__ == "__main__":
    main()
