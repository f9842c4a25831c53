"""Text files: the same rows whatever the typography of the file, and no row from a damaged one.

The numbers in the names of the sections are the rows of the fault matrix.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.intake.readers import (
    Block,
    FileRejected,
    Rejection,
    delimited,
    dispatch,
    read_file,
)
from orchestration.intake.tables.headings import normalise_heading

KNOWN = frozenset(map(normalise_heading, {"child", "dob", "name", "note", "decom", "rne", "ls"}))
REFERENCE = "CHILD,DOB,NAME\n001,01/02/2015,Zo\u00eb\n002,03/04/2016,Sean\n"


Read = Callable[[bytes | str], Block]
RejectionOf = Callable[[bytes | str], FileRejected]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_content(content: bytes | str) -> Block:
        path = tmp_path / "received.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        (block,) = read_file(path, KNOWN)
        return block

    return read_content


@pytest.fixture
def rejection(read: Read) -> RejectionOf:
    def rejection_of(content: bytes | str) -> FileRejected:
        with pytest.raises(FileRejected) as raised:
            read(content)
        return raised.value

    return rejection_of


def rows_of(block: Block) -> list[tuple[object, ...]]:
    return list(zip(*block.columns, strict=True))


# ---- 2, 3: nothing in it


@pytest.mark.parametrize(
    "content", [b"", b"\n \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00\x00"]
)
def test_file_without_anything_is_rejected_as_empty(rejection: RejectionOf, content: bytes) -> None:
    assert rejection(content).code == Rejection.EMPTY


@pytest.mark.parametrize(
    "content", ["CHILD,DOB,NAME\n", "CHILD,DOB,NAME", "CHILD,DOB,NAME\n\n,,\n"]
)
def test_header_only_file_has_headings_and_no_rows(read: Read, content: str) -> None:
    block = read(content)

    assert block.headings == ("CHILD", "DOB", "NAME")
    assert [list(column) for column in block.columns] == [[], [], []]
    assert len(block.row_numbers) == 0
    assert block.notes == ()


# ---- 8, 9: headings


def test_duplicate_heading_rejects_the_file_and_is_named(rejection: RejectionOf) -> None:
    rejected = rejection("CHILD,DOB,child \n001,01/02/2015,002\n")

    assert rejected.code == Rejection.DUPLICATE_HEADING
    assert rejected.column == "CHILD"
    assert rejected.names == ("CHILD",)


def test_title_rows_above_the_headings_do_not_shift_row_numbers(read: Read) -> None:
    block = read("Looked after children\nas at 31 March 2024\n\n" + REFERENCE)

    assert block.header_row == 4
    assert list(block.row_numbers) == [5, 6]
    assert rows_of(block)[0][0] == "001"


def test_file_without_known_headings_is_a_block_without_headings(read: Read) -> None:
    block = read("a,b,c\n1,2,3\n")

    assert block.headings == ()
    assert block.columns == ()


def test_columns_without_a_heading_are_left_out_and_noted(read: Read) -> None:
    block = read(",CHILD,,DOB,,\n0,001,x,01/02/2015,,\n")

    assert block.headings == ("CHILD", "DOB")
    assert rows_of(block) == [("001", "01/02/2015")]
    assert [(note.code, note.count) for note in block.notes] == [("UNNAMED_COLUMNS", 2)]
    assert block.overlong_rows == ()


# ---- 13: encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_same_text_in_every_encoding(read: Read, encoding: str) -> None:
    text = "CHILD,NAME\n001,Zo\u00eb O\u2019Brien \u00a35\n"

    assert rows_of(read(text.encode(encoding))) == [("001", "Zo\u00eb O\u2019Brien \u00a35")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_hebrew_names_are_read(read: Read, encoding: str) -> None:
    text = "CHILD,NAME\n001,\u05e9\u05e8\u05d4\n"

    assert rows_of(read(text.encode(encoding))) == [("001", "\u05e9\u05e8\u05d4")]


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"CHILD,NAME\n001,\x81\n", 15),
        (b"\xef\xbb\xbfCHILD,NAME\n001,\xe9\n", 18),
        (b"\xff\xfeC\x00H\x00\x00\xd8A\x00", 6),
    ],
)
def test_undecodable_byte_rejects_the_file_with_its_offset(
    rejection: RejectionOf, content: bytes, offset: int
) -> None:
    rejected = rejection(content)

    assert rejected.code == Rejection.ENCODING
    assert f"byte {offset} " in rejected.message


def test_utf_8_file_cut_off_inside_a_character_is_not_taken_for_windows_1252(
    rejection: RejectionOf,
) -> None:
    content = "CHILD,NAME\n001,Zo\u00eb\n002,Zo\u00eb".encode()[:-1]

    assert rejection(content).code == Rejection.TRUNCATED


# ---- 14: delimiters, line ends, quoted line ends


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_file_with_another_delimiter_reads_like_comma_file(read: Read, delimiter: str) -> None:
    assert read(REFERENCE.replace(",", delimiter)) == read(REFERENCE)


def test_comma_inside_cells_does_not_hide_the_semicolon(read: Read) -> None:
    block = read('CHILD;NOTE;DOB\n001;"a, b, c, d";01/02/2015\n')

    assert rows_of(block) == [("001", "a, b, c, d", "01/02/2015")]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(read: Read, line_end: str) -> None:
    assert read(REFERENCE.replace("\n", line_end)) == read(REFERENCE)


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_end_inside_quotation_marks_stays_in_its_cell(read: Read, line_end: str) -> None:
    content = f'CHILD,NOTE{line_end}001,"one, two{line_end}three"{line_end}002,x{line_end}'
    block = read(content)

    assert rows_of(block) == [("001", f"one, two{line_end}three"), ("002", "x")]
    assert list(block.row_numbers) == [2, 3]


def test_doubled_quotation_mark_is_one(read: Read) -> None:
    assert rows_of(read('CHILD,NAME\n001,"Ann ""Annie"" Day"\n')) == [("001", 'Ann "Annie" Day')]


def test_rare_line_separators_do_not_end_a_line(read: Read) -> None:
    assert rows_of(read("CHILD,NOTE\n001,a\u2028b\u0085c\n")) == [("001", "a\u2028b\u0085c")]


# ---- 15: unbalanced quotation marks


def test_quotation_mark_open_to_the_end_rejects_the_file_with_its_row(
    rejection: RejectionOf,
) -> None:
    lines = ["CHILD,NAME", *(f"{n:03},Sean" for n in range(50))]
    lines[31] = '030,"Sean'

    rejected = rejection("\n".join(lines) + "\n")

    assert (rejected.code, rejected.row) == (Rejection.UNBALANCED_QUOTE, 32)


def test_text_after_a_closing_quotation_mark_rejects_the_file(rejection: RejectionOf) -> None:
    rejected = rejection('CHILD,NAME\n001,Sean\n002,"Ann "Annie" Day"\n')

    assert (rejected.code, rejected.row) == (Rejection.UNBALANCED_QUOTE, 3)


@pytest.mark.parametrize("closing_line", ['008,Sean,P,C2"', '008,Sean",P,C2'])
def test_two_stray_quotation_marks_that_hide_rows_reject_the_file(
    rejection: RejectionOf, closing_line: str
) -> None:
    lines = ["CHILD,NAME,RNE,LS", *(f"{n:03},Sean,P,C2" for n in range(20))]
    lines[3] = '002,"Sean,P,C2'
    lines[9] = closing_line

    rejected = rejection("\n".join(lines) + "\n")

    assert (rejected.code, rejected.row) == (Rejection.UNBALANCED_QUOTE, 4)


def test_honest_note_of_many_lines_with_commas_is_kept(read: Read) -> None:
    note = "seen, well\nmum, dad and gran, all there\nnext, in May"

    block = read(f'CHILD,NOTE,RNE,LS\n001,"{note}",P,C2\n')

    assert rows_of(block) == [("001", note, "P", "C2")]


def test_cell_longer_than_any_spreadsheet_allows_is_an_open_quotation_mark(
    rejection: RejectionOf,
) -> None:
    assert rejection('CHILD,NAME\n001,"' + "x" * 200_000 + '"\n').code == Rejection.UNBALANCED_QUOTE


# ---- 16: control characters


def test_control_characters_are_removed_and_counted(read: Read) -> None:
    block = read(b"CHILD,NAME\n00\x001,Se\x07an\n002,Ann\x1a")

    assert rows_of(block) == [("001", "Sean"), ("002", "Ann")]
    assert [(note.code, note.count) for note in block.notes] == [("CONTROL_CHARACTERS", 3)]


@pytest.mark.parametrize("content", [bytes(range(256)) * 4, REFERENCE.encode("utf-16-le")])
def test_binary_file_is_rejected(rejection: RejectionOf, content: bytes) -> None:
    assert rejection(content).code in (Rejection.NOT_READABLE, Rejection.ENCODING)


# ---- 17: cut off, short and long rows


def test_last_line_that_breaks_off_rejects_the_file(rejection: RejectionOf) -> None:
    rejected = rejection("CHILD,DOB,NAME\n001,01/02/2015,Zoe\n002,03/0")

    assert (rejected.code, rejected.row) == (Rejection.TRUNCATED, 3)


def test_whole_last_line_needs_no_line_end(read: Read) -> None:
    assert len(read(REFERENCE.rstrip("\n")).row_numbers) == 2


def test_short_rows_are_filled_with_nothing_and_counted(read: Read) -> None:
    block = read("CHILD,DOB,NAME\n001,01/02/2015\n002\n003,01/02/2015,Zoe\n")

    assert rows_of(block) == [
        ("001", "01/02/2015", None),
        ("002", None, None),
        ("003", "01/02/2015", "Zoe"),
    ]
    assert [(note.code, note.count) for note in block.notes] == [("SHORT_ROWS", 2)]


def test_row_with_values_beyond_the_headings_is_kept_and_named(read: Read) -> None:
    block = read("CHILD,DOB,NAME\n001,01/02/2015,Day, Ann\n002,01/02/2015,Zoe,,\n")

    assert rows_of(block)[0] == ("001", "01/02/2015", "Day")
    assert block.overlong_rows == (2,)


# ---- cells and rows


def test_empty_cells_are_none_and_others_are_untouched(read: Read) -> None:
    assert rows_of(read("CHILD,NAME\n 001 ,\n,N/A\n")) == [(" 001 ", None), (None, "N/A")]


def test_blank_rows_are_skipped_and_still_counted(read: Read) -> None:
    block = read("CHILD,NAME\n001,a\n\n , \n,,\n002,b\n\n")

    assert rows_of(block) == [("001", "a"), ("002", "b")]
    assert list(block.row_numbers) == [2, 6]


def test_rows_are_the_same_across_chunks(read: Read) -> None:
    n_rows = 3 * delimited.ROWS_PER_CHUNK + 7
    lines = [f"{n:05},{n % 7}" if n % 100 else "" for n in range(n_rows)]

    block = read("CHILD,NAME\n" + "\n".join(lines) + "\n")

    expected = [n for n in range(n_rows) if n % 100]
    assert list(block.columns[0]) == [f"{n:05}" for n in expected]
    assert list(block.columns[1]) == [str(n % 7) for n in expected]
    assert list(block.row_numbers) == [n + 2 for n in expected]


def test_cells_are_the_same_once_sharing_them_has_stopped(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "CHILD,NAME\n" + "".join(f"{n:05},\n" for n in range(2 * delimited.ROWS_PER_CHUNK))
    shared = read(content)
    monkeypatch.setattr(delimited, "SHARED_CELLS_PER_COLUMN", 1)

    assert read(content) == shared


# ---- 19: size


def test_file_too_large_for_memory_is_rejected_before_it_is_read(
    rejection: RejectionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dispatch.LARGEST, dispatch.Kind.TEXT, 10)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))

    assert rejection(REFERENCE).code == Rejection.TOO_LARGE


# ---- 27 to 29: cells that mean something elsewhere


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "<script>alert(1)</script>",
        "x'; drop table marts.fct_submissions; --",
    ],
)
def test_cell_that_means_something_elsewhere_is_plain_text(read: Read, text: str) -> None:
    quoted = text.replace('"', '""')

    assert rows_of(read(f'CHILD,NAME\n001,"{quoted}"\n')) == [("001", text)]


def test_sql_in_a_heading_is_a_heading(read: Read) -> None:
    assert read('CHILD,DOB,"a""; drop table b; --"\n').headings[2] == 'a"; drop table b; --'
