"""Sheets of an OpenDocument spreadsheet, which may say that a cell or a row repeats itself: how far they reach.

The spreadsheet library makes every repetition a cell of its own (OpenDocument 1.3, part 3, 2021).
"""

from __future__ import annotations

OPEN_DOCUMENT = "content.xml"
COLUMNS, ROWS = "number-columns-repeated", "number-rows-repeated"


class Repetitions:
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

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        match name:
            case "table":
                self._row = self._last_row = self._last_column = 0
            case "table-row":
                self._rows_repeated = _times(attributes, ROWS)
                self._column = self._filled_to = self._text_of_row = 0
            case "table-cell" | "covered-table-cell":
                self._columns_repeated = _times(attributes, COLUMNS)
                self._column += self._columns_repeated
                self._text_of_cell = 0
                if any(attribute.endswith("value-type") for attribute in attributes):
                    self._filled_to = self._column

    def text(self, text: str) -> None:
        """Text goes by, most of it in a cell."""
        self._text_of_cell += len(text)

    def end(self, name: str) -> None:
        """An element ends."""
        match name:
            case "table-cell" | "covered-table-cell":
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


def _times(attributes: dict[str, str], name: str) -> int:
    """How often something stands there; what is no number counts as once, as the library has it."""
    said = next((value for key, value in attributes.items() if key.endswith(name)), "1")
    return int(said) if said.isdecimal() and len(said) < 19 else 1
