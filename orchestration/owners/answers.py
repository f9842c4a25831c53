"""A filled worklist back in: each line is applied or refused with a reason, then entered in the ledger at once.

Nothing here holds or says a local id: a line is named by its row number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from expectations.owners import load_owners
from orchestration.durable import digest_of
from orchestration.intake.readers import FileRejected
from orchestration.intake.reading import read_confined
from orchestration.intake.tables.cells import parse_date
from orchestration.intake.tables.headings import normalise_heading
from orchestration.ledger.ledger import IssueAnswer, Ledger, now
from orchestration.owners.cases import Case, read_desks
from orchestration.owners.worklist import ANSWER_COLUMNS, ANSWERS, HEADINGS, OTHER, REASONS
from orchestration.settings import DataFolder

LONGEST = 500


class WorklistRefused(Exception):
    """The file as a whole is not a worklist that can be read; nothing was applied."""


@dataclass(frozen=True)
class LineResult:
    """What became of one line of a worklist."""

    row: int
    outcome: Literal["applied", "unchanged", "refused", "noted"]
    reason: str


class _Refused(Exception):
    """Why a line cannot be applied."""


def collection_year_end(day: date) -> date:
    """The 31 March on or after a day."""
    return date(day.year + (day > date(day.year, 3, 31)), 3, 31)


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(row number, text by heading) of every line of the worklist's table."""
    known = frozenset(normalise_heading(heading) for heading in HEADINGS)
    try:
        blocks = read_confined(path, known)
    except FileRejected as error:
        raise WorklistRefused(f"the file cannot be read: {error}") from None
    for block in blocks:
        places = {normalise_heading(name): n for n, name in enumerate(block.headings)}
        wanted = {name: places.get(normalise_heading(name)) for name in ("Case", *ANSWER_COLUMNS)}
        if None not in wanted.values():
            # A worklist that was written before the column Area was has none.
            wanted["Area"] = places.get(normalise_heading("Area"))
            return [
                (number, {name: "" if place is None else _text(block.columns[place][index]) for name, place in wanted.items()})
                for index, number in enumerate(block.row_numbers)
            ]  # fmt: skip
    raise WorklistRefused(
        "there is no worklist in the file: it needs the columns Case and "
        + ", ".join(ANSWER_COLUMNS)
    )


def _text(cell: object) -> str:
    """What a cell says; a date keeps its day."""
    return "" if cell is None else str(cell).strip()


def _until(text: str, today: date) -> date:
    last = collection_year_end(today)
    if not text:
        return last
    until = parse_date(text)
    if not isinstance(until, date):
        raise _Refused("Until cannot be read: give a date as yyyy-mm-dd")
    if until < today:
        raise _Refused("Until has passed")
    if until > last:
        raise _Refused(f"Until lies after the end of the collection year, {last}")
    return until


def _named(line: dict[str, str], answer: str) -> None:
    """Who answers, and for an acceptance who approves, another person."""
    if not line["Answered by"]:
        raise _Refused("Answered by is empty: give your name")
    if answer == "accepted" and not line["Approver"]:
        raise _Refused("an acceptance needs an approver")
    if answer == "accepted" and line["Approver"].casefold() == line["Answered by"].casefold():
        raise _Refused("the approver is the person who answers: another person approves")


def _reasoned(line: dict[str, str]) -> None:
    if line["Reason"] not in REASONS:
        raise _Refused("Reason is empty or not of the list")
    if line["Reason"] == OTHER and not line["Note"]:
        raise _Refused(f"'{OTHER}' needs a note")
    if max(len(line[name]) for name in ANSWER_COLUMNS) > LONGEST:
        raise _Refused(f"a text is longer than {LONGEST} characters")


def _case_of(line: dict[str, str], cases: Mapping[str, Sequence[Case]]) -> Case | None:
    """The case that a line names: a key alone may be that of a case in several areas; raises _Refused."""
    found = [case for case in cases.get(line["Case"], ()) if line["Area"] in ("", case.area_code)]
    if len(found) > 1:
        areas = ", ".join(sorted(case.area_code for case in found))
        raise _Refused(f"several areas have this case: fill in the column Area with one of {areas}")
    return found[0] if found else None


