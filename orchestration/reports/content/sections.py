"""The sections of a plan: what an indicator is looked at with, how an address names them, and what they are about."""

from __future__ import annotations

from orchestration.registry.vocabulary import Plan, vocabulary
from orchestration.reports.content.published import Indicator


def address_of(indicator: Indicator) -> str:
    """The section of an indicator as an address names it."""
    return _address(indicator.plan, indicator.section)


def services() -> list[tuple[str, str]]:
    """The sections that only officers see, by name and address: the pages that a head of service opens."""
    return [
        (section, _address(name, section))
        for name, plan in vocabulary().plans.items()
        for section in plan.sections
        if not plan.is_public
    ]


def _address(plan: str, section: str) -> str:
    words = f"{plan} {section}".lower()
    return "-".join("".join(one if one.isalnum() else " " for one in words).split())


def about_section(indicator: Indicator) -> str:
    """What the section of an indicator is about; empty where its name says it."""
    plan = _plan_of(indicator)
    return plan.sections.get(indicator.section, "") if plan else ""


def plan_title(indicator: Indicator) -> str:
    """The full title of its plan."""
    plan = _plan_of(indicator)
    return plan.title if plan else indicator.plan


def _plan_of(indicator: Indicator) -> Plan | None:
    return vocabulary().plans.get(indicator.plan)
