"""The expected course as a drawing: five calm bands over one time axis, for screen and paper."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.bands import Band, Envelope
from holdfast.analysis.exposure.people import SESSION_MINUTES, Dose

Array = NDArray[np.float64]

LABEL = "context, not a limit"
_TITLES = {
    "concentration": ("Concentration in plasma", "ng/mL", 0),
    "systolic": ("Systolic pressure", "mmHg", 0),
    "diastolic": ("Diastolic pressure", "mmHg", 0),
    "heart_rate": ("Heart rate", "beats a minute", 0),
    "temperature": ("Temperature", "°C", 1),
}
_WIDTH, _LEFT, _RIGHT = 760, 64, 736
_TOP, _PANEL, _PLOT, _BELOW = 92, 138, 92, 44
_STEPS = (0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500)

# The colours of ink, paper and band by what the drawing is shown on.
_STYLE = """
    svg { --ink: #24313a; --soft: #5d6b75; --line: #c9d1d6; --band: #b9cfd8; --middle: #1f5d73;
          --paper: #fdfdfb; font-family: system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) {
      svg { --ink: #dde4e8; --soft: #a3b0b8; --line: #3a464e; --band: #2f4a56; --middle: #9cc9da;
            --paper: #14191d; } }
    @media print {
      svg { --ink: #000; --soft: #333; --line: #999; --band: #ddd; --middle: #000; --paper: #fff; } }
    .paper { fill: var(--paper); } text { fill: var(--ink); font-size: 13px; }
    .head { font-size: 18px; } .soft { fill: var(--soft); font-size: 12px; }
    .line { stroke: var(--line); fill: none; } .band { fill: var(--band); }
    .middle { stroke: var(--middle); stroke-width: 2; fill: none; }
    .dose { stroke: var(--ink); stroke-dasharray: 4 3; fill: none; }
"""


def svg(envelope: Envelope, doses: Sequence[Dose]) -> str:
    """The envelope as an SVG document of its own, with a title and a description in words.

    It follows the reader's light or dark setting and is black on white on paper. Every band says
    that it is context and no limit.
    """
    height = _TOP + _PANEL * len(envelope.bands) + _BELOW
    told = ", ".join(f"{dose.mg:g} mg at minute {dose.minute:g}" for dose in sorted(doses))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="title desc">',
        '<title id="title">Expected course of a session</title>',
        f'<desc id="desc">{escape(_words(envelope, told))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        '<text class="head" x="16" y="30">Expected course</text>',
        f'<text class="soft" x="16" y="50">{escape(told)}. {escape(envelope.model.title)}.</text>',
        '<text class="soft" x="16" y="67">Line: median. Band: 5 to 95 % of people like this one.'
        "</text>",
    ]
    for number, (measure, band) in enumerate(envelope.bands.items()):
        parts += _panel(measure, band, envelope.minutes, doses, _TOP + _PANEL * number)
    parts += _hours(height - _BELOW)
    return "\n".join([*parts, "</svg>", ""])


def _words(envelope: Envelope, told: str) -> str:
    """The text alternative: what a reader of the drawing would take from it."""
    said = [f"Expected over eight hours after {told}. This is {LABEL}."]
    for measure, band in envelope.bands.items():
        name, unit, digits = _TITLES[measure]
        peak = int(band.values[:, 1].argmax())
        low, middle, high = band.values[peak].tolist()
        said.append(
            f"{name}: highest median {middle:.{digits}f} {unit} at minute {envelope.minutes[peak]}, "
            f"5 to 95 % band there {low:.{digits}f} to {high:.{digits}f}."
        )
    return " ".join(said)


def _panel(
    measure: str, band: Band, minutes: Sequence[int], doses: Sequence[Dose], top: int
) -> list[str]:
    name, unit, digits = _TITLES[measure]
    marks = _marks(float(band.values.min()), float(band.values.max()))
    floor, ceiling = marks[0], marks[-1]

    def down(value: float) -> float:
        return top + _PLOT + 22 - (value - floor) / (ceiling - floor) * _PLOT

    def points(values: Array) -> str:
        pairs = zip(minutes, values.tolist(), strict=True)
        return " ".join(f"{_across(m):.1f},{down(v):.1f}" for m, v in pairs)

    low, middle, high = band.values.T
    back = " ".join(reversed(points(low).split()))
    lines = [f'<g role="group" aria-label="{escape(name)}">']
    lines.append(
        f'<text x="{_LEFT}" y="{top + 12}">{name}, {unit} '
        f'<tspan class="soft">{LABEL}</tspan></text>'
    )
    lines.append(f'<polygon class="band" points="{points(high)} {back}"/>')
    for mark in marks:
        lines.append(f'<path class="line" d="M{_LEFT} {down(mark):.1f}H{_RIGHT}"/>')
        lines.append(
            f'<text class="soft" text-anchor="end" x="{_LEFT - 8}" y="{down(mark) + 4:.1f}">'
            f"{mark:.{digits}f}</text>"
        )
    for dose in doses:
        across = _across(dose.minute)
        lines.append(
            f'<path class="dose" d="M{across:.1f} {down(ceiling):.1f}V{down(floor):.1f}"/>'
        )
    lines.append(f'<polyline class="middle" points="{points(middle)}"/>')
    return [*lines, "</g>"]


def _marks(low: float, high: float) -> list[float]:
    """Three to six round numbers that hold everything between them."""
    for step in _STEPS:
        first, last = int(np.floor(low / step)), int(np.ceil(high / step))
        if last - first <= 5:
            last = max(last, first + 2)
            return [number * step for number in range(first, last + 1)]
    return [np.floor(low), np.ceil(high)]


def _hours(top: int) -> list[str]:
    lines = [
        f'<text class="soft" text-anchor="middle" x="{_across(60 * hour):.1f}" y="{top + 12}">'
        f"{hour} h</text>"
        for hour in range(SESSION_MINUTES // 60 + 1)
    ]
    lines.append(
        f'<text class="soft" text-anchor="end" x="{_RIGHT}" y="{top + 32}">hours from the initial '
        "dose; a dashed line is a dose</text>"
    )
    return lines


def _across(minute: float) -> float:
    return _LEFT + minute / SESSION_MINUTES * (_RIGHT - _LEFT)
