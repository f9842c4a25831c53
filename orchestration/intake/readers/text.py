"""Bytes -> text: the encoding of a text file, and the characters that no text holds."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass

from orchestration.intake.readers.block import FileRejected, Note, Rejection

# Tab, line feed and carriage return are part of the format; the other control characters never are.
CONTROL_CHARACTERS = bytes(set(range(32)) - {9, 10, 13} | {127})
# A text export holds a stray control character or two; a binary file holds them everywhere.
FEW_CONTROL_CHARACTERS = 20
CONTROL_CHARACTERS_PER_BYTE = 0.01


@dataclass(frozen=True)
class Text:
    """Bytes known to be text in the encoding, without byte-order mark and control characters."""

    content: bytes
    encoding: str
    notes: tuple[Note, ...] = ()

    def lines(self) -> io.TextIOWrapper:
        """The lines with their ends untouched, so that ends inside quotation marks are kept."""
        return io.TextIOWrapper(io.BytesIO(self.content), self.encoding, newline="")

    @property
    def ends_with_a_line_end(self) -> bool:
        return self.content.endswith((b"\n", b"\r"))


def decode_text(content: bytes) -> Text:
    """The content as text, or the rejection of what is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _refuse_undecodable(content, "utf-16")
        content, encoding = content.decode("utf-16").encode("utf-8"), "utf-8"
    elif content.startswith(codecs.BOM_UTF8):
        _refuse_undecodable(content, "utf-8")
        content, encoding = content.removeprefix(codecs.BOM_UTF8), "utf-8"
    else:
        encoding = _encoding_without_mark(content)
    text = _without_control_characters(content, encoding)
    if not text.content.strip():
        raise FileRejected(Rejection.EMPTY, "the file is empty. Export it again and send it")
    return text


def _encoding_without_mark(content: bytes) -> str:
    """UTF-8 where it fits, else windows-1252, which is what a British Excel writes."""
    failure = _first_failure(content, "utf-8")
    if failure is None:
        return "utf-8"
    offset, is_cut_off = failure
    if is_cut_off and not content[:offset].isascii():
        raise FileRejected(
            Rejection.TRUNCATED,
            f"the file ends in the middle of a character, at byte {offset}: it was cut off. Send it again",
        )
    _refuse_undecodable(content, "cp1252")
    return "cp1252"


def _refuse_undecodable(content: bytes, encoding: str) -> None:
    failure = _first_failure(content, encoding)
    if failure is None:
        return
    name = "UTF-8 or windows-1252" if encoding == "cp1252" else encoding.upper()
    raise FileRejected(
        Rejection.ENCODING,
        f"byte {failure[0]} is not text in {name}. Export it again as 'CSV UTF-8 (Comma delimited)'",
    )


def _first_failure(content: bytes, encoding: str) -> tuple[int, bool] | None:
    """Offset of the first byte that is not text in the encoding, and whether the content ends there."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start, error.reason == "unexpected end of data"
    return None


def _without_control_characters(content: bytes, encoding: str) -> Text:
    cleaned = content.translate(None, CONTROL_CHARACTERS)
    n_removed = len(content) - len(cleaned)
    if n_removed == 0:
        return Text(content, encoding)
    if n_removed > max(FEW_CONTROL_CHARACTERS, len(content) * CONTROL_CHARACTERS_PER_BYTE):
        raise FileRejected(
            Rejection.NOT_READABLE,
            f"{n_removed} of {len(content)} bytes are control characters: this is not a text file, "
            "or UTF-16 without a byte-order mark. Export it as CSV UTF-8 or as a workbook",
        )
    message = f"{n_removed} control characters (such as NUL) were removed"
    return Text(cleaned, encoding, (Note("CONTROL_CHARACTERS", message, n_removed),))
