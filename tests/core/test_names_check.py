"""The names check: other people's names and words stop a signature, however they are set."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from app.core import contacts, groups, names_check, record
from app.core.models import new_id
from app.core.names_check import Check, Person
from app.core.record_models import Addendum, RecordNote
from app.core.refusals import Refused
from app.core.sealing import open_sealed
from tests.core.cast import Oak, prompt, stage
from tests.core.notes import note_of, notes, place, signs, text_of, written
from tests.core.one_database import database_kind
from tests.house.groups import complete

__all__ = ["database_kind"]

DAX = Person("d", "Dax", "Jo Lüders-de la Cruz y van der Berg")
AMAL = Person("a", "Amal", "Amal Haddad", texts=("My sister called on Sunday, and I did not pick up.",))
ROSE = Person("r", "Rose", "Maria Rosa García López", others=("Rosie",))
MAY = Person("m", "May")
ZOE = Person("z", "Zoë K.", "Zoë Kraus")
ALL = [AMAL, ROSE, MAY, ZOE, DAX]


def found(text: str, people: list[Person] = ALL, besides: str = "") -> list[tuple[str, str, bool]]:
    """Kind, the words in the text, and whether it stops."""
    return [
        (each.kind, text[each.start : each.end], each.stops)
        for each in Check(people).of({"note": text}, besides)
    ]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("She sat with Amal.", "alias", "Amal"),
        ("AMAL was there", "alias", "AMAL"),
        ("amal, too", "alias", "amal"),
        ("Amal's story", "alias", "Amal"),
        ("Amal’s story", "alias", "Amal"),
        ("Amals Idee", "alias", "Amals"),
        ("A\u0301mal", "alias", "A\u0301mal"),
        ("Ämál", "alias", "Ämál"),
        ("Am\u200dal", "alias", "Am\u200dal"),
        ("A\u0332mal", "alias", "A\u0332mal"),
        ("(Amal)", "alias", "Amal"),
        ("Haddad", "name", "Haddad"),
        ("Mr Haddad's", "name", "Haddad"),
        ("garcia lopez", "name", "lopez"),
        ("Mrs Garcia", "name", "Garcia"),
        ("rosa's", "name", "rosa"),
        ("Frau Lüders", "name", "Lüders"),
        ("Haddad-Lüders", "name", "Lüders"),
        ("Rosie, who", "alias", "Rosie"),
        ("It rose in May.", "alias", "rose"),
        ("zoe k", "alias", "zoe k"),
        ("ZOË-K", "alias", "ZOË-K"),
        ("my SISTER called on sunday -- and I did", "words", "my SISTER called on sunday -- and I did"),
        ("“sister called\non Sunday! And: I dîd nót”", "words", "sister called\non Sunday! And: I dîd nót"),
    ],
)
def test_a_name_or_eight_words_stop_with_their_place(text: str, kind: str, words: str) -> None:
    assert (kind, words, True) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Amalfi coast.",
        "A primrose, a roseate sky.",
        "Maybe she did.",
        "sister called on Sunday and I did",
        "Zoe",
        "Kraus is not a name here, Krauser",
        "la luz y el van der de Jo",
    ],
)
def test_what_only_looks_like_it_does_not_stop(text: str) -> None:
    people = [AMAL, Person("r", "Rose"), MAY, Person("z", "Zoë K."), DAX]
    assert [each for each in found(text, people) if each[2]] == []


def test_a_word_that_is_also_a_name_says_where_it_stands() -> None:
    text = "She rose early. In May she will call Rose."
    assert [words for _, words, _ in found(text)] == ["rose", "May", "Rose"]


def test_an_own_note_may_hold_the_members_own_name_and_words() -> None:
    text = f"Amal said: {AMAL.texts[0]} With Rose."
    assert [words for _, words, _ in found(text, besides="a")] == ["Rose"]


def test_words_of_several_fields_are_found_as_one_text_and_as_it_is_shown(planned_oak: Oak) -> None:
    oak = planned_oak
    steps = prompt("steps", "ordered_steps", count=5)
    mood = prompt("mood", "scale_0_10")
    oak.plans([stage("words", prompt("text"), mood, steps, prompt("lines", "short_texts", count=3))])
    oak.starts()
    steps_of = [{"text": "I ring her up", "hard": 7}, {"text": "I go there", "hard": None}]
    lines = ["my sister shouted at me", "I left the house at night"]
    oak.writes(oak.amal, text="All is well", mood=3, steps={"steps": steps_of}, lines=lines)
    oak.does(oak.fola, "end")
    for words in (
        "My sister shouted at me, I left the house at night.",
        "All is well. I ring her up; I go there",
        "1. I ring her up (7 of 10)\n2. I go there",
    ):
        with pytest.raises(Refused) as caught:
            signs(oak, note_of(oak, "Birgit"), sections=written(note_of(oak, "Birgit"), words))
        assert {(each["kind"], each["alias"]) for each in caught.value.more["findings"]} == {
            ("words", "Amal")
        }
    own = "My sister shouted at me. I left the house at night."
    signs(oak, note_of(oak, "Amal"), sections=written(note_of(oak, "Amal"), own))
    signs(
        oak,
        note_of(oak, "Birgit"),
        sections=written(note_of(oak, "Birgit"), "1. We met (7 of 10)\n2. We left"),
    )


def test_eight_words_split_over_two_sections_stop_in_both(oak: Oak) -> None:
    oak.writes(oak.amal, text="My sister called me and then I cried.")
    oak.does(oak.fola, "end")
    texts = {"one": "He says: my sister called me and", "two": "Then I cried, the whole night."}
    sections = [{"key": key, "title": f"Part {key}", "text": text} for key, text in texts.items()]
    with pytest.raises(Refused) as caught:
        signs(oak, note_of(oak, "Birgit"), sections=sections)
    where = [(e["section"], e["in_title"], e["start"], e["end"]) for e in caught.value.more["findings"]]
    assert caught.value.code == "names" and where == [("one", False, 9, 32), ("two", False, 0, 12)]
    signs(oak, note_of(oak, "Amal"), sections=sections)  # their own note may hold their own words


def test_eight_words_that_go_from_a_heading_into_its_text_stop_as_well() -> None:
    check = Check([AMAL])
    words = AMAL.texts[0].split()
    title, text = " ".join(words[:3]), " ".join(words[3:9])
    section = {"key": "note", "title": title, "text": text}
    assert check.of({"note": title}) == check.of({"note": text}) == []
    found = record.findings(check, "", [section])
    assert {(each["kind"], each["in_title"]) for each in found} == {("words", True), ("words", False)}
    shared = {"key": "shared", "title": "", "text": title}
    over = record.findings(check, "b", [section | {"title": ""}], [shared])
    assert [each["section"] for each in over] == ["shared", "note"]
    assert record.findings(check, "a", [section]) == []


def test_a_name_or_words_in_a_heading_stop_and_say_where(oak: Oak) -> None:
    oak.writes(oak.amal, text="My sister called me and then I cried.")
    oak.does(oak.fola, "end")
    note, shared = note_of(oak, "Birgit"), notes(oak)["shared"]["sections"]
    for title in ("What Amal said", "my sister called me and then I cried"):
        with pytest.raises(Refused) as caught:
            signs(oak, note, sections=[note["sections"][0] | {"title": title}, *note["sections"][1:]])
        [one] = caught.value.more["findings"]
        assert (one["section"], one["in_title"], one["alias"]) == (note["sections"][0]["key"], True, "Amal")
        with pytest.raises(Refused) as caught:
            signs(oak, note, shared=[shared[0] | {"title": title}])
        assert [(each["section"], each["in_title"]) for each in caught.value.more["findings"]] == [
            ("shared", True)
        ]
    signs(oak, note)


def test_words_that_two_people_wrote_are_still_somebody_elses() -> None:
    twin = Person("t", "Tariq", texts=AMAL.texts)
    assert ("words", AMAL.texts[0][:-1], True) in found(AMAL.texts[0], [AMAL, twin], "a")


def test_one_long_quote_is_one_finding() -> None:
    assert len([each for each in found(AMAL.texts[0]) if each[0] == "words"]) == 1


def test_initials_are_a_hint_that_does_not_stop() -> None:
    assert ("initials", "A.", False) in found("A. was there")
    assert ("initials", "A.H.", False) in found("with A.H. and others")
    assert ("initials", "AH", False) in found("with AH and others")
    assert found("B. was there") == []


def test_a_name_of_one_letter_is_found_as_a_capital_that_is_no_end_of_a_word() -> None:
    people = [Person("s", "S"), Person("t", "T."), Person("愛", "愛"), Person("k", "K")]

    def stopped(text: str) -> list[str]:
        return [words for _, words, stops in found(text, people, "k") if stops]

    for text in (
        "Her mother's flat. She didn't go.",
        "Mother’s flat, a T-shirt’s colour",
        "IT'S LATE, DON'T",
    ):
        assert stopped(text) == (["T"] if "T-shirt" in text else [])
    assert stopped("S came with T. and (S), and S's sister; s and t did not.") == ["S", "T", "S", "S"]
    assert stopped("愛 spoke") == ["愛"]


def test_scripts_without_spaces_count_each_sign() -> None:
    people = [Person("x", "小明", texts=("今天我给妈妈打了电话她很高兴",))]
    assert ("alias", "小明", True) in found("今天小明来了", people)
    assert ("words", "给妈妈打了电话她", True) in found("她说给妈妈打了电话她", people)
    assert found("我给妈妈", people) == []


def test_a_name_of_signs_alone_is_found_as_it_is() -> None:
    assert ("alias", "★★", True) in found("with ★★ today", [Person("s", "★★")])


def test_names_in_a_text_are_replaced_and_common_words_are_left_to_the_check() -> None:
    text = "Amal's idea. I rose early, in MAY, and Zoë K. helped. Rose, too."
    assert names_check.without(text, ALL, "N.") == "N.'s idea. I rose early, in N., and N.. helped. N., too."


# in random sessions

ALIASES = ["Amal", "Birgit", "Chidi", "Rose", "Ana María"]
NAMES = {"Amal": "Amal Haddad", "Rose": "Maria López"}
PLAIN = ("i", "we", "she", "told", "my", "son", "that", "it", "was", "late", "and", "then", "the", "letter")
CALLED = ("Amal", "birgit", "CHIDI's", "Rose", "rose", "ana maria", "Ana María’s", "Haddad", "lopez")
WORDS = st.sampled_from([*PLAIN, *PLAIN, *PLAIN, *CALLED])
TEXTS = st.lists(WORDS, min_size=1, max_size=24).map(" ".join)
SHORT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
ANSWERS = st.fixed_dictionaries(
    {"text": TEXTS, "lines": st.lists(SHORT, min_size=1, max_size=4), "last": SHORT}
)
FIELDS = [prompt("text"), prompt("lines", "short_texts", count=4), prompt("last")]


def plain(text: str) -> list[str]:
    """The words of a text, found in another way than the check does."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[a-z0-9]+", "".join(each for each in apart if not unicodedata.combining(each)))


