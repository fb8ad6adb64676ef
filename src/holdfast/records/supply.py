"""Controlled drugs in custody: stores, places, containers, movements, counts, and what did not fit.

Each drug store is a stream of its own. Nothing here holds a balance: what is where follows from the
movements (``domain.accountability``). Of a blinded kit only its number and a common use-by stand
here; its lot and content are in the sealed room.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User
from holdfast.records.rooms import Room
from holdfast.records.session import DosingSession


class DrugStore(Fact):
    """A store of controlled drugs at a site; also the id of its stream.

    ``study``: whose stock it holds; None, the site's own, for which a role of every study is needed.
    """

    hashed: ClassVar = {1: names(FACT + "site_id code title study")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="drug_stores")
    code = SafeText(max_length=20)
    title = SafeText(max_length=80)
    study = SafeText(max_length=60, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="one_store_code")]


class CustodyPlace(Correctable):
    """A place of a store: the safe, a lock in a room, quarantine. Changed or given up by a correction.

    The range of its temperature is what the label or the protocol says, and ``range_source`` which.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "store_id code title kind room_id least_celsius most_celsius "
            "range_source is_withdrawn"
        )
    }

    RANGE_SOURCES = ("label", "protocol", "manufacturer")

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="places")
    code = SafeText(max_length=20)
    title = SafeText(max_length=80)
    kind = SafeText(max_length=20)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="custody_places")
    least_celsius = ExactDecimal(null=True)
    most_celsius = ExactDecimal(null=True)
    range_source = SafeText(max_length=20, default="")
    is_withdrawn = models.BooleanField(default=False)


class Container(Fact):
    """A bottle, or one of the two containers of a kit, with capsules numbered 1 to ``size``.

    ``store`` is where it was first received; its stream orders all movements of it.
    """

    hashed: ClassVar = {
        1: names(FACT + "store_id code part kit_number lot product nominal_mg size use_by")
    }

    PARTS = ("bottle", "initial", "supplement")

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="containers")
    code = SafeText(max_length=60, unique=True)  # what its label and its QR code say
    part = SafeText(max_length=20)
    kit_number = SafeText(max_length=40, null=True)  # None of a bottle
    lot = SafeText(max_length=60, default="")  # never of a blinded kit
    product = SafeText(max_length=80)
    nominal_mg = ExactDecimal(null=True)  # of one capsule, as the label says
    size = models.IntegerField()
    use_by = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kit_number", "part"], name="one_part_of_a_kit")
        ]


class TwoPersonPolicy(Correctable):
    """Whether movements of a kind need two people at a site: signed. Where none stands, they do."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id kind needs_two signature_id")}

    REASONS = ("law-does-not-ask", "law-asks", "site-procedure", "other")

    site = models.ForeignKey(Site, models.PROTECT, related_name="two_person_policies")
    kind = SafeText(max_length=20)
    needs_two = models.BooleanField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class CustodyAct(Fact):
    """Who did something in custody, who stood beside, and how each showed who they are.

    Each proof is used once, for ever. ``policy`` is the rule that applied: ``two``, ``one`` where the
    site's policy asks for no second person, ``emergency`` where there was none, ``paper`` where the
    second signed on paper. The last two are chased until the second, or another, confirms.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "store_id kind first_id first_proof first_method second_id second_proof "
            "second_method policy emergency policy_fact_id"
        )
    }

    POLICIES = ("two", "one", "emergency", "paper")
    CHASED = ("emergency", "paper")

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="acts")
    kind = SafeText(max_length=20)
    first = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_proof = models.UUIDField(null=True, unique=True)
    first_method = SafeText(max_length=20, default="")
    second = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    second_proof = models.UUIDField(null=True, unique=True)
    second_method = SafeText(max_length=20, default="")
    policy = SafeText(max_length=20)
    emergency = SafeText(max_length=40, default="")
    policy_fact = models.ForeignKey(
        TwoPersonPolicy, models.PROTECT, null=True, related_name="applied"
    )


