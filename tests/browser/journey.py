"""One course by hand: four people at their own pages, and a clock that is moved between their acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from holdfast.cli.courses.clinics import alone
from holdfast.cli.courses.course import Course
from holdfast.definitions import consent as documents
from holdfast.records.models import User
from tests.web.clinic import PASSWORD

BEGINS = datetime(2027, 1, 11, 16, tzinfo=UTC)  # a Monday
SITE = "ALONE"


@dataclass
class Clock:
    """The clock of the served product, by the site's own zone."""

    file: Path
    zone: ZoneInfo

    def to(self, day: date, hour: str) -> None:
        """It is that hour of that day now."""
        wanted = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=self.zone)
        self.file.write_text(str((wanted - datetime.now(UTC)).total_seconds()), encoding="ascii")


@dataclass(frozen=True)
class Begun:
    """A person whose eligibility a physician signed, and who is not enrolled yet."""

    person: str  # the address of their pages
    protocol: str
    day: date  # of the signature
    zone: ZoneInfo
    right: dict[str, str]  # the right answer to each question of their consent
    items: tuple[str, ...]  # what they agree to or not


def begin(protocol: str) -> Begun:
    """Fill an empty record with one clinic and one person, as far as the signed verdict."""
    course: Course = alone(protocol, seed=1, begins=BEGINS)
    for _moment in course.referral():
        pass
    course.permitted()
    User.objects.exclude(login="holdfast").update(password=make_password(PASSWORD))
    document = documents.of_protocol(protocol)[-1]
    return Begun(
        person=f"/{SITE}/people/{course.enrollment.id}/",
        protocol=protocol,
        day=course.today,
        zone=course.team.zone,
        right={q.code: q.right for q in document.questions_for(course.protocol)},
        items=tuple(item.code for item in document.items),
    )


@contextmanager
def navigated(page) -> Iterator[None]:
    """Another page comes, whatever its address."""
    with page.expect_navigation():
        yield


def at(page, path: str) -> None:
    """Go to a page; an act that was done leads back to it, so that the next may be done there."""
    if not page.url.endswith(path) or page.locator("main .problem").count():
        page.goto(path)


def put(form, values: dict[str, str | bool | list[str]]) -> None:
    """Fill the fields of a form by their names, as hands do."""
    for name, value in values.items():
        field = form.locator(f"[name='{name}']").first
        kind = field.evaluate("each => each.tagName === 'SELECT' ? 'select' : each.type")
        if kind == "select":
            field.select_option(label=value) if _is_words(value) else field.select_option(value)
        elif kind in ("radio", "checkbox"):
            for each in [value] if isinstance(value, str) else value:
                form.locator(f"[name='{name}'][value='{each}']").check()
        else:
            field.fill(value)


def _is_words(value: object) -> bool:
    """Whether an option is chosen by what it says; codes have no blanks and no capitals."""
    return isinstance(value, str) and (" " in value or value != value.lower())


def sent(page, form, says: str) -> None:
    """Send a form; the page that comes says what was done."""
    with navigated(page):
        form.locator("button.primary").first.click()
    found = page.locator("main .done, main .problem, main .error").all_inner_texts()
    assert any(says in each for each in found), found or page.inner_text("main")


def sheet(page, person: str, name: str, says: str, /, **values) -> None:
    """One act on the page on which a course is run."""
    at(page, f"{person}course/do/")
    form = page.locator(f"form:has([name=sheet][value='{name}'])")
    form.locator("xpath=..").locator("summary").click()
    put(form, values)
    sent(page, form, says)


def clinical(page, person: str, section: str, name: str, /, **values) -> None:
    """One entry of the clinical record."""
    at(page, f"{person}clinical/{section}/")
    form = page.locator(f"form:has([name=sheet][value='{name}'])")
    if not form.is_visible():
        form.locator("xpath=..").locator("summary").click()
    put(form, values)
    sent(page, form, "Recorded")


def consenting(page, person: str, name: str, /, **values) -> None:
    """One act of a clinician on the page of a person's consent."""
    at(page, f"{person}consent/")
    form = page.locator(f"form[action$='/consent/{name}/']").first
    form.locator("xpath=..").locator("summary").click()
    put(form, values)
    sent(page, form, "Signed" if "password" in values else "Recorded")


def later(day: date, days: int) -> date:
    return day + timedelta(days=days)
