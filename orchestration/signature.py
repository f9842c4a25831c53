"""With what an entry of the audit trail is signed: the system's account, and the version of the code."""

from __future__ import annotations

import hashlib
import os
import pwd
from functools import cache
from importlib.metadata import version as package_version
from pathlib import Path

from expectations.contract import CONTRACTS_FOLDER
from orchestration.settings import DBT_FOLDER


def account() -> str:
    """The account that this process runs under: what the system says, not the environment."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"


@cache
def code_version() -> str:
    """The package version and a hash of everything that decides a figure."""
    digest = hashlib.sha256()
    folders = (Path(__file__).parent, CONTRACTS_FOLDER, DBT_FOLDER)
    for path in sorted({path for folder in folders for path in folder.rglob("*")}):
        if path.suffix in (".py", ".yml", ".sql", ".csv") and "target" not in path.parts:
            digest.update(path.read_bytes())
    return f"{package_version('cypp')}+{digest.hexdigest()[:8]}"