def _answers(line: dict[str, str], case: Case | None, today: date) -> list[IssueAnswer]:
    """The answers of one line, one per issue of the case; raises _Refused."""
    if case is None:
        raise _Refused(
            "there is no such case; leave the columns Case and Area as they were written"
        )
    if case.status == "fixed":
        raise _Refused("the case is closed: the newest extract no longer holds it")
    answer = ANSWERS[line["Answer"]]
    _reasoned(line)
    _named(line, answer)
    until = _until(line["Until"], today)
    return [
        IssueAnswer(case.area_code, key, answer, line["Reason"], line["Note"], line["Answered by"],
                    line["Approver"], until, now())
        for key in case.issue_keys
    ]  # fmt: skip


def _said(answer: IssueAnswer) -> tuple[object, ...]:
    return (
        answer.answer,
        answer.reason,
        answer.note,
        answer.answered_by,
        answer.approver,
        answer.until,
    )


Outcome = tuple[Literal["applied", "unchanged", "refused", "noted"], str, list[IssueAnswer]]


def _outcome(
    line: dict[str, str], case: Case | None, newest: dict[tuple[str, str], IssueAnswer], today: date
) -> Outcome:
    """What becomes of a line that has an answer; raises _Refused."""
    if line["Answer"] not in ANSWERS:
        raise _Refused("Answer is empty or not of the list, but the line says something")
    if not ANSWERS[line["Answer"]]:
        return "noted", "stays open until an extract holds the correction", []
    answers = _answers(line, case, today)
    known = [newest.get((one.area_code, one.issue_key)) for one in answers]
    fresh = [
        one
        for one, before in zip(answers, known, strict=True)
        if before is None or _said(before) != _said(one)
    ]
    if not fresh:
        return "unchanged", "the same answer has been given already", []
    return "applied", f"{fresh[0].answer} until {fresh[0].until}", fresh


def _judge(
    lines: list[tuple[int, dict[str, str]]],
    cases: Mapping[str, Sequence[Case]],
    ledger: Ledger,
    today: date,
) -> Iterator[tuple[LineResult, list[IssueAnswer]]]:
    newest = {(one.area_code, one.issue_key): one for one in ledger.issue_answers()}
    seen: set[tuple[str, str]] = set()
    for number, line in lines:
        if not any(line[name] for name in ANSWER_COLUMNS):
            continue
        try:
            case = _case_of(line, cases)
            named = (case.area_code if case else line["Area"], line["Case"])
            if named in seen:
                raise _Refused("an earlier line already answers this case")
            seen.add(named)
            outcome, reason, answers = _outcome(line, case, newest, today)
        except _Refused as refused:
            outcome, reason, answers = "refused", str(refused), []
        yield LineResult(number, outcome, reason), answers


def import_worklist(folder: DataFolder, path: Path, today: date, by: str) -> list[LineResult]:
    """Apply what a filled worklist says; the next run shows it. Raises WorklistRefused."""
    if not folder.warehouse_file.exists():
        raise WorklistRefused("nothing has been published yet: run `cypp run`")
    lines = _lines(path)
    owners = {str(entry["source"]): str(entry["owner"]) for entry in load_owners()}
    desks = read_desks(folder.warehouse_file, owners)
    cases: dict[str, list[Case]] = defaultdict(list)
    for desk in desks:
        for case in desk.cases:
            cases[case.case_key].append(case)
    ledger = Ledger(folder.ledger)
    judged = list(_judge(lines, cases, ledger, today))
    results = [result for result, _ in judged]
    answers = [answer for _, answers in judged for answer in answers]
    ledger.record_act(by, "owners import", _about(path, results, answers))
    ledger.answer_issues(answers)
    return results


def _about(path: Path, results: list[LineResult], answers: list[IssueAnswer]) -> dict[str, str]:
    """What the audit trail says of an import: which file, what became of its lines, who explained and accepted."""
    counts = Counter(result.outcome for result in results)
    people = {"answered by": "answered_by", "approved by": "approver"}
    named = {
        role: ", ".join(sorted({getattr(answer, name) for answer in answers} - {""}))
        for role, name in people.items()
    }
    return {
        "sha256": digest_of(path)[:16],
        **{outcome: str(count) for outcome, count in counts.items()},
        **{role: names for role, names in named.items() if names},
    }
