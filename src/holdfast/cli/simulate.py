"""``holdfast simulate-session``: a whole dosing session of an invented person, or the alarms of many."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.analysis.simulated_alarms import AlarmCount

MOST_SESSIONS = 10_000


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "simulate-session",
        help="a whole dosing session of an invented person, as a session file",
        description="Writes the entries of everybody through a whole session, from the model of the "
        "expected course with noise and artefacts, for holdfast replay. docs/simulation.md says the "
        "kinds. The same seed gives the same bytes.",
    )
    parser.add_argument("--seed", type=int, default=1, help="0 or more (1)")
    parser.add_argument("--protocol", default="mapp2", help="whose first session it is (mapp2)")
    parser.add_argument("--kind", default="drawn", help="what befalls the person (drawn)")
    parser.add_argument(
        "--sessions", type=int, default=1, metavar="N", help="so many, of the seeds from --seed on"
    )
    parser.add_argument(
        "--summary", action="store_true", help="alarms by tier and the share acted on"
    )
    parser.add_argument(
        "--format",
        choices=("json", "text"),
        help="json: the session file, or the summary (text if it is a summary)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the session or the summary: 0 done, 2 what was asked for cannot be."""
    from holdfast.analysis.simulated_session import simulate
    from holdfast.analysis.simulated_site import SimulationRefused

    if not 1 <= args.sessions <= MOST_SESSIONS:
        return _refuse(f"--sessions {args.sessions}: give 1 to {MOST_SESSIONS}.")
    if args.sessions > 1 and not args.summary:
        return _refuse("One file is one session. For several add --summary.")
    seeds = range(args.seed, args.seed + args.sessions)
    sessions = (simulate(seed, args.protocol, args.kind) for seed in seeds)
    try:
        if args.summary:
            from holdfast.analysis.simulated_alarms import count_alarms

            print(_summary(count_alarms(sessions), args.format or "text", args), end="")
        else:
            _print_session(next(sessions), args.format or "json")
    except SimulationRefused as refused:
        return _refuse(str(refused))
    return 0


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 2


def _print_session(recorded: Any, form: str) -> None:
    from holdfast.interop.session_file import session_document

    if form == "json":
        print(json.dumps(session_document(recorded), ensure_ascii=False, indent=1))
        return
    from holdfast.definitions.session import gates
    from holdfast.domain.replay import Replay
    from holdfast.interop.replay_document import replay_lines

    for line in replay_lines(Replay(gates.load(), recorded)):
        print(line)


def _summary(count: "AlarmCount", form: str, args: argparse.Namespace) -> str:
    tiers = [
        {
            "tier": one.tier.value,
            "raised": one.raised,
            "per_session": round(one.raised / count.sessions, 2),
            "most_in_one_session": one.most_in_one,
            "acknowledged": one.acknowledged,
            "acted_on": one.acted_on,
            "share_acted_on": None if one.share_acted_on is None else round(one.share_acted_on, 3),
            "median_minutes_to_acknowledgement": one.minutes,
        }
        for one in count.tiers
    ]
    asked = {"protocol": args.protocol, "kind": args.kind, "first_seed": args.seed}
    if form == "json":
        told = {"schema": 1, **asked, "sessions": count.sessions}
        told |= {"sessions_with_none_above_observe": count.without, "tiers": tiers}
        return json.dumps(told, indent=1) + "\n"
    lines = [
        f"{count.sessions} simulated sessions of {args.protocol}, kind {args.kind}, "
        f"seeds from {args.seed}.",
        f"{count.without} raised nothing above observe.",
        "",
        f"{'tier':<10}{'raised':>8}{'each':>8}{'most':>6}{'acted on':>10}{'share':>8}{'minutes':>9}",
    ]
    lines += [_line(one) for one in tiers]
    return "\n".join(lines) + "\n"


def _line(one: dict[str, Any]) -> str:
    share, minutes = one["share_acted_on"], one["median_minutes_to_acknowledgement"]
    return (
        f"{one['tier']:<10}{one['raised']:>8}{one['per_session']:>8.2f}"
        f"{one['most_in_one_session']:>6}{one['acted_on']:>10}"
        f"{'-' if share is None else f'{share:.0%}':>8}{'-' if minutes is None else minutes:>9}"
    )
