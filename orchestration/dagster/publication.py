"""The assets of publication: what the public may see, each report, the owners' pages, and what readers see.

Only the last one replaces anything that readers see. How each thing is made: `night/publishing.py`.
"""

from pathlib import Path

import dagster as dg

from orchestration.checks.holds import Hold
from orchestration.dagster.resources import OPERATIONS, Data
from orchestration.night import publishing
from orchestration.operator.newest import current_holds
from orchestration.reports.render import REPORTS, Report
from orchestration.warehouse.opening import opened
from orchestration.warehouse.publish import MARTS

PUBLIC_EDITION = dg.AssetKey(["public_edition"])


@dg.asset(
    key=PUBLIC_EDITION, group_name="published", kinds={"duckdb"}, owners=OPERATIONS,
    deps=[dg.AssetKey([name]) for name in MARTS],
)  # fmt: skip
def public_edition(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """The finished build with the lines that the public may see, verified; not yet what readers see."""
    with data.step():
        withheld = publishing.prepare_publication(data.folder)
    return dg.MaterializeResult(metadata={"figures_withheld": len(withheld)})


def _report_asset(report: Report) -> dg.AssetsDefinition:
    @dg.asset(
        key=["reports", report.name], group_name="published", kinds={"html"}, owners=OPERATIONS,
        deps=[PUBLIC_EDITION], description=f"{report.title}, in both editions. {report.about}",
    )  # fmt: skip
    def rendered(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
        with data.step():
            files = publishing.render_report(data.folder, report.name)
        return dg.MaterializeResult(metadata=_sizes(files))

    return rendered


def _sizes(files: list[Path]) -> dict[str, int]:
    return {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}


REPORT_ASSETS = [_report_asset(report) for report in REPORTS]


@dg.asset(
    key=["reports", "front"], group_name="published", kinds={"html"}, owners=OPERATIONS,
    deps=[PUBLIC_EDITION],
)  # fmt: skip
def front_page(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """The page that links the reports, the summary of the run and the data dictionary."""
    with data.step():
        files = publishing.render_front(data.folder)
    return dg.MaterializeResult(metadata=_sizes(files))


@dg.asset(
    key=["owners_pages"], group_name="published", kinds={"html"}, owners=OPERATIONS,
    deps=[PUBLIC_EDITION],
)  # fmt: skip
def owners_pages(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """A page per data owner: which records failed which check, and what to do (restricted)."""
    with data.step():
        files = publishing.render_owners_pages(data.folder)
    return dg.MaterializeResult(metadata=_sizes(files))


NOTHING_HELD = "nothing_is_held"
# Views repeat what the tables hold.
STORED = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"


@dg.asset(
    key=["warehouse"], group_name="published", kinds={"duckdb", "parquet"}, owners=OPERATIONS,
    deps=[PUBLIC_EDITION, *REPORT_ASSETS, front_page, owners_pages],
    check_specs=[
        dg.AssetCheckSpec(
            NOTHING_HELD, asset="warehouse",
            description="No indicator is held by a failed table check; else which, why, since when, until what",
        )
    ],
)  # fmt: skip
def warehouse(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """What readers see: the published warehouse, its Parquet copies and the reports, each replaced whole."""
    with data.step():
        run = publishing.publish_all(data.folder)
        with opened(data.folder.warehouse_file) as connection:
            holds = current_holds(connection)
            counts = {
                name: connection.table(f"marts.{name}").count("*").fetchall()[0][0]
                for (name,) in connection.execute(STORED).fetchall()
            }
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": counts["fct_indicator_values"],
            "published_run": run.run_id,
            **{f"rows of {name}": count for name, count in counts.items()},
        },
        check_results=[_what_is_held(holds)],
    )


def _what_is_held(holds: list[Hold]) -> dg.AssetCheckResult:
    """One line per cause: Dagster displays, it does not block."""
    lines = [
        f"{hold.area_code}: {', '.join(hold.indicators)}: held by {hold.why}; until {hold.released_by}"
        for hold in holds
    ]
    return dg.AssetCheckResult(
        passed=not holds, check_name=NOTHING_HELD, severity=dg.AssetCheckSeverity.WARN,
        metadata={"indicators_held": sum(len(hold.indicators) for hold in holds), "held": "\n".join(lines) or "none"},
    )  # fmt: skip
