"""What stands behind the demonstration's sites: laws, approvals, the roster, tested channels, times."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

from holdfast.actions import authority, paging, retention, rosters
from holdfast.actions.authority import ApprovalTold
from holdfast.actions.crisis_numbers import set_crisis_number
from holdfast.actions.people import house
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration import life
from holdfast.cli.demonstration.steps import Stage, Step, done
from holdfast.domain.authority import Act
from holdfast.domain.duty import Send
from holdfast.records.duty import DutyContact, DutyPage
from holdfast.records.people import Site, User
from holdfast.records.rota import code_of_test

SET_UP_DAYS_AGO = 54
TESTED_MINUTES_AGO = 40
WHOLE_WEEK = range(1, 8)


def steps(clinic: Stage) -> Iterator[Step]:
    """Every step that puts the sites in order; the channels are tested on the day itself."""
    at = clinic.now - timedelta(days=SET_UP_DAYS_AGO)
    for law in life.jurisdictions():
        yield clinic.step(at, partial(_law, clinic, law))
    for held in life.approvals():
        yield clinic.step(at + timedelta(minutes=5), partial(_approval, clinic, held))
    for hours in life.hours():
        yield clinic.step(at + timedelta(minutes=10), partial(_hours, clinic, hours))
    for signed in life.times():
        yield clinic.step(at + timedelta(minutes=15), partial(_time, clinic, signed))
    for line in life.crisis_lines():
        yield clinic.step(at + timedelta(minutes=20), partial(_crisis, clinic, line))
    for years in life.retentions():
        yield clinic.step(at + timedelta(minutes=25), partial(_years, clinic, years))
    for contact in life.contacts():
        yield clinic.step(at + timedelta(minutes=30), partial(_contact, clinic, contact))
        tested = clinic.now - timedelta(minutes=TESTED_MINUTES_AGO)
        yield clinic.step(tested, partial(_tested, clinic, contact))


def _law(clinic: Stage, law: life.Jurisdiction, now: datetime) -> None:
    by = clinic.users[law.by]
    done(
        authority.set_jurisdiction(
            site=clinic.sites[law.site],
            jurisdiction=law.name,
            proof=_proof(by, now),
            entry_id=clinic.entry("jurisdiction", law.site),
            by=by,
            now=now,
        )
    )


def _approval(clinic: Stage, held: life.ApprovalHeld, now: datetime) -> None:
    by = clinic.users[held.by]
    today = clinic.date_at(held.site, clinic.now)
    ends_on = None if held.ends_in_days is None else today + timedelta(days=held.ends_in_days)
    told = ApprovalTold(
        kind=held.kind,
        starts_on=clinic.date_at(held.site, now) - timedelta(days=200),
        ends_on=ends_on,
        is_open_ended=held.is_open_ended,
        protocol=held.protocol,
        consent_version=held.consent_version,
        holder=clinic.users[held.holder] if held.holder else None,
        permits=tuple(Act(code) for code in held.permits),
        number=held.number,
        document_sha256=sha256(held.number.encode()).hexdigest(),
    )
    done(
        authority.record_approval(
            site=clinic.sites[held.site],
            told=told,
            proof=_proof(by, now),
            entry_id=clinic.entry("approval", held.number),
            by=by,
            now=now,
        )
    )


def _hours(clinic: Stage, hours: life.HoursOnDuty, now: datetime) -> None:
    done(
        rosters.roster_hours(
            site=clinic.sites[hours.site],
            user=clinic.users[hours.login],
            post=hours.post,
            first_day=clinic.date_at(hours.site, now),
            last_day=None,
            weekdays=WHOLE_WEEK,
            begins=time.fromisoformat(hours.begins),
            ends=time.fromisoformat(hours.ends),
            entry_id=clinic.entry("hours", hours.site, hours.login, hours.post),
            by=clinic.user("coordinator", hours.site),
            now=now,
        )
    )


def _time(clinic: Stage, signed: life.DutyTime, now: datetime) -> None:
    by = clinic.users[signed.by]
    done(
        rosters.sign_time(
            site=clinic.sites[signed.site],
            code=signed.code,
            value=Decimal(signed.minutes),
            unit="min",
            proof=_proof(by, now),
            entry_id=clinic.entry("duty-time", signed.site, signed.code),
            by=by,
            now=now,
        )
    )


def _crisis(clinic: Stage, line: life.CrisisLine, now: datetime) -> None:
    done(
        set_crisis_number(
            site=clinic.sites[line.site],
            country=line.country,
            number=line.number,
            title=line.title,
            entry_id=clinic.entry("crisis", line.site, line.country),
            by=clinic.user("administrator", line.site),
            now=now,
        )
    )


def _years(clinic: Stage, signed: life.RetentionSigned, now: datetime) -> None:
    by = clinic.users[signed.by]
    done(
        retention.sign_retention(
            site=clinic.sites[signed.site],
            rule=signed.rule,
            years=signed.years,
            proof=_proof(by, now),
            entry_id=clinic.entry("retention", signed.site, signed.rule),
            by=by,
            now=now,
        )
    )


def _contact(clinic: Stage, contact: life.Contact, now: datetime) -> None:
    done(
        rosters.keep_contact(
            site=clinic.sites[contact.site],
            channel=contact.channel,
            address=contact.address,
            entry_id=clinic.entry("contact", contact.site, contact.login, contact.channel),
            by=clinic.users[contact.login],
            now=now,
        )
    )


def _tested(clinic: Stage, contact: life.Contact, now: datetime) -> None:
    """A test as it goes: begun, brought by the console, and answered with the code it carried."""
    site, who = clinic.sites[contact.site], clinic.users[contact.login]
    names = (contact.site, contact.login, contact.channel)
    row = DutyContact.objects.get(site=site, user=who, channel=contact.channel)
    begun = clinic.entry("test", *names)
    done(paging.begin_test(contact=row, entry_id=begun, by=who, now=now))
    page = DutyPage.objects.get(site=site, user=who, channel=contact.channel)
    _brought(clinic, site, page, now + timedelta(seconds=2))
    done(
        paging.answer_page(
            page=page,
            done="test-received",
            code=code_of_test(page),
            entry_id=clinic.entry("test-answered", *names),
            by=who,
            now=now + timedelta(minutes=1),
        )
    )


def _brought(clinic: Stage, site: Site, page: DutyPage, now: datetime) -> None:
    assert page.user_id is not None  # a test names one person
    send = Send(page=page.id, person=page.user_id, channel=page.channel, since=page.asked_at)
    done(
        paging.record_attempt(
            page=page,
            send=send,
            outcome="received",
            detail="console",
            message=clinic.entry("test-message", site.code, page.id.hex),
            by=house(),
            now=now,
        )
    )


def _proof(by: User, now: datetime) -> ReauthenticationProof:
    return ReauthenticationProof.made(user=by, now=now)
