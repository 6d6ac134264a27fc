"""The shipped library is right, says what it must, and its checker goes red on damage."""

import copy
import re

import pytest
import yaml

from app.library import check, load, measures, small
from app.library.loading import read_files
from app.library.tree import LineFault

DATA = read_files()


def test_nothing_is_wrong_and_no_text_is_hard_to_read():
    errors, warnings = check.check(copy.deepcopy(DATA))
    assert errors == []
    assert [line for line in warnings if "reading grade" in line] == []


def test_what_no_clinician_has_reviewed_says_so():
    items = [*load().exercises.values(), *load().programmes.values(), load().when_a_member_leaves]
    assert {(item.version, item.reviewed_by, item.reviewed_on) for item in items} == {(1, None, None)}
    assert (small.rule().version, small.rule().reviewed_by) == (1, None)
    assert f"{len(items) + 1} items are not yet reviewed by a clinician" in check.check()[1]


def test_the_command_answers_with_an_exit_code(capsys, monkeypatch):
    assert check.main() == 0
    assert "46 exercises, 7 programmes, a small group's rule: 0 wrong, 2 warnings" in capsys.readouterr().out
    monkeypatch.setattr(check, "read_files", lambda: damaged(lambda d: d["exercises"].pop("goodbye")))
    assert check.main() == 1
    assert (
        "WRONG: gipt_8, termination_8, 'Goodbye and memory note': no exercise goodbye"
        in capsys.readouterr().out
    )


def test_a_file_that_says_a_field_twice_is_refused(tmp_path, capsys, monkeypatch):
    twice = tmp_path / "shared.yaml"
    twice.write_text("pools: {}\npools: {}\n")
    with pytest.raises(yaml.YAMLError, match="twice"):
        read_files(tmp_path)
    monkeypatch.setattr(check, "read_files", lambda: read_files(tmp_path))
    assert check.main() == 1
    assert "cannot be read" in capsys.readouterr().out


def damaged(damage):
    data = copy.deepcopy(DATA)
    damage(data)
    return data


def exercise(name, **fields):
    return lambda data: data["exercises"][name].update(fields)


def prompt(name, number, **fields):
    return lambda data: data["exercises"][name]["prompts"][number].update(fields)


def programme(name, **fields):
    return lambda data: data["programmes"][name].update(fields)


def session_row(session, number, **fields):
    return lambda data: data["programmes"]["gipt_8"]["sessions"][session]["rows"][number].update(fields)


def rows_of(session, change):
    return lambda data: change(data["programmes"]["gipt_8"]["sessions"][session]["rows"])


def meetings(change):
    return lambda data: change(data["programmes"]["gipt_8"]["meetings"])


def shared_row(name, **fields):
    return lambda data: data["shared"]["rows"][name].update(fields)


def leave_out(name, field):
    return lambda data: data["exercises"][name].pop(field)


