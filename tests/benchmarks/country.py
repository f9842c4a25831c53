"""dbt's models over a country of authorities, simulated: what was read of one of them, repeated.

One invented authority is taken in (twelve months). Its raw rows are then repeated under the code of every other one,
with children, schools, versions and records of their own, and dbt builds all of them at once, as a night does. So what
is measured is what grows with the number of authorities in one build: memory, and the time of the statements. Taking
in and publishing are each authority's own (`region/`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import log2
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from orchestration.intake.areas import dfe_codes
from orchestration.settings import DBT_FOLDER, DataFolder
from tests.benchmarks.measure import measure
from tests.benchmarks.nights import silent

MONTHS, LAST, SEED = 12, "2025-03", 1
SIZES = (19, 38, 77, 153)
# Columns that say whose a row is by DfE's code, by a number that begins with it, or by a school's; and the national
# tables that list schools.
DFE_CODES = ("la_code", "resident_la_code")
SCHOOL_NUMBERS = ("school_number",)
SCHOOLS = ("urn", "school_urn", "offer_urn")
OF_SCHOOLS = ("establishments", "inspections")
# What the marts are held to: every area has as many rows, and counts the same.
PER_AREA = (
    "select area_code, count(*), round(sum(numerator), 3) from marts.fct_indicator_values where breakdown = 'all'"
    " and indicator_id in (select indicator_id from marts.dim_indicators where kind <> 'gap') group by 1",
    "select area_code, count(*), round(sum(numerator_amount), 3) from marts.fct_counted_records group by 1",
    "select area_code, count(*), count(*) from marts.fct_submissions where area_code <> 'national' group by 1",
)  # fmt: skip
Report = Callable[[dict[str, Any]], None]


def run_country(sizes: Iterable[int], report: Report) -> None:
    """Measure every size, smallest first, and say how it has grown since the one before."""
    with tempfile.TemporaryDirectory() as made:
        one = Path(made) / "one"
        report(measure("Country: one authority taken in", _take_in_one, str(one)))
        before: tuple[int, dict[str, Any]] | None = None
        for size in sorted(sizes):
            with tempfile.TemporaryDirectory() as folder:
                repeated = _repeated(DataFolder(one), DataFolder(Path(folder) / "data"), size)
                found = measure(
                    f"Country: dbt's models over {size} authorities", partial(_build, size), folder
                )
            if before is not None:
                doublings = log2(size / before[0])
                found["growth_per_doubling"] = {
                    name: round((found[name] / before[1][name]) ** (1 / doublings), 2)
                    for name in ("cpu_seconds", "wall_seconds", "peak_mib")
                }
            before = (size, found)
            report({**found, "raw_rows": repeated})


def _take_in_one(folder: Path) -> dict[str, Any]:
    """A night of one authority; what dbt was told and what was read of its extracts stay behind."""
    from datetime import UTC, datetime

    from orchestration.dagster.job import run_job
    from orchestration.demo import write_demo
    from orchestration.night.steps import Request

    write_demo(folder, seed=SEED, months=MONTHS, last=LAST, progress=silent)
    run_job(DataFolder(folder), Request(datetime.now(UTC).date()), silent)
    return {"months": MONTHS}


def _repeated(one: DataFolder, many: DataFolder, size: int) -> int:
    """Write the tables that dbt reads for so many authorities; the number of rows of raw."""
    [home] = {path.name.partition(".")[0] for path in (one.raw / "annex_a").glob("*/E*.parquet")}
    # Of an authority with two codes the present one comes last.
    present = {dfe_code: code for code, dfe_code in dfe_codes().items()}.values()
    codes = [home, *sorted(set(present) - {home})]
    assert len(codes) >= size, f"there are {len(codes)} authorities"
    many.create()
    rows = 0
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            f"create table home_schools as select distinct urn from '{one.raw}/gias/establishments/*.parquet'"
            f" where la_code = {dfe_codes()[home]}"
        )
        for path in sorted(one.root.glob("raw/*/*/*.parquet")):
            rows += _repeat(connection, one, many, path, home, codes[:size])
        for path in sorted(one.root.glob("quality/*/*/*.parquet")):
            _repeat(connection, one, many, path, home, codes[:size])
        for path in sorted((one.raw / "run").glob("*.parquet")):
            _repeat_told(connection, path, many.raw / "run" / path.name, home, codes[:size])
    return rows


def _repeat(
    connection: duckdb.DuckDBPyConnection, one: DataFolder, many: DataFolder, path: Path, home: str, codes: list[str]
) -> int:  # fmt: skip
    """A file of the authority for each; what is national is everybody's already, but for the schools of each."""
    target = many.root / path.relative_to(one.root)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.name in OF_SCHOOLS and path.is_relative_to(one.raw):
        parts = [f"select * from '{path}'"]
        for code in codes:
            if code != home:
                schools = ", ".join(
                    _of_area(set(pq.read_schema(path).names) & {*DFE_CODES, *SCHOOLS}, home, code)
                )
                parts.append(
                    f"select * replace ({schools}, row_id + {dfe_codes()[code]}000000 as row_id)"
                    f" from '{path}' where urn in (from home_schools)"
                )
        connection.execute(f"copy ({' union all '.join(parts)}) to '{target}' (format parquet)")
        return pq.read_metadata(target).num_rows
    if not path.name.startswith(f"{home}."):
        shutil.copyfile(path, target)
        return pq.read_metadata(path).num_rows
    for code in codes:
        own = target.with_name(path.name.replace(home, code, 1))
        if code == home:
            shutil.copyfile(path, own)
        else:
            columns = ", ".join(_of_area(pq.read_schema(path).names, home, code))
            connection.execute(f"copy (select {columns} from '{path}') to '{own}' (format parquet)")
    return pq.read_metadata(path).num_rows * len(codes)


