"""Builds the demonstration clinic through the product's own actions, day by day, never by rows.

What happened in the past weeks is first laid out as steps with their moments, then done in that
order. A step that is refused stops the building: the demonstration shows what the product does,
or it is not shown.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions import answers, limits, people, prescreening, referrals, verdicts
from holdfast.actions.judging import latest_verdict
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration import (
    first_calls,
    house,
    own_pages,
    pharmacy,
    safeguards,
    standing,
)
from holdfast.cli.demonstration.asked import answers_of, is_told
from holdfast.cli.demonstration.bundles import SEED, Bundle, bundles_as_they_arrived
from holdfast.cli.demonstration.people import Somebody, load_people
from holdfast.cli.demonstration.steps import Step, done
from holdfast.definitions import interactions, protocols
from holdfast.domain.answers import Answer
from holdfast.interop.fhir.referral import read_import
from holdfast.records.care import Enrollment
from holdfast.records.people import Site, User

_ENTRIES = UUID("0d5a1c1e-33a8-5d6f-8f5e-6a2f4a0f9c11")
FOUNDED_DAYS_AGO = 60
FIRST_DAYS_AGO = 540  # the organisation itself: the oldest course is of that time
SIGNED_DAYS_AGO = 55
AT_A_TIME = 14


def build(now: datetime, seed: int = SEED, told: Callable[[str], None] = print) -> None:
    """Fill an empty, migrated database with the demonstration clinic as of ``now``.

    Raises
    ------
    Refused
        If any action refuses a step.
    """
    clinic = Building(now, seed)
    clinic.found()
    steps = sorted(clinic.steps())
    for number, step in enumerate(steps, start=1):
        step.do(step.at)
        if number % 100 == 0:
            told(f"  {number} of {len(steps)} steps")


class Building:
    """The people and places of the demonstration while it is built."""

    def __init__(self, now: datetime, seed: int) -> None:
        self.now = now
        self.seed = seed
        self.users: dict[str, User] = {}
        self.sites: dict[str, Site] = {}
        self.clocks = {site.code: site.clock for site in house.sites()}
        self.turns = 0
        self.password_hash = ""

    def found(self) -> None:
        """The organisation, its accounts, sites and roles."""
        at = self.now - timedelta(days=FOUNDED_DAYS_AGO)
        password_hash = self.password_hash = _hashed(house.password())
        first = next(a for a in house.accounts() if a.role == "administrator")
        done(
            people.found_organisation(
                login=first.login,
                printed_name=first.printed,
                password_hash=password_hash,
                entry_id=self.entry("founded"),
                now=self.now - timedelta(days=FIRST_DAYS_AGO),
            )
        )
        administrator = self.users[first.login] = User.objects.get(login=first.login)
        for site in house.sites():
            done(
                people.create_site(
                    code=site.code,
                    name=site.name,
                    zone=site.zone,
                    entry_id=self.entry("site", site.code),
                    by=administrator,
                    now=at,
                )
            )
            self.sites[site.code] = Site.objects.get(code=site.code)
            self._targets(site.code, administrator, at)
        for account in house.accounts():
            if account.role != own_pages.ROLE:  # a patient opens their own account
                self._account(account, first.login, password_hash, at)

    def _targets(self, site: str, by: User, at: datetime) -> None:
        for moment, (due, overdue) in house.targets().items():
            done(
                people.set_target(
                    site=self.sites[site],
                    moment=moment,
                    due_hours=due,
                    overdue_hours=overdue,
                    entry_id=self.entry("target", site, moment),
                    by=by,
                    now=at,
                )
            )

    def _account(
        self, account: house.Account, first: str, password_hash: str, at: datetime
    ) -> None:
        administrator = self.users[first]
        if account.login != first:
            done(
                people.create_user(
                    login=account.login,
                    printed_name=account.printed,
                    password_hash=password_hash,
                    entry_id=self.entry("account", account.login),
                    by=administrator,
                    now=at,
                )
            )
            self.users[account.login] = User.objects.get(login=account.login)
        for code in account.sites:
            done(
                people.assign_role(
                    user=self.users[account.login],
                    site=self.sites[code],
                    role=account.role,
                    valid_from=at,
                    entry_id=self.entry("role", account.login, code),
                    by=administrator,
                    now=at,
                )
            )

    def entry(self, *names: str) -> UUID:
        """The id of one entry: the same seed gives the same ids."""
        return uuid5(_ENTRIES, "/".join((str(self.seed), *names)))

    def user(self, role: str, site: str) -> User:
        """The invented member of staff in a role at a site."""
        return self.users[house.account(role, site).login]

    def steps(self) -> Iterator[Step]:
        """Everything that happened since, with its moment."""
        yield from standing.steps(self)
        yield from first_calls.steps(self)
        yield from safeguards.steps(self)
        yield from own_pages.steps(self, self.password_hash)
        yield from pharmacy.steps(self)
        for signing in house.signings():
            yield from self._signings(signing)
        for line in house.log_lines():
            at = self.office_hour(line.site, line.days_ago, "log", line.source)
            yield self.step(at, partial(self._log, line))
        arrivals = {p.case: self._arrival(p) for p in load_people()}
        written = bundles_as_they_arrived(
            lambda somebody: self.date_at(somebody.site, arrivals[somebody.case]), self.seed
        )
        for bundle in written:
            yield from _Story(self, bundle, arrivals[bundle.somebody.case]).steps()

    def _arrival(self, somebody: Somebody) -> datetime:
        return self.office_hour(somebody.site, somebody.arrived_days_ago, somebody.case)

    def office_hour(self, site: str, days_ago: int, *names: str) -> datetime:
        """A moment between eight and four by the site's clock, and at least an hour ago."""
        chance = Random(f"{self.seed}/{site}/{days_ago}/{names}")  # noqa: S311 (guards nothing)
        minute = chance.randrange(8 * 60, 16 * 60)
        clock = self.clocks[site]
        day = self.date_at(site, self.now) - timedelta(days=days_ago)
        at = datetime.combine(day, time(minute // 60, minute % 60), clock)
        return min(at, self.now - timedelta(minutes=60))

    def date_at(self, site: str, at: datetime) -> date:
        """The site's own date at a moment."""
        return at.astimezone(self.clocks[site]).date()

    def step(self, at: datetime, do: Callable[[datetime], Any]) -> Step:
        """Something to be done at a moment, after what was laid out before it."""
        self.turns += 1
        return Step(at.astimezone(UTC), self.turns, do)

    def _signings(self, signing: house.Signing) -> Iterator[Step]:
        protocol = protocols.load("mapp2")
        numbers = {**interactions.load().limits, **protocol.limits}
        invented = house.invented_limits()
        at = self.office_hour(signing.site, SIGNED_DAYS_AGO, "limits")
        for code, limit in sorted(numbers.items()):
            value = invented.get(code) if limit.value is None else limit.value
            if not limit.needs_signature or value is None or code in signing.left_unsigned:
                continue
            at += timedelta(seconds=40)
            yield self.step(at, partial(self._sign, signing, code, value, limit.unit))

    def _sign(
        self, signing: house.Signing, code: str, value: Decimal, unit: str, now: datetime
    ) -> None:
        by = self.users[signing.by]
        done(
            limits.sign_limit(
                site=self.sites[signing.site],
                protocol=protocols.load("mapp2"),
                code=code,
                value=value,
                unit=unit,
                proof=ReauthenticationProof.made(user=by, now=now),
                entry_id=self.entry("limit", signing.site, code),
                by=by,
                now=now,
            )
        )

    def _log(self, line: house.LogLine, now: datetime) -> None:
        done(
            prescreening.record_prescreening(
                site=self.sites[line.site],
                referral_source=line.source,
                outcome=line.outcome,
                reasons=line.reasons,
                decided_at=now,
                entry_id=self.entry("log", line.site, str(line.days_ago)),
                by=self.user("coordinator", line.site),
                now=now,
            )
        )


class _Story:
    """What happened with one invented person, from the referral's arrival to its stage."""

    def __init__(self, clinic: Building, bundle: Bundle, arrival: datetime) -> None:
        self.clinic = clinic
        self.bundle = bundle
        self.somebody = bundle.somebody
        self.arrival = arrival
        self.protocol = protocols.load(self.somebody.protocol)

    def steps(self) -> Iterator[Step]:
        """The steps that lead to the stage."""
        stage = self.somebody.stage
        yield self.clinic.step(self.arrival, self._arrive)
        needs_asking = stage != "ineligible" or self.somebody.arrives != "ineligible"
        if stage != "arrived" and needs_asking:
            yield from self._asking(half=stage == "half")
        if stage == "overridden":
            yield self.clinic.step(self._later(3), self._override)
        if stage in ("confirmed", "ineligible", "overridden"):
            yield self.clinic.step(self._later(4), self._confirm)

    def _later(self, days: int) -> datetime:
        return min(self.arrival + timedelta(days=days), self.clinic.now - timedelta(minutes=30))

    def _asking(self, *, half: bool) -> Iterator[Step]:
        """What the person told the coordinator, then what the physician saw."""
        told_at, seen_at = self._later(1), self._later(2)
        questions = self.protocol.questions
        told_on, seen_on = (
            self.clinic.date_at(self.somebody.site, at) for at in (told_at, seen_at)
        )
        told = [
            a
            for a in answers_of(self.somebody, told_on, questions)
            if is_told(questions[a.question])
        ]
        seen = [
            a
            for a in answers_of(self.somebody, seen_on, questions)
            if not is_told(questions[a.question])
        ]
        if half:
            told, seen = told[: len(told) * 2 // 3], []
        for first, role, answered in ((told_at, "coordinator", told), (seen_at, "physician", seen)):
            for number, several in enumerate(_conversations(answered)):
                at = first + timedelta(minutes=4 * number)
                yield self.clinic.step(at, partial(self._answer, role, several))

    @property
    def enrollment(self) -> Enrollment:
        """The person's enrollment, once the referral has arrived."""
        made = uuid5(self._entry("arrived"), "enrollment")
        return Enrollment.objects.select_related("site").get(id=made)

    def _entry(self, *names: str) -> UUID:
        return self.clinic.entry(self.somebody.case, *names)

    def _by(self, role: str) -> User:
        return self.clinic.user(role, self.somebody.site)

    def _arrive(self, now: datetime) -> None:
        data = self.bundle.data
        imported = read_import(data, as_of=self.clinic.date_at(self.somebody.site, now))
        done(
            referrals.open_referral(
                site=self.clinic.sites[self.somebody.site],
                protocol=self.protocol,
                referral=imported.referral,
                identity=imported.identity,
                source=self.somebody.source,
                bundle_sha256=sha256(data).hexdigest(),
                entry_id=self._entry("arrived"),
                by=self._by("coordinator"),
                now=now,
            )
        )

    def _answer(self, role: str, several: Sequence[Answer], now: datetime) -> None:
        done(
            answers.record_answers(
                enrollment=self.enrollment,
                answers=several,
                entry_id=self._entry("asked", several[0].source.place),
                by=self._by(role),
                now=now,
            )
        )

    def _override(self, now: datetime) -> None:
        by = self._by("physician")
        verdict = latest_verdict(self.enrollment.id)
        assert verdict is not None
        for criterion in self.somebody.stops:
            done(
                verdicts.override_finding(
                    verdict=verdict,
                    criterion=criterion,
                    reason="risk-accepted-with-person",
                    words="",
                    proof=ReauthenticationProof.made(user=by, now=now),
                    entry_id=self._entry("overridden", criterion),
                    by=by,
                    now=now,
                )
            )

    def _confirm(self, now: datetime) -> None:
        by = self._by("physician")
        enrollment = self.enrollment
        today = self.clinic.date_at(self.somebody.site, now)
        verdicts.judge(enrollment=enrollment, as_of=today, by=by, now=now, because="date")
        verdict = latest_verdict(enrollment.id)
        assert verdict is not None
        done(
            verdicts.confirm_verdict(
                verdict=verdict,
                proof=ReauthenticationProof.made(user=by, now=now),
                entry_id=self._entry("confirmed"),
                by=by,
                now=now,
            )
        )


def _conversations(answered: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
    """The answers as they were written down: some at a time, in order."""
    for begin in range(0, len(answered), AT_A_TIME):
        yield answered[begin : begin + AT_A_TIME]


def _hashed(password: str) -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(password)
