"""Bad input is refused with the place and the mend, and nothing of it is kept."""

import gzip
import io
import json
import traceback
import zlib
from datetime import timedelta

import pytest

from holdfast.interop.fhir import bundle as bundles
from holdfast.interop.fhir import document
from holdfast.interop.fhir.document import MOST_BYTES, read_bounded, read_gzip
from holdfast.interop.fhir.identity import read_identity
from holdfast.interop.fhir.referral import ReferralRefused, read_import, read_referral
from tests.interop.made import (
    AS_OF,
    ME,
    RXNORM,
    allergy,
    bundle,
    concept,
    condition,
    data,
    patient,
    pressure,
    procedure,
    quantity,
    request,
    statement,
    status,
    weight,
)

OTHER = {"reference": "Patient/p2"}
GONE = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}


def refused(raw: bytes) -> ReferralRefused:
    with pytest.raises(ReferralRefused) as caught:
        read_referral(raw, as_of=AS_OF)
    return caught.value


def with_unit(unit: str | None, code: str | None = None) -> dict:
    raw = {"value": 70, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}
    return weight(valueQuantity={key: value for key, value in raw.items() if value is not None})


FILES = [
    ("nothing at all", b"", "line 1, column 1", "ends too early"),
    ("not JSON", b"PID|1|Quillfeather", "line 1, column 1", "not JSON"),
    ("JSON cut short", data(patient())[:-20], "line 1", "ends too early"),
    ("something after the end", data(patient()) + b" {}", "line 1", "not JSON"),
    ("not UTF-8", data(patient()).replace(b"Orrin", b"Orr\xefn"), "the file", "not UTF-8"),
    ("UTF-16", json.dumps({}).encode("utf-16"), "the file", "not UTF-8"),
    ("a lone surrogate", data(patient()).replace(b"Orrin", rb"Orr\ud800n"), "line 1", "not JSON"),
    ("NaN", data(weight()).replace(b"70.5", b"NaN"), "line 1", "not JSON"),
    ("Infinity", data(weight()).replace(b"70.5", b"-Infinity"), "line 1", "not JSON"),
    ("a number beyond all numbers", data(weight()).replace(b"70.5", b"1e999"), "line 1", "JSON"),
    ("nested 100,000 deep", b"[" * 100_000, "line 1", "nested"),
    ("nested 900 deep", b'{"a":' * 900 + b"1" + b"}" * 900, "the file", "nested"),
    (
        "an entry nested 300 deep",
        data(patient(extension=[])).replace(b"[]", b"[" * 300 + b"]" * 300),
        "the file",
        "nested",
    ),
    (
        "a key twice beside an endless number",
        b'{"resourceType": "Bundle", "a": 1' + b"0" * 5000 + b', "a": 2}',
        "line 1",
        "not JSON",
    ),
    (
        "a key twice beside a long number",
        b'{"n": 0.' + b"1" * 6000 + b', "a": 1, "a": 2}',
        "a",
        "twice",
    ),
    ("a list", b"[]", "the file", "not an object"),
    ("a text", b'"Bundle"', "the file", "not an object"),
    ("a key twice", data(patient()).replace(b'"id"', b'"gender": "male", "id"'), "gender", "twice"),
    ("not a bundle", json.dumps(patient()).encode(), "resourceType", "not a FHIR Bundle"),
    ("a history", data(patient(), kind="history"), "type", "type of bundle"),
    ("a bundle without a type", data(patient(), type=None), "type", "type of bundle"),
    ("entries that are no list", data(patient(), entry={}), "entry", "a list"),
    ("an entry that is a text", data(entry=["Patient"]), "entry[0]", "an object"),
    ("a resource that is a list", data(entry=[{"resource": []}]), "entry[0].resource", "an object"),
    ("no entries", data(entry=[]), "entry", "no Patient"),
    ("no patient", data(condition()), "entry", "no Patient"),
    ("two patients", data(patient(), patient(id="p2")), "entry[1].resource", "second Patient"),
    (
        "a page of a longer search",
        data(patient(), kind="searchset", link=[{"relation": "next", "url": "http://x"}]),
        "link[0]",
        "page of several",
    ),
    (
        "an unknown resource type",
        data(patient(), {"resourceType": "MedicationUsage"}),
        "entry[1].resource.resourceType",
        "not a resource type",
    ),
    ("a bundle in a bundle", data(patient(), bundle()), "entry[1].resource", "inside a bundle"),
    ("an id that is a sentence", data(patient(id="Orrin Q")), "entry[0].resource.id", "FHIR id"),
    (
        "the same id twice",
        data(patient(), condition(), condition()),
        "entry[2].resource.id",
        "entry[1]",
    ),
    (
        "the same fullUrl twice",
        data(entry=[{"fullUrl": "urn:uuid:1", "resource": r} for r in (patient(), condition())]),
        "entry[1].fullUrl",
        "entry[0]",
    ),
    (
        "a fullUrl that is a number",
        data(entry=[{"fullUrl": 7, "resource": patient()}]),
        "entry[0].fullUrl",
        "address",
    ),
]

