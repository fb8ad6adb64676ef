"""What the journal calls the breaking, guessing and locking of a blind. None names an arm."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "emergency-unblinded": _("A physician broke the blind in an emergency"),
    "safety-unblinded": _("The sponsor's safety unit opened a case"),
    "unblinding-reviewed": _("An emergency unblinding was reviewed"),
    "unblinding-reported": _("An accidental unblinding was reported"),
    "unblinding-seat-named": _("It was named who is told of emergency unblinding"),
    "unblinding-review-chased": _("A review of an unblinding is overdue"),
    "guess-locked": _("A guess was signed and locked"),
    "lock-asked": _("The first of two signed that data be locked"),
    "database-locked": _("Two people locked the data"),
    "lift-asked": _("The first of two signed that a lock be lifted"),
    "lock-lifted": _("Two people lifted a lock"),
    "unblinding-opened": _("A planned unblinding was signed"),
    "arms-shown": _("Arms that a planned unblinding opened were looked at"),
    "closed-export-asked": _("The first of two signed a closed export"),
    "closed-export-signed": _("Two people signed a closed export"),
    "closed-export-made": _("The sealed file of a closed export was made"),
}
