"""Phone and desk, light and dark: one of the four in every run, all of them every night."""

import pytest

_NIGHT = pytest.mark.nightly


def every(phone: int = 390, desk: int = 1280) -> list[object]:
    """The parameters ``width, scheme`` of a page that everybody can use."""
    return [
        (phone, "dark"),
        pytest.param(desk, "light", marks=_NIGHT),
        pytest.param(phone, "light", marks=_NIGHT),
        pytest.param(desk, "dark", marks=_NIGHT),
    ]


# What does not depend on the width.
SCHEMES = ["light", pytest.param("dark", marks=_NIGHT)]
