"""Results of the laboratory and the ECG: codes that can be true, and the corrected QT interval."""

import re
from decimal import ROUND_HALF_UP, Decimal

from holdfast.domain.findings import Reference

FRIDERICIA = Reference(
    "Fridericia 1920, Acta Medica Scandinavica 53:469",
    "https://doi.org/10.1111/j.0954-6820.1920.tb18266.x",
)
_LOINC = re.compile(r"([0-9]{1,7})-([0-9])")
# Units as UCUM writes them, of what laboratories report and medicines are dosed in.
UNITS = frozenset(
    (
        *("mmol/L", "umol/L", "nmol/L", "pmol/L", "meq/L", "mmol/mol", "mg/dL", "g/dL", "g/L"),
        *("mg/L", "ug/L", "ug/mL", "ng/mL", "ng/L", "ng/dL", "pg/mL", "U/L", "k[IU]/L"),
        *("[IU]/L", "m[IU]/L", "m[IU]/mL", "u[IU]/mL", "%", "10*9/L", "10*12/L", "10*3/uL"),
        *("10*6/uL", "fL", "pg", "ms", "s", "/min", "mm[Hg]", "mm/h", "kg", "Cel", "1", "{ratio}"),
        *("mL/min", "mL/min/{1.73_m2}", "mg/g", "mg/mmol", "mg", "ug", "g", "mL", "[drp]", "{tbl}"),
    )
)
_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_BETWEEN = re.compile(rf"{_NUMBER}\s*(?:-|–|—|to|bis)\s*{_NUMBER}")
_AT_MOST = re.compile(rf"(?:<|≤|<=|up to|bis)\s*{_NUMBER}")
_AT_LEAST = re.compile(rf"(?:>|≥|>=|from|ab)\s*{_NUMBER}")


def qtcf_ms(qt_ms: Decimal, heart_rate_per_min: Decimal) -> int:
    """The QT interval corrected for heart rate by Fridericia's cube root, in whole milliseconds.

    QTcF = QT / RR^(1/3), with RR in seconds: 60 over the heart rate.

    Parameters
    ----------
    qt_ms
        The QT interval as read, in milliseconds; 100 to 1000.
    heart_rate_per_min
        Beats a minute in the same recording; 20 to 300.

    Raises
    ------
    ValueError
        If either cannot be true. The bounds catch typing slips, not illness.

    References
    ----------
    Fridericia 1920, https://doi.org/10.1111/j.0954-6820.1920.tb18266.x

    Examples
    --------
    >>> qtcf_ms(Decimal(400), Decimal(60)), qtcf_ms(Decimal(360), Decimal(90))
    (400, 412)
    """
    if not 100 <= qt_ms <= 1000:
        raise ValueError(f"QT {qt_ms} ms: expected 100 to 1000.")
    if not 20 <= heart_rate_per_min <= 300:
        raise ValueError(f"Heart rate {heart_rate_per_min}/min: expected 20 to 300.")
    rr_seconds = Decimal(60) / heart_rate_per_min
    corrected = qt_ms / rr_seconds ** (Decimal(1) / Decimal(3))
    return int(corrected.to_integral_value(ROUND_HALF_UP))


def is_loinc(code: str) -> bool:
    """True for a code whose check digit fits (mod 10, as LOINC's manual gives it).

    >>> is_loinc("2823-3"), is_loinc("2823-4"), is_loinc("potassium")
    (True, False, False)
    """
    found = _LOINC.fullmatch(code)
    if found is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(found[1])):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(found[2])


def is_ucum(unit: str) -> bool:
    """True for a unit of the list that is kept here: free words never stand where a unit does.

    >>> is_ucum("mmol/L"), is_ucum("mmol per litre")
    (True, False)
    """
    return unit in UNITS


def is_outside(value: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool | None:
    """True where a value lies outside the laboratory's own range; None where that cannot be said."""
    if value is None or (low is None and high is None):
        return None
    return (low is not None and value < low) or (high is not None and value > high)


def range_of(words: str) -> tuple[Decimal | None, Decimal | None]:
    """The numbers of a range as a laboratory writes it; None on both sides where it cannot be read.

    Only a text that is nothing but a range is read: what stands beside it could change its meaning.

    >>> range_of("3.5 - 5.1"), range_of("<40"), range_of("see comment")
    ((Decimal('3.5'), Decimal('5.1')), (None, Decimal('40')), (None, None))
    """
    text = words.strip()
    if found := _BETWEEN.fullmatch(text):
        low, high = _decimal(found[1]), _decimal(found[2])
        return (None, None) if low > high else (low, high)
    if found := _AT_MOST.fullmatch(text):
        return None, _decimal(found[1])
    if found := _AT_LEAST.fullmatch(text):
        return _decimal(found[1]), None
    return None, None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
