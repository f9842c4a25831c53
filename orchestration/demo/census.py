"""The children in need census of the financial year so far: one Message, each child with its cases.

Unlike Annex A it holds the conferences of children who moved in with a plan, and the cases of care leavers
who are still served. Layout: DfE, Children in need census guide 2023 to 2024, and what changed by year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from orchestration.demo.case_lists import plan_reviews
from orchestration.demo.days import Days, add_working_days, as_dates
from orchestration.demo.families import MALE
from orchestration.demo.leaving_care import served_until
from orchestration.demo.return_children import LETTERS_FROM, FinancialYear, numbers_of_pupils
from orchestration.demo.view import View

TARGET_WORKING_DAYS = 15
UNDECIDED_DAYS = 30
# Codes that came with a collection year, and what was used before: abuse by whom; early help as a
# source, and as what a closed case is passed on to.
NEW_CODES = {2021: {"18B": "18A", "19B": "19A"}, 2023: {"5D": "5B", "RC9": "RC8"}}
CIN_PLANS_FROM = 2022
FACTORS = {
    "3B": 0.24, "4B": 0.20, "2B": 0.08, "1B": 0.07, "16A": 0.10, "17A": 0.08, "18B": 0.06, "19B": 0.03,
    "4A": 0.06, "5A": 0.02, "6A": 0.04, "15A": 0.02,
}  # fmt: skip
DISABILITY = "LD"
CLOSED_TO_CARE_LEAVER = "RC6"
Modules = Mapping[int, list[str]]


def census_xml(view: View, notice: str) -> str:
    """The census as known on the view's day."""
    of = FinancialYear(view)
    details = _details(of)
    modules = [_assessments(of, details), _cin_plans(of, details), _enquiries(of, details)]
    found = _described(of, details, modules, _protection_plans(of, details))
    children = "\n".join(_children(of, found))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {notice} -->\n<Message>\n{_header(of)}\n'
        f"<Children>\n{children}\n</Children>\n</Message>\n"
    )


def _header(of: FinancialYear) -> str:
    made_up = as_dates(np.array([of.view.known_on]))[0]
    return (
        "<Header><CollectionDetails><Collection>CIN</Collection>"
        f"<Year>{of.collection_year}</Year><ReferenceDate>{of.collection_year}-03-31</ReferenceDate>"
        f"</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>{of.view.history.area.dfe_code}</LEA>"
        "<SoftwareCode>SYNTHETIC</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>"
        f"<DateTime>{made_up}T12:00:00</DateTime></Source></Header>"
    )


# --------------------------------------------------------------------------------------- texts


def _days(days: Days | pd.Series, of: FinancialYear) -> np.ndarray:
    """Days as texts; nothing for those that have not come."""
    days = np.asarray(days)
    here = days <= of.as_at
    return np.where(here, as_dates(np.where(here, days, 0)).astype(str), "")


def _elements(texts: Mapping[str, Iterable[str]]) -> list[str]:
    """The elements of each row, by name; those without a text are left out."""
    columns = [
        [f"<{name}>{text}</{name}>" if text else "" for text in column]
        for name, column in texts.items()
    ]
    return ["".join(row) for row in zip(*columns, strict=True)]


def _in_codes_of_year(codes: np.ndarray | pd.Series, of: FinancialYear) -> np.ndarray:
    """Codes as the collection year had them."""
    found = np.asarray(codes, dtype=object)
    for year, before in NEW_CODES.items():
        if of.collection_year < year:
            found = np.array([before.get(code, code) for code in found], dtype=object)
    return found


def _by_case(tag: str, cases: Iterable[int], rows: Iterable[str]) -> Modules:
    found: dict[int, list[str]] = defaultdict(list)
    for case, row in zip(cases, rows, strict=True):
        found[case].append(f"<{tag}>{row}</{tag}>")
    return found


# --------------------------------------------------------------------------------------- cases


