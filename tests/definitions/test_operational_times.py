"""The file of operational times: every one has a reason, and a key we do not know is refused."""

import pytest

from holdfast.definitions.operational_times import FILE, operational_times, read


def test_every_time_says_what_it_is_and_why():
    for code, time in operational_times().items():
        assert code == time.code
        assert time.wording.endswith(".")
        assert time.reason.endswith(".")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema = 1", "schema = 1\nother = 2"),
        ('unit = "min"', 'unit = "min"\nsource = "x"'),
        ('unit = "min"\n', ""),
        ('unit = "min"', 'unit = "wk"'),
        ("default = 60", "default = 6000"),
    ],
)
def test_a_key_or_number_that_does_not_fit_is_refused(old, new):
    text = FILE.read_text("utf-8")
    assert old in text
    with pytest.raises(ValueError, match=r"operational_times\.toml|glass-open-for"):
        read(text.replace(old, new, 1).encode())
