"""A dosing session told line by line, for tests: everything met, and then what differs."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache

from holdfast.definitions import monitoring, protocols
from holdfast.definitions import session as entry_kinds
from holdfast.definitions.session import gates as session_gates
from holdfast.definitions.session import limits as session_limits
from holdfast.domain.course_so_far import course_so_far
from holdfast.domain.dosing import ask, gate_answer
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.limits import SignedLimit
from holdfast.domain.session_compile import compile_plan, dosing_visit
from holdfast.domain.session_entries import SessionEntry, read_fields
from holdfast.domain.session_gates import How, SessionAct
from holdfast.domain.session_log import log_of

ZONE = timezone(timedelta(hours=2))
DAY = date(2026, 5, 5)
ROLES = {"t1": ("therapist",), "t2": ("therapist",), "p1": ("physician",), "a1": ("attendant",)}
# What a physician signed for the site of these pages.
SIGNED = {
    "observe-diastolic": "100 mm[Hg]",
    "observe-repeat": "10 min",
    "dense-systolic": "160 mm[Hg]",
    "dense-diastolic": "110 mm[Hg]",
    "dense-heart-rate": "110 /min",
    "dense-repeat": "5 min",
    "dense-in-a-row": "3 {#}",
    "rise-cooling": "1 Cel",
    "rise-transfer": "1.5 Cel",
    "cooling-repeat": "15 min",
    "urgent-systolic": "180 mm[Hg]",
    "urgent-diastolic": "120 mm[Hg]",
    "urgent-repeat": "5 min",
    "urgent-temperature": "39 Cel",
    "urgent-sodium": "130 mmol/L",
    "fluid-ceiling": "2000 mL",
    "reading-grace": "10 min",
    "reading-recent": "30 min",
    "deferral-longest": "30 min",
    "break-longest": "30 min",
    "recording-gap-longest": "5 min",
    "pressure-every": "60 min",
    "temperature-every": "60 min",
    "distress-every": "120 min",
    "lifetime-most-mg": "1000 mg",
    "rooms-per-physician": "4 {#}",
    "night-check-every": "240 min",
    "interval-earliest-days": "21 d",
    "interval-latest-days": "35 d",
}


def signed(**other):
    """The signed limits; ``None`` for one that is not signed."""
    told = SIGNED | {code.replace("_", "-"): value for code, value in other.items()}
    return {
        code: SignedLimit(code, Decimal(text.split()[0]), text.split()[1], "p1", date(2026, 1, 5))
        for code, text in told.items()
        if text is not None
    }


@cache
def _compiled(protocol, number, visit, day, limits):
    version = protocols.load(protocol)
    return compile_plan(
        monitoring.load(),
        monitoring.schedule_of(protocol),
        version,
        session="told",
        session_number=number,
        on=day,
        signed={one.code: one for one in limits},
        visit=visit,
    )


def clock(text, day=DAY):
    """10:35, 10:35:30, or "+1 08:00" for the next day."""
    days, _, hm = text.rpartition(" ")
    hours, minutes, *seconds = (int(part) for part in hm.split(":"))
    at = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=int(days or 0))
    return at + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


@dataclass(frozen=True)
class Told:
    """A session: its entries by id, and everything that judges it. Each change makes another one."""

    entries: tuple[SessionEntry, ...] = ()
    handed: frozenset = frozenset()
    limits: tuple = tuple(signed().values())
    protocol: str = "mapp2"
    number: int = 1
    visit: str = ""
    past: tuple = ()
    outside_mg: Decimal | None = Decimal(0)
    roles: tuple = tuple(ROLES.items())
    findings: tuple[tuple[str, Outcome], ...] = field(default=())

    @property
    def plan(self):
        return _compiled(self.protocol, self.number, self.visit, DAY, self.limits)

    @property
    def course(self):
        schedule = protocols.load(self.protocol).schedule
        return course_so_far(
            schedule,
            dosing_visit(schedule, self.number, self.visit),
            session_limits.load(),
            as_of=DAY,
            signed={one.code: one for one in self.limits},
            past=self.past,
            outside_mg=self.outside_mg,
            roles=dict(self.roles),
        )

    def add(self, at, kind, by="t1", *, id=None, known=None, corrects=None, **fields):
        """One more entry, read as a file's would be."""
        told = {name: value for name, value in fields.items() if value is not None}
        what = entry_kinds.load().kinds[kind]
        at = clock(at) if isinstance(at, str) else at
        known = at if known is None else clock(known) if isinstance(known, str) else known
        name = id or f"{kind}-{len(self.entries) + 1}"
        entry = SessionEntry(name, kind, at, known, by, read_fields(told, what, name), corrects)
        return replace(self, entries=(*self.entries, entry))

    def reading(self, at, pressure=None, pulse=None, warmth=None, **other):
        """``142/88``, 96, 37.4; what is left out was not read."""
        high, low = (int(part) for part in pressure.split("/")) if pressure else (None, None)
        fields = {
            "systolic_mmhg": high,
            "diastolic_mmhg": low,
            "heart_rate_per_min": pulse,
            "temperature_celsius": warmth,
        }
        return self.add(at, "reading", other.pop("by", "t2"), **fields, **other)

    def state(self, at, code, by="t1", answer="yes", **other):
        return self.add(at, "statement", by, code=code, answer=answer, **other)

    def agree(self, at, about, *, person="yes", t1="yes", t2="yes"):
        """What the person and both therapists say; None: not asked."""
        told = self
        for who, answer in (("person", person), ("t1", t1), ("t2", t2)):
            if answer is not None:
                role = "person" if who == "person" else "therapist"
                by = "t1" if who == "person" else who
                told = told.add(
                    at, "agreement", by, about=about, role=role, answer=answer, person=who
                )
        return told

    def without(self, *ids):
        """Without these entries, by id, or by kind where a kind is named, or ``statement:code``."""

        def is_named(entry):
            names = {entry.id, entry.kind, f"{entry.kind}:{entry.code('code')}"}
            return bool(names & set(ids))

        return replace(self, entries=tuple(e for e in self.entries if not is_named(e)))

    def unsigned(self, *codes):
        """With these limits not signed."""
        return replace(self, limits=tuple(one for one in self.limits if one.code not in codes))

    def finding(self, code, outcome):
        """What is handed in on one condition, instead of that it is met."""
        return replace(self, findings=(*self.findings, (code, outcome)))

    def known(self):
        gates = session_gates.load()
        outcomes = {
            code: Outcome.PASSED
            for code, answering in gates.answering.items()
            if answering.how is How.HANDED and answering.stated is None
        } | dict(self.findings)
        return {
            code: [Finding(code, outcome, "handed-in", condition.reference, condition.standing)]
            for code, outcome in outcomes.items()
            if outcome is not None and (condition := gates.conditions[code])
        }

    def asked(self, at, act=SessionAct.GIVE_INITIAL_DOSE):
        now = clock(at) if isinstance(at, str) else at
        gates = session_gates.load()
        return ask(gates, self.plan, self.course, self.entries, now, self.known(), SessionAct(act))

    def answer(self, act, at):
        return gate_answer(self.asked(at, act))

    def shut_by(self, act, at):
        """What keeps a gate shut: each condition with its reasons."""
        found = {}
        for one in self.answer(act, at).closed_by:
            found.setdefault(one.condition.code, set()).add(one.finding.reason)
        return found

    def log(self, at):
        return log_of(self.entries, clock(at) if isinstance(at, str) else at)


