"""Which permission each address of the blind needs; a part of the one table in ``web.permissions``."""

BLIND_ROUTES = {
    "blind:emergency": "unblind.emergency",
    "blind:page": "unblind.see",
    "blind:report": "unblind.report",
    "blind:seats": "unblind.set-up",
    "blind:guess": "guess.record",
    "blind:safety": "unblind.safety",
    "blind:review": "unblind.review",
    "blind:locks": "lock.sign",
    "blind:lock": "lock.sign",
    "blind:planned": "unblind.planned",
    "blind:exports": "export.closed",
    "blind:export": "export.closed",
}
