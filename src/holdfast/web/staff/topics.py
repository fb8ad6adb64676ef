"""Open questions by topic, in the order of one conversation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from holdfast.definitions.questions import topics
from holdfast.web.staff.shown import FindingShown

Item = TypeVar("Item")
OTHER = "other"
FEW = 10  # so many open questions are shown without folding their topics


@dataclass
class Group(Generic[Item]):
    """What belongs to one topic."""

    code: str
    title: str
    items: list[Item]
    is_open: bool = True


def by_topic(items: Iterable[Item], question_of: Callable[[Item], str | None]) -> list[Group[Item]]:
    """Items by the topic of their question, topics in their order; none is left out."""
    language = get_language() or "en"
    place = topics.topic_by_question()
    found: dict[str, list[Item]] = {}
    for item in items:
        topic = place.get(question_of(item) or "")
        found.setdefault(topic.code if topic else OTHER, []).append(item)
    titles = {topic.code: topic.title(language) for topic in topics.load()}
    titles[OTHER] = _("Something else")
    return [Group(code, title, found[code]) for code, title in titles.items() if code in found]


def folded(findings: Sequence[FindingShown]) -> list[Group[FindingShown]]:
    """Findings by topic: all open where they are few, else the first alone.

    A topic in which a form came back with errors is open too.
    """
    groups = by_topic(findings, lambda finding: finding.question)
    for place, group in enumerate(groups):
        came_back = any(f.override_form and f.override_form.errors for f in group.items)
        group.is_open = place == 0 or len(findings) <= FEW or came_back
    return groups