def holds(words: list[str], others: list[str]) -> bool:
    return any(words[at : at + len(others)] == others for at in range(len(words) - len(others) + 1))


def test_no_signed_note_holds_another_members_name_or_eight_words_of_theirs(planned_oak: Oak) -> None:
    oak = planned_oak
    do = oak.database.writer.do
    missing = [each for each in ALIASES if each not in oak.members]
    oak.members |= dict(zip(missing, do(groups.add_members, oak.group_id, missing), strict=True))
    do(complete, oak.group_id, oak.leaders["Fola"])
    for alias, name in NAMES.items():
        do(contacts.keep, oak.group_id, oak.members[alias], {"name": name}, "")
    seen = {"signed": 0, "stopped": 0, "added": 0, "not added": 0}

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def runs(data: Any) -> None:
        answers = {alias: data.draw(ANSWERS) for alias in ALIASES}
        wrote = {
            alias: "\n".join([each["text"], *each["lines"], each["last"]]) for alias, each in answers.items()
        }
        oak.plans([stage("words", *FIELDS)])
        oak.does(oak.fola, "open_lobby")
        people = {alias: oak.joins(alias) for alias in ALIASES}
        oak.does(oak.fola, "start")
        for alias, who in people.items():
            oak.writes(who, **answers[alias])
        oak.does(oak.fola, "end")
        page, shared_revision = notes(oak), 0
        for note in (each["note"] for each in page["members"] if each["status"] == "present"):
            if data.draw(st.booleans()):
                note["sections"][1]["text"] += f"\n{part(data, wrote)}"
            if data.draw(st.integers(0, 5)) == 5:
                note["sections"][2]["title"] = part(data, wrote)[:60]
            asked = place(note) | {"sections": note["sections"], "revision": 0}
            asked |= {"shared": page["shared"]["sections"], "shared_revision": shared_revision}
            try:
                signed = do(record.sign, oak.leaders["Fola"], oak.id, **asked)
            except Refused as refusal:
                assert refusal.code == "names"
                seen["stopped"] += 1
            else:
                seen["signed"] += 1
                shared_revision = 1
                adds(data, wrote, signed["note_id"])
        check_all(oak, wrote)

    def adds(data: Any, wrote: dict[str, str], note_id: str) -> None:
        later = data.draw(st.sampled_from([part(data, wrote) or "It rained.", "Later."]))
        try:
            do(record.add, oak.leaders["Fola"], note_id, new_id(), later)
        except Refused as refusal:
            assert refusal.code == "names"
            seen["not added"] += 1
        else:
            seen["added"] += 1

    runs()
    assert seen["signed"] > 10 and seen["stopped"] > 10 and all(seen.values()), seen


