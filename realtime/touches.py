"""What an action that comes often touches; every other one touches all regions."""

ON_SIGNALS = ("signals", "roster"), ("banner", "dock_signal")
# regions of the console, and of the person concerned
TOUCHES = {
    "submit_reflection": (("answers", "roster", "steer"), ("form", "mine", "late")),
    "withdraw_reflection": (("answers", "roster", "steer"), ("form", "mine")),
    **dict.fromkeys(
        ("write_for", "confirm_reflection", "confirm_for"),
        (("answers", "roster", "steer"), ("form", "mine", "banner")),
    ),
    "mark_heard": (("roster",), ()),
    "save_note": (("note", "person_notes"), ()),
    **dict.fromkeys(("raise_signal", "lower_signal", "say_safe_for_now", "ask_to_talk"), ON_SIGNALS),
    **dict.fromkeys(("acknowledge_signal", "answer_signal", "resolve_signal", "mark_not_safe"), ON_SIGNALS),
    "ask": (("roster",), ("banner",)),
    "read_answer": (("signals",), ()),
    "answer_question": (("signals", "roster"), ("banner", "dock_signal")),
    "meet_alert": ON_SIGNALS,
    "call_out": (("signals",), ()),
    "signals_shown": (("signals",), ("banner", "dock_signal")),
    # reading and noting: on no live screen
    **dict.fromkeys(("tag", "save_record_note", "sign_note", "add_to_note", "save_process_note"), ((), ())),
}
ABOUT_ONE = frozenset(TOUCHES) - {"mark_heard", "save_note"}  # they change the people whom they name
