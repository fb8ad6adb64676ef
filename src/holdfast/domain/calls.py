"""The first contact: its script, what was permitted, and how a person's papers are told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.domain.findings import Reference, Standing

FORMS = ("call", "web", "letter")  # how a referral may start by hand
# How the question of safety ended; it is asked before anything else.
SAFETY = ("safe", "stayed-on-the-line", "handed-over", "emergency-called", "not-spoken-yet")
WAYS = ("telephone", "text-message", "e-mail", "post")
SAME, ANOTHER = "same", "another"

Words = Mapping[str, str]  # by language; English is always there


@dataclass(frozen=True)
class CrisisStep:
    """One thing to do when somebody is not safe, with where it comes from."""

    code: str
    words: Words
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class CallPart:
    """Questions of the catalogue that belong together, in the order in which they are asked."""

    code: str
    words: Words
    questions: tuple[str, ...]


@dataclass(frozen=True)
class CallScript:
    """One released script of the first call. ``says`` holds its words by their place in the call.

    The places are ``opening``, ``safety`` (the question), ``danger`` (words for somebody who is
    not safe), ``hold`` and ``contact`` (the two permissions), ``message`` (neutral words for a
    message), ``questions`` and ``closing``.
    """

    name: str
    version: int
    sha256: str
    says: Mapping[str, Words]
    crisis: tuple[CrisisStep, ...]
    parts: tuple[CallPart, ...]


@dataclass(frozen=True)
class ContactWishes:
    """What a person permits of contact: codes of ``WAYS``, and when, in their own words."""

    may_contact: bool = False
    ways: tuple[str, ...] = ()
    may_leave_message: bool = False
    may_tell_referrer: bool = False
    when: str = field(default="", repr=False)

    def problem(self) -> str | None:
        """The code of what does not fit together; None where it can be kept."""
        if any(way not in WAYS for way in self.ways):
            return "way-unknown"
        if self.may_contact and not self.ways:
            return "way-missing"
        if self.may_leave_message and not self.may_contact:
            return "message-without-contact"
        return None


@dataclass(frozen=True)
class FirstContact:
    """How somebody first came to us, and what they permitted.

    ``ways`` are codes of ``WAYS``; ``when`` is in the person's own words. No permission is taken
    from silence: each is False until the person gives it.
    """

    form: str
    language: str
    safety: str
    may_contact: bool = False
    ways: tuple[str, ...] = ()
    may_leave_message: bool = False
    may_tell_referrer: bool = False
    when: str = field(default="", repr=False)

    def problem(self) -> str | None:
        """The code of what is wrong with it; None where it can be kept."""
        if self.form not in FORMS:
            return "form-unknown"
        if self.safety not in SAFETY:
            return "safety-not-asked"
        if self.form == "call" and self.safety == "not-spoken-yet":
            return "safety-not-asked"
        return self.wishes().problem()

    def wishes(self) -> ContactWishes:
        """What was permitted, as it may be said anew later."""
        return ContactWishes(
            self.may_contact, self.ways, self.may_leave_message, self.may_tell_referrer, self.when
        )
