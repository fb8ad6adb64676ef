"""What a scanned paper may be, told by its own bytes and never by its name."""

LARGEST_SCAN_BYTES = 8 * 1024 * 1024  # a letter of some pages; our own bound, not a clinical one
_ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_END_OF_PDF_BYTES = 1024  # a PDF's end mark stands within its last bytes (ISO 32000-1, 7.5.5)
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"


def media_type_of(data: bytes) -> str | None:
    """The media type of a whole PDF, JPEG or PNG; None for anything else and for a cut-off one.

    Examples
    --------
    >>> media_type_of(b"%PDF-1.7 ... %%EOF"), media_type_of(b"<html>")
    ('application/pdf', None)
    """
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-_END_OF_PDF_BYTES:]:
        return "application/pdf"
    if data.startswith(b"\xff\xd8\xff") and data.endswith(b"\xff\xd9"):
        return "image/jpeg"
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and data.endswith(_PNG_END):
        return "image/png"
    return None


def scan_problem(data: bytes) -> str | None:
    """The code of what keeps these bytes from being kept as a scan; None where nothing does."""
    if not data:
        return "scan-empty"
    if len(data) > LARGEST_SCAN_BYTES:
        return "scan-too-large"
    if media_type_of(data) is None:
        return "scan-of-another-kind"
    return None


def name_fits(name: str, data: bytes) -> bool:
    """True where a file's name ends as its content says; the name itself is used for nothing else.

    Examples
    --------
    >>> name_fits("Letter.PDF", b"%PDF-1.7 ... %%EOF"), name_fits("a.html", b"%PDF-1.7 ... %%EOF")
    (True, False)
    """
    return name.lower().endswith(_ENDINGS.get(media_type_of(data) or "", ()))
