"""The documentation says what is."""

from app.exercises import TYPES
from tests.browser import type_pictures


def test_the_page_of_the_response_types_is_as_their_modules_tell_them() -> None:
    assert type_pictures.PAGE.read_text(encoding="utf-8") == type_pictures.page()


def test_every_response_type_has_its_picture_and_no_other_is_there() -> None:
    pictures = {path.stem: path.stat().st_size for path in type_pictures.FOLDER.iterdir()}
    assert pictures.keys() == TYPES.keys()
    assert all(1000 < size <= type_pictures.LARGEST for size in pictures.values())
