"""What everybody knows who has read the definitions of the measures: which events they count, and how these hang together.

Written by hand from the definitions, apart from the registry.
"""

from __future__ import annotations

# By the number in the plan: the event that the numerator counts, and the one that the denominator counts.
EVENTS: dict[str, tuple[str | None, str | None]] = {
    "SC01": ("referral", None), "SC02": ("repeat referral", "referral"),
    "SC03": ("assessment", None), "SC04": ("assessment in time", "assessment"),
    "SC05": ("enquiry", None), "SC06": ("conference", None), "SC07": ("conference in time", "conference"),
    "SC08": ("in need", None), "SC09": ("plan open", None),
    "SC10": ("repeat plan", "plan started"), "SC11": ("long plan", "plan ended"),
    "SC12": ("looked after", None), "SC13": ("went missing", "looked after in the year"),
    "SC14": ("was away", "looked after in the year"), "SC15": ("teeth checked", "looked after a year"),
    "SC16": ("health assessed", "looked after a year"),
    "SC17": ("adoption", "ceased"), "SC18": ("guardianship", "ceased"), "SC19": ("left at 18", "left at 16"),
    "SC20": ("leaver with work", "leaver"), "SC21": (None, "adoption"), "SC22": (None, "adoption"),
    "ED03": ("plan in time", "plan issued"), "ED06": ("met all", "ks2"),
    "ED07a": (None, "ks2 reading"), "ED07b": (None, "ks2 writing"), "ED07c": (None, "ks2 maths"),
    "ED08a": (None, "ks4"), "ED08b": (None, "ks4 progress"), "ED08c": ("english and maths", "ks4"),
    "ED08d": ("ebacc", "ks4"), "ED09a": ("poor met all", "poor ks2"), "ED09b": ("poor met all", "poor ks2"),
    "ED10a": (None, "poor ks4"), "ED10b": (None, "poor ks4 progress"), "ED10c": (None, "poor ks4"),
    "ED10d": (None, "poor ks4 progress"), "ED11a": (None, "care ks4"), "ED11b": (None, "care ks4 progress"),
    "ED11c.i": (None, "care ks4"), "ED11c.ii": (None, "care ks4 progress"), "ED11d": ("good plan", "education plan"),
    "ED11e": ("care met all", "care ks2"), "ED11f": ("care neet", "care 16 or 17"),
    "ED12a.i": ("ehc met reading", "ehc reading"), "ED12a.ii": ("ehc met writing", "ehc writing"),
    "ED12a.iii": ("ehc met maths", "ehc maths"), "ED12a.iv": ("support met all", "support ks2"),
    "ED12b": (None, "ehc ks4"), "ED12c": (None, "ehc ks4 progress"),
    "ED13a": ("neet", "16 or 17"), "ED13b": ("neet or not known", "16 or 17"),
}  # fmt: skip
# Those that months add up to; children looked after in a year are no sum of months.
FLOWS = frozenset(
    event
    for number in ("SC01", "SC02", "SC03", "SC04", "SC05", "SC06", "SC07", "SC10", "SC11", "SC17", "SC18", "SC19", "ED03")
    for event in EVENTS[number]
)  # fmt: skip
STOCKS = {"SC09": ("plan started", "plan ended")}
PART_OF = (
    ("left at 16", "ceased"), ("looked after a year", "looked after"), ("looked after", "looked after in the year"),
    ("ks2 reading", "ks2"), ("ks2 writing", "ks2"), ("ks2 maths", "ks2"), ("poor ks2", "ks2"),
    ("poor met all", "met all"), ("ehc reading", "ks2"), ("ehc writing", "ks2"), ("ehc maths", "ks2"),
    ("support ks2", "ks2"), ("support met all", "met all"), ("ks4 progress", "ks4"), ("poor ks4", "ks4"),
    ("poor ks4 progress", "poor ks4"), ("poor ks4 progress", "ks4 progress"), ("ehc ks4", "ks4"),
    ("ehc ks4 progress", "ehc ks4"), ("ehc ks4 progress", "ks4 progress"), ("care ks4 progress", "care ks4"),
    ("neet", "neet or not known"), ("care 16 or 17", "16 or 17"), ("care neet", "neet"),
)  # fmt: skip
APART = (("adoption", "guardianship", "ceased"),)
# Percentages that DfE prints, with their decimals; those of social care for the year to March or its last day, of
# EHC plans for the calendar year, all others for the period itself.
DFE = {
    "SC02": 1, "SC04": 1, "SC07": 1, "SC10": 1, "SC11": 1, "SC13": 0, "SC14": 0, "SC15": 0, "SC16": 0,
    "SC17": 0, "SC18": 0, "SC20": 0, "ED03": 1, "ED06": 0, "ED08c": 1, "ED08d": 1, "ED09a": 0, "ED11e": 0,
    "ED13a": 1, "ED13b": 1,
}  # fmt: skip
