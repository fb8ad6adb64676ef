"""The frame of a bundle: its entries, whom they are about, and what they point at.

A resource is known here by its entry and by its *place* (``Condition/<id>``). Every reference is
followed, in the parts we do not read too: a bundle that points at something it ought to hold has
lost something, and what was lost could have been the reason to refuse.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from holdfast.interop.fhir.document import Document, read_document
from holdfast.interop.fhir.elements import Json, list_in, wrong_type
from holdfast.interop.fhir.refusal import Problems, ReferralRefused
from holdfast.interop.fhir.resource_types import (
    ANSWERING,
    PLACES_AND_PEOPLE_OF_CARE,
    R4_TYPES,
    SUBJECT_KEYS,
)

MOST_ENTRIES = 100_000

BUNDLE_TYPES = frozenset({"transaction", "batch", "collection", "searchset", "document", "message"})

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_REFERENCES = re.compile(rb'"reference":"([^"]*)"')
_TO_CONTAINED = re.compile(rb'"reference":"#([^"]*)"')
_TYPE_AND_ID = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?")
_KEY = re.compile(r"[a-z][A-Za-z]{1,40}")
_MEND_REFERENCE = "Export again with everything it points at, or correct the reference."


@dataclass(slots=True)
class Entry:
    """One resource of the bundle and where it stands."""

    index: int
    kind: str
    resource: Json
    full_url: str | None
    is_not_sent: bool = False  # the request deletes it or only asks for it
    is_about_patient: bool = False  # its subject is the one patient of the bundle

    @property
    def path(self) -> str:
        """The path of the resource in the document, for messages."""
        return f"entry[{self.index}].resource."

    @property
    def place(self) -> str:
        """``Type/id``, the same whatever the order of entries; never a name."""
        known = self.resource.get("id")
        if known is None and self.full_url and self.full_url.startswith("urn:uuid:"):
            known = self.full_url.removeprefix("urn:uuid:")
        if known is None:
            digest = hashlib.sha256(orjson.dumps(self.resource, option=orjson.OPT_SORT_KEYS))
            known = f"sha256-{digest.hexdigest()[:16]}"
        return f"{self.kind}/{known}"


@dataclass
class Bundle:
    """A bundle whose frame is sound: one patient, no dangling references, no entry twice."""

    entries: list[Entry]
    patient: Entry
    patient_names: frozenset[str]
    by_name: dict[str, Entry] = field(repr=False)

    def is_patient(self, reference: object) -> bool:
        """True if a reference is to the one patient of the bundle."""
        return isinstance(reference, str) and (
            reference in self.patient_names or _local_name(reference) in self.patient_names
        )


def read_bundle(data: bytes) -> Bundle:
    """The bundle in ``data``.

    Raises
    ------
    ReferralRefused
        If it is no sound bundle about exactly one patient; ``problems`` names each place.
    """
    document = read_document(data)
    problems = Problems()
    entries = list(_entries(document.content, problems))
    by_name = _by_name(entries, problems)
    problems.refuse_if_any()
    patient = _the_patient(entries)
    names = frozenset(name for name, entry in by_name.items() if entry is patient)
    bundle = Bundle(entries, patient, names, by_name)
    _check_subjects(bundle, problems)
    _check_references(bundle, document, problems)
    problems.refuse_if_any()
    return bundle


def _entries(document: Json, problems: Problems) -> Iterator[Entry]:
    if document.get("resourceType") != "Bundle":
        raise ReferralRefused(
            "resourceType",
            "This is not a FHIR Bundle.",
            "Export the person's whole record as one FHIR R4 Bundle.",
        )
    kind = document.get("type")
    if type(kind) is not str or kind not in BUNDLE_TYPES:
        raise ReferralRefused(
            "type",
            "This is not a type of bundle that brings one person's record.",
            f"Use one of: {', '.join(sorted(BUNDLE_TYPES))}.",
        )
    _refuse_page_of_several(document)
    raw = document.get("entry", [])
    if type(raw) is not list:
        raise wrong_type("entry", "a list")
    if len(raw) > MOST_ENTRIES:
        raise ReferralRefused(
            "entry", f"It has more than {MOST_ENTRIES:,} entries.", "Export fewer years."
        )
    for index, entry in enumerate(raw):
        read = _entry(index, entry, problems)
        if read is not None:
            yield read


def _refuse_page_of_several(document: Json) -> None:
    for index, link in enumerate(list_in(document, "link")):
        if link.get("relation") == "next":
            raise ReferralRefused(
                f"link[{index}]",
                "This is one page of several, and the others are missing.",
                "Join all pages into one bundle.",
            )


def _entry(index: int, entry: Any, problems: Problems) -> Entry | None:
    """One entry, if it is sound: the usual one passes here, any other is told what is wrong."""
    resource = entry.get("resource") if type(entry) is dict else None
    if type(resource) is not dict:
        _no_resource(index, entry, problems)
        return None
    kind, known, full_url = resource.get("resourceType"), resource.get("id"), entry.get("fullUrl")
    if type(kind) is not str or kind not in R4_TYPES or kind == "Bundle":
        _wrong_kind(index, kind, problems)
        return None
    read = Entry(index, kind, resource, full_url)
    if known is not None and (type(known) is not str or _ID.fullmatch(known) is None):
        problems.add(
            read.path + "id",
            "This is not a FHIR id.",
            "Use up to 64 letters, digits, hyphens and points.",
        )
        return None
    if full_url is not None and type(full_url) is not str:
        problems.add(f"entry[{index}].fullUrl", "Expected an address here.", "Correct it.")
        return None
    request = entry.get("request")
    if type(request) is dict and request.get("method") in ("DELETE", "GET", "HEAD"):
        read.is_not_sent = True
    return read


def _no_resource(index: int, entry: Any, problems: Problems) -> None:
    """An entry that only asks or answers brings nothing; any other without an object is wrong."""
    if type(entry) is not dict:
        problems.add(f"entry[{index}]", "Expected an object here.", "Export it again.")
    elif entry.get("resource") is not None:
        problems.add(f"entry[{index}].resource", "Expected an object here.", "Export it again.")


def _wrong_kind(index: int, kind: Any, problems: Problems) -> None:
    if kind == "Bundle":
        problems.add(
            f"entry[{index}].resource",
            "A bundle inside a bundle is not read.",
            "Send one bundle whose entries are the resources themselves.",
        )
        return
    problems.add(
        f"entry[{index}].resource.resourceType",
        "This is not a resource type of FHIR R4.",
        "Export it again as FHIR R4 (version 4.0.1).",
    )


def _by_name(entries: list[Entry], problems: Problems) -> dict[str, Entry]:
    """Every name under which a resource may be referred to; a name that two share is a problem."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.full_url is not None:
            if entry.full_url in found:
                problems.add(
                    f"entry[{entry.index}].fullUrl",
                    f"entry[{found[entry.full_url].index}] has the same fullUrl.",
                    "Give each entry a fullUrl of its own, or leave out the copy.",
                )
            found[entry.full_url] = entry
        known = entry.resource.get("id")
        if known is not None:
            name = f"{entry.kind}/{known}"
            if found.setdefault(name, entry) is not entry and found[name].kind == entry.kind:
                problems.add(
                    f"{entry.path}id",
                    f"entry[{found[name].index}] is a {entry.kind} with the same id.",
                    "Keep one of the two.",
                )
    return found


