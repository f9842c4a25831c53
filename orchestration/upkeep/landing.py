"""What landing holds, for what is done to extracts: what nobody could look into is never taken for nothing."""

from __future__ import annotations

from collections.abc import Container

from orchestration.intake.landing import Landing, scan
from orchestration.night.errors import NothingPublished
from orchestration.night.unchanged import refuse_emptied
from orchestration.settings import ConfigurationError, DataFolder, load_settings

TO_BE_SEEN = "Wait until it is written, or let the account of the job open it, then try again"


def look_into_landing(folder: DataFolder) -> Landing:
    """What is in landing and whole; nothing where there is no landing."""
    if not folder.landing.is_dir():
        return Landing((), (), (), "")
    return scan(folder.landing, load_settings(folder.root).quiet.seconds)


def seen_whole(folder: DataFolder, areas: Container[str] | None = None) -> Landing:
    """What landing holds, where all can be told of what these areas have there; without areas, of what is there.

    Raises ConfigurationError where landing is not there, or empty though it was not, as a share looks that is offline,
    or where something in it cannot be opened or is still being written.
    """
    try:
        landing = scan(folder.landing, load_settings(folder.root).quiet.seconds)
        refuse_emptied(folder, landing.state)
    except NothingPublished as error:
        raise ConfigurationError(str(error)) from None
    except OSError as error:
        raise ConfigurationError(
            f"{error.strerror}: {folder.landing}; mount its share, or let the account of the job look into it, then try"
            " again"
        ) from None
    for finding in landing.findings:
        area = str(finding.folder).partition("/")[0]
        is_concerned = areas is None or area in areas or area == folder.landing.name
        if finding.severity == "wait" and is_concerned:
            raise ConfigurationError(f"in landing, {finding.placed(remedy=TO_BE_SEEN).text()}")
    return landing
