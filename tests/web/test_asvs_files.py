"""OWASP ASVS 5.0, chapter V5: what may come in as a file, and how it goes out again."""

import gzip
import io
import re
import tempfile
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse

from holdfast.domain.scans import LARGEST_SCAN_BYTES
from holdfast.records.models import Approval, Enrollment, Scan
from holdfast.web.requests import UPLOADS
from tests.web.clinic import PDF, Places
from tests.web.routes import every_route
from tests.web.test_referral_page import ADDRESS as IMPORT
from tests.web.test_referral_page import BUNDLE
from tests.web.test_referral_page import told as bundle_told

HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
TRICKS = [
    "../../../etc/cron.d/x.pdf",
    "..\\..\\boot.pdf",
    "/etc/passwd.pdf",
    "a\r\nSet-Cookie: planted=1.pdf",
    'a"; filename="evil.exe.pdf',
    "invoice\u202efdp.exe.pdf",
    "\u0000.pdf",
    "Canarybird letter.pdf",
    "%2e%2e%2fx.pdf",
]


def sent(browser: Client, clinic, name: str, data: bytes):
    told = {"entry_id": str(uuid4()), "scan": SimpleUploadedFile("x", data)}
    told["scan"].name = name  # as a hostile client writes it, not as Django's test client would
    return browser.post(f"/NORTH/people/{clinic.pk}/scans/", told)


def scan_address(clinic, scan: Scan) -> str:
    return f"/NORTH/people/{clinic.pk}/scans/{scan.pk}/"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", HTML),
        ("page.pdf", HTML),
        ("picture.svg", SVG),
        ("picture.png", SVG),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + HTML),
        ("letter.pdf", b"%PDF-1.7 without an end"),
        ("archive.pdf", b"PK\x03\x04" + PDF),
        ("letter.png", PDF),
        ("letter.pdf.html", PDF),
        ("letter", PDF),
        ("picture.pdf", JPEG),
        ("empty.pdf", b""),
        ("large.pdf", b"%PDF-" + bytes(LARGEST_SCAN_BYTES) + b"%%EOF"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_at_its_field(as_role, clinic, name, data):
    before = Scan.objects.count()
    answer = sent(as_role("coordinator"), clinic, name, data)
    assert answer.status_code == 422
    assert 'id="id_scan_error"' in answer.content.decode()
    assert Scan.objects.count() == before


@pytest.mark.parametrize(("name", "data"), [("a.PDF", PDF), ("b.jpeg", JPEG), ("c.jpg", JPEG)])
def test_a_file_that_is_what_its_name_says_is_kept(as_role, clinic, name, data):
    before = Scan.objects.count()
    assert sent(as_role("coordinator"), clinic, name, data).status_code == 302
    assert Scan.objects.count() == before + 1


@pytest.mark.parametrize("name", TRICKS)
def test_a_files_name_is_never_used_again(as_role, clinic, name):
    browser = as_role("coordinator")
    sent(browser, clinic, name, PDF + name.encode() + b"%%EOF")
    scan = Scan.objects.order_by("-position").first()
    answer = browser.get(scan_address(clinic, scan))
    said = answer["Content-Disposition"]
    assert said == f'attachment; filename="{clinic.label}-{scan.content_sha256[:8]}.pdf"'
    assert "planted" not in answer.cookies
    page = browser.get(f"/NORTH/people/{clinic.pk}/papers/").content.decode()
    assert "cron.d" not in page
    assert "evil.exe" not in page


def test_what_came_from_outside_goes_out_as_a_download_of_its_own_kind(as_role, clinic):
    scan = Scan.objects.get()
    answer = as_role("coordinator").get(scan_address(clinic, scan))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer.content == PDF


def test_nothing_that_is_uploaded_touches_the_disk(as_role, clinic, monkeypatch, tmp_path):
    made: list[object] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, lambda *a, **k: made.append(a))
    as_role("coordinator").post(IMPORT, bundle_told())
    sent(as_role("coordinator"), clinic, "a.pdf", PDF)
    assert made == []
    assert list(tmp_path.rglob("*")) == [Path(p) for p in tmp_path.rglob("clinic.sqlite3*")]


