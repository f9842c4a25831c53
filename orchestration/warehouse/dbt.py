"""Where dbt keeps what it has parsed for a data folder. How it is invoked: `dagster/transformation.py`, `dbt_process.py`."""

from __future__ import annotations

import hashlib
import os
import sysconfig
from contextlib import suppress
from pathlib import Path

from orchestration.settings import (
    DBT_FOLDER,
    ConfigurationError,
    DataFolder,
    EngineSettings,
)

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
AT_ONCE_VARIABLE = "CYPP_AT_ONCE"
"""The variable that says how many nights share the machine: `cypp region` sets it, else there is one."""
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_limit(settings: EngineSettings) -> str:
    """How much memory DuckDB may take: what the settings say, else 5 GB, or a night's share of half the machine.

    Raises ConfigurationError where the environment does not say in a number how many nights share it.
    """
    if settings.memory:
        return settings.memory
    share = _memory_of_the_machine() // 2 // _nights_at_once()
    return f"{MEMORY_GB}GB" if share >= MEMORY_GB << 30 else f"{share >> 20}MB"


def _nights_at_once() -> int:
    told = os.environ.get(AT_ONCE_VARIABLE) or "1"
    if not (told.isdecimal() and int(told)):
        raise ConfigurationError(
            f"the environment variable {AT_ONCE_VARIABLE} says how many nights share the machine, 1 or more, and is"
            f" {told!r}: set it to a number, or leave it out"
        )
    return int(told)


def _memory_of_the_machine() -> int:
    """In bytes; of a container what it may take, if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    # Without the file, or with "max" in it, there is no limit.
    with suppress(OSError, ValueError):
        return min(machine, int(CONTAINER_LIMIT.read_text(encoding="utf-8")))
    return machine


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
