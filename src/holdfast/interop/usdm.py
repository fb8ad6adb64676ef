"""A protocol version as a study definition in CDISC's Unified Study Definitions Model, version 4.0.

Our value to their document, with no input or output. Codes are of CDISC's terminology; the model has
no place for the standing of a number, so it goes into the description beside it. What a protocol does
not say stays out: nothing is filled in.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import ENROLLMENT, Place, Schedule, Visit, Window
from holdfast.domain.visits import anchor_of

VERSION = "4.0.0"
CDISC, TERMS = "http://www.cdisc.org", "2024-09-27"
Part = dict[str, Any]

# Codes of CDISC's terminology, each with its own word.
INVESTIGATIONAL_ARM = ("C174266", "Investigational Arm")
PLACEBO_ARM = ("C174268", "Placebo Control Arm")
WITHIN_STUDY = ("C188866", "Data Generated Within Study")
TREATMENT_EPOCH = ("C101526", "Treatment Epoch")
VISIT = ("C25716", "Visit")
CLINIC, HOME = ("C51282", "Clinic"), ("C18002", "Home")
IN_PERSON, TELEPHONE, OTHER = (
    ("C175574", "In Person"),
    ("C171537", "Telephone Call"),
    ("C17649", "Other"),
)
AFTER, FIXED = ("C201356", "After"), ("C201358", "Fixed Reference")
START_TO_START = ("C201355", "Start to Start")
PARALLEL, SINGLE_GROUP = ("C82639", "Parallel Study"), ("C82640", "Single Group Study")
INTERVENTIONAL = ("C98388", "Interventional Study")
OFFICIAL_TITLE = ("C207616", "Official Study Title")
REGISTRY = ("C93453", "Study Registry")
INCLUSION = ("C25532", "Inclusion Criteria")
DOUBLE_BLIND, OPEN_LABEL = ("C15228", "Double Blind Study"), ("C49659", "Open Label Study")
CONTACT = {
    Place.SITE: (CLINIC, IN_PERSON),
    Place.SITE_OVERNIGHT: (CLINIC, IN_PERSON),
    Place.TELEHEALTH: (HOME, OTHER),
    Place.TELEPHONE: (HOME, TELEPHONE),
}


class NoSchedule(ValueError):
    """This protocol version says only who may enter, so there is no study to define."""


def study(protocol: ProtocolVersion) -> Part:
    """The study definition of a protocol version, as JSON-ready parts; ``NoSchedule`` without visits."""
    if protocol.schedule is None:
        raise NoSchedule(f"{protocol.name} version {protocol.version} says no visits.")
    return _Writer(protocol, protocol.schedule).wrapper()


@dataclass
class _Writer:
    """Writes the parts and numbers them, so that every id is there once."""

    protocol: ProtocolVersion
    schedule: Schedule
    numbers: dict[str, int] = field(default_factory=dict)

    def wrapper(self) -> Part:
        version = self._part(
            "StudyVersion",
            versionIdentifier=str(self.protocol.version),
            rationale="; ".join(self.protocol.not_known),
            studyIdentifiers=[],
            titles=[
                self._part("StudyTitle", text=self.protocol.title, type=self._code(OFFICIAL_TITLE))
            ],
            eligibilityCriterionItems=list(self._criterion_items()),
            studyDesigns=[self._design()],
            organizations=[],
        )
        whole = self._part("Study", name=self.protocol.name, versions=[version])
        return {
            "study": whole,
            "usdmVersion": VERSION,
            "systemName": "Holdfast",
            "systemVersion": self.protocol.sha256,
        }

    def _part(self, kind: str, part_id: str | None = None, **told: Any) -> Part:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return {"id": part_id or f"{kind}_{self.numbers[kind]}", **told, "instanceType": kind}

    def _code(self, code: tuple[str, str]) -> Part:
        return self._part(
            "Code",
            code=code[0],
            codeSystem=CDISC,
            codeSystemVersion=TERMS,
            decode=code[1],
        )

    def _criterion_items(self) -> Iterator[Part]:
        for criterion in self.protocol.criteria:
            yield self._part(
                "EligibilityCriterionItem",
                f"item-{criterion.code}",
                name=criterion.code,
                text=criterion.wording,
                description=f"{criterion.standing.value}. {criterion.reference.title}",
            )

    def _design(self) -> Part:
        arms = self._arms()
        epochs = self._epochs()
        elements = [
            self._part("StudyElement", f"element-{epoch['name']}", name=epoch["name"])
            for epoch in epochs
        ]
        is_blinded = any(stage.is_blinded for stage in self.schedule.stages)
        return self._part(
            "InterventionalStudyDesign",
            name=self.protocol.name,
            studyType=self._code(INTERVENTIONAL),
            rationale=self.protocol.title,
            model=self._code(PARALLEL if len(arms) > 1 else SINGLE_GROUP),
            blindingSchema=self._part(
                "AliasCode", standardCode=self._code(DOUBLE_BLIND if is_blinded else OPEN_LABEL)
            ),
            arms=arms,
            epochs=epochs,
            elements=elements,
            studyCells=[
                self._part(
                    "StudyCell", armId=arm["id"], epochId=epoch["id"], elementIds=[element["id"]]
                )
                for arm in arms
                for epoch, element in zip(epochs, elements, strict=True)
            ],
            population=self._part(
                "StudyDesignPopulation",
                name=self.protocol.name,
                includesHealthySubjects=False,
                criterionIds=[f"criterion-{c.code}" for c in self.protocol.criteria],
            ),
            eligibilityCriteria=list(self._criteria()),
            encounters=self._encounters(),
            activities=self._activities(),
            scheduleTimelines=[self._timeline()],
        )

    def _arms(self) -> list[Part]:
        if not self.schedule.arms:
            return [self._arm("everybody", "Everybody")]
        return [self._arm(arm.code, arm.title) for arm in self.schedule.arms]

    def _arm(self, code: str, title: str) -> Part:
        kind = PLACEBO_ARM if code == "placebo" else INVESTIGATIONAL_ARM
        return self._part(
            "StudyArm",
            f"arm-{code}",
            name=code,
            label=title,
            type=self._code(kind),
            dataOriginDescription="Collected in the study",
            dataOriginType=self._code(WITHIN_STUDY),
        )

    def _epochs(self) -> list[Part]:
        stages = [(stage.code, stage.title, stage.entered_by) for stage in self.schedule.stages]
        stages = stages or [("course", "Course", "Everybody who is enrolled.")]
        found = [
            self._part(
                "StudyEpoch",
                f"epoch-{code}",
                name=code,
                label=title,
                description=entered_by,
                type=self._code(TREATMENT_EPOCH),
            )
            for code, title, entered_by in stages
        ]
        return _chained(found)

    def _criteria(self) -> Iterator[Part]:
        for number, criterion in enumerate(self.protocol.criteria, 1):
            yield self._part(
                "EligibilityCriterion",
                f"criterion-{criterion.code}",
                name=criterion.code,
                category=self._code(INCLUSION),
                identifier=str(number),
                criterionItemId=f"item-{criterion.code}",
            )

    def _encounters(self) -> list[Part]:
        found = []
        for visit in self.schedule.visits:
            setting, contact = CONTACT[visit.place]
            found.append(
                self._part(
                    "Encounter",
                    f"encounter-{visit.code}",
                    name=visit.code,
                    label=visit.title,
                    description=f"{visit.kind.value}; {visit.source.standing.value}",
                    type=self._code(VISIT),
                    scheduledAtId=f"timing-{visit.code}",
                    environmentalSettings=[self._code(setting)],
                    contactModes=[self._code(contact)],
                )
            )
        return _chained(found)

    def _activities(self) -> list[Part]:
        return _chained(
            [
                self._part("Activity", f"activity-{a.code}", name=a.code, label=a.title)
                for a in self.schedule.activities.values()
            ]
        )

    def _timeline(self) -> Part:
        start = self._part(
            "ScheduledActivityInstance",
            f"instance-{ENROLLMENT}",
            name=ENROLLMENT,
            activityIds=[],
        )
        instances = [start, *(self._instance(visit) for visit in self.schedule.visits)]
        way_out = self._part("ScheduleTimelineExit")
        for one, following in itertools.pairwise(instances):
            one["defaultConditionId"] = following["id"]
        instances[-1]["timelineExitId"] = way_out["id"]
        return self._part(
            "ScheduleTimeline",
            name="course",
            mainTimeline=True,
            entryCondition="Enrollment",
            entryId=start["id"],
            exits=[way_out],
            timings=[self._fixed(start), *(self._timing(v) for v in self.schedule.visits)],
            instances=instances,
        )

    def _instance(self, visit: Visit) -> Part:
        stage = visit.stage or (self.schedule.stages[0].code if self.schedule.stages else "course")
        return self._part(
            "ScheduledActivityInstance",
            f"instance-{visit.code}",
            name=visit.code,
            label=visit.title,
            epochId=f"epoch-{stage}",
            activityIds=[f"activity-{code}" for code in visit.activities],
            encounterId=f"encounter-{visit.code}",
        )

    def _fixed(self, start: Part) -> Part:
        return self._part(
            "Timing",
            f"timing-{ENROLLMENT}",
            name=ENROLLMENT,
            type=self._code(FIXED),
            value="P0D",
            valueLabel="0 days",
            relativeToFrom=self._code(START_TO_START),
            relativeFromScheduledInstanceId=start["id"],
            relativeToScheduledInstanceId=start["id"],
        )

    def _timing(self, visit: Visit) -> Part:
        window = visit.window
        anchor = anchor_of(visit, self.schedule.visits, frozenset()) or ENROLLMENT
        target = window.target_days if window.target_days is not None else window.earliest_days or 0
        lower, upper, label = _bounds(window, target)
        ours = ", a suggestion of ours" if window.is_suggested else ""
        return self._part(
            "Timing",
            f"timing-{visit.code}",
            name=visit.code,
            description=f"{window.wording} ({window.source.standing.value}{ours})",
            type=self._code(AFTER),
            value=f"P{target}D",
            valueLabel=f"{target} days",
            relativeToFrom=self._code(START_TO_START),
            relativeFromScheduledInstanceId=f"instance-{visit.code}",
            relativeToScheduledInstanceId=f"instance-{anchor}",
            windowLower=lower,
            windowUpper=upper,
            windowLabel=label,
        )


def _bounds(window: Window, target: int) -> tuple[str | None, str | None, str | None]:
    """How far before and after its target a visit may be; None where that is not known."""
    earliest, latest = window.earliest_days, window.latest_days
    if earliest is None or latest is None:
        return None, None, None
    return f"P{target - earliest}D", f"P{latest - target}D", f"{earliest}..{latest} days"


def _chained(parts: Sequence[Part]) -> list[Part]:
    """Parts that name the one before and the one after them."""
    for one, following in itertools.pairwise(parts):
        one["nextId"], following["previousId"] = following["id"], one["id"]
    return list(parts)