def part(data: Any, wrote: dict[str, str]) -> str:
    """Words of an answer, set in some way."""
    other = wrote[data.draw(st.sampled_from(ALIASES))].split()
    cut = data.draw(st.integers(0, len(other)))
    joined: str = data.draw(st.sampled_from([" ".join, ", ".join, "\n".join]))(other[cut : cut + 9])
    return data.draw(st.sampled_from([joined, joined.upper()]))


def check_all(oak: Oak, wrote: dict[str, str]) -> None:
    of = {member_id: alias for alias, member_id in oak.members.items()}
    query = select(RecordNote.__table__).where(
        col(RecordNote.group_session_id) == oak.id, col(RecordNote.signed_at).is_not(None)
    )
    for row in oak.all(query):
        sections = record.sections_of(row)
        texts = [text_of(sections), *(each["title"] for each in sections)]
        added = oak.all(select(Addendum.__table__).where(col(Addendum.note_id) == row.id))
        texts += [open_sealed(Addendum.text, each.id, each.text) for each in added]
        for said in map(plain, texts):
            check_one(said, of[row.member_id], wrote)


def check_one(said: list[str], own: str, wrote: dict[str, str]) -> None:
    for alias in (each for each in ALIASES if each != own):
        theirs = plain(wrote[alias])
        assert not holds(said, plain(alias)), (alias, said)
        assert not (alias in NAMES and holds(said, plain(NAMES[alias])))
        runs = [theirs[at : at + 8] for at in range(len(theirs) - 7)]
        assert not any(holds(said, run) for run in runs)


