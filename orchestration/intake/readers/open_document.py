"""Sheets of an OpenDocument spreadsheet: how far they reach, and which cells hold an error.

A cell or a row may say that it repeats itself, and the spreadsheet library makes every repetition a cell of its own
(OpenDocument 1.3, part 3, 2021). A cell with an error it gives as empty: the format has no such type, so LibreOffice
marks it in a namespace of its own, and others leave the value empty and the error in the text.
"""

from __future__ import annotations

from orchestration.intake.readers.error_cells import OTHER_ERROR, CellTexts
from orchestration.intake.tables.cells import LONGEST_ERROR, is_error_text

OPEN_DOCUMENT = "content.xml"
COLUMNS, ROWS = "number-columns-repeated", "number-rows-repeated"


class Sheets:
    """Follows the elements of `content.xml`; their names are given without prefix."""

    def __init__(self) -> None:
        self.n_cells = 0
        """Of all sheets up to their last filled row and column."""
        self.n_text = 0
        """Characters in all cells, each repetition counted."""
        self._row = self._last_row = self._last_column = 0
        self._rows_repeated = self._columns_repeated = 1
        self._column = self._filled_to = 0
        self._text_of_row = self._text_of_cell = 0
        self._sheet = self._shown = ""
        self._is_error = False
        self._errors: list[tuple[str, range, range, str]] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        match name:
            case "table":
                self._row = self._last_row = self._last_column = 0
                self._sheet = _attribute(attributes, ":name")
            case "table-row":
                self._rows_repeated = _times(attributes, ROWS)
                self._column = self._filled_to = self._text_of_row = 0
            case "table-cell" | "covered-table-cell":
                self._columns_repeated = _times(attributes, COLUMNS)
                self._column += self._columns_repeated
                self._text_of_cell, self._shown = 0, ""
                kinds = [value for key, value in attributes.items() if key.endswith("value-type")]
                if kinds:
                    self._filled_to = self._column
                self._is_error = "error" in kinds

    def text(self, text: str) -> None:
        """Text goes by, most of it in a cell."""
        self._text_of_cell += len(text)
        if len(self._shown) < LONGEST_ERROR:
            self._shown += text

    def end(self, name: str) -> None:
        """An element ends."""
        match name:
            case "table-cell" | "covered-table-cell":
                self._keep_error()
                if self._text_of_cell:
                    self._filled_to = self._column
                self._text_of_row += self._text_of_cell * self._columns_repeated
                self._text_of_cell = 0
            case "table-row":
                self._row += self._rows_repeated
                if self._filled_to:
                    self._last_row = self._row
                    self._last_column = max(self._last_column, self._filled_to)
                self.n_text += self._text_of_row * self._rows_repeated
            case "table":
                self.n_cells += self._last_row * self._last_column

    def _keep_error(self) -> None:
        """Keep an error once however often it repeats itself: cells are made of it when the size has been judged."""
        shown = self._shown.strip()
        is_known = is_error_text(shown)
        if is_known or self._is_error:
            rows = range(self._row, self._row + self._rows_repeated)
            columns = range(self._column - self._columns_repeated, self._column)
            self._errors.append((self._sheet, rows, columns, shown if is_known else OTHER_ERROR))

    def errors(self) -> dict[str, CellTexts]:
        """By sheet: the cells with an error."""
        cells: dict[str, CellTexts] = {}
        for sheet, rows, columns, text in self._errors:
            found = cells.setdefault(sheet, {})
            found.update({(row, column): text for row in rows for column in columns})
        return cells


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith(name)), "")


def _times(attributes: dict[str, str], name: str) -> int:
    """How often something is there; what is no number counts as once, as the library has it."""
    said = _attribute(attributes, name) or "1"
    return int(said) if said.isdecimal() and len(said) < 19 else 1