def _the_patient(entries: list[Entry]) -> Entry:
    patients = [entry for entry in entries if entry.kind == "Patient" and not entry.is_not_sent]
    if not patients:
        raise ReferralRefused(
            "entry", "There is no Patient in the bundle.", "Export it with the Patient."
        )
    if len(patients) > 1:
        raise ReferralRefused(
            f"entry[{patients[1].index}].resource",
            f"This is a second Patient; entry[{patients[0].index}] is the first.",
            "Send one bundle for each person.",
        )
    return patients[0]


def _check_subjects(bundle: Bundle, problems: Problems) -> None:
    names = bundle.patient_names
    for entry in bundle.entries:
        resource = entry.resource
        if entry.kind in ANSWERING:
            key = SUBJECT_KEYS.get(entry.kind, "subject")
        else:
            key = "patient" if "patient" in resource else "subject"
        subject = resource.get(key)
        if type(subject) is dict:
            reference = subject.get("reference")
            if type(reference) is str and (reference in names or bundle.is_patient(reference)):
                entry.is_about_patient = True
                continue
        try:
            _check_subject(bundle, entry, subject, key)
        except ReferralRefused as refusal:
            problems.add_under(entry.path, refusal)


def _check_subject(bundle: Bundle, entry: Entry, subject: object, key: str) -> None:
    if subject is None:
        if entry.kind in ANSWERING and entry.kind != "Observation":
            raise ReferralRefused(
                key, "It does not say whom it is about.", "Add the reference to the Patient."
            )
        return
    for number, each in enumerate(subject if type(subject) is list else [subject]):
        at = f"{key}[{number}]" if type(subject) is list else key
        if type(each) is not dict:
            raise wrong_type(at, "a reference")
        reference = each.get("reference")
        if reference is None and entry.kind not in ANSWERING:
            continue
        if type(reference) is not str:
            raise ReferralRefused(
                f"{at}.reference",
                "It does not say by a reference whom it is about.",
                "Refer to the Patient of this bundle.",
            )
        if reference.startswith("Patient?"):
            raise ReferralRefused(
                f"{at}.reference",
                "A search instead of a reference cannot be followed here.",
                "Refer to the Patient of this bundle by its fullUrl.",
            )
        name = _local_name(reference) or reference
        is_someone = name.startswith(("Patient/", "#")) and entry.kind in ANSWERING
        if not bundle.is_patient(reference) and (is_someone or name.startswith("Patient/")):
            raise ReferralRefused(
                f"{at}.reference",
                "It is about another patient than the one in this bundle.",
                "Send one bundle for each person.",
            )


