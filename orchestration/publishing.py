"""A finished build -> all that readers see: verified and rendered beside what serves, which is replaced last."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from orchestration.intake.ledger import now
from orchestration.owners.site import write_owner_pages
from orchestration.registry.indicators import Indicator
from orchestration.reports.charts import DRAWINGS, drawings_kept_in
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.release import measures_of, released_figures
from orchestration.reports.render import EDITIONS, render_editions
from orchestration.settings import DataFolder
from orchestration.warehouse import first_reported, memory, publish
from orchestration.warehouse.inputs import Run


def publish_run(folder: DataFolder, run: Run, indicators: tuple[Indicator, ...]) -> Path:
    """Publish the marts that a run has built; returns the page that leads to its reports.

    Raises AttackFailed, NoRule or NotPublishable with nothing replaced.
    """
    marts = folder.building_file
    write_public_edition(marts, measures_of(indicators), released_figures(folder))
    publish.finish_and_verify(marts, run.run_id, now())
    with duckdb.connect(str(marts), read_only=True) as connection:
        month = publish.month_of(connection)
    parquet = folder.warehouse / f".parquet-{run.run_id}"
    outputs = folder.root / f".outputs-{run.run_id}"
    # the copies are made by the database, the pages by us: both at once
    with ThreadPoolExecutor(max_workers=1) as beside:
        copied = beside.submit(publish.write_parquet, marts, parquet, run.run_id)
        publish.carry_forward(folder.outputs, outputs)
        for edition in EDITIONS:
            shutil.rmtree(outputs / month / edition, ignore_errors=True)
        with drawings_kept_in(folder.work / DRAWINGS):
            render_editions(marts, outputs / month)
        write_owner_pages(marts, folder, outputs / month / "restricted" / "owners")
        copied.result()
    if run.records_first_reported:
        first_reported.store(folder, marts, run.run_id)
        memory.store(folder, marts, run.run_id)
    publish.replace_warehouse(folder, marts)
    publish.switch(folder.parquet, parquet)
    publish.switch(folder.outputs, outputs)
    return folder.outputs / month / "restricted" / "index.html"
