"""The care record so far: enrollment, referral, what is known, the verdicts and who signed them."""

from typing import ClassVar

from django.db import models

from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Person, Site, User

PROTOCOL = "protocol_name protocol_version protocol_sha256 "


class ProtocolBound(models.Model):
    """Bound to one released version of a protocol, by name, number and hash."""

    protocol_name = SafeText(max_length=60)
    protocol_version = models.IntegerField()
    protocol_sha256 = Sha256()

    class Meta:
        abstract = True


class Signature(Fact):
    """A person signed exact content: printed name, moment, meaning (21 CFR 11.50, 11.70).

    ``statement`` is the exact text signed: canonical JSON that names each signed fact by table,
    id and hash. The proof of re-authentication is used once, for ever.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "signed_by_id signed_at role printed_name meaning statement statement_sha256 "
            "proof_id proof_method"
        )
    }

    signed_by = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    signed_at = Instant()
    role = SafeText(max_length=40)
    printed_name = SealedText()
    meaning = SafeText(max_length=60)
    statement = models.TextField()
    statement_sha256 = Sha256()
    proof_id = models.UUIDField(unique=True)
    proof_method = SafeText(max_length=20)


class Enrollment(ProtocolBound, Fact):
    """One person in one protocol at one site; also the id of its stream."""

    hashed: ClassVar = {1: names(FACT + PROTOCOL + "person_id site_id number")}

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrollments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="enrollments")
    number = models.IntegerField()  # the site's own count, from 1

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "number"], name="one_number_a_site")]

    @property
    def label(self) -> str:
        """What people call it: the site's code and its number, ``NORTH-0007``."""
        return f"{self.site.code}-{self.number:04d}"


class Referral(Fact):
    """A referral arrived, by hand or as a document known by its hash."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id referral_source form bundle_sha256")}

    FORMS = ("fhir-bundle", "hand")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="referrals")
    referral_source = SafeText(max_length=60)  # who sent the person, as a code
    form = SafeText(max_length=20)
    bundle_sha256 = models.CharField(max_length=64, default="", db_index=True)


SOURCED = "enrollment_id source_kind written token "


class Sourced(Correctable):
    """Something known of a person, with where it came from.

    ``written`` is sealed JSON: every word and code as somebody wrote it, and the place in the
    document it came from. ``token`` is keyed: the same content of the same person gives the same
    token, so that importing again adds nothing.
    """

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+", db_index=False)
    source_kind = SafeText(max_length=20)  # told | letter | seen | record
    written = SealedText()
    token = Sha256()

    class Meta:
        abstract = True


class EligibilityAnswer(Sourced):
    """One answer to one question of the catalogue.

    A value that could tell who it is, such as a date of birth, is in ``written`` and not here.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + SOURCED + "question value_kind value unit observed_on is_withdrawn"
        )
    }

    VALUE_KINDS = ("yes-no", "number", "date", "choice")

    question = SafeText()
    value_kind = SafeText(max_length=10)
    value = SafeText(null=True)  # true | false, digits, YYYY-MM-DD, or the code of a choice
    unit = SafeText(max_length=40, null=True)
    observed_on = models.DateField(null=True)
    is_withdrawn = models.BooleanField(default=False)  # not known any more

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="answer_at")]


class MedicationRecord(Sourced):
    """One medicine a person takes or took; its name and codes as written are sealed."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + SOURCED + "is_current last_taken_on is_withdrawn")
    }

    is_current = models.BooleanField(null=True)
    last_taken_on = models.DateField(null=True)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="medication_at")]


class HistoryRecord(Sourced):
    """A condition, procedure or allergy; its words and codes as written are sealed."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + SOURCED + "kind is_active onset_on abated_on is_withdrawn")
    }

    kind = SafeText(max_length=20)  # condition | procedure | allergy
    is_active = models.BooleanField(null=True)
    onset_on = models.DateField(null=True)
    abated_on = models.DateField(null=True)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="history_at")]


