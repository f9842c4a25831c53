"""A file is what its bytes say: never its name, never what a link points at."""

import os
import pickle
import traceback
from pathlib import Path

import pytest
import xlsxwriter

from orchestration.intake.readers import FileRejected, Rejection, read_file
from orchestration.intake.tables.headings import normalise_heading

KNOWN = frozenset(map(normalise_heading, {"child unique id", "date of referral"}))
CSV = "Child Unique ID,Date of Referral\nA1,01/02/2024\n"


def rejection_of(path: Path) -> FileRejected:
    with pytest.raises(FileRejected) as raised:
        read_file(path, KNOWN)
    return raised.value


# ---- 24: the name says something else


def test_workbook_named_csv_is_read_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "list_3.csv"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("List 3").write_row(0, 0, ["Child Unique ID", "Date of Referral"])

    assert [block.sheet for block in read_file(path, KNOWN)] == ["List 3"]


def test_csv_named_xlsx_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "list_3.xlsx"
    path.write_text(CSV, encoding="utf-8")

    assert read_file(path, KNOWN)[0].columns == (["A1"], ["01/02/2024"])


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html>\n<html><body>Log in</body></html>",
        "  <html><table><tr><td>Child Unique ID</td></tr></table></html>",
        "<!-- export --><TABLE><tr><td>Child Unique ID</td></tr></TABLE>",
        "<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x' 'y'><html xmlns='z'></html>",
        "MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html></html>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_web_page_is_rejected_and_called_so(tmp_path: Path, page: str, encoding: str) -> None:
    path = tmp_path / "export.xls"
    path.write_bytes(page.encode(encoding))

    rejected = rejection_of(path)

    assert rejected.code == Rejection.HTML
    assert "web page" in rejected.message


def test_text_that_begins_with_less_than_a_number_is_text(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("<5 suppressed\n" + CSV, encoding="utf-8")

    assert read_file(path, KNOWN)[0].header_row == 2


# ---- 25: file names


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "quoted"; drop table x.csv',
        "\u05e9\u05e8\u05d4 Zo\u00eb.csv",
        "n" * 250 + ".csv",
        "-rf.csv",
    ],
)
def test_odd_file_name_makes_no_difference(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(CSV, encoding="utf-8")

    assert read_file(path, KNOWN)[0].columns == (["A1"], ["01/02/2024"])


# ---- 26: not a file


def test_symbolic_link_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text(CSV, encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")

    assert rejection_of(link).code == Rejection.NOT_A_FILE


def test_pipe_is_rejected_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)

    assert rejection_of(pipe).code == Rejection.NOT_A_FILE


def test_folder_and_device_are_rejected(tmp_path: Path) -> None:
    assert rejection_of(tmp_path).code == Rejection.NOT_A_FILE
    assert rejection_of(Path("/dev/null")).code == Rejection.NOT_A_FILE


# ---- what a rejection says


@pytest.mark.parametrize(
    "content",
    [
        b"Child Unique ID,Date of Referral\nCANARY,\x81\n",
        b'Child Unique ID,Date of Referral\n"CANARY,01/02/2024\n',
        b'Child Unique ID,Date of Referral\n"CANARY"x,01/02/2024\n',
        b"Child Unique ID,Date of Referral\nCANARY",
        b"\xff\xfeC\x00A\x00N\x00A\x00R\x00Y\x00\x00",
        b"<Message><Child>CANARY</Chil>",
        b"<!DOCTYPE CANARY [<!ENTITY e 'CANARY'>]><Message>&e;</Message>",
        b"PK\x03\x04CANARY",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1CANARY",
        b"PAR1CANARY",
    ],
)
def test_rejection_and_its_traceback_hold_no_value(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "received"
    path.write_bytes(content)

    rejected = rejection_of(path)

    assert "CANARY" not in "".join(traceback.format_exception(rejected))
    assert ". " in rejected.message, "says what is wrong, then what to do"


def test_rejection_crosses_from_a_worker_process() -> None:
    rejected = FileRejected(Rejection.TRUNCATED, "cut off", sheet="List 3", row=7, column="Age")

    copy = pickle.loads(pickle.dumps(rejected))

    assert vars(copy) == vars(rejected)
