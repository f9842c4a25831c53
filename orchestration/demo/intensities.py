"""How often things happen, how long they take: all that is calibrated, and how each value was found.

Intensities only: nothing here, and nothing that reads it, knows an indicator or a published series. Tables
by year go by the financial year (2023: April 2022 to March 2023); years before and after hold the nearest.
`tests/benchmarks/calibration.py` runs the generator and the nightly job and compares what comes out with
what was published; a person then moved the values here until the mean over forty seeds (1 to 40) agreed.

How found: [calibrated] moved until the outcome agreed; [shape] a plausible shape, of which only the mean
matters, and the calibrated factors scale that.
"""

from __future__ import annotations

from orchestration.demo.draws import Curve

# ------------------------------------------------------------------------------------------- front door

# Children referred who were not known before, per 10,000 and year. [calibrated: referrals per year less
# what comes back]
NEW_REFERRALS = {2022: 253.0, 2023: 235.0, 2024: 241.0, 2025: 224.0}
# Referrals follow schools and courts: low in August and December, high before summer. [shape: monthly
# referrals that English authorities publish to their committees; the twelve average 1]
SEASON = (1.02, 1.00, 1.12, 0.94, 1.05, 1.09, 1.10, 0.74, 0.94, 1.09, 1.11, 0.80)  # January first
# Swings of demand from month to month, beyond chance: standard deviation, and how much is left a month
# later. [shape: a twentieth up or down over some months; more would drown the years' own levels]
DRIFT_SIZE, DRIFT_MEMORY = 0.021, 0.75
# Brothers and sisters referred together. [shape: mean 1.7]
FAMILY_SIZES = (0.57, 0.24, 0.12, 0.05, 0.02)
YOUNGEST_AGE_YEARS = Curve(
    ((0, -0.5), (0.035, 0.0), (0.11, 1.0), (0.31, 5.0), (0.58, 10.0), (0.86, 15.0), (1, 17.95))
)
SIBLING_GAP_YEARS = Curve(((0, 1.0), (0.5, 2.4), (1, 5.0)))
# Contacts that become no referral, per 10,000 and year, and early help assessments. [shape: about seven
# contacts to a referral]
CONTACTS = 1750.0
EARLY_HELP = 150.0
# Early help that somebody's contact led to, and after how long. [shape: most within a fortnight]
EARLY_HELP_AFTER_CONTACT = 0.7
CONTACT_TO_EARLY_HELP_DAYS = Curve(((0, 0), (0.4, 4), (0.85, 14), (1, 26)))
EARLY_HELP_DAYS = Curve(((0, 5), (0.5, 32), (0.9, 70), (1, 160)))

# Referred and nothing further. [calibrated: 290 of 2,885 to 245 of 2,751]
NO_FURTHER_ACTION = {2022: 0.105, 2023: 0.106, 2024: 0.098, 2025: 0.09}
# Back after the case was closed: share of families ever, and after how long. The factor by year acts on
# the day of the return. [calibrated]
COMES_BACK = {2022: 0.334, 2023: 0.352, 2024: 0.335, 2025: 0.343}
COMES_BACK_DAYS = Curve(((0, 4), (0.22, 45), (0.45, 130), (0.65, 260), (0.8, 500), (1, 1900)))
# Of the children of a family that comes back, those referred again. [shape]
SIBLING_COMES_BACK = 0.88

# ------------------------------------------------------------------------------------------- assessment

# Referrals, not NFA, that get an assessment. [calibrated with REASSESSED: 270 assessments per 10,000]
ASSESSED = 0.94
# Open cases assessed again in the course of the case. [shape]
REASSESSED = 0.12
# Within 45 working days of their start, by year of start. [calibrated]
ASSESSED_IN_TIME = {2022: 0.738, 2023: 0.583, 2024: 0.627, 2025: 0.665}
IN_TIME_WORKING_DAYS = Curve(((0, 1), (0.1, 12), (0.3, 26), (0.6, 39), (0.85, 44), (1, 45)))
LATE_WORKING_DAYS = Curve(((0, 46), (0.45, 56), (0.8, 75), (0.95, 110), (1, 170)))

# ------------------------------------------------------------------------------------------- in need

