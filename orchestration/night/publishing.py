"""A finished build -> all that readers see: verified and rendered beside what serves, which is replaced last."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from orchestration.checks.checker import Checker
from orchestration.intake.ledger import now
from orchestration.owners.site import write_owner_pages
from orchestration.registry.indicators import Indicator
from orchestration.reports.disclosure.edition import withheld_figures, write_public_edition
from orchestration.reports.media.charts import DRAWINGS, drawings_kept_in
from orchestration.reports.release import measures_of, released_figures
from orchestration.reports.render import EDITIONS, PUBLIC, RESTRICTED, render_edition
from orchestration.settings import DataFolder
from orchestration.warehouse import first_reported, memory, publish
from orchestration.warehouse.inputs import Run


def publish_run(
    folder: DataFolder, run: Run, indicators: tuple[Indicator, ...], checker: Checker
) -> Path:
    """Publish the marts that a run has built; returns the page that leads to its reports.

    Raises AttackFailed, NoRule or NotPublishable with nothing replaced.
    """
    marts, run_id = folder.building_file, run.run_id
    publish.enter_end(marts, run_id, now())
    # What the public must not see is worked out by the other process, beside the pages for officers.
    withheld = checker.begin(
        withheld_figures, marts, measures_of(indicators), released_figures(folder)
    )
    with duckdb.connect(str(marts), read_only=True) as connection:
        month = publish.month_of(connection)
    parquet = folder.warehouse / f".parquet-{run_id}"
    outputs = folder.root / f".outputs-{run_id}"
    publish.carry_forward(folder.outputs, outputs)
    pages = outputs / month
    for edition in EDITIONS:
        shutil.rmtree(pages / edition, ignore_errors=True)
    with drawings_kept_in(folder.work / DRAWINGS), ThreadPoolExecutor(2) as beside:
        documents = render_edition(marts, pages / RESTRICTED, RESTRICTED, beside)
        write_owner_pages(marts, folder, pages / RESTRICTED / "owners")
        write_public_edition(marts, withheld.result())
        publish.verify(marts, run_id)
        # The copies are made by the database, the pages by us.
        copied = beside.submit(publish.write_parquet, marts, parquet, run_id)
        documents += render_edition(marts, pages / PUBLIC, PUBLIC, beside)
        for done in (copied, *documents):
            done.result()
    if run.records_first_reported:
        first_reported.store(folder, marts, run_id)
        memory.store(folder, marts, run_id)
    publish.replace_warehouse(folder, marts)
    publish.switch(folder.parquet, parquet)
    publish.switch(folder.outputs, outputs)
    return folder.outputs / month / RESTRICTED / "index.html"
