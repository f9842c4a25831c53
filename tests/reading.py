"""One version taken in by itself: its files read and its rows judged, as the nightly job does with many at once."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from orchestration.intake.extract import Extraction, SubmissionFiles, read_version
from orchestration.intake.judging import ReadVersion, judge_versions


def extract(submission: SubmissionFiles, secret: bytes, target: Path) -> Extraction:
    """Read and judge one version; its loaded rows are in `target`, by table."""
    read = read_version(submission, secret, target)
    [judged] = judge_versions([ReadVersion(submission.source, target, read)], {})
    for table, rows in judged.made.items():
        if table.startswith("raw/"):
            pq.write_table(rows, target / f"{table.rpartition('/')[2]}.parquet")
    return judged.extraction
