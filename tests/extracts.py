"""A small invented world of two authorities, and its extracts in the real file formats.

Rows are data (`Grid`: the headings, then the rows), so that a test can spoil them before they are written.
The copy in `tests/fixtures/extracts` is written by `python -m tests.extracts`. Nothing here is about a real
child: ids begin with SYN. What the figures of these extracts are is not this module's concern.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter
from dateutil.relativedelta import relativedelta
from lxml import etree

Cell = str | int | float | date | None
Grid = list[list[Cell]]

BARNET, CAMDEN = "E09000003", "E09000007"
DFE_CODES = {BARNET: "302", CAMDEN: "202"}
N_CHILDREN = {BARNET: 36, CAMDEN: 14}
ANNEX_A_MONTHS = {
    BARNET: ("2024-09", "2024-12", "2025-01", "2025-02", "2025-03"),
    CAMDEN: ("2024-12", "2025-03"),
}
FIXTURES = Path(__file__).parent / "fixtures" / "extracts"
# Old enough not to look like files that are still being written.
WRITTEN_AT = datetime(2025, 4, 10, 9)

COMMON = "Child Unique ID|Gender|Ethnicity|Date of Birth|Age of Child (Years)"
DISABILITY = "Does the Child have a Disability"
WORKERS = "Allocated Team|Allocated Worker"
LISTS = {
    "List 1": f"{COMMON}|Date of Contact|Contact Source",
    "List 2": f"{COMMON}|Assessment start date|Assessment completion date|Organisation completing assessment",
    "List 3": f"{COMMON}|Date of Referral|Referral Source|Referral NFA?"
    f"|Number of Referrals in Last 12 Months|{WORKERS}",
    "List 4": f"{COMMON}|{DISABILITY}|Continuous Assessment Start Date"
    "|Child Seen During Continuous Assessment|Continuous Assessment Date of Authorisation"
    f"|Was the child assessed as requiring LA children’s social care support?|{WORKERS}",
    "List 5": f"{COMMON}|{DISABILITY}|Strategy discussion initiating Section 47 Enquiry Start Date"
    "|Was an Initial Child Protection Conference deemed unnecessary?"
    "|Date of Initial Child Protection Conference"
    "|Did the Initial Child Protection Conference Result in a Child Protection Plan"
    "|Number of Section 47 Enquiries in the last 12 months|Number of ICPCs in the last 12 months"
    f"|{WORKERS}",
    "List 6": f"{COMMON}|{DISABILITY}|CIN Start Date|Primary Need Code|Date Child Was Last Seen"
    f"|CIN Closure Date|Reason for Closure|Case Status|{WORKERS}",
    "List 7": f"{COMMON}|{DISABILITY}|Child Protection Plan Start Date|Initial Category of Abuse"
    "|Latest Category of Abuse|Date of the Last Statutory Visit|Was the Child Seen Alone?"
    "|Date of latest review conference|Child Protection Plan End Date"
    "|Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)"
    f"|Number of Previous Child Protection Plans|{WORKERS}",
    "List 8": f"{COMMON}|Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)"
    f"|{DISABILITY}|Date Started to be Looked After|Child's Category of Need"
    "|Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)"
    "|Start date of current legal status|Child's Legal Status|Date of Latest Statutory Review"
    "|Date of Last Social Work Visit|What is the permanence plan for this child?"
    "|Date of Last IRO Visit / Contact to the Child|Date of Last Health Assessment"
    "|Date of Last Dental Check|Number of Placements in the Last 12 months"
    "|Date Ceased to be Looked After|Reason Ceased to be Looked After"
    "|Start Date of Most Recent Placement|Placement Type|Placement Provider|Placement postcode"
    "|URN of Placement|Placement Location|LA of Placement"
    "|Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"
    "|Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months"
    "|Was the child offered a Return Interview after their last missing episode (Y/N)?"
    f"|Did the child accept a Return Interview after their last missing episode (Y/N)?|{WORKERS}",
    "List 9": f"{COMMON}|{DISABILITY}|{WORKERS}|Eligibility Category|LA in Touch|Type of Accommodation"
    "|Suitability of Accommodation|Activity Status",
    "List 10": "Child Unique ID|Family identifier|Gender|Ethnicity|Date of Birth|Age of Child (Years)"
    f"|{DISABILITY}|Date the Child Entered Care"
    "|Date of Decision that Child Should be Placed for Adoption|Date of Placement Order"
    "|Date of Matching Child and Prospective Adopters|Date Placed for Adoption|Date of Adoption Order"
    "|Date of Decision that Child Should No Longer be Placed for Adoption"
    "|Reason Why Child No Longer Placed for Adoption"
    "|Date the child was placed for fostering in FFA or concurrent planning placement",
    "List 11": "Individual adopter identifier|Family identifier|Gender|Ethnicity|Disability"
    "|Is the (prospective) adopter fostering for adoption?|Date enquiry received|Date Stage 1 started"
    "|Date Stage 1 ended|Date Stage 2 started|Date Stage 2 ended|Date application submitted"
    "|Date application approved|Date adopter matched with child(ren)"
    "|Date child/children placed with adopter(s)|No. of children placed|Date of Adoption Order"
    "|Date of leaving adoption process|Reason for leaving adoption process",
}
RETURN = {
    "header": "CHILD|SEX|DOB|ETHNIC|UPN|MOTHER|MC_DOB",
    "episodes": "CHILD|DECOM|RNE|LS|CIN|PLACE|PLACE_PROVIDER|DEC|REC|REASON_PLACE_CHANGE|HOME_POST|PL_POST|URN",
    "reviews": "CHILD|DOB|REVIEW|REVIEW_CODE",
    "uasc": "CHILD|SEX|DOB|DUC",
    "oc2": "CHILD|DOB|SDQ_SCORE|SDQ_REASON|CONVICTED|HEALTH_CHECK|IMMUNISATIONS|TEETH_CHECK"
    "|HEALTH_ASSESSMENT|SUBSTANCE_MISUSE|INTERVENTION_RECEIVED|INTERVENTION_OFFERED",
    "oc3": "CHILD|DOB|IN_TOUCH|ACTIV|ACCOM",
    "missing": "CHILD|DOB|MISSING|MIS_START|MIS_END",
}
POPULATION = (
    "time_period|time_identifier|geographic_level|country_code|country_name|region_code|region_name"
    "|old_la_code|new_la_code|la_name|age_group|population_estimate"
)


# ---------------------------------------------------------------- the world


@dataclass(frozen=True)
class Span:
    """Something that starts and may end; `end` is None while it goes on."""

    start: date
    end: date | None = None

    def seen_at(self, as_at: date) -> Span:
        """The same as an extract of that day shows it."""
        return Span(self.start, self.end if self.end is not None and self.end <= as_at else None)


@dataclass(frozen=True)
class Child:
    """One invented child and what happened; which child has what follows from its number."""

    number: int
    area_code: str

    @property
    def id(self) -> str:
        return f"SYN{DFE_CODES[self.area_code]}{self.number:04d}"

    @property
    def born(self) -> date:
        return date(2006, 5, 10) + timedelta(days=self.number * 170)

    @property
    def sex(self) -> str:
        return "M" if self.number % 2 else "F"

    @property
    def ethnicity(self) -> str:
        return ("WBRI", "BAFR", "AIND", "MWAS", "NOBT")[self.number % 5]

    @property
    def upn(self) -> str:
        return f"A{self.number:012d}"

    @property
    def referrals(self) -> list[date]:
        first = date(2024, 4, 8) + timedelta(days=self.number * 9 % 350)
        again = first + timedelta(days=120)
        return [first, again] if self.number % 5 == 0 and again < date(2025, 3, 31) else [first]

    @property
    def is_nfa(self) -> bool:
        return self.number % 7 == 3

    @property
    def assessment(self) -> Span | None:
        start = self.referrals[0] + timedelta(days=2)
        return (
            None
            if self.is_nfa
            else Span(start, start + timedelta(days=70 if self.number % 4 == 0 else 30))
        )

    @property
    def section47(self) -> Span | None:
        """From the strategy discussion to the conference."""
        start = self.referrals[0] + timedelta(days=5)
        return (
            Span(start, start + timedelta(days=18))
            if self.number % 3 == 0 and not self.is_nfa
            else None
        )

    @property
    def cin_episode(self) -> Span | None:
        start = self.referrals[0]
        end = start + timedelta(days=150) if self.number % 2 else None
        return None if self.is_nfa else Span(start, end)

    @property
    def plan(self) -> Span | None:
        if self.number % 12 == 5:
            return Span(date(2022, 2, 1), date(2024, 8, 1) + timedelta(days=self.number))
        if self.section47 is None or self.section47.end is None or self.number % 2:
            return None
        start = self.section47.end
        return Span(start, start + timedelta(days=130) if self.number % 4 else None)

    @property
    def previous_plans(self) -> int:
        return int(self.number % 12 == 6)

    @property
    def care(self) -> Span | None:
        if self.number % 4 != 1:
            return None
        start = date(2023, 6, 1) + timedelta(days=self.number * 15)
        return Span(start, date(2025, 1, 20) if self.number % 8 == 1 else None)

    @property
    def legal_status(self) -> str:
        """V3 is a short break, which no figure counts."""
        return "V3" if self.number == 13 else "C2"

    @property
    def is_care_leaver(self) -> bool:
        return self.born < date(2007, 3, 1)


def children(area_code: str) -> list[Child]:
    """Everybody the authority knows."""
    return [Child(number, area_code) for number in range(1, N_CHILDREN[area_code] + 1)]


def month_end(month: str) -> date:
    """Last day of a month 'YYYY-MM'."""
    return date.fromisoformat(f"{month}-01") + relativedelta(months=1, days=-1)


# ---------------------------------------------------------------- Annex A


def annex_a(area_code: str, as_at: date) -> dict[str, Grid]:
    """The eleven lists of one day, six months back."""
    known = [child for child in children(area_code) if child.born <= as_at]
    first = as_at + timedelta(days=1) - relativedelta(months=6)
    rows = {
        "List 3": _referrals(known, first, as_at),
        "List 4": _assessments(known, first, as_at),
        "List 5": _conferences(known, first, as_at),
        "List 6": _cin_episodes(known, first, as_at),
        "List 7": _plans(known, first, as_at),
        "List 8": _periods_of_care(known, first, as_at),
        "List 9": _care_leavers(known, as_at),
    }
    return {name: grid(headings, rows.get(name, ())) for name, headings in LISTS.items()}


def grid(headings: str, rows: Iterable[dict[str, Cell]]) -> Grid:
    """Headings and rows as a rectangle; a heading that a row does not name is an empty cell."""
    names = headings.split("|")
    return [list[Cell](names), *([row.get(name) for name in names] for row in rows)]


def _common(child: Child, as_at: date) -> dict[str, Cell]:
    return {
        "Child Unique ID": child.id,
        "Gender": {"M": "a) Male", "F": "b) Female"}[child.sex],
        "Ethnicity": f"a) {child.ethnicity}",
        "Date of Birth": child.born,
        "Age of Child (Years)": relativedelta(as_at, child.born).years,
        "Does the Child have a Disability": "b) No",
        "Allocated Team": "SYNTHETIC Team",
        "Allocated Worker": "SYNTHETIC Worker",
    }


def _in_window(span: Span | None, first: date, as_at: date) -> Span | None:
    """The span as seen on the day when it is open or ended in the window; else None."""
    if span is None or span.start > as_at:
        return None
    seen = span.seen_at(as_at)
    return seen if seen.end is None or seen.end >= first else None


def _referrals(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        for day in child.referrals:
            if first <= day <= as_at:
                nfa = "a) Yes" if child.is_nfa else "b) No"
                yield {
                    **_common(child, as_at), "Date of Referral": day, "Referral NFA?": nfa,
                    "Referral Source": "q) 6: Police", "Number of Referrals in Last 12 Months": 1,
                }  # fmt: skip


def _assessments(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        if span := _in_window(child.assessment, first, as_at):
            yield {
                **_common(child, as_at), "Continuous Assessment Start Date": span.start,
                "Continuous Assessment Date of Authorisation": span.end,
                "Child Seen During Continuous Assessment": "a) Yes",
            }  # fmt: skip


def _conferences(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        span = child.section47
        if span and first <= span.start <= as_at:
            yield {
                **_common(child, as_at),
                "Strategy discussion initiating Section 47 Enquiry Start Date": span.start,
                "Was an Initial Child Protection Conference deemed unnecessary?": "b) No",
                "Date of Initial Child Protection Conference": span.seen_at(as_at).end,
            }  # fmt: skip


def _cin_episodes(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        if span := _in_window(child.cin_episode, first, as_at):
            yield {
                **_common(child, as_at), "CIN Start Date": span.start, "CIN Closure Date": span.end,
                "Primary Need Code": "a) N1: Abuse or neglect",
                "Reason for Closure": "h) RC8: Closed after assessment" if span.end else None,
                "Case Status": "e) Closed episode" if span.end else "c) Child in need plan",
            }  # fmt: skip


def _plans(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        if span := _in_window(child.plan, first, as_at):
            yield {
                **_common(child, as_at), "Child Protection Plan Start Date": span.start,
                "Child Protection Plan End Date": span.end, "Initial Category of Abuse": "a) Neglect",
                "Latest Category of Abuse": "d) Emotional abuse",
                "Number of Previous Child Protection Plans": child.previous_plans,
            }  # fmt: skip


def _periods_of_care(known: list[Child], first: date, as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        if span := _in_window(child.care, first, as_at):
            yield {
                **_common(child, as_at), "Date Started to be Looked After": span.start,
                "Child's Legal Status": f"{child.legal_status}: legal status",
                "Child's Category of Need": "N1 - Abuse or neglect",
                "Date Ceased to be Looked After": span.end,
                "Reason Ceased to be Looked After": "E4A: Returned home" if span.end else None,
                "Placement Type": "d) U4: Foster placement", "Placement Provider": "b) PR1 - Own provision",
                "Placement postcode": "SY1 1SY", "Placement Location": "Inside LA",
                "Date of Last Health Assessment": date(2024, 8, 1), "Date of Last Dental Check": date(2024, 7, 1),
                LISTS["List 8"].split("|")[28]: 0, LISTS["List 8"].split("|")[29]: 0,
            }  # fmt: skip


def _care_leavers(known: list[Child], as_at: date) -> Iterator[dict[str, Cell]]:
    for child in known:
        if child.is_care_leaver:
            yield {
                **_common(child, as_at), "Eligibility Category": "b) Former relevant child",
                "LA in Touch": "a) Yes", "Activity Status": "F2: Full time education",
                "Type of Accommodation": "U: Supported lodgings", "Suitability of Accommodation": "a) Suitable",
            }  # fmt: skip


# ---------------------------------------------------------------- SSDA903


def ssda903(area_code: str, as_at: date) -> dict[str, Grid]:
    """The tables of the return for the financial year that holds the day."""
    in_care = [c for c in children(area_code) if _in_window(c.care, date(2024, 4, 1), as_at)]
    rows: dict[str, Iterable[dict[str, Cell]]] = {
        "header": (
            {"CHILD": c.id, "SEX": c.sex, "DOB": c.born, "ETHNIC": c.ethnicity, "UPN": c.upn, "MOTHER": 0}
            for c in in_care
        ),
        "episodes": (episode for child in in_care for episode in _episodes(child, as_at)),
        "reviews": (
            {"CHILD": c.id, "DOB": c.born, "REVIEW": date(2024, 9, 12), "REVIEW_CODE": "PN1"} for c in in_care
        ),
        "oc2": (
            {"CHILD": c.id, "DOB": c.born, "SDQ_SCORE": 12, "TEETH_CHECK": 1, "HEALTH_ASSESSMENT": 1}
            for c in in_care
        ),
        "oc3": (
            {"CHILD": c.id, "DOB": c.born, "IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1"}
            for c in children(area_code)
            if c.is_care_leaver
        ),
        "missing": (
            {"CHILD": c.id, "DOB": c.born, "MISSING": "M", "MIS_START": date(2024, 11, 2),
             "MIS_END": date(2024, 11, 4)}
            for c in in_care[:2]
        ),
    }  # fmt: skip
    return {name: grid(headings, rows.get(name, ())) for name, headings in RETURN.items()}


def _episodes(child: Child, as_at: date) -> Iterator[dict[str, Cell]]:
    """Two episodes of each period: the placement changed after a hundred days."""
    assert child.care is not None
    span, changed = child.care.seen_at(as_at), child.care.start + timedelta(days=100)
    shared = {
        "CHILD": child.id, "LS": child.legal_status, "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1",
        "HOME_POST": "SY1 1SY", "PL_POST": "SY1 2SY", "URN": "SY0000001",
    }  # fmt: skip
    yield {
        **shared,
        "DECOM": span.start,
        "RNE": "S",
        "DEC": changed,
        "REC": "X1",
        "REASON_PLACE_CHANGE": "LAREQ",
    }
    yield {
        **shared,
        "DECOM": changed,
        "RNE": "P",
        "DEC": span.end,
        "REC": "E4A" if span.end else None,
    }


# ---------------------------------------------------------------- CIN census


def cin_census(area_code: str, as_at: date) -> bytes:
    """The census of the financial year that ends on the day, as XML."""
    message = etree.Element("Message")
    header = etree.SubElement(message, "Header")
    _texts(
        etree.SubElement(header, "CollectionDetails"),
        {"Collection": "CIN", "Year": str(as_at.year), "ReferenceDate": as_at.isoformat()},
    )
    _texts(
        etree.SubElement(header, "Source"),
        {
            "SourceLevel": "L",
            "LEA": DFE_CODES[area_code],
            "SoftwareCode": "SYNTHETIC",
            "SerialNo": "001",
        },
    )
    everybody = etree.SubElement(message, "Children")
    for child in children(area_code):
        if child.born <= as_at:
            _census_child(etree.SubElement(everybody, "Child"), child, as_at)
    return etree.tostring(message, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _texts(parent: etree._Element, texts: dict[str, Cell]) -> None:
    for name, value in texts.items():
        if value is not None:
            text = value.isoformat() if isinstance(value, date) else str(value)
            etree.SubElement(parent, name).text = text


def _census_child(element: etree._Element, child: Child, as_at: date) -> None:
    identifiers = etree.SubElement(element, "ChildIdentifiers")
    _texts(
        identifiers,
        {"LAchildID": child.id, "UPN": child.upn, "PersonBirthDate": child.born, "Sex": child.sex},
    )
    _texts(etree.SubElement(element, "ChildCharacteristics"), {"Ethnicity": child.ethnicity})
    for day in child.referrals:
        if date(2024, 4, 1) <= day <= as_at:
            _census_episode(etree.SubElement(element, "CINdetails"), child, day, as_at)


def _census_episode(details: etree._Element, child: Child, day: date, as_at: date) -> None:
    is_first = day == child.referrals[0]
    episode = _in_window(child.cin_episode, date(2024, 4, 1), as_at) if is_first else None
    _texts(
        details,
        {"CINreferralDate": day, "ReferralSource": "6", "PrimaryNeedCode": "N1",
         "CINclosureDate": episode.end if episode else None,
         "ReasonForClosure": "RC8" if episode and episode.end else None},
    )  # fmt: skip
    if is_first and (span := _in_window(child.assessment, date(2024, 4, 1), as_at)):
        _texts(
            etree.SubElement(details, "Assessments"),
            {"AssessmentActualStartDate": span.start, "AssessmentAuthorisationDate": span.end},
        )
    if is_first and child.section47 and child.section47.start <= as_at:
        _texts(
            etree.SubElement(details, "Section47"),
            {"S47ActualStartDate": child.section47.start, "ICPCnotRequired": "false",
             "DateOfInitialCPC": child.section47.seen_at(as_at).end},
        )  # fmt: skip
    _texts(details, {"ReferralNFA": str(child.is_nfa).lower()})
    if is_first and (plan := _in_window(child.plan, date(2024, 4, 1), as_at)):
        _texts(
            etree.SubElement(details, "ChildProtectionPlans"),
            {"CPPstartDate": plan.start, "CPPendDate": plan.end, "InitialCategoryOfAbuse": "NEG",
             "LatestCategoryOfAbuse": "EMO", "NumberOfPreviousCPP": child.previous_plans},
        )  # fmt: skip


# ---------------------------------------------------------------- population


def population() -> Grid:
    """Invented estimates of both authorities, their regions and England, in the published format."""
    places = (
        ("National", None, None, None, None, None, 12_000_000),
        ("Regional", "E13000001", "Inner London", None, None, None, 650_000),
        ("Regional", "E13000002", "Outer London", None, None, None, 1_250_000),
        ("Local authority", "E13000002", "Outer London", "302", BARNET, "Barnet", 90_000),
        ("Local authority", "E13000001", "Inner London", "202", CAMDEN, "Camden", 45_000),
    )
    rows: Grid = [
        [year, "Reporting year", level, "E92000001", "England", region, name, dfe, area, la,
         "Children aged 0 to 17 years", count + year]
        for year in (2022, 2023, 2024)
        for level, region, name, dfe, area, la, count in places
    ]  # fmt: skip
    return [list[Cell](POPULATION.split("|")), *rows]


# ---------------------------------------------------------------- files


def write_workbook(path: Path, sheets: dict[str, Grid]) -> Path:
    """Write the sheets as .xlsx, dates as date cells; the same cells give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        path, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}
    )
    book.set_properties({"title": "SYNTHETIC", "created": WRITTEN_AT})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return settled(path)


