"""Template tags of the look: icons, marks and standings as shape and word, hashes short."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

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
    "not-found": _("no public number"),
    "signed": _("signed for this site"),
}


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
def standing(name: str) -> SafeString:
    """How far a fact was checked, as shape and word."""
    return format_html(
        '<span class="standing"><svg aria-hidden="true"><use href="{}"/></svg>{}</span>',
        _use(f"standing-{name}"),
        STANDINGS[name],
    )


@register.filter
def short_hash(value: str | bytes | None) -> str:
    """The first ten digits of a hash: enough to compare by eye."""
    if value is None:
        return ""
    return (value.hex() if isinstance(value, (bytes, memoryview)) else str(value))[:10]
