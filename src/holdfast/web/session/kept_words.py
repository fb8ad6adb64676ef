"""What the panel says of an entry that is nobody's yet, was not kept, or was not received."""

from django.utils.translation import gettext_lazy as _

KEPT = {
    "recorded_nobodys": _(
        "Recorded, as nobody’s yet: {what}. Say whose it is before the room is closed."
    ),
    "not_recorded": _("Not recorded: {what}. Somebody has to tap their name and prove it."),
}
