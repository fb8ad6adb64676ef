"""What passed a gate as it was shown, what was stated for one, and what was set aside."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import PROTOCOL, Enrollment, ProtocolBound, Signature
from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import User


class Attestation(Correctable):
    """Somebody stated something that no other table holds yet: dated, attributed, never a tick.

    ``code`` is a condition of ``definitions/gates.toml``; ``visit`` the session that it is about.
    ``is_so`` None is "cannot say". ``value`` and ``unit`` are what was seen, where it is a value.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id code visit is_so how value unit stated_at "
            "stated_by_id remark is_withdrawn"
        )
    }

    HOW = ("seen", "told", "document")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="attestations")
    code = SafeText(max_length=60)
    visit = SafeText(max_length=60, default="")
    is_so = models.BooleanField(null=True)
    how = SafeText(max_length=20)
    value = SafeText(max_length=40, default="")
    unit = SafeText(max_length=20, default="")
    stated_at = Instant()
    stated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    remark = SealedText(null=True)
    is_withdrawn = models.BooleanField(default=False)


class GatePassed(ProtocolBound, Fact):
    """A gate was open, and what it answered: an authorisation of one act, until it expires.

    ``shown`` is the exact JSON, sentences included, sealed; ``outcomes`` plain canonical JSON of
    condition, code, outcome, reason and who set it aside, without values.
    """

    hashed: ClassVar = {
        1: names(
            FACT + PROTOCOL + "enrollment_id act visit outcomes shown gates_sha256 "
            "expires_at judged_at_position"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="gates_passed")
    act = SafeText(max_length=40)
    visit = SafeText(max_length=60, default="")
    outcomes = models.TextField()
    shown = SealedText()
    gates_sha256 = Sha256()
    expires_at = Instant()
    judged_at_position = models.BigIntegerField()


class GateOverride(Fact):
    """A condition set aside by the role that may, with reason and signature; a deviation on record."""

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id act visit condition code outcome finding_reason role reason_code "
            "reason_words signature_id"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="gate_overrides")
    act = SafeText(max_length=40)
    visit = SafeText(max_length=60, default="")
    condition = SafeText(max_length=60)
    code = SafeText(max_length=60)
    outcome = SafeText(max_length=10)
    finding_reason = SafeText(max_length=80)
    role = SafeText(max_length=40)
    reason_code = SafeText(max_length=40)
    reason_words = SealedText(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
