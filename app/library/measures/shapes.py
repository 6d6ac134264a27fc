"""The shapes of measures: an instrument with its words, and one of which only its scoring is known."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StringConstraints, model_validator

Status = Literal["bundled", "byo", "score_only", "blocked"]
Better = Literal["lower", "higher"]  # which scores mean that somebody is doing better
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2000)]
Key = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Language = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Anchor(_Part):
    value: StrictInt
    text: Text


class Item(_Part):
    """One question; ``reverse`` turns its value round for the score, ``anchors`` are answers of its own."""

    key: Key
    text: Text
    reverse: StrictBool = False
    anchors: tuple[Anchor, ...] = ()


class Band(_Part):
    label: Text
    low: StrictInt
    high: StrictInt

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """In the files they are called from and to."""
        if isinstance(value, dict) and "from" in value:
            value = dict(value)
            return {"low": value.pop("from"), "high": value.pop("to", None), **value}
        return value


class Difficulty(_Part):
    key: Key
    text: Text
    options: tuple[Text, ...]


class Example(_Part):
    answers: tuple[StrictInt | None, ...]
    total: StrictInt | None
    pro_rated: StrictBool
    alert: StrictBool


class Measure(_Part):
    """One instrument with its items. The total is their sum, ``times`` a factor; ``reliable`` is the change
    in points of the total that counts.
    """

    id: str
    name: Text
    licence_status: Status = "byo"
    verified: str | None = None
    language: Language = "en"
    credit: Text
    stem: Text
    items: tuple[Item, ...]
    anchors: tuple[Anchor, ...]
    difficulty: Difficulty | None = None
    times: StrictInt = 1
    range: tuple[StrictInt, StrictInt]
    better: Better = "lower"
    bands: tuple[Band, ...] = ()
    case_line: StrictInt | None = None
    reliable: StrictInt | None = None
    max_blank: StrictInt = 0
    alert_items: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.items)

    @property
    def values(self) -> tuple[int, ...]:
        """The values that an answer can have, from the lowest on."""
        return tuple(sorted(anchor.value for anchor in self.anchors))

    def counted(self, item: Item, value: int) -> int:
        """What an answer counts: itself, or turned round."""
        return self.values[0] + self.values[-1] - value if item.reverse else value


class Other(_Part):
    """An instrument whose wording is not here. ``items``, ``answers`` (the lowest value and the highest),
    ``reverse`` and ``alert`` (numbers of items, from 1) say how it is scored, where that is known.
    """

    id: str
    name: str
    licence_status: Status
    why: str
    licence: str = ""
    checked: str | None = None  # by whom and when, at the owner's own site
    range: tuple[StrictInt, StrictInt]
    better: Better = "lower"
    case_line: StrictInt | None
    reliable: StrictInt | None
    bands: tuple[Band, ...] = ()
    items: StrictInt | None = None
    answers: tuple[StrictInt, StrictInt] | None = None
    times: StrictInt = 1
    reverse: tuple[StrictInt, ...] = ()
    alert: tuple[StrictInt, ...] = ()
    max_blank: StrictInt = 0