RESOURCES = [
    ("another patient", condition(subject=OTHER), "subject.reference", "another patient"),
    (
        "another patient by address",
        condition(subject={"reference": "https://elsewhere.example/fhir/Patient/p2"}),
        "subject.reference",
        "another patient",
    ),
    (
        "a contained patient",
        condition(contained=[{"resourceType": "Patient", "id": "x"}], subject={"reference": "#x"}),
        "subject.reference",
        "another patient",
    ),
    (
        "another patient in what is not read",
        {"resourceType": "Encounter", "id": "e", "subject": OTHER},
        "subject.reference",
        "another patient",
    ),
    ("nobody", condition(subject=None), "subject", "whom it is about"),
    ("an allergy of nobody", allergy(patient=None), "patient", "whom it is about"),
    ("a subject in words", condition(subject="Orrin"), "subject", "a reference"),
    ("a subject by number", condition(subject={"identifier": {}}), "subject.reference", "whom"),
    (
        "a subject by search",
        condition(subject={"reference": "Patient?identifier=7"}),
        "subject.reference",
        "search",
    ),
    ("a dangling subject", condition(subject=GONE), "subject.reference", "not in this bundle"),
    ("a dangling urn", condition(encounter=GONE), "encounter.reference", "not in this bundle"),
    (
        "a dangling reference of its own kind",
        request(reasonReference=[ME, {"reference": "MedicationRequest/gone"}]),
        "reasonReference[1].reference",
        "not in this bundle",
    ),
    (
        "a dangling contained reference",
        condition(asserter={"reference": "#x"}),
        "asserter.reference",
        "not in this bundle",
    ),
    (
        "a dangling medicine",
        request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"}),
        "medicationReference.reference",
        "not in this bundle",
    ),
    (
        "a dangling contained medicine",
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"}),
        "medicationReference.reference",
        "not in this bundle",
    ),
    (
        "a dangling reference where nothing is read",
        {"resourceType": "CarePlan", "subject": ME, "activity": [{"reference": GONE}]},
        "activity[0].reference.reference",
        "not in this bundle",
    ),
    ("no medicine", request(medicationCodeableConcept=None), "medication[x]", "which medicine"),
    (
        "two medicines",
        request(
            contained=[{"resourceType": "Medication", "id": "m"}],
            medicationReference={"reference": "#m"},
        ),
        "medication[x]",
        "It has both",
    ),
    (
        "an empty medicine",
        request(medicationCodeableConcept={}),
        "medicationCodeableConcept",
        "which medicine",
    ),
    (
        "an RxNorm code in words",
        request(medicationCodeableConcept=concept("x", (RXNORM, "sertraline"))),
        "medicationCodeableConcept.coding",
        "is a number",
    ),
    ("a status that is not one", request(status="bogus"), "status", "not one of the codes"),
    ("no status", request(status=None), "status", "requires"),
    ("an intent that is not one", request(intent="wish"), "intent", "not one of the codes"),
    ("a status that is an object", statement(status={}), "status", "a code"),
    ("a clinical status in words", condition(clinicalStatus="active"), "clinicalStatus", "object"),
    (
        "a clinical status that is not one",
        condition(clinicalStatus=status("condition-clinical", "here")),
        "clinicalStatus.coding",
        "not one of the codes",
    ),
    (
        "a verification status of another list",
        condition(verificationStatus=status("condition-clinical", "confirmed")),
        "verificationStatus.coding",
        "allows",
    ),
    ("a procedure's status", procedure(status="done"), "status", "not one of the codes"),
    ("an observation's status", weight(status="ok"), "status", "not one of the codes"),
    ("a code in words", condition(code="PTSD"), "code", "an object"),
    ("codings that are no list", condition(code={"coding": {}}), "code.coding", "a list"),
    ("a coding in words", condition(code={"coding": ["F43.1"]}), "code.coding[0]", "an object"),
    (
        "a code that is a number",
        condition(code={"coding": [{"system": "http://snomed.info/sct", "code": 47505003}]}),
        "code.coding[0].code",
        "a code",
    ),
    ("a text that is a list", condition(code={"text": ["PTSD"]}), "code.text", "a text"),
    ("hidden characters", condition(code={"text": "PTSD\u0000"}), "code.text", "hidden"),
    ("backward text", condition(code={"text": "a\u202ebc"}), "code.text", "hidden"),
    ("a text without end", condition(code={"text": "x" * 100_000}), "code.text", "longer than"),
    (
        "meaning that is modified",
        condition(modifierExtension=[{"url": "http://x", "valueBoolean": True}]),
        "modifierExtension",
        "changes the meaning",
    ),
    ("rules of its own", weight(implicitRules="http://x"), "implicitRules", "changes the meaning"),
    ("a date in the future", condition(onsetDateTime="2026-11-25"), "onsetDateTime", "future"),
    ("a year in the future", condition(onsetDateTime="2027"), "onsetDateTime", "future"),
    (
        "a weight from the future",
        weight(effectiveDateTime="2031-01"),
        "effectiveDateTime",
        "future",
    ),
    ("a prescription from the future", request(authoredOn="2099-01-01"), "authoredOn", "future"),
    (
        "a procedure yet to come",
        procedure(performedDateTime=None, performedPeriod={"start": "2027-01-01"}),
        "performedPeriod.start",
        "future",
    ),
    (
        "a completed medicine that ends in the future",
        statement(effectivePeriod={"end": "2027-01-01"}),
        "effectivePeriod.end",
        "future",
    ),
    ("no such day", condition(onsetDateTime="2023-02-29"), "onsetDateTime", "no such date"),
    ("before living memory", condition(onsetDateTime="0001-01-01"), "onsetDateTime", "no such"),
    (
        "a date in another order",
        condition(onsetDateTime="31/05/2019"),
        "onsetDateTime",
        "not a date",
    ),
    ("a date that is a number", condition(onsetDateTime=2019), "onsetDateTime", "a date"),
    ("digits of another script", condition(onsetDateTime="२०१९"), "onsetDateTime", "not a date"),
    (
        "over before it began",
        condition(abatementDateTime="2018-01-01"),
        "abatement[x]",
        "before it begins",
    ),
    (
        "two beginnings",
        condition(onsetString="as a child"),
        "onset[x]",
        "It has both",
    ),
    (
        "a period the wrong way round",
        statement(effectivePeriod={"start": "2026-01-01", "end": "2025-01-01"}),
        "effectivePeriod.end",
        "before it begins",
    ),
    ("a wrong unit", with_unit("[stone_av]", "[stone_av]"), "valueQuantity.code", "[stone_av]"),
    ("a wrong printed unit", with_unit("stone"), "valueQuantity.unit", "'stone'"),
    ("a unit in two minds", with_unit("lb", "kg"), "valueQuantity.unit", "shown in"),
    ("no unit", with_unit(None), "valueQuantity.unit", "no unit"),
    (
        "a value in words",
        weight(valueQuantity=quantity("70", "kg")),
        "valueQuantity.value",
        "number",
    ),
    (
        "a value that is true",
        weight(valueQuantity=quantity(True, "kg")),
        "valueQuantity.value",
        "number",
    ),
    ("a quantity in words", weight(valueQuantity="70 kg"), "valueQuantity", "an object"),
    (
        "a text for a measurement",
        weight(valueQuantity=None, valueString="70 kg"),
        "valueString",
        "as a number",
    ),
    (
        "a negative weight",
        weight(valueQuantity=quantity(-70, "kg")),
        "valueQuantity.value",
        "negative",
    ),
    (
        "a huge weight",
        weight(valueQuantity=quantity(1e300, "kg")),
        "valueQuantity.value",
        "too large",
    ),
    (
        "a comparator that is not one",
        weight(valueQuantity=quantity(70, "kg") | {"comparator": "about"}),
        "valueQuantity.comparator",
        "not one of the codes",
    ),
    (
        "a height in another unit, though nobody asks for it",
        weight(
            code=concept("Body height", ("http://loinc.org", "8302-2")),
            valueQuantity=quantity(170, "kg"),
        ),
        "valueQuantity.code",
        "'kg'",
    ),
    (
        "a negative height",
        weight(
            code=concept("Body height", ("http://loinc.org", "8302-2")),
            valueQuantity=quantity(-170, "cm"),
        ),
        "valueQuantity.value",
        "negative",
    ),
    ("pressures exchanged", pressure(80, 120), "component", "not below"),
    (
        "a component in words",
        pressure(120, 80, component=["120/80"]),
        "component[0]",
        "an object",
    ),
    (
        "a component's wrong unit",
        pressure(
            120,
            80,
            component=[
                {
                    "code": concept("Systolic", ("http://loinc.org", "8480-6")),
                    "valueQuantity": quantity(16, "kPa"),
                }
            ],
        ),
        "component[0].valueQuantity.code",
        "'kPa'",
    ),
    (
        "a temperature in a unit that is none of UCUM",
        weight(
            code=concept("Temperature", ("http://loinc.org", "8310-5")),
            valueQuantity=quantity(98.6, "degF"),
        ),
        "valueQuantity.code",
        "'degF'",
    ),
    ("an observation of nothing", weight(code=None), "code", "requires"),
]

