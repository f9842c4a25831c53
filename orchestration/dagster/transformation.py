"""dbt's seeds, models and tests as assets, made by one invocation of dbt in private files."""

import shutil
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from orchestration.dagster.resources import OPERATIONS, Data, dbt_resource
from orchestration.dagster.taking_in import RUN, raw_key
from orchestration.engine.handover import problems_of_build, write_seeds
from orchestration.engine.session import refuse_without_session
from orchestration.night.errors import NothingPublished, needs_the_job
from orchestration.night.progress import say_progress
from orchestration.settings import DBT_FOLDER, ConfigurationError
from orchestration.warehouse.dbt import target_folder, tell_memory_limit, tell_store
from orchestration.warehouse.manifest import PARSED_FOLDER, prepare_manifest

PROBLEMS_SHOWN = 5
# dagster-dbt copies it from the project, with the mode that it has there.
PARSED = "partial_parse.msgpack"
# Where it is missing or old (a fresh clone, an installed wheel, an edited model); else nothing is read but times.
prepare_manifest()
DBT_PROJECT = DbtProject(
    project_dir=DBT_FOLDER, profiles_dir=DBT_FOLDER, target="nightly", target_path=PARSED_FOLDER
)


class Translator(DagsterDbtTranslator):
    """dbt's models as assets, grouped by layer; its sources are what intake wrote."""

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([dbt_resource_props["name"]])
        source = dbt_resource_props["source_name"]
        # The results of the checks are written with each source and are complete once the inputs of dbt are written.
        return RUN if source == "quality" else raw_key(source)

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
        tell_memory_limit(data.settings.engine)
        tell_store(data.folder)
        if data.settings.engine.name == "spark":
            dbt = dbt_resource("loaded")
            _build_on_spark(dbt, data)
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context, raise_on_error=False, target_path=target_folder(data.folder),
        )  # fmt: skip
        for copied in target_folder(data.folder).glob(PARSED):
            copied.chmod(0o600)
        yield from _events_of(invocation, context)


def _ready_to_build(context: dg.AssetExecutionContext, data: Data) -> None:
    """A whole build begins with empty files; a part of one goes on in those of the last."""
    folder = data.folder
    if not (folder.raw / "run" / "run.parquet").exists():
        raise needs_the_job("no run has written its inputs for dbt yet")
    if context.is_subset and data.settings.engine.name == "spark":
        raise needs_the_job("Spark builds all models or none")
    if context.is_subset:
        if not folder.layers_file.exists():
            raise needs_the_job("nothing has been built yet that this model could read")
        return
    for built in (folder.layers_file, folder.building_file):
        built.unlink(missing_ok=True)
        built.with_name(f"{built.name}.wal").unlink(missing_ok=True)
    # What another engine built before is a second copy of records.
    for left in ("spill", "seeds", "spark"):
        shutil.rmtree(folder.work / left, ignore_errors=True)


def _build_on_spark(dbt: DbtCliResource, data: Data) -> None:
    """Every model on Spark, from seeds as DuckDB reads them. Raises NothingPublished, naming what failed.

    A run that Dagster started has not been asked yet whether there is a session.
    """
    try:
        refuse_without_session(data.folder, data.settings.engine)
    except ConfigurationError as error:
        # By now the run has begun: it failed, and another one may do better.
        raise NothingPublished(str(error)) from None
    seeded = dbt.cli(["seed"], manifest=DBT_PROJECT.manifest_path, raise_on_error=False, target_path=target_folder(data.folder))  # fmt: skip
    if not seeded.wait().is_successful():
        raise NothingPublished("dbt failed: its seeds cannot be read")
    write_seeds(data.folder)
    say_progress("Building on Spark", 0, 1)
    if problems := problems_of_build(data.folder):
        raise NothingPublished(f"Spark failed: {' | '.join(problems[:PROBLEMS_SHOWN])}")


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
