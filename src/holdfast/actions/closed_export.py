"""The closed export: arms in a file that one named unblinded statistician alone can open.

Two people sign who gets it and why; the file is made once, by ``holdfast closed-export``. What is in
it is never in a variable that is logged, and never on the disk but sealed.
"""

import base64
import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.actions.database_locks import covered
from holdfast.actions.opened_arms import arm_behind, note_about
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.people import house
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, lock, message, one_transaction
from holdfast.domain.unblinding import PURPOSES
from holdfast.records import access
from holdfast.records.backups_recipients import Recipient, RecoveryKey
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment, Signature
from holdfast.records.people import Site, User
from holdfast.records.unblinding import (
    ClosedExportAsked,
    ClosedExportMade,
    ClosedExportSigned,
    CodeBreak,
)
from holdfast.records.whole_files import let_go, name_once

SIGN, STATISTICIAN = "export.closed", "statistician-unblinded"
KIND, SCHEMA, PURPOSE = "holdfast-closed-export", 1, "closed-export"
BLOCK = 64 * 1024  # what is sealed is padded to whole blocks, so that its length tells little


@one_transaction
def ask_export(
    *,
    site: Site,
    study: str,
    statistician: User,
    purpose: str,
    public_key: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The first of two signs who gets the arms, for what, and to which key they are sealed."""
    if refusal := refused(by, site, SIGN, now, study):
        return refusal
    stream = lock(site.id, now)
    told = {"study": study, "statistician": statistician.id, "purpose": purpose, "key": public_key}
    sent = stream.sent("closed-export-asked", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if purpose not in PURPOSES:
        return Refusal("reason-unknown")
    if STATISTICIAN not in access.roles_of(statistician, site, now, study):
        return Refusal("not-unblinded")
    if not _is_key(public_key):
        return Refusal("recipient-does-not-fit")
    fact = ClosedExportAsked(
        id=uuid5(entry_id, "asked"),
        site=site,
        study=study,
        statistician=statistician,
        purpose=purpose,
        public_key=public_key,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = _signed(stream, fact, fact, "asks-closed-export", proof, by, now)
    if isinstance(signature, Refusal):
        return signature
    values = {"asked": fact.id.hex, "purpose": purpose}
    return stream.write(sent, [signature, fact], by=by, values=values)


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32 and text == text.lower()
    except ValueError:
        return False


def _signed(
    stream: LockedStream,
    asked: ClosedExportAsked,
    last: ClosedExportAsked | ClosedExportSigned,
    meaning: str,
    proof: ReauthenticationProof | None,
    by: User,
    now: datetime,
) -> Signature | Refusal:
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    signed = [asked] if last is asked else [asked, last]
    role = role_with(by, asked.site, SIGN, now, asked.study)
    return sign(stream, last.signature_id, signed, meaning=meaning, role=role, by=by, proof=proof)


@one_transaction
def sign_export(
    *,
    asked: ClosedExportAsked,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Another person signs the same request. The file may then be made, once."""
    if refusal := refused(by, asked.site, SIGN, now, asked.study):
        return refusal
    stream = lock(asked.site_id, now)
    sent = stream.sent("closed-export-signed", entry_id, {"asked": asked.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if Signature.objects.get(id=asked.signature_id).signed_by_id == by.id:
        return Refusal("two-people-needed")
    if ClosedExportSigned.objects.filter(asked=asked).exists():
        return Refusal("signed-already")
    fact = ClosedExportSigned(
        id=uuid5(entry_id, "signed"), asked=asked, signature_id=uuid5(entry_id, "signature")
    )
    signature = _signed(stream, asked, fact, "signs-closed-export", proof, by, now)
    if isinstance(signature, Refusal):
        return signature
    letter = message("closed-export-signed", asked.id, site=asked.site_id.hex, study=asked.study)
    return stream.write(sent, [signature, fact, letter], by=by, values={"asked": asked.id.hex})


def make_export(*, asked: ClosedExportAsked, target: Path, now: datetime) -> Answered:
    """Make the sealed file of a request that two signed. ``FileExistsError`` where the target is there.

    It lies whole on the disk beside the target before the record counts it, and gets its name after
    that: killed in between, it is counted, and lies there under its other name. Never the reverse.
    """
    if target.exists():
        raise FileExistsError(target)
    aside = target.with_name(f".{target.name}.{asked.id.hex}")
    answered = _counted(asked=asked, aside=aside, now=now)
    if isinstance(answered, Receipt):
        name_once(aside, target)
        let_go(aside)
    return answered


@one_transaction
def _counted(*, asked: ClosedExportAsked, aside: Path, now: datetime) -> Answered:
    """Write the file aside and count it, or do neither."""
    stream = lock(asked.site_id, now)
    entry_id = uuid5(asked.id, "made")
    sent = stream.sent("closed-export-made", entry_id, {"asked": asked.id})
    if not ClosedExportSigned.objects.filter(asked=asked).exists():
        return Refusal("two-people-needed")
    if ClosedExportMade.objects.filter(asked=asked).exists():
        return Refusal("made-already")
    if STATISTICIAN not in access.roles_of(asked.statistician, asked.site, now, asked.study):
        return Refusal("not-unblinded")
    people = covered(asked.site, asked.study, None)
    content = _sealed(asked, _rows(people), stream.now)
    fact = ClosedExportMade(
        id=uuid5(entry_id, "file"),
        asked=asked,
        file_sha256=sha256(content).hexdigest(),
        people=len(people),
        number=ClosedExportMade.objects.filter(asked__site=asked.site).count() + 1,
    )
    _write_aside(aside, content)
    values = {"asked": asked.id.hex, "sha256": fact.file_sha256}
    return stream.write(sent, [fact], by=house(), values=values)


def _rows(people: list[Enrollment]) -> list[dict[str, object]]:
    """What is in the file of each person: the number, the arm or why there is none, and notes."""
    rows: list[dict[str, object]] = []
    for each in people:
        opened = arm_behind(each.id, "export")
        breaks = CodeBreak.objects.filter(enrollment=each).order_by("broken_at")
        notes = [note_about(row.id, "export") for row in breaks] if breaks else []
        told = {"enrollment": each.label, "outcome": opened.outcome.value, "arm": opened.arm}
        rows.append({**told, "notes": [words for words in notes if words]})
    return rows


def _sealed(asked: ClosedExportAsked, rows: list[dict[str, object]], now: datetime) -> bytes:
    inside = document({"schema": SCHEMA, "study": asked.study, "people": rows})
    padded = len(inside).to_bytes(8, "big") + inside
    padded += b"\0" * (-len(padded) % BLOCK)
    key, nonce = os.urandom(32), os.urandom(12)
    heading = {
        "kind": KIND,
        "schema": SCHEMA,
        "request": asked.id.hex,
        "purpose": asked.purpose,
        "study": asked.study,
        "made_at": now.isoformat(),
        "box": Recipient(bytes.fromhex(asked.public_key)).seal(key, PURPOSE),
    }
    closed = nonce + AESGCM(key).encrypt(nonce, padded, document(heading))
    return document({**heading, "sealed": base64.b64encode(closed).decode()}) + b"\n"


def open_export(content: bytes, key: RecoveryKey) -> bytes:
    """What is in a sealed file, for whoever holds the private key. ``NotARecipient`` for another key."""
    told = orjson.loads(content)
    closed = base64.b64decode(told.pop("sealed"))
    secret = key.open(told["box"], PURPOSE)
    padded = AESGCM(secret).decrypt(closed[:12], closed[12:], document(told))
    return padded[8 : 8 + int.from_bytes(padded[:8], "big")]


def _write_aside(aside: Path, content: bytes) -> None:
    """A file that only its owner reads, on the disk; one that was cut short before makes way."""
    let_go(aside)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