PATIENTS = [
    ("born in the future", {"birthDate": "2026-12-24"}, "birthDate", "future"),
    ("born too long ago", {"birthDate": "1880-01-01"}, "birthDate", "130 years"),
    ("a birth date with a time", {"birthDate": "yesterday"}, "birthDate", "not a date"),
    ("a gender that is not one", {"gender": "F"}, "gender", "not one of the codes"),
    (
        "a birth sex that is not one",
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
                    "valueCode": "X",
                }
            ]
        },
        "extension[0].valueCode",
        "not one of the codes",
    ),
    (
        "both deceased",
        {"deceasedBoolean": True, "deceasedDateTime": "2020-01-01"},
        "deceased[x]",
        "It has both",
    ),
    ("deceased in words", {"deceasedBoolean": "no"}, "deceasedBoolean", "true or false"),
    ("dead before birth", {"deceasedDateTime": "1979-01-01"}, "deceasedDateTime", "before"),
    ("death in the future", {"deceasedDateTime": "2027-01-01"}, "deceasedDateTime", "future"),
    (
        "a person whose meaning is modified",
        {"modifierExtension": [{"url": "http://x", "valueBoolean": True}]},
        "modifierExtension",
        "changes the meaning",
    ),
    (
        "a record that was replaced",
        {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p9"}}]},
        "link[0]",
        "replaced",
    ),
]


