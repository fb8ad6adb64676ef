"""What a sound bundle says, and what it does not: absence is nothing, never "no"."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.domain.answers import Answer, Person, Referral, Source, SourceKind
from holdfast.interop.fhir.identity import read_identity
from holdfast.interop.fhir.referral import ReferralRefused, read_import, read_referral
from holdfast.interop.fhir.report import SENTENCES, LeftOutReason, NoteReason
from tests.interop.made import (
    AS_OF,
    BUNDLES,
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
    read,
    request,
    statement,
    status,
    weight,
)


def report(*resources):
    return read_import(data(patient(), *resources), as_of=AS_OF).report


def left_out(*resources):
    return [(remark.place, remark.reason) for remark in report(*resources).left_out]


def person(**changes) -> Person:
    return read_referral(data(patient(**changes)), as_of=AS_OF).person


class TestPatient:
    def test_born_and_sex(self):
        assert person() == Person(date(1980, 2, 29), "female", None)

    @pytest.mark.parametrize("written", ["1980", "1980-02"])
    def test_a_year_of_birth_is_not_made_into_a_day(self, written):
        """Someone born in 2008 may be 17 or 18: nobody may guess."""
        assert person(birthDate=written).born_on is None
        notes = read_import(data(patient(birthDate=written)), as_of=AS_OF).report.notes
        assert [note.reason for note in notes] == [NoteReason.PARTIAL_BIRTH_DATE]

    def test_no_birth_date_is_not_known(self):
        assert person(birthDate=None).born_on is None

    @pytest.mark.parametrize("gender", ["other", "unknown", None])
    def test_a_gender_that_says_no_sex_leaves_it_open(self, gender):
        assert person(gender=gender).sex is None

    @pytest.mark.parametrize(
        ("code", "sex"), [("M", "male"), ("F", "female"), ("UNK", None), ("OTH", None)]
    )
    def test_the_sex_assigned_at_birth_goes_before_the_gender(self, code, sex):
        extension = {
            "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
            "valueCode": code,
        }
        assert person(gender="female", extension=[extension]).sex == sex

    def test_two_birth_sexes_are_none(self):
        url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
        both = [{"url": url, "valueCode": code} for code in "MF"]
        assert person(extension=both).sex is None

    def test_nothing_about_death_is_not_alive(self):
        assert person().is_deceased is None

    def test_the_record_may_say_that_somebody_lives(self):
        assert person(deceasedBoolean=False).is_deceased is False

    def test_somebody_who_has_died_is_said_so(self):
        assert person(deceasedBoolean=True).is_deceased is True
        found = person(deceasedDateTime="2024-03-04T05:06:07Z")
        assert (found.is_deceased, found.died_on) == (True, date(2024, 3, 4))
        assert person(deceasedDateTime="2024").died_on is None


class TestHistory:
    def test_a_condition_keeps_its_words_codes_and_place(self):
        (found,) = read(condition()).history
        assert (found.kind, found.name) == ("condition", "Posttraumatic stress disorder")
        assert found.codes == (("http://snomed.info/sct", "47505003"),)
        assert (found.is_active, found.onset_on, found.abated_on) == (True, date(2019, 5, 31), None)
        assert found.source == Source(SourceKind.RECORD, "Condition/c1")

    @pytest.mark.parametrize(
        ("code", "is_active"),
        [
            ("active", True),
            ("recurrence", True),
            ("relapse", True),
            ("inactive", False),
            ("remission", False),
            ("resolved", False),
        ],
    )
    def test_what_the_clinical_status_says(self, code, is_active):
        (found,) = read(condition(clinicalStatus=status("condition-clinical", code))).history
        assert found.is_active is is_active

    def test_without_a_clinical_status_an_end_says_that_it_is_over(self):
        assert read(condition(clinicalStatus=None)).history[0].is_active is None
        ended = condition(clinicalStatus=None, abatementDateTime="2020-01-01")
        assert read(ended).history[0].is_active is False
        assert read(ended).history[0].abated_on == date(2020, 1, 1)

    def test_active_and_ended_at_once_is_neither(self):
        both = condition(abatementDateTime="2020-01-01")
        assert read(both).history[0].is_active is None
        assert [note.reason for note in report(both).notes] == ["contradictory"]

    @pytest.mark.parametrize(
        ("verified", "reason"),
        [
            ("refuted", "refuted"),
            ("entered-in-error", "entered-in-error"),
            ("unconfirmed", "unconfirmed"),
            ("provisional", "unconfirmed"),
            ("differential", "unconfirmed"),
        ],
    )
    def test_what_is_not_confirmed_gives_no_answer_and_is_said(self, verified, reason):
        resource = condition(verificationStatus=status("condition-ver-status", verified))
        assert read(resource).history == ()
        assert left_out(resource) == [("Condition/c1", reason)]

    @pytest.mark.parametrize(
        ("onset", "day"),
        [
            ({"onsetDateTime": "2019"}, None),
            ({"onsetAge": {"value": 12, "unit": "a"}}, None),
            ({"onsetString": "as a child"}, None),
            ({"onsetRange": {}}, None),
            ({"onsetPeriod": {"start": "2019-01-02", "end": "2019-03-04"}}, date(2019, 1, 2)),
            ({"onsetDateTime": "2019-05-31T23:59:60.123+14:00"}, date(2019, 5, 31)),
        ],
    )
    def test_no_day_of_onset_is_invented(self, onset, day):
        assert read(condition(**({"onsetDateTime": None} | onset))).history[0].onset_on == day

    def test_a_condition_without_words_or_code_is_left_out(self):
        assert left_out(condition(code=None)) == [("Condition/c1", "nothing-said")]

    def test_a_code_without_words_is_its_own_name(self):
        coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F43.10"}]}
        assert read(condition(code=coded)).history[0].name == "F43.10"

    def test_an_allergy(self):
        (found,) = read(allergy()).history
        assert (found.kind, found.is_active) == ("allergy", True)
        refuted = allergy(verificationStatus=status("allergyintolerance-verification", "refuted"))
        assert left_out(refuted) == [("AllergyIntolerance/a1", "refuted")]

    def test_a_procedure_that_was_completed(self):
        (found,) = read(procedure()).history
        assert (found.kind, found.onset_on) == ("procedure", date(2015, 3, 4))

    @pytest.mark.parametrize(
        "code", ["not-done", "stopped", "preparation", "in-progress", "unknown"]
    )
    def test_a_procedure_that_was_not_completed_is_left_out(self, code):
        assert left_out(procedure(status=code)) == [("Procedure/pr1", "not-done")]


class TestMedications:
    @pytest.mark.parametrize(
        ("code", "is_current"),
        [
            ("active", True),
            ("stopped", False),
            ("completed", False),
            ("on-hold", None),
            ("unknown", None),
        ],
    )
    def test_what_a_prescription_says_of_taking(self, code, is_current):
        (found,) = read(request(status=code)).medications
        assert found.is_current is is_current
        assert found.last_taken_on is None  # its end is not a day of taking
        assert (found.name, found.rxcuis) == ("sertraline 100 MG", ("328670",))
        assert found.source.place == "MedicationRequest/r1"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"status": "draft"}, "not-yet"),
            ({"status": "cancelled"}, "cancelled"),
            ({"status": "entered-in-error"}, "entered-in-error"),
            ({"intent": "proposal"}, "not-an-order"),
            ({"intent": "plan"}, "not-an-order"),
            ({"intent": "option"}, "not-an-order"),
            ({"doNotPerform": True}, "not-taken"),
            ({"doNotTake": True}, "not-taken"),
        ],
    )
    def test_what_is_no_taking_is_left_out_and_said(self, changes, reason):
        assert read(request(**changes)).medications == ()
        assert left_out(request(**changes)) == [("MedicationRequest/r1", reason)]

    def test_the_end_of_a_statement_is_the_last_day_of_taking(self):
        (found,) = read(statement()).medications
        assert (found.is_current, found.last_taken_on) == (False, date(2026, 8, 31))

    def test_a_date_of_a_statement_is_not_its_end(self):
        said = statement(effectivePeriod=None, effectiveDateTime="2026-08-31")
        assert read(said).medications[0].last_taken_on is None

    def test_a_month_is_not_made_into_a_day(self):
        assert (
            read(statement(effectivePeriod={"end": "2026-08"})).medications[0].last_taken_on is None
        )

    def test_an_active_statement_with_a_planned_end_is_current(self):
        planned = statement(status="active", effectivePeriod={"end": "2027-06-30"})
        (found,) = read(planned).medications
        assert (found.is_current, found.last_taken_on) == (True, None)

    def test_an_active_statement_that_has_ended_is_neither(self):
        ended = statement(status="active")
        (found,) = read(ended).medications
        assert (found.is_current, found.last_taken_on) == (None, date(2026, 8, 31))
        assert [note.reason for note in report(ended).notes] == ["contradictory"]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"status": "not-taken"}, "not-taken"),
            ({"status": "intended"}, "not-yet"),
            ({"status": "entered-in-error"}, "entered-in-error"),
            ({"wasNotTaken": True}, "not-taken"),
        ],
    )
    def test_a_statement_of_not_taking_is_left_out_and_said(self, changes, reason):
        assert left_out(statement(**changes)) == [("MedicationStatement/s1", reason)]

    def _medication(self, **changes):
        return {
            "resourceType": "Medication",
            "id": "m1",
            "code": concept("bupropion / naltrexone", (RXNORM, "1551467")),
        } | changes

    def test_a_medicine_may_be_a_resource_of_the_bundle(self):
        asked = request(
            medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"}
        )
        (found,) = read(asked, self._medication()).medications
        assert (found.name, found.rxcuis) == ("bupropion / naltrexone", ("1551467",))

    def test_a_medicine_may_be_contained_and_known_by_its_ingredients(self):
        """Each active ingredient counts; a filler does not."""
        parts = [
            {"itemCodeableConcept": concept("naltrexone", (RXNORM, "7243")), "isActive": True},
            {"itemCodeableConcept": concept("bupropion", (RXNORM, "42347"))},
            {"itemCodeableConcept": concept("lactose", (RXNORM, "6211")), "isActive": False},
        ]
        inside = {"resourceType": "Medication", "id": "m1", "ingredient": parts}
        asked = request(
            medicationCodeableConcept=None,
            medicationReference={"reference": "#m1"},
            contained=[inside],
        )
        (found,) = read(asked).medications
        assert found.name == "bupropion / naltrexone"
        assert found.rxcuis == ("42347", "7243")

    def test_a_medicine_entered_in_error_is_left_out(self):
        asked = request(
            medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"}
        )
        wrong = self._medication(status="entered-in-error")
        assert left_out(asked, wrong) == [("MedicationRequest/r1", "entered-in-error")]

    def test_a_medicine_without_code_keeps_its_words(self):
        (found,) = read(request(medicationCodeableConcept={"text": "St John's wort"})).medications
        assert (found.name, found.rxcuis) == ("St John's wort", ())


class TestObservations:
    def test_a_weight(self):
        assert read(weight()).answers == (
            Answer(
                "weight",
                Decimal("70.5"),
                Source(SourceKind.RECORD, "Observation/o1"),
                date(2026, 10, 1),
                "kg",
            ),
        )

    @pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
    def test_a_blood_pressure_is_two_answers_from_one_place(self, panel):
        found = read(pressure(128, 80, panel=panel)).answers
        assert [(a.question, a.value, a.unit) for a in found] == [
            ("blood-pressure-diastolic", 80, "mm[Hg]"),
            ("blood-pressure-systolic", 128, "mm[Hg]"),
        ]
        assert {a.source.place for a in found} == {"Observation/bp1"}

    def test_a_part_that_is_absent_is_nothing(self):
        resource = pressure(128, 80)
        resource["component"][0] = {
            "code": resource["component"][0]["code"],
            "dataAbsentReason": concept("not performed"),
        }
        assert [a.question for a in read(resource).answers] == ["blood-pressure-systolic"]
        assert left_out(resource) == [("Observation/bp1", "no-value")]

    def test_a_value_beside_the_reason_of_its_absence_is_nothing(self):
        resource = weight(dataAbsentReason=concept("error"))
        assert left_out(resource) == [("Observation/o1", "no-value")]

    @pytest.mark.parametrize("code", ["registered", "cancelled", "unknown"])
    def test_a_result_that_is_not_finished_is_left_out(self, code):
        assert left_out(weight(status=code)) == [("Observation/o1", "not-finished")]

    def test_a_result_entered_in_error_is_left_out(self):
        assert left_out(weight(status="entered-in-error")) == [
            ("Observation/o1", "entered-in-error")
        ]

    @pytest.mark.parametrize("code", ["final", "amended", "corrected"])
    def test_a_finished_result_is_read(self, code):
        assert len(read(weight(status=code)).answers) == 1

    def test_a_preliminary_result_is_read_and_said(self):
        assert len(read(weight(status="preliminary")).answers) == 1
        assert [n.reason for n in report(weight(status="preliminary")).notes] == ["preliminary"]

    def test_less_than_a_number_is_not_a_number(self):
        resource = weight(valueQuantity=quantity(70, "kg") | {"comparator": "<"})
        assert left_out(resource) == [("Observation/o1", "not-exact")]

    def test_a_weight_no_adult_has_is_left_out(self):
        """A child's record holds its birth weight: that is no fault of the record."""
        assert left_out(weight(valueQuantity=quantity(3.4, "kg"))) == [
            ("Observation/o1", "out-of-range")
        ]

    @pytest.mark.parametrize(
        ("raw", "unit"),
        [
            ({"value": 70500, "unit": "g", "code": "g"}, "g"),
            ({"value": 155, "unit": "lb"}, "[lb_av]"),
            ({"value": 70, "unit": "kilogram", "code": "kg"}, "kg"),
            ({"value": 155, "unit": "pounds", "code": "[lb_av]"}, "[lb_av]"),
        ],
    )
    def test_a_unit_that_the_catalogue_accepts_is_kept(self, raw, unit):
        system = {"system": "http://unitsofmeasure.org"}
        (answer,) = read(weight(valueQuantity=raw | system)).answers
        assert answer.unit == unit

    def test_a_period_counts_from_its_end(self):
        resource = weight(
            effectiveDateTime=None, effectivePeriod={"start": "2026-09-01", "end": "2026-09-02"}
        )
        assert read(resource).answers[0].observed_on == date(2026, 9, 2)

    def test_when_it_was_issued_is_not_when_it_was_true(self):
        resource = weight(effectiveDateTime=None, issued="2026-09-02T10:00:00Z")
        assert read(resource).answers[0].observed_on is None

    def test_what_nobody_asks_for_is_not_read(self):
        other = weight(code=concept("Pain", ("http://loinc.org", "72514-3")), valueQuantity="3")
        assert read(other).answers == ()

    def test_the_code_of_another_system_is_not_loinc(self):
        other = weight(code=concept("x", ("http://elsewhere.example", "29463-7")))
        assert read(other).answers == ()