# Assessed as in need, without a protection plan. [calibrated with CIN_DAYS: children in need at year end]
IN_NEED = {2022: 0.3, 2023: 0.32, 2024: 0.48, 2025: 0.353}
CIN_DAYS = Curve(((0, 20), (0.25, 90), (0.5, 165), (0.8, 330), (0.95, 650), (1, 1300)))
CIN_ENDING = {2022: 1.0, 2023: 1.0, 2024: 0.95, 2025: 1.08}
# Disabled children stay open much longer: times as long. [shape]
DISABLED = 0.045
DISABLED_CIN_FACTOR = 3.0
CLOSING_DAYS = Curve(((0, 0), (0.6, 3), (1, 21)))

# ------------------------------------------------------------------------------------------- protection

# Section 47 enquiries per referral, not NFA; later ones in open cases. [calibrated]
SECTION47 = {2022: 0.337, 2023: 0.331, 2024: 0.271, 2025: 0.297}
SECTION47_LATER = 0.12
SECTION47_DELAY_DAYS = Curve(((0, 0), (0.65, 1), (0.9, 7), (1, 30)))
SECTION47_SIBLING = 0.92
# Conferences per enquiry of families without an earlier plan. [calibrated]
CONFERENCE = {2022: 0.287, 2023: 0.394, 2024: 0.369, 2025: 0.362}
# Within 15 working days. [calibrated]
CONFERENCE_IN_TIME = {2022: 0.887, 2023: 0.842, 2024: 0.752, 2025: 0.829}
CONFERENCE_WORKING_DAYS = Curve(((0, 6), (0.22, 10), (0.6, 13), (1, 15)))
CONFERENCE_LATE_WORKING_DAYS = Curve(((0, 16), (0.5, 20), (0.8, 28), (1, 50)))
# Plans per conference. [calibrated]
PLAN = {2022: 0.97, 2023: 0.95, 2024: 0.955, 2025: 0.86}
PLAN_SIBLING = 0.96
# Of the first plans, those of families that moved in from another authority. [shape: a handful a year]
TRANSFERRED_IN = 0.03
# How long a plan lasts, except the long ones, on a clock that goes with the year. [calibrated]
PLAN_DAYS = Curve(((0, 60), (0.1, 92), (0.3, 190), (0.5, 285), (0.75, 410), (0.92, 560), (1, 729)))
PLAN_ENDING = {2022: 0.93, 2023: 0.85, 2024: 0.93, 2025: 0.87}
LONGEST_ORDINARY_PLAN = 729
# Plans of families referred for the first time that last two years and more, by the year in which they
# end. [calibrated]
LONG_FIRST_PLAN = {2022: 0.094, 2023: 0.139, 2024: 0.131, 2025: 0.123}
# Of the older children of such a family on the plan, those who stay as long. [shape]
LONG_PLAN_SIBLING = 0.35
LONG_PLAN_EXTRA_DAYS = Curve(((0, 1), (0.5, 110), (0.85, 300), (1, 620)))
# Families whose plan ended that come back to a new one: share ever, after how long; the factor by year
# acts on the day of the return. [calibrated]
PLAN_AGAIN = {2022: 0.18, 2023: 0.217, 2024: 0.31, 2025: 0.124}
PLAN_AGAIN_DAYS = Curve(((0, 40), (0.35, 330), (0.6, 800), (0.85, 1700), (1, 3200)))
STEP_DOWN = 0.7
STEP_DOWN_DAYS = Curve(((0, 40), (0.5, 100), (0.9, 220), (1, 400)))
# [shape: nearly half for neglect, as in England 2016 to 2020]
ABUSE_CATEGORIES = {"NEG": 0.48, "PHY": 0.11, "SAB": 0.04, "EMO": 0.33, "MUL": 0.04}

# ------------------------------------------------------------------------------------------- care

# Into care from an enquiry, by age (under 1, 1-4, 5-9, 10-15, 16-17); from a referral of a teenager
# without one; short breaks of disabled children in need. [calibrated: children who started to be looked
# after per year; the factor acts on the year of the referral]
CARE_AFTER_SECTION47 = (0.26, 0.095, 0.06, 0.075, 0.09)
CARE_OF_TEENAGER = 0.085
CARE_FACTOR = {2022: 1.22, 2023: 1.16, 2024: 1.24, 2025: 1.14}
SHORT_BREAKS = 0.16
CARE_DELAY_DAYS = Curve(((0, 0), (0.35, 2), (0.55, 25), (0.8, 170), (1, 420)))
TEENAGER_DELAY_DAYS = Curve(((0, 0), (0.5, 5), (1, 90)))
# Unaccompanied asylum-seeking children, per 10,000 and year; most arrive in summer and autumn. [calibrated]
UNACCOMPANIED = {2022: 4.9, 2023: 4.7, 2024: 4.9, 2025: 4.0}
UNACCOMPANIED_SEASON = (0.7, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.4, 1.4, 1.3, 1.0, 0.9)
UNACCOMPANIED_AGE_YEARS = Curve(((0, 14.0), (0.12, 15.6), (0.5, 16.7), (1, 17.8)))

