"""The nightly job as Dagster assets: short wrappers over the steps of `nightly.Night`, begun by `ahead.py`.

Assets run from landing to reports; checks are shown and never block. Metadata holds counts and names of
tables, never a value of a record.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from expectations.contract import contract_for, sources
from expectations.owners import load_owners
from expectations.suites import table_names
from orchestration.ahead import NightAhead
from orchestration.checks import statutory
from orchestration.checks.holds import holds_of
from orchestration.checks.rows import table_results
from orchestration.intake.submissions import loaded_rows
from orchestration.operator.newest import Newest, newest_figures
from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt import FinishedNode
from orchestration.warehouse.manifest import PARSED_FOLDER, prepare_manifest
from orchestration.warehouse.publish import MARTS

OWNERS = {entry["source"]: entry["owner"] for entry in load_owners()}
OPERATIONS = ["team:data-engineering"]
LA_SOURCES = [source for source in sources() if contract_for(source).level == "la"]
# Where it is missing or old (a fresh clone, an installed wheel, an edited model); else nothing is read but times.
prepare_manifest()
DBT_PROJECT = DbtProject(project_dir=DBT_FOLDER, profiles_dir=DBT_FOLDER, target_path=PARSED_FOLDER)


class Translator(DagsterDbtTranslator):
    """dbt's models as assets, grouped by layer. Staging renames and casts only, so its views are left out:
    what they feed depends on the raw source itself."""

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return _raw_key(dbt_resource_props["source_name"])
        return dg.AssetKey([dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Any) -> str | None:
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "seeds"

    def get_asset_spec(self, manifest: Any, unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        deps = {_fed_by(dep.asset_key) for dep in spec.deps}
        return spec.replace_attributes(deps=sorted(deps), owners=OPERATIONS)


def _raw_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", source])


def _landed_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", source])


def _fed_by(key: dg.AssetKey) -> dg.AssetKey:
    name = key.path[-1]
    return _raw_key(name.removeprefix("stg_").split("__")[0]) if name.startswith("stg_") else key


TRANSLATOR = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


def _freshness(source: str) -> dg.FreshnessPolicy | None:
    expected = contract_for(source).expected
    if expected is None:
        return None
    days = 31 * expected.every_months + expected.within_days
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=days),
        warn_window=timedelta(days=days - expected.within_days // 2),
    )


def _landed_spec(source: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        _landed_key(source),
        description=f"{contract_for(source).title}: what its owner sends. Dated when a run took in something new.",
        group_name="landing",
        kinds={"file"},
        owners=OPERATIONS,
        freshness_policy=_freshness(source),
        metadata={"data_owner": OWNERS.get(source, "")},
    )


def _raw_spec(source: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        _raw_key(source),
        description=f"{contract_for(source).title}: typed, pseudonymised, one Parquet file per table and version.",
        group_name="intake",
        kinds={"python", "parquet"},
        owners=OPERATIONS,
        deps=[_landed_key(source)],
        metadata={"dagster/column_schema": _column_schema(source)},
    )


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


LANDED = [_landed_spec(source) for source in sources()]
LA_TABLES = [(source, table) for source in LA_SOURCES for table in table_names(source)]
QUALITY_SPEC = dg.AssetSpec(
    _raw_key("quality"),
    description="Results and failing records of the row checks (restricted).",
    group_name="checks", kinds={"python"}, owners=OPERATIONS,
    deps=[_raw_key(source) for source in LA_SOURCES],
)  # fmt: skip
RUN_SPEC = dg.AssetSpec(
    _raw_key("run"),
    description="What dbt is told about the run: knowledge date, versions, registry, checks.",
    group_name="intake", kinds={"parquet"}, owners=OPERATIONS,
    deps=[QUALITY_SPEC.key, *(_raw_key(source) for source in sources())],
)  # fmt: skip
TABLE_CHECK_SPECS = [
    dg.AssetCheckSpec(
        f"{source}_{table}",
        asset=QUALITY_SPEC.key,
        description=f"{contract_for(source).tables[table].title}: structure, quarantined share, volume, rows",
    )
    for source, table in LA_TABLES
]
NOTHING_HELD = "nothing_is_held"
STATUTORY_CHECK_SPECS = [
    dg.AssetCheckSpec(
        f"{source}_statutory",
        asset=QUALITY_SPEC.key,
        description=f"{contract_for(source).title}: DfE's rules of the collection year on what is newest",
    )
    for source in statutory.SOURCES
]


@dg.multi_asset(name="take_in", specs=[_raw_spec(source) for source in sources()])
def take_in(
    context: dg.AssetExecutionContext, night: dg.ResourceParam[NightAhead]
) -> Iterator[dg.MaterializeResult]:
    """Landing to archive, ledger and typed Parquet."""
    # A source is as fresh as what it sent last, not as the last run: hence an event only for what is new.
    for source, count in Counter(version.source for version in night.take_in().accepted).items():
        context.log_event(
            dg.AssetMaterialization(_landed_key(source), metadata={"submissions": count})
        )
    rows = loaded_rows(night.folder)
    for source in sources():
        yield dg.MaterializeResult(
            _raw_key(source), metadata={"dagster/row_count": rows.get(source, 0)}
        )


@dg.multi_asset(
    name="check", specs=[QUALITY_SPEC], check_specs=[*TABLE_CHECK_SPECS, *STATUTORY_CHECK_SPECS]
)
def check(
    night: dg.ResourceParam[NightAhead],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Row checks of what is new and table checks of everything; none of them blocks."""
    table_checks = [check for check, _ in night.check()]
    rows = table_results(night.folder)
    failed_rows = sum(result.rows_failed for result in rows)
    yield dg.MaterializeResult(
        QUALITY_SPEC.key,
        metadata={"dagster/row_count": failed_rows, "checks": len(rows) + len(table_checks)},
    )
    for source, table in LA_TABLES:
        own = [c for c in table_checks if (c.count.source, c.count.table_name) == (source, table)]
        failures = [
            f"{c.count.area_code} {c.count.as_at_date} {c.check_id}" for c in own if not c.passed
        ]
        failed = sum(r.rows_failed for r in rows if (r.source, r.table) == (source, table))
        yield dg.AssetCheckResult(
            passed=not failures and not failed, asset_key=QUALITY_SPEC.key, check_name=f"{source}_{table}",
            severity=dg.AssetCheckSeverity.ERROR if failures else dg.AssetCheckSeverity.WARN,
            metadata={"rows_failed": failed, "table_checks_failed": "; ".join(failures[-10:]) or "none"},
        )  # fmt: skip
    yield from _statutory_outcomes(night)


