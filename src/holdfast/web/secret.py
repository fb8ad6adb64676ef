"""The secret that signs cookies and forms: derived from the site's key, never stored."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def secret_for_sessions(environment: Mapping[str, str]) -> str:
    """A secret of 256 bits from the site's key (``HOLDFAST_KEY_FILE`` or ``HOLDFAST_KEY``).

    Without a key it is new for each process: enough for a command that serves no pages.
    ``holdfast serve`` refuses to start without a key.
    """
    key = environment.get("HOLDFAST_KEY", "")
    path = environment.get("HOLDFAST_KEY_FILE")
    if path and Path(path).is_file():
        key = Path(path).read_text(encoding="ascii", errors="replace")
    if not key.strip():
        return secrets.token_hex(32)
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"holdfast/1/web-sessions")
    return derive.derive(key.strip().encode()).hex()
