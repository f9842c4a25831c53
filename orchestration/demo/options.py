"""The words that the Annex A template has for each code, and other texts of the extracts."""

from __future__ import annotations

import numpy as np

from orchestration.demo.families import ETHNICITIES


def lettered(texts: dict[str, str]) -> dict[str, str]:
    """Put the template's 'a) ', 'b) ' before the texts, in order."""
    return {
        code: f"{chr(ord('a') + place)}) {text}" for place, (code, text) in enumerate(texts.items())
    }


YES_NO = np.array(["b) No", "a) Yes"], dtype=object)
SEX = np.array(["b) Female", "a) Male"], dtype=object)
SEX_UNBORN = "c) Not stated/recorded (or unborn)"
ETHNICITY = lettered({code: code for code in ETHNICITIES})
SOURCE = lettered(
    {
        "1A": "1A: Individual - family member/relative/carer",
        "1B": "1B: Individual - acquaintance",
        "1C": "1C: Individual - self",
        "1D": "1D: Individual - other",
        "2A": "2A: Schools",
        "2B": "2B: Education services",
        "3A": "3A: Health services - GP",
        "3B": "3B: Health services - health visitor",
        "3C": "3C: Health services - school nurse",
        "3D": "3D: Health services - other primary health services",
        "3E": "3E: Health services - A&E",
        "3F": "3F: Health services - other",
        "4": "4: Housing",
        "5A": "5A: LA services - social care",
        "5B": "5B: LA services - other internal",
        "5C": "5C: LA services - external",
        "5D": "5D: LA services - early help",
        "6": "6: Police",
        "7": "7: Other legal agency",
        "8": "8: Other",
        "9": "9: Anonymous",
        "10": "10: Unknown",
    }
)
NEED = {
    "N1": "N1 - Abuse or neglect",
    "N2": "N2 - Child's disability",
    "N3": "N3 - Parental illness or disability",
    "N4": "N4 - Family in acute stress",
    "N5": "N5 - Family dysfunction",
    "N6": "N6 - Socially unacceptable behaviour",
    "N7": "N7 - Low income",
    "N8": "N8 - Absent parenting",
}
CLOSURE = {
    "RC1": "RC1 - Adopted",
    "RC3": "RC3 - Child arrangements order",
    "RC4": "RC4 - Special guardianship order",
    "RC5": "RC5 - Transferred to services of another LA",
    "RC6": "RC6 - Transferred to adult social services",
    "RC7": "RC7 - Services ceased for any other reason",
    "RC8": "RC8 - Case closed after assessment, no further action",
    "RC9": "RC9 - Case closed after assessment, referred to early help",
}
CASE_STATUS = lettered(
    {
        "care": "Looked after child",
        "plan": "Child Protection plan",
        "need": "Child in need plan",
        "assessment": "Open assessment",
        "closed": "Closed episode",
    }
)
ABUSE = lettered(
    {
        "NEG": "Neglect",
        "PHY": "Physical abuse",
        "SAB": "Sexual abuse",
        "EMO": "Emotional abuse",
        "MUL": "Multiple/not recommended",
    }
)
LEGAL = {
    "C1": "C1: Interim care order",
    "C2": "C2: Full care order",
    "E1": "E1: Placement order",
    "V2": "V2: Accommodated under section 20",
    "V4": "V4: Accommodated under an agreed series of short-term breaks",
    "L1": "L1: Under police protection",
    "J1": "J1: Remanded to local authority accommodation",
}
PLACEMENT = lettered(
    {
        "U1": "U1: Foster placement - relative or friend - long term",
        "U2": "U2: Foster placement - relative or friend - FFA",
        "U3": "U3: Foster placement - relative or friend - not long term or FFA",
        "U4": "U4: Foster placement - other - long term",
        "U5": "U5: Foster placement - other - FFA",
        "U6": "U6: Foster placement - other - not long term or FFA",
        "A3": "A3: Placed for adoption with consent - current foster carer",
        "A5": "A5: Placed for adoption with placement order - current foster carer",
        "A6": "A6: Placed for adoption with placement order - not current foster carer",
        "K1": "K1: Secure children's home",
        "K2": "K2: Children's home",
        "K3": "K3: Supported accommodation",
        "P1": "P1: Placed with own parents",
        "H5": "H5: Semi-independent living accommodation",
        "P2": "P2: Independent living",
        "R3": "R3: Family centre or mother and baby unit",
    }
)
PROVIDER = lettered(
    {
        "PR0": "PR0 - Parent or person with parental responsibility",
        "PR1": "PR1 - Own provision",
        "PR2": "PR2 - Other LA",
        "PR4": "PR4 - Private provision",
        "PR5": "PR5 - Voluntary/third sector",
    }
)
CEASE = lettered(
    {
        "E11": "E11: Adopted - application unopposed",
        "E12": "E12: Adopted - consent dispensed with",
        "E2": "E2: Died",
        "E3": "E3: Care taken over by another LA",
        "E4A": "E4A: Returned home - planned",
        "E4B": "E4B: Returned home - unplanned",
        "E13": "E13: Left to live with someone without parental responsibility",
        "E41": "E41: Child arrangements order",
        "E45": "E45: Special Guardianship Order - former foster carer, relative/friend",
        "E46": "E46: Special Guardianship Order - former foster carer, other",
        "E47": "E47: Special Guardianship Order - carer other than foster carer, relative/friend",
        "E48": "E48: Special Guardianship Order - carer other than foster carer, other",
        "E5": "E5: Moved into independent living - supportive accommodation",
        "E6": "E6: Moved into independent living - no formalised support",
        "E7": "E7: Transferred to adult social services",
        "E9": "E9: Sentenced to custody",
        "E14": "E14: Remand ended",
        "E15": "E15: Age assessment - aged 18 or over",
        "E16": "E16: Moved abroad",
        "E17": "E17: Aged 18 or over and remained with current carers",
        "E8": "E8: Ceased for any other reason",
    }
)
PERMANENCE = lettered(
    {
        "home": "Return to family",
        "adopted": "Adoption",
        "guardian": "SGO/CAO",
        "independence": "Supported living in the community",
        "residential": "Long-term residential placement",
        "fostering": "Long-term fostering",
        "none": "No plan recorded",
    }
)
ELIGIBILITY = lettered(
    {
        "relevant": "Relevant child",
        "former": "Former relevant child",
        "qualifying": "Qualifying care leaver",
        "eligible": "Eligible child",
    }
)
IN_TOUCH = lettered(
    {"YES": "Yes", "NO": "No", "DIED": "Died", "REFU": "Refu", "NREQ": "NREQ", "RHOM": "Rhom"}
)
ACTIVITY = {
    "F1": "F1: Full time in higher education",
    "P1": "P1: Part time in higher education",
    "F2": "F2: Full time in education other than higher",
    "P2": "P2: Part time in education other than higher",
    "F4": "F4: Full time in an apprenticeship",
    "P4": "P4: Part time in an apprenticeship",
    "F5": "F5: Full time in training or employment (not apprenticeship)",
    "P5": "P5: Part time in training or employment (not apprenticeship)",
    "G4": "G4: Not in education, employment or training - illness or disability",
    "G5": "G5: Not in education, employment or training - other circumstances",
    "G6": "G6: Not in education, employment or training - pregnancy or parenting",
    "0": "0: Not known",
}
ACCOMMODATION = {
    "B": "B: With parents or relatives",
    "C": "C: Community home or other residential care",
    "D": "D: Semi-independent, transitional accommodation",
    "E": "E: Supported lodgings",
    "K": "K: Ordinary lodgings",
    "R": "R: Residence not known",
    "U": "U: Independent living",
    "V": "V: Emergency accommodation",
    "W": "W: Bed and breakfast",
    "X": "X: In custody",
    "Y": "Y: Other accommodation",
    "Z": "Z: With former foster carers",
}
SUITABLE = np.array(["b) Unsuitable", "a) Suitable"], dtype=object)
REVERSAL = lettered(
    {
        "RD1": "RD1: The child's needs changed subsequent to the decision",
        "RD2": "RD2: The court did not make a placement order",
        "RD3": "RD3: Prospective adopters could not be found",
        "RD4": "RD4: Any other reason",
    }
)
COUPLES = 0.72  # of adopters
LOCATION = np.array(["b) Placed outside LA boundary", "a) Placed inside LA boundary"], dtype=object)
TEAMS = (
    "Multi Agency Safeguarding Hub", "Assessment Team 1", "Assessment Team 2", "Locality 1 Unit 1",
    "Locality 1 Unit 2", "Locality 2 Unit 1", "Locality 2 Unit 2", "Children in Care Team 1",
    "Children in Care Team 2", "Children with Disabilities Team", "Leaving Care Team",
)  # fmt: skip
ORGANISATIONS = (
    "Early Help Service",
    "Early Help Locality 1",
    "Early Help Locality 2",
    "A school",
    "Health visiting",
)


def spelled(codes: np.ndarray, words: dict[str, str]) -> np.ndarray:
    """The words for each code; nothing for no code."""
    return np.array([words[code] if code else "" for code in codes], dtype=object)
