"""The signals of a session, and whom it leaves to follow up, in words as the summary's page tells them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.papers import wording
from app.papers.blocks import Block, table


def signals(earlier: list[dict[str, Any]], found: list[dict[str, Any]], zone: str) -> Block | None:
    """Each signal with who raised it, when, and how it was met, the alerts that earlier sessions had left
    first; None without any.
    """
    rows = [
        [each["alias"], kind(each["kind"]), when(each["raised_at"], zone), met(each, zone, when)]
        for each, when in [(each, wording.moment) for each in earlier]
        + [(each, wording.clock) for each in found]
    ]
    return table([_("Name"), _("Signal"), _("Time"), _("How it was met")], rows, wide=3)


def kind(of: str) -> str:
    names = {
        "support": _("Asked for support"),
        "hand": _("Wanted to say something"),
        "slower": _("Asked for a slower pace"),
        "item_9": _("An answer on the private form"),
        "not_safe": _("Said not to be safe"),
        "stop": _("Asked to stop"),
    }
    return str(names[of])


def met(signal: dict[str, Any], zone: str, when: Callable[[datetime, str], str] = wording.clock) -> str:
    """What was done about a signal, in the order of the page; ``when`` puts its times into words."""

    def at(name: str) -> str:
        return when(signal[name], zone)

    told = [_seen(signal, zone, when)]
    if signal["on_call"] and signal["on_call"]["at"]:
        told.append(_("On-call called at %(time)s.", time=when(signal["on_call"]["at"], zone)))
    elif signal["on_call"] and signal["on_call"]["failed"]:
        told.append(_("On-call could not be reached."))
    if signal["reply"]:
        told.append(_reply(signal))
    if signal["talk_wanted_at"]:
        told.append(_("Wanted somebody to talk to at %(time)s.", time=at("talk_wanted_at")))
    if signal["safe_for_now_at"]:
        told.append(_("Said “safe for now” at %(time)s.", time=at("safe_for_now_at")))
    if signal["met"]:
        told.append(_how(signal["met"]))
    if signal["taken_back"]:
        told.append(_("Taken back."))
    if signal["resolved_at"] and signal["resolved_by"]:
        told.append(_("Resolved by %(name)s %(time)s.", name=signal["resolved_by"], time=at("resolved_at")))
    elif signal["resolved_at"]:
        told.append(_("Resolved %(time)s.", time=at("resolved_at")))
    told += [_("%(name)s wrote the follow-up.", name=each["by"]) for each in signal["followed_up"]]
    return " ".join(each for each in told if each)


def _seen(signal: dict[str, Any], zone: str, when: Callable[[datetime, str], str]) -> str:
    if signal["seen_at"] and signal["seen_by"]:
        seen = when(signal["seen_at"], zone)
        return str(_("Seen by %(name)s %(time)s.", name=signal["seen_by"], time=seen))
    if signal["seen_at"]:
        return str(_("Seen."))
    return "" if signal["taken_back"] else str(_("Not seen."))


def _reply(signal: dict[str, Any]) -> str:
    words, name = signal["reply"], signal["reply_name"]
    words = words if name is None else _(words, name=name) if name else _(words)
    return ": ".join(each for each in (signal["replied_by"], f"“{words}”") if each)


def _how(way: dict[str, str]) -> str:
    if way["how"] == "talked":
        return str(_("Talked."))
    if way["how"] == "later":
        return str(_("To talk: %(when)s.", when=way["words"]))
    return str(_("Handed to %(who)s.", who=way["words"]))


def to_do(entries: list[dict[str, Any]], zone: str) -> Block | None:
    """Whom to follow up and why, as ``to_follow_up`` gives them; None where nobody waits."""
    rows = [[each["alias"], _why(each, zone)] for each in entries]
    return table([_("Name"), _("Why")], rows, wide=1)


def _why(each: dict[str, Any], zone: str) -> str:
    told = []
    for call in each["calls"]:
        told.append(f"{kind(call['kind'])} {wording.clock(call['raised_at'], zone)}.")
        told += [_("Still open.")] if call["open"] else []
        told += [_("Nothing is written about it.")] if call["lacks"] else []
    reasons = [
        ("word", _("Left wanting a word first.")),
        ("left_at", _("Has left the group; the one call is not made yet.")),
        ("fell", _("Mood down %(points)s.", points=each["fell"])),
        ("silent", _("Not heard for three sessions.")),
        ("unheard", _("Not marked as heard.")),
        ("absent", _("Was not there.")),
    ]
    return " ".join([*told, *[sentence for name, sentence in reasons if each[name]]])
