"""The nightly job as Dagster assets, one per real thing, each made in its own step by a function of `night/`.

Checks are shown and never block. Metadata holds counts and names of tables, never a value of a record. Not here: how
a thing is made (`night/`, `intake/`, `checks/`, dbt), when the job runs (`schedules.py`).
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from expectations.contract import contract_for, sources
from expectations.owners import load_owners
from expectations.suites import table_names
from orchestration.checks import statutory
from orchestration.checks.holds import Hold
from orchestration.checks.rows import table_results
from orchestration.dagster.resources import Data
from orchestration.intake.landing import Landing
from orchestration.intake.ledger import Ledger
from orchestration.intake.submissions import loaded_rows
from orchestration.night import publishing, steps
from orchestration.night.errors import JOB, NothingPublished, needs_the_job
from orchestration.night.progress import say_progress
from orchestration.operator.newest import current_holds
from orchestration.reports.render import REPORTS, Report
from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt import target_folder
from orchestration.warehouse.manifest import PARSED_FOLDER, prepare_manifest
from orchestration.warehouse.publish import MARTS

OWNERS = {entry["source"]: entry["owner"] for entry in load_owners()}
OPERATIONS = ["team:data-engineering"]
LA_SOURCES = [source for source in sources() if contract_for(source).level == "la"]
PROBLEMS_SHOWN = 5
# A night has five hours (02:00 to 07:00); what takes four hangs.
MAX_RUNTIME_SECONDS = 4 * 3600
# Where it is missing or old (a fresh clone, an installed wheel, an edited model); else nothing is read but times.
prepare_manifest()
DBT_PROJECT = DbtProject(
    project_dir=DBT_FOLDER, profiles_dir=DBT_FOLDER, target="nightly", target_path=PARSED_FOLDER
)

LANDING = dg.AssetKey(["landing"])
STATUTORY = dg.AssetKey(["quality", "statutory"])
RUN = dg.AssetKey(["raw", "run"])
PUBLIC_EDITION = dg.AssetKey(["public_edition"])


def _raw_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", source])


# ---------------------------------------------------------------- landing


def _freshness(source: str) -> dg.FreshnessPolicy | None:
    expected = contract_for(source).expected
    if expected is None:
        return None
    days = 31 * expected.every_months + expected.within_days
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=days),
        warn_window=timedelta(days=days - expected.within_days // 2),
    )


def _arriving(source: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        dg.AssetKey(["landing", source]),
        description=f"{contract_for(source).title}: what its owner sends. Dated when a run took in something new.",
        group_name="landing",
        kinds={"file"},
        owners=OPERATIONS,
        freshness_policy=_freshness(source),
        metadata={"data_owner": OWNERS.get(source, "")},
    )


ARRIVING = [_arriving(source) for source in sources()]


@dg.asset(
    key=LANDING, group_name="landing", kinds={"file"}, owners=OPERATIONS,
    deps=[spec.key for spec in ARRIVING],
)  # fmt: skip
def landing(data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """What has arrived and is complete: every submission with the hash of its files."""
    with data.step():
        seen = steps.look_at_landing(data.folder)
    return dg.MaterializeResult(metadata=_counts_of(seen))


def _counts_of(seen: Landing) -> dict[str, int]:
    counts = Counter(submission.source for submission in seen.submissions)
    return {"submissions": len(seen.submissions), "messages": len(seen.findings), **counts}


# ---------------------------------------------------------------- raw


def _column_schema(source: str) -> dg.TableSchema:
    tables = contract_for(source).tables
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                f"{table}.{column.stored_name(name)}", column.type, description=column.heading
            )
            for table in table_names(source)
            for name, column in tables[table].stored_columns.items()
        ]
    )


def _row_check_specs(source: str) -> list[dg.AssetCheckSpec]:
    """National files are checked as far as their rows are asked about; theirs hold no table checks."""
    return [
        dg.AssetCheckSpec(
            table, asset=_raw_key(source),
            description=f"{contract_for(source).tables[table].title}: structure, quarantined share, volume, rows",
        )
        for table in table_names(source)
        if source in LA_SOURCES or source in steps.SCHOOL_REGISTERS
    ]  # fmt: skip


def _raw_asset(source: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=_raw_key(source), group_name="intake", kinds={"python", "parquet"}, owners=OPERATIONS,
        deps=[LANDING], check_specs=_row_check_specs(source),
        description=f"{contract_for(source).title}: typed, pseudonymised, one Parquet file per table and version; "
        "its rows judged.",
        metadata={"dagster/column_schema": _column_schema(source)},
    )  # fmt: skip
    def raw(
        context: dg.AssetExecutionContext, data: dg.ResourceParam[Data]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        with data.step():
            taken = steps.take_in_source(data.folder, data.settings, source)
            if taken.accepted:
                # A source is as fresh as what it sent last, not as the last run: hence only for what is new.
                context.log_event(
                    dg.AssetMaterialization(
                        ["landing", source], metadata={"submissions": len(taken.accepted)}
                    )
                )
            yield dg.MaterializeResult(
                metadata={
                    "dagster/row_count": loaded_rows(data.folder, source),
                    "accepted": len(taken.accepted), "rejected": len(taken.rejected),
                }
            )  # fmt: skip
            yield from _row_check_results(data, source)

    return raw


def _row_check_results(data: Data, source: str) -> Iterator[dg.AssetCheckResult]:
    versions = steps.versions_to_check(Ledger(data.folder.ledger), source)
    rows = table_results(data.folder, versions)
    checks = steps.table_checks_of(data.folder, data.settings, source)
    for spec in _row_check_specs(source):
        failures = [
            f"{check.count.area_code} {check.count.as_at_date} {check.check_id}"
            for check in checks
            if check.count.table_name == spec.name and not check.passed
        ]
        failed = sum(result.rows_failed for result in rows if result.table == spec.name)
        yield dg.AssetCheckResult(
            passed=not failures and not failed, check_name=spec.name,
            severity=dg.AssetCheckSeverity.ERROR if failures else dg.AssetCheckSeverity.WARN,
            metadata={"rows_failed": failed, "table_checks_failed": "; ".join(failures[-10:]) or "none"},
        )  # fmt: skip


RAW = [_raw_asset(source) for source in sources()]


class Known(dg.Config):
    """As whose knowledge a run computes; by default everything known today (dbt_project/docs/history.md, 'Vintages')."""

    as_at: str | None = None
    received_by: str | None = None

    def request(self) -> steps.Request:
        as_at = date.fromisoformat(self.as_at) if self.as_at else steps.today().as_at
        received_by = datetime.fromisoformat(self.received_by) if self.received_by else None
        return steps.Request(as_at, received_by)


@dg.asset(
    key=STATUTORY, group_name="checks", kinds={"python"}, owners=OPERATIONS,
    deps=[_raw_key(source) for source in statutory.SOURCES],
    check_specs=[
        dg.AssetCheckSpec(
            source, asset=STATUTORY,
            description=f"{contract_for(source).title}: DfE's rules of the collection year on what is newest",
        )
        for source in statutory.SOURCES
    ],
)  # fmt: skip
def statutory_findings(
    config: Known, data: dg.ResourceParam[Data]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What DfE's own rules find in the newest returns (restricted). A rule that did not run has not passed."""
    with data.step():
        found = steps.judge_by_statutory_rules(data.folder, config.request()).findings
    yield dg.MaterializeResult(metadata={"findings": found.issues.num_rows})
    results = found.results.to_pylist()
    for source in statutory.SOURCES:
        own = [row for row in results if str(row["check_id"]).startswith(f"{source}.")]
        counts = Counter(str(row["status"]) for row in own)
        yield dg.AssetCheckResult(
            passed=bool(own) and all(row["passed"] for row in own), check_name=source,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "rules_run": counts["run"], "rules_skipped": counts["skipped"],
                "rules_crashed": counts["crashed"], "findings": sum(row["rows_failed"] for row in own),
            },
        )  # fmt: skip


