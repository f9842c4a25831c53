"""The bank holidays of England and Wales, as the seed that working days are counted from.

Run `python -m orchestration.warehouse.bank_holidays` once a year, and whenever a one-off holiday
is announced and the `holidays` package knows it: the seed then reaches `YEARS_AHEAD` years ahead
again. Counting working days does not live here: that is SQL on the seed.
"""

from __future__ import annotations

import csv
import logging
from datetime import date
from pathlib import Path

import holidays

from orchestration.settings import DBT_FOLDER

SEED = DBT_FOLDER / "seeds" / "bank_holidays.csv"
# Earlier than any assessment or enquiry that an extract can hold.
FIRST_YEAR = 1980
YEARS_AHEAD = 14
SATURDAY = 5

logger = logging.getLogger(__name__)


def bank_holidays(first_year: int, last_year: int) -> list[tuple[date, str]]:
    """Weekdays that are bank holidays in England and Wales, both years included, in order.

    A holiday that falls on a weekend appears as its substitute weekday only, as on gov.uk; the
    weekend day itself is left out, since it is no working day anyway.
    """
    calendar = holidays.country_holidays(
        "GB", subdiv="ENG", years=range(first_year, last_year + 1), language="en_GB"
    )
    return sorted((day, name) for day, name in calendar.items() if day.weekday() < SATURDAY)


def write_seed(path: Path, first_year: int, last_year: int) -> int:
    """Write the seed anew and give the number of its rows."""
    rows = bank_holidays(first_year, last_year)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("holiday_date", "holiday_name"))
        writer.writerows((day.isoformat(), name) for day, name in rows)
    return len(rows)


def main() -> None:
    """Write the committed seed up to `YEARS_AHEAD` years from today."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    last_year = date.today().year + YEARS_AHEAD
    n_rows = write_seed(SEED, FIRST_YEAR, last_year)
    logger.info("%s: %d bank holidays, %d to %d", SEED.name, n_rows, FIRST_YEAR, last_year)


if __name__ == "__main__":
    main()