DAMAGE = [
    (leave_out("goodbye", "care"), "exercise goodbye: care"),
    (exercise("goodbye", colour="red"), "exercise goodbye: colour"),
    (exercise("goodbye", phases=["ending"]), "exercise goodbye: phases"),
    (exercise("goodbye", phases=[]), "no phases"),
    (exercise("goodbye", areas=["grief", "grief"]), "areas twice"),
    (exercise("goodbye", minutes=[20, 10]), "minutes 20 to 10"),
    (exercise("goodbye", minutes=[True, 10]), "exercise goodbye: minutes"),
    (exercise("goodbye", minutes=["20", 30]), "exercise goodbye: minutes"),
    (exercise("goodbye", default_audience="everybody"), "default_audience"),
    (exercise("goodbye", repeat="no"), "exercise goodbye: repeat"),
    (exercise("goodbye", prompts=[]), "no prompts"),
    (exercise("goodbye", aim=""), "exercise goodbye: aim"),
    (exercise("goodbye", aim=" spaced "), "unclean text"),
    (exercise("goodbye", version=0), "goodbye: version or review"),
    (exercise("goodbye", reviewed_by="Dr A"), "goodbye: version or review"),
    (exercise("goodbye", basis="S99"), "basis.md has no S99"),
    (exercise("goodbye", cue="See basis 7.7 first."), "basis.md has no 7.7"),
    (exercise("unsent_words", care="Take care."), "no care note for a sudden or recent death"),
    (lambda data: data["exercises"].update(goodbye=None), "exercise goodbye: name"),
    (
        lambda data: data["exercises"].update(spare=data["exercises"]["goodbye"]),
        "spare: in no agenda and no pool",
    ),
    (prompt("goodbye", 0, type="essay"), "exercise goodbye: prompts.0.type"),
    (prompt("goodbye", 0, who="nobody"), "exercise goodbye: prompts.0.who"),
    (prompt("goodbye", 0, key="taking"), "a key twice"),
    (prompt("goodbye", 0, audience="group_named"), "exercise goodbye: prompts.0.audience"),
    (prompt("goodbye", 0, options=["a", "b"]), "feedback needs 0 to 1 options"),
    (prompt("goodbye", 1, options=["a"]), "short_texts needs 2 to 6 options"),
    (prompt("session_pulse", 0, options=[]), "scale_0_10 needs 2 to 2 options"),
    (prompt("session_pulse", 0, taps=["a"]), "scale_0_10 takes no taps"),
    (prompt("leaving_check", 0, options=["Settled", "Settled"]), "an option stands twice"),
    (prompt("leaving_check", 0, options=["Settled", "e\u0301"]), "unclean or too long"),
    (programme("gipt_8", status="ready"), "programme gipt_8: status"),
    (programme("gipt_8", status="conditional"), "conditional on nothing"),
    (programme("gipt_8", group_size=[10, 6]), "group size"),
    (programme("gipt_8", group_sessions=9), "gipt_8: phases cover"),
    (
        programme("gipt_8", phases={"initial": [1, 1], "middle": [3, 7], "termination": [8, 8]}),
        "phases cover",
    ),
    (programme("gipt_8", length_min=80), "total 90 is not length_min 80"),
    (lambda data: data["programmes"]["gipt_8"]["sessions"].pop(2), "session 7 has 0 agendas"),
    (
        lambda data: data["programmes"]["gipt_8"]["sessions"][1].update(numbers=[2, 7]),
        "session 7 has 2 agendas",
    ),
    (
        lambda data: data["programmes"]["gipt_8"]["sessions"][1].update(numbers=[1, 6]),
        "are not in phase middle",
    ),
    (lambda data: data["programmes"]["gipt_8"]["sessions"][1].update(id="session_1"), "id twice"),
    (session_row(0, 1, minutes=11), "rows sum to 91, total says 90"),
    (session_row(0, 1, cue=""), "no cue"),
    (exercise("timeline", cue=""), "exercise timeline: no cue"),
    (session_row(0, 1, minutes=0), "0 min"),
    (session_row(0, 1, exercises=["dancing"]), "no exercise dancing"),
    (session_row(0, 1, exercises=["introductions", "introductions"]), "an exercise twice"),
    (session_row(0, 1, exercises=["then_and_now"]), "then_and_now is not for phase initial"),
    (session_row(0, 1, measures=["mood"]), "no measure mood"),
    (session_row(0, 1, exercises=["closeness_circle"]), "needs 15 min, has 10"),
    (session_row(0, 1, exercises=["closeness_circle"], minutes=20), "4 writing stages before the close"),
    (session_row(0, 3, exercises=[]), "0 mood rows"),
    (session_row(1, 1, minutes=14), "the opening round has 14 min"),
    (session_row(1, 3, minutes=19), "needs 20 min, has 19"),
    (session_row(1, 3, pool="play"), "programme gipt_8: no pools called play"),
    (rows_of(0, lambda rows: rows.__setitem__(0, "hello")), "programme gipt_8: no rows called hello"),
    (rows_of(0, lambda rows: rows.insert(0, rows.pop(1))), "first and last word"),
    (rows_of(0, list.clear), "no rows"),
    (
        shared_row("close", exercises=["session_pulse", "one_word_checkin"]),
        "nobody asks how people are leaving",
    ),
    (session_row(1, 5, exercises=["goodbye"]), "the goodbye stands in the last session and nowhere else"),
    (session_row(3, 4, exercises=[]), "the goodbye stands in the last session and nowhere else"),
    (session_row(3, 2, exercises=["ending_feelings"]), "no pulse, no step in the last session"),
    (session_row(2, 5, exercises=[]), "goodbye lines are begun in the last session but one"),
    (meetings(lambda all_of: all_of.pop(0)), "needs a pre meeting first and a follow-up"),
    (meetings(lambda all_of: all_of.pop()), "needs a pre meeting first and a follow-up"),
    (meetings(lambda all_of: all_of[0]["rows"].pop(0)), "the first row of the first meeting"),
    (meetings(lambda all_of: all_of[0]["rows"].pop(2)), "no violence and exclusion screen"),
    (meetings(lambda all_of: all_of.append("party")), "programme gipt_8: no meetings called party"),
    (meetings(lambda all_of: all_of[1].update(kind="mid", after_session=8)), "after_session 8"),
    (lambda data: data["shared"]["meetings"]["follow_up"].update(weeks_after=[1, 2]), "weeks_after (1, 2)"),
    (lambda data: data["shared"]["pools"]["work"].append("dancing"), "pool work: no exercise dancing"),
    (lambda data: data["shared"]["pools"].update(work=["role_play"]), "a pool of 1"),
    (
        lambda data: data["shared"]["when_a_member_leaves"]["call"].update(total=20),
        "rows sum to 15, total says 20",
    ),
    (lambda data: data["shared"].pop("when_a_member_leaves"), "when_a_member_leaves"),
    (lambda data: data.update(small_group=None), "small_group: "),
    (lambda data: data["small_group"].pop("share"), "small_group: share"),
    (lambda data: data["small_group"].update(fewer_than=9), "small_group: fewer_than"),
    (lambda data: data["small_group"].update(colour="red"), "small_group: colour"),
    (lambda data: data["small_group"].update(rounds=[]), "small_group: no rounds"),
    (lambda data: data["small_group"]["rounds"].append("dancing"), "small_group: no exercise dancing"),
    (lambda data: data["small_group"].update(reviewed_by="Dr A"), "small_group: version or review"),
    (lambda data: data["small_group"].update(basis="basis 7.7"), "small_group: basis.md has no 7.7"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGE, ids=[says for _, says in DAMAGE])
def test_the_check_goes_red_on_damage(damage, says):
    errors, _ = check.check(damaged(damage))
    assert any(says in error for error in errors), errors


def test_a_text_that_is_hard_to_read_is_a_warning():
    hard = (
        "Interpersonal psychotherapeutic interventions necessitate considerable collaborative participation."
    )
    errors, warnings = check.check(damaged(exercise("what_ipt_is", reading=[hard])))
    assert errors == []
    assert any("reading grade" in line and "what_ipt_is" in line for line in warnings)


def test_what_is_missing_in_another_language_is_a_warning(tmp_path, monkeypatch):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    (folder / "messages.po").write_text(f'{head}\nmsgid "Send"\nmsgstr "Enviar"\n\nmsgid "Pass"\nmsgstr ""\n')
    assert list(check.untranslated(tmp_path)) == [
        "es: 1 sentences of the interface are not translated",
        "es: exercises and programmes are in English only",
    ]


def test_a_measure_that_cannot_be_read_or_is_not_there_is_an_error(monkeypatch):
    def broken():
        raise measures.Damaged("phq9", [LineFault(3, "items", "none", {})])

    known = measures.bundled()
    monkeypatch.setattr(check, "bundled", lambda: {key: known[key] for key in known if key != "gad7"})
    assert any("no measure gad7" in line for line in check.check(copy.deepcopy(DATA))[0])
    monkeypatch.setattr(check, "bundled", broken)
    assert "measure phq9, line 3, items: none" in check.check(copy.deepcopy(DATA))[0]


def test_exercises_are_found_by_phase_area_and_words():
    library = load()
    assert len(library.exercises) == len(library.filtered()) == 46
    assert all("pre" in found.phases for found in library.filtered(phase="pre"))
    assert "remember_the_person" in [found.id for found in library.filtered(area="grief")]
    assert "remember_the_person" not in [found.id for found in library.filtered(area="dispute")]
    assert [found.id for found in library.filtered(words="REALLY good  someone")] == [
        "good_relationship_memory"
    ]
    assert library.filtered(phase="pre", words="goodbye") == []


def test_the_library_cannot_be_changed_while_it_runs():
    with pytest.raises(TypeError):
        load().exercises["goodbye"] = None
    with pytest.raises(AttributeError):
        load().exercises["goodbye"].title = "Hello"


def test_the_good_memory_asks_its_four_questions():
    asked = [p.text for p in load().exercises["good_relationship_memory"].prompts[:4]]
    parts = ["happening in the relationship", "were you doing", "other people doing", "were you saying"]
    assert [part in text for part, text in zip(parts, asked, strict=True)] == [True] * 4


def test_what_ipt_is_explains_all_it_must_and_stands_in_every_first_session():
    words = " ".join(load().exercises["what_ipt_is"].reading)
    for part in (
        *("how we are with others", "how others are with us", "how our relationships change over time"),
        *("depression", "bulimia", "binge eat", "some support for it in anxiety", "other help comes first"),
        *("12 to 16 times", "shorter forms", "in a group or one to one"),
        *("1970s", "Gerald Klerman", "Myrna Weissman", "Adolf Meyer", "Harry Stack Sullivan", "John Bowlby"),
    ):
        assert part in words
    for programme in load().programmes.values():
        assert any("what_ipt_is" in row.exercises for row in programme.agenda(1).rows)


def test_the_false_story_of_its_origin_appears_nowhere():
    words = str(DATA)
    assert "1970s" in words
    assert not re.search(r"lacan|1960", words, re.IGNORECASE)


def test_every_exercise_says_which_perspective_it_works_on():
    safety = {"safe_place_check", "leaving_check"}
    assert {found.id for found in load().exercises.values() if not found.perspectives} == safety


def test_all_seven_programmes_are_there_with_their_meetings():
    programmes = load().programmes
    sessions = {name: found.group_sessions for name, found in programmes.items()}
    assert sessions == {
        "gipt_8": 8,
        "online_short_75": 12,
        "adult_14": 14,
        "ipt_g_20": 20,
        "ipt_ast_8": 8,
        "perinatal_8": 8,
        "uganda_16": 16,
    }
    assert {name for name, found in programmes.items() if found.status == "complete"} == {
        *("gipt_8", "online_short_75", "adult_14", "ipt_g_20"),
    }
    for found in programmes.values():
        kinds = [meeting.kind for meeting in found.meetings]
        assert kinds[0] == "pre" and kinds[-1] == "follow_up"
    assert len(programmes["ipt_ast_8"].requires) >= 3


def test_the_first_meeting_names_every_reason_for_other_help_first() -> None:
    (row,) = (
        each
        for meeting in load().programmes["adult_14"].meetings
        for each in meeting.rows
        if each.title.startswith("Alone:")
    )
    asked = f"{row.title} {row.cue}"
    for reason in (
        "high",
        "voices",
        "alcohol",
        "attempt to die",
        "violent to others",
        "no private place",
        "in the same group",
        "main problem",
        "no answer decides by itself",
    ):
        assert reason in asked, reason
