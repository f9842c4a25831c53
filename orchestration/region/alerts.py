"""Alerts of a region. One about an area is kept in the area's folder, one about the region's warehouse in the region's."""

from __future__ import annotations

from bisect import bisect_right

from orchestration.alerts.kept import Alert
from orchestration.alerts.matters import matters_of
from orchestration.alerts.tell import tell, tell_matters
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.operator.status import Status
from orchestration.region.folders import begun_areas, folder_of, is_region
from orchestration.settings import ConfigurationError, DataFolder

# A sensor has a minute, and each area's ledger and warehouse are looked into.
AREAS_AT_A_TIME = 20


def tell_failure(region: DataFolder, area: str | None, why: str) -> list[Alert]:
    """Send that the night of an area, or the union, has failed; the night itself may have done so already."""
    own = folder_of(region, area) if area else None
    # A failure of the union, or of an area whose folder could not even be made. A region has no ledger to look into.
    if own is None or not own.root.is_dir():
        what = f"{area or 'the warehouse of the region'}: {why}"
        return tell_matters(region, lambda: matters_of(Status(), what))
    # What the night has sent itself has the same words, so it is not sent again.
    return tell(own, why)


def tell_all(folder: DataFolder) -> list[Alert]:
    """Send what is news of a data folder, or of every area of a region, which has no nights itself."""
    if not is_region(folder):
        return tell(folder)
    return [sent for area in begun_areas(folder) for sent in tell(folder_of(folder, area))]


def tell_some(region: DataFolder, after: str) -> tuple[list[Alert], list[str], str]:
    """Send what is news of some areas, those next after one; what was sent, where nothing could be, where to go on."""
    areas = begun_areas(region)
    begin = bisect_right(areas, after)
    some = areas[begin : begin + AREAS_AT_A_TIME]
    sent, problems = list[Alert](), list[str]()
    for area in some:
        try:
            with told_in_words():
                sent += tell(folder_of(region, area))
        except (ConfigurationError, NothingPublished) as error:
            problems.append(f"{area}: no alert was sent: {error}")
    return sent, problems, some[-1] if begin + len(some) < len(areas) else ""