# How a stay in care ends, by age at its start (under 3, 3-9, 10-15, 16-17), and after how many days unless
# on the 18th birthday; all but adoptions by a clock that goes with the year. [calibrated: children looked
# after at year end, and who left how]
HOME_DAYS = Curve(((0, 2), (0.3, 20), (0.6, 100), (0.85, 300), (1, 700)))
GUARDIAN_DAYS = Curve(((0, 150), (0.5, 330), (0.85, 540), (1, 900)))
ELSEWHERE_DAYS = Curve(((0, 5), (0.5, 90), (1, 600)))
CARE_ENDING = {2022: 1.0, 2023: 1.0, 2024: 1.05, 2025: 0.55}
# Of those that a special guardianship order ends: fewer orders in the year to March 2022, more in the next.
GUARDIAN_ENDING = {2021: 1.0, 2022: 0.87, 2023: 1.08, 2024: 1.05, 2025: 0.55}
CARE_BANDS = (3, 10, 16)
CARE_OUTCOMES = {
    "home": (0.20, 0.29, 0.495, 0.32),
    "guardian": (0.36, 0.44, 0.06, 0.0),
    "adopted": (0.35, 0.055, 0.0, 0.0),
    "elsewhere": (0.03, 0.04, 0.08, 0.12),
    "adulthood": (0.07, 0.18, 0.37, 0.56),
}
UNACCOMPANIED_OUTCOMES = {
    "home": 0.0,
    "guardian": 0.0,
    "adopted": 0.0,
    "elsewhere": 0.09,
    "adulthood": 0.91,
}
AFTER_CARE_DAYS = Curve(((0, 10), (0.5, 80), (1, 240)))

# Placements: days until the next one, for the first and for later ones. [shape: about 10 % of children
# have three or more in a year]
FIRST_PLACEMENT_DAYS = Curve(((0, 1), (0.2, 15), (0.4, 90), (0.6, 400), (0.8, 1500), (1, 6000)))
NEXT_PLACEMENT_DAYS = Curve(((0, 4), (0.15, 60), (0.4, 330), (0.7, 1200), (1, 6000)))
SAME_CARER = 0.12

# Adoption, in days: entry to decision, to order, to match, to placement, to adoption. [shape: 19 months from
# entry to placement and 10 from decision to match, the national means of 2023 to 2025]
DECISION_DAYS = Curve(((0, 110), (0.5, 265), (1, 520)))
PLACEMENT_ORDER_DAYS = Curve(((0, 5), (0.5, 35), (1, 120)))
MATCH_DAYS = Curve(((0, -30), (0.15, 60), (0.6, 250), (0.9, 480), (1, 900)))
PLACED_DAYS = Curve(((0, 6), (0.6, 24), (1, 60)))
ADOPTION_DAYS = Curve(((0, 90), (0.5, 210), (1, 500)))
FOSTERING_FOR_ADOPTION = 0.13
FOSTER_CARER_ADOPTS = 0.08
DECISION_REVERSED = 0.16  # of children under 6 who stay until 18
DECISION_STANDS_DAYS = Curve(((0, 150), (0.5, 420), (1, 900)))

# Missing incidents a month, by share of children of 11 and over. [calibrated: children with an incident
# in the year]
MISSING_MONTHLY = Curve(((0, 0.0), (0.62, 0.0), (0.8, 0.06), (0.93, 0.35), (1, 1.6)))
MISSING_AGE = 11
MISSING_FACTOR = {2022: 1.3, 2023: 1.1, 2024: 1.4, 2025: 1.8}
# Of those who go missing at all, the share who do in the year: fewer children, not fewer incidents of each, so
# that the number of incidents does not halve from one return to the next. [calibrated]
MISSING_SHARE = {2022: 1.0, 2023: 1.0, 2024: 1.0, 2025: 0.55}
MISSING_DAYS = Curve(((0, 0), (0.6, 0.6), (0.85, 2), (0.97, 8), (1, 40)))

