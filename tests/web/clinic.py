"""A clinic to look at: two sites, somebody in each role with a password, and the canary person."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from holdfast.actions import people
from holdfast.actions.access_review import sign_access_review
from holdfast.actions.closed_export import ask_export
from holdfast.actions.code_breaks import break_code
from holdfast.actions.concerns import raise_concern
from holdfast.actions.database_locks import ask_lock
from holdfast.actions.discrepancies import report_discrepancy
from holdfast.actions.glass import break_glass
from holdfast.actions.judging import latest_verdict
from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.papers import attach_scan, record_letter
from holdfast.actions.periodic_reports import make_tga_report
from holdfast.actions.rooms import add_room
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.stores import add_place, open_store
from holdfast.definitions import letters
from holdfast.definitions.roles import roles
from holdfast.domain.access_review import Decision
from holdfast.domain.concerns import Seat
from holdfast.domain.movements import Kind, Place
from holdfast.records.access_lists import list_of_roles, shown_text
from holdfast.records.concern_keys import ReporterKey
from holdfast.records.models import (
    AccessReview,
    Approval,
    ClosedExportAsked,
    CodeBreak,
    Concern,
    ConsentGiven,
    CustodyAct,
    CustodyPlace,
    Discrepancy,
    DrugStore,
    EligibilityAnswer,
    Enrollment,
    GlassOpening,
    Letter,
    LockAsked,
    PeriodicReport,
    RoleAssignment,
    Room,
    Scan,
    Site,
    User,
)
from tests.actions.approvals import approval, in_jurisdiction
from tests.actions.clinic import Clinic, enrolled, found, written
from tests.actions.consents import consent_given
from tests.actions.outside import BOX_PHRASE, WORDS, boxed, has_tested, named

PASSWORD = "calm-sea-4711"
SITE, OTHER_SITE = "NORTH", "SOUTH"
NOBODY = "nobody"
PDF = b"%PDF-1.7\n%%EOF\n"


def build() -> Enrollment:
    """Fill an empty, migrated database; the canary's enrollment at the first site."""
    now = timezone.now()
    clinic = found(now)
    admin = clinic.administrator
    written(
        people.create_site(
            code=OTHER_SITE,
            name="South clinic",
            zone="Europe/Zurich",
            entry_id=uuid4(),
            by=admin,
            now=now,
        )
    )
    other = Site.objects.get(code=OTHER_SITE)
    for role in sorted(set(roles().granted) - set(clinic.accounts)):
        account(role, role, clinic.site, admin)
    account("stranger", "physician", other, admin)
    in_jurisdiction(clinic)
    approval(clinic)
    User.objects.exclude(login="holdfast").update(password=make_password(PASSWORD))
    clinic = Clinic(clinic.site, admin, clinic.accounts, timezone.now())
    enrollment = enrolled(clinic)
    _papers(clinic, enrollment)
    _concern(clinic)
    stocked(clinic)
    consent_given(clinic, enrollment, given_at=clinic.now - timedelta(days=2))
    return enrollment


def stocked(clinic: Clinic) -> DrugStore:
    """A store of the study with a safe, a place for what came back and the lock of a room; empty."""
    by, now = User.objects.get(login="pharmacist"), clinic.now
    told = {"code": "main", "title": "Main store", "study": "mapp2"}
    written(open_store(site=clinic.site, entry_id=uuid4(), by=by, now=now, **told))
    store = DrugStore.objects.select_related("site").get(code="main")
    admin = clinic.administrator
    named = {"code": "room-1", "title": "Room one", "entry_id": uuid4(), "by": admin}
    written(add_room(site=clinic.site, now=now, **named))
    room = Room.objects.get(code="room-1")
    for kind in (Place.SAFE, Place.RETURNS, Place.ROOM_LOCK, Place.WASTE):
        where = room if kind is Place.ROOM_LOCK else None
        told = {"code": kind.value, "title": kind.value.title(), "kind": kind, "room": where}
        written(add_place(store=store, entry_id=uuid4(), by=by, now=now, **told))
    return store


def reported() -> Discrepancy:
    """Something that the pharmacist reports does not fit."""
    if found := Discrepancy.objects.first():
        return found
    by, now = User.objects.get(login="pharmacist"), timezone.now()
    store = DrugStore.objects.select_related("site").get(code="main")
    told = {"code": "other", "words": "A label hangs loose", "entry_id": uuid4(), "by": by}
    written(report_discrepancy(store=store, now=now, **told))
    return Discrepancy.objects.get()


