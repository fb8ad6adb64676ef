/* The page of an open room. Who writes is whoever tapped their name last and proved it; the id of
   that switch lives in this page's memory alone and is forgotten when nobody touches the screen.
   The dimmed screen keeps who is here, the time, and what matters, and takes an urgent entry. */
(() => {
  "use strict";
  const ASK_EVERY = 4000, PATIENCE = 6000, PROVING = 25000; /* a PIN is checked slowly on purpose */
  const body = () => document.body;
  const find = (name) => document.querySelector(`[data-${name}]`);
  const all = (name) => [...document.querySelectorAll(`[data-${name}]`)];

  let told = null;        /* the last state that the server told */
  let token = "";         /* against forged requests; renewed with every state */
  let offset = null;      /* by how many ms this device's clock is ahead of the server's */
  let step = null;        /* the switch this page writes under: { id, person } */
  let touched = performance.now();
  let drafting = "";      /* whose draft stands in the field */
  const sheets = new Map(); /* what each of them had typed into a sheet; "" is nobody */
  let queue = null, asked = false;
  let again = null, before = null; /* what a reload without the server shows */
  let isLost = false;     /* nobody answered the last time */

  const me = () => (told && step ? told.people.find((each) => each.id === step.person) : null);
  const idleMs = () => Math.round(performance.now() - touched);
  const keptEntries = () => (queue ? queue.kept() : []);

  /* What the server says */
  async function ask() {
    const abort = new AbortController(), patience = setTimeout(() => abort.abort(), PATIENCE);
    const before = Date.now();
    let found = null;
    try {
      const headers = step ? { "X-Writing": step.id } : {};
      const answer = await fetch(body().dataset.state, { headers, cache: "no-store", redirect: "error", signal: abort.signal });
      if (answer.ok) found = await answer.json();
    } catch { found = null; }
    clearTimeout(patience);
    isLost = found === null;
    find("lost").hidden = !isLost;
    if (found === null) { asked = true; show(); return; }
    token = found.csrf;
    if (found.now) offset = Math.round((before + Date.now()) / 2 - Date.parse(found.now));
    told = found.status === "revoked" ? { ...(told || { people: [], entries: [], about: [], waiting: 0 }), status: "revoked" } : found;
    if (step && told.writer !== step.person) rest(); /* somebody else switched, or the room is over */
    if (!asked && queue) queue.flush();
    asked = true;
    if (again && found.status !== "open") again.forget();
    show();
  }

  async function post(address, value) {
    const abort = new AbortController(), patience = setTimeout(() => abort.abort(), PROVING);
    try {
      const answer = await fetch(address, {
        method: "POST", body: JSON.stringify(value), cache: "no-store", redirect: "error", signal: abort.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, ...(step ? { "X-Writing": step.id } : {}) },
      });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return isJson ? { ok: answer.ok, ...(await answer.json()) } : { ok: false, problem: find("lost").textContent };
    } catch {
      return { ok: false, isAway: true, problem: find("lost").textContent };
    } finally { clearTimeout(patience); }
  }

  /* What the page shows */
  function show() {
    if (!told) return;
    body().dataset.status = told.status;
    for (const line of all("over")) line.hidden = line.dataset.over !== told.status;
    find("about").textContent = told.about.map((each) => each.label).join(", ");
    const present = told.people.filter((each) => each.is_in);
    find("present").textContent = present.map((each) => each.name).join(", ") || find("present").dataset.nobody;
    find("waiting").hidden = told.waiting === 0;
    find("waiting-count").textContent = told.waiting;
    showTiles(present);
    showSubjects();
    showEntries();
    showQueue();
    showWriter();
    tick();
    if (globalThis.HoldfastPanel) globalThis.HoldfastPanel.show();
  }

  function showTiles(present) {
    const tiles = find("tiles"), wanted = present.map((each) => each.id).join();
    if (tiles.dataset.shown !== wanted) {
      tiles.replaceChildren(...present.map((each) => {
        const tile = Object.assign(document.createElement("button"), { type: "button", className: "tile" });
        tile.dataset.person = each.id;
        const letters = Object.assign(document.createElement("b"), { textContent: each.initials });
        letters.setAttribute("aria-hidden", "true");
        tile.append(letters, Object.assign(document.createElement("span"), { textContent: each.name }));
        return tile;
      }));
      tiles.dataset.shown = wanted;
    }
    for (const tile of tiles.children) tile.setAttribute("aria-pressed", String(Boolean(step && tile.dataset.person === step.person)));
  }

  function showSubjects() {
    const group = find("subjects"), wanted = told.about.map((each) => each.id).join();
    group.hidden = told.about.length < 2;
    if (group.dataset.shown === wanted) return;
    group.dataset.shown = wanted;
    group.replaceChildren(...told.about.map((each, place) => {
      const label = Object.assign(document.createElement("label"), { className: "option" });
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "about", value: each.id, checked: place === 0 });
      label.append(input, Object.assign(document.createElement("span"), { textContent: each.label }));
      return label;
    }));
  }

  function line(entry, list) {
    const row = document.createElement("li");
    row.className = entry.is_urgent ? "loud" : "";
    const time = Object.assign(document.createElement("time"), { textContent: entry.time });
    const what = document.createElement("div");
    const head = document.createElement("p");
    head.append(Object.assign(document.createElement("strong"), { textContent: entry.kind_words }));
    if (entry.about && told.about.length > 1) head.append(` ${entry.about}`);
    const who = entry.is_here ? list.dataset.here : entry.is_nobodys ? list.dataset.nobodys : entry.by;
    head.append(Object.assign(document.createElement("span"), { className: entry.is_nobodys || entry.is_here ? "watch" : "soft", textContent: ` ${who}` }));
    what.append(head);
    if (entry.words) what.append(Object.assign(document.createElement("p"), { className: "says", textContent: entry.words }));
    row.append(time, what);
    return row;
  }

  function showEntries() {
    const list = find("entries");
    const here = keptEntries().map((each) => ({ ...each.told, is_here: true })).reverse();
    const shown = [...here, ...told.entries].filter((each) => step || each.is_in_sight || each.is_nobodys || each.is_here)
      .map((each) => (step ? each : { ...each, words: null })).slice(0, 30);
    const rows = shown.map((each) => line(each, list));
    if (!rows.length) rows.push(Object.assign(document.createElement("li"), { className: "soft", textContent: list.dataset.empty }));
    list.replaceChildren(...rows);
  }

  function showQueue() {
    const chip = find("net"), kept = keptEntries(), waiting = kept.length;
    chip.dataset.kept_ = String(waiting);
    chip.classList.toggle("watch", waiting > 0);
    const words = waiting ? chip.dataset.kept.replace("%", waiting) : asked ? chip.dataset.fine : chip.dataset.asking;
    if (chip.textContent !== words) chip.textContent = words;
    find("conflicts").hidden = !kept.some((each) => each.state === "conflict");
    const refused = kept.filter((each) => each.state === "refused");
    find("refused").hidden = !refused.length;
    find("refused-words").textContent = refused.map((each) => each.problem).join(" ");
  }

  function showWriter() {
    const writer = me(), title = find("writing");
    const words = writer ? title.dataset.writes.replace("%", writer.name) : title.dataset.dimmed;
    if (title.textContent !== words) title.textContent = words;
    body().dataset.dim = writer ? "no" : "yes";
    find("write").hidden = !writer;
    find("resting").hidden = Boolean(writer);
  }

  function tick() {
    if (!told || !told.opened_at) return;
    const now = Date.now() - (offset || 0);
    const minutes = Math.max(0, Math.floor((now - Date.parse(told.opened_at)) / 60000));
    find("clock").textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    keepForAgain();
    if (idleMs() <= told.idle_seconds * 1000) return;
    if (step) rest(); else putSheetAway();
    HoldfastProve.close(); /* a half-typed PIN does not lie open either */
  }

  /* Only what the server told: what this page judged by itself it judges again. */
  function keepForAgain() {
    const known = isLost || told.status !== "open" || !globalThis.HoldfastPanel ? null : globalThis.HoldfastPanel.known();
    if (again && known) again.keep(told, known, offset);
  }

  /* A draft that cannot be kept is still in its field. */
  function keepDraft(text) { return queue.keepDraft(drafting, text).catch((error) => console.warn(error)); }

  /* Who writes */
  async function rest() {
    const field = find("write").elements.words;
    step = null;
    const kept = drafting && queue ? keepDraft(field.value) : null;
    putSheetAway();
    drafting = "";
    field.value = "";
    if (globalThis.HoldfastPanel) globalThis.HoldfastPanel.writes(false);
    show(); /* at once: nobody's screen waits for a disk */
    await kept;
  }

  /* A sheet does not lie open either. Its words are kept on the disk; all of it as long as this page lives. */
  function putSheetAway() {
    const before = globalThis.HoldfastSheet ? HoldfastSheet.putAway() : null;
    if (!before) return;
    sheets.set(drafting, before);
    if (drafting && queue && before.text) queue.keepDraft(`${drafting}/sheet`, before.text).catch((error) => console.warn(error));
  }

  /* What somebody had begun in a sheet, or nobody had, is asked again of who writes now. */
  async function takeSheetUp() {
    const key = sheets.has(drafting) ? drafting : "", before = sheets.get(key), text = queue && !before ? await queue.draft(`${drafting}/sheet`) : "";
    sheets.delete(key);
    if (before) HoldfastSheet.again(before); else if (text) HoldfastPanel.note(text);
    if (queue && (before || text)) queue.keepDraft(`${drafting}/sheet`, "").catch((error) => console.warn(error));
  }

  async function write(person, id) {
    await rest();
    touched = performance.now();
    step = { id, person };
    drafting = `${body().dataset.opening}/${person}`;
    find("write").elements.words.value = queue ? await queue.draft(drafting) : "";
    show();
    if (globalThis.HoldfastPanel) globalThis.HoldfastPanel.writes(true);
    const line = document.getElementById("s-line");
    if (line && line.offsetParent) line.focus({ preventScroll: true }); else find("write").elements.words.focus();
    await ask();
    if (step && step.id === id) await takeSheetUp();
  }

  /* waits: what was asked for before anybody wrote; proved() once somebody did in this very dialog, else without(). */
  function prove(act, person, waits = null) {
    const present = told.people.filter((each) => each.is_in);
    const people = act === "close" || act === "attribute" ? told.people : present;
    const entries = act === "attribute" ? told.entries.filter((each) => each.is_nobodys) : [];
    const doing = { writes: takeStep, in: takeStep, out: takeStep, close: closeRoom, attribute: attribute };
    let isProved = false;
    const submit = async (answer) => {
      const problem = await doing[act](act, answer, () => { isProved = true; });
      if (!problem && waits && isProved) { const then = waits; waits = null; then.proved(); }
      return problem;
    };
    const ended = () => { if (waits && !isProved) { const then = waits; waits = null; then.without(); } };
    HoldfastProve.ask({ act, person, people, entries, submit, ended, challenge: (who) => post(body().dataset.passkeyOptions, { person: who }) });
  }

  async function takeStep(kind, answer, isProved) {
    const found = await post(body().dataset.step, { id: crypto.randomUUID(), kind, person: answer.person, login: answer.login, secret: answer.secret, passkey: answer.passkey });
    if (!found.ok) return found;
    isProved();
    /* With the PIN at hand, the key by which they sign a movement while the server is away. */
    if (/^\d+$/.test(answer.secret) && globalThis.HoldfastKeys) HoldfastKeys.prepare(found.person, answer.secret).catch((error) => console.warn(error));
    HoldfastProve.close(); /* first, so that the field can take the focus */
    if (kind === "writes") await write(found.person, found.step);
    else await ask();
    return null;
  }

  async function closeRoom(act, answer) {
    await queue.flush();
    const value = { id: crypto.randomUUID(), person: answer.person, secret: answer.secret, passkey: answer.passkey, unsent: keptEntries().length };
    const found = await post(body().dataset.close, value);
    await ask();
    return found.ok ? null : found;
  }

  async function attribute(act, answer) {
    const found = await post(body().dataset.attribute, { id: crypto.randomUUID(), entries: answer.entries, person: answer.person, secret: answer.secret, passkey: answer.passkey });
    await ask();
    return found.ok ? null : found;
  }

  /* The time of the day at the site, whatever zone this device stands in. */
  function clock(at) {
    const ours = new Date(at.getTime() - (offset || 0));
    return ours.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: body().dataset.zone });
  }

  /* What is written */
  async function record(kind, kindWords, words, about, isUrgent) {
    const id = crypto.randomUUID(), at = new Date();
    const text = JSON.stringify({
      schema: 1, id, opening: body().dataset.opening, enrollment: about, kind, words, details: {},
      at: at.toISOString(), offset_ms: offset, step: step ? step.id : null, idle_ms: idleMs(),
    });
    const time = clock(at);
    const subject = told ? told.about.find((each) => each.id === about) : null;
    const shown = { id, kind, kind_words: kindWords, time, about: subject ? subject.label : "", words, is_urgent: isUrgent, is_in_sight: isUrgent };
    await queue.add({ id, address: body().dataset.entry, text, told: shown });
    await ask();
  }

  async function recordWords(event) {
    event.preventDefault();
    const form = find("write"), words = form.elements.words.value.trim();
    if (!words || !step) { form.elements.words.focus(); return; }
    const kind = form.querySelector("[name=kind]:checked");
    const about = form.querySelector("[name=about]:checked");
    form.elements.words.value = "";
    if (drafting) keepDraft("");
    touched = performance.now();
    form.elements.words.focus(); /* at once: later it could take the focus from the next act */
    if (await isKept(record(kind.value, kind.nextElementSibling.textContent, words, about ? about.value : null, false))) return;
    if (step && !form.elements.words.value) form.elements.words.value = words;
  }

  async function recordUrgent(button) {
    button.disabled = true;
    const words = button.querySelector("span").firstChild.textContent.trim();
    const isSole = told && told.about.length === 1;
    await isKept(record(button.dataset.urgent, words, "", isSole ? told.about[0].id : null, true));
    button.disabled = false;
  }

  /* Whether an entry was kept; the page says so where it was not. */
  async function isKept(recording) {
    let kept = true;
    try { await recording; } catch (error) { console.warn(error); kept = false; }
    find("unkept").hidden = kept;
    return kept;
  }

  /* An entry of a dosing session: signed and kept like any other, with the codes and numbers it has. */
  function ofSession({ id, kind, details, words, corrects, session, enrollment, told: told_ }) {
    const text = {
      schema: 2, id, opening: body().dataset.opening, enrollment, kind, words, details, corrects, session,
      at: new Date().toISOString(), offset_ms: offset, step: step ? step.id : null, idle_ms: idleMs(),
    };
    touched = performance.now();
    const shown = { id, kind, kind_words: kind, time: clock(new Date()), about: "", words: "", is_urgent: false, is_in_sight: false, ...told_ };
    return { text, kept: { id, address: body().dataset.entry, text: JSON.stringify(text), told: shown } };
  }

  async function recordOfSession(entry) { await queue.add(ofSession(entry).kept); }

  /* An entry that should be somebody's while nobody writes. It is on the disk at once, with its own id and
     time, and waits for the dialog: then it is of whoever proved who they are there, and else nobody's yet.
     While the server is away nobody can prove anything. Gives "mine" or "nobodys". */
  async function recordProved(entry) {
    const { text, kept } = ofSession(entry), from = performance.now();
    if (isLost) { await queue.add(kept); return "nobodys"; }
    await queue.hold(kept);
    const isMine = await new Promise((resolve) => { prove("writes", undefined, { proved: () => resolve(true), without: () => resolve(false) }); });
    if (!isMine) { await queue.settle(kept.id); return "nobodys"; }
    const proved = { ...text, step: step ? step.id : null, waited_ms: Math.round(performance.now() - from) };
    const told_ = { ...kept.told, entry: { ...kept.told.entry, by: step ? step.person : "" } };
    return (await queue.settle(kept.id, { text: JSON.stringify(proved), told: told_ })) && step ? "mine" : "nobodys";
  }

  /* What the panel of a session uses of the room. */
  globalThis.HoldfastRoom = {
    record: recordOfSession, recordProved,
    writer: () => { const writer = me(); return writer ? { id: writer.id, name: writer.name } : null; },
    people: () => Object.fromEntries((told ? told.people : []).map((each) => [each.id, each.name])),
    headers: () => (step ? { "X-Writing": step.id } : {}),
    kept: keptEntries,
    before: () => before,
    post,
    prove: (proved, without = () => {}) => prove("writes", undefined, { proved, without }),
  };

  /* A movement of a medicine: signed by the two people already, and by this device when it is kept. */
  globalThis.HoldfastMedicine = {
    people: () => (told ? told.people.filter((each) => each.is_in) : []),
    keep: async ({ id, at, enrollment, movement, signed, shown }) => {
      const text = JSON.stringify({
        schema: 3, id, opening: body().dataset.opening, enrollment, kind: "custody", words: "", details: {},
        at, offset_ms: offset, step: step ? step.id : null, idle_ms: idleMs(), movement, signed,
      });
      const line = { id, kind: "custody", kind_words: shown, time: clock(new Date(at)), about: "", words: "", is_urgent: false, is_in_sight: true };
      await queue.add({ id, address: body().dataset.entry, text, told: line });
      await ask();
    },
  };

  const acts = {
    in: () => prove("in"), out: () => prove("out"), close: () => prove("close"), attribute: () => prove("attribute"),
    rest: () => rest(),
    seen: async () => { for (const each of keptEntries()) if (each.state === "conflict") await queue.seen(each.id); },
  };

  function click(event) {
    const tile = event.target.closest("[data-person]"), urgent = event.target.closest("[data-urgent]"), act = event.target.closest("[data-do]");
    if (urgent) recordUrgent(urgent);
    else if (tile && told) { if (!step || step.person !== tile.dataset.person) prove("writes", told.people.find((each) => each.id === tile.dataset.person)); }
    else if (act) { const menu = act.closest("details"); if (menu) menu.open = false; acts[act.dataset.do](); }
  }

  function touch() { touched = performance.now(); }

  async function begin() {
    for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, touch, { passive: true });
    document.addEventListener("click", click);
    find("write").addEventListener("submit", recordWords);
    find("write").elements.words.addEventListener("input", (event) => { if (drafting && queue) keepDraft(event.target.value); });
    addEventListener("pagehide", () => { step = null; });
    queue = await HoldfastQueue.open({ sign: HoldfastDevice.sign, token: () => token, changed: () => { if (told) { showEntries(); showQueue(); } } });
    again = globalThis.HoldfastAgain.open(queue, `${body().dataset.opening}/again`);
    await ask();
    if (!told) {
      before = await again.before();
      if (before) { told = before.told; offset = before.offset; show(); }
    }
    document.dispatchEvent(new Event("holdfast-room"));
    setInterval(ask, ASK_EVERY);
    setInterval(tick, 1000);
  }
  document.addEventListener("DOMContentLoaded", begin);
})();
