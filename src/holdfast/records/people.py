"""People and places: accounts, sites, roles, persons, and the keys their words are sealed under."""

from hashlib import sha256
from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact


class Accounts(BaseUserManager["User"]):
    """Finds accounts by their log-in name. Accounts are opened by ``actions.people`` alone."""


class User(AbstractBaseUser):
    """An account: how somebody logs in. Who they are is in StaffRecord, sealed.

    There is no superuser: what a person may do follows from RoleAssignment facts alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    login = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = Accounts()

    def __str__(self) -> str:
        return self.login


def login_digest(account: UUID, login: str) -> str:
    """What the journal keeps of an account's log-in name, so that ``verify`` sees another in its place."""
    return sha256(f"holdfast login 1\n{account.hex}\n{login}".encode()).hexdigest()


class Site(Fact):
    """A clinic or trial site; also the id of its stream."""

    hashed: ClassVar = {1: names(FACT + "code name zone")}

    code = SafeText(max_length=20, unique=True)
    name = SafeText()
    zone = SafeText(max_length=60)  # IANA, for example Australia/Melbourne

    def __str__(self) -> str:
        return self.code


class StaffRecord(Correctable):
    """Who an account belongs to: the printed name that stands beside a signature."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "user_id printed_name is_open")}

    user = models.ForeignKey(User, models.PROTECT, related_name="staff_records")
    printed_name = SealedText()
    is_open = models.BooleanField(default=True)  # the account may log in


class RoleAssignment(Correctable):
    """A role held at a site, from one moment until another; ended or changed by a correction."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "user_id site_id study role valid_from valid_until")
    }

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="role_assignments")
    study = SafeText(null=True)  # None: every study of the site
    role = SafeText(max_length=40)
    valid_from = Instant()
    valid_until = Instant(null=True)


class Person(Fact):
    """Somebody who was referred: an id, and nothing that tells who it is."""

    hashed: ClassVar = {1: names(FACT + "site_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="persons")


class Identity(Correctable):
    """Who a person is, sealed under their ``identity`` key; the newest row is what is known.

    ``words`` is JSON: family, given, born_on, died_on, contact and identifiers.
    """

    hashed: ClassVar = {1: names(FACT + CORRECTION + "person_id words sex is_deceased token")}

    person = models.ForeignKey(Person, models.PROTECT, related_name="identities")
    words = SealedText()
    sex = SafeText(max_length=10, null=True)
    is_deceased = models.BooleanField(null=True)
    token = Sha256()  # keyed: the same words give the same token for the same person


class PersonKey(models.Model):
    """One random key of one owner and class, wrapped by the site key.

    The owner is a person, an account or the organisation. Destroying a key clears the wrapped
    bytes and keeps the row, so that ``verify`` can say what was erased and when.
    """

    IDENTITY, WORDS, RECEIPTS = "identity", "words", "receipts"
    PRIVATE = "private"  # wrapped by the person's own phrase, never by the site key
    PSYCHOTHERAPY = "psychotherapy"  # a therapist's own notes on the conversations
    FACTORS = "factors"  # an account's PIN, one-time-code secret and recovery codes

    id = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.UUIDField()
    word_class = SafeText(max_length=20)
    wrapped = models.TextField(null=True)  # base64; None once destroyed
    wrapped_with = SafeText(max_length=16)  # fingerprint of the site key
    made_at = Instant()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    destroyed_at = Instant(null=True)
    destroyed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "word_class"], name="one_key_a_class")
        ]

    def __str__(self) -> str:
        return f"{self.word_class} key {self.id}"


class IdentityToken(models.Model):
    """A keyed token by which a person can be searched without a readable name."""

    KINDS = ("name", "born-on", "identifier")

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    kind = SafeText(max_length=20)
    token = Sha256()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "token"], name="one_token_once")
        ]
        indexes = [models.Index(fields=["site", "kind", "token"], name="token_at_site")]

    def __str__(self) -> str:
        return self.kind
