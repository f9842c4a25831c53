"""Who answers for the records of each source (`owners.yml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from expectations.contract import sources

OWNERS_FILE = Path(__file__).parent / "owners.yml"
UNNAMED, USUAL_DAYS = "Children's data team", 20


@cache
def load_owners() -> tuple[dict[str, Any], ...]:
    """One entry per source: source, owner, working days to answer. A national file's owner is who takes it in.

    A source that nobody has put a name to yet goes to the data team, so that none of its issues is lost.
    """
    content = yaml.safe_load(OWNERS_FILE.read_text(encoding="utf-8"))
    return tuple(
        {"source": name, "owner": UNNAMED, "working_days_to_answer": USUAL_DAYS}
        | content.get(name, {})
        for name in sources()
    )
