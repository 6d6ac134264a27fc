"""What the library holds: exercises, programmes and their agendas, frozen, with their shapes."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, StrictBool, StrictInt, StringConstraints
from pydantic.dataclasses import dataclass

Phase = Literal["pre", "initial", "middle", "termination"]
Area = Literal["grief", "dispute", "change", "lonely"]
Perspective = Literal["how_we_are_with_others", "how_others_are_with_us", "how_relationships_change"]
Purpose = Literal["depression", "anxiety", "eating", "other"]
Audience = Literal["facilitators", "group_unnamed", "group_named"]
Type = Literal[
    *("free_text", "short_texts", "scale_0_10", "single_choice", "multi_choice"),
    *("closeness_circle", "timeline", "comm_transcript", "decision_table", "grid_2x2", "two_lists"),
    *("matrix", "goal", "roleplay_pair", "feedback", "ordered_steps", "structured_plan", "compare"),
]
Text = Annotated[str, StringConstraints(strict=True, min_length=1)]
Said = Annotated[str, StringConstraints(strict=True)]  # may be empty
Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]*$")]
Count = StrictInt
Texts = tuple[Text, ...]
Names = tuple[Name, ...]

frozen = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))


@frozen
class Prompt:
    """One question: who answers it, in what form, and how far its answer may go at most."""

    key: Name
    type: Type
    text: Text
    options: Texts = ()
    taps: Texts = ()
    audience: Literal["facilitators", "group_unnamed"] | None = None
    who: Literal["all", "worker", "others"] = "all"


@frozen
class Reviewed:
    """A text with its version, what it rests on, and the clinician who reviewed it (None: not yet)."""

    version: Count
    reviewed_by: Text | None
    reviewed_on: Text | None


@frozen
class Exercise(Reviewed):
    """One thing a group does with a stage; `minutes` is (at least, at most), `title` is what members see."""

    id: Name
    name: Text
    title: Text
    basis: Text
    phases: tuple[Phase, ...]
    areas: tuple[Area, ...]
    perspectives: tuple[Perspective, ...]
    minutes: tuple[Count, Count]
    default_audience: Audience
    repeat: StrictBool
    aim: Text
    steps: Texts
    reading: Texts = ()
    prompts: tuple[Prompt, ...]
    cue: Said
    care: Said
    like: Name | None = (
        None  # the shipped exercise that this is a copy of: its answers are kept as that one's
    )


@frozen
class Row:
    """One line of an agenda; with `pool` the leader picks one of `exercises`."""

    minutes: Count
    title: Text
    exercises: Names = ()
    pool: Name | None = None
    measures: Names = ()
    core: StrictBool
    cue: Said = ""


@frozen
class Agenda:
    """What the sessions from `numbers[0]` to `numbers[1]` go through."""

    id: Name
    numbers: tuple[Count, Count]
    phase: Phase
    total: Count
    rows: tuple[Row, ...]


@frozen
class Session(Reviewed):
    """A plan for one session on its own, outside any programme."""

    id: Name
    title: Text
    basis: Text
    phase: Phase
    rows: tuple[Row, ...]


@frozen
class Meeting:
    """A one-to-one meeting before, midway, after or weeks after the group."""

    id: Name
    kind: Literal["pre", "mid", "after", "follow_up"]
    title: Text
    when: Text
    after_session: Count | None = None
    company: Text | None = None  # who comes, where it is not the member alone
    weeks_after: tuple[Count, Count] | None = None
    total: Count
    rows: tuple[Row, ...]

    @property
    def phase(self) -> Phase:
        """The phase whose exercises fit this meeting."""
        phases: dict[str, Phase] = {"pre": "pre", "mid": "middle"}
        return phases.get(self.kind, "termination")


@frozen
class Programme(Reviewed):
    """A course of sessions and meetings; `phases` gives the first and last session of each."""

    id: Name
    title: Text
    basis: Text
    status: Literal["complete", "conditional", "outline"]
    requires: Texts = ()
    population: Text
    purposes: tuple[Purpose, ...] = ()  # what groups it was made for; none: for no purpose in particular
    cadence: Text
    length_min: Count
    group_size: tuple[Count, Count]
    facilitators: Text
    group_sessions: Count
    phases: Mapping[Phase, tuple[Count, Count]]
    between: Texts
    meetings: tuple[Meeting, ...]
    sessions: tuple[Agenda, ...]

    @property
    def is_conditional(self) -> bool:
        """Whether rooms open only once guardians and the young people themselves have agreed."""
        return self.status == "conditional" or bool(self.requires)

    def agenda(self, number: int) -> Agenda:
        """Return the agenda of one session; LookupError if there is no such session."""
        for agenda in self.sessions:
            if agenda.numbers[0] <= number <= agenda.numbers[1]:
                return agenda
        raise LookupError(f"{self.id} has no session {number}")

    def meeting(self, meeting_id: str) -> Meeting:
        """Return one meeting; LookupError if there is none of that id."""
        for meeting in self.meetings:
            if meeting.id == meeting_id:
                return meeting
        raise LookupError(f"{self.id} has no such meeting")


@frozen
class Call:
    """The call to a member who leaves."""

    within_days: Count
    total: Count
    rows: tuple[Row, ...]


@frozen
class Leaving(Reviewed):
    """What happens when a member leaves, in every programme."""

    told_to_group: Text
    held_notes: Text
    call: Call
    no_answer: Text