def _repeat_told(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Path, home: str, codes: list[str]
) -> None:
    """What dbt was told about versions and areas, said of each; the rest once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    names = pq.read_schema(path).names
    if "area_code" in names:
        own, others = f"area_code = '{home}'", f"area_code is distinct from '{home}'"
    elif "submission_id" in names:
        receipts = path.with_name("receipts.parquet")
        theirs = (
            f"submission_id in (select submission_id from '{receipts}' where area_code = '{home}')"
        )
        own, others = theirs, f"not ({theirs})"
    else:
        shutil.copyfile(path, target)
        return
    parts = [f"select * from '{path}' where {others}"]
    for code in codes:
        columns = "*" if code == home else ", ".join(_of_area(names, home, code))
        parts.append(f"select {columns} from '{path}' where {own}")
    connection.execute(f"copy ({' union all '.join(parts)}) to '{target}' (format parquet)")


def _of_area(names: Iterable[str], home: str, code: str) -> Iterator[str]:
    """Each column as another authority would have it: its codes, its children, its schools, its versions."""
    ours, theirs = dfe_codes()[home], dfe_codes()[code]
    for name in names:
        if name in DFE_CODES:
            # Changed with one another: the home authority's extracts have children of its neighbours.
            yield f"case {name} when {ours} then {theirs} when {theirs} then {ours} else {name} end as {name}"
        elif name in SCHOOL_NUMBERS:
            first = f"case {name} // 10000 when {ours} then {theirs} when {theirs} then {ours} else {name} // 10000 end"
            yield f"{first} * 10000 + {name} % 10000 as {name}"
        elif name in SCHOOLS:
            own = f"{name} + {theirs}000000"
            yield f"case when {name} in (from home_schools) then {own} else {name} end as {name}"
        elif name == "area_code":
            yield f"case when {name} = '{home}' then '{code}' else {name} end as {name}"
        elif name.endswith("_key"):
            yield f"md5({name} || '{code}') as {name}"
        elif name == "submission_id":
            yield f"left(md5({name} || '{code}'), 16) as {name}"
        else:
            yield f'"{name}"'


def _alike(rows: list[tuple[Any, ...]]) -> int:
    """How many areas have what most of them have."""
    of_areas = [row[1:] for row in rows]
    return max(map(of_areas.count, of_areas), default=0)


def _build(size: int, folder: Path) -> dict[str, Any]:
    """Build as the night does, and hold what the authorities have to one another."""
    data = DataFolder(folder / "data")
    done = subprocess.run(
        (sys.executable, "-m", "orchestration.warehouse.dbt_process", "build", "--exclude-resource-type", "unit_test",
         "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER), "--target", "nightly",
         "--target-path", str(folder / "target")),
        env={**os.environ, "CYPP_DATA_DIR": str(data.root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    problems = [line for line in done.stdout.splitlines() if '"error"' in line][:3]
    found = {"status": done.returncode, "problems": problems, "areas": size}
    if done.returncode:
        return found
    with duckdb.connect(str(data.building_file), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        counted = [connection.execute(query).fetchall() for query in PER_AREA]
        [rows] = connection.execute(
            "select count(*) from marts.fct_counted_records"
        ).fetchone() or (0,)
    spill = sum(path.stat().st_size for path in (data.work / "spill").rglob("*") if path.is_file())
    return {
        **found,
        "counted_records": rows,
        "areas_alike": [_alike(rows) for rows in counted],
        "gib_built": round(sum(p.stat().st_size for p in (data.layers_file, data.building_file)) / 2**30, 2),
        "spilt_now_mib": spill >> 20,
    }  # fmt: skip
