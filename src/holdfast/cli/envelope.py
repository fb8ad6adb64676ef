"""``holdfast envelope``: the expected course of a session for one person, as JSON or as a drawing."""

import argparse
import json
import re
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.analysis.exposure.bands import Envelope
    from holdfast.analysis.exposure.people import Baseline, Dose, Person

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_SUPPLEMENT = re.compile(rf"\s*({_NUMBER})\s*(?:mg)?\s*@\s*({_NUMBER})\s*(?:min)?\s*\Z")
_BASELINE = re.compile(rf"\s*({_NUMBER})/({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*\Z")


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "envelope",
        help="the expected course of a session: context, not a limit",
        description="Median and 5 to 95 % band of concentration, systolic, diastolic, heart rate and "
        "temperature over eight hours. It is context for a chart: nothing is decided by it.",
    )
    parser.add_argument("--initial", metavar="MG", help="the initial dose, mg of the hydrochloride")
    parser.add_argument(
        "--supplement", metavar="MG@MINUTE", help="mg and minutes after the initial dose, or none"
    )
    parser.add_argument("--weight", metavar="KG", required=True, help="body weight")
    parser.add_argument("--sex", choices=("female", "male"), required=True)
    parser.add_argument(
        "--cyp2d6-activity",
        metavar="TIMES",
        default="1",
        help="0 poor, 0.5 intermediate, 1 normal, 1.5 to 2 ultrarapid (1 if not said)",
    )
    parser.add_argument(
        "--baseline",
        metavar="READING",
        help='the person\'s own values before the dose, like "124/76 68 36.9"',
    )
    parser.add_argument("--has-eaten", action="store_true", help="a high-fat meal went before")
    parser.add_argument("--model", choices=("three-state", "one-compartment"))
    parser.add_argument("--format", choices=("json", "svg"), default="json")


class WordsWrong(ValueError):
    """What was typed cannot be read; the message names it and the mend."""


def run(args: argparse.Namespace) -> int:
    """Print the envelope: 0 done, 2 what was typed cannot be read or cannot be."""
    from holdfast.analysis.exposure.bands import envelope
    from holdfast.analysis.exposure.drawing import svg
    from holdfast.analysis.exposure.people import ExposureRefused
    from holdfast.definitions.exposure import MODELS

    try:
        doses, person = _doses(args), _person(args)
        found = envelope(person, doses, model=args.model or MODELS[0])
    except (WordsWrong, ExposureRefused) as refused:
        print(refused, file=sys.stderr)
        return 2
    print(svg(found, doses) if args.format == "svg" else _json(found, person, doses), end="")
    return 0


def _doses(args: argparse.Namespace) -> "tuple[Dose, ...]":
    from holdfast.analysis.exposure.people import Dose, ExposureRefused, initial_and_supplement

    said = "none" if args.supplement is None else args.supplement.strip()
    has_supplement = said.lower() != "none"
    if args.initial is None or args.initial.strip().lower() in ("none", "0"):
        if has_supplement:
            raise WordsWrong(
                f"--supplement {said}: there is no initial dose for it to follow. "
                "Give the initial dose too, like --initial 120."
            )
        raise WordsWrong("--initial: there is no dose. Give it in mg, like --initial 120.")
    mg = _number(args.initial, "--initial", "120")
    try:
        doses = initial_and_supplement(mg)
    except ExposureRefused as refused:
        raise WordsWrong(f"--initial {args.initial}: {refused.problem}. {refused.mend}.") from None
    if not has_supplement:
        return doses
    if (read := _SUPPLEMENT.match(said)) is None:
        raise WordsWrong(
            f"--supplement {said}: this is not a dose and a time. Write mg@minutes, like 60@105, or none."
        )
    try:
        supplement = Dose(mg=float(read[1]), minute=max(float(read[2]), 0.0))
        return initial_and_supplement(mg, supplement)
    except ExposureRefused as refused:
        raise WordsWrong(f"--supplement {said}: {refused.problem}. {refused.mend}.") from None


def _person(args: argparse.Namespace) -> "Person":
    from holdfast.analysis.exposure.people import ExposureRefused, Person

    weight = _number(args.weight, "--weight", "80")
    activity = _number(args.cyp2d6_activity, "--cyp2d6-activity", "1")
    baseline = _baseline(args.baseline) if args.baseline is not None else None
    try:
        return Person(
            weight_kg=weight,
            sex=args.sex,
            cyp2d6_activity=activity,
            has_eaten=args.has_eaten,
            baseline=baseline,
        )
    except ExposureRefused as refused:
        option = "--weight" if refused.place == "weight" else "--cyp2d6-activity"
        raise WordsWrong(f"{option}: {refused.problem}. {refused.mend}.") from None


def _baseline(said: str) -> "Baseline":
    from holdfast.analysis.exposure.people import Baseline, ExposureRefused

    if (read := _BASELINE.match(said)) is None:
        raise WordsWrong(
            f"--baseline {said}: this is not a reading. Write systolic/diastolic, heart rate and "
            'temperature, like "124/76 68 36.9".'
        )
    systolic, diastolic, rate, temperature = map(float, read.groups())
    try:
        return Baseline(
            systolic_mmhg=systolic,
            diastolic_mmhg=diastolic,
            heart_rate_per_min=rate,
            temperature_celsius=temperature,
        )
    except ExposureRefused as refused:
        raise WordsWrong(f"--baseline {said}: {refused}") from None


def _number(said: str, option: str, like: str) -> float:
    if re.fullmatch(rf"\s*{_NUMBER}\s*", said) is None:
        raise WordsWrong(f"{option} {said}: this is not a number. Write it like {option} {like}.")
    return float(said)


def _json(found: "Envelope", person: "Person", doses: "tuple[Dose, ...]") -> str:
    from holdfast.analysis.exposure.bands import UNITS
    from holdfast.analysis.exposure.drawing import LABEL

    head = {
        "label": LABEL,
        "model": {
            "name": found.model.name,
            "title": found.model.title,
            "sha256": found.model.sha256,
        },
        "person": asdict(person),
        "doses": [asdict(dose) for dose in doses],
        "units": UNITS,
    }
    rows = (
        {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(row).items()
        }
        for row in found.rows()
    )
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    return f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n{lines}\n ]\n}}\n'
