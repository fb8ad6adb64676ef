"""The kinds of entries that a page writes, with their fields and every choice in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.actions.session_entries import OF_ACTS
from holdfast.definitions import session as entry_kinds
from holdfast.domain.session_entries import EntryKind, Field
from holdfast.web.session.words import MEASURES, UNITS

KINDS: Mapping[str, Any] = {
    "session-opened": _("The session was opened"),
    "session-closed": _("The session was closed"),
    "reading": _("Vital signs"),
    "distress": _("Distress"),
    "orientation": _("Orientation"),
    "impairment": _("Impairment"),
    "suicidality": _("C-SSRS since the last visit"),
    "fluid-taken": _("Drank"),
    "fluid-lost": _("Fluid lost"),
    "event": _("What is happening"),
    "deferral": _("Put a reading off"),
    "acknowledgement": _("Acknowledge an alarm"),
    "clock-compared": _("Clocks compared"),
    "recording": _("The recording"),
    "recording-file": _("A file of the recording"),
    "identified": _("Showed who they are"),
    "came-in": _("Came into the room"),
    "went-out": _("Left the room"),
    "break-began": _("A break"),
    "break-ended": _("Back from the break"),
    "hand-over": _("Hand-over"),
    "dose-given": _("A dose was given"),
    "dose-refused": _("A dose was refused"),
    "dose-withheld": _("A dose was withheld or skipped"),
    "dose-dropped": _("A dose was dropped"),
    "dose-spat": _("A dose was spat out"),
    "dose-vomited": _("Vomited after a dose"),
    "rescue-given": _("Rescue medicine"),
    "medicine-taken": _("Another medicine"),
    "help-called": _("Help was called"),
    "order": _("A spoken order, read back"),
    "authorisation": _("Authorised"),
    "override": _("Set aside by a physician"),
    "statement": _("A statement"),
    "agreement": _("Agreement"),
    "physician-page": _("The physician was paged"),
    "exit": _("How the session ended"),
    "exit-step": _("A step of the end"),
    "call-set": _("A call is set"),
    "escort": _("The escort"),
    "night-check": _("A check at night"),
    "morning-hand-over": _("Handed over in the morning"),
    "touch": _("Touch"),
    "comfort": _("Music and eyeshades"),
    "note": _("Note"),
    "correction": _("Taken back"),
}
FIELDS: Mapping[str, Any] = {
    "systolic_mmhg": _("Systolic"),
    "diastolic_mmhg": _("Diastolic"),
    "heart_rate_per_min": _("Heart rate"),
    "temperature_celsius": _("Temperature"),
    "oxygen_saturation_percent": _("Saturation"),
    "sodium_mmol_per_l": _("Sodium"),
    "room_celsius": _("The room"),
    "temperature_site": _("Where it was measured"),
    "position": _("Position"),
    "how": _("How"),
    "device": _("Device"),
    "score": _("From 0, none, to 10, the most"),
    "correct": _("How many of four were right"),
    "is_impaired": _("Is the person impaired?"),
    "test": _("Test"),
    "result": _("Result"),
    "volume_ml": _("Volume"),
    "what": _("What"),
    "term": _("What"),
    "severity": _("How strong"),
    "course": _("Course"),
    "valence": _("Felt"),
    "serious": _("Serious?"),
    "measure": _("What"),
    "reason": _("Reason"),
    "condition": _("Alarm"),
    "done": _("What was done?"),
    "state": _("State"),
    "form": _("What kind of touch"),
    "agreed": _("Beside what was agreed in preparation"),
    "asked_by": _("Who asks"),
    "file": _("File"),
    "sha256": _("Its SHA-256 hash"),
    "custodian": _("Who keeps it"),
    "person": _("Who"),
    "role": _("As"),
    "cover": _("Who covers"),
    "minutes": _("For how long"),
    "from_person": _("From"),
    "to_person": _("To"),
    "dose": _("Which dose"),
    "nominal_mg": _("Nominal dose"),
    "minutes_after": _("Minutes after"),
    "recovered": _("Recovered"),
    "medicine": _("Medicine, as a code"),
    "route": _("Route, as a code"),
    "amount": _("Amount"),
    "whom": _("Whom"),
    "is_spoken": _("Spoken"),
    "was_read_back": _("Read back"),
    "code": _("What is stated, as a code"),
    "answer": _("Answer"),
    "about": _("About"),
    "exit": _("How"),
    "step": _("Step"),
    "due_at": _("When"),
    "holds_until": _("Holds until"),
    "is_identity_seen": _("Identity seen"),
    "is_briefing_acknowledged": _("Briefing acknowledged"),
    "is_not_driving_person": _("The person does not drive"),
    "has_telephone": _("Has a telephone"),
    "agreement": _("Agreed in preparation"),
    "is_on": _("On"),
    "rooms": _("Rooms covered"),
    "stream": _("What is recorded"),
    "seconds": _("By how much"),
}
CHOICES: Mapping[str, Any] = {
    **MEASURES,
    "typed": _("typed"), "pad": _("pad"), "interface": _("interface"), "paper": _("paper"),
    "asleep": _("Asleep"), "processing": _("Processing"), "refused": _("Refused"),
    "water": _("Water"), "electrolytes": _("Electrolytes"), "juice": _("Juice"), "tea": _("Tea"), "other": _("Other"),
    "urine": _("Urine"), "vomit": _("Vomit"), "sweat": _("Sweat"),
    "mild": _("Mild"), "moderate": _("Moderate"), "severe": _("Severe"),
    "onset": _("Begins"), "peak": _("Strongest"), "offset": _("Over"), "throughout": _("Throughout"),
    "good": _("Good"), "neutral": _("Neutral"), "bad": _("Bad"), "mixed": _("Mixed"), "unknown": _("Not known"),
    "no": _("No"), "yes": _("Yes"),
    "person": _("The person"), "therapist": _("Therapist"), "physician": _("Physician"), "attendant": _("Attendant"),
    "escort": _("Escort"), "interpreter": _("Interpreter"),
    "initial": _("Initial dose"), "supplemental": _("Supplement"),
    "home-with-escort": _("Home, with an escort"), "overnight": _("The night at the site"),
    "extended-stay": _("A longer stay"), "transfer-to-hospital": _("Transfer to a hospital"),
    "left-against-advice": _("Left against advice"), "death": _("Death"),
    "heart-rate": _("Heart rate"), "symptom": _("A symptom"), "suicidality": _("Suicidality"),
    "person-declined": _("The person declined"), "not-eligible": _("Not eligible any more"), "consent": _("Consent"),
    "staffing": _("Staffing"), "physician-not-reached": _("Physician not reached"), "medicine-missing": _("Medicine missing"),
    "equipment": _("Equipment"), "window-over": _("The window is over"), "protocol": _("Protocol"),
    "tolerability": _("Tolerability"), "emergency": _("Emergency"),
    "enough": _("It is enough"), "afraid": _("Afraid"), "unwell": _("Unwell"), "changed-mind": _("Changed their mind"),
    "no-reason-given": _("No reason given"),
    "euphoria": _("Euphoria"), "warmth": _("Warmth"), "love": _("Love"), "calm": _("Calm"), "openness": _("Openness"),
    "jaw-tight": _("Jaw tight"), "teeth-grinding": _("Teeth grinding"), "nausea": _("Nausea"), "vomiting": _("Vomiting"),
    "anxiety": _("Anxiety"), "panic": _("Panic"), "dissociation": _("Dissociation"), "grief": _("Grief"), "anger": _("Anger"),
    "fear": _("Fear"), "sleepiness": _("Sleepiness"), "restlessness": _("Restlessness"), "sweating": _("Sweating"),
    "feeling-cold": _("Feeling cold"), "dizziness": _("Dizziness"), "dry-mouth": _("Dry mouth"), "thirst": _("Thirst"),
    "blurred-vision": _("Blurred vision"), "nystagmus": _("Eyes jerking"), "urinary-hesitancy": _("Cannot pass urine"),
    "palpitations": _("Palpitations"), "chest-discomfort": _("Chest discomfort"), "chest-pain": _("Chest pain"),
    "arrhythmia": _("Arrhythmia"), "headache": _("Headache"), "severe-headache": _("Severe headache"),
    "neurological-deficit": _("Neurological deficit"), "confusion": _("Confusion"), "seizure": _("Seizure"),
    "hard-to-wake": _("Hard to wake"), "muscle-rigidity": _("Muscles rigid"), "suicidal-thoughts": _("Suicidal thoughts"),
    "fall": _("Fall"), "shortness-of-breath": _("Short of breath"),
    "seen": _("Seen"), "repeated": _("Measured again"), "cooled": _("Cooled"), "calmed": _("Calmed"),
    "fluids-held": _("Fluids held"), "fluids-given": _("Fluids given"), "rescue-given": _("Rescue medicine given"),
    "physician-called": _("Physician called"), "help-called": _("Help called"), "transferred": _("Transferred"),
    "returned": _("Came back"), "cover-came": _("Cover came"), "clock-set": _("Clock set"),
    "recording-restored": _("Recording restored"), "false-reading": _("False reading"),
    "no-action-needed": _("No action needed"),
    "negative": _("Negative"), "ideation": _("Ideation"), "ideation-with-intent": _("Ideation with intent"),
    "behaviour": _("Behaviour"), "not-answered": _("Not answered"),
    "initial-dose": _("Initial dose"), "supplemental-dose": _("Supplement"), "release": _("Release"), "exit": _("The end"),
    "asked": _("Asked"), "answered": _("Answered"), "cannot": _("Cannot"),
    "began": _("Begins"), "ended": _("Ends"), "stop-word": _("Stop-word"), "declined": _("Declined"),
    "hand": _("Hand"), "shoulder": _("Shoulder"), "back": _("Back"), "feet": _("Feet"), "hug": _("A hug"),
    "within": _("Within what was agreed"), "beyond": _("Beyond what was agreed"), "not-known": _("Not known"),
    "picture": _("Picture"), "sound": _("Sound"),
    "music": _("Music"), "eyeshades": _("Eyeshades"), "headphones": _("Headphones"), "blanket": _("Blanket"),
    "wrong-person": _("Wrong person"), "typing-slip": _("A slip of the finger"), "wrong-time": _("Wrong time"),
    "did-not-happen": _("Did not happen"), "artefact": _("Artefact"),
    "awake-well": _("Awake and well"), "awake-unwell": _("Awake and unwell"), "not-reached": _("Not reached"),
    "colleague": _("A colleague"), "emergency-service": _("Emergency service"),
    "oral": _("Mouth"), "ear": _("Ear"), "forehead": _("Forehead"), "axilla": _("Armpit"), "rectal": _("Rectum"),
    "skin": _("Skin"), "core": _("Core"), "lying": _("Lying"), "sitting": _("Sitting"), "standing": _("Standing"),
    "whole": _("Whole"), "part": _("Part"), "none": _("None"),
    "pin": _("PIN"), "passkey": _("Passkey"), "document": _("Document"), "known-by-sight": _("Known by sight"),
    "told": _("Told"),
    "running": _("Runs"), "stopped": _("Stopped"), "withdrawn": _("Agreement taken back"), "proven": _("Proven"),
    "video": _("Video"), "audio": _("Sound"), "camera": _("Camera"),
    "device": _("Device"),
}  # fmt: skip
# What is happening, in one tap: what felt good first, then what is common, then what is grave.
TAPS = (
    "euphoria", "warmth", "love", "calm", "openness", "grief", "jaw-tight", "nausea", "anxiety", "dissociation",
    "sleepiness", "restlessness", "sweating", "feeling-cold", "thirst", "headache",
)  # fmt: skip
# Ids that are somebody's: a page offers who is known by name.
OF_PEOPLE = {"person", "cover", "custodian", "from_person", "to_person"}
# What a page never tells: it is written by an act of its own.
NOT_TOLD = OF_ACTS | {"physician-page"}


def told_in_a_room() -> dict[str, EntryKind]:
    """The kinds that a page or a room's device may tell."""
    kinds = entry_kinds.load().kinds
    return {code: kind for code, kind in kinds.items() if code not in OF_ACTS}


