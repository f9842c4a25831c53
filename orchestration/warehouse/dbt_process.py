"""dbt's command line as a process that ends with the run that started it.

A run that is killed must not leave a dbt behind that writes beside the next run. Called by `dbt.py` only.
"""

from __future__ import annotations

import ctypes
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)


def main() -> None:
    """Run dbt with this process's arguments."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
