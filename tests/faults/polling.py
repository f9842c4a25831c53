"""Reader processes beside a test, and what they saw."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands import begin, finish


@dataclass
class Seen:
    """What all readers saw, filled in when they have stopped."""

    reads: int = 0
    errors: list[str] = field(default_factory=list)
    warehouse: set[tuple[str, ...]] = field(default_factory=set)
    parquet: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, text: str) -> Seen:
        """Take in what a reader printed."""
        found = json.loads(text)
        self.reads += found["reads"]
        self.errors += found["errors"]
        self.warehouse |= {tuple(run_ids) for run_ids in found["warehouse"]}
        self.parquet |= {tuple(run_ids) for run_ids in found["parquet"]}
        return self

    def as_json(self) -> str:
        """The same in the form that `add` takes in."""
        sets = {"warehouse": sorted(self.warehouse), "parquet": sorted(self.parquet)}
        return json.dumps({"reads": self.reads, "errors": self.errors, **sets})


@contextmanager
def readers(data: Path, stop: Path, count: int, pause: float = 0.1) -> Generator[Seen]:
    """Let readers poll the published tables while the body runs."""
    command = (sys.executable, "-m", "tests.faults.reader", str(data), str(stop), str(pause))
    processes = [begin(command) for _ in range(count)]
    seen = Seen()
    try:
        yield seen
    finally:
        stop.touch()
        for process in processes:
            seen.add(finish(process).out)
