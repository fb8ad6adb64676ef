"""Commands that begin a clinic: found it, open a site, open an account, give a role, take in a referral.

What the command line writes is written by somebody: every command but ``found`` asks for an
account and its password, and the same permissions hold as on the pages. Passwords are asked for
at the terminal, or read from standard input, one a line; never taken from the command's words.
"""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.cli.options import Subparsers, refuse, set_up, with_database, with_key

if TYPE_CHECKING:
    from holdfast.actions.outcomes import Answered
    from holdfast.interop.fhir.referral import ImportedReferral
    from holdfast.records.people import Site, User

DONE, REFUSED, NOT_UNDERSTOOD = 0, 1, 2


class Stopped(Exception):
    """What stands against the command, in words."""


def add(subparsers: Subparsers) -> None:
    """Add every command that begins a clinic."""
    found = _parser(
        subparsers, "found", "Begins an empty record with its first administrator.", _found
    )
    found.add_argument("login", help="the administrator's log-in name, for example admin")
    found.add_argument("--name", required=True, help="printed name, as signatures show it")

    site = _parser(subparsers, "site", "Opens a site.", _site)
    site.add_argument("code", help="short code in capitals, for example NORTH")
    site.add_argument("--name", required=True, help="the site's name")
    site.add_argument("--zone", required=True, help="IANA time zone, for example Europe/Zurich")

    account = _parser(subparsers, "account", "Opens an account; give it roles with role.", _account)
    account.add_argument("login", help="log-in name; not a person's name")
    account.add_argument("--name", required=True, help="printed name, as signatures show it")
    account.add_argument(
        "--checked",
        choices=("in-person-document", "in-person-known", "video-known"),
        help="how you made sure who they are; prints a code with which they set the first password",
    )

    role = _parser(subparsers, "role", "Gives an account a role at a site, from now on.", _role)
    role.add_argument("login", help="the account")
    role.add_argument("role", help="for example coordinator, physician, auditor")
    role.add_argument("--site", metavar="CODE", help="the site; without one, the organisation")
    role.add_argument(
        "--study", metavar="NAME", help="the protocol it is held for; without one, every study"
    )

    out = _parser(subparsers, "log-out", "Ends sessions: of one account, or of all.", _log_out)
    whose = out.add_mutually_exclusive_group(required=True)
    whose.add_argument("login", nargs="?", help="the account")
    whose.add_argument("--everybody", action="store_true", help="every account")

    taken = _parser(subparsers, "import", "Takes FHIR R4 bundles in as referrals.", _import)
    taken.add_argument("--site", required=True, metavar="CODE")
    taken.add_argument("--protocol", required=True, metavar="NAME", help="for example mapp2")
    taken.add_argument(
        "--source", default="not-recorded", metavar="CODE", help="who sent the person"
    )
    taken.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE", help=".json or .json.gz")


def run(args: argparse.Namespace) -> int:
    """Run one of the commands; 0 done, 1 refused with its reason, 2 not understood."""

    set_up(args)
    from holdfast.records import readiness

    if problem := readiness.problem():
        return refuse(f"Not done. {problem}", NOT_UNDERSTOOD)
    try:
        return int(args.act(args))
    except Stopped as stopped:
        return refuse(str(stopped), REFUSED)


def _parser(subparsers: Any, name: str, text: str, act: Any) -> argparse.ArgumentParser:

    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
    with_key(with_database(parser))
    if name != "found":
        parser.add_argument("--by", required=True, metavar="LOGIN", help="whose act this is")
    parser.set_defaults(run=run, act=act)
    return parser


def _found(args: argparse.Namespace) -> int:
    from uuid import uuid4

    from django.utils import timezone

    from holdfast.actions.people import found_organisation

    return _said(
        found_organisation(
            login=args.login,
            printed_name=args.name,
            password_hash=_new_password(args.login),
            entry_id=uuid4(),
            now=timezone.now(),
        ),
        f"Founded. {args.login} is its administrator.",
    )


