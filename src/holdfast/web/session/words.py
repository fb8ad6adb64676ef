"""What a session says for its codes: conditions, measures, phases, what to do, who is told."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.domain.conditions import Condition
from holdfast.domain.session_plan import SessionPlan

TIERS = {
    "observe": _("Watch"),
    "notify": _("Notify"),
    "urgent": _("Urgent"),
    "emergency": _("Emergency"),
}
PHASES = {
    "before-the-dose": _("Before the dose"),
    "after-the-initial-dose": _("After the initial dose"),
    "supplement-window": _("Window of the supplement"),
    "support": _("Support"),
    "longer-than-planned": _("Longer than planned"),
    "ended": _("The session has ended"),
}
MEASURES = {
    "blood-pressure": _("Blood pressure"),
    "heart-rate": _("Heart rate"),
    "temperature": _("Temperature"),
    "oxygen-saturation": _("Saturation"),
    "sodium": _("Sodium"),
    "distress": _("Distress"),
    "orientation": _("Orientation"),
    "night": _("The night"),
    "dose": _("A dose"),
    "exit": _("The end"),
    "all": _("Everything"),
}
UNITS = {
    "mm[Hg]": "mmHg",
    "/min": _("per min"),
    "Cel": "°C",
    "%": "%",
    "mmol/L": "mmol/L",
    "mL": _("ml"),
    "mg": "mg",
    "min": _("min"),
    "{score}": "",
    "{#}": "",
}
# {value} and {limit} are numbers with their unit; {measure} is one of the measures, {what} a detail.
CONDITIONS: Mapping[str, Any] = {
    "systolic-observed": _("Systolic {value}, above {limit}"),
    "diastolic-observed": _("Diastolic {value}, above {limit}"),
    "heart-rate-observed": _("Heart rate {value}, above {limit}"),
    "temperature-observed": _("Temperature {value}, above {limit}"),
    "systolic-dense": _("Systolic {value}, from {limit} on measured densely"),
    "diastolic-dense": _("Diastolic {value}, from {limit} on measured densely"),
    "heart-rate-dense": _("Heart rate {value}, from {limit} on measured densely"),
    "systolic-urgent": _("Systolic stays high: {value}, limit {limit}"),
    "diastolic-urgent": _("Diastolic stays high: {value}, limit {limit}"),
    "temperature-rise": _("Temperature has risen by {value}, limit {limit}"),
    "temperature-rise-high": _("Temperature has risen by {value}, limit {limit}"),
    "temperature-not-falling": _("Temperature does not fall: {value}, limit {limit}"),
    "temperature-urgent": _("Temperature {value}, limit {limit}"),
    "sodium-low": _("Sodium {value}, below {limit}"),
    "angina": _("Chest pain"),
    "deficit": _("A neurological deficit"),
    "seizure": _("A seizure"),
    "headache-severe": _("Severe headache"),
    "headache-with-pressure": _("Severe headache with high pressure"),
    "rhythm": _("An arrhythmia"),
    "confused": _("Confused or hard to wake"),
    "sodium-possible": _("This may be low sodium"),
    "silence": _("{measure} was not read in time"),
    "repeat-missing": _("{measure} was not read again in time"),
    "before-dose-missing": _("{measure} was not read before the dose"),
    "clock-wrong": _("A clock must be wrong"),
    "fluid-ceiling": _("More was drunk than the signed ceiling"),
    "pair-alone": _("One of the pair is alone in the room"),
    "person-alone": _("No therapist is in the room"),
    "break-over": _("A break is over"),
    "recording-gap": _("The recording has a gap"),
    "limit-not-signed": _("Not signed for this site: {what}"),
    "given-without-authorisation": _("A dose was given without an authorisation"),
    "given-on-spoken-order": _("A dose was given on a spoken order"),
    "gate-shut-by-then": _("It was authorised, and its gate was shut by then"),
    "given-outside-window": _("A dose was given outside its window"),
    "given-before-initial-dose": _("A supplement was given before the initial dose"),
    "dose-doubled": _("A dose was given twice"),
    "not-on-menu": _("A dose that the protocol does not have"),
    "not-as-ordered": _("A dose was not as it was ordered"),
    "over-session-most": _("More than the most of a session"),
    "given-after-it-was-decided-against": _("A dose was given after it was decided against"),
    "given-after-the-end": _("A dose was given after the end"),
    "recorded-late": _("A dose was written down late"),
    "dose-record-taken-back": _("The record of a dose was taken back"),
    "set-aside": _("A finding was set aside"),
    "released-without-authorisation": _("Released without an authorisation"),
    "left-against-advice": _("Left against advice"),
    "not-judged": _("An entry could not be judged: look at it"),
    "entry-kept-apart": _("An entry was kept apart: look at it"),
    "event-may-be-serious": _("Something that may be serious happened"),
    "touch-beyond-agreement": _("Touch, or an ask for it, beyond what was agreed"),
    "stop-word-said": _("The stop-word was said"),
    "dose-dropped": _("A dose was dropped"),
    "dose-spat": _("A dose was spat out"),
    "dose-vomited": _("Vomited after a dose"),
    "transfer-to-hospital": _("Transfer to a hospital"),
    "death": _("Death"),
    "night-check-missing": _("Nobody has looked at the person in time, at night"),
}
DO = {
    "repeat-and-watch": _("Measure again and watch."),
    "measure-densely": _("Measure densely until it has fallen."),
    "rescue-and-transfer": _("Rescue medicine, call for help, transfer."),
    "cool": _("Cool: take off covers, cool the room, cool cloths."),
    "ice-infusion-transfer": _("Ice, infusion, transfer."),
    "hold-fluids-and-transfer": _("Hold fluids, transfer."),
    "hold-fluids-and-ask": _("Hold fluids, ask the physician."),
    "measure-pressure-now": _("Measure the pressure now."),
    "measure-sodium": _("Hold fluids, have the sodium measured."),
    "measure-now": _("Measure now."),
    "set-the-clock": _("Compare the clocks and set the wrong one."),
    "send-a-second": _("Send a second therapist in."),
    "call-back": _("Call them back."),
    "restore-recording": _("Start the recording again."),
    "sign-the-limit": _("A physician signs it for the site."),
    "look": _("Look at it."),
    "look-now": _("Look now."),
    "tell-the-physician": _("Tell the physician."),
    "stop-and-ask": _("Stop, and ask what the person wants now."),
}
ACTS = {
    "give-initial-dose": _("Initial dose"),
    "give-supplemental-dose": _("Supplement"),
    "release-to-overnight": _("Release to the night"),
    "release-home": _("Release home"),
    "close-session": _("Close the session"),
}
OUTCOMES = {
    "passed": _("met"),
    "unknown": _("not known"),
    "failed": _("not met"),
}
STANDINGS = {
    "verified": _("verified"),
    "derived": _("derived"),
    "secondary": _("from a secondary source"),
    "from-memory": _("from memory"),
    "not-found": _("not found"),
    "signed": _("signed"),
}
# What the panel's script says by itself.
PANEL = {
    "now": _("now"),
    "ago": _("{n} min ago"),
    "before": _("before the dose"),
    "due_in": _("{measure} in {n} min"),
    "due_in_hours": _("{measure} in {hours} h {n} min"),
    "due_now": _("{measure} now"),
    "due_late": _("{measure}, {n} min late"),
    "due_before": _("{measure} before the dose"),
    "due_none": _("Nothing is due"),
    "due_at": _("at {time}"),
    "put_off": _("put off"),
    "none_yet": _("not read yet"),
    "within": _("below the limit of {limit}"),
    "over": _("over the limit of {limit}"),
    "no_limit": _("no limit is signed"),
    "ceiling": _("{n} ml left to the signed ceiling"),
    "no_ceiling": _("ceiling not signed for this site"),
    "since_dose": _("since the dose"),
    "since_opened": _("since opened, no dose yet"),
    "dose_at": _("{mg} mg at {time}"),
    "no_dose": _("No dose yet."),
    "in_room": _("In the room: {names}"),
    "nobody": _("Nobody is entered as in the room"),
    "on_break": _("{name} is on a break, {n} min left, {cover} covers"),
    "no_cover": _("nobody"),
    "unsigned": _("{n} numbers are not signed for this site"),
    "alarms_none": _("No alarm is open"),
    "alarms_open": _("{n} open"),
    "since": _("Since {time}"),
    "acknowledge": _("Acknowledge"),
    "acknowledged": _("{name}: {done}, {time}"),
    "recorded": _("Recorded: {what}"),
    "take_back": _("Take back"),
    "kept_here": _("kept here, not yet received"),
    "nobodys": _("nobody’s yet"),
    "by": _("by {name}"),
    "somebody": _("somebody"),
    "limit": _("limit {n}"),
    "expected": _("expected"),
    "window": _("supplement window"),
    "hours": _("{n} h"),
    "chart": _("Readings since the dose, {n} in all. The newest: {newest}"),
    "tell_who": _("Tap your name first: this needs to be somebody’s."),
    "away": _(
        "Holdfast does not answer. This page judges limits, repeats and silence by itself. It permits no dose: telephone {number}."
    ),
    "not_heard": _("not heard from since {time}"),
    "heard": _("heard from {n} s ago"),
    "stale": _("This screen has not been told anything since {time}."),
    "no_bluetooth": _(
        "This browser cannot reach devices by Bluetooth. Type the reading, or use Chrome or Edge on this tablet."
    ),
    "device_failed": _("The device gave no reading. Try again, or type it."),
    "device_kept": _(
        "The device gave only what it had kept from before. Measure again, or type the reading."
    ),
    "device_undated": _(
        "The device does not say when it measured this. If it is of now, record it."
    ),
    "device_asks": _("Waiting for the device"),
    "yes": _("Yes"),
    "no": _("No"),
    "clear_line": _("Reads as: {reading}"),
    "corrected": _("taken back"),
    "was_true_at": _("written down at {time}"),
    "title": _("{label}, dosing session {number}"),
    "put_off_title": _("Put off:"),
    "fluids": _("Fluids"),
    "other_event": _("Another"),
    "drank": _("Water {n} ml"),
    "who_is_here": _("Who is here"),
    "gate_open": _("{act}: all is met"),
    "gate_shut": _("{act}: not yet"),
    "no_number": _("no number is kept"),
    "missing": _("{field}: this is needed."),
    "range": _("{field}: {least} to {most} {unit}."),
    "finer": _("{field}: with fewer decimals."),
    "code": _("{field}: small letters, digits and hyphens."),
    "line_empty": _("Write it like 142/88 96 37.4."),
    "line_too-long": _("The line is too long. Write one reading."),
    "line_ambiguous": _(
        "{part} may be two things. Write a temperature as 37.4, a saturation as 98%."
    ),
    "line_fahrenheit": _("{part} cannot be °C; as °F it is {celsius} °C. Write it in °C."),
    "line_unreadable": _(
        "At {column}, {part} is no part of a reading. Write it like 142/88 96 37.4."
    ),
    "line_slash-missing": _("Write a pressure with a slash, like 142/88."),
    "line_twice": _("{part} is a second one of its kind. Leave one."),
    "line_swapped": _("{part}: the higher comes first. Are they swapped?"),
    "line_out-of-range": _("{part} cannot be: expected {least} to {most} {unit}."),
    "earlier": _("and {n} before it"),
    "touch_agreed": _("Agreed in preparation: {what}. Stop-word: {word}"),
    "touch_none": _("no touch"),
    "touch_unasked": _("nobody asked"),
    "no_stop_word": _("not known here"),
    "stop_word_hidden": _("hidden until somebody taps their name"),
    "recorded_share": _("Recorded since the dose: {covered}"),
    "serious_yes": _("Serious"),
    "serious_unknown": _("Perhaps serious"),
    "move_to": _("It was about {label}: move it there"),
    "next_field": _("Next field"),
    "take_one_back": _("Take one back"),
    "digits": _("Digits"),
    "all_alarms": _("Show all {n} alarms"),
    "few_alarms": _("Show the gravest"),
    "more_alarms": _("and {n} more alarms"),
    "card_made": _("made at {time}"),
    "card_active": _("Treat as active."),
    "card_highest": _("MDMA by mouth, at most {mg} mg in this session, whatever the group."),
    "card_no_dose": _("No dose is on record in this session."),
    "card_doses": _("Doses"),
    "card_at_most": _("at most {mg} mg"),
    "card_readings": _("Newest readings, and lowest to highest"),
    "card_range": _("{low} to {high}"),
    "card_happened": _("What happened"),
    "card_medicines": _("Medicines given or taken in the session"),
    "card_own": _("The person’s own medicines, and what to avoid beside them"),
    "card_own_none": _("None is in the record: ask the person."),
    "card_not_known": _("Nothing of this can be read here: ask the person."),
    "card_allergies": _("Allergies"),
    "card_conditions": _("Conditions"),
    "card_weight": _("Weight"),
    "card_not_recorded": _("Not in the record: ask the person."),
    "card_called": _("Who was called"),
    "card_none": _("Nothing is recorded on this screen."),
    "card_avoid": _("Avoid or watch; the treating physician decides"),
    "card_numbers": _("The site's own numbers"),
    "on_call": _("Physician on call"),
    "password": _("Password"),
    "ok": _("OK"),
    "home_escort": _("The adult who takes the person home"),
    "home_name": _("Name"),
    "home_telephone": _("Telephone"),
    "home_words": _("Name and telephone of the adult"),
    "home_call": _("First call, by the next day"),
    "home_yes": _("Yes"),
    "home_not_yet": _("Not yet"),
    "night_next": _("Look again by {time}, in {n} min"),
    "night_late": _("Look now: it was due at {time}"),
    "night_over": _("The night ended with the hand-over at {time}"),
    "night_not_begun": _("The night has not begun: the person was not released to it yet"),
    "night_unsigned": _("How often somebody looks is not signed for this site"),
    "night_last": _("Last look {time}: {state}"),
    "night_no_look": _("Nobody has looked yet tonight"),
    "night_drunk": _("{n} ml drunk tonight"),
    "night_wish": _("Whom the person wants to attend, and whether it is kept"),
    "night_wish_kept": _("Kept: {answer}"),
    "night_wish_none": _("Nobody has asked the person."),
    "night_looks": _("Looks"),
    "night_felt": _("Felt"),
    "night_medicines": _("Medicines"),
    "night_handed": _("Handed over at {time} to {name}."),
}


def condition_words(one: Condition, plan: SessionPlan) -> str:
    """A condition in words, with the value that breached and the limit."""
    number = plan.numbers.get(one.number)
    unit = unit_words(number.unit) if number else ""
    limit = "" if number is None or number.value is None else f"{number.value} {unit}".strip()
    told = {
        "measure": str(MEASURES.get(one.measure) or MEASURES["all"]),
        "what": one.number.replace("-", " "),
        "value": "" if one.value is None else f"{one.value} {unit}".strip(),
        "limit": limit,
    }
    template = str(CONDITIONS.get(one.code) or one.code.replace("-", " ").capitalize())
    for name, value in told.items():
        template = template.replace("{" + name + "}", value)
    return template


def unit_words(unit: str) -> str:
    """A unit as people write it."""
    return str(UNITS.get(unit, unit))


def tier_words(tier: str) -> str:
    """A tier in words."""
    return str(TIERS[tier])


def plain(words: Mapping[str, Any]) -> dict[str, str]:
    """Words as they are handed to a script."""
    return {code: str(text) for code, text in words.items()}