def described() -> dict[str, Any]:
    """Every kind with its fields, for the page that builds its sheets from them."""
    return {
        code: {
            "title": kind_words(code),
            "fields": [_field(each) for each in kind.fields.values()],
            "any_of": list(kind.any_of),
            "together": list(kind.together),
        }
        for code, kind in entry_kinds.load().kinds.items()
    }


def kinds() -> Mapping[str, EntryKind]:
    """Every kind that ships with this release."""
    return entry_kinds.load().kinds


def field_words(name: str) -> str:
    """A field in words."""
    return str(FIELDS.get(name) or name.replace("_", " ").capitalize())


def kind_words(code: str) -> str:
    """A kind in words."""
    return str(KINDS.get(code) or code.replace("-", " ").capitalize())


def choice_words(code: str) -> str:
    """A choice in words."""
    return str(CHOICES.get(code) or code.replace("-", " ").capitalize())


def _field(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": field_words(one.name),
        "type": one.type.value,
        "is_required": one.is_required,
        "unit": str(UNITS.get(one.unit, one.unit)),
        "least": None if one.least is None else str(one.least),
        "most": None if one.most is None else str(one.most),
        "decimals": one.decimals,
        "choices": [[code, choice_words(code)] for code in one.choices],
        "is_person": one.name in OF_PEOPLE,
    }