def _site(args: argparse.Namespace) -> int:
    from holdfast.actions.people import create_site

    written = create_site(code=args.code, name=args.name, zone=args.zone, **act_of(args))
    return _said(written, f"Opened the site {args.code}.")


def _account(args: argparse.Namespace) -> int:
    from django.contrib.auth.hashers import make_password

    from holdfast.actions.people import create_user

    act = act_of(args)
    hashed = make_password(None) if args.checked else _new_password(args.login)
    written = create_user(login=args.login, printed_name=args.name, password_hash=hashed, **act)
    done = _said(
        written, f"Opened the account {args.login}. It may do nothing until it has a role."
    )
    return _first_code(args, act["by"]) if args.checked else done


def _first_code(args: argparse.Namespace, by: "User") -> int:
    """The code by which the account's owner sets a password that nobody else ever knows."""
    from uuid import uuid4

    from django.utils import timezone

    from holdfast.actions.recovery import hash_of, issue_recovery, new_code
    from holdfast.actions.signatures import ReauthenticationProof

    code, now = new_code(), timezone.now()
    issued = issue_recovery(
        user=_user(args.login),
        purpose="first-password",
        checked_how=args.checked,
        code_sha256=hash_of(code),
        proof=ReauthenticationProof.made(user=by, now=now),  # the password was just given
        witness=None,
        entry_id=uuid4(),
        by=by,
        now=now,
    )
    return _said(issued, f"Give them this code, good once, for the page /recover/: {code}")


def _role(args: argparse.Namespace) -> int:
    from holdfast.actions.people import assign_role

    act = act_of(args)
    written = assign_role(
        user=_user(args.login),
        site=site_of(args.site) if args.site else None,
        role=args.role,
        study=args.study,
        valid_from=act["now"],
        **act,
    )
    place = f"{args.site or 'the organisation'}{f' for {args.study}' if args.study else ''}"
    return _said(written, f"{args.login} is {args.role} at {place}.")


def _log_out(args: argparse.Namespace) -> int:
    """Each account is an entry of its own in the journal."""
    from uuid import uuid4

    from holdfast.actions.sessions import end_sessions_of
    from holdfast.records.people import User

    act = act_of(args)
    users = User.objects.order_by("login") if args.everybody else [_user(args.login)]
    for user in users:
        _said(
            end_sessions_of(user=user, **act | {"entry_id": uuid4()}),
            f"Every session of {user.login} has ended.",
        )
    return DONE


def _import(args: argparse.Namespace) -> int:
    """Every file is a transaction of its own: one that is refused leaves nothing behind."""
    from holdfast.definitions import protocols

    if args.protocol not in protocols.names():
        raise Stopped(f"There is no protocol {args.protocol}. Use: {', '.join(protocols.names())}.")
    act, site = act_of(args), site_of(args.site)
    refused = [file for file in args.bundles if not _take_in(file, args, site, act["by"])]
    return NOT_UNDERSTOOD if refused else DONE


def _take_in(file: Path, args: argparse.Namespace, site: "Site", by: "User") -> bool:
    from uuid import UUID, uuid5

    from django.utils import timezone

    from holdfast.actions.judging import latest_verdict
    from holdfast.actions.outcomes import Receipt
    from holdfast.actions.referrals import open_referral
    from holdfast.definitions import protocols
    from holdfast.records.care import Enrollment

    read = _read(file, site)
    if read is None:
        return False
    imported, digest = read
    entry_id = uuid5(UUID(int=site.id.int), f"{args.protocol}/{digest}")
    answered = open_referral(
        site=site,
        protocol=protocols.load(args.protocol),
        referral=imported.referral,
        identity=imported.identity,
        source=args.source,
        bundle_sha256=digest,
        entry_id=entry_id,
        by=by,
        now=timezone.now(),
    )
    if not isinstance(answered, Receipt):
        _complain(file, _reason(answered))
        return False
    enrollment = Enrollment.objects.select_related("site").get(id=answered.stream_id)
    verdict = latest_verdict(enrollment.id)
    print(f"{file}: {enrollment.label}, {verdict.decision if verdict else 'not judged'}")
    return True


