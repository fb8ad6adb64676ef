/* The panel of a session: shows what the store knows, and writes entries by line, pad, tap and key.
   Where an entry goes is the place's own: a room's device signs it, a person logged in sends it; both
   keep it until its receipt. */
globalThis.HoldfastPanel = (() => {
  "use strict";
  const Say = globalThis.HoldfastSay, { say, of, words } = Say, Shown = globalThis.HoldfastShown, { find } = Shown, Sheet = globalThis.HoldfastSheet, { made } = Sheet;
  const GATES = ["give-initial-dose", "give-supplemental-dose", "release-to-overnight", "release-home", "close-session"];
  const GATE_EVERY = 10000;
  /* Kinds beside the line and the taps, in the order in which a session needs them. */
  const MORE = ["note", "fluid-taken", "distress", "orientation", "impairment", "touch", "comfort", "dose-given", "dose-withheld", "dose-refused", "dose-vomited", "dose-spat", "dose-dropped", "order", "rescue-given", "medicine-taken", "help-called",
    "agreement", "statement", "escort", "suicidality", "fluid-lost", "recording", "recording-file", "clock-compared", "hand-over", "night-check", "exit", "exit-step", "call-set", "morning-hand-over"];
  const NEEDS_SOMEBODY = new Set(["acknowledgement", "agreement", "statement", "exit", "dose-given", "dose-withheld", "impairment", "order", "correction"]);
  /* What says only who stands for it, and takes something from the record's sight: of nobody it says nothing. */
  const NOTHING_OF_NOBODY = new Set(["agreement", "correction"]);
  const root = () => document.querySelector("[data-session]");
  let place = null, store = null, chosen = null, chart = null, gate = { told: null, of: "", act: "" }, toastTimer = null;

  const session = () => store.sessions.get(chosen) || [...store.sessions.values()][0] || null;

  function view() {
    const now = session();
    if (!now) return null;
    const kept = store.keptOf(now.id), entries = [...now.entries.values(), ...kept.map((each) => each.told.entry).filter((each) => !now.entries.has(each.id))];
    const standing = Shown.standing(entries);
    const doses = Shown.byTime(standing.filter((each) => each.kind === "dose-given" || (each.kind === "dose-spat" && !each.fields.given))).map((each) => ({
      at: each.at, short: `${each.fields.nominal_mg ?? "?"} mg`, sentence: say("dose_at", { mg: each.fields.nominal_mg ?? "?", time: Say.clock(each.at) }),
    }));
    return { session: now, now: store.now(), kept, mayRead: Boolean(place.writer()), entries: [...now.entries.values()], standing, doses, keptWords: (id) => (kept.find((each) => each.id === id) || { told: {} }).told.words };
  }

  function show() {
    const told = view(), section = root();
    section.hidden = !told;
    document.body.dataset.hasSession = told ? "yes" : "no";
    if (!told) return;
    tabs();
    Shown.head(told);
    Sheet.refresh();
    const open = Shown.alarms(told, acknowledge);
    section.dataset.tier = open.length ? open[0].tier : "";
    Shown.vitals(told);
    Shown.next(told, defer);
    Shown.log(told, { takeBack });
    away(told);
    drawChart(told);
    const act = gate.act || (told.doses.length ? "give-supplemental-dose" : "give-initial-dose");
    if (gate.of !== `${told.session.id}/${act}`) { gate = { told: null, of: `${told.session.id}/${act}`, act: gate.act }; askGate(); }
    find("gate-of").value = act;
    Shown.gate(gate.told, act);
  }

  function drawChart(told) {
    const key = [told.session.id, told.session.entries.size, told.kept.length, told.session.judged.alarms.length, innerWidth, document.documentElement.dataset.theme, Math.floor(told.now / 60000)].join("/");
    const plot = find("plot");
    if (plot.dataset.shown === key) return;
    plot.dataset.shown = key;
    if (!chart) chart = globalThis.HoldfastChart.make(plot);
    chart.show(Shown.charted(told, globalThis.HoldfastChart));
    const readings = Shown.byTime(told.standing.filter((each) => each.kind === "reading")), newest = readings[readings.length - 1];
    plot.setAttribute("aria-label", say("chart", { n: readings.length, newest: newest ? Say.reading(newest.fields) : say("none_yet") }));
    find("band").hidden = !told.session.expected;
  }

  function away(told) {
    const isAlone = store.isAway() || store.isUnreceived(told.session.id), number = root().dataset.telephone || say("no_number");
    const line = find("away"), isAway = isAlone || store.isDeaf();
    line.hidden = !isAway;
    if (isAway) line.textContent = isAlone ? say(store.isAway() ? "away" : "unreceived", { number }) : say("stale", { time: Say.clock(store.heardAt() - store.offset()) });
    document.querySelector("[data-s-act=ask]").dataset.may = !isAway && place.ask ? "yes" : "no";
    return told;
  }

  function tabs() {
    const list = [...store.sessions.values()], now = session();
    find("tabs").hidden = list.length < 2;
    Shown.put("tabs", [list.map((each) => [each.id, worst(each)]), now.id], () => list.map((each, index) => {
      const tier = worst(each);
      const button = made("button", { type: "button", className: `s-tab ${tier}` }, made("strong", { textContent: each.label }), made("span", { className: "small", textContent: [each.room, tier ? of("tiers", tier) : say("alarms_none")].filter(Boolean).join(", ") }));
      button.dataset.key = each.id;
      button.dataset.person = "";
      button.style.setProperty("--person", `var(--person-${(index % 3) + 1})`);
      button.removeAttribute("data-person");
      button.setAttribute("aria-pressed", String(each.id === now.id));
      button.addEventListener("click", () => choose(each.id));
      return button;
    }));
    root().style.setProperty("--person", `var(--person-${(list.findIndex((each) => each.id === now.id) % 3) + 1})`);
  }

  const worst = (one) => ["emergency", "urgent", "notify", "observe"].find((tier) => one.judged.alarms.some((each) => each.is_open && each.tier === tier && each.code !== "limit-not-signed")) || "";

  function choose(id) { chosen = id; gate = { told: null, of: "", act: gate.act }; find("line").reset(); find("says").textContent = ""; show(); }

  /* What is written. False where nothing of it was kept: then what was typed is given back. */
  async function write(kind, details, { words: text = "", corrects = null, about = session() } = {}) {
    const isUnproved = NEEDS_SOMEBODY.has(kind) && !place.writer();
    if (isUnproved && NOTHING_OF_NOBODY.has(kind)) {
      place.prove(() => write(kind, details, { words: text, corrects, about }), () => plainly(say("not_recorded", { what: words().kinds[kind].title })));
      return;
    }
    const id = crypto.randomUUID(), at = new Date(store.now()).toISOString();
    const entry = { id, kind, at, known_at: at, by: place.writer() ? place.writer().id : "", fields: details, corrects };
    const sent = { id, kind, details, words: text, corrects, session: about.id, enrollment: about.enrollment, at, told: { entry, words: text, session: about.id } };
    const told = Say.line(entry, about.names);
    let whose;
    try { whose = isUnproved ? await place.recordProved(sent) : await place.record(sent); } catch (error) {
      console.warn(error);
      plainly(say("not_kept", { what: [told.title, told.more].filter(Boolean).join(" ") }));
      return false;
    }
    const isLoose = place.kept().some((each) => each.id === id && each.isLoose);
    toast((isLoose ? `${say("kept_in_memory")} ` : "") + say(whose === "nobodys" ? "recorded_nobodys" : "recorded", { what: [about.label, told.title, told.more].filter(Boolean).join(" ") }), entry, about);
    show();
    store.refreshSoon();
    return true;
  }

  function toast(text, entry, about) {
    const bar = find("toast");
    bar.replaceChildren(made("span", { textContent: text }));
    if (entry.kind === "event" && !entry.fields.severity) {
      for (const severity of ["mild", "moderate", "severe"]) bar.append(button(of("choices", severity), () => write("event", { term: entry.fields.term, severity }, { about })));
      for (const serious of ["yes", "unknown"]) bar.append(button(say(`serious_${serious}`), () => write("event", { term: entry.fields.term, serious }, { about })));
      bar.append(button(of("choices", "offset"), () => write("event", { term: entry.fields.term, course: "offset" }, { about })));
    }
    if (entry.kind !== "correction") bar.append(button(say("take_back"), () => takeBack(entry, about)));
    stand(bar);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { bar.hidden = true; }, 9000);
  }

  /* It stands above whatever bar is fixed at the foot of the screen, however high that is. */
  const BARS = [".urgent", ".room-foot", ".places"];
  function stand(bar) {
    const fixed = BARS.map((each) => document.querySelector(each)).filter((each) => each && ["fixed", "sticky"].includes(getComputedStyle(each).position));
    const tops = fixed.map((each) => each.getBoundingClientRect()).filter((each) => each.bottom >= innerHeight - 1).map((each) => each.top);
    bar.style.setProperty("--foot", `${innerHeight - Math.min(innerHeight, ...tops)}px`);
    bar.hidden = false;
  }

  function plainly(text) {
    const bar = find("toast");
    bar.replaceChildren(made("span", { textContent: text }));
    stand(bar);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { bar.hidden = true; }, 9000);
  }

  const button = (text, does) => { const one = made("button", { type: "button", className: "button small", textContent: text }); one.addEventListener("click", () => { find("toast").hidden = true; does(); }); return one; };
  const defer = (measure, reason) => write("deferral", { measure, reason });
  /* Take an entry back; on a tablet with several sessions, or move it to the person that it was about. */
  const takeBack = (entry, about = session()) => {
    askTakeBack(entry, about);
    const others = place.move ? [...store.sessions.values()].filter((each) => each.id !== about.id && about.entries.has(entry.id)) : [];
    if (!others.length) return;
    const bar = made("div", { className: "kinds" }, ...others.map((each) => { const one = made("button", { type: "button", className: "button", textContent: say("move_to", { label: each.label }) }); one.addEventListener("click", () => moveTo(entry, each)); return one; }));
    document.querySelector("[data-s-sheet-body]").prepend(bar);
  };
  async function moveTo(entry, to) {
    if (!place.writer()) { Sheet.close(); place.prove(() => moveTo(entry, to)); return; }
    const found = await place.move({ id: crypto.randomUUID(), entry: entry.id, to: to.id });
    const problem = document.querySelector("[data-s-sheet-problem]");
    if (!found.ok) { problem.textContent = found.problem; problem.hidden = false; return; }
    Sheet.close();
    store.refresh();
  }
  const askTakeBack = (entry, about) => Sheet.ask({ kind: "correction", title: `${say("take_back")}: ${Say.line(entry, about.names).title}`, submit: (told, text) => write("correction", told, { words: text, corrects: entry.id, about }) });
  const acknowledge = (alarm) => { const about = session(); Sheet.ask({ kind: "acknowledgement", title: Say.condition(alarm, about.plan), given: { condition: alarm.id }, submit: (told) => write("acknowledgement", told, { about }) }); };

  function recordLine(event) {
    event.preventDefault();
    const form = find("line"), line = form.elements.line;
    try {
      const typed = line.value, details = globalThis.HoldfastLine.read(typed.trim(), words().kinds.reading.fields);
      line.value = "";
      says("");
      write("reading", { ...details, how: "typed" }).then((isKept) => { if (isKept === false && !line.value) line.value = typed; });
    } catch (error) {
      if (!(error instanceof globalThis.HoldfastLine.Refused)) throw error;
      says(error.code === "empty" ? say("line_empty") : say(`line_${error.code}`, { part: error.part, column: error.column, ...error.values }), true);
    }
    line.focus();
  }

  function says(text, isWrong = false) {
    find("says").textContent = text;
    find("says").classList.toggle("watch", isWrong);
    find("line").elements.line.toggleAttribute("aria-invalid", isWrong);
  }

  /* While it is typed, the line says how it reads. */
  function preview() {
    const line = find("line").elements.line.value.trim();
    if (!line) { says(""); return; }
    try { says(say("clear_line", { reading: Say.reading(globalThis.HoldfastLine.read(line, words().kinds.reading.fields)) })); } catch { says(""); }
  }

  /* Who can be named: for somebody's leaving or break those who are in the room, else the team. */
  const LEAVES = new Set(["went-out", "break-began", "break-ended"]);
  function people(kind) {
    const now = session(), names = { ...now.team, ...now.names, ...place.people() };
    const there = now.judged.present.map((each) => each.person).filter((each) => names[each]);
    return LEAVES.has(kind) && there.length ? [...there.map((each) => [each, names[each]]), ...Object.entries(names).filter(([each]) => kind === "break-began" && !there.includes(each))] : Object.entries(names);
  }

  /* Touch: what was agreed in preparation and the stop-word stand over it; what is asked beyond it is on record. */
  function touch() {
    const about = session(), { allowed, id } = about.agreed;
    const what = allowed === null ? say("touch_unasked") : allowed.length ? allowed.map((each) => of("choices", each)).join(", ") : say("touch_none");
    const beside = (form) => (allowed === null || (!form && allowed.length) ? "not-known" : allowed.includes(form) ? "within" : "beyond");
    const named = (told) => (["began", "asked"].includes(told.state) ? { ...told, agreed: beside(told.form), ...(id ? { agreement: id } : {}) } : told);
    const over = () => say("touch_agreed", { what, word: stopWord(about) });
    Sheet.ask({ kind: "touch", preset: { state: "began" }, only: ["state", "form", "asked_by"], over, submit: (told) => write("touch", named(told), { about }) });
  }

  /* It is the person's own word: on a screen where nobody writes it stays hidden. */
  function stopWord(about) {
    const { stop_word: word, has_stop_word: isThere } = (store.sessions.get(about.id) || about).agreed;
    return place.writer() && word ? word : say(isThere ? "stop_word_hidden" : "no_stop_word");
  }

  function sheet(kind) {
    if (kind === "touch") { touch(); return; }
    const preset = { "fluid-taken": { what: "water" }, "dose-given": { dose: view().doses.length ? "supplemental" : "initial" }, "came-in": { role: "therapist" } }[kind] || {};
    const isEscort = kind === "escort"; /* nobody of the team: the name and the telephone are words */
    const given = kind === "order" ? { is_spoken: true, was_read_back: true } : isEscort ? { person: crypto.randomUUID() } : {};
    const about = session();
    Sheet.ask({ kind, given, preset, people: people(kind), hasWords: kind === "note" || isEscort, wordsTitle: isEscort ? say("home_words") : "", hasPad: true, submit: (told, text) => write(kind, told, { words: text, about }) });
  }

  function room() {
    const body = ["came-in", "went-out", "break-began", "break-ended", "identified"];
    const bar = made("div", { className: "kinds" }, ...body.map((kind) => { const one = made("button", { type: "button", className: "button small", textContent: words().kinds[kind].title }); one.addEventListener("click", () => sheet(kind)); return one; }));
    Sheet.ask({ kind: "choose", title: say("who_is_here"), submit: () => {} });
    document.querySelector("[data-s-sheet-body]").replaceChildren(bar);
  }

  /* It takes a minute: the reading is of whom the device was asked for, whoever is on the screen by then. */
  async function device() {
    const about = session(), devices = globalThis.HoldfastDevices;
    if (!navigator.bluetooth || !devices) { says(say("no_bluetooth"), true); return; }
    says(say("device_asks"));
    try {
      const { details, isOfNow } = await devices.read();
      says("");
      if (isOfNow) { write("reading", { ...details, how: "device" }, { about }); return; }
      if (session()?.id !== about.id) throw new Error("moved");
      const line = find("line").elements.line;
      line.value = globalThis.HoldfastLine.written(details);
      says(say("device_undated"), true);
      line.focus();
    } catch (error) { says(say(error.message === "kept" ? "device_kept" : "device_failed"), true); }
  }

  const acts = {
    alarms: () => { Shown.unfold(); show(); },
    card: () => globalThis.HoldfastCard.show(view()),
    room,
    pad: () => { const about = session(); Sheet.ask({ kind: "reading", hasPad: true, only: ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius", "oxygen_saturation_percent", "temperature_site"], given: { how: "pad" }, submit: (told) => write("reading", told, { about }) }); },
    device,
    ask: () => place.ask(session(), gate.of.split("/")[1], () => { askGate(); store.refreshSoon(); }),
  };

  async function askGate() {
    const now = session(), wanted = gate.of;
    if (!now || store.isAway()) return;
    const address = root().dataset.gate.replace("00000000-0000-0000-0000-000000000000", now.id).replace("an-act", wanted.split("/")[1]);
    try {
      const answer = await fetch(address, { headers: place.headers(), cache: "no-store", redirect: "error" });
      if (answer.ok && gate.of === wanted) { gate.told = await answer.json(); show(); }
    } catch { /* the store says that nobody answers */ }
  }

  function keys(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !session()) return;
    const target = event.target;
    if (target.closest("input, textarea, select, dialog[open]")) { if (event.key === "Escape" && target.name === "line") target.blur(); return; }
    if (event.key === "/") { event.preventDefault(); find("line").elements.line.focus(); }
    if (event.key === "e" || event.key === "E") { event.preventDefault(); find("taps").querySelector("button").focus(); }
    if (event.key === "n" || event.key === "N") { event.preventDefault(); sheet("note"); }
  }

  function once() {
    find("taps").replaceChildren(...words().taps.map(([term, text]) => { const one = made("button", { type: "button", textContent: text }); one.addEventListener("click", () => write("event", { term })); return one; }),
      (() => { const one = made("button", { type: "button", className: "soft", textContent: say("other_event") }); one.addEventListener("click", () => sheet("event")); return one; })());
    find("more").replaceChildren(...[100, 200, 300].map((volume) => { const one = made("button", { type: "button", className: "button small", textContent: say("drank", { n: volume }) }); one.addEventListener("click", () => write("fluid-taken", { volume_ml: volume, what: "water" })); return one; }),
      ...MORE.filter((kind) => words().kinds[kind]).map((kind) => { const one = made("button", { type: "button", className: "button small", textContent: words().kinds[kind].title }); one.addEventListener("click", () => sheet(kind)); return one; }));
    find("gate-of").replaceChildren(...GATES.map((act) => made("option", { value: act, textContent: of("acts", act) })));
    find("gate-of").addEventListener("change", (event) => { gate = { told: null, of: "", act: event.target.value }; show(); });
    find("line").addEventListener("submit", recordLine);
    find("line").elements.line.addEventListener("input", preview);
    root().addEventListener("click", (event) => { const act = event.target.closest("[data-s-act]"); if (act) acts[act.dataset.sAct](); });
    document.addEventListener("keydown", keys);
    setInterval(() => { if (session()) show(); }, 1000);
    setInterval(askGate, GATE_EVERY);
  }

  /* given: record(entry), recordProved(entry), writer(), prove(then, without), people(), headers(), kept(), card(session), ask. */
  async function begin(given) {
    place = given;
    once();
    const { now, live } = root().dataset;
    store = globalThis.HoldfastSessions.open({ address: now, live, headers: place.headers, kept: place.kept, changed: show, loud: place.loud, before: place.before });
    await store.begin(root().dataset.evaluator);
    return store;
  }
  /* A note that was half written before, for whoever wrote it. */
  const note = (text) => { if (session()) { sheet("note"); const area = document.getElementById("s-words"); if (area) area.value = text; } };
  /* Who writes has changed: somebody reads the words of the sessions, or nobody does and they are let go of. */
  const writes = (isSomebody) => { if (store && isSomebody) store.refreshSoon(0); else if (store) store.forgetWords(); };
  /* The sessions as the server told them; nothing while it is away. */
  const known = () => (store && !store.isAway() && store.sessions.size ? [...store.sessions.values()] : null);
  return { begin, note, writes, known, show: () => { if (store) show(); }, choose };
})();
