"""The public figures that ship with the project: they are used until newer ones are landed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from expectations.contract import sources
from orchestration.intake.landing import LandedSubmission, version_of
from orchestration.settings import REFERENCE_FOLDER

SHIPPED = "shipped"
SHIPPED_AS_AT = date(1900, 1, 1)


def shipped_reference() -> Iterator[LandedSubmission]:
    """Each source's figures, as if they were a submission."""
    for source_folder in sorted(path for path in REFERENCE_FOLDER.iterdir() if path.is_dir()):
        if source_folder.name in sources():
            files = tuple(sorted(source_folder.iterdir()))
            yield LandedSubmission(
                "national", source_folder.name, SHIPPED, files, version_of(files)
            )