# Visits and reviews that come late: shares of visits, of reviews and how late they are. [shape: performance papers
# of councils have nine in ten visits and nineteen in twenty reviews up to date on a day]
PLAN_VISITS_LATE, PLAN_REVIEWS_LATE = 0.09, 0.04
# Of placements, where visits tend to be late, of stays, where reviews do; of visits and reviews, those that are late
# there and elsewhere: who is late once is late again.
VISITED_LATE, VISITS_LATE = 0.35, (0.45, 0.03)
PLAN_REVIEW_LATE_DAYS = Curve(((0, 20), (0.5, 90), (1, 160)))
REVIEWED_LATE, REVIEWS_LATE = 0.22, (0.65, 0.05)
LATE_REVIEW_DAYS = Curve(((0, 3), (0.6, 20), (1, 70)))

# Orders to deprive of liberty, of stays of children who are 11 or over in care. [shape: a handful a year]
DEPRIVED_OF_LIBERTY = 0.02
LIBERTY_FROM_DAYS = Curve(((0, 0), (0.5, 120), (1, 1500)))
LIBERTY_DAYS = Curve(((0, 14), (0.5, 84), (1, 365)))

# Health assessments: yearly, twice a year under 5; and dental checks. On time or so much late.
# [calibrated: the shares of children in care for a year who had one]
HEALTH_ON_TIME = {2022: 0.78, 2023: 0.82, 2024: 0.66, 2025: 0.68}
DENTAL_ON_TIME = {2022: 0.18, 2023: 0.34, 2024: 0.6, 2025: 0.62}
LATE_CHECK_DAYS = Curve(((0, 20), (0.6, 120), (1, 420)))

# ------------------------------------------------------------------------------------------- leaving care

STAYS_IN_CONTACT_TO_25 = 0.35  # former relevant after 21, on request. [shape]
IN_TOUCH = {"YES": 0.925, "NO": 0.035, "REFU": 0.012, "NREQ": 0.015, "RHOM": 0.005, "DIED": 0.008}
# In education, employment or training, of those reached. [calibrated] What they do, and what the others. [shape]
ACTIVE = {2022: 0.575, 2023: 0.575, 2024: 0.705, 2025: 0.655}
ACTIVITY = {
    "F1": 0.06, "P1": 0.01, "F2": 0.255, "P2": 0.05, "F4": 0.035, "P4": 0.005, "F5": 0.15, "P5": 0.075,
}  # fmt: skip
NO_ACTIVITY = {"G4": 0.06, "G5": 0.20, "G6": 0.04, "0": 0.06}
ACCOMMODATION = {
    "B": 0.12, "C": 0.08, "D": 0.06, "E": 0.04, "K": 0.03, "R": 0.05, "U": 0.36, "V": 0.02, "W": 0.01,
    "X": 0.03, "Y": 0.08, "Z": 0.12,
}  # fmt: skip
SUITABLE = 0.93

# ------------------------------------------------------------------------------------------- recording

# Entered late: share, and after how long; ends the same. [shape: most referrals are in the system the
# same week]
LATE_ENTRY = 0.035
LATE_ENTRY_DAYS = Curve(((0, 4), (0.6, 15), (0.9, 40), (1, 80)))
LATE_END = 0.06
# A date corrected, or a record withdrawn as entered in error, after it was first exported. [shape]
DATE_CORRECTED = 0.008
CORRECTED_AFTER_DAYS = Curve(((0, 20), (0.5, 60), (1, 150)))
CORRECTION_DAYS = Curve(((0, -9), (0.5, -1), (0.5001, 1), (1, 9)))
WITHDRAWN = 0.004
# Faults as data officers see them, a few per workbook; those of a record last until it is put right.
FAULT_WRONG_ORDER = 0.0006
FAULT_DUPLICATE = 0.0012
FAULT_LOST_CODE = 0.004
FAULT_NAME_IN_CODE = 0.0006
FAULT_LEADING_ZEROS = 0.004
FAULT_LASTS_DAYS = Curve(((0, 30), (0.7, 90), (1, 300)))

# ------------------------------------------------------------------------------------------- authorities

# The values above are of a large outer London borough with low demand. Other authorities: a common factor
# and a spread around it (standard deviation of its logarithm). [shape: other London boroughs refer 1.8 times
# as often, enquire about as many of those referred, and have half as many children again in care]
OTHER_AREAS = {
    "referrals": (1.75, 0.20), "protection": (0.97, 0.12), "care": (0.80, 0.18),
    "unaccompanied": (0.9, 0.35), "timeliness": (1.0, 0.08), "coming_back": (1.2, 0.10),
}  # fmt: skip
