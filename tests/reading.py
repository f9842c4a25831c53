"""One version taken in by itself: its files read and its rows judged, as the nightly job does with many at once."""

from __future__ import annotations

from pathlib import Path

from orchestration.intake.extract import Extraction, SubmissionFiles, read_version
from orchestration.intake.judging import ReadVersion, judge_versions


def extract(
    submission: SubmissionFiles, secret: bytes, target: Path, restricted: Path
) -> Extraction:
    """Read and judge one version; its tables are in `target`, its identifiers in `restricted`."""
    read = read_version(submission, secret, target, restricted)
    [extraction] = judge_versions([ReadVersion(submission.source, target, read)])
    extraction.save(target)
    return extraction