def test_what_is_not_there_is_nothing():
    assert read() == Referral(Person(date(1980, 2, 29), "female", None))


def test_what_is_about_a_group_is_not_about_the_person():
    group = condition(subject={"reference": "Group/g1"})
    assert left_out(group) == [("Condition/c1", "not-this-person")]
    assert left_out(weight(subject=None)) == [("Observation/o1", "not-this-person")]


def test_a_deletion_is_not_a_record():
    raw = bundle(patient(), kind="transaction")
    raw["entry"].append({"resource": condition(), "request": {"method": "DELETE", "url": "x"}})
    raw["entry"].append({"request": {"method": "DELETE", "url": "Condition/c9"}})
    found = read_import(json.dumps(raw).encode(), as_of=AS_OF)
    assert found.referral.history == ()
    assert found.report.left_out[0].reason == LeftOutReason.DELETED


@pytest.mark.parametrize(
    "kind", ["transaction", "batch", "collection", "searchset", "document", "message"]
)
def test_every_kind_of_bundle_that_brings_a_record_is_read(kind):
    assert read_referral(data(patient(), condition(), kind=kind), as_of=AS_OF).history


def test_a_byte_order_mark_does_no_harm():
    assert read_referral(b"\xef\xbb\xbf" + data(patient()), as_of=AS_OF)