@pytest.mark.parametrize(
    ("raw", "place", "words"), [c[1:] for c in FILES], ids=[c[0] for c in FILES]
)
def test_a_file_that_is_no_referral_is_refused_with_its_place(raw, place, words):
    refusal = refused(raw)
    assert refusal.place.startswith(place) or f'"{place}"' in refusal.place
    assert words in refusal.problem
    assert refusal.mend


@pytest.mark.parametrize(
    ("resource", "place", "words"), [c[1:] for c in RESOURCES], ids=[c[0] for c in RESOURCES]
)
def test_a_resource_that_is_not_sound_is_refused_with_its_place(resource, place, words):
    refusal = refused(data(patient(), resource))
    assert refusal.place == f"entry[1].resource.{place}"
    assert words in refusal.problem
    assert refusal.mend


@pytest.mark.parametrize(
    ("changes", "place", "words"), [c[1:] for c in PATIENTS], ids=[c[0] for c in PATIENTS]
)
def test_a_patient_that_is_not_sound_is_refused_with_its_place(changes, place, words):
    refusal = refused(data(condition(), patient(**changes)))
    assert refusal.place == f"entry[1].resource.{place}"
    assert words in refusal.problem


def test_every_problem_is_named_at_once():
    """Whoever mends a bundle should not have to send it once for each fault."""
    refusal = refused(
        data(patient(gender="F"), condition(onsetDateTime="2099"), with_unit("stone"))
    )
    assert [each.place for each in refusal.problems] == [
        "entry[0].resource.gender",
        "entry[1].resource.onsetDateTime",
        "entry[2].resource.valueQuantity.unit",
    ]


