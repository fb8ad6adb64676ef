"""Which PINs are too easy to guess, whoever chose them.

Our own rule: no public source sets it. Six digits or more as the issue of this release asks;
repeats, runs and repeated blocks are refused because they are the first that anybody tries.
"""

SHORTEST, LONGEST = 6, 12
_BLOCKS = (1, 2, 3)  # a PIN made of one block of so many digits, again and again
_RUNS = ("01234567890123456789", "98765432109876543210")


def pin_problem(pin: str) -> str | None:
    """The code of what is wrong with a PIN; None where it may be used.

    Examples
    --------
    >>> pin_problem("493817")
    >>> pin_problem("4938"), pin_problem("12345x"), pin_problem("345678"), pin_problem("474747")
    ('pin-too-short', 'pin-not-digits', 'pin-trivial', 'pin-trivial')
    """
    if not (pin.isascii() and pin.isdigit()):
        return "pin-not-digits"
    if len(pin) < SHORTEST:
        return "pin-too-short"
    if len(pin) > LONGEST:
        return "pin-too-long"
    return "pin-trivial" if _is_trivial(pin) else None


def _is_trivial(pin: str) -> bool:
    """A run, a repeated block, or fewer than three different digits."""
    if any(pin in run for run in _RUNS) or len(set(pin)) < 3:
        return True
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in _BLOCKS) or _in_pairs(pin)


def _in_pairs(pin: str) -> bool:
    """Each digit twice in a row: 112233."""
    return len(pin) % 2 == 0 and all(a == b for a, b in zip(pin[::2], pin[1::2], strict=True))
