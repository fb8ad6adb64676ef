"""What a page of a session is told of what was agreed in preparation: touch, and the stop-word."""

from typing import Any

import orjson

from holdfast.records.consent import AgreementItem
from holdfast.records.consents import agreement_rows
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import Erased, opened
from holdfast.records.session import DosingSession


def agreed_touch(session: DosingSession, *, with_words: bool) -> dict[str, Any]:
    """Which touch the person agreed to, by which agreement, and their own word to stop it.

    ``allowed`` None: nobody asked. The word only where words may be read; None where there is none, or
    it may not be read here and now.
    """
    rows = agreement_rows(session.enrollment)
    touch, word = rows.get("touch"), rows.get(AgreementItem.STOP_WORD)
    return {
        "id": str(touch.id) if touch else None,
        "allowed": orjson.loads(touch.allowed) if touch else None,
        "stop_word": _word(session, word) if word and with_words else None,
        "has_stop_word": word is not None,
    }


def _word(session: DosingSession, row: AgreementItem) -> str | None:
    if is_erased(session.enrollment.person_id):
        return None
    try:
        return opened(row, "words")
    except Erased:
        return None
