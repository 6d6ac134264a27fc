"""The course of a group: what stands on its page, what it costs, and who must not be found in it."""

from app.core import course
from app.db import Database
from tests.core.long_group import long_group, missed, mood_of


def test_the_long_group_gives_what_its_rules_say(database: Database) -> None:
    made = long_group(database, members=3, sessions=6)
    with database.reader() as db:
        for place, member_id in enumerate(made.members.values()):
            told = course.course_page(db, made.group_id, member_id)
            came = [number for number in range(1, 7) if not missed(place, number)]
            assert [each["number"] for each in told["attendance"] if each["there"]] == came
            moods = {each["number"]: each["value"] for each in told["then"]["mood"]["points"]}
            assert {n: value for n, value in moods.items() if value is not None} == {
                n: mood_of(place, n) for n in came
            }
