"""File -> blocks of cells exactly as received, with no meaning attached.

A reader is chosen by content, never by file name. What a block is (which table, which types) and what
becomes of a rejected file is decided by the modules that call `read_file`.
"""

from orchestration.intake.readers.block import Block, Cell, FileRejected, Note, Rejection
from orchestration.intake.readers.dispatch import read_file, takes_too_much
from orchestration.intake.readers.release import Wanted

__all__ = [
    "Block",
    "Cell",
    "FileRejected",
    "Note",
    "Rejection",
    "Wanted",
    "read_file",
    "takes_too_much",
]
