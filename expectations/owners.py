"""Who answers for the records of each source (`owners.yml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from expectations.contract import contract_for, sources

OWNERS_FILE = Path(__file__).parent / "owners.yml"
UNNAMED, USUAL_DAYS = "Children's data team", 20


@cache
def load_owners() -> tuple[dict[str, Any], ...]:
    """One entry per source of an authority: source, owner, working days to answer.

    A source that nobody has put a name to yet goes to the data team, so that none of its issues is lost.
    """
    content = yaml.safe_load(OWNERS_FILE.read_text(encoding="utf-8"))
    authority = [name for name in sources() if contract_for(name).level == "la"]
    return tuple(
        {"source": name, "owner": UNNAMED, "working_days_to_answer": USUAL_DAYS}
        | content.get(name, {})
        for name in authority
    )