def _statutory_outcomes(night: NightAhead) -> Iterator[dg.AssetCheckResult]:
    """How many of DfE's rules ran, on what is newest: what did not run has not passed."""
    results = night.statutory.findings.results.to_pylist()
    for source in statutory.SOURCES:
        own = [row for row in results if str(row["check_id"]).startswith(f"{source}.")]
        counts = Counter(str(row["status"]) for row in own)
        yield dg.AssetCheckResult(
            passed=bool(own) and all(row["passed"] for row in own), asset_key=QUALITY_SPEC.key,
            check_name=f"{source}_statutory", severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "rules_run": counts["run"], "rules_skipped": counts["skipped"],
                "rules_crashed": counts["crashed"], "findings": sum(row["rows_failed"] for row in own),
            },
        )  # fmt: skip


@dg.multi_asset(name="write_inputs", specs=[RUN_SPEC])
def run_inputs(night: dg.ResourceParam[NightAhead]) -> dg.MaterializeResult:
    """What dbt is told about the run."""
    run = night.write_inputs()
    about = {"published_run": run.run_id, "knowledge_date": run.as_at.isoformat()}
    return dg.MaterializeResult(RUN_SPEC.key, metadata=about)


@dbt_assets(
    manifest=DBT_PROJECT.manifest_path,
    project=DBT_PROJECT,
    dagster_dbt_translator=TRANSLATOR,
    name="transform",
    exclude="staging",
)
def transform(
    context: dg.AssetExecutionContext, night: dg.ResourceParam[NightAhead]
) -> Iterator[Any]:
    """raw to marts: one dbt invocation into private files, its outcome node by node."""
    manifest = json.loads(DBT_PROJECT.manifest_path.read_text())
    for finished in night.transform():
        node = manifest["nodes"].get(finished.unique_id)
        if node is not None and node["fqn"][1] != "staging":
            yield from _outcome(context, manifest, finished)