def _details(of: FinancialYear) -> pd.DataFrame:
    """Referrals of the year, and the cases open when it began or since."""
    referrals = of.view.known(of.view.history.referrals, "day").set_index("key")
    episodes = of.view.known(of.view.history.cin_episodes, "day").set_index("key")
    details = referrals.join(episodes[["end", "reason", "need", "decided", "is_in_need"]])
    details = details[details["is_nfa"] | details["end"].notna()]
    details = _served_as_care_leavers(details, of)
    is_open = ~details["is_nfa"] & (details["end"] >= of.first)
    return details[is_open | (details["day"] >= of.first)].sort_values(["child", "day"])


def _served_as_care_leavers(details: pd.DataFrame, of: FinancialYear) -> pd.DataFrame:
    """The case of a care leaver stays open while the authority supports the young person."""
    until = served_until(of.view).reindex(details.index)
    is_latest = ~details.sort_values("day")["child"].duplicated(keep="last")
    stays = until.notna() & is_latest.reindex(details.index) & (details["end"] < until)
    return details.assign(
        end=details["end"].where(~stays, until),
        reason=details["reason"].where(~stays, CLOSED_TO_CARE_LEAVER),
    )


def _described(
    of: FinancialYear, details: pd.DataFrame, modules: list[Modules], plans: Modules
) -> dict[int, list[str]]:
    """The cases of each child as XML."""
    closed = _days(details["end"], of)
    reason = _in_codes_of_year(details["reason"], of)
    before = _elements(
        {
            "CINreferralDate": _days(details["day"], of),
            "ReferralSource": _in_codes_of_year(details["source"], of),
            "PrimaryNeedCode": details["need"].fillna("N0"),
            "CINclosureDate": np.where(details["is_nfa"], "", closed),
            "ReasonForClosure": np.where(details["is_nfa"] | (closed == ""), "", reason),
            "DateOfInitialCPC": _days(details["transfer_conference"], of),
        }
    )
    after = _elements({"ReferralNFA": np.where(details["is_nfa"], "true", "false")})
    found: dict[int, list[str]] = defaultdict(list)
    rows = zip(details.index.tolist(), details["child"].tolist(), before, after, strict=True)
    for case, child, first, last in rows:
        inside = [row for module in modules for row in module.get(case, ())]
        parts = [f"<CINdetails>{first}", *inside, last, *plans.get(case, ())]
        found[child].append("\n".join(parts) + "</CINdetails>")
    return found


# --------------------------------------------------------------------------------------- modules


def _of_cases(of: FinancialYear, frame: pd.DataFrame, details: pd.DataFrame) -> pd.DataFrame:
    found = of.view.known(frame, "day")
    return found[found["case"].isin(details.index)].sort_values(["day", "key"])


def _assessments(of: FinancialYear, details: pd.DataFrame) -> Modules:
    found = _of_cases(of, of.view.history.assessments, details)
    found = found[found["end"] >= of.first]
    start, end = _days(found["day"], of), _days(found["end"], of)
    rows = _elements({"AssessmentActualStartDate": start, "AssessmentAuthorisationDate": end})
    factors = np.where((end != "") & found["is_needed"], _factors(of, found), "")
    tag = "FactorsIdentifiedAtAssessment"
    rows = [
        f"{row}<{tag}><AssessmentFactors>{factor}</AssessmentFactors></{tag}>" if factor else row
        for row, factor in zip(rows, factors, strict=True)
    ]
    return _by_case("Assessments", found["case"], rows)


def _factors(of: FinancialYear, found: pd.DataFrame) -> np.ndarray:
    codes = list(FACTORS)
    picked = of.view.history.draws.options(
        found["key"].to_numpy(), "factor", list(FACTORS.values())
    )
    return _in_codes_of_year(np.array(codes, dtype=object)[picked], of)


def _cin_plans(of: FinancialYear, details: pd.DataFrame) -> Modules:
    """A plan for those in need, from the decision until the case closes, where it is still open then."""
    if of.collection_year < CIN_PLANS_FROM:
        return {}
    may = details[details["is_in_need"].eq(True) & (details["decided"] <= of.as_at)]
    may = may[may["decided"] < may["end"]]
    rows = _elements(
        {"CINPlanStartDate": _days(may["decided"], of), "CINPlanEndDate": _days(may["end"], of)}
    )
    return _by_case("CINPlanDates", may.index, rows)