class ActConfirmed(Fact):
    """A second person said afterwards whether what one did alone, or on paper, was as it was told."""

    hashed: ClassVar = {1: names(FACT + "act_id outcome proof method confirmed_at confirmed_by_id")}

    OUTCOMES = ("as-told", "not-as-told")

    act = models.OneToOneField(CustodyAct, models.PROTECT, related_name="confirmed")
    outcome = SafeText(max_length=20)
    proof = models.UUIDField(unique=True)
    method = SafeText(max_length=20)
    confirmed_at = Instant()
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class DrugMovement(Correctable):
    """One movement of capsules of one container. Words are sealed under the store's key.

    ``turn`` counts the movements of the container, so that two writers cannot both be the next.
    From and to are a place or a person who holds it; handed over or swallowed without a holder, it
    goes to the person of the enrollment.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "store_id container_id turn kind capsules at moved_by_id second_id "
            "act_id from_place_id from_holder_id to_place_id to_holder_id enrollment_id session_id "
            "visit dose order seal document_sha256 document_words words reason minutes came"
        )
    }

    CAME = ("page", "paper", "tablet")

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="movements")
    container = models.ForeignKey(Container, models.PROTECT, related_name="movements")
    turn = models.IntegerField()
    kind = SafeText(max_length=20)
    capsules = SafeText(max_length=400)  # canonical ranges
    at = Instant()  # when it happened
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    second = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    act = models.ForeignKey(CustodyAct, models.PROTECT, related_name="movements")
    from_place = models.ForeignKey(CustodyPlace, models.PROTECT, null=True, related_name="+")
    from_holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    to_place = models.ForeignKey(CustodyPlace, models.PROTECT, null=True, related_name="+")
    to_holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="drug_movements"
    )
    session = models.ForeignKey(
        DosingSession, models.PROTECT, null=True, related_name="drug_movements"
    )
    visit = SafeText(max_length=60, default="")  # of which dosing session, before one is open
    dose = SafeText(max_length=20, default="")  # initial | supplement: which dose of it
    order = models.UUIDField(null=True)  # the dose order it was made for
    seal = SafeText(max_length=40, default="")
    document_sha256 = models.CharField(max_length=64, default="")
    document_words = SealedText(null=True)
    words = SealedText(null=True)
    reason = SafeText(max_length=40, default="")
    minutes = models.IntegerField(null=True)  # after it was swallowed
    came = SafeText(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["container", "turn"], name="one_movement_a_turn")
        ]
        indexes = [models.Index(fields=["enrollment", "kind"], name="movement_of_a_person")]


class CountTaken(Fact):
    """Somebody counted the capsules of a container at a place, and was not shown what is expected."""

    hashed: ClassVar = {
        1: names(FACT + "store_id place_id container_id counted counted_at counted_by_id act_id")
    }

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="counts")
    place = models.ForeignKey(CustodyPlace, models.PROTECT, related_name="counts")
    container = models.ForeignKey(Container, models.PROTECT, related_name="counts")
    counted = models.IntegerField()
    counted_at = Instant()
    counted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    act = models.ForeignKey(CustodyAct, models.PROTECT, related_name="counts")


class Discrepancy(Fact):
    """Something does not fit: a movement, a count, or what somebody reports. Open until settled."""

    hashed: ClassVar = {
        1: names(
            FACT + "store_id code container_id capsules movement_id count_id act_id expected found "
            "words opened_at opened_by_id"
        )
    }

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="discrepancies")
    code = SafeText(max_length=40)
    container = models.ForeignKey(Container, models.PROTECT, null=True, related_name="+")
    capsules = SafeText(max_length=400, default="")
    movement = models.ForeignKey(
        DrugMovement, models.PROTECT, null=True, related_name="discrepancies"
    )
    count = models.ForeignKey(CountTaken, models.PROTECT, null=True, related_name="discrepancies")
    act = models.ForeignKey(CustodyAct, models.PROTECT, null=True, related_name="discrepancies")
    expected = models.IntegerField(null=True)
    found = models.IntegerField(null=True)
    words = SealedText(null=True)
    opened_at = Instant()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class DiscrepancySettled(Fact):
    """A named person settled a discrepancy, with a second and with what was found out."""

    hashed: ClassVar = {
        1: names(FACT + "discrepancy_id outcome words settled_at settled_by_id act_id")
    }

    OUTCOMES = ("explained", "corrected", "found", "lost", "counted-wrong")

    discrepancy = models.OneToOneField(Discrepancy, models.PROTECT, related_name="settled")
    outcome = SafeText(max_length=20)
    words = SealedText()
    settled_at = Instant()
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    act = models.ForeignKey(CustodyAct, models.PROTECT, related_name="+")


class TemperatureReading(Fact):
    """The temperature of a place at a moment, read by somebody or from a logger."""

    hashed: ClassVar = {1: names(FACT + "place_id celsius at logger")}

    place = models.ForeignKey(CustodyPlace, models.PROTECT, related_name="temperatures")
    celsius = ExactDecimal()
    at = Instant()
    logger = SafeText(max_length=40, default="")


class StockHold(Fact):
    """Containers are held back from a moment on: a recall, an excursion, a quarantine.

    A hold names containers, and of blinded stock never why one is on the list: it mixes contents.
    """

    hashed: ClassVar = {1: names(FACT + "store_id code reference since reading_id")}

    CODES = ("recall", "excursion", "quarantine")

    store = models.ForeignKey(DrugStore, models.PROTECT, related_name="holds")
    code = SafeText(max_length=20)
    reference = SafeText(max_length=60, default="")  # the number of a recall
    since = Instant()
    reading = models.ForeignKey(TemperatureReading, models.PROTECT, null=True, related_name="holds")


class HeldContainer(Fact):
    """A container on the list of a hold."""

    hashed: ClassVar = {1: names(FACT + "hold_id container_id")}

    hold = models.ForeignKey(StockHold, models.PROTECT, related_name="held")
    container = models.ForeignKey(Container, models.PROTECT, related_name="holds")


class StockHoldLifted(Fact):
    """A hold was lifted: what it held may be used again. What must not be is destroyed or returned."""

    hashed: ClassVar = {1: names(FACT + "hold_id reason lifted_at lifted_by_id act_id")}

    REASONS = ("assessed-usable", "recall-withdrawn", "held-by-mistake")

    hold = models.OneToOneField(StockHold, models.PROTECT, related_name="lifted")
    reason = SafeText(max_length=40)
    lifted_at = Instant()
    lifted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    act = models.ForeignKey(CustodyAct, models.PROTECT, related_name="+")
