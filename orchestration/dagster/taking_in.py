"""The assets of taking in: what arrives, what each source's rows are, DfE's rules on them, and the inputs of dbt.

Checks are shown and never block. Metadata holds counts and names of tables, never a value of a record. How each thing
is made: `night/steps.py`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import dagster as dg

from expectations.contract import contract_for, sources
from expectations.owners import load_owners
from expectations.suites import table_names
from orchestration.checks import statutory
from orchestration.checks.rows import results_of, table_results
from orchestration.dagster.resources import OPERATIONS, Data
from orchestration.intake.judging import is_asked_about
from orchestration.intake.kept.extractions import loaded_rows
from orchestration.intake.landing import Landing
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps

OWNERS = {entry["source"]: entry["owner"] for entry in load_owners()}

LANDING = dg.AssetKey(["landing"])
STATUTORY = dg.AssetKey(["quality", "statutory"])
RUN = dg.AssetKey(["raw", "run"])


def raw_key(source: str) -> dg.AssetKey:
    """The asset of a source's typed tables."""
    return dg.AssetKey(["raw", source])


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
        seen = steps.look_at_landing(data.folder, data.settings)
    return dg.MaterializeResult(metadata=_counts_of(seen))


def _counts_of(seen: Landing) -> dict[str, int]:
    counts = Counter(submission.source for submission in seen.submissions)
    return {"submissions": len(seen.submissions), "messages": len(seen.findings), **counts}


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
    """A check for each table of a source whose rows somebody here answers for; those of published statistics are in the gate only."""
    return [
        dg.AssetCheckSpec(
            table, asset=raw_key(source),
            description=f"{contract_for(source).tables[table].title}: structure, quarantined share, volume, rows",
        )
        for table in table_names(source)
        if is_asked_about(source)
    ]  # fmt: skip


def _raw_asset(source: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=raw_key(source), group_name="intake", kinds={"python", "parquet"}, owners=OPERATIONS,
        deps=[LANDING], check_specs=_row_check_specs(source),
        description=f"{contract_for(source).title}: typed, pseudonymised, one Parquet file per table and area; "
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
                    "dagster/row_count": loaded_rows(
                        data.folder, Ledger(data.folder.ledger), source
                    ),
                    "accepted": len(taken.accepted), "rejected": len(taken.rejected),
                }
            )  # fmt: skip
            yield from _row_check_results(data, source)

    return raw


def _row_check_results(data: Data, source: str) -> Iterator[dg.AssetCheckResult]:
    rows = table_results(results_of(data.folder, Ledger(data.folder.ledger), source))
    checks = steps.table_checks_of(data.folder, data.settings, source)
    for spec in _row_check_specs(source):
        failed_checks = [
            check for check in checks if check.count.table_name == spec.name and not check.passed
        ]
        failures = [
            f"{check.count.area_code} {check.count.as_at_date} {check.check_id}"
            for check in failed_checks
        ]
        holds = any(check.severity == "error" for check in failed_checks)
        failed = sum(result.rows_failed for result in rows if result.table == spec.name)
        yield dg.AssetCheckResult(
            passed=not failures and not failed, check_name=spec.name,
            severity=dg.AssetCheckSeverity.ERROR if holds else dg.AssetCheckSeverity.WARN,
            metadata={"rows_failed": failed, "table_checks_failed": "; ".join(failures[-10:]) or "none"},
        )  # fmt: skip


RAW = [_raw_asset(source) for source in sources()]


class Known(dg.Config):
    """As whose knowledge a run computes; by default everything known today (dbt_project/docs/history.md, 'Vintages')."""

    as_at: str | None = None
    received_by: str | None = None
    grid: list[str] | None = None
    """First and last month end that figures are computed for; without them those of the extracts."""

    def request(self) -> steps.Request:
        as_at = date.fromisoformat(self.as_at) if self.as_at else steps.today().as_at
        received_by = datetime.fromisoformat(self.received_by) if self.received_by else None
        grid = None
        if self.grid:
            first, last = map(date.fromisoformat, self.grid)
            grid = first, last
        return steps.Request(as_at, received_by, grid=grid)


@dg.asset(
    key=STATUTORY, group_name="checks", kinds={"python"}, owners=OPERATIONS,
    deps=[raw_key(source) for source in statutory.SOURCES],
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
    deps=[STATUTORY, *(raw_key(source) for source in sources())],
)  # fmt: skip
def run_inputs(config: Known, data: dg.ResourceParam[Data]) -> dg.MaterializeResult:
    """What the run tells dbt: knowledge date, versions, registry, checks."""
    with data.step():
        run = steps.write_run(data.folder, data.settings, config.request())
    about = {"published_run": run.run_id, "knowledge_date": run.as_at.isoformat()}
    return dg.MaterializeResult(metadata=about)
