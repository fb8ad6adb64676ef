"""What the session's page judges while the server is away is what the server judges, to the letter.

The page's evaluator and ``domain/monitoring`` are written twice, in two languages. Here they are asked
the same: every minute of every whole session on file, and of sessions made up from chance.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from holdfast.domain import monitoring
from holdfast.domain.conditions import Alarm, Condition, alarms_of, each_once
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.night import CHECK_EVERY, night_conditions
from holdfast.domain.session_entries import SessionEntry, instant
from holdfast.domain.session_log import log_of
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.staffing import Break, Room
from holdfast.interop.session_file import read_session_file
from tests.generated_sessions import a_session, numbers
from tests.session_kit import DOSE, at, beginning, entry, pressure, usual_plan

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "src/holdfast/web/static/holdfast/session-evaluator.js"
SCENARIOS = sorted(
    path
    for path in (ROOT / "tests/scenarios/sessions").glob("*.json")
    if not path.name.endswith(".expected.json")
)
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.browser
Told = Mapping[str, Any]
STEADY: Sequence[tuple[str, Mapping[str, object]]] = (
    ("reading", {"systolic_mmhg": 165, "diastolic_mmhg": 90, "heart_rate_per_min": 104}),
    ("reading", {"heart_rate_per_min": 111, "temperature_celsius": 38.1}),
    ("distress", {"score": 4}),
    ("reading", {"systolic_mmhg": 128, "diastolic_mmhg": 80, "heart_rate_per_min": 76}),
    ("fluid-taken", {"volume_ml": 3}),
    ("reading", {"heart_rate_per_min": 80, "temperature_celsius": 36.8}),
    ("event", {"term": "nausea", "course": "onset"}),
    ("break-began", {"person": "t1", "cover": "t3", "minutes": 5}),
    ("event", {"term": "nausea", "course": "offset"}),
    ("break-ended", {"person": "t1"}),
)
Session = tuple[SessionPlan, Sequence[SessionEntry]]
NIGHT = CourseSoFar(numbers={CHECK_EVERY: Decimal(45)})

# In the page: a session judged at one moment after another, each entry handed in when it is known;
# what is told of a moment is told only where it differs from the moment before.
DRIVER = """async (source) => {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const module = await import(address);
  globalThis.evaluator = module;
  globalThis.follow = ({ plan, entries, moments }) => {
    const fold = new module.Fold(plan), told = [], since = [];
    const known = [...entries].map((entry) => [module.micros(entry.known_at), entry]).sort((a, b) => a[0] - b[0]);
    let next = 0, before = "";
    for (const [index, now] of moments.entries()) {
      for (; next < known.length && known[next][0] <= module.micros(now); next += 1) fold.add(known[next][1]);
      const found = fold.judge(now), text = JSON.stringify({ ...found, now: "", since_dose_seconds: 0 });
      if (text !== before) told.push({ index, found });
      before = text;
    }
    return told;
  };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.evaluate(DRIVER, SCRIPT.read_text("utf-8"))
    yield opened
    context.close()


def made_up(seed: int, count: int = 3) -> tuple[Session, list[datetime]]:
    """A session from chance, some moments of it, and one long after it."""
    chance = Random(seed)
    plan, entries = a_session(chance)
    known = [one.known_at for one in entries] or [DOSE]
    asked = {
        chance.choice(known) + chance.choice((0, 0, 1, 5, 10, 30)) * MINUTE for _ in range(count)
    }
    return (plan, entries), sorted({*asked, max(known) + timedelta(hours=20)})


def plan_told(plan: SessionPlan) -> Told:
    """The plan as a page is told it, with how often somebody looks at night."""
    return {**plan.to_json(), "night_check_every": str(NIGHT.numbers[CHECK_EVERY])}


def as_told(plan: SessionPlan, entries: Sequence[SessionEntry], now: datetime) -> Told:
    """What the server judges, in the words of the page."""
    log = log_of(entries, now)
    night = night_conditions(plan, NIGHT, log, now)
    found = each_once((*monitoring.conditions_of(plan, log, now), *night))
    passed = monitoring.since_dose(entries, now)
    return {
        "now": instant(now),
        "conditions": [_condition(one) for one in found],
        "alarms": [_alarm(one) for one in alarms_of(found, log)],
        "due": [
            {
                "measure": one.measure,
                "rule": one.rule,
                "at": None if one.at is None else instant(one.at),
                "overdue_at": None if one.overdue_at is None else instant(one.overdue_at),
                "because": one.because,
                "is_deferred": one.is_deferred,
                "is_overdue": one.is_overdue(now),
            }
            for one in monitoring.due(plan, entries, now)
        ],
        "silences": [_condition(one) for one in found if one.code == "silence" and one.holds],
        "phase": monitoring.phase(plan, entries, now).value,
        "since_dose_seconds": None if passed is None else passed.total_seconds(),
        "fluids": _fluids(plan, entries, now),
        "room": _room(monitoring.in_the_room(plan, entries, now)),
    }


def _condition(one: Condition) -> Told:
    return {
        "id": one.id,
        "code": one.code,
        "tier": one.tier.value,
        "measure": one.measure,
        "since": instant(one.since),
        "known_at": instant(one.known_at),
        "because": list(one.because),
        "do": one.do,
        "told": list(one.told),
        "sounds_at": list(one.sounds_at),
        "is_silent": one.is_silent,
        "detail": one.detail,
        "number": one.number,
        "value": None if one.value is None else numbers(one.value),
        "until": None if one.until is None else instant(one.until),
        "holds": one.holds,
    }


def _alarm(one: Alarm) -> Told:
    return {
        "condition": _condition(one.condition),
        "signal": {
            "condition": one.signal.condition,
            "at": instant(one.signal.at),
            "told": list(one.signal.told),
            "sounds_at": list(one.signal.sounds_at),
        },
        "acknowledgements": [
            {
                "entry": ack.entry,
                "condition": ack.condition,
                "by": ack.by,
                "at": instant(ack.at),
                "known_at": instant(ack.known_at),
                "done": ack.done,
            }
            for ack in one.acknowledgements
        ],
        "is_open": one.is_open,
        "is_resolved": one.is_resolved,
    }


def _fluids(plan: SessionPlan, entries: Sequence[SessionEntry], now: datetime) -> Told:
    found = monitoring.fluid_balance(plan, entries, now)
    ceiling, left = found.ceiling_ml, found.left_ml
    return {
        "taken_ml": numbers(found.taken_ml),
        "lost_ml": numbers(found.lost_ml),
        "balance_ml": numbers(found.balance_ml),
        "unmeasured": found.unmeasured,
        "by_drink": [
            {"drink": drink, "taken_ml": numbers(volume)}
            for drink, volume in found.by_drink.items()
        ],
        "ceiling_ml": None if ceiling is None else numbers(ceiling),
        "left_ml": None if left is None else numbers(left),
    }


def _room(room: Room) -> Told:
    def pause(one: Break) -> Told:
        ends = {"began_at": instant(one.began_at), "ends_at": instant(one.ends_at)}
        return {"entry": one.entry, "person": one.person, "cover": one.cover, **ends}

    return {
        "present": [
            {
                "person": one.person,
                "role": one.role,
                "since": instant(one.since),
                "on_break": None if one.on_break is None else pause(one.on_break),
            }
            for one in room.present
        ],
        "covering": list(room.covering),
        "therapists": sorted(room.therapists),
    }


def follow(page: Page, sessions: Sequence[tuple[Session, Sequence[datetime]]]) -> list[list[Told]]:
    """What the page tells of each session, at each of the moments where that is new."""
    told = [
        {
            "plan": plan_told(plan),
            "entries": [one.to_json() for one in entries],
            "moments": [instant(moment) for moment in moments],
        }
        for (plan, entries), moments in sessions
    ]
    follows = "(text) => JSON.stringify(JSON.parse(text).map((one) => globalThis.follow(one)))"
    return json.loads(page.evaluate(follows, json.dumps(told)))


def difference(session: Session, moments: Sequence[datetime], told: Sequence[Told]) -> str:
    """Where page and server first differ; "" where they agree at every moment.

    What the page tells stays the same up to the next moment that it names. Without a new entry the
    server's conditions only grow; so both are compared where the page's change, and just before.
    """
    starts = {one["index"]: one["found"] for one in told}
    ends = [index - 1 for index in [*sorted(starts)[1:], len(moments)]]
    for start, end in zip(sorted(starts), ends, strict=True):
        for index in sorted({start, end}):
            for name, value in as_told(*session, moments[index]).items():
                is_of_moment = name in ("now", "since_dose_seconds") and index != start
                if not is_of_moment and starts[start][name] != value:
                    return f"{instant(moments[index])} {name}: {_apart(starts[start][name], value)}"
    return ""


def _apart(page: Any, server: Any) -> str:
    if isinstance(page, list):
        only = (
            [one for one in page if one not in server],
            [one for one in server if one not in page],
        )
        return f"page {json.dumps(only[0])[:900]} server {json.dumps(only[1])[:900]}"
    return f"page {json.dumps(page)[:900]} server {json.dumps(server)[:900]}"


def minutes(begin: datetime, end: datetime) -> list[datetime]:
    """Every minute from one moment to another, and the last."""
    begin = begin.replace(second=0, microsecond=0)
    return [begin + number * MINUTE for number in range(int((end - begin) / MINUTE) + 2)]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_page_judges_a_whole_session_as_the_server_does(page, path):
    recorded = read_session_file(path.read_bytes())
    known = [one.known_at for one in recorded.entries]
    moments = minutes(min(known), recorded.until or max(known))
    session = recorded.plan, recorded.entries
    [told] = follow(page, [(session, moments)])
    assert difference(session, moments, told) == ""


def differences(page: Page, seeds: Sequence[int], count: int = 3) -> Iterator[str]:
    """Every made-up session on which page and server differ, as small as it can be told."""
    batch = [made_up(seed, count) for seed in seeds]
    for seed, one, told in zip(seeds, batch, follow(page, batch), strict=True):
        if difference(*one, told):
            (plan, entries), moments = smallest(page, *one)
            [told] = follow(page, [((plan, entries), moments)])
            kept = [entry.to_json() for entry in entries]
            yield f"seed {seed}: {difference((plan, entries), moments, told)}\n{json.dumps(kept)}"


def smallest(
    page: Page, session: Session, moments: Sequence[datetime]
) -> tuple[Session, Sequence[datetime]]:
    """The session without the entries that it takes no part of the difference to leave out."""
    plan, entries = session
    for one in reversed(entries):
        less = [other for other in entries if other is not one]
        [told] = follow(page, [((plan, less), moments)])
        if difference((plan, less), moments, told):
            entries = less
    return (plan, entries), moments


@pytest.mark.parametrize("part", range(3))
def test_the_page_judges_whatever_may_happen_as_the_server_does(page, part):
    assert list(differences(page, range(part * 50, part * 50 + 50))) == []


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_the_page_judges_ten_thousand_sessions_as_the_server_does(page, part):
    assert list(differences(page, range(1_000 + part * 500, 1_500 + part * 500), count=5)) == []


PLANTED = {
    "at the limit": ('"at-or-above") return found >= 0', '"at-or-above") return found > 0'),
    "a rise without its start": ("? null : minus(value, start.value)", "? null : value"),
    "a late reading hides": ("first === null || each < first", "first === null || each > first"),
    "a break covers by itself": ("cover && !away.has(cover)", "cover"),
    "what was seen covers what comes": ("one.since <= named.since &&", ""),
    "whoever stays longer is not watched": ('"home-with-escort", "left', '"extended-stay", "left'),
    "put off for ever": ("Math.max(overdue, known)]", "Infinity]"),
    "a night that is over goes on": ("|| isNightOver(log, known)", ""),
    "a wrong clock calms": ("if (this.isSkewed(entry)) {", "if (false) {"),
}


def test_a_planted_difference_is_found(page, browser):
    """The comparison would see it: the page's evaluator is broken once in each of these ways."""
    source = SCRIPT.read_text("utf-8")
    batch = [made_up(seed) for seed in range(60)]
    sound = follow(page, batch)
    unseen = []
    for what, (right, wrong) in PLANTED.items():
        assert source.count(right) == 1, what
        context = browser.new_context()
        broken = context.new_page()
        broken.evaluate(DRIVER, source.replace(right, wrong))
        both = zip(batch, sound, follow(broken, batch), strict=True)
        apart = [(one, told) for one, good, told in both if told != good][:3]
        if not any(difference(*one, told) for one, told in apart):
            unseen.append(what)
        context.close()
    assert unseen == []


def test_a_tap_that_comes_late_covers_the_same_on_both_sides(page, browser):
    """Tapped at 32, known at 60; what a paper of 25 says was learnt at 50."""
    source = SCRIPT.read_text("utf-8")
    first = entry("reading", 30, id="first", heart_rate_per_min=104)
    paper = entry("reading", 25, late=25, id="paper", heart_rate_per_min=112)
    told = {"condition": "heart-rate-observed:first", "done": "seen"}
    session = (
        usual_plan(),
        [*beginning(), first, paper, entry("acknowledgement", 32, late=28, **told)],
    )
    moments = [at(minute) for minute in (45, 55, 61)]
    [sound] = follow(page, [(session, moments)])
    assert not difference(session, moments, sound)
    right, wrong = "Math.min(entry.at + MINUTE, entry.known)", "entry.known"
    assert source.count(right) == 1
    context = browser.new_context()
    broken = context.new_page()
    broken.evaluate(DRIVER, source.replace(right, wrong))
    [apart] = follow(broken, [(session, moments)])
    context.close()
    assert difference(session, moments, apart)


def test_a_number_is_what_it_says_however_it_is_written(page):
    """37.10 is 37.1, and 38.0 is not above 38; nothing goes through a binary fraction."""
    same = [["37.10", "37.1"], [37.1, "37.100"], ["1E+1", 10], ["1e-7", "0.0000001"], ["-0", "0"]]
    apart = [["0.3", "0.30000000000000004"], ["9007199254740993", "9007199254740992"]]
    compare = "pairs => pairs.map(([a, b]) => evaluator.compare(evaluator.decimal(a), evaluator.decimal(b)))"
    assert page.evaluate(compare, same) == [0] * len(same)
    assert page.evaluate(compare, apart) == [-1, 1]
    written = ["37.10", "0.050", "-2.50", "100", "0.0"]
    plain = "all => all.map((one) => evaluator.plain(evaluator.decimal(one)))"
    assert page.evaluate(plain, written) == ["37.1", "0.05", "-2.5", "100", "0"]


def test_what_is_kept_here_is_judged_with_what_was_received(page):
    """A pressure typed while nobody answers alarms at once; its receipt changes nothing but that."""
    plan, received = usual_plan(), beginning()
    kept = [pressure(20, 165, id="k1"), pressure(24, 190, id="k2")]
    now = at(26)
    found = _kept(page, plan, received, kept, now)
    server = as_told(plan, [*received, *kept], now)
    assert {name: found[name] for name in server} == server
    assert found["kept"] == ["k1", "k2"]
    rests = set(found["not_received"])
    assert {"systolic-observed:k1", "systolic-dense:k2"} <= rests
    assert not any(one.startswith("limit-not-signed") for one in rests)
    late = replace(kept[0], known_at=at(25))
    found = _kept(page, plan, [*received, late], kept, now)
    assert found["kept"] == ["k2"]
    server = as_told(plan, [*received, late, kept[1]], now)
    assert {name: found[name] for name in server} == server


def test_a_clock_of_this_device_hides_nothing(page):
    """What is kept with a time that is still to come is judged now; two that differ are both judged."""
    plan, ahead = usual_plan(), pressure(300, 205, id="k1")
    found = _kept(page, plan, beginning(), [ahead], at(20))
    assert {"systolic-observed:k1", "clock-wrong:k1"} <= {one["id"] for one in found["conditions"]}
    here, there = pressure(10, 205, id="k1"), pressure(10, 120, id="k1")
    found = _kept(page, plan, [*beginning(), there], [here], at(20))
    assert "systolic-observed:k1" in {one["id"] for one in found["conditions"]}


def test_what_cannot_be_read_keeps_nothing_else_from_being_judged(page):
    kept = [pressure(20, 205, id="k1").to_json(), {"id": "k2", "kind": "reading", "at": "soon"}]
    judged = "(told) => evaluator.judgeKept(...told)"
    begun = [one.to_json() for one in beginning()]
    found = page.evaluate(judged, [usual_plan().to_json(), begun, kept, _now(21)])
    assert found["unread"] == ["k2"]
    assert "systolic-observed:k1" in {one["id"] for one in found["conditions"]}


def test_asked_again_each_second_it_says_the_same(page):
    """It goes on from what it judged before: what was kept is received, is gone, or more is there."""
    seconds = """([plan, steps]) => steps.map(([received, kept, now]) => {
      const again = evaluator.judgeKept(plan, received, kept, now);
      const anew = evaluator.judgeKept(structuredClone(plan), structuredClone(received), structuredClone(kept), now);
      return JSON.stringify(again) === JSON.stringify(anew);
    })"""
    first, second = pressure(20, 165, id="k1"), pressure(24, 190, id="k2")
    steps = [
        ([], [], 0),
        ([], [first], 21),
        ([], [first, second], 24),
        ([], [first, second], 40),
        ([replace(first, known_at=at(41))], [second], 42),
        ([], [second], 43),
        ([], [pressure(90, 200, id="k3")], 44),
        ([], [], 30),
    ]
    told = [
        [
            [e.to_json() for e in [*beginning(), *received]],
            [e.to_json() for e in kept],
            _now(minute),
        ]
        for received, kept, minute in steps
    ]
    assert page.evaluate(seconds, [usual_plan().to_json(), told]) == [True] * len(steps)


def test_an_entry_costs_the_same_with_five_thousand_before_it(page):
    """Readings, drinks, what is felt and who comes: nothing is judged again for what came before."""
    cost = """([plan, before, after]) => {
      const fold = new evaluator.Fold(plan, before);
      fold.holding(after[0].known_at);
      const spent = [];
      for (const entry of after) {
        const begin = performance.now();
        fold.add(entry);
        fold.holding(entry.known_at);
        spent.push(performance.now() - begin);
      }
      return spent.sort((a, b) => a - b)[Math.floor(spent.length / 2)];
    }"""
    plan = usual_plan().to_json()
    few, many = (
        page.evaluate(cost, [plan, _steady(count), _steady(count + 200)[-200:]])
        for count in (100, 5_000)
    )
    assert many < 4 * few + 0.5  # milliseconds


def test_nothing_in_it_permits_a_dose(page):
    """It judges. Whatever opens a gate is asked of the server, and there is nothing here to ask."""
    names = page.evaluate("() => Object.keys(evaluator).sort().join(' ')")
    assert names == "Fold compare decimal instant judge judgeKept micros plain readPlan"
    found = _kept(page, usual_plan(), beginning(), [], at(90))
    assert found["phase"] == "supplement-window"
    assert not {"gates", "may_give", "authorisation"} & set(found)


def _now(minute: float) -> str:
    return instant(at(minute))


def _kept(
    page: Page,
    plan: SessionPlan,
    received: Sequence[SessionEntry],
    kept: Sequence[SessionEntry],
    now: datetime,
) -> Told:
    both = [[one.to_json() for one in entries] for entries in (received, kept)]
    judged = "(told) => evaluator.judgeKept(...told)"
    return page.evaluate(judged, [plan_told(plan), *both, instant(now)])


def _steady(count: int) -> list[Told]:
    """So many entries of a session, one every five seconds."""
    found = [one.to_json() for one in beginning()]
    for number in range(count):
        kind, fields = STEADY[number % len(STEADY)]
        found.append(entry(kind, 1 + number / 12, id=f"s{number}", **fields).to_json())
    return found
