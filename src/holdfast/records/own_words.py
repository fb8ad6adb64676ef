"""A person's own words: a private journal under their own phrase, and what they shared of it.

What is private is sealed under the key of the class ``private``, which no key of the site opens.
What is shared is a copy of one entry under the person's key for words, as a letter of theirs is.
"""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import SafeText, SealedText, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.keys import DataKey
from holdfast.records.people import Person


class PrivateEntry(Fact):
    """Words that a person wrote for themselves. Only their phrase opens them."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id person_id words")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="private_entries")
    person = models.ForeignKey(Person, models.PROTECT, related_name="private_entries")
    words = SealedText()


class SharedWords(Fact):
    """A copy of a private entry that the person signed for the roles named to read.

    ``roles`` are codes, in order, joined by a comma.
    """

    hashed: ClassVar = {1: names(FACT + "enrollment_id entry_id roles words signature_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="shared_words")
    entry = models.ForeignKey(PrivateEntry, models.PROTECT, related_name="shared")
    roles = SafeText()
    words = SealedText()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    @property
    def readers(self) -> frozenset[str]:
        """The roles it was shared with."""
        return frozenset(self.roles.split(","))


class SharingEnd(Fact):
    """The person took a shared copy back: from then on no page shows it to staff."""

    hashed: ClassVar = {1: names(FACT + "shared_id")}

    shared = models.OneToOneField(SharedWords, models.PROTECT, related_name="end")


def entries_of(person_id: UUID) -> list[PrivateEntry]:
    """Everything a person wrote for themselves, newest first."""
    rows = PrivateEntry.objects.filter(person_id=person_id).prefetch_related("shared__end")
    return list(rows.order_by("-recorded_at", "-id"))


def read_entry(entry: PrivateEntry, key: DataKey) -> str:
    """What an entry says, with the key that the person's phrase opened."""
    return key.open(entry.words, table=entry._meta.db_table, column="words", row=entry.pk)


def standing_shares(entry: PrivateEntry) -> list[SharedWords]:
    """The copies of an entry that were not taken back."""
    return [each for each in entry.shared.all() if not hasattr(each, "end")]


def shared_with(enrollment: Enrollment, roles: Collection[str]) -> list[SharedWords]:
    """What a person shares with any of these roles now, newest first."""
    rows = SharedWords.objects.filter(enrollment__person=enrollment.person_id, end=None)
    rows = rows.filter(enrollment__site=enrollment.site_id).select_related("signature", "entry")
    return [row for row in rows.order_by("-recorded_at", "-id") if row.readers & set(roles)]
