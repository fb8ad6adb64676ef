"""First contacts of the demonstration: calls, a web inquiry, a letter, and what came of each."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from holdfast.actions import answers, calls, contact, erasure, papers, verdicts, waiting_list
from holdfast.actions.judging import latest_verdict
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration import life
from holdfast.cli.demonstration.steps import Stage, Step, done
from holdfast.definitions import calls as scripts
from holdfast.definitions import letters, protocols
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.calls import ContactWishes, FirstContact
from holdfast.domain.identity import PersonIdentity
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.erasure import ErasureRequest
from holdfast.records.people import User

PROTOCOL = "mapp2"


def steps(clinic: Stage) -> Iterator[Step]:
    """Every first contact, in its steps."""
    for told in life.first_calls():
        yield from _Contact(clinic, told).steps()


class _Contact:
    """One person, from the first word to where they are now."""

    def __init__(self, clinic: Stage, told: life.FirstCall) -> None:
        self.clinic = clinic
        self.told = told
        self.began = clinic.office_hour(told.site, told.days_ago, "call", told.key)

    def steps(self) -> Iterator[Step]:
        """What was done, each a while after the other."""
        acts = [self._call]
        told = self.told
        acts += [partial(self._answer, code, value) for code, value in told.told.items()]
        acts += [self._wait] if told.waits else []
        acts += [self._sign] if told.signed else []
        acts += [self._write] if told.letter else []
        acts += [self._take_back] if told.takes_back else []
        acts += [self._ask_to_erase] if told.erased else []
        acts += [partial(self._erase, number) for number in (1, 2) if told.erased]
        for number, act in enumerate(acts):
            yield self.clinic.step(self.began + timedelta(minutes=3 * number), act)

    @property
    def enrollment(self) -> Enrollment:
        """The person's enrollment, once they are in the record."""
        made = uuid5(self._entry("call"), "enrollment")
        return Enrollment.objects.select_related("site").get(id=made)

    def _entry(self, *names: str) -> UUID:
        return self.clinic.entry("first-call", self.told.key, *names)

    def _by(self, role: str) -> User:
        return self.clinic.user(role, self.told.site)

    @property
    def _wishes(self) -> ContactWishes:
        told = self.told
        return ContactWishes(True, told.ways, told.may_leave_message, False, told.when)

    def _call(self, now: datetime) -> None:
        told = self.told
        done(
            calls.open_call(
                site=self.clinic.sites[told.site],
                protocol=protocols.load(PROTOCOL),
                script=scripts.load(PROTOCOL),
                contact=FirstContact(told.form, "en", told.safety, **vars(self._wishes)),
                identity=PersonIdentity(
                    told.family,
                    told.given,
                    told.born_on,
                    (),
                    (told.reach,) if told.reach else (),
                ),
                sex=told.sex,
                source=told.source,
                decided={},
                entry_id=self._entry("call"),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _answer(self, code: str, value: bool, now: datetime) -> None:
        day = self.clinic.date_at(self.told.site, now)
        is_letter = self.told.form == "letter"
        source = Source(SourceKind.LETTER if is_letter else SourceKind.TOLD)
        done(
            answers.record_answer(
                enrollment=self.enrollment,
                answer=Answer(code, value, source, day),
                entry_id=self._entry("answer", code),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _wait(self, now: datetime) -> None:
        day = self.clinic.date_at(self.told.site, now)
        done(
            waiting_list.record_waiting_step(
                enrollment=self.enrollment,
                step="joined",
                on_day=day,
                counts_from=day,
                reason=self.told.waits,
                entry_id=self._entry("waits"),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _sign(self, now: datetime) -> None:
        by, enrollment = self._by("physician"), self.enrollment
        today = self.clinic.date_at(self.told.site, now)
        verdicts.judge(enrollment=enrollment, as_of=today, by=by, now=now, because="date")
        verdict = latest_verdict(enrollment.id)
        assert verdict is not None
        done(
            verdicts.confirm_verdict(
                verdict=verdict,
                proof=ReauthenticationProof.made(user=by, now=now),
                entry_id=self._entry("signed"),
                by=by,
                now=now,
            )
        )

    def _write(self, now: datetime) -> None:
        from holdfast.web.paper import letter_pdf
        from holdfast.web.paper.letters import LetterDetails, letter_content

        kind, addressee = self.told.letter or ("", "")
        template, by = letters.load("en")[kind, addressee], self._by("coordinator")
        name = f"{self.told.given} {self.told.family}"
        details = LetterDetails(
            person=name,
            site=self.enrollment.site.name,
            name=name if addressee == "person" else "Dr. Fenna Invented",
            signed=printed_name(by),
            day=self.clinic.date_at(self.told.site, now),
        )
        done(
            papers.record_letter(
                enrollment=self.enrollment,
                template=template,
                detail="",
                pdf=letter_pdf(letter_content(template, details), now),
                entry_id=self._entry("letter"),
                by=by,
                now=now,
            )
        )

    def _take_back(self, now: datetime) -> None:
        done(
            contact.record_contact_permission(
                enrollment=self.enrollment,
                wishes=ContactWishes(),
                reason="said-anew",
                entry_id=self._entry("takes-back"),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _ask_to_erase(self, now: datetime) -> None:
        done(
            erasure.request_erasure(
                enrollment=self.enrollment,
                classes=("identity", "words"),
                reason="permission-withdrawn",
                entry_id=self._entry("erasure"),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _erase(self, number: int, now: datetime) -> None:
        by = self._by("coordinator" if number == 1 else "physician")
        done(
            erasure.sign_erasure(
                request=ErasureRequest.objects.get(enrollment=self.enrollment),
                proof=ReauthenticationProof.made(user=by, now=now),
                entry_id=self._entry("erasure", str(number)),
                by=by,
                now=now,
            )
        )