def _read(file: Path, site: "Site") -> "tuple[ImportedReferral, str] | None":
    from hashlib import sha256

    from django.utils import timezone

    from holdfast.actions.judging import local_date
    from holdfast.interop.fhir.referral import ReferralRefused, read_gzip, read_import

    try:
        packed = file.read_bytes()
        data = read_gzip(packed) if packed.startswith(b"\x1f\x8b") else packed
        return read_import(data, as_of=local_date(site, timezone.now())), sha256(data).hexdigest()
    except OSError as error:
        _complain(file, error.strerror or "cannot be read")
    except ReferralRefused as refused:
        for each in refused.problems:
            _complain(file, f"{each.place}: {each.problem} {each.mend}")
    return None


def _complain(file: Path, words: str) -> None:
    print(f"{file}: {words}", file=sys.stderr)


def act_of(args: argparse.Namespace) -> dict[str, Any]:
    """By whom, when, and under which id: the keywords every action takes."""
    from uuid import uuid4

    from django.contrib.auth import authenticate
    from django.utils import timezone

    user = authenticate(username=args.by, password=_password(f"Password of {args.by}: "))
    if user is None:
        raise Stopped(f"Not done. This is not the password of an open account {args.by}.")
    return {"by": user, "now": timezone.now(), "entry_id": uuid4()}


def _user(login: str) -> "User":
    from holdfast.records.people import User

    user = User.objects.filter(login=login).first()
    if user is None:
        raise Stopped(f"There is no account {login}.")
    return user


def site_of(code: str) -> "Site":
    from holdfast.records.people import Site

    site = Site.objects.filter(code=code).first()
    if site is None:
        held = ", ".join(Site.objects.order_by("code").values_list("code", flat=True))
        raise Stopped(f"There is no site {code}. Use: {held or 'none is open yet'}.")
    return site


def _new_password(login: str) -> str:
    """The hash of a new password that the password rules accept."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from holdfast.records.people import User

    password = _password(f"New password of {login}: ")
    try:
        validate_password(password, User(login=login))
    except ValidationError as error:
        raise Stopped("Not done. " + " ".join(error.messages)) from None
    if password != _password("Once more: "):
        raise Stopped("Not done. The two passwords differ.")
    return make_password(password)


def _password(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise Stopped("Not done. A password is asked for: give it on standard input, one a line.")
    return line.rstrip("\r\n")


def _said(answered: "Answered", words: str) -> int:
    from holdfast.actions.outcomes import Receipt

    if not isinstance(answered, Receipt):
        raise Stopped(f"Not done. {_reason(answered)}")
    print(words)
    return DONE


REASONS = {
    "already-founded": "This record was founded before.",
    "login-not-fit": "A log-in name has small letters, digits, dots and dashes, at most 60.",
    "login-taken": "This log-in name is taken.",
    "site-code-not-fit": "A site's code has capitals, digits and dashes, at most 20.",
    "site-code-taken": "This site code is taken.",
    "zone-unknown": "This is not an IANA time zone; write it as Europe/Zurich.",
    "role-unknown": "There is no such role; see definitions/roles.toml.",
    "study-unknown": "There is no such protocol; see definitions/protocols.",
    "blinded-and-unblinded": (
        "This account holds a role on the other side of the blind for the same study. "
        "Open another account for another person."
    ),
    "role-stands-alone": (
        "One of the two roles stands alone: whoever holds it holds no other at the same site."
    ),
    "own-unblinding": "Nobody gives themselves a role that sees behind the blind.",
    "source-unknown": "There is no such source; see definitions/prescreening.toml.",
    "not-permitted": "The roles of this account do not allow it.",
}


def _reason(answered: Any) -> str:
    reason = getattr(answered, "reason", "conflict")
    return REASONS.get(reason, f"Refused: {reason}.")
