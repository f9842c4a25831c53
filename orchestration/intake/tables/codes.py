"""A cell that should hold a code of a list -> the code (expectations/README.md, 'Values').

Systems write the code, the code with words around it, or the words of the official list alone. What is none of these is
`unmapped`: equal to no code of the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from expectations.checks import UNMAPPED
from orchestration.intake.tables.headings import plain_text

# 'a) Yes': the letter of an option in a drop-down.
OPTION_PREFIX = re.compile(r"^[a-z0-9]{1,2}\)\s*")
TOKEN = re.compile(r"[A-Za-z0-9]+")
BRACKETED = re.compile(r"[(\[]\s*([A-Za-z0-9]+)\s*[)\]]")
# 'E11Adopted': a code runs into a word that begins with a capital.
GLUED = re.compile(r"^([A-Z]+[0-9][0-9A-Z]*?)(?=[A-Z][a-z])")
# Yes or no for each category in the order of the list (Annex A list 7: neglect, physical, sexual, emotional).
ANSWERS = re.compile(r"^[YN]{4,5}$")


# As a code looks, and no name of a person does.
CODE = re.compile(r"^(?=.*\d)[A-Z0-9]{1,4}$|^[A-Z]$")


def shown_code(value: object) -> str:
    """How a cell of no listed code is named where everybody may read it."""
    text = option_text(value).upper()
    return text if CODE.match(text) else "other words"


def option_text(value: object) -> str:
    """The text of a cell that holds one of a list of options; '1.0' is '1', 'b) No' is 'no'."""
    text = (
        str(value) if isinstance(value, bool) else re.sub(r"^(\d+)\.0+$", r"\1", str(value).strip())
    )
    return OPTION_PREFIX.sub("", plain_text(text))


def code_of_form(value: object, form: re.Pattern[str]) -> str:
    """A code that no list names but that looks like one, else `unmapped`."""
    text = re.sub(r"^(\d+)\.0+$", r"\1", str(value).strip())
    return text if form.fullmatch(text) else UNMAPPED


@dataclass(frozen=True)
class CodeReader:
    """Reads cells by one code list: `codes` with other spellings of each, `words` with the phrases of each."""

    codes: Mapping[str, Sequence[str]]
    words: Mapping[str, Sequence[str]]

    def read(self, value: object) -> str:
        """The code that a cell means, else `unmapped`."""
        text = option_text(value)
        if text in self._spellings:
            return self._spellings[text]
        raw = str(value).strip()
        return self._by_code(raw) or self._by_answers(raw) or self._by_words(raw) or UNMAPPED

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Normalised spelling -> code, the code itself included."""
        return {
            plain_text(spelling): code
            for code, also in self.codes.items()
            for spelling in (code, *also)
        }

    def _by_code(self, text: str) -> str | None:
        """The code that comes first, in brackets, or as the only code in the text."""
        tokens = TOKEN.findall(text)
        if not tokens:
            return None
        # A drop-down's letter may come before the code: 'e) E4A: Returned home'.
        leading = TOKEN.findall(OPTION_PREFIX.sub("", text.lower()))[:1]
        glued = GLUED.match(text)
        first = [*([glued[1]] if glued else []), *(token.upper() for token in leading)]
        if code := next((token for token in first if self._is_leading(token, text)), None):
            return self._coded(code)
        bracketed = {self._coded(found) for found in BRACKETED.findall(text)} - {None}
        among = {self._coded(token) for token in tokens if self._is_plain(token, text)} - {None}
        for found in (bracketed, among):
            if len(found) == 1:
                return found.pop()
        return None

    def _coded(self, token: str) -> str | None:
        return self._spellings.get(token.lower()) if token.upper() in self._upper else None

    @cached_property
    def _upper(self) -> frozenset[str]:
        return frozenset(code.upper() for code in self.codes)

    def _is_leading(self, token: str, text: str) -> bool:
        """Whether the first token is a code: one of letters only might be a word, unless it is in capitals or marked."""
        if token not in self._upper:
            return False
        has_digit = any(character.isdigit() for character in token)
        marked = re.search(rf"\b{token}\s*[:\-\u2013\u2014)]", text, re.IGNORECASE)
        in_capitals = re.match(rf"\W*{token}\b", text) is not None and _has_small_letters(text)
        return has_digit or marked is not None or in_capitals

    def _is_plain(self, token: str, text: str) -> bool:
        """Whether a token within a text can only be a code."""
        has_digit = any(character.isdigit() for character in token)
        in_capitals = token.isupper() and _has_small_letters(text)
        return len(token) > 1 and token.upper() in self._upper and (has_digit or in_capitals)

    def _by_answers(self, text: str) -> str | None:
        if set(self.codes) != {"NEG", "PHY", "SAB", "EMO", "MUL"} or not ANSWERS.match(text):
            return None
        chosen = [code for code, said in zip(self.codes, text, strict=False) if said == "Y"]
        return {0: None, 1: chosen[0] if chosen else None}.get(len(chosen), "MUL")

    def _by_words(self, text: str) -> str | None:
        """The code whose words fit with the most letters; none where two codes fit equally."""
        plain = _plain(text)
        found: dict[str, int] = {}
        for code, entries in self._entries.items():
            fitting = [size for whole, phrases, size in entries if _fits(plain, whole, phrases)]
            if fitting:
                found[code] = max(fitting)
        best = [code for code, size in found.items() if size == max(found.values())]
        return best[0] if len(best) == 1 else None

    @cached_property
    def _entries(self) -> dict[str, list[tuple[bool, list[str], int]]]:
        return {
            code: [_entry(entry) for entry in entries]
            for code, entries in self.words.items()
            if code in self.codes
        }


def _has_small_letters(text: str) -> bool:
    """Whether capitals mean anything in a text."""
    return text != text.upper()


def _plain(text: str) -> str:
    """Words apart by one blank, a blank at either end; what no ASCII letter is (also broken dashes) parts words."""
    return f" {' '.join(TOKEN.findall(text.lower()))} "


def _entry(entry: str) -> tuple[bool, list[str], int]:
    """Whether an entry is the whole text, its phrases, and how many letters they have."""
    phrases = [f" {' '.join(TOKEN.findall(part))}" for part in _parts(entry)]
    return entry.startswith("="), phrases, sum(map(len, phrases))


def _parts(entry: str) -> Iterator[str]:
    yield from (part.strip().lower() for part in entry.removeprefix("=").split("+"))


def _fits(plain: str, whole: bool, phrases: list[str]) -> bool:
    if whole:
        return plain == f"{phrases[0]} "
    return all(phrase in plain for phrase in phrases)
