"""The SSDA903 return as XML: the tables of the CSV set, read the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.readers import Block, FileRejected, Rejection, read_file
from orchestration.intake.readers.ssda903_xml import TABLES
from orchestration.settings import DEFAULT_HOME_AREA
from tests.reading import extract

# In the shape of the sample return of csc-validator-be-903; every child is invented.
HEADER = """<HEADER><CHILDID>SYN1</CHILDID><UPN>UN1</UPN><SEX>2</SEX><DOB>10/05/2005</DOB><ETHNIC>WBRI</ETHNIC>
<UASC>1</UASC><DUC>10/05/2023</DUC><IN_TOUCH>YES</IN_TOUCH><ACTIV>F2</ACTIV><ACCOM>U1</ACCOM>
<DATE_INT>01/02/2024</DATE_INT><DATE_MATCH>01/03/2024</DATE_MATCH><FOSTER_CARE>0</FOSTER_CARE>
<NB_ADOPTR>2</NB_ADOPTR><SEX_ADOPTR>MF</SEX_ADOPTR><LS_ADOPTR>L12</LS_ADOPTR>
<AMISSING><MISSING>M</MISSING><MIS_START>29/07/2024</MIS_START><MIS_END>30/07/2024</MIS_END></AMISSING>
<AMISSING><MISSING>A</MISSING><MIS_START>02/09/2024</MIS_START><MIS_END /></AMISSING>
<AREVIEW><REVIEW>27/09/2024</REVIEW><REVIEW_CODE>PN0</REVIEW_CODE></AREVIEW>
<MOTHER /><MC_DOB /><PERMANENCE><PREV_PERM>Z1</PREV_PERM></PERMANENCE>
<OC2><SDQ_SCORE>21</SDQ_SCORE><CONVICTED>0</CONVICTED><HEALTH_CHECK>1</HEALTH_CHECK>
<IMMUNISATIONS>1</IMMUNISATIONS><TEETH_CHECK>1</TEETH_CHECK><HEALTH_ASSESSMENT>0</HEALTH_ASSESSMENT>
<SUBSTANCE_MISUSE>0</SUBSTANCE_MISUSE></OC2>
<AD_PLACED><DATE_PLACED>03/05/2024</DATE_PLACED></AD_PLACED></HEADER>"""
EPISODES = """<EPISODE><DECOM>06/01/2024</DECOM><RNE>S</RNE><LS>E1</LS><CIN>N1</CIN><PL>U4</PL>
<PL_POST>E7 5YR</PL_POST><HOME_POST>B15 8PZ</HOME_POST><URN>1465167</URN><PLACE_PROVIDER>PR2</PLACE_PROVIDER>
<DEC>06/10/2024</DEC><REC>X1</REC><REASON_PLACE_CHANGE>LAREQ</REASON_PLACE_CHANGE></EPISODE>
<EPISODE><DECOM>06/10/2024</DECOM><RNE>P</RNE><LS>E1</LS><CIN>N1</CIN><PL>A4</PL></EPISODE>"""
BARE_CHILD = "<CHILD><HEADER><CHILDID>SYN2</CHILDID><OC2 /><UASC /></HEADER></CHILD>"
CSV_FILES = {
    "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,UASC_STATUS\nSYN1,2,10/05/2005,WBRI,UN1,,,1\nSYN2,,,,,,,\n",
    "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "SYN1,06/01/2024,S,E1,N1,U4,PR2,06/10/2024,X1,LAREQ,B15 8PZ,E7 5YR,1465167\n"
    "SYN1,06/10/2024,P,E1,N1,A4,,,,,,,\n",
    "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END\nSYN1,10/05/2005,M,29/07/2024,30/07/2024\n"
    "SYN1,10/05/2005,A,02/09/2024,\n",
    "oc3": "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nSYN1,10/05/2005,YES,F2,U1\n",
    "ad1": "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
    "SYN1,10/05/2005,01/02/2024,01/03/2024,0,2,MF,L12\n",
    "oc2": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,"
    "SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\nSYN1,10/05/2005,21,,0,1,1,1,0,0,,\n",
}


def _return(*children: str) -> str:
    return (
        "<?xml version='1.0' encoding='us-ascii'?>\n<EXPSSDA903>"
        + "".join(children)
        + "</EXPSSDA903>"
    )


WHOLE = _return(f"<CHILD>{HEADER}{EPISODES}</CHILD>", BARE_CHILD)


def _read(folder: Path, content: str) -> dict[str, Block]:
    path = folder / "received.csv"
    path.write_text(content, encoding="utf-8")
    return {str(block.sheet): block for block in read_file(path, frozenset())}


def _rejection(folder: Path, content: str) -> FileRejected:
    with pytest.raises(FileRejected) as raised:
        _read(folder, content)
    return raised.value


def _rows(block: Block) -> list[dict[str, object]]:
    return [dict(zip(block.headings, row, strict=True)) for row in zip(*block.columns, strict=True)]


def _extract(folder: Path, *files: Path) -> Extraction:
    submission = SubmissionFiles(
        submission_id="test", area_code=DEFAULT_HOME_AREA, source="ssda903", folder_as_at=date(2025, 3, 31),
        files=files, look_back_months=6, dfe_code="302", fingerprint="test",
    )  # fmt: skip
    return extract(submission, b"not a key of any data folder", folder / "raw")


def test_every_table_is_there_also_without_a_row(tmp_path: Path) -> None:
    blocks = _read(tmp_path, _return(BARE_CHILD))
    assert {name: len(block.row_numbers) for name, block in blocks.items()} == {
        **dict.fromkeys(TABLES, 0),
        "header": 1,
    }


def test_fields_of_a_child_go_to_the_tables_of_the_csv_set(tmp_path: Path) -> None:
    blocks = _read(tmp_path, WHOLE)
    counts = {name: len(block.row_numbers) for name, block in blocks.items()}
    assert counts == {
        "header": 2, "episodes": 2, "reviews": 1, "uasc": 1, "oc2": 1, "oc3": 1, "ad1": 1,
        "placed_for_adoption": 1, "previous_permanence": 1, "missing": 2,
    }  # fmt: skip
    assert [(row["CHILD"], row["PLACE"], row["DEC"]) for row in _rows(blocks["episodes"])] == [
        ("SYN1", "U4", "06/10/2024"),
        ("SYN1", "A4", None),
    ]
    assert [row["UASC_STATUS"] for row in _rows(blocks["header"])] == ["1", None]


@pytest.mark.parametrize("element", ["UASC", "UASC_STATUS"])
def test_either_name_of_the_unaccompanied_status_is_read(tmp_path: Path, element: str) -> None:
    child = f"<CHILD><HEADER><CHILDID>SYN1</CHILDID><{element}>1</{element}></HEADER></CHILD>"
    assert [row["UASC_STATUS"] for row in _rows(_read(tmp_path, _return(child))["header"])] == ["1"]


def test_xml_and_csv_of_one_return_load_the_same_rows(tmp_path: Path) -> None:
    places = {}
    for form in ("xml", "csv"):
        places[form] = tmp_path / form
        places[form].mkdir()
    xml = tmp_path / "return.xml"
    xml.write_text(WHOLE, encoding="utf-8")
    csvs = []
    for name, content in CSV_FILES.items():
        csvs.append(tmp_path / f"{name}.csv")
        csvs[-1].write_text(content, encoding="utf-8")
    from_xml, from_csv = _extract(places["xml"], xml), _extract(places["csv"], *csvs)
    assert (from_xml.verdict, from_csv.verdict) == ("accepted", "accepted")
    for name in CSV_FILES:
        rows = {
            form: [
                {key: value for key, value in row.items() if key != "source_row"}
                for row in pq.read_table(place / "raw" / f"{name}.parquet").to_pylist()
            ]
            for form, place in places.items()
        }
        assert rows["xml"] == rows["csv"]
        assert rows["csv"]


def test_unknown_elements_are_named_without_their_values(tmp_path: Path) -> None:
    child = "<CHILD><HEADER><CHILDID>SYN1</CHILDID><SHOE>SYNSIZE</SHOE></HEADER></CHILD>"
    [note] = _read(tmp_path, _return(child))["header"].notes
    assert [name.name for name in note.names] == ["SHOE"]
    assert "SYNSIZE" not in repr(note)


def test_return_cut_off_is_rejected_with_its_line(tmp_path: Path) -> None:
    assert _rejection(tmp_path, WHOLE[:-40]).code == Rejection.XML_MALFORMED


def test_return_with_a_document_type_is_rejected(tmp_path: Path) -> None:
    declared = WHOLE.replace("<EXPSSDA903>", '<!DOCTYPE x [<!ENTITY e "y">]><EXPSSDA903>', 1)
    assert _rejection(tmp_path, declared).code == Rejection.XML_ENTITIES


def test_return_of_children_looked_after_in_the_folder_of_a_census_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "return.xml"
    path.write_text(WHOLE, encoding="utf-8")
    submission = SubmissionFiles(
        submission_id="test", area_code=DEFAULT_HOME_AREA, source="cin_census", folder_as_at=date(2025, 3, 31),
        files=(path,), look_back_months=6, dfe_code="302", fingerprint="test",
    )  # fmt: skip
    taken_in = extract(submission, b"not a key", tmp_path / "raw")
    assert taken_in.verdict == "rejected"
