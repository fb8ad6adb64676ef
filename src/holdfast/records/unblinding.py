"""Breaking the blind, as everybody may know it: who broke whose, why, when; never which arm it is.

Nothing here holds an arm, a content or a word about them. Free words are in the sealed room alone.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import Instant, SafeText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class CodeBreak(Fact):
    """A physician broke the blind of one person in an emergency, and what came of it."""

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id reason_code outcome broken_at broken_by_id signature_id")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="code_breaks")
    reason_code = SafeText(max_length=40)
    outcome = SafeText(max_length=20)  # shown | not-randomized | not-readable
    broken_at = Instant()
    broken_by = models.ForeignKey(User, models.PROTECT, related_name="code_breaks")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class CodeBreakReview(Fact):
    """Somebody else judged an emergency unblinding. No free words: they could tell the arm."""

    hashed: ClassVar = {1: names(FACT + "code_break_id verdict signature_id")}

    code_break = models.OneToOneField(CodeBreak, models.PROTECT, related_name="review")
    verdict = SafeText(max_length=20)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class SafetyBreak(Fact):
    """The sponsor's safety unit opened one case.

    It lies in the organisation's stream, among every log-in, and not in the person's or the site's.
    The column is ``case`` and not ``enrollment``: nothing that follows an enrollment's facts, such as
    its row on the board, is made again because of it.
    """

    hashed: ClassVar = {1: names(FACT + "site_id case_id reason_code outcome signature_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    case = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    reason_code = SafeText(max_length=40)
    outcome = SafeText(max_length=20)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class AccidentalUnblinding(Fact):
    """Somebody reports that an arm was learned by somebody who should not know it."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id learner way learned_on is_certain")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="accidents")
    learner = SafeText(max_length=20)
    way = SafeText(max_length=40)
    learned_on = models.DateField()
    is_certain = models.BooleanField()  # they know it; otherwise they believe they do


class UnblindingSeat(Correctable):
    """Who is told at a site of every emergency unblinding: one account in each seat."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id seat user_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="unblinding_seats")
    seat = SafeText(max_length=20)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")


class BlindGuess(Fact):
    """What somebody believed the arm to be, signed and so locked: there is no second one.

    ``of`` is the account that guesses; for a participant the person. What they were given is not
    here: a guess is a guess.
    """

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id moment guesser of guess confidence reason_code signature_id")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="blind_guesses")
    moment = SafeText(max_length=40)
    guesser = SafeText(max_length=20)
    of = models.UUIDField()
    guess = SafeText(max_length=60)
    confidence = models.IntegerField(null=True)  # 0 to 100, percent
    reason_code = SafeText(max_length=40)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "moment", "guesser", "of"], name="one_guess_each"
            )
        ]


class LockAsked(Fact):
    """The first of two signed that data be locked, or that a lock be lifted.

    ``heads`` is canonical JSON: the streams it covers, each with position and hash of its newest
    entry. The second signs the same bytes.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "site_id study enrollment_id lifts_key reason_code heads heads_sha256 "
            "signature_id"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="locks_asked")
    study = SafeText(max_length=60)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, null=True, related_name="+")
    lifts_key = models.UUIDField(null=True)  # the lock that is to be lifted; null to lock
    reason_code = SafeText(max_length=40)
    heads = models.TextField()
    heads_sha256 = Sha256()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class DatabaseLock(Fact):
    """The second signed: nothing is written to what it covers until two sign that it is lifted."""

    hashed: ClassVar = {
        1: names(FACT + "site_id study enrollment_id asked_id heads_sha256 signature_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="database_locks")
    study = SafeText(max_length=60)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="database_locks"
    )  # one person; null for all of the study
    asked = models.OneToOneField(LockAsked, models.PROTECT, related_name="locked")
    heads_sha256 = Sha256()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class LockLift(Fact):
    """The second signed that a lock is lifted. The lock stays on record."""

    hashed: ClassVar = {1: names(FACT + "lock_id asked_id signature_id")}

    lock = models.OneToOneField(DatabaseLock, models.PROTECT, related_name="lift")
    asked = models.OneToOneField(LockAsked, models.PROTECT, related_name="lifted")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class PlannedUnblinding(Fact):
    """After a lock: the arms that it covers may be shown to who holds the permission."""

    hashed: ClassVar = {1: names(FACT + "lock_id reason_code signature_id")}

    lock = models.OneToOneField(DatabaseLock, models.PROTECT, related_name="unblinding")
    reason_code = SafeText(max_length=40)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ArmsShown(Fact):
    """Somebody looked at the arms that a planned unblinding opened, each time."""

    hashed: ClassVar = {1: names(FACT + "unblinding_id shown")}

    unblinding = models.ForeignKey(PlannedUnblinding, models.PROTECT, related_name="shown_to")
    shown = models.IntegerField()  # how many people


class ClosedExportAsked(Fact):
    """The first of two signed that the arms go to one named unblinded statistician."""

    hashed: ClassVar = {
        1: names(FACT + "site_id study statistician_id purpose public_key signature_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="closed_exports")
    study = SafeText(max_length=60)
    statistician = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = SafeText(max_length=40)
    public_key = Sha256()  # X25519, 32 bytes in hexadecimal: only its other half opens the file
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ClosedExportSigned(Fact):
    """The second signed. The file may be made, once."""

    hashed: ClassVar = {1: names(FACT + "asked_id signature_id")}

    asked = models.OneToOneField(ClosedExportAsked, models.PROTECT, related_name="signed")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ClosedExportMade(Fact):
    """The file was made: its hash, and how many people are in it."""

    hashed: ClassVar = {1: names(FACT + "asked_id file_sha256 people number")}

    asked = models.OneToOneField(ClosedExportAsked, models.PROTECT, related_name="made")
    file_sha256 = Sha256()
    people = models.IntegerField()
    number = models.IntegerField()  # the how-manieth closed export of this site
