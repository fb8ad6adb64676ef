"""What people who are blinded may know of an allocation: that it is, and which slot and kit was taken.

No row here holds an arm, a content, a manufacturer's lot or anything that follows from one. What a slot
or a kit is lies in the sealed room (``records.sealed_room``), under the ids and numbers of these rows.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.care import PROTOCOL, Enrollment, ProtocolBound, Signature
from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.gates import GatePassed
from holdfast.records.people import Site, User


class ListActivated(ProtocolBound, Fact):
    """Two people put a sealed allocation in force at sites; known by its commitment.

    ``factors`` is canonical JSON: code and levels of each factor, in the design's order. ``slots`` are
    those of each stratum, 0 where people are minimized. ``follows`` is the list that this one takes
    the place of, for whoever is randomized from now on.
    """

    hashed: ClassVar = {
        1: names(
            FACT + PROTOCOL + "commitment design_sha256 method factors slots kits sites follows_id "
            "reason words activated_at activated_by_id signature_id seconded_by_id "
            "second_signature_id"
        )
    }

    REASONS = ("trial-begins", "list-used-up", "site-joins", "other")

    commitment = Sha256(unique=True)
    design_sha256 = Sha256()
    method = SafeText(max_length=30)
    factors = models.TextField()
    slots = models.IntegerField()
    kits = models.IntegerField()
    sites = models.TextField()  # canonical JSON: ids of the sites, in order
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")
    reason = SafeText(max_length=40)
    words = SealedText(null=True)
    activated_at = Instant()
    activated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    seconded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    second_signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class SlotTaken(Fact):
    """An enrollment was randomized: its number in the list, and the place of its stratum.

    ``number`` counts those who were randomized by this list; ``levels`` is canonical JSON of the
    person's level of each factor. The arm is in the sealed room alone.
    """

    hashed: ClassVar = {
        1: names(
            FACT
            + "enrollment_id activated_id number stratum place levels passed_id taken_at taken_by_id"
        )
    }

    enrollment = models.OneToOneField(Enrollment, models.PROTECT, related_name="slot")
    activated = models.ForeignKey(ListActivated, models.PROTECT, related_name="taken")
    number = models.IntegerField()
    stratum = models.IntegerField()
    place = models.IntegerField()
    levels = models.TextField()
    passed = models.ForeignKey(GatePassed, models.PROTECT, related_name="+")
    taken_at = Instant()
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activated", "number"], name="one_number_a_list"),
            models.UniqueConstraint(
                fields=["activated", "stratum", "place"], name="one_person_a_slot"
            ),
        ]


class KitsTakenIn(Fact):
    """A delivery of kits came to a site: how many, with one use-by for all, whatever is inside.

    ``complement`` is how many of each content stand at the site after it, at least: the same number
    for every content, and all that a blinded reader needs to reckon when to ask for more.
    """

    hashed: ClassVar = {
        1: names(FACT + "site_id activated_id count use_by complement taken_in_at taken_in_by_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="kits_taken_in")
    activated = models.ForeignKey(ListActivated, models.PROTECT, related_name="taken_in")
    count = models.IntegerField()
    use_by = models.DateField()
    complement = models.IntegerField()
    taken_in_at = Instant()
    taken_in_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class KitKnown(Fact):
    """A kit is at a site, by the number on its label; ``use_by`` is common to its delivery."""

    hashed: ClassVar = {1: names(FACT + "site_id delivery_id number use_by")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="kits")
    delivery = models.ForeignKey(KitsTakenIn, models.PROTECT, related_name="kits")
    number = SafeText(max_length=20, unique=True)
    use_by = models.DateField()


class KitDispensed(Fact):
    """A kit was drawn for a visit of a person. ``order`` is the standing order it was drawn under."""

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id kit_id visit order dispensed_at dispensed_by_id")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="kits_dispensed")
    kit = models.OneToOneField(KitKnown, models.PROTECT, related_name="dispensed")
    visit = SafeText(max_length=60)
    order = models.UUIDField()
    dispensed_at = Instant()
    dispensed_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class KitBarred(Correctable):
    """A kit may not be used: recalled, out of its temperature, damaged, missing, or about to end.

    A list of recalled kits mixes contents, so that being on it tells nothing of what is inside.
    """

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "kit_id ground bar words barred_at barred_by_id is_withdrawn")
    }

    GROUNDS = ("recall", "excursion", "damaged", "missing", "ends-soon")

    kit = models.ForeignKey(KitKnown, models.PROTECT, related_name="bars")
    ground = SafeText(max_length=20)
    bar = models.UUIDField()  # the act that barred this kit, with all others of its list
    words = SealedText(null=True)
    barred_at = Instant()
    barred_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_withdrawn = models.BooleanField(default=False)


class KitsAskedFor(Fact):
    """A site asked for kits: as many as it used since its last delivery, and nothing of what they were."""

    hashed: ClassVar = {
        1: names(FACT + "site_id activated_id delivery_id count asked_at asked_by_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="kits_asked_for")
    activated = models.ForeignKey(ListActivated, models.PROTECT, related_name="+")
    delivery = models.ForeignKey(KitsTakenIn, models.PROTECT, related_name="asked_after")
    count = models.IntegerField()
    asked_at = Instant()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
