"""What a page of a session asks the server for, after what it heard on the stream."""

import json
from pathlib import Path

import pytest

import holdfast.web

pytestmark = pytest.mark.browser
SCRIPT = Path(holdfast.web.__file__).parent / "static" / "holdfast" / "session-store.js"
# A server that answers what it is asked, and a stream that says what a test says.
DRIVER = """async (source) => {
  const asked = [], told = (id) => ({ id, after: 0, position: 7, entries: [], words: {}, names: {}, judged: { alarms: [] } });
  let heard = null;
  globalThis.fetch = async (address) => {
    asked.push(address);
    return { ok: true, json: async () => ({ now: new Date().toISOString(), sessions: [told("one"), told("two")] }) };
  };
  globalThis.HoldfastLive = { open: (address, listener) => { heard = listener; } };
  (0, eval)(source);
  const loud = [];
  const store = HoldfastSessions.open({ address: "/now/", live: "/live/", headers: () => ({}), kept: () => [], changed: () => {},
    loud: (session, raised) => loud.push(...raised.map((each) => each.id)) });
  await store.begin("");
  heard("news", { session: "two", after: 7, position: 9, entries: [], alarms: [{ id: "systolic-observed:x" }], again: true });
  for (let tries = 0; asked.length < 2 && tries < 100; tries += 1) await new Promise((go) => setTimeout(go, 20));
  await store.refresh();
  return { asked, loud };
}"""


def test_what_somebody_took_over_is_asked_for_whole_once_and_its_alarm_heard_at_once(browser):
    """An entry that is taken over stands at its old position, behind what the page knows."""
    context = browser.new_context()
    page = context.new_page()
    found = page.evaluate(DRIVER, SCRIPT.read_text("utf-8"))
    context.close()
    assert found["asked"] == [
        "/now/",
        "/now/?after.one=7&after.two=0",
        "/now/?after.one=7&after.two=7",
    ], json.dumps(found)
    assert found["loud"] == ["systolic-observed:x"]
