"""What the room says: kinds of entries, how they came, why one is nobody's, and what is missing."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from holdfast.domain.findings import Finding

KINDS = {
    "note": gettext_lazy("Note"),
    "observation": gettext_lazy("Observation"),
    "urgent": gettext_lazy("Urgent"),
    "help-called": gettext_lazy("Help was called"),
    "custody": gettext_lazy("Session box"),
}
CAME = {
    "open": "",
    "expired": gettext_lazy("came after the opening had ended"),
    "closed": gettext_lazy("came after the room was closed"),
    "revoked": gettext_lazy("came from a revoked device"),
    "unsigned": gettext_lazy("came without the device's signature"),
    "paper": gettext_lazy("from paper"),
}
METHODS = {
    "password": gettext_lazy("by password"),
    "pin": gettext_lazy("by PIN"),
    "passkey": gettext_lazy("by passkey"),
}
ENDS = {
    "lost": gettext_lazy("Lost or stolen"),
    "replaced": gettext_lazy("Replaced or given back"),
    "other": gettext_lazy("Another reason"),
}
NOT_ANSWERED = {
    "closed-by-one-of-them": gettext_lazy("Who closes must have been in this room."),
    "all-received": gettext_lazy("This device still keeps entries that were not received."),
}


def missing_words(finding: Finding, moment: str = "") -> Any:
    """What is missing before a room can be closed, as the next act."""
    if finding.code == "entry-attributed":
        kind = KINDS.get(str(finding.values["kind"]), "")
        return _("%(kind)s, %(moment)s: say whose it is.") % {"kind": kind, "moment": moment}
    return NOT_ANSWERED.get(finding.code, finding.reason)


def initials(name: str) -> str:
    """The letters on a person's tile: of the first and the last word of their name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [name[:2]]
    return "".join(letters).upper()
