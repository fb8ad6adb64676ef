"""The words of the pharmacy: kinds of movements, what each act is called, places, reasons."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.domain.movements import Kind, Place

# What stands in the register: what happened.
HAPPENED: Mapping[str, Any] = {
    Kind.RECEIVE: _("Received"),
    Kind.STORE: _("Put away"),
    Kind.TRANSFER_OUT: _("Sent on"),
    Kind.TRANSFER_IN: _("Arrived"),
    Kind.ASSIGN: _("Assigned to a person"),
    Kind.ISSUE_BOX: _("Issued as a session box"),
    Kind.OPEN: _("Opened"),
    Kind.HAND_OVER: _("Handed over"),
    Kind.SWALLOWED: _("Seen swallowed, mouth checked"),
    Kind.REFUSED: _("Refused"),
    Kind.DROPPED: _("Dropped"),
    Kind.SPAT: _("Spat out"),
    Kind.VOMITED: _("Vomited"),
    Kind.PART_TAKEN: _("Taken in part"),
    Kind.RETURN_BOX: _("Box returned to the store"),
    Kind.RETURN: _("Returned to supplier or sponsor"),
    Kind.WASTE: _("Wasted"),
    Kind.DESTROY: _("Destroyed"),
    Kind.LOSE: _("Lost"),
    Kind.FIND: _("Found"),
    Kind.CORRECT: _("Corrected"),
}
# What the button says: what to do.
ACTS: Mapping[str, Any] = {
    Kind.RECEIVE: _("Receive"),
    Kind.STORE: _("Put away"),
    Kind.TRANSFER_OUT: _("Send on"),
    Kind.TRANSFER_IN: _("Take in what was sent"),
    Kind.ASSIGN: _("Assign"),
    Kind.ISSUE_BOX: _("Issue a session box"),
    Kind.OPEN: _("Open"),
    Kind.HAND_OVER: _("Hand over"),
    Kind.SWALLOWED: _("Seen swallowed"),
    Kind.REFUSED: _("Refused"),
    Kind.DROPPED: _("Dropped"),
    Kind.SPAT: _("Spat out"),
    Kind.VOMITED: _("Vomited"),
    Kind.PART_TAKEN: _("Taken in part"),
    Kind.RETURN_BOX: _("Return unopened"),
    Kind.RETURN: _("Return to supplier"),
    Kind.WASTE: _("Waste"),
    Kind.DESTROY: _("Destroy"),
    Kind.LOSE: _("Lost"),
    Kind.FIND: _("Found"),
    Kind.CORRECT: _("Correct"),
}
SAYS: Mapping[str, Any] = {
    Kind.STORE: _("From wherever it is now to a place of this store."),
    Kind.TRANSFER_OUT: _("It leaves under a seal and is in transit until it is taken in."),
    Kind.TRANSFER_IN: _("Read the seal first. A broken seal is recorded as it is."),
    Kind.ASSIGN: _("From now on it is kept for this person."),
    Kind.ISSUE_BOX: _(
        "Initial and supplement go in separate sealed containers, before the session, to the "
        "lock of the room. Issue each of the two."
    ),
    Kind.OPEN: _("The seal is broken in front of both of you. Say the number that you read."),
    Kind.HAND_OVER: _("From one hand to the next, until the person has it."),
    Kind.SWALLOWED: _("Both saw it swallowed, and looked into the mouth: under the tongue too."),
    Kind.REFUSED: _("The person did not take it. It goes back under lock."),
    Kind.DROPPED: _("It fell or broke before it was taken."),
    Kind.SPAT: _("It came out again. What is left goes under lock, as waste."),
    Kind.VOMITED: _("Say how many minutes after it was taken."),
    Kind.PART_TAKEN: _("A part was taken. What is left goes under lock, as waste."),
    Kind.RETURN_BOX: _("Unopened, with its seal whole. Say the number of the seal."),
    Kind.RETURN: _("It leaves this site, back to the supplier or the sponsor."),
    Kind.WASTE: _("A dispensed dose that nobody will take. Stock is destroyed, not wasted."),
    Kind.DESTROY: _("Stock that is kept apart. Both of you see it made useless."),
    Kind.LOSE: _("Say it as soon as you know. Clocks of the law begin to run."),
    Kind.FIND: _("Something that the book does not have here. Put it under lock first."),
    Kind.CORRECT: _("An earlier line never was so. Both lines stay in the register."),
}
# The acts of the store's page, in groups and in the order of a capsule's life.
OF_THE_STORE: tuple[tuple[Any, tuple[Kind, ...]], ...] = (
    (_("In and about"), (Kind.STORE, Kind.TRANSFER_OUT, Kind.TRANSFER_IN)),
    (_("For a session"), (Kind.ASSIGN, Kind.ISSUE_BOX, Kind.RETURN_BOX)),
    (_("Out"), (Kind.RETURN, Kind.WASTE, Kind.DESTROY)),
    (_("What went wrong"), (Kind.LOSE, Kind.FIND, Kind.CORRECT)),
)
# What may be done with a container of a session box, in the room.
OF_THE_BOX = (
    *(Kind.OPEN, Kind.HAND_OVER, Kind.SWALLOWED, Kind.REFUSED, Kind.DROPPED),
    *(Kind.SPAT, Kind.VOMITED, Kind.PART_TAKEN, Kind.RETURN_BOX),
)
PLACES: Mapping[str, Any] = {
    Place.SAFE: _("Safe"),
    Place.ROOM_LOCK: _("Lock of a room"),
    Place.QUARANTINE: _("Quarantine"),
    Place.RETURNS: _("What came back"),
    Place.WASTE: _("Waste"),
}
REASON_WORDS: Mapping[str, Any] = {
    "dropped": _("Dropped"),
    "spat": _("Spat out"),
    "part-taken": _("Taken in part"),
    "vomited": _("Vomited"),
    "refused": _("Refused"),
    "seal-broken": _("The seal was broken"),
    "not-needed": _("Not needed"),
    "damaged": _("Damaged"),
    "expired": _("Out of date"),
    "recalled": _("Recalled"),
    "excursion": _("It was too warm or too cold"),
    "study-over": _("The study is over"),
    "wrong-delivery": _("Delivered by mistake"),
    "not-found-at-count": _("Not found at a count"),
    "in-transit": _("On its way"),
    "theft-suspected": _("Theft is suspected"),
    "in-the-room": _("In the room"),
    "never-happened": _("It never happened"),
    "typing-error": _("A slip of typing"),
    "recorded-twice": _("Recorded twice"),
    "other": _("Something else; say it in words"),
}
EMERGENCY_WORDS: Mapping[str, Any] = {
    "nobody-else-there": _("Nobody else could come in time"),
    "person-in-danger": _("Somebody was in danger"),
    "evacuation": _("The room or building had to be left"),
    "other": _("Something else; say it in words"),
}
PARTS: Mapping[str, Any] = {
    "bottle": _("Bottle"),
    "initial": _("Kit, initial dose"),
    "supplement": _("Kit, supplement"),
}
DOSES: Mapping[str, Any] = {"initial": _("Initial dose"), "supplement": _("Supplement")}
STATUSES: Mapping[str, Any] = {
    "stock": _("in stock"),
    "transit": _("on its way"),
    "assigned": _("assigned"),
    "boxed": _("in the box"),
    "opened": _("opened"),
    "handed": _("handed over"),
    "refused": _("refused"),
    "dropped": _("dropped"),
    "spat": _("spat out"),
    "back": _("came back"),
    "administered": _("swallowed"),
    "vomited": _("vomited"),
    "part-taken": _("taken in part, rest to be wasted"),
    "part-wasted": _("taken in part"),
    "returned": _("returned"),
    "wasted": _("wasted"),
    "destroyed": _("destroyed"),
    "lost": _("lost"),
}
# What does not fit, as the fold, a count or somebody names it.
PROBLEM_WORDS: Mapping[str, Any] = {
    "never-received": _("The book never received it"),
    "received-twice": _("Received twice"),
    "swallowed-twice": _("Swallowed twice, by the book"),
    "gone-already": _("Gone already, by the book"),
    "out-of-order": _("Out of order"),
    "not-there": _("It was not there, by the book"),
    "arrived-elsewhere": _("Arrived elsewhere than it was sent"),
    "before-receipt": _("Dated before it was received"),
    "expired": _("Out of date then"),
    "held-back": _("It was held back then"),
    "count-short": _("A count found too few"),
    "count-over": _("A count found too many"),
    "count-unexpected": _("A count found what the book does not have there"),
    "seal-broken": _("A seal was broken"),
    "seal-differs": _("Another seal than was put on"),
    "kit-of-another": _("The kit is of somebody else"),
    "kit-not-dispensed": _("The kit was drawn for nobody yet"),
    "box-not-in-a-lock": _("A session box is kept in the lock of a room"),
    "box-not-ordered": _("No order of a prescriber stands for this session"),
    "more-than-ordered": _("It is more than was ordered for this dose"),
    "seal-repeated": _("The other container of this box has a seal of the same number"),
    "kit-number-mistyped": _("The number of the kit is mistyped: its check digits do not fit"),
    "kit-number-twice": _("A number of a kit stands twice"),
    "label-differs": _("A label says something else than the book"),
    "not-listed": _("It stands on no list"),
    "other": _("Something that somebody reports"),
    "not-as-told": _("A second person says it was not as told"),
}
HOLD_WORDS: Mapping[str, Any] = {
    "recall": _("a recall"),
    "excursion": _("it was too warm or too cold"),
    "quarantine": _("quarantine"),
    "damaged": _("damage"),
    "missing": _("it was missing"),
    "ends-soon": _("it ends soon"),
}
OUTCOME_WORDS: Mapping[str, Any] = {
    "explained": _("Explained; the book is right"),
    "corrected": _("The book was corrected"),
    "found": _("Found"),
    "lost": _("Lost; it is written so"),
    "counted-wrong": _("The count was wrong"),
}
CONFIRM_WORDS: Mapping[str, Any] = {
    "as-told": _("Yes, as it was told"),
    "not-as-told": _("No; open a discrepancy"),
}