def _local_name(reference: str) -> str | None:
    """``Type/id`` of a relative or absolute reference, without its server and version."""
    match = _TYPE_AND_ID.fullmatch(reference) if len(reference) < 2_000 else None
    return f"{match[1]}/{match[2]}" if match else None


def _check_references(bundle: Bundle, document: Document, problems: Problems) -> None:
    """Find dangling references: a search over all first, and then the place of each."""
    held = frozenset(entry.kind for entry in bundle.entries)
    is_page = document.content["type"] == "searchset"
    is_dangling = _dangling_test(bundle, held, is_page=is_page)
    pointed_at = _REFERENCES.findall(document.written)
    inside = [each for each in pointed_at if each[:1] == b"#"]
    if len(inside) == _inside_found(bundle, document) and not any(
        is_dangling(each.decode("utf-8", "replace")) for each in set(pointed_at)
    ):
        return
    for entry in bundle.entries:
        _name_dangling(entry, _contained_ids(entry.resource), is_dangling, problems)


def _inside_found(bundle: Bundle, document: Document) -> int:
    """How many references to contained resources find theirs."""
    count = 0
    for entry in bundle.entries:
        if "contained" in entry.resource:
            known = {each.encode() for each in _contained_ids(entry.resource)} | {b""}
            found = _TO_CONTAINED.findall(document.pieces[entry.index])
            count += sum(1 for each in found if each in known)
    return count


def _is_lost(reference: str, contained: frozenset[str], is_dangling: Callable[[str], bool]) -> bool:
    if reference.startswith("#"):
        return reference != "#" and reference[1:] not in contained
    return is_dangling(reference)


def _name_dangling(
    entry: Entry, contained: frozenset[str], is_dangling: Callable[[str], bool], problems: Problems
) -> None:
    for path, reference in _references_in(entry.resource):
        is_other_record = ".link[" in f".{path}"  # where a Patient names records kept elsewhere
        if _is_lost(reference, contained, is_dangling) and not is_other_record:
            problems.add(
                entry.path + path,
                "It points at something that is not in this bundle.",
                _MEND_REFERENCE,
            )


def _dangling_test(bundle: Bundle, held: frozenset[str], *, is_page: bool) -> Callable[[str], bool]:
    by_name = bundle.by_name

    def is_dangling(reference: str) -> bool:
        if reference in by_name or reference.startswith("#"):
            return False
        if reference.startswith("urn:"):
            return True
        if "://" in reference or "?" in reference:
            return False  # on another server, or a search there
        name = _local_name(reference)
        if name is None:
            return True
        kind = name.partition("/")[0]
        if name in by_name or kind in PLACES_AND_PEOPLE_OF_CARE:
            return False
        return kind in ("Medication", "Patient") or (kind in held and not is_page)

    return is_dangling


def _contained_ids(resource: Json) -> frozenset[str]:
    contained = resource.get("contained")
    if type(contained) is not list:
        return frozenset()
    return frozenset(
        each["id"] for each in contained if type(each) is dict and type(each.get("id")) is str
    )


def _references_in(resource: Json) -> Iterator[tuple[str, str]]:
    """Every reference and its path; without recursion, because the depth is the sender's."""
    waiting: list[tuple[str, Any]] = [("", resource)]
    while waiting:
        path, value = waiting.pop()
        if type(value) is list:
            waiting += [(f"{path}[{number}]", each) for number, each in enumerate(value)]
        elif type(value) is dict:
            reference = value.get("reference")
            if type(reference) is str:
                yield (f"{path}.reference" if path else "reference"), reference
            for key, each in value.items():
                if type(each) is dict or type(each) is list:
                    name = key if _KEY.fullmatch(key) else "?"
                    waiting.append((f"{path}.{name}" if path else name, each))