def test_a_person_may_be_known_by_address_urn_or_id():
    entries = [
        {"fullUrl": "https://h.example/fhir/Patient/p1", "resource": patient()},
        {"resource": condition(id="c1", subject={"reference": "Patient/p1"})},
        {
            "resource": condition(
                id="c2", subject={"reference": "https://h.example/fhir/Patient/p1"}
            )
        },
        {"resource": condition(id="c3", subject={"reference": "Patient/p1/_history/2"})},
    ]
    assert len(read_referral(data(entry=entries), as_of=AS_OF).history) == 3


def test_people_and_places_of_care_may_be_elsewhere():
    cared = condition(
        recorder={"reference": "Practitioner/x"},
        encounter={"reference": "Encounter/x"},
        asserter={"reference": "https://elsewhere.example/Practitioner/7"},
    )
    assert read(cared).history


def test_without_an_id_the_place_comes_from_the_urn_or_the_content():
    urn = "urn:uuid:5f7f1d3e-0000-4000-8000-000000000001"
    entries = [
        {"resource": patient()},
        {"fullUrl": urn, "resource": condition(id=None)},
        {"resource": condition(id=None)},
    ]
    places = [e.source.place for e in read_referral(data(entry=entries), as_of=AS_OF).history]
    assert f"Condition/{urn.removeprefix('urn:uuid:')}" in places
    assert any(place.startswith("Condition/sha256-") for place in places)
    turned = read_referral(data(entry=entries[::-1]), as_of=AS_OF)
    assert [e.source.place for e in turned.history] == places