@dg.asset(
    key=RUN, group_name="intake", kinds={"parquet"}, owners=OPERATIONS,
    deps=[STATUTORY, *(_raw_key(source) for source in sources())],
)  # fmt: skip
def run_inputs(config: Known, data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """What dbt is told about the run: knowledge date, versions, registry, checks."""
    with data.step():
        run = steps.write_run(data.folder, data.settings, config.request())
    about = {"published_run": run.run_id, "knowledge_date": run.as_at.isoformat()}
    return dg.MaterializeResult(metadata=about)


# ---------------------------------------------------------------- dbt


class Translator(DagsterDbtTranslator):
    """dbt's models as assets, grouped by layer; its sources are what intake wrote."""

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([dbt_resource_props["name"]])
        source = dbt_resource_props["source_name"]
        # The results of the checks are written with each source and are complete once dbt is told about the run.
        return RUN if source == "quality" else _raw_key(source)

    def get_group_name(self, dbt_resource_props: Any) -> str | None:
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "seeds"

    def get_asset_spec(self, manifest: Any, unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(owners=OPERATIONS)


TRANSLATOR = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dbt_assets(
    manifest=DBT_PROJECT.manifest_path,
    project=DBT_PROJECT,
    dagster_dbt_translator=TRANSLATOR,
    name="transform",
)
def transform(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, data: dg.ResourceParam[Data]
) -> Iterator[Any]:
    """raw to marts, in private files: seeds, models and data tests, in dbt's own order."""
    with data.step():
        _ready_to_build(context, data)
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context, raise_on_error=False, target_path=target_folder(data.folder),
        )  # fmt: skip
        yield from _events_of(invocation, context)


def _ready_to_build(context: dg.AssetExecutionContext, data: Data) -> None:
    """A whole build begins with empty files; a part of one goes on in those of the last."""
    folder = data.folder
    if not (folder.raw / "run" / "run.parquet").exists():
        raise needs_the_job("dbt has not been told about a run yet")
    if context.is_subset:
        if not folder.layers_file.exists():
            raise needs_the_job("nothing has been built yet that this model could read")
        return
    for built in (folder.layers_file, folder.building_file):
        built.unlink(missing_ok=True)
        built.with_name(f"{built.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(folder.work / "spill", ignore_errors=True)


def _events_of(invocation: DbtCliInvocation, context: dg.AssetExecutionContext) -> Iterator[Any]:
    """dbt's events as Dagster's. Raises NothingPublished, at the end, naming the models and tests that failed."""
    total = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
    problems: list[str] = []
    events = invocation.stream_raw_events()
    try:
        for done, event in enumerate(events, start=1):
            say_progress("Transforming", min(done, total), total)
            if event.raw_event["info"]["level"] == "error":
                problems.append(str(event))
            yield from event.to_default_asset_events(
                manifest=invocation.manifest, dagster_dbt_translator=TRANSLATOR, context=context,
                target_path=invocation.target_path, project=DBT_PROJECT,
            )  # fmt: skip
    except BaseException:
        # Interrupted: dbt must not go on, and its events cannot be left half read (dagster-dbt yields in an except).
        invocation.process.kill()
        for _unread in events:
            pass
        raise
    if not invocation.is_successful():
        shown = " | ".join(problems[:PROBLEMS_SHOWN])
        ended = f"exit status {invocation.process.returncode}"
        raise NothingPublished(f"dbt failed: {shown or ended}")


# ---------------------------------------------------------------- reports and publication


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


def _sizes(files: list[Any]) -> dict[str, int]:
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
        with duckdb.connect(str(data.folder.warehouse_file), read_only=True) as connection:
            holds = current_holds(connection)
            counts = {
                name: connection.table(f"marts.{name}").count("*").fetchall()[0][0]
                for name in MARTS
                if name != "fct_indicator_evidence"
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


nightly_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Take in what is new, check it, transform it, publish it.",
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
)