def test_a_thousand_problems_are_cut_off():
    faulty = [condition(id=f"c{n}", onsetDateTime="2099") for n in range(1000)]
    assert len(refused(data(patient(), *faulty)).problems) == 50


def test_tomorrow_is_accepted_because_it_is_tomorrow_somewhere():
    read = read_referral(data(patient(), condition(onsetDateTime="2026-11-24")), as_of=AS_OF)
    assert [entry.onset_on for entry in read.history] == [AS_OF + timedelta(days=1)]


def test_a_duplicate_key_is_found_among_escaped_quotes():
    """Neither escaped quotation marks nor backslashes hide a key that stands twice."""
    tricky = condition(code={"text": 'a "quoted" \\" backslash \\\\'}, note=[{"text": '\\":'}])
    raw = data(patient(), tricky)
    read_referral(raw, as_of=AS_OF)
    for written in (b'"text"', b'"te\\u0078t"'):
        doubled = raw.replace(b'"note"', b'"code": {"text": "x", ' + written + b': "y"}, "note"', 1)
        assert (
            "twice" in refused(doubled.replace(b'"code": {"text": "a', b'"c": {"text": "a')).problem
        )


def test_many_escapes_count_the_same():
    text = '"\\' * 900
    raw = data(
        patient(),
        condition(code={"text": text}),
        *[{"resourceType": "Basic", "id": f"b{n}", "note": text * 20} for n in range(5)],
    )
    assert read_referral(raw, as_of=AS_OF).history[0].name == text