def test_the_report_counts_what_was_read_and_what_was_not():
    found = report(condition(), weight(), {"resourceType": "Claim", "patient": ME})
    assert found.read == {"Condition": 1, "Observation": 1, "Patient": 1}
    assert found.not_read == {"Claim": 1}


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == {*LeftOutReason, *NoteReason}


class TestIdentity:
    PATIENT = patient(
        name=[
            {"use": "maiden", "family": "Marrowby"},
            {"use": "official", "family": "Quillfeather", "given": ["Orrin", "Ash", None]},
        ],
        identifier=[{"system": "urn:mrn", "value": "77-1"}],
        telecom=[{"system": "phone", "use": "home", "value": "555-0100"}],
        address=[{"line": ["1 Invented Row"], "city": "Nowhere", "postalCode": "00000"}],
    )

    def test_it_is_read_apart(self):
        found = read_identity(data(self.PATIENT))
        assert (found.family, found.given) == ("Quillfeather", "Orrin Ash")
        assert found.born_on == date(1980, 2, 29)
        assert found.identifiers == (("urn:mrn", "77-1"),)
        assert found.contact == ("phone home 555-0100", "1 Invented Row, Nowhere, 00000")

    def test_it_never_reaches_the_referral_or_a_printed_form(self):
        found = read_import(data(self.PATIENT, condition()), as_of=AS_OF)
        for word in ("Quillfeather", "Orrin", "Marrowby", "77-1", "555-0100", "Invented Row"):
            assert word not in repr(found)

    def test_a_name_written_as_one_text(self):
        found = read_identity(data(patient(name=[{"text": "Orrin Quillfeather"}])))
        assert found.family == "Orrin Quillfeather"

    def test_nobody_is_nobody(self):
        assert read_identity(data(patient(name=None, birthDate=None))).family == ""


