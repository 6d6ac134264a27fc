"""What core says no with: raised before a verb's first write, turned into an answer in one place."""

from typing import Any

from app.exercises.plain import N_


class Refused(Exception):
    """Nothing was changed. ``code`` is for programs, the sentence for people, ``more`` goes beside them."""

    code = "invalid"

    def __init__(self, sentence: str = "", **more: Any):
        super().__init__(self.code)  # logs get the code alone
        self.sentence = sentence or self.sentence_by_default
        self.more = more

    sentence_by_default = N_("This could not be read. Nothing was changed.")

    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": {"code": self.code, "message": self.sentence, **self.more}}


class Invalid(Refused):
    code = "invalid"


class Unreadable(Refused):
    code = "unreadable"


class TooLarge(Refused):
    code = "too_large"
    sentence_by_default = N_(
        "This is too long to send at once. Nothing is lost: make it shorter and send it again."
    )


class UnknownCommand(Refused):
    code = "unknown_command"
    sentence_by_default = N_("There is no such command here.")


class NotFound(Refused):
    """Absent, or not for this person: both look the same."""

    code = "not_found"
    sentence_by_default = N_("There is nothing here under this name.")


class NotAdmitted(Refused):
    code = "not_admitted"
    sentence_by_default = N_("You have not been let in yet.")


class NotNow(Refused):
    code = "not_now"
    sentence_by_default = N_("This is not possible at this moment of the session.")


class NotAgreed(NotNow):
    """A yes that somebody else gives, or they themselves, is not on record."""

    code = "not_agreed"
    sentence_by_default = N_(
        "A yes is still missing before you can come in. Your leader knows which one, and will help you. "
        "You did nothing wrong."
    )


class NotYet(Refused):
    code = "not_yet"
    sentence_by_default = N_("The group has not come to this stage yet.")


class Covered(Refused):
    """The console has been left alone for long: nothing is done from it before the password was given."""

    code = "covered"
    sentence_by_default = N_("This console was left alone for a while. Enter your password first.")


class Stale(Refused):
    code = "stale"
    sentence_by_default = N_("The session has moved already.")


class Superseded(Refused):
    code = "superseded"
    sentence_by_default = N_("A newer version of this answer is already stored.")


class AlreadyAnswered(Refused):
    code = "already_answered"
    sentence_by_default = N_("You have already answered here. Change that answer instead.")


class SlowDown(Refused):
    code = "slow_down"
    sentence_by_default = N_("Too much at once. Nothing is lost: it will be sent again in a moment.")


class Retry(Refused):
    """The database could not take it now; the same command may be sent again."""

    code = "retry"
    sentence_by_default = N_("This could not be stored just now. Nothing is lost: it will be sent again.")
