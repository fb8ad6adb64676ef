"""A medicine as the screening shows it: three axes kept apart, dates, and what must not be stopped."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from holdfast.domain.answers import MedicationEntry
from holdfast.web.staff.known import day_words
from holdfast.web.staff.shown import FindingShown
from holdfast.web.staff.words import SOURCE_KINDS

DANGER = {
    "none": gettext_lazy("None known"),
    "monitor": gettext_lazy("Watch closely"),
    "unknown": gettext_lazy("Not known"),
    "caution": gettext_lazy("Caution"),
    "washout": gettext_lazy("Must be washed out first"),
    "contraindicated": gettext_lazy("Never together"),
}
LOSS = {
    "none": gettext_lazy("None known"),
    "unknown": gettext_lazy("Not known"),
    "possible": gettext_lazy("Possible"),
    "yes": gettext_lazy("Takes the effect away"),
}
TRAFFIC = {
    "none": gettext_lazy("None known"),
    "unknown": gettext_lazy("Not known"),
    "substrate": gettext_lazy("Cleared by it: rises after a session"),
    "inhibitor": gettext_lazy("Slows it: raises MDMA"),
    "weak-inhibitor": gettext_lazy("Slows it a little: raises MDMA"),
    "moderate-inhibitor": gettext_lazy("Slows it: raises MDMA"),
    "strong-inhibitor": gettext_lazy("Slows it strongly: raises MDMA"),
}
NEVER_ABRUPTLY = {
    "withdrawal": gettext_lazy("Never stop abruptly: withdrawal."),
    "withdrawal-seizures": gettext_lazy("Never stop abruptly: withdrawal with seizures."),
    "seizures-return": gettext_lazy("Never stop abruptly: seizures return."),
    "taper-with-the-prescriber": gettext_lazy(
        "Never stop abruptly: only the prescriber tapers it."
    ),
    "relapse-without-a-psychiatrist": gettext_lazy(
        "Never stop without a psychiatrist: risk of relapse."
    ),
    "blood-pressure-rebounds": gettext_lazy("Never stop abruptly: blood pressure rebounds."),
    "clots": gettext_lazy("Never stop abruptly: risk of clots."),
    "finish-the-antibiotic": gettext_lazy("Finish the course: do not stop it early."),
    "rhythm-returns": gettext_lazy("Never stop abruptly: the heart's rhythm may fail."),
    "resistance-develops": gettext_lazy("Never stop abruptly: resistance develops."),
}


def medication_rows(
    told: Sequence[Mapping[str, Any]],
    findings: Sequence[FindingShown],
    entries: Sequence[tuple[MedicationEntry, str]],
) -> list[dict[str, Any]]:
    """One row for each medicine of a verdict; ``entries`` pairs what is recorded with its address."""
    by_name = {entry.name: (entry, href) for entry, href in entries}
    return [_row(medication, findings, by_name.get(medication["name"])) for medication in told]


def _row(
    told: Mapping[str, Any],
    findings: Sequence[FindingShown],
    recorded: tuple[MedicationEntry, str] | None,
) -> dict[str, Any]:
    said = [f for f in findings if f.values.get("medicine") == told["name"]]
    earliest = _earliest(told, recorded[0] if recorded else None)
    is_over = recorded is not None and recorded[0].is_current is False
    stop = None if is_over else told["stop_abruptly"]
    return {
        "name": told["name"],
        "outcome": told["outcome"],
        "taken": _taken(recorded[0]) if recorded else "",
        "source": SOURCE_KINDS[recorded[0].source.kind.value] if recorded else "",
        "correct_href": recorded[1] if recorded else "",
        "axes": axes(told),
        "sentences": list(dict.fromkeys(f.sentence for f in said)),
        "asks": list(dict.fromkeys(f.ask for f in said if f.ask)),
        "earliest_dosing_on": earliest,
        "washout_days": told["washout_days"],
        "stop_abruptly": NEVER_ABRUPTLY.get(stop, _("Never stop abruptly.")) if stop else "",
        "title": told["reference"]["title"],
        "href": told["reference"]["href"],
        "standing": told["standing"],
    }


def _earliest(told: Mapping[str, Any], entry: MedicationEntry | None) -> date | None:
    """The earliest dosing date, where a date is the whole of what stands in the way.

    A medicine that is never given together with MDMA, or that is still taken, has none: any date
    beside it would read as a permission.
    """
    is_never = told["danger"] == "contraindicated" and told["outcome"] != "passed"
    is_taken = (entry is not None and entry.is_current) or told["reason"].startswith("still-taken")
    if is_never or is_taken or not told["earliest_dosing_on"]:
        return None
    return date.fromisoformat(told["earliest_dosing_on"])


def axes(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Danger, loss of benefit and CYP2D6, each by itself."""
    return [
        {"title": _("Danger"), "words": DANGER.get(told["danger"], told["danger"])},
        {
            "title": _("Loss of benefit"),
            "words": LOSS.get(told["loss_of_benefit"], told["loss_of_benefit"]),
        },
        {"title": _("CYP2D6"), "words": _traffic(told["cyp2d6"])},
    ]


def _traffic(value: str) -> str:
    return "; ".join(str(TRAFFIC.get(part, part)) for part in value.split("+"))


def _taken(entry: MedicationEntry) -> str:
    now = {True: _("taken now"), False: _("not taken now"), None: _("not known whether taken now")}
    words = [now[entry.is_current]]
    if entry.last_taken_on:
        words.append(_("last taken on %(day)s") % {"day": day_words(entry.last_taken_on)})
    return ", ".join(words)
