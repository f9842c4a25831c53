"""Annex A lists 1 to 5: contacts, early help, referrals, assessments, section 47 enquiries."""

from __future__ import annotations

import numpy as np

from orchestration.demo import options
from orchestration.demo.days import NEVER
from orchestration.demo.sheets import Column, Sheet, dates, numbers, texts
from orchestration.demo.view import View


def contacts(view: View) -> Sheet:
    """List 1: contacts of the six months."""
    found = view.known(view.history.contacts, "day")
    found = found[view.in_window(found["day"])].sort_values(["day", "key"])
    columns = [
        *view.child_columns(found["child"].to_numpy()),
        dates("Date of Contact", found["day"]),
        texts("Contact Source", options.spelled(found["source"].to_numpy(), options.SOURCE)),
    ]
    return Sheet("List 1", tuple(columns), found["key"].to_numpy(), found["entered"].to_numpy())


def early_help(view: View) -> Sheet:
    """List 2: early help assessments of the six months."""
    found = view.known(view.history.early_help, "day")
    found = found[view.in_window(found["day"])].sort_values(["day", "key"])
    key = found["key"].to_numpy()
    organisation = (view.uniform(key, "organisation") * len(options.ORGANISATIONS)).astype(int)
    columns = [
        *view.child_columns(found["child"].to_numpy()),
        dates("Assessment start date", found["day"]),
        dates("Assessment completion date", found["end"]),
        texts(
            "Organisation completing assessment",
            np.array(options.ORGANISATIONS, dtype=object)[organisation],
        ),
    ]
    return Sheet("List 2", tuple(columns), key, found["entered"].to_numpy())


def referrals(view: View) -> Sheet:
    """List 3: referrals of the six months."""
    found = view.known(view.history.referrals, "day")
    found = found[view.in_window(found["day"])].sort_values(["day", "key"])
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    columns = [
        *view.child_columns(child),
        dates("Date of Referral", found["day"]),
        texts("Referral Source", options.spelled(found["source"].to_numpy(), options.SOURCE)),
        texts("Referral NFA?", options.YES_NO[found["is_nfa"].to_numpy().astype(int)]),
        numbers("Number of Referrals in Last 12 Months", found["earlier"]),
        *view.worker_columns(child),
    ]
    return Sheet("List 3", tuple(columns), key, found["entered"].to_numpy())


def assessments(view: View) -> Sheet:
    """List 4: assessments open now, or authorised in the six months."""
    found = view.open_or_ended(view.known(view.history.assessments, "day")).sort_values(
        ["day", "key"]
    )
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    is_done = (found["end"] < NEVER).to_numpy()
    was_seen = (view.uniform(key, "seen") < 0.96).astype(int)
    needed = options.YES_NO[found["is_needed"].to_numpy().astype(int)]
    columns = [
        *view.child_columns(child),
        view.disability(child),
        dates("Continuous Assessment Start Date", found["day"]),
        texts("Child Seen During Continuous Assessment", options.YES_NO[was_seen]),
        dates("Continuous Assessment Date of Authorisation", found["end"]),
        texts(
            "Was the child assessed as requiring LA children's social care support?",
            np.where(is_done, needed, ""),
        ),
        *view.worker_columns(child),
    ]
    return Sheet("List 4", tuple(columns), key, found["entered"].to_numpy())


def enquiries(view: View) -> Sheet:
    """List 5: enquiries whose strategy discussion or conference falls in the six months."""
    found = view.known(view.history.enquiries, "day")
    found = found[view.in_window(found["day"]) | view.in_window(found["conference"])].sort_values(
        ["day", "key"]
    )
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    held = (found["conference"] < NEVER).to_numpy()
    # Not yet decided while a conference may still follow.
    is_open = ~held & (found["day"] > view.as_at - 30).to_numpy()
    unnecessary = np.where(is_open, "", options.YES_NO[(~held).astype(int)])
    led = np.where(held, options.YES_NO[found["led_to_plan"].to_numpy().astype(int)], "")
    columns: list[Column] = [
        *view.child_columns(child),
        view.disability(child),
        dates("Strategy discussion initiating Section 47 Enquiry Start Date", found["day"]),
        texts("Was an Initial Child Protection Conference deemed unnecessary?", unnecessary),
        dates("Date of Initial Child Protection Conference", found["conference"]),
        texts("Did the Initial Child Protection Conference Result in a Child Protection Plan", led),
        numbers("Number of Section 47 Enquiries in the last 12 months", found["earlier"]),
        numbers("Number of ICPCs in the last 12 months", found["earlier_conferences"]),
        *view.worker_columns(child),
    ]
    return Sheet("List 5", tuple(columns), key, found["entered"].to_numpy())
