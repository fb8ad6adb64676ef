"""What log-in needs: PINs, counts of wrong tries and open sessions; and, as facts, one-time codes and keys of programs."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from holdfast.records.care import Signature
from holdfast.records.columns import Instant, SafeText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import User


class Pin(models.Model):
    """A person's PIN for signing, as a slow hash of a keyed hash; the PIN itself is kept nowhere.

    The key is the account's own data key, wrapped by the site key: the table alone, without the
    site key, cannot be searched for PINs, and a rotated site key changes nothing.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="pin")
    encoded = models.TextField()
    set_at = Instant()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"


class TryCount(models.Model):
    """Wrong tries for one name or from one address since a window began.

    ``key`` is a keyed hash: neither an address nor a name that is no account (it may be a password
    typed into the wrong field) can be read from it.
    """

    key = Sha256(primary_key=True)
    began = Instant()
    until = Instant(db_index=True)
    tries = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.tries} tries"


class OpenSession(models.Model):
    """One session of a log-in, for the page where a person sees and ends their own."""

    KINDS = ("phone", "tablet", "computer", "unknown")

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    kind = SafeText(max_length=20)
    method = SafeText(max_length=40)  # how the person showed who they are
    since = Instant()
    last_seen = Instant()

    def __str__(self) -> str:
        return f"{self.kind} since {self.since}"


class AccountRecovery(Fact):
    """A one-time code was given out, after it was checked who somebody is: by whom, and how.

    The code has 125 random bits; its hash tells nothing of it. For an account that was in use, a
    second person witnesses with a signature of their own, so that nobody alone can take an
    account over (21 CFR 11.200(a)(3)).
    """

    hashed: ClassVar = {
        1: names(
            FACT + "user_id purpose checked_how code_sha256 valid_until signature_id "
            "witness_signature_id"
        )
    }

    PURPOSES = ("first-password", "recovery")
    CHECKS = ("in-person-document", "in-person-known", "video-known")

    user = models.ForeignKey(User, models.PROTECT, related_name="recoveries")
    purpose = SafeText(max_length=20)
    checked_how = SafeText(max_length=40)
    code_sha256 = Sha256()
    valid_until = Instant()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    witness_signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")


class AccountRecoveryEnd(Fact):
    """A one-time code was used, or made void by a later one. It opens nothing any more."""

    hashed: ClassVar = {1: names(FACT + "recovery_id outcome")}

    OUTCOMES = ("used", "void")

    recovery = models.OneToOneField(AccountRecovery, models.PROTECT, related_name="end")
    outcome = SafeText(max_length=20)


class ApiKey(Correctable):
    """A key by which a program acts for an account; withdrawn by a correction.

    It has 160 random bits, is shown once, and only its hash is kept.
    """

    hashed: ClassVar = {1: names(FACT + CORRECTION + "user_id key_sha256 valid_until is_withdrawn")}

    user = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    key_sha256 = Sha256(db_index=True)
    valid_until = Instant()
    is_withdrawn = models.BooleanField(default=False)
