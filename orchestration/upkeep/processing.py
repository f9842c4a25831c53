"""The record of processing (UK GDPR, Article 30) as a page, written from the contracts and the registry of indicators.

`python -m orchestration.upkeep.processing` writes it; a test fails when it is not current. What only the authority can
say is left to be filled in, and so is the assessment (`orchestration/deploy/DPIA.md`) next to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from expectations.contract import Column, Contract, Table, contract_for, sources
from orchestration.registry.indicators import Indicator, load_indicators
from orchestration.settings import PROJECT_FOLDER

TARGET = PROJECT_FOLDER / "orchestration/deploy/PROCESSING.md"
TO_FILL = "*to be filled in*"
HEAD = """# Record of processing

Written by `python -m orchestration.upkeep.processing` from the contracts of the sources and the registry of indicators: do
not edit it. Copy it into the authority's record (UK GDPR, Article 30) and fill in what only the authority can say.

| | |
|---|---|
| controller, its representative, data protection officer | {fill} |
| purpose | statistics of children's services: the indicators of the Children and Young People's Plan, for officers, members and the public |
| people | children known to social care or with an EHC plan, pupils, young people of 16 and 17; of adults only what is dropped as it is read |
| who receives what | `data/README.md`, 'Who may read what': records by pseudonym the group of `[access] group`; identified records the data owners; figures under disclosure control everybody |
| to other countries | nothing, while `settings.toml` names no object store (`[storage]`: extracts and what was read of them), no PostgreSQL (`[ledger]`: receipts, answers, names of officers) and no Spark cluster (`[engine]`: the rows that figures are computed from) outside the country. Alerts by mail (`[alerts.mail]`) name no child. Where these are: {fill} |
| how it is protected | keys by HMAC-SHA-256 with a secret kept apart; names, addresses and postcodes dropped as a file is read; modes of files; an audit trail chained by hashes; disclosure control (`dbt_project/docs/disclosure.md`) |
| lawful basis (Article 6), condition (Article 9) | for each source below |

"""
# What becomes of a value, by the type of its column.
BECOMES = {
    "child_id": "a key (HMAC); the id itself only in the look-up in `restricted/`",
    "upn": "a key (HMAC); the number itself only in the look-up in `restricted/`",
    "person_id": "a key (HMAC)",
    "young_person_id": "a key (HMAC); the id itself only in the look-up in `restricted/`",
    "applicant_id": "a key (HMAC)",
    "record_id": "a key (HMAC)",
    "compared": "a key (HMAC), to see whether two are equal",
    "date": "the day",
    "week": "the day",
    "academic_year": "the year",
    "code": "the code",
    "integer": "the number",
    "decimal": "the number",
    "flag": "yes or no",
    "text": "the words",
}
BIRTH = "the day, in `raw/` only; published as age in years or a band"


def page() -> str:
    """The whole record."""
    indicators = load_indicators()
    about_people = [
        contract for contract in map(contract_for, sources()) if contract.retention is not None
    ]
    in_order = sorted(about_people, key=lambda one: one.source)
    parts = (part for contract in in_order for part in _source(contract, indicators))
    return HEAD.format(fill=TO_FILL) + "".join(parts)


def _source(contract: Contract, indicators: tuple[Indicator, ...]) -> Iterator[str]:
    retention = contract.retention
    assert retention is not None  # noqa: S101 -- of sources with rows about people only
    yield f"## {contract.source}: {contract.title}\n\n| | |\n|---|---|\n"
    yield f"| purpose | {_purpose(contract.source, indicators)} |\n"
    yield f"| lawful basis, Article 6 | {TO_FILL} |\n| condition, Article 9 and Schedule 1 | {TO_FILL} |\n"
    yield (
        f"| retention | {retention.months} months from {retention.clock} ({retention.basis}); approved by"
        f" {retention.approver or TO_FILL} |\n\n"
    )
    yield "| table | field | kept as |\n|---|---|---|\n"
    for table in contract.tables.values():
        yield from _fields(table)
    yield f"\nDropped as the file is read: {_dropped(contract)}.\n\n"


def _purpose(source: str, indicators: tuple[Indicator, ...]) -> str:
    """The indicators that read a source."""
    reading = [
        one.position or one.id
        for one in indicators
        if source in {word for said in one.inputs for word in said.split()}
    ]
    return f"{', '.join(reading)}" if reading else "checks of the other sources"


def _fields(table: Table) -> Iterator[str]:
    for name, column in table.stored_columns.items():
        if column.looked_up is None:
            yield f"| {table.title} | {column.heading} | {_becomes(name, column)} |\n"


def _becomes(name: str, column: Column) -> str:
    if name == "birth_date":
        return BIRTH
    return BECOMES[column.type] + (f" ({column.because})" if column.because else "")


def _dropped(contract: Contract) -> str:
    """Each field that is not kept, with the reason that the contract gives."""
    reasons: dict[str, dict[str, None]] = {}
    for table in contract.tables.values():
        for column in table.columns.values():
            if not column.is_stored and column.because:
                reasons.setdefault(column.because, {})[column.heading] = None
    said = [f"{', '.join(headings)} ({because})" for because, headings in reasons.items()]
    return "; ".join(said) or "every field that the contract does not name"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
