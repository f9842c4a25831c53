"""DfE's rules for one SSDA903 return or CIN census, run by the interpreter of `.venv-validators`.

The packages need pandas 1 and numpy 1, so nothing of this project and none of its libraries is imported here.
One request as JSON on standard input, one answer as JSON on standard output; what the packages print or log goes
nowhere, since it may quote a record. The answer holds codes, DfE's words, names of tables and fields, and numbers
of rows: never a value. `statutory.py` starts it.
"""

from __future__ import annotations

import copy
import ctypes
import importlib
import json
import logging
import os
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Finding = dict[str, Any]
# Postcodes give these columns of the episodes; without postcodes there are none of them.
POSTCODES = ("HOME_POST", "PL_POST")
FROM_POSTCODES = (*POSTCODES, "PL_LA", "PL_LOCATION", "PL_DISTANCE")
# The package joins a child's rows to all others before it; in parcels that stays quick.
CHILDREN_AT_ONCE = 100
HEADER = "Header"
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)


class NoRules(Exception):
    """The packages know nothing of the collection year."""


class Skip(Exception):
    """A rule cannot be judged; the message names the table or column that it would read."""


def _refuse(*_arguments: Any, **_named: Any) -> None:
    """In place of every way out to a network: there is none in a run."""
    raise OSError("no network")


def _judge(rules: Iterable[tuple[str, Any]], run: Callable[[Any], list[Finding]]) -> Iterator[dict]:
    """Every rule with its outcome; a rule that could not be judged is never one that found nothing."""
    for code, rule in rules:
        status, reason, findings = "run", "", []
        try:
            findings = run(rule)
        except Skip as skipped:
            status, reason = "skipped", str(skipped)
        except Exception as error:  # noqa: BLE001 -- its message may quote a record: only its kind is said
            status, reason = "crashed", type(error).__name__
        yield {
            "code": str(code), "message": rule.message or "", "status": status, "reason": reason,
            "findings": findings,
        }  # fmt: skip


def _one_per_child(found: list[Finding]) -> list[Finding]:
    """A rule about a child shows in several tables: the first of them that holds the child is taken for all."""
    tables: dict[Any, str] = {}
    return [
        one for one in found if tables.setdefault(one.pop("about"), one["table"]) == one["table"]
    ]


# ---------------------------------------------------------------- SSDA903


def _frame(table: dict[str, Any]) -> Any:
    """A table as the package's own reader makes it of text: objects, upper case, nothing for an empty cell."""
    pandas, numpy = (importlib.import_module(name) for name in ("pandas", "numpy"))
    cells = ([numpy.nan if cell is None else cell.upper() for cell in row] for row in table["rows"])
    return pandas.DataFrame(list(cells), columns=table["columns"], dtype=object)


def _return_store(request: dict[str, Any]) -> dict[str, Any]:
    """The tables of the return and of the one before, with what the rules derive from postcodes."""
    datastore = importlib.import_module("lac_validator.datastore")
    frames = {name: _frame(table) for name, table in request["tables"].items()}
    for suffix in ("", "_last"):
        header, asylum = frames.get(f"Header{suffix}"), frames.get(f"UASC{suffix}")
        if header is not None and asylum is not None:
            header["UASC"] = header["CHILD"].isin(asylum["CHILD"]).map({True: "1", False: "0"})
    derived: dict[str, list[str]] = {}
    for name in ("Episodes", "Episodes_last"):
        absent = [column for column in POSTCODES if name in frames and column not in frames[name]]
        for column in absent:
            frames[name][column] = None
            derived[name] = list(FROM_POSTCODES)
    about = {
        "collectionYear": str(request["collection_year"]), "localAuthority": request["area_code"],
        "file_format": "csv",
    }  # fmt: skip
    store = datastore.create_datastore(frames, about)
    for name, columns in derived.items():
        store[name] = store[name].drop(columns=columns)
    return store


def _return_rows(store: dict[str, Any], rule: Any, result: dict[str, Any]) -> Iterator[Finding]:
    pandas = importlib.import_module("pandas")
    header = store.get(HEADER)
    places = (
        {} if header is None else {child: n for n, child in reversed([*enumerate(header["CHILD"])])}
    )
    order = [name for name in (rule.tables or ()) if name in result]
    for table in dict.fromkeys((*order, *result)):
        # What is in the return before this one was its owner's last year.
        if table.endswith("_last") or table not in store:
            continue
        children = store[table].get("CHILD")
        for row in sorted({int(row) for row in result[table] if pandas.notna(row)}):
            child = None if children is None else children.get(row)
            yield {
                "about": row if child is None else child, "table": table, "row": row,
                "child_row": places.get(child), "fields": [str(f) for f in rule.affected_fields or ()],
            }  # fmt: skip


def judge_return(request: dict[str, Any]) -> dict[str, Any]:
    """Every rule of the collection year on an SSDA903 return."""
    datastore = importlib.import_module("lac_validator.datastore")
    config = importlib.import_module("lac_validator.config")
    names = {"provider_info", "UASC", *FROM_POSTCODES, *config.column_names}
    names |= {f"{name}_last" for name in config.column_names}
    names |= {column for columns in config.column_names.values() for column in columns}
    rules = _rules("lac_validator", request["collection_year"])
    store = _return_store(request)

    def run(rule: Any) -> list[Finding]:
        try:
            result = rule.func(datastore.copy_datastore(store))
        except KeyError as error:
            if error.args and error.args[0] in names:
                raise Skip(f"{error.args[0]} is not there") from None
            raise
        if result == {}:
            absent = [name for name in rule.tables or () if name and name not in store]
            raise Skip(f"{', '.join(absent) or 'a table that it reads'} is not there")
        return _one_per_child(list(_return_rows(store, rule, result)))

    lengths = {name: len(frame) for name, frame in store.items() if name != "metadata"}
    judged = list(_judge(rules, run))
    for one, (_, rule) in zip(judged, rules, strict=True):
        known = [name for name in rule.tables or () if name and not name.endswith("_last")]
        one["table"] = known[0] if known else None
        one["fields"] = [str(field) for field in rule.affected_fields or ()]
    return {"rules": judged, "lengths": lengths}