def write_csv(
    path: Path, rows: Sequence[Sequence[Cell]], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """Write the rows as text, dates as dd/mm/yyyy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([_text(cell) for cell in row] for row in rows)
    return settled(path)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write the content as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return settled(path)


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return "" if cell is None else str(cell)


def settled(path: Path) -> Path:
    """Date a file back, so that it does not look as if it were still being written."""
    os.utime(path, (WRITTEN_AT.timestamp(), WRITTEN_AT.timestamp()))
    return path


def write_submission(landing: Path, area_code: str, source: str, month: str) -> Path:
    """One folder of landing, as its supplier would fill it; returns the folder."""
    folder, as_at = landing / area_code / source / month, month_end(month)
    if source == "annex_a":
        write_workbook(folder / "Annex A.xlsx", annex_a(area_code, as_at))
    elif source == "ssda903":
        for name, rows in ssda903(area_code, as_at).items():
            write_csv(folder / f"{name}.csv", rows)
    elif source == "cin_census":
        write_bytes(folder / "cin.xml", cin_census(area_code, as_at))
    else:
        write_csv(folder / "population.csv", population())
    return folder


SUBMISSIONS = (
    *((area, "annex_a", month) for area, months in ANNEX_A_MONTHS.items() for month in months),
    (BARNET, "ssda903", "2025-03"),
    (BARNET, "cin_census", "2025-03"),
    ("national", "population", "2025-03"),
)


def write_landing(landing: Path) -> None:
    """Every submission of both authorities."""
    for area_code, source, month in SUBMISSIONS:
        write_submission(landing, area_code, source, month)


if __name__ == "__main__":
    write_landing(FIXTURES / "landing")
