"""The codes that a bundle uses, each with where it is published.

Total scores: https://loinc.org/44261-6, /70274-6, /55758-7; the first two also stand in HL7's Personal Health
Record Format guide (value set of scored assessments), the third in Synthea's records. Forms and their items:
https://loinc.org/44249-1, /69737-5, /55757-9; links written as in the PHQ-9 example of US Core 7
(``/44250-9``), those of GAD-7 as in the guide above. Instruments without a code here go by their name.
"""

from typing import Any

Coding = dict[str, str]

LOINC = "http://loinc.org"
LOINC_FORMS = "http://loinc.org/q/"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

TOTALS = {
    "phq9": ("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
    "gad7": ("70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
    "phq2": ("55758-7", "Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"),
}
FORMS = {"phq9": "44249-1", "gad7": "69737-5", "phq2": "55757-9"}
ITEMS = {  # in the order of the form
    "phq9": (
        *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7"),
        *("44258-2", "44252-5", "44253-3", "44260-8"),
    ),
    "gad7": ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
    "phq2": ("44250-9", "44255-8"),
}
SURVEY: dict[str, list[Coding]] = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "survey",
            "display": "Survey",
        }
    ]
}
POINTS = {"unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}
AMBULATORY: Coding = {"system": ACT, "code": "AMB", "display": "ambulatory"}
VIRTUAL: Coding = {"system": ACT, "code": "VR", "display": "virtual"}
RESTRICTED: Coding = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    "code": "R",
    "display": "restricted",
}
NOTES = {"individual": "Individual note", "group": "Group note", "member_safe": "Summary for members"}


def total(measure_id: str, name: str) -> dict[str, Any]:
    """What a total score is called: by its code where there is one."""
    if measure_id not in TOTALS:
        return {"text": name}
    code, display = TOTALS[measure_id]
    return {"coding": [{"system": LOINC, "code": code, "display": display}], "text": name}


def link_id(measure_id: str, key: str) -> str:
    """What an item is called in a form: by its code, else by our own key (``phq9_1``)."""
    items, _, number = ITEMS.get(measure_id, ()), *key.rpartition("_")[1:]
    if key.startswith(f"{measure_id}_") and number.isdigit() and 1 <= int(number) <= len(items):
        return f"/{items[int(number) - 1]}"
    return key
