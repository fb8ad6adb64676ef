"""A page whose opening of the room has run out goes on judging, and says that it is alone."""

from pathlib import Path

import pytest

import holdfast.web

pytestmark = pytest.mark.browser
STATIC = Path(holdfast.web.__file__).parent / "static" / "holdfast"
# A server that answers once, and from then on that it knows of no such page.
DRIVER = """async ([source, status]) => {
  let asked = 0;
  const told = { id: "one", after: 0, position: 7, entries: [], plan: {}, words: {}, names: {},
    judged: { alarms: [], fluids: {}, phase: "support" } };
  globalThis.fetch = async () => {
    asked += 1;
    if (asked > 1) return { ok: false, status, json: async () => ({}) };
    return { ok: true, json: async () => ({ now: new Date().toISOString(), sessions: [told] }) };
  };
  globalThis.HoldfastLive = { open: () => {} };
  (0, eval)(source);
  const judges = `export function judgeKept(plan, received, kept, now) {
    return { now, alarms: [], phase: "judged-here", due: [], fluids: {}, room: { present: [] } }; }`;
  const store = HoldfastSessions.open({ address: "/now/", live: "/live/", headers: () => ({}), kept: () => [], changed: () => {}, loud: null });
  await store.begin(URL.createObjectURL(new Blob([judges], { type: "text/javascript" })));
  const before = store.isAway();
  await new Promise((go) => setTimeout(go, 100));
  await store.refresh();
  return { before, after: store.isAway(), phase: store.sessions.get("one").judged.phase };
}"""


@pytest.mark.parametrize("status", [403, 404])
def test_a_page_that_is_refused_is_away_and_judges_by_itself(browser, status):
    context = browser.new_context()
    page = context.new_page()
    found = page.evaluate(DRIVER, [(STATIC / "session-store.js").read_text("utf-8"), status])
    context.close()
    assert found == {"before": False, "after": True, "phase": "judged-here"}
