"""Why an act of allocating, randomizing or dispensing was refused: the same whatever an arm is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ALLOCATION: Mapping[str, Any] = {
    "complement-not-reached": _(
        "With this delivery some content would stand at fewer kits than you said. Add what is missing."
    ),
    "delivery-without-kits": _("A delivery has kits, and of each content at least one."),
    "dispensed-already": _("A kit was drawn for this visit already."),
    "kit-expired": _("A kit of this delivery is past its expiry. Nothing was taken in."),
    "kit-not-here": _("One of these kits is not at this site. Check the numbers."),
    "kit-not-of-this-list": _("A kit of this delivery is on no list of this study."),
    "kit-number-mistyped": _("A kit number is mistyped: its check digits do not fit."),
    "kit-says-too-much": _(
        "Lot, certificate and supplier are needed for each kit, in at most 120 characters each."
    ),
    "kit-taken-in-already": _("A kit of this delivery was taken in already."),
    "kit-twice": _("A kit number stands twice in this delivery."),
    "kits-here-end-too-soon": _(
        "Kits of this study that stand here end within four weeks, and would end these with them. "
        "Take those out of use first."
    ),
    "kits-not-needed": _("No kits are needed yet."),
    "level-unknown": _("Say the level of each factor by which people are stratified."),
    "list-active-already": _("This list, or a kit number of it, is in force already."),
    "list-altered": _("This file was altered. Ask whoever made it for the original."),
    "list-arm-unknown": _("This list names an arm that the protocol lacks."),
    "list-not-a-sealed-one": _("This file is no sealed allocation of this release."),
    "list-not-for-this-site": _("This list has no stratum for the site."),
    "list-not-of-its-seed": _("This list does not follow from its own seed."),
    "list-of-another-key": _("This list was sealed with another site's key, or before a rotation."),
    "list-of-another-protocol": _("This list is for another protocol, or another version of it."),
    "list-of-another-release": _("This list was made by another release. Make it again."),
    "list-of-wrong-length": _("This list is not as long as its design says."),
    "list-repeats-a-number": _("A kit number stands twice in this list, or is none."),
    "list-stands-here-already": _("A list of this study stands at one of these sites already."),
    "list-used-up": _("The list has no slot left for this stratum. Call the statistician."),
    "lot-not-here": _("No kit of this lot is at the site."),
    "no-kit-here": _("No kit can be drawn at this site now. Ask for kits."),
    "no-list-stands-here": _(
        "No list of this study and protocol version is in force at this site."
    ),
    "no-standing-order": _("No order for this visit stands. Ask the prescriber."),
    "not-randomized": _("This person was not randomized yet."),
    "protocol-does-not-randomize": _("This protocol randomizes nobody."),
    "randomized-already": _("This person was randomized already."),
    "second-is-the-first": _("Two people are needed, and they are not the same."),
    "visit-not-from-kits": _("This visit is not given from kits. Take it from the store."),
}
