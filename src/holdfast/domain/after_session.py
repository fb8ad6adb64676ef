"""The days after a session in which MDMA has taken CYP2D6 away, and who is affected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.domain.answers import MedicationEntry
from holdfast.domain.drug_names import match
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.interactions import InteractionTable
from holdfast.domain.limits import SignedLimit
from holdfast.domain.washout import days_after, number_of

AFTER_SESSION_DAYS = "cyp2d6-after-session-days"


@dataclass(frozen=True)
class SubstrateWatch:
    """A medicine that CYP2D6 clears, to be watched while the enzyme recovers from a session.

    ``effect`` is ``prodrug-fails`` or ``accumulates``; ``until`` is the last day of the watch and
    ``standing`` that of its length: it informs a plan and refuses nothing.
    """

    name: str
    agent: str
    effect: str
    since: date
    until: date | None
    reference: Reference
    standing: Standing


def substrates_after_session(
    entries: Sequence[MedicationEntry],
    table: InteractionTable,
    session_on: date,
    signed: Mapping[str, SignedLimit],
) -> tuple[SubstrateWatch, ...]:
    """Which medicines of a person CYP2D6 cannot clear after a session on ``session_on``.

    MDMA takes the enzyme away and it comes back over about ten days: prodrugs then fail and other
    substrates accumulate. Every entry not known to be stopped is watched.
    """
    days, standing = number_of(table.limits[AFTER_SESSION_DAYS], signed, session_on)
    until = days_after(session_on, int(days)) if days is not None else None
    watches = set()
    for entry in entries:
        if entry.is_current is False:
            continue
        for name in match(entry.name, entry.rxcuis, table).agents:
            effect = table.agents[name].after_session
            if effect is not None:
                watches.add(
                    SubstrateWatch(
                        entry.name,
                        name,
                        effect.value,
                        session_on,
                        until,
                        effect.reference,
                        standing,
                    )
                )
    return tuple(sorted(watches, key=lambda watch: (watch.agent, watch.name)))
