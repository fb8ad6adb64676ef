"""The steps of a first call, as hands make them on the pages."""

from tests.web.clinic import PASSWORD

PROTOCOL = "tga-authorised-prescriber"


def begin(page, family: str) -> str:
    """Safety, permission, identity; the address of the person."""
    page.goto("/NORTH/calls/new/")
    page.check("[name=form][value=call]")
    page.check("[name=safety][value=safe]")
    page.check("[name=consent_to_hold][value=yes]")
    page.select_option("[name=source]", "self")
    page.fill("[name=given]", "Ada")
    page.fill("[name=family]", family)
    page.fill("[name=born_on]", "1985-04-02")
    page.check("[name=sex][value=female]")
    page.select_option("[name=protocol]", PROTOCOL)
    page.check("[name=may_contact][value=true]")
    page.check("[name=ways][value=telephone]")
    page.click("text=Go on to the questions")
    page.wait_for_url("**/call/")
    return str(page.url).removesuffix("call/")


def keep(page, code: str, value: str) -> None:
    """One answer by the mouse; the page says that it is kept."""
    page.check(f"#asked-{code} [name=value][value={value}]")
    page.wait_for_selector(f"#kept-{code} >> text=Kept:")


def sign(doctor, person: str) -> str:
    """A physician signs the verdict, whatever it is; what it was."""
    doctor.goto(person)
    decision = doctor.inner_text(".verdict")
    doctor.fill("#confirm [name=password]", PASSWORD)
    doctor.click("#confirm form button")
    doctor.wait_for_selector("text=Signed")
    return str(decision)
