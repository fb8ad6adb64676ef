"""Making an allocation: the seed is drawn here, sealed with its list, and shown to nobody."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from holdfast.analysis.randomization.allocation import Promise as DesignPromise
from holdfast.analysis.randomization.allocation import commitment, promise, sealed_document
from holdfast.analysis.randomization.chance import SEED_BYTES, Seed
from holdfast.definitions import allocation_design
from holdfast.records.keys import site_key
from holdfast.records.whole_files import let_go, name_once
from holdfast.unblinded.sealed_file import Heading, opened, sealed

PURPOSE = "sealed-room"


@dataclass(frozen=True)
class Sealed:
    """What may be told of an allocation that was made: nothing of its list."""

    heading: Heading
    promised: DesignPromise


def seal_allocation(design_file: Path, target: Path) -> Sealed:
    """Draw a seed, make the list and the kits, and write them sealed to a new file.

    The seed and the list are in no value returned, no log and no error. What is promised of the
    design is told from another seed, drawn for that alone. Raises ``DefinitionRefused``,
    ``KeyMissing``, or ``FileExistsError`` where the target is there.
    """
    design = allocation_design.read(design_file)
    key = site_key()
    seed, nonce = Seed(os.urandom(SEED_BYTES)), os.urandom(SEED_BYTES)
    document = sealed_document(design, design_file.read_bytes(), seed, nonce)
    heading = Heading(
        protocol=design.protocol.name,
        version=design.protocol.version,
        design_sha256=design.sha256,
        commitment=commitment(document),
        key=key.fingerprint,
    )
    _write_once(target, sealed(heading, document, key.subkey(PURPOSE)))
    return Sealed(heading, promise(design, Seed(os.urandom(SEED_BYTES))))


def is_whole(file: Path) -> bool:
    """Whether a sealed allocation opens with this site's key and is what its commitment says.

    Raises ``NotOurs`` where it does not open. Nothing of what is inside is told.
    """
    content = file.read_bytes()
    document = opened(content, site_key().subkey(PURPOSE))
    return f'"{commitment(document)}"'.encode() in content


def _write_once(target: Path, content: bytes) -> None:
    """A new file that only its owner reads, whole or not at all."""
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        name_once(aside, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            let_go(aside)