def test_what_is_for_all_names_nobody_and_quotes_nobody(oak: Oak) -> None:
    oak.writes(oak.amal, text="My sister called on Sunday, and I did not pick up.")
    oak.does(oak.fola, "end")
    for name in ("group_note", "member_safe"):
        note = notes(oak)[name]
        for words in ("Amal was brave.", "My sister called on Sunday and I did not."):
            asked = {"sections": [each | {"text": words} for each in note["sections"]], "revision": 0}
            with pytest.raises(Refused) as caught:
                oak.database.writer.do(record.sign, oak.leaders["Fola"], oak.id, **place(note), **asked)
            assert caught.value.code == "names"
        signs(oak, note, sections=[each | {"text": "All was well."} for each in note["sections"]])


def test_a_real_name_that_is_held_stops_a_signature(oak: Oak) -> None:
    held = {"name": "Amal Sofia Haddad"}
    oak.database.writer.do(contacts.keep, oak.group_id, oak.members["Amal"], held, "")
    oak.does(oak.fola, "end")
    for words in ("Mrs Haddad", "amal sofia haddad"):
        asked = [each | {"text": words} for each in note_of(oak, "Birgit")["sections"]]
        with pytest.raises(Refused) as caught:
            signs(oak, note_of(oak, "Birgit"), sections=asked)
        assert {each["alias"] for each in caught.value.more["findings"]} == {"Amal"}


def test_words_of_another_session_are_found_before_signing(oak: Oak) -> None:
    words = "We sold the boat that my father had built."
    oak.writes(oak.amal, text=words)
    oak.does(oak.fola, "end")
    first = oak.id
    oak.plans()
    oak.starts()
    oak.does(oak.fola, "end")
    rests: list[bool] = []
    shared = [{"key": "shared", "title": "", "text": "Nothing of theirs."}]

    def quoted(name: str, of: str, text: str = words) -> list[tuple[str, str]]:
        sections = [{"key": "note", "title": "", "text": f"Says: {text}"}]
        asked = (of, oak.members.get(name, ""), sections, shared)
        with oak.database.reader() as db:
            found = record.quoted(db, *asked, lambda: rests.append(True))
        return [(each["kind"], each["alias"]) for each in found]

    assert quoted("Birgit", oak.id) == quoted("", oak.id) == [("words", "Amal")]
    assert quoted("Amal", oak.id) == quoted("Birgit", oak.id, "We sold the boat.") == []
    assert len(rests) == 4  # once for each other session
    assert quoted("Birgit", first) == []  # its own words are the verb's to look at


def test_a_name_in_the_shared_part_stops_every_note_also_that_members_own(oak: Oak) -> None:
    oak.does(oak.fola, "end")
    shared = [{"key": "shared", "title": "", "text": "Amal spoke first."}]
    for name in ("Amal", "Birgit"):
        with pytest.raises(Refused) as caught:
            signs(oak, note_of(oak, name), shared=shared)
        assert [each["section"] for each in caught.value.more["findings"]] == ["shared"]
