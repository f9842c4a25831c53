"""How many pupils, schools, applications and plans, and how well they do: all that is calibrated.

Intensities only, as in `orchestration/demo/intensities.py`: nothing that reads this knows an indicator or a
published series. Tables by year go by the year in which the academic (or, where said, the calendar) year ends;
a year not given holds the last one before. `python -m tests.benchmarks.calibration --part education` runs
generator and job and compares what comes out with what was published; a person then moved the values here.

How found: [calibrated] moved until the outcome agreed; [shape] a plausible shape, of which only the mean
matters, and the calibrated values scale that.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.demo.draws import Curve


def in_year(table: Mapping[int, float], year: int) -> float:
    """An intensity given by year; for a year not given the last one before holds, or the first."""
    return table[max((given for given in table if given <= year), default=min(table))]


# ------------------------------------------------------------------------------------------- schools, pupils

# Schools per 10,000 children and pupils per school. [shape: a London borough]
SCHOOLS_PER_10K = {"PRIMARY": 9.6, "SECONDARY": 2.75, "SPECIAL": 0.62, "AP": 0.53}
PUPILS_PER_SCHOOL = {"PRIMARY": 340.0, "SECONDARY": 1_100.0, "SPECIAL": 130.0, "AP": 45.0}
OPENED_LATELY = 0.05
# Of the children of an age: those whom schools and services here ever meet; of these, pupils of state-funded
# schools here at the end of key stage 2 and 4, and residents known at 16 and 17. [calibrated: sizes of the
# cohorts]
REGISTERED = 0.93
AT_SCHOOL_KS2, AT_SCHOOL_KS4, KNOWN_16_17 = 0.92, 0.89, 0.945
# Disadvantaged at the end of key stage 2 and 4. [calibrated: what all pupils and both groups reach]
DISADVANTAGED_KS2, DISADVANTAGED_KS4 = 0.278, 0.258
# SEN support among pupils without a plan: not disadvantaged, disadvantaged. [shape: 14 % in all]
SEN_SUPPORT = (0.115, 0.215)
SEN_UNKNOWN = 0.003
CARED_FOR_SEN_SUPPORT = 0.32
CARED_FOR_WITH_PLAN = 0.24
SPECIAL_SCHOOL_WITH_PLAN = 0.42
# Looked-after children who go to school outside the area. [shape]
SCHOOLED_ELSEWHERE = 0.45
EAL = 0.44

# ------------------------------------------------------------------------------------------- key stage 2

# How far above the expected standard, in standard deviations of a subject: pupils neither disadvantaged nor
# with SEN; what disadvantage, SEN support and care take away; pupils with a plan; pupils in care. [calibrated]
KS2_LEVEL = {2022: 1.225, 2023: 1.335, 2024: 1.43, 2025: 1.445}
KS2_DISADVANTAGE = {2022: 0.382, 2023: 0.472, 2024: 0.569, 2025: 0.501}
KS2_SEN_SUPPORT = {2022: 1.134, 2023: 1.103, 2024: 1.062, 2025: 0.981}
KS2_WITH_PLAN = {2022: -0.779, 2023: -0.773, 2024: -0.546, 2025: -0.581}
KS2_CARED_FOR = {2022: 0.05}
KS2_SUBJECTS = {"read": 0.0, "mat": 0.05, "writ": -0.1}
# What a pupil's three subjects share. [shape]
KS2_COMMON = 0.78
KS2_SCALE = 7.0
# DfE's pupil scores of progress by year, where they were made. [calibrated] Spread. [shape]
KS2_PROGRESS = {
    "read": {2022: 1.47, 2023: 1.34, 2026: 1.3},
    "writ": {2022: 0.78, 2023: 1.23, 2026: 1.2},
    "mat": {2022: 1.89, 2023: 1.92, 2026: 1.9},
}
KS2_PROGRESS_SPREAD = 6.2
KS2_WITH_KEY_STAGE_1 = 0.93

# ------------------------------------------------------------------------------------------- key stage 4

# The grade at which pupils of a group are: neither disadvantaged nor with SEN; what disadvantage and SEN
# support take away; with a plan; in care for a year, and for less. [calibrated]
KS4_LEVEL = {2021: 7.36, 2022: 7.02, 2023: 6.916, 2024: 6.9, 2025: 6.95}
KS4_DISADVANTAGE = {2021: 1.493, 2022: 1.679, 2023: 1.721, 2024: 1.743, 2025: 1.62}
KS4_SEN_SUPPORT = 1.5
KS4_WITH_PLAN = {2021: 4.019, 2022: 3.751, 2023: 3.367, 2024: 3.52, 2025: 4.721}
KS4_CARED_FOR = {2021: 3.714, 2022: 2.614, 2023: 3.812, 2024: 4.05, 2025: 2.599}
# How much better in English and mathematics than elsewhere. [calibrated]
KS4_CORE = {2021: -0.642, 2022: -0.428, 2023: -0.37, 2024: -0.292, 2025: -0.638}
# Spread of pupils around their group, and of subjects around the pupil. [shape]
KS4_SPREAD, KS4_SUBJECT_SPREAD = 1.75, 1.0
# Who takes what. [shape] Language: [calibrated: the English Baccalaureate]
KS4_BOTH_ENGLISH = 0.97
KS4_SEPARATE_SCIENCES = 0.36
KS4_HUMANITIES = 0.82
KS4_LANGUAGE = {2021: 0.849, 2022: 0.815, 2023: 0.779, 2024: 0.845, 2025: 0.805}
KS4_OTHERS = {
    "RS": 0.42,
    "ART": 0.3,
    "BUS": 0.3,
    "COMP": 0.2,
    "PE": 0.2,
    "DRAMA": 0.2,
    "MUSIC": 0.12,
    "SPORT": 0.16,
    "MEDIA": 0.14,
}
# Pupils with a plan, or in care: no results at all, and how many of the subjects of others they take.
KS4_NOTHING = {"plan": 0.24, "care": 0.2, "others": 0.008}
KS4_FEWER = 0.62
# A second entry of a subject, which does not count; a score that the file leaves out. [shape]
KS4_ENTERED_TWICE = 0.02
KS4_SCORE_LEFT_OUT = 0.003
# Key stage 2 scores of those pupils: in the measure, level and what goes with the grade; what the groups
# differ. [calibrated: how far pupils went from there]
KS4_WITH_KEY_STAGE_2 = 0.91
KS4_PRIOR = {2022: 108.814, 2023: 108.842, 2024: 109.196}
KS4_PRIOR_DISADVANTAGE = {2022: -0.723, 2023: -0.45, 2024: -0.182}
KS4_PRIOR_WITH_PLAN = {2022: -7.913, 2023: -7.0, 2024: -8.628}
KS4_PRIOR_CARED_FOR = {2022: -0.729, 2023: -4.81, 2024: -3.551}
KS4_PRIOR_PER_GRADE, KS4_PRIOR_SPREAD = 2.3, 3.4
# By how much the nation did better in a year than in 2024, whose table of bands is in `seeds/`. [shape]
KS4_NATION = {2018: 0.7, 2019: 0.8, 2022: 2.9, 2023: 0.4, 2024: 0.0}
# Not yet in the provisional file, and changed since. [shape]
ADDED_LATER, CHANGED_LATER = 0.004, 0.01

# ------------------------------------------------------------------------------------------- plans

# Education, health and care plans: requests per 10,000 children and calendar year, by year of request.
# [calibrated: plans issued in 2024; before that a plausible growth]
PLAN_REQUESTS = {
    2006: 50.0, 2010: 54.0, 2014: 60.0, 2018: 80.0, 2019: 86.0, 2020: 90.0, 2021: 100.0, 2022: 110.0, 2023: 121.0,
    2024: 128.0,
}  # fmt: skip
REQUEST_AGE_YEARS = Curve(
    ((0, 1.5), (0.2, 3.5), (0.45, 6.0), (0.65, 9.5), (0.85, 13.5), (0.96, 17.0), (1, 21.0))
)
# What becomes of a request: no assessment, assessed and no plan, withdrawn. [shape]
REQUEST_REFUSED, ASSESSED_WITHOUT_PLAN, REQUEST_WITHDRAWN = 0.24, 0.045, 0.025
# Plans to which an exception to the time limit applies; in time with and without one, by calendar year of
# issue. [calibrated]
PLAN_EXCEPTION = {2021: 0.19, 2022: 0.19, 2023: 0.195, 2024: 0.195}
PLAN_IN_TIME = {2019: 0.971, 2020: 0.98, 2021: 0.983, 2022: 0.979, 2023: 1.0}
PLAN_IN_TIME_WITH_EXCEPTION = {2019: 0.78, 2020: 0.94, 2021: 0.2, 2022: 0.15, 2023: 1.0}
PLAN_DAYS_IN_TIME = Curve(((0, 84), (0.2, 115), (0.6, 132), (1, 140)))
PLAN_DAYS_LATE = Curve(((0, 141), (0.5, 172), (0.9, 245), (1, 400)))
DECISION_DAYS = Curve(((0, 14), (0.5, 35), (1, 42)))
PLAN_AMENDED_DAYS = Curve(((0, 250), (0.5, 400), (1, 700)))
PLAN_AMENDED = 0.35
PLAN_MOVED_IN = 0.03
PLAN_ENDS_AGE_YEARS = Curve(((0, 12.0), (0.2, 16.0), (0.6, 19.0), (0.9, 23.0), (1, 24.9)))
RECEIVED_DAY_LOST = 0.002

# ------------------------------------------------------------------------------------------- attendance

# Sessions missed in primary schools by academic year. [calibrated] In other schools: times as many. [shape]
PRIMARY_ABSENCE = {
    2018: 0.0385, 2019: 0.0373, 2021: 0.033, 2022: 0.0574, 2023: 0.0569, 2024: 0.0498, 2025: 0.0499, 2026: 0.049,
}  # fmt: skip
ABSENCE_OF_PHASE = {"PRIMARY": 1.0, "SECONDARY": 1.45, "SPECIAL": 2.3, "AP": 6.5}
# By month, January first: illness in winter. The school months average 1. [shape]
ABSENCE_SEASON = (1.1, 1.02, 0.98, 0.92, 0.9, 0.98, 1.12, 1.0, 0.78, 0.92, 1.1, 1.24)
ABSENCE_SPREAD_OF_SCHOOLS, ABSENCE_SPREAD_OF_WEEKS = 0.18, 0.10
UNAUTHORISED = 0.27
OF_COMPULSORY_AGE = 0.86
SESSIONS_A_WEEK = 10

# ------------------------------------------------------------------------------------------- admissions

# Of a cohort, residents who apply for a place; applications of residents of other boroughs, per resident's.
# [shape: some 3,800 and 4,400 on time]
APPLIES = {"PRI": 0.865, "SEC": 0.985}
FROM_ELSEWHERE = 0.12
LATE, APPLIES_TWICE, WITHDRAWN = 0.045, 0.006, 0.012
NO_OFFER = {"PRI": 0.0, "SEC": 0.0004}
# Which preference is offered; 7: another place. [shape]
OFFER_RANKS = {
    "PRI": (0.86, 0.07, 0.025, 0.012, 0.006, 0.004, 0.023),
    "SEC": (0.73, 0.125, 0.055, 0.03, 0.015, 0.01, 0.035),
}

# ------------------------------------------------------------------------------------------- looked after

# Sessions missed by academic year. [calibrated] How they spread over children. [shape]
CARE_ABSENCE = {
    2018: 0.04,
    2019: 0.065,
    2021: 0.103,
    2022: 0.104,
    2023: 0.06,
    2024: 0.104,
    2025: 0.096,
}
CARE_ABSENCE_SHAPE = Curve(((0, 0.003), (0.5, 0.04), (0.8, 0.1), (0.93, 0.3), (1, 0.9)))
TERM_SESSIONS = {"AUT": 142, "SPR": 112, "SUM": 118}
CHANGES_SCHOOL = 0.035
WITHOUT_SCHOOL = 0.012
# Plans completed in the term, and how the virtual school rates them. [shape]
PEP_COMPLETED = 0.955
PEP_RATINGS = {"Gold": 0.17, "Green": 0.66, "Amber": 0.11, "Red": 0.025, "": 0.035}

# ------------------------------------------------------------------------------------------- at 16 and 17

# Neither in education, employment nor training; not known; by academic year. [calibrated]
NEET = {
    2018: 0.0145,
    2019: 0.0083,
    2020: 0.0073,
    2021: 0.0083,
    2022: 0.0054,
    2023: 0.0054,
    2024: 0.0043,
    2025: 0.0033,
}
NOT_KNOWN = {2018: 0.008, 2021: 0.006, 2022: 0.0068, 2023: 0.0009, 2024: 0.0017, 2025: 0.0037}
NEET_SEASON = {12: 0.95, 1: 1.0, 2: 1.05}
NOT_KNOWN_SEASON = {9: 9.0, 10: 5.0, 11: 2.0, 12: 1.15, 1: 1.0, 2: 0.85}
CARED_FOR_NEET, CARED_FOR_NOT_KNOWN = 0.2, 0.03
ACTIVITIES = {
    210: 0.64, 220: 0.06, 230: 0.2, 270: 0.012, 280: 0.012, 310: 0.03, 320: 0.008, 330: 0.008, 340: 0.006, 360: 0.003,
    410: 0.006, 430: 0.004, 450: 0.003, 460: 0.004, 550: 0.002, 530: 0.002,
}  # fmt: skip
NEET_ACTIVITIES = {
    540: 0.02, 610: 0.18, 615: 0.04, 616: 0.08, 619: 0.32, 620: 0.03, 630: 0.07, 640: 0.14, 650: 0.05, 670: 0.02,
    680: 0.05,
}  # fmt: skip
NOT_KNOWN_ACTIVITIES = {810: 0.55, 820: 0.25, 830: 0.2}
CURRENCY_LAPSED, IN_CUSTODY, LEFT = 0.3, 0.0004, 0.006

# ------------------------------------------------------------------------------------------- inspections

# Days from one inspection to the next; none between these months; of inspections of good schools, those that
# grade anew. [shape]
INSPECTION_GAP_DAYS = Curve(((0, 900), (0.5, 1400), (1, 1900)))
GRADED_ANEW = 0.5
# Graded below good, by calendar year of the inspection; outstanding; found good again. [calibrated]
BELOW_GOOD = {2010: 0.12, 2018: 0.15, 2021: 0.03, 2022: 0.09, 2023: 0.33, 2024: 0.15, 2025: 0.12}
OUTSTANDING = 0.3
BELOW_GOOD_DAYS = Curve(((0, 430), (0.5, 620), (1, 850)))
NEEDS_ATTENTION = 0.07

# ------------------------------------------------------------------------------------------- plan updates

UPDATE_MISSING = 0.04
ACTION_COMPLETE, ACTION_STOPPED, ACTION_NOT_STARTED = 0.14, 0.03, 0.05
RAGS = {"GREEN": 0.62, "AMBER": 0.3, "RED": 0.08}

# ------------------------------------------------------------------------------------------- faults

# Rows twice, codes that no list has, and figures that cannot be. [shape: a few per file]
ROW_TWICE, CODE_WRONG, FIGURE_WRONG = 0.0006, 0.0008, 0.0004