INITIAL, SUPPLEMENT = "give-initial-dose", "give-supplemental-dose"
OVERNIGHT, HOME, CLOSE = "release-to-overnight", "release-home", "close-session"
STATED = {
    "consent-affirmed": "t1",
    "medicines-today": "t1",
    "health-today": "t1",
    "fasting": "t2",
    "abstinence": "t2",
    "physician-clearance": "p1",
    "pregnancy-test": "t1",
    "urine-drug-screen": "p1",
    "therapists-qualified": None,
    "session-box": "p1",
    "rescue-medicines": "t2",
    "oxygen": "t2",
    "standing-orders": "p1",
    "monitor-checked": "t1",
    "thermometer-checked": "t1",
    "camera-and-sound": "t1",
    "complaint-recipients": None,
    "escort-confirmed": "t1",
    "overnight-arranged": "t1",
    "supplement-agreed-before": "t1",
}


@cache
def before_the_dose(protocol="mapp2", number=1, visit="", mg=(80, 40)):
    """Half past eight to five to ten: everything is met, and nothing was taken."""
    told = Told(protocol=protocol, number=number, visit=visit).add("08:30", "session-opened")
    told = replace(told, roles=(*told.roles, ("lead", ("site-lead",))))
    for person, role, how in (
        ("t1", "therapist", "pin"),
        ("t2", "therapist", "passkey"),
        ("person", "person", "known-by-sight"),
    ):
        by = "t1" if how == "known-by-sight" else person
        told = told.add(
            "08:31", "identified", by, id=f"shown-{person}", person=person, role=role, how=how
        )
        told = told.add("08:31", "came-in", id=f"in-{person}", person=person, role=role)
    for stream in ("picture", "sound"):
        told = told.add("08:32", "recording", id=stream, state="running", stream=stream)
    for code, by in STATED.items():
        told = told.state("08:45", code, by or "lead", id=f"stated-{code}")
    told = told.add("08:50", "escort", id="escort", person="e1", has_telephone=True)
    told = told.add("08:55", "order", "p1", id="order-1", dose="initial", nominal_mg=mg[0])
    if mg[1]:
        told = told.add("08:55", "order", "p1", id="order-2", dose="supplemental", nominal_mg=mg[1])
    told = told.add("09:30", "physician-page", id="page-asked", state="asked")
    told = told.add(
        "09:33", "physician-page", "p1", id="page-answered", state="answered", person="p1", rooms=2
    )
    told = told.add("09:40", "suicidality", id="c-ssrs", result="negative")
    told = told.add("09:45", "distress", id="distress-before", score=4)
    return told.reading("09:50", "126/78", 74, 36.7, id="before")


