"""What the panel says of an entry that is nobody's yet, was not kept, or was not received."""

from django.utils.translation import gettext_lazy as _

KEPT = {
    "recorded_nobodys": _(
        "Recorded, as nobody’s yet: {what}. Say whose it is before the room is closed."
    ),
    "not_kept": _(
        "Not kept: {what}. This browser could not store it. Try again, or write it on paper."
    ),
    "kept_in_memory": _("Keep this page open: this browser could not store it."),
    "unreceived": _(
        "Holdfast does not take in what is written here. This page judges limits, repeats and silence by itself. It permits no dose: telephone {number}."
    ),
    "not_recorded": _("Not recorded: {what}. Somebody has to tap their name and prove it."),
}
