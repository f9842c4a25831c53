"""Small invented education extracts in their real form: what a test sends beside the social care ones.

Only what the gate's tests need: enough rows for the rule about sizes, one school, plain values.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests import extracts
from tests.extracts import BARNET, Grid

NCCIS = (
    "yp_id|upn|dob|sex|ethnic_code|postcode|la_code|cohort_status|academic_age|nc_year|activity_code"
    "|activity_start|activity_review_date|currency_ok|send_flag|characteristic_codes|extract_date"
)
KS4_PUPILS = (
    "academic_year|urn|laestab|upn|sex|ethnicity|fsm6cla1a|senprovision|ks2_read_ss|ks2_mat_ss|ks2_prior|inp8"
    "|att8|att8_eng|att8_mat|att8_ebacc|att8_open|p8|p8_adj|gcse_eng_lang|gcse_eng_lit|gcse_maths|l2basics_95"
    "|l2basics_94|ebacc_entry|ebacc_95|ebacc_94|release"
)


def young_people(n_rows: int, month: str) -> Grid:
    """NCCIS of a month: every tenth young person is NEET."""
    first, last = date(2024, 9, 4), extracts.month_end(month)
    rows = [
        {
            "yp_id": f"SYNYP{number:03d}", "dob": date(2008, 3, 1), "sex": "F", "la_code": 302,
            "cohort_status": "P", "academic_age": 16, "activity_code": 610 if number % 10 == 0 else 210,
            "activity_start": first, "currency_ok": "Y", "extract_date": last,
        }
        for number in range(n_rows)
    ]  # fmt: skip
    return extracts.grid(NCCIS, rows)


def pupils(n_rows: int) -> Grid:
    """Key stage 4 of 2023/24: every other pupil with 50 points."""
    rows = [
        {
            "academic_year": "2023/24", "urn": 101401, "laestab": 3024001, "upn": f"A302{number:09d}",
            "sex": "M", "fsm6cla1a": 0, "senprovision": "N", "inp8": 0, "att8": 50 if number % 2 else 40,
            "l2basics_95": 1, "ebacc_95": 0, "release": "revised",
        }
        for number in range(n_rows)
    ]  # fmt: skip
    return extracts.grid(KS4_PUPILS, rows)


def schools(n_rows: int) -> Grid:
    """Get information about schools: open community schools of the authority."""
    headings = (
        "URN|LA (code)|EstablishmentName|TypeOfEstablishment (code)|EstablishmentStatus (code)|OpenDate|CloseDate"
        "|PhaseOfEducation (code)|NumberOfPupils"
    )
    rows = [
        {
            "URN": 101000 + number, "LA (code)": 302, "EstablishmentName": "SYNTHETIC School",
            "TypeOfEstablishment (code)": 1, "EstablishmentStatus (code)": 1,
        }
        for number in range(n_rows)
    ]  # fmt: skip
    return extracts.grid(headings, rows)


def inspections(n_rows: int) -> Grid:
    """Ofsted's latest inspections of the same schools: every tenth requires improvement."""
    headings = "URN|Latest OEIF overall effectiveness|Inspection start date of latest OEIF graded inspection"
    rows = [
        {
            "URN": 101000 + number,
            "Latest OEIF overall effectiveness": 3 if number % 10 == 0 else 2,
            "Inspection start date of latest OEIF graded inspection": date(2023, 3, 1),
        }
        for number in range(n_rows)
    ]
    return extracts.grid(headings, rows)


def send(landing: Path, source: str, month: str, rows: Grid, *, area: str = BARNET) -> Path:
    """Put a table into the folder of a source and month, as one text file."""
    return extracts.write_csv(landing / area / source / month / f"{source}.csv", rows)
