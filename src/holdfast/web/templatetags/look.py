"""Template tags of the look: icons, marks and standings as shape and word, hashes short."""

from datetime import UTC, datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

FORMS = {"long": "j F Y, H:i", "short": "j M Y, H:i", "seconds": "j M Y, H:i:s"}

OUTCOMES = {
    "passed": _("met"),
    "unknown": _("still to ask"),
    "failed": _("stops"),
    "eligible": _("eligible"),
    "undetermined": _("undetermined"),
    "ineligible": _("ineligible"),
}
SHAPES = {"eligible": "passed", "undetermined": "unknown", "ineligible": "failed"}
STANDINGS = {
    "verified": _("verified"),
    "derived": _("derived"),
    "secondary": _("from a second source"),
    "from-memory": _("from memory"),
    "not-found": _("no source found"),
    "signed": _("signed for this site"),
}


NO_NUMBER = _("no public number")


def standing_words(name: str, is_about_a_number: bool = False) -> str:
    """How far a fact was checked, in words: a number that nobody found is said to be that."""
    return str(NO_NUMBER if is_about_a_number and name == "not-found" else STANDINGS[name])


def _use(name: str) -> str:
    return f"{static('holdfast/icons.svg')}#{name}"


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """An icon of the set; decoration only, the words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}"/></svg>', more, _use(name)
    )


@register.simple_tag
def mark(outcome: str) -> SafeString:
    """The shape of an outcome or a decision, named for those who do not see it."""
    return format_html(
        '<svg class="mark {}" role="img" aria-label="{}"><use href="{}"/></svg>',
        outcome,
        OUTCOMES[outcome],
        _use(f"mark-{SHAPES.get(outcome, outcome)}"),
    )


@register.simple_tag
def quiet_mark(outcome: str) -> SafeString:
    """The shape of an outcome where the word stands right beside it."""
    return format_html(
        '<svg class="mark {}" aria-hidden="true"><use href="{}"/></svg>',
        outcome,
        _use(f"mark-{SHAPES.get(outcome, outcome)}"),
    )


@register.simple_tag
def standing(name: str, is_about_a_number: bool = False) -> SafeString:
    """How far a fact was checked, as shape and word."""
    return format_html(
        '<span class="standing"><svg aria-hidden="true"><use href="{}"/></svg>{}</span>',
        _use(f"standing-{name}"),
        standing_words(name, is_about_a_number),
    )


@register.simple_tag
def moment(at: datetime, form: str = "long") -> SafeString:
    """An instant in the site's zone, named; in UTC for machines and on hover.

    ``form`` is ``long``, ``short`` (the month in three letters) or ``seconds``.
    """
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}" class="nowrap">{} {}</time>',
        at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        date_format(local, FORMS[form]),
        local.tzname() or "",
    )


@register.filter
def short_hash(value: str | bytes | None) -> str:
    """The first ten digits of a hash: enough to compare by eye."""
    if value is None:
        return ""
    return (value.hex() if isinstance(value, (bytes, memoryview)) else str(value))[:10]