def _outcome(
    context: dg.AssetExecutionContext, manifest: dict[str, Any], finished: FinishedNode
) -> Iterator[Any]:
    node = manifest["nodes"][finished.unique_id]
    if node["resource_type"] in ("model", "seed") and finished.problem is None:
        key = TRANSLATOR.get_asset_key(node)
        yield dg.MaterializeResult(asset_key=key, metadata={"seconds": finished.seconds})
    elif node["resource_type"] == "test":
        key = get_asset_check_key_for_test(manifest, TRANSLATOR, finished.unique_id, DBT_PROJECT)
        if key is not None and key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                passed=finished.status == "pass", asset_key=key.asset_key, check_name=key.name,
                severity=dg.AssetCheckSeverity.WARN if finished.problem is None else dg.AssetCheckSeverity.ERROR,
                metadata={"seconds": finished.seconds, "failures": finished.failures},
            )  # fmt: skip


@dg.asset(
    name="warehouse", group_name="published", kinds={"duckdb", "parquet"}, owners=OPERATIONS,
    deps=[dg.AssetKey([name]) for name in MARTS],
    check_specs=[
        dg.AssetCheckSpec(
            NOTHING_HELD, asset="warehouse",
            description="No indicator is held by a failed table check; else which, why, since when, until what",
        )
    ],
)  # fmt: skip
def warehouse(night: dg.ResourceParam[NightAhead]) -> dg.MaterializeResult:
    """The published warehouse, its Parquet copies and the pages, each replaced whole."""
    outcome = night.publish()
    with duckdb.connect(str(night.folder.warehouse_file), read_only=True) as connection:
        held = [one for one in newest_figures(connection) if one.status == "held"]
        counts = {
            name: connection.table(f"marts.{name}").count("*").fetchall()[0][0]
            for name in MARTS
            if name != "fct_indicator_evidence"
        }
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": counts["fct_indicator_values"],
            "published_run": outcome.run.run_id,
            **{f"rows of {name}": count for name, count in counts.items()},
        },
        check_results=[_what_is_held(held)],
    )


def _what_is_held(held: list[Newest]) -> dg.AssetCheckResult:
    """One line per cause: Dagster displays, it does not block."""
    holds = holds_of((one.area_code, one.indicator_id, one.reason or "") for one in held)
    lines = [
        f"{hold.area_code}: {', '.join(hold.indicators)}: held by {hold.why}; until {hold.released_by}"
        for hold in holds
    ]
    return dg.AssetCheckResult(
        passed=not holds, check_name=NOTHING_HELD, severity=dg.AssetCheckSeverity.WARN,
        metadata={"indicators_held": len(held), "held": "\n".join(lines) or "none"},
    )  # fmt: skip


@dg.asset(
    name="committee_page",
    group_name="published",
    kinds={"html"},
    owners=OPERATIONS,
    deps=[warehouse],
)
def committee_page(night: dg.ResourceParam[NightAhead]) -> dg.MaterializeResult:
    """The committee report in both editions of every month, as published with the warehouse."""
    pages = night.folder.outputs.rglob("committee.html")
    return dg.MaterializeResult(metadata={"bytes": sum(page.stat().st_size for page in pages)})