def alone() -> CustodyAct:
    """A bottle that one person received alone, in an emergency."""
    if found := CustodyAct.objects.first():
        return found
    by, now = User.objects.get(login="pharmacist"), timezone.now()
    store = DrugStore.objects.select_related("site").get(code="main")
    label = {"code": "b-1", "part": "bottle", "size": 4, "lot": "L-1", "product": "MDMA 40 mg"}
    told = MovementTold(
        kind=Kind.RECEIVE,
        container=NewContainer(use_by=date(2099, 1, 1), **label),
        capsules="1-4",
        at=now,
        to_place=CustodyPlace.objects.get(store=store, code="safe").id,
        emergency="evacuation",
    )
    proof = ReauthenticationProof.made(user=by, now=now)
    given = {"second": None, "proof": proof, "entry_id": uuid4(), "by": by, "now": now}
    written(record_movement(store=store, told=told, **given))
    return CustodyAct.objects.get()


def _concern(clinic: Clinic) -> None:
    """A concern about the canary, read by the account in the role of outside recipient."""
    reader, lead = (
        User.objects.get(login="complaint-recipient"),
        User.objects.get(login="site-lead"),
    )
    written(named(clinic.site, Seat.FIRST, reader, lead, clinic.now))
    boxed(clinic.site, reader, clinic.now)
    has_tested(clinic.site, Seat.FIRST, clinic.now)
    reporter = ReporterKey.of(BOX_PHRASE, clinic.site.id)
    told = {"words": WORDS, "reporter": reporter, "entry_id": uuid4(), "now": clinic.now}
    written(raise_concern(site=clinic.site, **told))


def _papers(clinic: Clinic, enrollment: Enrollment) -> None:
    """One scan and one letter of the canary person."""
    told = {"enrollment": enrollment, "by": clinic.coordinator, "now": clinic.now}
    written(attach_scan(data=PDF, entry_id=uuid4(), **told))
    template = letters.load("en")["decline", "referrer"]
    written(record_letter(template=template, detail="", pdf=PDF, entry_id=uuid4(), **told))


def account(login: str, role: str, site: Site, admin: User) -> User:
    """An account with one role at one site."""
    now = timezone.now()
    written(
        people.create_user(
            login=login,
            printed_name=login.title(),
            password_hash="!",
            entry_id=uuid4(),
            by=admin,
            now=now,
        )
    )
    user = User.objects.get(login=login)
    written(
        people.assign_role(
            user=user, site=site, role=role, valid_from=now, entry_id=uuid4(), by=admin, now=now
        )
    )
    return user


@dataclass(frozen=True)
class Places:
    """The arguments that fill every address of the walk."""

    enrollment_id: UUID
    verdict_id: UUID
    fact_id: UUID

    @classmethod
    def now(cls) -> "Places":
        return cls.of(Enrollment.objects.get())

    @classmethod
    def of(cls, enrollment: Enrollment) -> "Places":
        """Those of one enrollment."""
        verdict = latest_verdict(enrollment.id)
        mine = EligibilityAnswer.objects.filter(enrollment=enrollment)
        answer = mine.order_by("question").first()
        assert verdict is not None
        assert answer is not None
        return cls(enrollment.id, verdict.id, answer.id)

    def arguments(self, names: set[str], site: str = SITE) -> dict[str, object]:
        every: dict[str, object] = {
            "site": site,
            "enrollment_id": self.enrollment_id,
            "verdict_id": self.verdict_id,
            "fact_id": self.fact_id,
            "scan_id": Scan.objects.values_list("id", flat=True).first(),
            "letter_id": Letter.objects.values_list("id", flat=True).first(),
            "kind": "answer",
            "consent_act": "give",
            "given_id": ConsentGiven.objects.values_list("id", flat=True).first(),
            "part": 1,
            "ask": "stop",
            "item": "touch",
            "act": "give-initial-dose",
            "session_id": self.enrollment_id,  # nobody's
            "section": "goals",
            "question": "able-to-swallow-pills",
            "approval_kind": "ethics-approval",
            "approval_id": Approval.objects.earliest("recorded_at").id,
            "protocol": "mapp2",
            "code": "caps-5-total-at-least",
            "assignment_id": RoleAssignment.objects.get(user__login="therapist").id,
            "place": "victoria",
            "rule": "health-record",
            "factor": "totp",
            "session": self.enrollment_id,  # nobody's
            "page": "how-it-works",
            "token": "nobody",
            "key": self.enrollment_id,
            "store": "main",
            "move": "return-box",
            "concern_id": Concern.objects.values_list("id", flat=True).first(),
        }
        if "discrepancy_id" in names:
            every["discrepancy_id"] = reported().id
        if "act_id" in names:
            every["act_id"] = alone().id
        if "report_id" in names:
            every |= {"report_id": report_made().id, "form": "json"}
        if "opening_id" in names:
            every["opening_id"] = emergency_opening().id
        if "break_id" in names:
            every["break_id"] = blind_broken().id
        if "asked_id" in names:
            every["asked_id"] = lock_asked().id
        if "export_id" in names:
            every["export_id"] = export_asked().id
        if "review_id" in names:
            every["review_id"] = access_reviewed().id
        return {name: every[name] for name in names}


