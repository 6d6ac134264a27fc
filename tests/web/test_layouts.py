"""The pages of layouts: copied, edited without a script, put away."""

from tests.core.cast import Oak
from tests.house.browser import Browser


def test_a_layout_is_copied_edited_and_put_away(oak: Oak, fola: Browser) -> None:
    assert "Copies that you make stand here." in fola.visit("/library/layouts")
    own = fola.send("/library/layouts", layout="dap", title="Ours")
    assert "Assessment" in fola.visit(own)
    form = {
        "title": "Ours",
        "order": ["data", "assessment", "plan"],
        "title-data": "What was, 100 % of it",
        "title-assessment": "What I think",
        "title-plan": "What comes",
        "fact-attendance": "data",
        "fact-plan": "plan",
    }
    assert fola.send(own, do="up:plan", **form) == own
    shown = fola.visit(own)
    assert shown.index("What comes") < shown.index("What I think")
    assert '<option value="data" selected>What was, 100 % of it</option>' in shown
    fola.send(own, do="add", **form)
    assert "New section" in fola.visit(own)
    fola.send(own, do="out:assessment", **form)
    assert "What I think" not in fola.visit(own)
    assert "Give every section" in fola.send(own, 422, **form | {"title-data": " "})
    notes = f"/sessions/{oak.id}/notes?layout={own.rpartition('/')[2]}"
    shown = fola.visit(notes)
    assert "What was" in shown and "Was there." in shown
    fola.send(f"{own}/away", away="yes")
    assert "Put away" in fola.visit("/library/layouts")
    assert ">Ours</option>" not in fola.visit(f"/sessions/{oak.id}/notes")
    assert fola.client.get("/library/layouts/dap").status_code == 404