class TestSize:
    """Nothing a sender chooses can fill the memory."""

    def test_a_large_file_is_refused_without_reading_all_of_it(self):
        class Endless(io.RawIOBase):
            taken = 0

            def read(self, size: int = -1) -> bytes:
                assert size > 0
                self.taken += size
                return b" " * size

        endless = Endless()
        with pytest.raises(ReferralRefused, match="larger than 64 MiB"):
            read_bounded(endless)
        assert endless.taken <= MOST_BYTES + 1

    def test_bytes_that_are_too_many_are_refused(self, monkeypatch):
        monkeypatch.setattr(document, "MOST_BYTES", 1000)
        assert "larger than" in refused(b" " * 1001).problem

    def test_a_gzip_bomb_is_refused_before_it_unfolds(self):
        bomb = gzip.compress(gzip.compress(b"\0" * 200_000_000))
        assert len(bomb) < 10_000
        once = gzip.decompress(bomb)
        with pytest.raises(ReferralRefused, match="larger than 64 MiB"):
            read_gzip(once)

    def test_many_members_are_counted_together(self):
        with pytest.raises(ReferralRefused, match="larger than"):
            read_gzip(gzip.compress(b"x" * 600) * 3, limit=1000)

    def test_members_are_joined(self):
        assert read_gzip(gzip.compress(b"ab") + gzip.compress(b"cd")) == b"abcd"

    @pytest.mark.parametrize("cut", [1, 5, 12, 30])
    def test_a_cut_gzip_file_is_refused(self, cut):
        packed = gzip.compress(data(patient()))
        with pytest.raises(ReferralRefused, match="ends too early"):
            read_gzip(packed[:-cut])

    def test_trailing_bytes_are_refused(self):
        with pytest.raises(ReferralRefused, match="follows the end"):
            read_gzip(gzip.compress(b"{}") + b"{}")

    def test_a_damaged_gzip_file_is_refused(self):
        packed = bytearray(gzip.compress(data(patient())))
        packed[-6] ^= 0xFF  # its checksum
        with pytest.raises(ReferralRefused, match="damaged"):
            read_gzip(bytes(packed))

    def test_deflate_that_never_ends_is_refused(self):
        stream = zlib.compressobj(wbits=31)
        packed = stream.compress(b"{}") + stream.flush(zlib.Z_FULL_FLUSH)
        with pytest.raises(ReferralRefused, match="ends too early"):
            read_gzip(packed)

    def test_too_many_parts_are_refused(self, monkeypatch):
        monkeypatch.setattr(document, "MOST_PARTS", 100)
        assert "parts" in refused(b"[" + b"[]," * 200 + b"[]]").problem

    def test_too_many_entries_are_refused(self, monkeypatch):
        monkeypatch.setattr(bundles, "MOST_ENTRIES", 3)
        assert "entries" in refused(data(patient(), *[weight(id=f"{n}") for n in range(3)])).problem

    def test_too_many_codings_are_refused(self):
        many = concept("x", *[("http://snomed.info/sct", str(n)) for n in range(101)])
        assert refused(data(patient(), condition(code=many))).place.endswith("code.coding")


NAME = "Quillfeather"


def _planted(value, path=()):
    """Every way to put the name in place of one value of a document."""
    if isinstance(value, dict):
        for key, each in value.items():
            for planted, at in _planted(each, (*path, key)):
                yield {**value, key: planted}, at
    elif isinstance(value, list):
        for index, each in enumerate(value):
            for planted, at in _planted(each, (*path, index)):
                yield [*value[:index], planted, *value[index + 1 :]], at
    for wrong in (f"{NAME} Orrin", NAME, [NAME], {NAME: NAME}):
        yield wrong, path


def refusal_of(raw: bytes) -> ReferralRefused | None:
    try:
        read_import(raw, as_of=AS_OF)
    except ReferralRefused as refusal:
        return refusal
    return None


def test_no_message_repeats_what_could_be_a_name():
    """A name planted at every place of a bundle is in no message and in no trace of the error."""
    sound = bundle(patient(), condition(), request(), weight(), pressure(120, 80), allergy())
    seen = 0
    for planted, path in _planted(sound):
        refusal = refusal_of(json.dumps(planted).encode())
        if refusal is None:
            continue
        seen += 1
        words = "".join(traceback.format_exception(refusal)) + repr(refusal.__context__)
        assert NAME not in words, path
    assert seen > 100


def test_an_identity_that_is_not_sound_is_refused_without_repeating_it():
    raw = data(patient(name=[{"family": ["Quillfeather"]}]))
    with pytest.raises(ReferralRefused) as caught:
        read_identity(raw)
    assert caught.value.place == "entry[0].resource.name[0].family"
    assert "Quillfeather" not in str(caught.value)