def _enquiries(of: FinancialYear, details: pd.DataFrame) -> Modules:
    """Enquiries that began in the year, and earlier ones whose conference falls in it."""
    found = _of_cases(of, of.view.history.enquiries, details)
    held = (found["conference"] <= of.as_at) & (found["conference"] >= of.first)
    found = found[held | (found["day"] >= of.first)]
    start = found["day"].to_numpy()
    target = add_working_days(start, np.full(len(start), TARGET_WORKING_DAYS))
    none_held = (found["conference"] > of.as_at) & (start <= of.as_at - UNDECIDED_DAYS)
    rows = _elements(
        {
            "S47ActualStartDate": _days(start, of),
            "InitialCPCtarget": as_dates(target).astype(str),
            "DateOfInitialCPC": _days(found["conference"], of),
            "ICPCnotRequired": np.where(none_held, "true", "false"),
        }
    )
    return _by_case("Section47", found["case"], rows)


def _protection_plans(of: FinancialYear, details: pd.DataFrame) -> Modules:
    found = _of_cases(of, of.view.history.plans, details)
    found = found[found["end"] >= of.first]
    rows = _elements(
        {
            "CPPstartDate": _days(found["day"], of),
            "CPPendDate": _days(found["end"], of),
            "InitialCategoryOfAbuse": found["first_category"],
            "LatestCategoryOfAbuse": of.view.latest_category(found),
            "NumberOfPreviousCPP": found["earlier_plans"].astype(str),
        }
    )
    until = np.minimum(found["end"], of.as_at)
    held = plan_reviews(found["key"].to_numpy(), found["day"].to_numpy(), of.view.history.draws)
    reviews = [_reviews(days[days <= last]) for days, last in zip(held, until, strict=True)]
    rows = [row + review for row, review in zip(rows, reviews, strict=True)]
    return _by_case("ChildProtectionPlans", found["case"], rows)


def _reviews(days: Days) -> str:
    dates = "".join(f"<CPPreviewDate>{day}</CPPreviewDate>" for day in as_dates(days))
    return f"<Reviews>{dates}</Reviews>" if dates else ""


# --------------------------------------------------------------------------------------- children


def _children(of: FinancialYear, cases: Mapping[int, list[str]]) -> Iterable[str]:
    positions = np.array(sorted(cases), dtype=np.int64)
    found = of.view.history.children.iloc[positions]
    numbers = numbers_of_pupils(found, of.view)
    is_unknown = np.char.startswith(numbers.astype(str), "UN")
    unborn = (found["birth"] > of.as_at).to_numpy()
    identifiers = _elements(
        {
            "LAchildID": found["id"],
            "UPN": np.where(is_unknown, "", numbers),
            "UPNunknown": np.where(is_unknown, numbers, ""),
            "PersonBirthDate": _days(found["birth"], of),
            "ExpectedPersonBirthDate": np.where(
                unborn, as_dates(found["birth"].to_numpy()).astype(str), ""
            ),
            **_sex(of, found, unborn),
        }
    )
    about = _elements({"Ethnicity": found["ethnicity"]})
    disability = np.where(found["is_disabled"], DISABILITY, "NONE")
    for position, identity, ethnicity, code in zip(
        positions.tolist(), identifiers, about, disability, strict=True
    ):
        yield "\n".join(
            [
                f"<Child><ChildIdentifiers>{identity}</ChildIdentifiers>",
                f"<ChildCharacteristics>{ethnicity}<Disabilities><Disability>{code}</Disability>"
                "</Disabilities></ChildCharacteristics>",
                *cases[position],
                "</Child>",
            ]
        )


def _sex(of: FinancialYear, found: pd.DataFrame, unborn: np.ndarray) -> dict[str, np.ndarray]:
    boys = (found["sex"] == MALE).to_numpy()
    if of.collection_year >= LETTERS_FROM:
        return {"Sex": np.select([unborn, boys], ["U", "M"], "F")}
    return {"GenderCurrent": np.select([unborn, boys], ["0", "1"], "2")}
