"""A summary as JSON and as CSV that no spreadsheet takes for formulas."""

import csv
import io
from datetime import datetime
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

COLUMNS = [
    *("session", "stage", "planned_minutes", "actual_minutes", "alias", "audience"),
    *("passed", "late", "shown", "scribed", "saved_at", "question", "answer", "in_signed_note"),
]


def as_json(value: Any) -> Any:
    """The same data with times as text, fit for json.dumps; drawings are made from it and stay out."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items() if key != "drawn"}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value


def as_csv(summary: dict[str, Any]) -> str:
    """One row for each answered question, and one for each pass. An answer of which words stand in a signed
    note alone has one row that says so in their place.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for stage in summary["stages"]:
        head = [summary["session"]["number"], stage["title"], stage["planned"], stage["actual"]]
        for answer in stage["answers"]:
            marks = [_yes(answer[name]) for name in ("late", "shown", "scribed")]
            told = [answer["alias"], answer["audience"], "no", *marks]
            told.append(answer["saved_at"].isoformat())
            rows = [[part["prompt"], part["text"], "no"] for part in answer["parts"]]
            rows += [["", "", "yes"]] if answer["hidden"] else []
            for row in rows:
                writer.writerow([cell(each) for each in [*head, *told, *row]])
        for alias in stage["passed"]:
            writer.writerow([cell(each) for each in [*head, alias, "", "yes", "", "", "", "", "", "", "no"]])
    return out.getvalue()


def cell(value: Any) -> str:
    """Text for a cell; what a spreadsheet would compute gets an apostrophe in front. A number is a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _yes(value: bool) -> str:
    return "yes" if value else "no"
