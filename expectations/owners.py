"""Who answers for the records of each source (`owners.yml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

OWNERS_FILE = Path(__file__).parent / "owners.yml"


@cache
def load_owners() -> tuple[dict[str, Any], ...]:
    """One entry per source: source, owner, days to answer."""
    content = yaml.safe_load(OWNERS_FILE.read_text(encoding="utf-8"))
    return tuple({"source": source, **entry} for source, entry in content.items())
