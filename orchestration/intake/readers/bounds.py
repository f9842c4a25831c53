"""How far a file may expand: one measure for every format, taken before its cells are made.

What a measure misses ends the worker that reads the file (`orchestration/intake/reading.py`), and that file only.
"""

from __future__ import annotations

from orchestration.intake.readers.block import MEGABYTE, too_large

# Any file may take so much. DfE's Interactive Tool of 2025, which Parquet stores best of all known files (4.5 million
# cells in 1.7 MB), would take 220 by this measure.
FREE = 256 * MEGABYTE
# And so many bytes for each of its own.
TIMES = 100
# What the libraries and Python hold for a cell, its text aside.
BYTES_PER_CELL = 32


def refuse_expansion(what: str, size: int, n_cells: int, n_text: int = 0) -> None:
    """Refuse what would become so many cells, or bytes of text, out of the bytes of its size."""
    if expands_too_far(size, n_cells, n_text):
        raise too_large(
            f"{what} would expand to {n_cells:,} cells and {n_text // MEGABYTE:,} MB of text, far more than its size "
            "calls for"
        )


def expands_too_far(size: int, n_cells: int, n_text: int = 0) -> bool:
    """Whether cells and bytes of text are far more than a size calls for."""
    return n_cells * BYTES_PER_CELL + n_text > FREE + TIMES * size