@cache
def dose_given():
    """The initial dose at ten, and at half past eleven everything is met for the supplement."""
    told = before_the_dose().add(
        "09:57",
        "authorisation",
        id="au-1",
        gate=INITIAL,
        dose="initial",
        nominal_mg=80,
        expires_at=clock("10:12").isoformat(),
    )
    told = told.add(
        "10:00", "dose-given", id="dose-1", dose="initial", nominal_mg=80, authorisation="au-1"
    )
    for at in ("10:30", "11:00"):
        told = told.reading(at, "142/88", 92, 37.1).add(at, "distress", score=5)
    told = told.reading("11:25", "146/88", 95, 37.3, id="before-supplement")
    told = told.state("11:26", "no-new-symptom", "t2", id="looked")
    return told.agree("11:28", "supplemental-dose")


@cache
def evening():
    """No supplement; at six everything is met for the night at the site."""
    told = dose_given().add(
        "11:40", "dose-refused", id="refused", dose="supplemental", reason="enough"
    )
    for hour in range(12, 18):
        told = told.reading(f"{hour}:00", "128/80", 80, 36.9)
    for hour in (12, 14, 16):
        told = told.add(f"{hour}:00", "distress", score=4)
    told = told.reading("17:55", "126/78", 78, 36.8, id="evening-reading")
    told = told.add(
        "17:50", "identified", "a1", id="shown-a1", person="a1", role="attendant", how="pin"
    )
    told = told.add("17:50", "came-in", "a1", id="in-a1", person="a1", role="attendant")
    told = told.add("17:51", "hand-over", id="told-a1", from_person="t1", to_person="a1")
    told = told.add(
        "17:55", "physician-page", "p1", id="page-2", state="answered", person="p1", rooms=2
    )
    told = told.state("17:56", "no-new-symptom", "t2", id="looked-2")
    told = told.state("17:56", "effects-over", "t1", id="judged")
    told = told.add("17:57", "orientation", id="oriented", correct=4)
    told = told.add("17:57", "impairment", id="not-impaired", is_impaired=False)
    told = told.add("17:57", "distress", id="distress-after", score=4)
    told = told.add("17:57", "suicidality", id="c-ssrs-after", result="negative")
    return told.agree("17:58", "release")


@cache
def morning():
    """The night is over; at nine everything is met for the way home."""
    told = evening().add(
        "18:00",
        "authorisation",
        id="au-night",
        gate=OVERNIGHT,
        expires_at=clock("18:30").isoformat(),
    )
    told = told.add("18:05", "exit", id="exit-night", exit="overnight")
    for number, at in enumerate(("22:00", "+1 02:00", "+1 06:00")):
        told = told.add(at, "night-check", "a1", id=f"look-{number}", state="asleep")
    told = told.add("+1 08:00", "morning-hand-over", "a1", id="handed-over", to_person="t1")
    told = told.reading("+1 08:40", "122/76", 70, 36.6, id="morning-reading")
    told = told.state("+1 08:41", "no-new-symptom", "t1", id="looked-3")
    told = told.state("+1 08:41", "effects-over", "t1", id="judged-3")
    told = told.add("+1 08:42", "orientation", id="oriented-3", correct=4)
    told = told.add("+1 08:42", "impairment", id="not-impaired-3", is_impaired=False)
    told = told.add("+1 08:42", "distress", id="distress-3", score=3)
    told = told.add("+1 08:42", "suicidality", id="c-ssrs-3", result="negative")
    told = told.agree("+1 08:44", "release")
    told = told.add(
        "+1 08:50",
        "escort",
        id="escort-here",
        person="e1",
        has_telephone=True,
        is_identity_seen=True,
        is_briefing_acknowledged=True,
        is_not_driving_person=True,
    )
    return told.add("+1 08:55", "call-set", id="call", due_at=clock("+1 17:00").isoformat())


@cache
def over():
    """Home at nine; at ten everything is met for closing."""
    told = morning().add(
        "+1 09:00",
        "authorisation",
        id="au-home",
        gate=HOME,
        expires_at=clock("+1 09:30").isoformat(),
    )
    told = told.add("+1 09:05", "exit", id="exit-home", exit="home-with-escort")
    for code, by in (
        ("events-settled", "t1"),
        ("nothing-waits", "t1"),
        ("box-returned", "p1"),
        ("recording-kept", "t1"),
    ):
        told = told.state("+1 09:30", code, by, id=f"stated-{code}")
    return told