def report_made() -> PeriodicReport:
    """A report to the regulator, on the second half of a year that is over."""
    if found := PeriodicReport.objects.first():
        return found
    told = {"first_day": date(2025, 7, 1), "last_day": date(2025, 12, 31), "entry_id": uuid4()}
    site, by = Site.objects.get(code=SITE), User.objects.get(login="physician")
    written(make_tga_report(site=site, by=by, now=timezone.now(), **told))
    return PeriodicReport.objects.get()


def blind_broken() -> CodeBreak:
    """An emergency unblinding of the canary, whom nobody randomized."""
    if found := CodeBreak.objects.first():
        return found
    doctor, now = User.objects.get(login="physician"), timezone.now()
    enrollment = Enrollment.objects.select_related("site").get(site__code=SITE, number=1)
    told = {"reason_code": "other", "words": "", "entry_id": uuid4(), "by": doctor, "now": now}
    proof = ReauthenticationProof.made(user=doctor, now=now)
    written(break_code(enrollment=enrollment, proof=proof, **told).answered)
    return CodeBreak.objects.get()


def lock_asked() -> LockAsked:
    """A lock of the canary that the first of two signed, so that nothing is locked."""
    if found := LockAsked.objects.first():
        return found
    monitor, now = User.objects.get(login="monitor"), timezone.now()
    enrollment = Enrollment.objects.select_related("site").get(site__code=SITE, number=1)
    told = {"study": enrollment.protocol_name, "reason_code": "person-complete", "by": monitor}
    proof = ReauthenticationProof.made(user=monitor, now=now)
    asked = {"site": enrollment.site, "enrollment": enrollment, "entry_id": uuid4(), "now": now}
    written(ask_lock(proof=proof, **asked, **told))
    return LockAsked.objects.get()


def export_asked() -> ClosedExportAsked:
    """A closed export that the first of two signed."""
    if found := ClosedExportAsked.objects.first():
        return found
    monitor, now = User.objects.get(login="monitor"), timezone.now()
    knows = User.objects.get(login="statistician-unblinded")
    told = {"study": "mapp2", "statistician": knows, "purpose": "safety-board", "by": monitor}
    proof = ReauthenticationProof.made(user=monitor, now=now)
    asked = {"site": Site.objects.get(code=SITE), "public_key": "ab" * 32, "entry_id": uuid4()}
    written(ask_export(proof=proof, now=now, **asked, **told))
    return ClosedExportAsked.objects.get()


def access_reviewed() -> AccessReview:
    """A review of access that the site lead signed; every role of somebody else is kept."""
    if found := AccessReview.objects.first():
        return found
    lead, now = User.objects.get(login="site-lead"), timezone.now()
    site = Site.objects.get(code=SITE)
    lines = list_of_roles(site, now)
    written(
        sign_access_review(
            site=site,
            shown=shown_text(site, lines),
            decisions={
                UUID(line["assignment"]): Decision.KEEP
                for line in lines
                if line["account"] != lead.id.hex
            },
            proof=ReauthenticationProof.made(user=lead, now=now),
            entry_id=uuid4(),
            by=lead,
            now=now,
        )
    )
    return AccessReview.objects.get()


def emergency_opening() -> GlassOpening:
    """The canary's record, opened in an emergency by a therapist of the other site."""
    if found := GlassOpening.objects.first():
        return found
    other, admin = Site.objects.get(code=OTHER_SITE), User.objects.get(login="admin")
    doctor, now = account("faraway", "therapist", other, admin), timezone.now()
    told = {"way": "number", "reason_code": "danger-to-life", "words": "Found by Canarybird"}
    proof = ReauthenticationProof.made(user=doctor, now=now)
    enrollment = Enrollment.objects.select_related("site").get(site__code=SITE, number=1)
    written(
        break_glass(
            enrollment=enrollment, proof=proof, entry_id=uuid4(), by=doctor, now=now, **told
        )
    )
    return GlassOpening.objects.get()
