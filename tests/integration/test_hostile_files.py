"""Hostile files: each gives one refusal, and everything beside it is taken in as if it had not come."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract import contract_for
from orchestration.intake import reading, submissions
from orchestration.intake.headings import normalise_heading
from orchestration.intake.ledger import Ledger
from orchestration.intake.readers import FileRejected
from orchestration.intake.reading import allowance_for, read_confined, recognised_blocks
from orchestration.intake.submissions import findings_of
from tests import hostile_files
from tests.extracts import write_bytes
from tests.hostile_files import KINDS, VARIANTS, Hostile
from tests.integration.inbox import Inbox

GOOD = ("annex_a", "cin_census", "population")
# Three that are refused before they are read, and one that ends its worker.
A_FEW = [kind for kind in KINDS if "one long" in kind.name or "binary" in kind.name][:3]
PARAMETERS = [
    pytest.param(kind, variant, id=f"{kind.name}-{variant}", marks=[pytest.mark.faults] * variant)
    for kind in KINDS
    for variant in VARIANTS
]


@pytest.fixture(autouse=True)
def _no_shipped_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "shipped_reference", lambda: iter(()))


@pytest.mark.parametrize(("kind", "variant"), PARAMETERS)
def test_hostile_file_is_refused_by_one_sentence(
    kind: Hostile, variant: int, tmp_path: Path
) -> None:
    path = kind.write(tmp_path, variant)
    known = frozenset(map(normalise_heading, contract_for(kind.source).headings()))

    with pytest.raises(FileRejected) as refused:
        read_confined(path, known)

    assert refused.value.code == kind.rule
    what, _, remedy = refused.value.message.partition(". ")
    assert what and remedy and len(refused.value.message) < 300


def _month(place: int) -> str:
    return f"{2019 + place // 12}-{place % 12 + 1:02}"


def _take_in_with(inbox: Inbox, kinds: list[Hostile], variants: tuple[int, ...]) -> None:
    """Take in the good extracts and beside them each hostile file, in a month of its own; look at what was said."""
    hostile = {}
    for place, (kind, variant) in enumerate((k, v) for k in kinds for v in variants):
        folder = inbox.folder.landing / kind.area / kind.source / _month(place)
        folder.mkdir(parents=True)
        kind.write(folder, variant)
        hostile[kind.source, _month(place)] = kind
    outcome = inbox.take_in()

    versions = Ledger(inbox.folder.ledger).versions()
    refused = {
        (version.source, version.folder_month): version
        for version in versions
        if version.verdict == "rejected"
    }
    assert {source: outcome.versions[source].verdict for source in GOOD} == dict.fromkeys(
        GOOD, "accepted"
    )
    assert refused.keys() == hostile.keys()
    for place, version in refused.items():
        [finding] = [one for one in findings_of(inbox.folder, version) if one.severity == "reject"]
        assert (finding.rule, finding.file) == (hostile[place].rule, "extract")
        assert version.reason == finding.text()


def test_good_extracts_beside_hostile_files_are_taken_in(tmp_path: Path) -> None:
    alone = Inbox(tmp_path / "alone", GOOD).take_in()
    inbox = Inbox(tmp_path / "beside", GOOD)

    _take_in_with(inbox, A_FEW, (0,))

    again = inbox.take_in()
    assert {source: again.counts(source) for source in ("cin_census", "annex_a")} == {
        source: alone.counts(source) for source in ("cin_census", "annex_a")
    }


@pytest.mark.faults
def test_good_extracts_beside_every_hostile_file_are_taken_in(tmp_path: Path) -> None:
    _take_in_with(Inbox(tmp_path / "data", GOOD), list(KINDS), VARIANTS)


@pytest.mark.parametrize("name", ["aaa.csv", "zzz.csv"])
def test_file_that_ends_its_worker_costs_none_of_those_beside_it(tmp_path: Path, name: str) -> None:
    alone = Inbox(tmp_path / "alone", ["ssda903"]).take_in()
    inbox = Inbox(tmp_path / "beside", ["ssda903"])
    write_bytes(inbox.place("ssda903") / name, hostile_files.binary_references(0))

    outcome = inbox.take_in()

    assert outcome.versions["ssda903"].verdict == "accepted"
    assert outcome.counts("ssda903") == alone.counts("ssda903")
    [said] = [text for text in outcome.texts("ssda903") if "[TOO_LARGE]" in text]
    assert said.startswith(f"{name}: reading the workbook had to be given up")


def test_version_whose_rows_together_take_too_much_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(tmp_path / "data", ["ssda903", "cin_census"])
    allowed = reading.allowance_for

    def less_for_the_return(files: tuple[Path, ...]) -> reading.Allowance:
        given = allowed(files)
        return reading.Allowance(given.memory, 1e-3) if len(files) > 1 else given

    monkeypatch.setattr(reading, "allowance_for", less_for_the_return)

    outcome = inbox.take_in()

    assert outcome.versions["ssda903"].verdict == "rejected"
    assert "[TOO_LARGE]" in outcome.versions["ssda903"].reason
    assert outcome.versions["cin_census"].verdict == "accepted"


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"PAR1", b"<Message>", b"CHILD,DECOM"])
def test_small_file_is_never_allowed_half_a_gigabyte(begins: bytes, tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "extract", begins.ljust(500_000))

    # A worker that has done nothing holds 125 MB.
    assert allowance_for([path]).memory < 375 << 20


def test_tables_are_read_again_for_other_checks_without_what_ends_its_worker(
    tmp_path: Path,
) -> None:
    folder = Inbox(tmp_path / "data", ["ssda903"]).place("ssda903")
    write_bytes(folder / "extract", hostile_files.binary_references(0))

    blocks = recognised_blocks(contract_for("ssda903"), sorted(folder.iterdir()))

    assert {"header", "episodes"} <= blocks.keys()


def test_worklist_that_ends_its_worker_is_refused(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "worklist.xlsx", hostile_files.binary_references(1))

    with pytest.raises(FileRejected, match="TOO_LARGE: reading the workbook"):
        read_confined(path, frozenset({"case"}))
