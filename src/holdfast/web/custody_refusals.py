"""Why an act of custody was refused, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

CUSTODY: Mapping[str, Any] = {
    "custody-duty-unknown": _("Nothing asks for this notice. Look at the list again."),
    "custody-duty-done": _("This was recorded as done already."),
    "custody-how-unknown": _("Choose how it was made."),
    "custody-notice-time": _("It was made after what it is about, and not in the future."),
    "custody-fields-missing": _("Its form needs these fields as well: %(fields)s."),
    "custody-field-unknown": _("This form has no such field. Load the page again."),
    "custody-pattern-own": _("You are in this pattern. Somebody else looks into it."),
    "custody-pattern-settled": _("Somebody has said already what came of it."),
    "custody-words-missing": _("Say in a few words what you found."),
    "box-back-already": _("What was left of this box came back already."),
    "box-incomplete": _("A box has one container for the initial dose and at most one supplement."),
    "box-part-wrong": _("This container of the kit is for the other dose. Take the other one."),
    "dose-missing": _("Say for which dose it is: the initial one, or the supplement."),
    "hold-does-not-fit": _(
        "Choose recall, excursion or quarantine, and write its number as a code."
    ),
    "hold-lifted-already": _("This was released already."),
    "kit-not-assigned": _("This kit was given to nobody yet. Assign it first."),
    "kit-of-another": _("This kit is assigned to somebody else. Do not issue it."),
    "not-a-room-lock": _("A session box is kept in the lock of a room. Choose one."),
    "nothing-to-confirm": _("Two people did this already; there is nothing to confirm."),
    "outcome-without-movement": _(
        "No movement says so yet. Record the loss, the find or the correction first."
    ),
    "seals-repeated": _("Each container has a seal of its own. Read both numbers again."),
    "settles-their-own": _("You are part of what does not fit. Somebody else settles it."),
    "temperature-does-not-fit": _("Enter the temperature in degrees Celsius, from -90 to 90."),
    "capsule-unknown": _(
        "The container has no capsule of this number: they go from 1 to %(size)s. Look again."
    ),
    "capsule-repeated": _("A capsule is named twice. Name each once, such as 1-3,7."),
    "capsules-missing": _("Name the capsules by their numbers, such as 1-3,7."),
    "capsules-unclear": _("This names no capsules. Write numbers and ranges, such as 1-3,7."),
    "container-received-already": _(
        "A container with this code was received already. Look at the label, or put it away."
    ),
    "container-unknown": _("No container here has this code. Look at the label; receive it first."),
    "count-negative": _("A number here is 1 or more. Write it in digits."),
    "does-not-fit": _(
        "The book speaks against it: %(problem)s. Do not do it. If it has happened already, say so "
        "below; it is recorded, and opens a discrepancy."
    ),
    "emergency-unclear": _("Say why only one person is here, or let the second show who they are."),
    "holder-unknown": _("This person holds no role here. Choose somebody of this site."),
    "kit-names-no-lot": _("A kit names no lot here. Leave the lot empty."),
    "kit-received-already": _(
        "This part of the kit was received already. Look at the number of the kit and at the part."
    ),
    "label-does-not-fit": _(
        "A code, kit number or lot has letters, digits and . / _ - only, at most 40 of them; a "
        "bottle has no kit number, and a part of a kit has one."
    ),
    "lot-expired": _(
        "It is out of date already. Do not take it in. If you have it already, say so below; it is "
        "recorded, and opens a discrepancy."
    ),
    "minutes-missing": _("Say how many minutes after it was taken."),
    "moment-in-the-future": _("This moment has not come yet. Leave the time empty for now."),
    "nothing-to-correct": _("There is no such line to correct. Open it from the register."),
    "person-missing": _("Write the number of the person it is for."),
    "person-unknown": _("There is nobody by this number whose study this stock is for."),
    "place-code-taken": _("A place of this store has this code. Choose another."),
    "place-does-not-fit": _(
        "A place has a short code, a title, and a room only where it is the lock of a room."
    ),
    "place-given-up": _("This place is used no more. Choose another."),
    "place-missing": _("Choose the place."),
    "place-unclear": _("It is at a place or with a person. Choose one of the two."),
    "range-does-not-fit": _("Give the colder and the warmer end, and who says so."),
    "seal-does-not-fit": _("A number of a seal has letters, digits and . / _ - only, at most 40."),
    "seal-missing": _("Write the number of the seal, as it stands on it."),
    "second-expired": _("More than two minutes have passed. Let the second person show it again."),
    "second-missing": _("Two people are needed. Tap the name of the second person."),
    "second-of-another": _(
        "The second person showed it beside somebody else. Let them show it again."
    ),
    "session-missing": _("Choose the session it is for."),
    "session-of-another": _("This session is of another person. Choose theirs."),
    "store-code-taken": _("A store of this site has this code. Choose another."),
    "store-does-not-fit": _("A store has a short code of small letters, digits and - and a title."),
    "witness-benefits": _("Whoever gets it cannot stand beside it. Another person must."),
    "witness-is-actor": _("Nobody stands beside themselves. Another person must."),
    "witness-may-not": _("This person may not stand beside it here. Choose somebody who may."),
}
