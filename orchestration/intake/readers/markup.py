"""Files that begin with '<': telling a web page from XML, and a safe look at an XML file's root.

What an XML return holds is read in `cin_xml.py`, `ssda903_xml.py` and `sen2_xml.py`.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from xml.parsers import expat

from orchestration.intake.readers.block import MEGABYTE, FileRejected, Rejection, too_large

PIECE = 1 << 16
# No return and no workbook has a tag or comment of such a length. The parser reads one that has not ended again with
# each piece that it is given: of a hundred megabytes it would not come back.
LONGEST_TAG = MEGABYTE
HTML_ROOTS = frozenset(
    {
        "html",
        "head",
        "body",
        "title",
        "meta",
        "style",
        "script",
        "link",
        "table",
        "div",
        "span",
        "form",
    }
)
_MARKUP = re.compile(r"<[?!A-Za-z]")
_BEFORE_ROOT = re.compile(r"<!--.*?(?:-->|$)|<\?.*?(?:\?>|$)", re.DOTALL)
_FIRST_TAG = re.compile(r"<([A-Za-z][\w.:-]*)")


def opening_text(head: bytes) -> str:
    """The first characters of a file, whatever its encoding, without byte-order mark and blanks."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head.decode("utf-16", errors="ignore")
    else:
        text = head.removeprefix(codecs.BOM_UTF8).decode("latin-1").replace("\0", "")
    return text.lstrip()


def is_markup(opening: str) -> bool:
    """Whether a file is XML or HTML rather than rows of text."""
    return _MARKUP.match(opening) is not None


def is_html(opening: str) -> bool:
    """Whether a file is a web page: systems offer those as 'Excel' downloads, and servers as errors."""
    if opening.startswith("MIME-Version:"):
        return True
    if not is_markup(opening):
        return False
    text = _BEFORE_ROOT.sub("", opening).lstrip().lower()
    first_tag = _FIRST_TAG.search(text)
    return text.startswith("<!doctype html") or (
        first_tag is not None and first_tag[1] in HTML_ROOTS
    )


def html_page() -> FileRejected:
    """The rejection of a web page."""
    return FileRejected(
        Rejection.HTML,
        "this is a web page, not an extract: a download that was saved as HTML, or an error or log-in "
        "page. Export it again as .xlsx or CSV",
    )


def malformed(line: int) -> FileRejected:
    """The rejection of a file that stops being XML at a line."""
    return FileRejected(
        Rejection.XML_MALFORMED,
        f"the file is not valid XML from line {line} on: it was cut off or edited by hand. Export it "
        "again and send it",
        row=line,
    )


def _unknown_encoding() -> FileRejected:
    return FileRejected(
        Rejection.ENCODING,
        "the first line of the file names an encoding that cannot be read. Export it again as UTF-8",
    )


def entities_declared() -> FileRejected:
    """The rejection of XML with a document type, which is where entities are declared."""
    return FileRejected(
        Rejection.XML_ENTITIES,
        "the file has a document type declaration (DOCTYPE), which no statutory return has. Export it "
        "again from the case system",
    )


def refuse_long_tag(parser: expat.XMLParserType, n_parsed: int) -> None:
    """Refuse XML of whose bytes, as many as have been parsed, the last are those of a tag or comment without end."""
    if n_parsed - parser.CurrentByteIndex > LONGEST_TAG:
        raise too_large("a tag or comment of the XML is longer than 1 MB")


class _RootFound(Exception):
    """Ends the look at the file: all that comes before the root has been seen."""


class _DoctypeFound(Exception):
    """Ends the look at the file: entities may be declared from here on."""


def root_element(path: Path) -> str:
    """Name of the root element, without namespace. Nothing beyond it is parsed, no entity expanded."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(name: str, _attributes: dict[str, str]) -> None:
        found.append(name.rpartition(" ")[2])
        raise _RootFound

    def declare(*_declaration: object) -> None:
        raise _DoctypeFound

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = declare
    rejected = None
    try:
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
                refuse_long_tag(parser, stream.tell())
            parser.Parse(b"", True)
    except _RootFound:
        return found[0]
    except _DoctypeFound:
        rejected = entities_declared()
    except expat.ExpatError as error:
        rejected = malformed(error.lineno)
    except (LookupError, ValueError):
        rejected = _unknown_encoding()
    raise rejected or malformed(parser.CurrentLineNumber)