def entries_of(name):
    return json.loads((BUNDLES / f"{name}.json").read_bytes())


WHOLE = sorted(path.stem for path in BUNDLES.glob("*.json"))


@pytest.mark.parametrize("name", WHOLE)
def test_reading_twice_gives_the_same(name):
    raw = (BUNDLES / f"{name}.json").read_bytes()
    assert read_import(raw, as_of=AS_OF) == read_import(raw, as_of=AS_OF)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_entries_changes_nothing(draw):
    raw = entries_of(draw.draw(st.sampled_from(WHOLE)))
    turned = raw | {"entry": draw.draw(st.permutations(raw["entry"]))}
    before = read_import(json.dumps(raw).encode(), as_of=AS_OF)
    after = read_import(json.dumps(turned).encode(), as_of=AS_OF)
    assert (after.referral, after.report, after.identity) == (
        before.referral,
        before.report,
        before.identity,
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Patient/p1", "#m", "urn:uuid:1", "active", "2020-01-01", "2099", "kg"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["reference", "coding", "code", "system", "value", "text", "id", "end", "url"]
            )
            | st.text(max_size=6),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
KEYS = sorted(
    {
        key
        for make in (patient, condition, request, statement, weight, allergy, procedure)
        for key in make()
    }
    | {
        "component",
        "contained",
        "extension",
        "telecom",
        "address",
        "identifier",
        "link",
        "deceasedBoolean",
    }
    | {
        "medicationReference",
        "abatementPeriod",
        "onsetAge",
        "ingredient",
        "effectiveDateTime",
        "issued",
    }
)


def refusal_of(raw: bytes) -> ReferralRefused | None:
    try:
        read_import(raw, as_of=AS_OF)
    except ReferralRefused as refusal:
        return refusal
    return None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_only_a_refusal_comes_back(draw):
    """No fault of a sender is a fault of ours: it is read, or it is refused with its place."""
    makers = (patient, condition, request, statement, weight, allergy, procedure)
    resources = [make() for make in makers] + [pressure(120, 80)]
    for _ in range(draw.draw(st.integers(1, 3))):
        resource = draw.draw(st.sampled_from(resources))
        resource[draw.draw(st.sampled_from(KEYS))] = draw.draw(JSON)
    raw = bundle(*resources)
    if draw.draw(st.booleans()):
        raw[draw.draw(st.sampled_from(["entry", "type", "link", "resourceType"]))] = draw.draw(JSON)
    refusal = refusal_of(json.dumps(raw).encode())
    assert refusal is None or (refusal.place and refusal.problem and refusal.mend)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(raw):
    with pytest.raises(ReferralRefused):
        read_referral(raw, as_of=AS_OF)


@given(st.integers(0, 4000))
@settings(max_examples=50, deadline=None)
def test_waiting_changes_nothing_that_was_read(days):
    """What a sound bundle says does not depend on the day on which it is read."""
    raw = (BUNDLES / "whole-person.json").read_bytes()
    assert read_referral(raw, as_of=AS_OF + timedelta(days=days)) == read_referral(raw, as_of=AS_OF)
