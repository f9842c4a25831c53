"""The monthly NCCIS return as XML: read as the CSV of the same young people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.extracts import BARNET
from tests.reading import extract

HEADER = (
    "<FileHeader><DatabaseIDs><DatabaseID>302</DatabaseID></DatabaseIDs><SourceLEAs><LEACode>302</LEACode></SourceLEAs>"
    "<DateOfSend>2026-01-09</DateOfSend><PeriodEnd>2025-12-31</PeriodEnd><SupplierName>SYN</SupplierName></FileHeader>"
)
PERSON = """<PersonalDetails><YoungPersonsID>{id}</YoungPersonsID><GivenName>Syn</GivenName><FamilyName>One</FamilyName>
<CohortStatus>P</CohortStatus><Address><AddressLine1>1 Syn</AddressLine1><Postcode>N1 1AA</Postcode></Address>
<Gender>F</Gender><DOB>2008-11-03</DOB><Ethnicity>WBRI</Ethnicity><LeadLEA>302</LeadLEA></PersonalDetails>"""
NEEDS = """<LevelOfNeed><LevelOfNeedCode>I</LevelOfNeedCode>{flags}<Characteristics>
<CharacteristicCode>110</CharacteristicCode><CharacteristicCode>160</CharacteristicCode></Characteristics></LevelOfNeed>"""
ACTIVITY = """<Activity><ActivityCode>{code}</ActivityCode><StartDate>{start}</StartDate>
<ReviewDate>2026-03-01</ReviewDate><CurrencyLapsed>{lapsed}</CurrencyLapsed></Activity>"""
GUARANTEE = "<SeptemberGuarantee><Year11><GuaranteeStatus>5</GuaranteeStatus><LEACode>202</LEACode></Year11></SeptemberGuarantee>"
CSV = """yp_id,upn,dob,sex,ethnic_code,postcode,la_code,cohort_status,academic_age,nc_year,activity_code,activity_start,activity_review_date,currency_ok,send_flag,characteristic_codes,extract_date
3020000000001,,2008-11-03,F,WBRI,,302,P,,,210,2025-09-04,2026-03-01,Y,E,110;160,2025-12-31
3020000000002,,2008-11-03,F,WBRI,,302,P,,,610,2025-09-04,2026-03-01,N,K,110;160,2025-12-31
"""


def _record(number: int, code: str, lapsed: str, flags: str, *more: str) -> str:
    person = PERSON.format(id=f"302{number:010}")
    activity = ACTIVITY.format(code=code, start="2025-09-04", lapsed=lapsed)
    return f"<YoungPersonsRecord>{person}{NEEDS.format(flags=flags)}{''.join(more)}{activity}{GUARANTEE}</YoungPersonsRecord>"


PLAN = "<SENDFlag>Y</SENDFlag><SENSupportFlag>N</SENSupportFlag>"
SUPPORT = "<SENDFlag>N</SENDFlag><SENSupportFlag>Y</SENSupportFlag>"
RECORDS = (_record(1, "210", "N", PLAN), _record(2, "610", "Y", SUPPORT))


def _xml(*records: str, header: str = HEADER, root: str = "NCCIS") -> str:
    return f"<?xml version='1.0'?><{root}>{header}{''.join(records)}</{root}>"


def _taken_in(
    root: Path, content: str, name: str = "return.xml"
) -> tuple[Extraction, pd.DataFrame]:
    root.mkdir(exist_ok=True)
    (root / name).write_text(content, encoding="utf-8")
    described = SubmissionFiles(
        "s", BARNET, "nccis", date(2025, 12, 31), (root / name,), 6, "302", "test"
    )
    read = extract(described, bytes(32), root / "out")
    found = root / "out" / "young_people.parquet"
    return read, pd.read_parquet(found) if found.exists() else pd.DataFrame()


@pytest.mark.parametrize("root", ["NCCIS", "CCISSubmission xmlns='urn:any'"])
def test_return_is_read_as_the_csv_of_the_same_people(tmp_path: Path, root: str) -> None:
    content = _xml(*RECORDS, root=root).replace(f"</{root}>", f"</{root.partition(' ')[0]}>")
    _, from_xml = _taken_in(tmp_path / "xml", content)
    _, from_csv = _taken_in(tmp_path / "csv", CSV, "young_people.csv")
    told_by_place = ["source_row"]
    pd.testing.assert_frame_equal(from_xml.drop(columns=told_by_place), from_csv.drop(columns=told_by_place))  # fmt: skip
    assert from_xml["is_current"].tolist() == [True, False]


def test_names_and_addresses_are_named_as_left_out_and_not_read(tmp_path: Path) -> None:
    read, rows = _taken_in(tmp_path, _xml(*RECORDS))
    told = [
        finding.text_for_officers()
        for finding in read.findings
        if finding.rule == "UNKNOWN_ELEMENTS"
    ]
    assert "GivenName" in told[0] and "AddressLine1" in told[0] and "GuaranteeStatus" in told[0]
    assert not {"Syn", "One", "1 Syn"} & set(rows.astype(str).to_numpy().ravel())


def test_newest_of_several_activities_counts(tmp_path: Path) -> None:
    earlier = ACTIVITY.format(code="610", start="2025-07-01", lapsed="Y")
    read, rows = _taken_in(tmp_path, _xml(_record(1, "210", "N", PLAN, earlier)))
    assert rows["activity_code"].tolist() == ["210"]
    assert rows["is_current"].tolist() == [True]
    assert read.tables["young_people"].deduplicated == 1


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (PLAN, "E"),
        (SUPPORT, "K"),
        ("<SENDFlag>N</SENDFlag>", "N"),
        ("<SENDFlag/>", None),
        ("", None),
    ],
)
def test_two_flags_make_one_code(tmp_path: Path, flags: str, expected: str | None) -> None:
    _, rows = _taken_in(tmp_path, _xml(_record(1, "210", "N", flags)))
    assert [code if isinstance(code, str) else None for code in rows["send_code"]] == [expected]


def test_record_whose_elements_stand_in_no_group_is_read_alike(tmp_path: Path) -> None:
    """Only the elements of a record have fixed names; what encloses them is not looked at."""
    groups = ("PersonalDetails", "Address", "LevelOfNeed", "Characteristics", "Activity")
    flat = _xml(*RECORDS)
    for group in groups:
        flat = flat.replace(f"<{group}>", "").replace(f"</{group}>", "")
    _, grouped_rows = _taken_in(tmp_path / "grouped", _xml(*RECORDS))
    _, flat_rows = _taken_in(tmp_path / "flat", flat)
    pd.testing.assert_frame_equal(flat_rows, grouped_rows)


def test_record_without_an_activity_is_kept_out(tmp_path: Path) -> None:
    record = f"<YoungPersonsRecord>{PERSON.format(id='3020000000001')}</YoungPersonsRecord>"
    read, _ = _taken_in(tmp_path, _xml(record))
    assert read.tables["young_people"].quarantined == 1


def test_return_without_its_day_keeps_every_record_out(tmp_path: Path) -> None:
    read, _ = _taken_in(tmp_path, _xml(*RECORDS, header=""))
    assert read.tables["young_people"].quarantined == len(RECORDS)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<Message><Children/></Message>", "YoungPersonsRecord"),
        ("<Message><Children/></Message>", "CSV with the headings yp_id, "),
        (_xml(*RECORDS)[:-40], "not valid XML"),
        (f"<!DOCTYPE a [<!ENTITY b 'c'>]>{_xml(*RECORDS)[21:]}", "DOCTYPE"),
    ],
)
def test_other_xml_and_a_broken_return_are_refused(tmp_path: Path, content: str, told: str) -> None:
    read, _ = _taken_in(tmp_path, content)
    assert read.verdict == "rejected"
    assert told in read.reason