def test_a_file_that_unpacks_without_end_is_refused_before_it_is_unpacked(as_role, clinic):
    """A thousandth of what it becomes: 65 KB that would be 64 MB and more."""
    packed = gzip.compress(bytes(settings.UPLOAD_LIMIT_BYTES + 1), 9)
    answer = as_role("coordinator").post(IMPORT, bundle_told(packed, "r.json.gz"))
    assert answer.status_code == 422
    assert "larger than 64 MiB" in answer.content.decode()
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("r.json", gzip.compress(BUNDLE.data)),
        ("r.json.gz", BUNDLE.data),
        ("r.exe", BUNDLE.data),
        ("r.json", HTML),
        ("r.json.gz", b"PK\x03\x04"),
    ],
)
def test_a_bundle_that_is_not_what_its_name_says_is_refused(as_role, clinic, name, data):
    answer = as_role("coordinator").post(IMPORT, bundle_told(data, name))
    assert answer.status_code == 422
    assert Enrollment.objects.count() == 1


def test_more_files_or_fields_than_any_form_has_are_refused(as_role, clinic):
    many = {f"f{n}": SimpleUploadedFile("a.pdf", PDF) for n in range(20)}
    assert as_role("coordinator").post(IMPORT, many).status_code == 400
    assert (
        as_role("coordinator").post(IMPORT, {f"f{n}": "x" for n in range(5000)}).status_code == 400
    )


def test_a_body_that_says_it_is_too_large_is_refused_unread(as_role, clinic):
    browser = as_role("coordinator")
    length = str(settings.UPLOAD_LIMIT_BYTES + 1)
    answer = browser.post(IMPORT, b"x", content_type="text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == 413


def test_of_an_approvals_document_only_the_hash_is_kept(as_role, clinic):
    """It is not stored, so nothing of it can be served."""
    fields = {field.name for field in Approval._meta.get_fields()}
    assert "document_sha256" in fields
    assert not {"document", "file", "content"} & fields


def test_a_persons_copy_shows_hostile_words_as_words(as_role, clinic):
    browser = as_role("coordinator")
    words = "<script>alert(1)</script>=cmd|' /C calc'!A0"
    told = {"entry_id": str(uuid4()), "name": words, "is_current": "true", "source": "told"}
    assert browser.post(f"/NORTH/people/{clinic.pk}/medications/", told).status_code == 302
    answer = browser.post(f"/NORTH/people/{clinic.pk}/own-copy/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"record.html", "record.json"} <= set(archive.namelist())
        assert all(re.fullmatch(r"(?:\w+/)?[\w-]+\.\w+", name) for name in archive.namelist())
        page = archive.read("record.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_form_that_takes_no_file_is_bounded_as_a_form(as_role, clinic):
    """Anybody may send a form; nobody makes the server hold 64 MB by it."""
    nobody = Client(headers={"host": "localhost"})
    told = {"login_name": "x" * (settings.FORM_LIMIT_BYTES + 1), "password": "x"}
    assert nobody.post("/log-in/", told).status_code == 413
    assert nobody.post("/nowhere/", told).status_code == 413
    assert nobody.post("/look/", {"theme": "x" * 1000}).status_code == 302


def test_every_form_that_takes_a_file_is_on_the_list(as_role, clinic):
    """Read from the pages themselves: whatever has a file field is bounded as an upload."""
    places, found = Places.now(), set()
    for route in every_route():
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        for who in ("coordinator", "physician"):
            page = as_role(who).get(address)
            if "html" not in page.get("Content-Type", ""):
                continue
            for form in page.content.decode().split("<form")[1:]:
                if 'type="file"' in form.split("</form>")[0]:
                    action = re.search(r'action="([^"]+)"', form)
                    found.add(resolve(action[1] if action else address).view_name)
    assert found
    assert found <= UPLOADS
