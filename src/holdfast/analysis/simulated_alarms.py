"""How many alarms sessions raise, by tier, and on how many of them somebody acted."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from holdfast.definitions.session import gates
from holdfast.domain.conditions import Alarm
from holdfast.domain.replay import Recorded, Replay
from holdfast.domain.session_plan import Tier

NOTHING_DONE = frozenset({"seen", "no-action-needed"})


@dataclass(frozen=True)
class TierCount:
    """The alarms of one tier in some sessions.

    ``acted_on``: acknowledged with something that was done, not only seen. ``minutes``: the median from
    when the condition was known to its first acknowledgement; None where none was acknowledged.
    """

    tier: Tier
    raised: int
    acknowledged: int
    acted_on: int
    most_in_one: int
    minutes: float | None

    @property
    def share_acted_on(self) -> float | None:
        """0 to 1; None where there was no alarm."""
        return self.acted_on / self.raised if self.raised else None


@dataclass(frozen=True)
class AlarmCount:
    """The alarms of some sessions. ``without``: sessions that raised none above observe."""

    sessions: int
    without: int
    tiers: tuple[TierCount, ...]


def alarms_of_session(recorded: Recorded) -> tuple[Alarm, ...]:
    """Every alarm of a session, as it stood at its end."""
    replay = Replay(gates.load(), recorded)
    return tuple(replay.at(replay.end).alarms)


def count_alarms(sessions: Iterable[Recorded]) -> AlarmCount:
    """Count the alarms of sessions, judged by the rules that run live."""
    each = [alarms_of_session(one) for one in sessions]
    without = sum(all(a.condition.tier is Tier.OBSERVE for a in alarms) for alarms in each)
    return AlarmCount(len(each), without, tuple(_tier(tier, each) for tier in Tier))


def _tier(tier: Tier, each: list[tuple[Alarm, ...]]) -> TierCount:
    by_session = [[a for a in alarms if a.condition.tier is tier] for alarms in each]
    found = [alarm for alarms in by_session for alarm in alarms]
    after = [
        (min(ack.known_at for ack in one.acknowledgements) - one.condition.known_at).total_seconds()
        for one in found
        if one.acknowledgements
    ]
    return TierCount(
        tier=tier,
        raised=len(found),
        acknowledged=len(after),
        acted_on=sum(_is_acted_on(one) for one in found),
        most_in_one=max((len(alarms) for alarms in by_session), default=0),
        minutes=round(median(after) / 60, 1) if after else None,
    )


def _is_acted_on(alarm: Alarm) -> bool:
    return any(ack.done not in NOTHING_DONE for ack in alarm.acknowledgements)
