"""Reads the schedule of a protocol file: stages, arms, windows, visits, doses and provisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from graphlib import CycleError

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_source,
    refuse_duplicates,
)
from holdfast.definitions.protocols.randomization import read_randomization
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.schedule import (
    ENROLLMENT,
    LAST_DOSING,
    PREVIOUS_DOSING,
    Activity,
    Arm,
    Done,
    DoseChoice,
    DoseMenu,
    Place,
    Provision,
    Schedule,
    Sourced,
    Stage,
    Visit,
    VisitKind,
    Window,
)
from holdfast.domain.visits import in_order

NOWHERE = Window("", None, None, None, Sourced(Reference("", ""), Standing.NOT_FOUND), "")
# What a protocol may say of a whole course, beside its visits.
TOPICS = (
    "adverse-event",
    "adverse-events-of-special-interest",
    "periodic-report",
    "recurrence",
    "retreatment",
    "long-term-follow-up",
    "calls-after-dosing",
    "consent",
    "team",
    "monitoring",
    "blinding",
    "dose",
)
KINDS = ("assessment", "laboratory", "measure", "procedure", "conversation", "record")
# Who attends a visit, and what is asked of them.
ATTENDANCE = (
    "therapist-pair",
    "same-pair",
    "licensed-lead",
    "one-therapist",
    "three-therapists",
    "physician",
    "physician-on-call",
    "attendant",
    "coordinator",
    "independent-rater",
)
MOST_REPEATS = 60


def read_schedule(root: Table, references: Mapping[str, Reference]) -> Schedule:
    """The schedule of a file from its root; problems are noted in its document."""
    return ScheduleReader(root, references, activities()).read()


@cache
def activities() -> Mapping[str, Activity]:
    """Everything that may be done at visits, by code."""
    document = Document(FOLDER / "activities.toml")
    found = {}
    for code, table in document.root.named_tables("activity").items():
        found[code] = Activity(code, table.one_of("kind", KINDS), table.text("title"))
        table.finish()
    document.root.integer("schema")
    document.root.finish()
    document.finish()
    return found


@dataclass
class ScheduleReader:
    """The root of a file and what was read from it so far, by which later parts are checked."""

    root: Table
    references: Mapping[str, Reference]
    activities: Mapping[str, Activity]
    windows: dict[str, Window] = field(default_factory=dict)
    doses: dict[str, DoseMenu] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    arms: tuple[Arm, ...] = ()
    visit_tables: list[tuple[Table, str]] = field(default_factory=list)

    def read(self) -> Schedule:
        """The schedule; every problem is noted in the document."""
        self.stages = self._stages()
        self.arms = self._arms()
        self.windows = {code: self._window(code, t) for code, t in self._named("window")}
        self.doses = {code: self._menu(code, t) for code, t in self._named("doses")}
        visits = self._visits()
        self._refuse_unused(visits)
        return Schedule(
            visits=visits,
            stages=self.stages,
            arms=self.arms,
            doses=self.doses,
            provisions=self._provisions(),
            randomization=read_randomization(self.root, self.references, len(self.arms)),
            activities={
                code: self.activities[code]
                for visit in visits
                for code in visit.activities
                if code in self.activities
            },
        )

    def _named(self, key: str) -> Sequence[tuple[str, Table]]:
        return tuple(self.root.named_tables(key).items())

    def _source(self, table: Table) -> Sourced:
        return Sourced(*read_source(table, self.references))

    def _stages(self) -> tuple[Stage, ...]:
        tables = self.root.tables("stage")
        found = []
        for table in tables:
            found.append(
                Stage(
                    table.code("code"),
                    table.text("title"),
                    table.flag("blinded"),
                    table.text("entered_by"),
                    self._source(table),
                )
            )
            table.finish()
        refuse_duplicates(zip(tables, (s.code for s in found), strict=True), "stage")
        return tuple(found)

    def _arms(self) -> tuple[Arm, ...]:
        tables = self.root.tables("arm")
        found = []
        for table in tables:
            arm = Arm(
                table.code("code"), table.text("title"), table.integer("share"), self._source(table)
            )
            if "share" in table and arm.share < 1:
                table.problem("share", f"share {arm.share} is no share", "Write 1 or more")
            found.append(arm)
            table.finish()
        refuse_duplicates(zip(tables, (a.code for a in found), strict=True), "arm")
        return tuple(found)

    def _window(self, code: str, table: Table) -> Window:
        suggested = "suggested_days" in table
        if suggested and "target_days" in table:
            table.problem(
                "suggested_days", f"window {code!r} has a target too", "Leave one of them"
            )
        middle = "suggested_days" if suggested else "target_days"
        days = [
            table.integer(key) if key in table else None
            for key in ("earliest_days", middle, "latest_days")
        ]
        source, wording = self._source(table), table.text("wording")
        known = [day for day in days if day is not None]
        if known != sorted(known):
            table.problem(
                None,
                f"window {code!r} runs backwards",
                "Write earliest_days, target_days and latest_days in this order",
            )
            days = [None, None, None]
        if known and min(known) < 0:
            table.problem(
                None, f"window {code!r} lies before its anchor", "Count from an earlier visit"
            )
        if (not known or suggested) and source.standing.runs_live and len(known) < 2:
            table.problem(
                "standing",
                f"window {code!r} has no day and is {source.standing}",
                'Write standing = "not-found", or add the days',
            )
        table.finish()
        return Window(code, days[0], days[1], days[2], source, wording, suggested)

    def _menu(self, code: str, table: Table) -> DoseMenu:
        choices = tuple(self._choice(choice) for choice in table.tables("choice", required=True))
        between = self._minutes(table)
        menu = DoseMenu(code, choices, between, table.text("rule"), self._source(table))
        if between is None and any(c.supplemental_mg is not None for c in choices):
            table.problem(
                None,
                f"doses {code!r} have a supplement and no time for it",
                "Add supplement_after_minutes = [first, last]",
            )
        table.finish()
        return menu

    def _minutes(self, table: Table) -> tuple[int, int] | None:
        raw = table.value("supplement_after_minutes")
        if raw is None:
            return None
        whole = isinstance(raw, list) and len(raw) == 2 and all(type(m) is int for m in raw)
        if not whole or not 0 < raw[0] <= raw[1]:
            table.problem(
                "supplement_after_minutes",
                "the time of the supplement is not a span of minutes",
                "Write it like [90, 120]: the first minute, then the last",
            )
            return None
        return raw[0], raw[1]

    def _choice(self, table: Table) -> DoseChoice:
        initial, supplement = (
            table.decimal("initial_mg"),
            table.decimal("supplemental_mg", required=False),
        )
        arms = self._known(table, "arms", [arm.code for arm in self.arms], "arm")
        for key, dose in (("initial_mg", initial), ("supplemental_mg", supplement)):
            if dose is not None and dose < 0:
                table.problem(key, f"{key} is negative", "Correct the dose")
        table.finish()
        return DoseChoice(initial or Decimal(0), supplement, arms)

    def _known(self, table: Table, key: str, known: Sequence[str], what: str) -> tuple[str, ...]:
        codes = table.texts(key)
        for code in codes:
            if code not in known:
                table.problem(key, f"no {what} is called {code!r}", nearest(code, known))
        return tuple(code for code in codes if code in known)

    def _visits(self) -> tuple[Visit, ...]:
        tables = self.root.tables("visit", required=True)
        self.visit_tables = [(table, code) for table in tables for code in self._codes(table)]
        refuse_duplicates(self.visit_tables, "visit")
        codes = [code for _, code in self.visit_tables]
        visits = [visit for table in tables for visit in self._repeated(table, codes)]
        self._refuse_circles(visits)
        return tuple(visits)

    def _codes(self, table: Table) -> list[str]:
        code, repeat = table.code("code"), table.table("repeat")
        if repeat is None:
            return [code]
        times = repeat.integer("times")
        if not 1 < times <= MOST_REPEATS:
            repeat.problem(
                "times", f"a visit cannot repeat {times} times", f"Write 2 to {MOST_REPEATS}"
            )
            return [code]
        return [f"{code}-{number}" for number in range(1, times + 1)]

    def _repeated(self, table: Table, codes: Sequence[str]) -> list[Visit]:
        """The visits of one table: one, or as many as it repeats, each later by the same days."""
        visit = self._visit(table, codes)
        repeat = table.table("repeat")
        table.finish()
        if repeat is None:
            return [visit]
        every, times = repeat.integer("every_days"), repeat.integer("times")
        if "every_days" in repeat and every < 1:
            repeat.problem("every_days", "a visit repeats after days", "Write 1 or more")
        repeat.finish()
        return [
            replace(
                visit,
                code=f"{visit.code}-{n}",
                title=visit.title.replace("{number}", str(n)),
                window=_moved(visit.window, (n - 1) * every),
            )
            for n in range(1, times + 1)
        ]

    def _visit(self, table: Table, codes: Sequence[str]) -> Visit:
        code, kind = table.code("code"), table.one_of("kind", [kind.value for kind in VisitKind])
        place = table.one_of("place", [place.value for place in Place])
        return Visit(
            code=code,
            kind=VisitKind(kind) if kind in set(VisitKind) else VisitKind.CALL,
            title=table.text("title"),
            anchor=self._anchor(table, code, codes),
            window=self._window_of(table),
            source=self._source(table),
            after=self._known(table, "after", [c for c in codes if c != code], "other visit"),
            stage=self._one_known(table, "stage", [stage.code for stage in self.stages]),
            arms=self._known(table, "arms", [arm.code for arm in self.arms], "arm"),
            attended_by=self._known(table, "attended_by", ATTENDANCE, "attendance"),
            place=Place(place) if place in set(Place) else Place.SITE,
            minutes=table.integer("minutes") if "minutes" in table else None,
            done=tuple(self._done(part) for part in table.tables("done")),
            doses=self._doses_of(table, kind),
        )

    def _anchor(self, table: Table, code: str, codes: Sequence[str]) -> str:
        known = [ENROLLMENT, PREVIOUS_DOSING, LAST_DOSING, *(c for c in codes if c != code)]
        anchor = table.one_of("anchor", known)
        return anchor if anchor in known else ENROLLMENT

    def _window_of(self, table: Table) -> Window:
        return self.windows.get(
            self._one_known(table, "window", list(self.windows), required=True), NOWHERE
        )

    def _one_known(
        self, table: Table, key: str, known: Sequence[str], *, required: bool = False
    ) -> str:
        code = table.one_of(key, known, required=required)
        return code if code in known else ""

    def _done(self, table: Table) -> Done:
        activities = self._known(table, "activities", list(self.activities), "activity")
        done = Done(activities, self._source(table))
        table.finish()
        return done

    def _doses_of(self, table: Table, kind: str) -> str:
        doses = self._one_known(table, "doses", list(self.doses))
        if kind == VisitKind.DOSING and "doses" not in table:
            table.problem(None, "a dosing session has no doses", "Add doses = a table [doses.name]")
        if kind != VisitKind.DOSING and doses:
            table.problem("doses", f"a visit of kind {kind!r} has doses", "Take them out")
        return doses

    def _refuse_circles(self, visits: Sequence[Visit]) -> None:
        try:
            in_order(visits)
        except CycleError as circle:
            codes = [str(code) for code in circle.args[1]]
            table = next(t for t, code in self.visit_tables if code in codes)
            table.problem(
                "anchor",
                f"visits wait for each other in a circle: {' after '.join(codes)}",
                "Let one of them count from enrollment or from a visit outside the circle",
            )

    def _refuse_unused(self, visits: Sequence[Visit]) -> None:
        used = {visit.window.code for visit in visits} | {visit.doses for visit in visits}
        for key in ("window", "doses"):
            for code, table in self._named(key):
                if code not in used:
                    table.problem(None, f"no visit uses {key} {code!r}", "Use it or take it out")

    def _provisions(self) -> tuple[Provision, ...]:
        tables = self.root.tables("provision")
        found = []
        for table in tables:
            found.append(
                Provision(
                    code=table.code("code"),
                    topic=table.one_of("topic", TOPICS),
                    wording=table.text("wording"),
                    source=self._source(table),
                    days=table.integer("days") if "days" in table else None,
                )
            )
            table.finish()
        refuse_duplicates(zip(tables, (p.code for p in found), strict=True), "provision")
        return tuple(found)


def _moved(window: Window, days: int) -> Window:
    earliest, target, latest = (
        None if day is None else day + days
        for day in (window.earliest_days, window.target_days, window.latest_days)
    )
    return replace(window, earliest_days=earliest, target_days=target, latest_days=latest)
