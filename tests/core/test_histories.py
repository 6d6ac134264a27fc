"""Whatever happens in a session, in any order: nobody is given a text that they may not read."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.refusals import Refused
from tests.core.cast import AUDIENCES, MEMBERS, Oak

STAGES = ["words", "mixed", "cards", "alone"]
PRIVATE = {"secret"}  # prompts for the facilitators, whatever the rest of the answer is
UNNAMED = {"word"}

people = st.sampled_from(MEMBERS)
steps = st.one_of(
    st.tuples(
        st.just("write"),
        people,
        st.sampled_from(AUDIENCES),
        st.sets(st.sampled_from(["text", "secret", "word"])),
    ),
    st.tuples(st.just("revise"), st.integers(0, 9), st.sampled_from(AUDIENCES)),
    st.tuples(st.just("move"), st.sampled_from(STAGES)),
    st.tuples(st.just("reveal"), st.sampled_from(STAGES)),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["show_reflection", "hide_reflection", "request_share"]), st.integers(0, 9)),
    st.tuples(st.just("share"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("signal"), people),
)


@dataclass
class Answer:
    """What the history knows of one answer: the words of its newest revision and who chose to read them."""

    writer: str
    stage_id: str
    audience: str
    words: dict[str, str]
    revision: int = 1
    consented: bool = False
    id: str = field(default_factory=lambda: str(uuid4()))

    def open_words(self) -> set[str]:
        """What the group may see of it, if somebody shows it."""
        if self.audience == "facilitators" and not self.consented:
            return set()
        return {text for key, text in self.words.items() if key not in PRIVATE}

    @property
    def named(self) -> bool:
        return self.consented or (self.audience == "group_named" and not UNNAMED & self.words.keys())


class History:
    """Plays steps on a session and remembers what each of them allows."""

    def __init__(self, oak: Oak) -> None:
        self.oak = oak
        self.stage_id = "words"
        self.answers: list[Answer] = []

    def play(self, step: tuple[Any, ...]) -> None:
        name, *values = step
        try:
            getattr(self, name, self.steer)(*(values if hasattr(self, name) else step))
        except Refused:
            return

    def picked(self, number: int) -> Answer | None:
        return self.answers[number % len(self.answers)] if self.answers else None

    def write(self, writer: str, audience: str, keys: set[str]) -> None:
        keys = keys if self.stage_id == "mixed" else {"text"}
        answer = Answer(writer, self.stage_id, audience, {key: f"canary{uuid4().hex}" for key in keys})
        self.send(answer)
        self.answers.append(answer)

    def revise(self, number: int, audience: str) -> None:
        if stands := self.picked(number):
            fresh = {key: f"canary{uuid4().hex}" for key in stands.words}
            newer = Answer(stands.writer, stands.stage_id, audience, fresh, stands.revision + 1, id=stands.id)
            self.send(newer)
            self.answers[self.answers.index(stands)] = newer

    def send(self, answer: Answer) -> None:
        self.oak.writes(
            self.oak.people[answer.writer],
            answer.stage_id,
            id=answer.id,
            revision=answer.revision,
            audience=answer.audience,
            **answer.words,
        )

    def move(self, stage_id: str) -> None:
        self.oak.moves_to(stage_id)
        self.stage_id = stage_id

    def reveal(self, stage_id: str) -> None:
        self.oak.does(self.oak.fola, "reveal", stage_id=stage_id)

    def withdraw(self, number: int) -> None:
        if answer := self.picked(number):
            self.oak.does(self.oak.people[answer.writer], "withdraw_reflection", id=answer.id)
            self.answers.remove(answer)

    def share(self, number: int, accept: bool) -> None:
        if answer := self.picked(number):
            writer = self.oak.people[answer.writer]
            self.oak.does(writer, "answer_share_request", id=answer.id, accept=accept)
            answer.consented = accept

    def signal(self, name: str) -> None:
        self.oak.signals(self.oak.people[name])

    def steer(self, command: str, number: int) -> None:
        if answer := self.picked(number):
            self.oak.does(self.oak.fola, command, id=answer.id)

    def check(self) -> None:
        allowed = {text for answer in self.answers for text in answer.open_words()}
        named = {text: answer.named for answer in self.answers for text in answer.words.values()}
        for entry in self.oak.shown():
            texts = canaries(entry)
            assert texts and texts <= allowed
            assert all(named[text] == (entry["alias"] is not None) for text in texts)
        assert canaries(self.oak.room()) | canaries(self.oak.wall()) <= allowed
        assert canaries(self.oak.console()) == set()
        for name in MEMBERS:
            own = {text for each in self.answers if each.writer == name for text in each.words.values()}
            assert canaries(self.oak.me(self.oak.people[name])) == own


def canaries(seen: Any) -> set[str]:
    return {
        word.strip('",')
        for word in json.dumps(seen, default=str).replace('"', " ").split()
        if "canary" in word
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=5, max_size=20))
def test_nobody_is_ever_given_a_text_that_they_may_not_read(
    planned_oak: Oak, played: list[tuple[Any, ...]]
) -> None:
    planned_oak.plans()
    planned_oak.starts()
    history = History(planned_oak)
    for step in played:
        history.play(step)
        history.check()
    planned_oak.does(planned_oak.fola, "end")  # the next history needs the members


def test_a_history_in_which_much_is_shown(oak: Oak) -> None:
    """The premise of the property: the group does see what it may."""
    history = History(oak)
    for name in MEMBERS:
        history.play(("write", name, "group_unnamed", set()))
    history.play(("reveal", "words"))
    history.play(("move", "mixed"))
    history.play(("write", "Amal", "group_named", {"text", "secret"}))
    history.play(("show_reflection", 5))
    history.play(("write", "Birgit", "facilitators", {"text"}))
    history.play(("request_share", 6))
    history.play(("share", 6, True))
    history.check()
    assert len(oak.shown()) == 7