class VerdictShown(ProtocolBound, Fact):
    """A verdict as it was shown. ``shown`` is the exact JSON, sentences included, sealed.

    ``outcomes`` is plain: canonical JSON of code, outcome, reason and standing of each finding,
    without values. ``judged_at_position`` is the position of the stream that was judged.
    """

    hashed: ClassVar = {
        1: names(
            FACT + PROTOCOL + "enrollment_id as_of decision outcomes shown language "
            "interactions_sha256 terminology_sha256 because judged_at_position findings_token"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="verdicts")
    as_of = models.DateField()
    decision = SafeText(max_length=20)
    outcomes = models.TextField()
    shown = SealedText()
    language = SafeText(max_length=10)
    interactions_sha256 = Sha256()
    terminology_sha256 = models.CharField(max_length=64, default="")
    because = SafeText(max_length=40)  # opened | answer | import | limit | override | date | asked
    judged_at_position = models.BigIntegerField()
    findings_token = Sha256()  # keyed: the same findings give the same, whatever the date


class Confirmation(Fact):
    """A physician confirmed one verdict, by a signature bound to exactly what was shown."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id verdict_id decision signature_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="confirmations")
    verdict = models.ForeignKey(VerdictShown, models.PROTECT, related_name="confirmations")
    decision = SafeText(max_length=20)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class Override(Fact):
    """A finding set aside where the protocol allows it, with reason and signature.

    It stands for the finding as it was: outcome and reason. When the finding changes, the
    override no longer applies.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id verdict_id criterion outcome finding_reason role reason_code "
            "reason_words signature_id"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="overrides")
    verdict = models.ForeignKey(VerdictShown, models.PROTECT, related_name="overrides")
    criterion = SafeText()
    outcome = SafeText(max_length=10)
    finding_reason = SafeText()
    role = SafeText(max_length=40)
    reason_code = SafeText()
    reason_words = SealedText(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class SignedLimit(ProtocolBound, Correctable):
    """A physician signed a number for a site and a protocol version; a new one corrects it."""

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + PROTOCOL + "site_id code value unit signed_on signed_by_id "
            "signature_id"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="signed_limits")
    code = SafeText()
    value = ExactDecimal()
    unit = SafeText(max_length=40)
    signed_on = models.DateField()
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


_PRESCREENED = (
    FACT + "site_id enrollment_id follows_id referral_source outcome reason_codes "
    "decided_at decided_by_id"
)


class PrescreeningEntry(Fact):
    """One line of the pre-screening log (FDA's letter, point 3b).

    Anonymous where there is no consent to hold: no enrollment and no words. ``follows`` names
    the earlier line about the same person; the newest line says where they stand. ``study`` is
    for which study somebody was considered, where no enrollment says it.
    """

    hashed: ClassVar = {
        1: names(_PRESCREENED),
        2: names(_PRESCREENED + " study"),
    }

    OUTCOMES = ("assessed", "excluded", "declined", "not-now", "no-contact", "screening")

    site = models.ForeignKey(Site, models.PROTECT, related_name="prescreening")
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="prescreening"
    )
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")
    study = SafeText(max_length=60, null=True)
    referral_source = SafeText(max_length=60)
    outcome = SafeText(max_length=20)
    reason_codes = models.TextField(default="[]")  # canonical JSON list of codes
    decided_at = Instant()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class SiteTarget(Correctable):
    """A site's own operational target for a moment of the worklist, in hours; None is not set."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id moment due_hours overdue_hours")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="targets")
    moment = SafeText(max_length=20)
    due_hours = models.IntegerField(null=True)
    overdue_hours = models.IntegerField(null=True)


class WorklistMoment(models.Model):
    """What one enrollment waits for, as moments and never as flags; a projection."""

    KINDS = ("ask", "confirm", "decide", "done")

    enrollment = models.OneToOneField(
        Enrollment, models.PROTECT, primary_key=True, related_name="moment"
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    kind = SafeText(max_length=20)
    since = Instant()
    due_at = Instant(null=True)
    overdue_at = Instant(null=True)
    decision = SafeText(max_length=20)
    questions = models.IntegerField(default=0)
    position = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["site", "kind"], name="moment_at_site")]

    def __str__(self) -> str:
        return self.kind
