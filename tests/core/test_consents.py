"""A programme for young people opens only when all that must be on record is."""

from app.core import groups
from app.library.agendas import agenda_of
from tests.core.cast import Oak, refused


def test_the_young_peoples_programme_waits_for_consent_assent_and_a_contact(oak: Oak) -> None:
    do = oak.database.writer.do
    facts = {
        "language": "en",
        "time_zone": "UTC",
        "online": True,
        "emergency_number": "112",
        "crisis_line": "1",
    }
    oak.group_id = do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id="ipt_ast_8")
    (member,) = do(groups.add_members, oak.group_id, ["Noor"])
    oak.id = str(do(groups.plan_session, oak.group_id, agenda_of("ipt_ast_8", 1)))
    oak.people["Fola"] = type(oak.fola)("facilitator", oak.id, oak.leaders["Fola"])
    steps = [
        lambda: do(groups.change_group, oak.group_id, name="Elm", safeguarding="Ms Ode, 5550", **facts),
        lambda: do(groups.member_consents, oak.group_id, member, "guardian", True),
        lambda: do(groups.member_consents, oak.group_id, member, "young_person", True),
    ]
    for step in steps:
        with refused("not_now"):
            oak.does(oak.fola, "open_lobby")
        step()
    oak.does(oak.fola, "open_lobby")
    assert oak.row().state == "lobby"
