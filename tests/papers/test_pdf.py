"""A paper as PDF, opened by another program: every word as it was written, tagged, and nothing else."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from app import charts
from app.papers import blocks, drawings, pdf
from tests.house.papers import facts_of, needs_poppler, squeezed, structure_of, unspaced, words_of

pytestmark = needs_poppler

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 12"><circle cx="6" cy="6" r="5"/>'
    '<text x="14" y="8" font-size="6">Week 3</text></svg>'
)


def paper(*content: Any, **more: Any) -> bytes:
    return pdf.make(blocks.paper("Session 5 of 12", "en", content, **more))


@pytest.mark.parametrize(
    "words",
    [
        '#import "x": *',
        '#read("/etc/passwd") #panic("no") #sys.inputs',
        "*bold* _soft_ `raw` ```typ #1```",
        "$x^2$ @ref <label> ~ --- ...",
        "\\ back \\u{41} \\n",
        "= no heading\n- no list\n+ no list\n/ no: term",
        "// no comment /* no comment */",
        '"quotes" ‘and’ “more” \' "',
        "http://example.org/#a",
        "{{ no }} {% no %} {n} {of} %(no)s",
        "line one\n\n\nline two",
        "ﬁ office efﬁcient",
        "naïve café Ångström Łódź Ελληνικά Кириллица",
    ],
)
def test_what_people_write_is_never_markup(words: str) -> None:
    told = words_of(paper(blocks.words(words, by=words, also=words, label=words)))
    assert unspaced(told).count(unspaced(words).replace("ﬁ", "fi")) == 4 or told.count(squeezed(words)) == 4


@pytest.mark.parametrize("place", ["heading", "text", "items", "table", "facts", "caption", "title"])
def test_words_are_words_wherever_they_stand(place: str) -> None:
    words = '#import "x" *a* $y$ @ref'
    made = {
        "heading": lambda: paper(blocks.heading(words)),
        "text": lambda: paper(blocks.text(words, soft=True)),
        "items": lambda: paper(blocks.items([words])),
        "table": lambda: paper(blocks.table([words], [[words]])),
        "facts": lambda: paper(blocks.facts([(words, words, words)])),
        "caption": lambda: paper(blocks.picture(SVG, alt=words, caption=words)),
        "title": lambda: pdf.make(blocks.paper(words, "en", [], over=words, under=[words], footer=words)),
    }[place]()
    assert words in words_of(made)


def test_a_word_longer_than_a_line_is_broken_and_stays_whole_for_who_copies_it() -> None:
    word = "abcdefghij" * 60
    made = paper(blocks.words(word))
    assert word in unspaced(words_of(made))
    assert max(len(line) for line in words_of(made).split()) < 200


@pytest.mark.parametrize("words", ["مرحبا بالعالم", "שלום לכולם"])
def test_right_to_left_words_keep_their_letters(words: str) -> None:
    block = blocks.words(words, by="Amal")
    assert block["dir"] == "rtl"
    made = paper(block)
    assert all(word in words_of(made) for word in words.split())
    assert facts_of(made)["Tagged"] == "yes"


def test_letters_that_no_font_can_draw_stay_in_the_file_and_the_paper_says_so() -> None:
    unset = "Some letters cannot be drawn here."
    made = paper(blocks.words("日本語で書く", by="愛子"), unset=unset)
    assert "愛子日本語で書く" in unspaced(words_of(made))
    drawn = unset not in words_of(made)  # a machine with such a font draws them, and has nothing to say
    assert drawn or facts_of(made)["Tagged"] == "yes"
    assert unset not in words_of(paper(blocks.words("I write."), unset=unset))


def test_a_paper_is_tagged_with_its_title_headings_tables_lists_and_pictures() -> None:
    made = paper(
        blocks.heading("What was done"),
        blocks.table(["Stage", "Took"], [["Talk", 5]], numbers=(1,)),
        blocks.heading("Two", 2),
        blocks.items(["one", "two"]),
        blocks.picture(SVG, alt="The mood went up from 3 to 6."),
        blocks.lines(3),
        page="Page {n} of {of}",
        footer="Neutral",
    )
    told = facts_of(made)
    assert (told["Tagged"], told["Title"]) == ("yes", "Session 5 of 12")
    assert "A4" in told["Page size"]
    tags = structure_of(made)
    for tag in ("H1", "H2", "Table", "TH", "TD", "L ", "LI", "Figure"):
        assert tag in tags, tag
    assert "Page 1 of 1" in words_of(made)
    assert b"The mood went up" in made or "The mood went up".encode("utf-16-be") in made
    assert b"/Lang" in made


def test_a_file_says_of_itself_no_more_than_its_title() -> None:
    told = facts_of(paper(blocks.words("Amal wrote this.", by="Amal"), over="Oak"))
    assert set(told) & {"Author", "Subject", "Keywords", "CreationDate", "ModDate", "Producer"} == set()


def test_a_picture_without_words_is_refused() -> None:
    """The checks of PDF/UA are on; a chart whose text was forgotten makes no file."""
    with pytest.raises(Exception, match="PDF/UA"):
        paper({"kind": "picture", "svg": SVG, "alt": None, "caption": "", "width": 50})


def test_nothing_is_cut_off_at_the_foot_of_a_page() -> None:
    """Tables of long words go on over pages, and a very tall drawing is made smaller."""
    rows = [[f"cell {at} " + "word " * 700, "x"] for at in range(8)]
    told = words_of(
        paper(blocks.table(["Long", "Short"], rows), blocks.words("line\n" * 200 + "the last line"))
    )
    assert told.count("word") == 8 * 700
    assert "the last line" in told
    goals = [{"text": f"Goal {at}", "first": 1, "last": 5, "status": "open"} for at in range(60)]
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        drawn, _legend = drawings.chart("goals", {"goals": goals})
    made = paper(drawn)
    assert facts_of(made)["Pages"] == "1"
    assert "Goal 59" in words_of(made)
    high = charts.draw("goals", {"goals": goals}, "en")
    assert drawn["width"] * high["height"] / high["width"] <= drawings.HIGHEST  # in hundredths of the column
