/* The attendant's page of the night. One look is one tap; each entry is kept in this browser until its
   receipt; while the server is away the page judges by itself when somebody has to look. */
(() => {
  "use strict";
  const Say = globalThis.HoldfastSay, { say, of, words } = Say, Sheet = globalThis.HoldfastSheet, { made } = Sheet, Shown = globalThis.HoldfastShown, { find, put } = Shown;
  const LOOKS = ["asleep", "awake-well", "awake-unwell", "not-reached"];
  const FELT = ["headache", "nausea", "anxiety", "panic", "sweating", "feeling-cold", "thirst", "dizziness", "confusion", "hard-to-wake", "chest-pain"];
  const WHOM = ["physician", "emergency-service", "colleague"];
  const page = () => document.querySelector("[data-night]");
  const part = (name) => document.querySelector(`[data-n-${name}]`);
  let queue = null, store = null, toastTimer = null;
  const session = () => (store ? [...store.sessions.values()][0] || null : null);

  /* What is known of the session, with what is kept here. */
  function view() {
    const now = session();
    if (!now) return null;
    const kept = store.keptOf(now.id), all = [...now.entries.values(), ...kept.map((each) => each.told.entry).filter((each) => !now.entries.has(each.id))];
    const standing = Shown.byTime(Shown.standing(all)), nights = standing.filter((each) => each.kind === "exit" && each.fields.exit === "overnight");
    const began = nights.length ? nights[nights.length - 1].at : null;
    const since = (kinds) => standing.filter((each) => kinds.includes(each.kind) && (!began || Date.parse(each.at) >= Date.parse(began)));
    const over = began ? since(["morning-hand-over"])[0] || null : null;
    return { session: now, now: store.now(), kept, entries: [...now.entries.values()].filter((each) => !began || Date.parse(each.at) >= Date.parse(began)), standing, began, since, over, keptWords: (id) => (kept.find((each) => each.id === id) || { told: {} }).told.words };
  }

  function show() {
    const told = view();
    document.querySelector("[data-session]").hidden = !told;
    if (!told) return;
    Shown.alarms(told, acknowledge);
    next(told);
    Shown.log(told, { takeBack });
    const drunk = told.since(["fluid-taken"]).reduce((sum, each) => sum + Number(each.fields.volume_ml), 0);
    part("fluids").textContent = say("night_drunk", { n: drunk });
    wish(told);
    morning(told, drunk);
    if (part("home")) home(told);
    const isAlone = store.isAway() || store.isUnreceived(told.session.id), number = document.querySelector("[data-session]").dataset.telephone || say("no_number");
    const line = find("away"), isAway = isAlone || store.isDeaf();
    line.hidden = !isAway;
    if (isAway) line.textContent = isAlone ? say(store.isAway() ? "away" : "unreceived", { number }) : say("stale", { time: Say.clock(store.heardAt() - store.offset()) });
  }

  /* By when somebody looks next: the last look, or the beginning of the night, and the signed minutes. */
  function next(told) {
    const every = told.session.plan.night_check_every, looks = told.since(["night-check"]), last = looks[looks.length - 1];
    part("last").textContent = last ? say("night_last", { time: Say.clock(last.at), state: of("choices", last.fields.state) }) : say("night_no_look");
    const line = part("next");
    line.classList.remove("watch");
    if (told.over) { line.textContent = say("night_over", { time: Say.clock(told.over.at) }); return; }
    if (!told.began) { line.textContent = say("night_not_begun"); return; }
    if (!every) { line.textContent = say("night_unsigned"); return; }
    const at = Date.parse(last ? last.at : told.began) + Number(every) * 60000, left = Math.ceil((at - told.now) / 60000);
    line.classList.toggle("watch", left <= 0);
    line.textContent = left > 0 ? say("night_next", { time: Say.clock(at), n: left }) : say("night_late", { time: Say.clock(at), n: 1 - left });
  }

  function wish(told) {
    const said = told.standing.filter((each) => each.kind === "statement" && each.fields.code === page().dataset.preference), last = said[said.length - 1];
    const text = said.map((each) => told.session.words[each.id] || told.keptWords(each.id)).filter(Boolean).pop();
    part("wish").textContent = last ? [text, say("night_wish_kept", { answer: of("choices", last.fields.answer) })].filter(Boolean).join(". ") : say("night_wish_none");
  }

  /* What is handed over: counted here from the entries, so that it is there without the server. */
  function morning(told, drunk) {
    const count = (kind, name) => told.since([].concat(kind)).map((each) => `${Say.clock(each.at)} ${of("choices", each.fields[name])}`).join(", ") || say("card_none");
    const rows = [[say("night_looks"), count("night-check", "state")], [say("night_felt"), count("event", "term")], [say("fluids"), `${drunk} ${Say.unit("mL")}`], [say("night_medicines"), count(["medicine-taken", "rescue-given"], "medicine")], [say("card_called"), count("help-called", "whom")]];
    put2("sum", rows, () => rows.flatMap(([title, text]) => [made("dt", { textContent: title }), made("dd", { textContent: text })]));
    part("over").textContent = told.over ? say("night_handed", { time: Say.clock(told.over.at), name: told.session.names[told.over.fields.to_person] || told.session.team[told.over.fields.to_person] || say("somebody") }) : "";
    document.querySelector("[data-n-act=morning]").hidden = Boolean(told.over) || !told.began;
  }
  function put2(name, key, build) {
    const place = part(name), wanted = JSON.stringify(key);
    if (place.dataset.shown === wanted) return;
    place.dataset.shown = wanted;
    place.replaceChildren(...build());
  }

  async function write(kind, details, { words: text = "", corrects = null } = {}) {
    const about = session(), id = crypto.randomUUID(), at = new Date(store.now()).toISOString(), me = page().dataset.person;
    const entry = { id, kind, at, known_at: at, by: me, fields: details, corrects };
    const sent = JSON.stringify({ schema: 1, id, session: about.id, kind, words: text, details, corrects, at: new Date().toISOString(), offset_ms: store.offset(), by: me });
    const told = Say.line(entry, about.names);
    try { await queue.add({ id, address: page().dataset.entry, text: sent, told: { entry, words: text, session: about.id }, writer: globalThis.HoldfastKept.me() }); } catch (error) {
      console.warn(error);
      toast(say("not_kept", { what: [told.title, told.more].filter(Boolean).join(" ") }), null);
      return false;
    }
    toast(say("recorded", { what: [told.title, told.more].filter(Boolean).join(" ") }), entry);
    show();
    store.refreshSoon();
    return true;
  }

  function toast(text, entry) {
    const bar = find("toast"), back = made("button", { type: "button", className: "button small", textContent: say("take_back") });
    back.addEventListener("click", () => { bar.hidden = true; takeBack(entry); });
    bar.replaceChildren(made("span", { textContent: text }), ...(!entry || entry.kind === "correction" ? [] : [back]));
    bar.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { bar.hidden = true; }, 9000);
  }

  const takeBack = (entry) => Sheet.ask({ kind: "correction", title: `${say("take_back")}: ${Say.line(entry, session().names).title}`, submit: (told, text) => write("correction", told, { words: text, corrects: entry.id }) });
  const acknowledge = (alarm) => Sheet.ask({ kind: "acknowledgement", title: Say.condition(alarm, session().plan), given: { condition: alarm.id }, submit: (told) => write("acknowledgement", told) });
  const sheet = (kind, more = {}) => Sheet.ask({ kind, hasWords: kind === "note", hasPad: kind === "reading", submit: (told, text) => write(kind, told, { words: text }), ...more });
  const button = (text, go, className = "button") => { const one = made("button", { type: "button", className, textContent: text }); one.addEventListener("click", go); return one; };

  const acts = {
    alarms: () => { Shown.unfold(); show(); },
    card: () => globalThis.HoldfastCard.show(view()),
    wish: () => sheet("statement", { title: say("night_wish"), given: { code: page().dataset.preference }, only: ["answer"], hasWords: true }),
    escort: () => escort(),
    call: () => sheet("call-set", { title: say("home_call"), only: ["due_at"], preset: { due_at: tomorrow() } }),
    morning: () => { const now = session(); sheet("morning-hand-over", { people: Object.entries({ ...now.team, ...now.names }).filter(([each]) => each !== page().dataset.person) }); },
  };

  /* The adult who takes the person home: the name and the telephone are words, kept sealed; the rest is seen and said. */
  function escort() {
    const name = made("input", { id: "n-name", name: "escort_name", required: true, maxLength: 200, autocomplete: "off" });
    const telephone = made("input", { id: "n-telephone", name: "escort_telephone", type: "tel", required: true, maxLength: 40, autocomplete: "off", pattern: "[0-9+ .\\(\\)\\/\\-]{5,}" });
    const fields = ["is_identity_seen", "is_briefing_acknowledged", "is_not_driving_person"];
    Sheet.ask({
      kind: "escort", title: say("home_escort"), given: { person: crypto.randomUUID() }, only: fields,
      submit: (told) => write("escort", { ...told, has_telephone: true }, { words: `${name.value.trim()}, ${telephone.value.trim()}` }),
    });
    const body = document.querySelector("[data-s-sheet-body]"), field = (input, text) => made("div", { className: "field" }, made("label", { htmlFor: input.id, textContent: text }), input);
    body.prepend(field(name, say("home_name")), field(telephone, say("home_telephone")));
    name.focus();
  }

  /* What stands before the way home, each as it was said last. */
  function home(told) {
    const newest = (kind) => told.standing.filter((each) => each.kind === kind).pop(), who = newest("escort"), call = newest("call-set");
    const flag = (name) => say(who && who.fields[name] ? "home_yes" : "home_not_yet");
    const rows = [
      [say("home_escort"), who ? told.session.words[who.id] || told.keptWords(who.id) || say("home_yes") : say("home_not_yet")],
      [of("fields", "is_identity_seen"), flag("is_identity_seen")], [of("fields", "is_briefing_acknowledged"), flag("is_briefing_acknowledged")], [of("fields", "is_not_driving_person"), flag("is_not_driving_person")],
      [say("home_call"), call ? new Date(call.fields.due_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: document.body.dataset.zone }) : say("home_not_yet")],
    ];
    put2("home", rows, () => rows.flatMap(([title, text]) => [made("dt", { textContent: title }), made("dd", { textContent: text })]));
  }

  /* Tomorrow at ten, to begin with. */
  function tomorrow() {
    const day = new Date(store.now() + 86400000), two = (each) => String(each).padStart(2, "0");
    return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T10:00`;
  }

  function once() {
    part("looks").replaceChildren(...LOOKS.map((state) => button(of("choices", state), () => write("night-check", { state }), `n-look ${state}`)));
    part("felt").replaceChildren(...FELT.map((term) => button(of("choices", term), () => write("event", { term }))), button(say("other_event"), () => sheet("event")));
    part("more").replaceChildren(...[100, 200, 300].map((volume) => button(say("drank", { n: volume }), () => write("fluid-taken", { volume_ml: volume, what: "water" }))), ...["medicine-taken", "rescue-given", "fluid-lost", "distress", "orientation", "note"].map((kind) => button(words().kinds[kind].title, () => sheet(kind))),
      button(words().kinds.reading.title, () => sheet("reading", { only: ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius", "oxygen_saturation_percent"], given: { how: "pad" } })));
    part("called").replaceChildren(...WHOM.map((whom) => button(of("choices", whom), () => write("help-called", { whom }))));
    page().addEventListener("click", (event) => { const act = event.target.closest("[data-n-act]"); if (act) acts[act.dataset.nAct](); });
    setInterval(show, 1000);
  }

  function received() {
    const chip = document.querySelector("[data-net]"), count = queue ? queue.kept().length : 0;
    chip.classList.toggle("watch", count > 0);
    globalThis.HoldfastKept.show(queue ? queue.kept() : []);
    chip.textContent = count ? chip.dataset.kept.replace("%", count) : store ? chip.dataset.fine : chip.dataset.asking;
    show();
  }

  async function begin() {
    if (!page()) return;
    document.body.dataset.zone = page().dataset.zone;
    document.body.classList.add("night-page");
    once();
    const { now, live, evaluator } = document.querySelector("[data-session]").dataset;
    queue = await globalThis.HoldfastQueue.open({ sign: async () => "", token: () => (store ? store.token() : ""), changed: received });
    store = globalThis.HoldfastSessions.open({ address: now, live, headers: () => ({}), kept: () => queue.kept(), changed: show, loud: null });
    await store.begin(evaluator);
    queue.flush();
    received();
  }
  document.addEventListener("DOMContentLoaded", begin);
})();