# ---------------------------------------------------------------- CIN census


def _without_namespaces(root: Any) -> Any:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _census_tables(file: Path) -> dict[str, Any]:
    """The package's tables of a census, its children taken in parcels."""
    pandas = importlib.import_module("pandas")
    validator = importlib.import_module("cin_validator.cin_validator")
    # Taken in before, where a file with entities is refused.
    root = _without_namespaces(ElementTree.parse(file).getroot())  # noqa: S314
    children = root.findall("Children/Child")
    parcels = []
    for first in range(0, max(len(children), 1), CHILDREN_AT_ONCE):
        parcel = ElementTree.Element("Message")
        parcel.append(root.find(HEADER))
        ElementTree.SubElement(parcel, "Children").extend(
            children[first : first + CHILDREN_AT_ONCE]
        )
        parcels.append(validator.convert_data(parcel))
    tables = {
        name: pandas.concat([parcel[name] for parcel in parcels], ignore_index=True)
        for name in parcels[0]
    }
    tables[HEADER] = parcels[0][HEADER]
    return validator.process_data(tables)


def _pushed(context: Any) -> Iterator[tuple[Any, int, Any, list[str]]]:
    """(table, row, what the error is about, fields) of everything a rule has put into its context."""
    for one in context.issues:
        yield one.table, int(one.row), None, [str(one.field)]
    groups = [context.type1_issues] if context.type1_issues else []
    for group in (*groups, *context.type2_issues, *context.type3_issues):
        rows = group.row_df[["ERROR_ID", "ROW_ID"]].explode("ROW_ID").dropna(subset=["ROW_ID"])
        fields = [str(column) for column in group.columns]
        for error, row in rows.itertuples(index=False):
            yield group.table, int(row), str(error), fields


def _census_findings(context: Any, tables: dict[str, Any]) -> list[Finding]:
    """One finding per error of a rule: its first row. An error of the whole census has no row."""
    children = tables["ChildIdentifiers"]["LAchildID"]
    places = {child: place for place, child in reversed([*enumerate(children)])}
    found: dict[tuple[Any, ...], Finding] = {}
    for member, row, error, fields in _pushed(context):
        table = member.name
        ids = tables[table].get("LAchildID")
        child_row = None if ids is None else places.get(ids.get(row))
        about = (table, row) if error is None else (error,)
        found.setdefault(about, {
            "table": table, "row": None if table == HEADER else row, "child_row": child_row, "fields": fields,
        })  # fmt: skip
    if not found and context.la_issues:
        found[()] = {"table": HEADER, "row": None, "child_row": None, "fields": []}
    return list(found.values())


def judge_census(request: dict[str, Any]) -> dict[str, Any]:
    """Every rule of the collection year on a CIN census."""
    engine = importlib.import_module("cin_validator.rule_engine")
    validator = importlib.import_module("cin_validator.cin_validator")
    rules = _rules("cin_validator", request["collection_year"])
    tables = _census_tables(Path(request["file"]))
    names = {column for frame in tables.values() for column in frame.columns}

    def run(rule: Any) -> list[Finding]:
        context = engine.RuleContext(rule)
        try:
            rule.func(validator.enum_keys(copy.deepcopy(tables)), context)
        except KeyError as error:
            missing = getattr(error.args[0], "name", error.args[0]) if error.args else None
            if (
                missing in validator.enum_keys.__globals__["CINTable"].__members__
                or missing in names
            ):
                raise Skip(f"{missing} is not there") from None
            raise
        return _census_findings(context, tables)

    judged = list(_judge(rules, run))
    for one, (_, rule) in zip(judged, rules, strict=True):
        one["table"] = rule.module.name
        one["fields"] = [str(field) for field in rule.affected_fields or ()]
    return {"rules": judged, "lengths": {name: len(frame) for name, frame in tables.items()}}


# ---------------------------------------------------------------- both


def _rules(package: str, collection_year: int) -> list[tuple[str, Any]]:
    """The rules of a collection year, in the order of their codes."""
    rule_sets = importlib.import_module(f"{package}.rules.ruleset_utils")
    try:
        rules = rule_sets.get_year_ruleset(str(collection_year))
    except ModuleNotFoundError:
        raise NoRules(f"no rules of the collection year {collection_year}") from None
    return sorted(rules.items(), key=lambda item: str(item[0]))


JUDGES = {"ssda903": judge_return, "cin_census": judge_census}


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """The outcome of every rule, or the place at which the package gave up."""
    began = time.perf_counter()
    try:
        answer = JUDGES[request["source"]](request)
    except NoRules as unknown:
        return {"error": str(unknown)}
    except Exception as error:  # noqa: BLE001 -- its message may quote a record
        place = traceback.extract_tb(error.__traceback__)[-1]
        return {"error": f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"}
    return answer | {"seconds": round(time.perf_counter() - began, 1)}


def main() -> None:
    """Read the request, run the rules with every way out shut, write the answer."""
    if sys.platform == "linux":
        # A run that is killed leaves nothing behind.
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    request = json.load(sys.stdin)
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _refuse)
    socket.getaddrinfo = _refuse  # ty: ignore[invalid-assignment]
    with answer_to:
        json.dump(_answer(request), answer_to)


if __name__ == "__main__":
    main()
