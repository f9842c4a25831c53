"""Where dbt keeps what it has parsed for a data folder. How it is invoked: `dagster/transformation.py`, `dbt_process.py`."""

from __future__ import annotations

import hashlib
import os
import sysconfig
from pathlib import Path

from orchestration.settings import DBT_FOLDER, DataFolder, EngineSettings

# `dbt_process.py`, as the installation put it next to this interpreter.
CYPP_DBT = Path(sysconfig.get_path("scripts")) / "cypp-dbt"


def target_folder(folder: DataFolder) -> Path:
    """dbt's working folder of a data folder; dagster-dbt begins it from the project's parsed state.

    One for each place that the project is in: what dbt has parsed holds the paths of the seeds.
    """
    place = hashlib.sha256(str(DBT_FOLDER).encode()).hexdigest()[:8]
    return folder.work / f"dbt_target_{place}"


MEMORY_VARIABLE = "CYPP_MEMORY"
"""The variable that tells `dbt_project/profiles.yml` how much memory DuckDB may take; without it 5 GB."""
MEMORY_GB = 5


def memory_limit(settings: EngineSettings) -> str:
    """How much memory DuckDB may take: what the settings say, else 5 GB, on a small machine half of what it has."""
    if settings.memory:
        return settings.memory
    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return f"{MEMORY_GB}GB" if half >= MEMORY_GB << 30 else f"{half >> 20}MB"


STORE_VARIABLES = ("CYPP_RAW", "CYPP_FILESYSTEMS")
"""The variables that tell dbt where raw is, and what DuckDB reads it with: `models/staging/*/_*__sources.yml`, `profiles.yml`."""


def tell_store(folder: DataFolder) -> None:
    """Tell dbt, through the environment, where raw is, if not in the data folder."""
    for name in STORE_VARIABLES:
        os.environ.pop(name, None)
    if not isinstance(folder.tables, Path):
        address, options = str(folder.tables), dict(folder.tables.storage_options)
        how = [{"fs": folder.tables.protocol, **options}]
        os.environ.update(zip(STORE_VARIABLES, (address, repr(how)), strict=True))


def tell_memory_limit(settings: EngineSettings) -> None:
    """Tell dbt's profile, through the environment, where it is another than the profile's own.

    Only there: dbt parses the whole project again when a profile's environment is not the one that it was parsed in.
    """
    limit = memory_limit(settings)
    if limit == f"{MEMORY_GB}GB":
        os.environ.pop(MEMORY_VARIABLE, None)
    else:
        os.environ[MEMORY_VARIABLE] = limit
