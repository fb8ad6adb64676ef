/* The physician's board: every room of the site, alarms first. What is heard from the stream is shown at
   once; the whole is asked again soon after. Sound plays here, once somebody has turned it on. */
(() => {
  "use strict";
  const Say = globalThis.HoldfastSay, { say, of, words } = Say, Sheet = globalThis.HoldfastSheet, { made } = Sheet;
  const EVERY = 15000, AFTER_NEWS = 1000, DEAF = 15000, QUIET = 60000, TIERS = ["emergency", "urgent", "notify", "observe", ""];
  const NOBODY = "00000000-0000-0000-0000-000000000000";
  const board = () => document.querySelector("[data-board]");
  const find = (name) => document.querySelector(`[data-b-${name}]`);
  let told = [], offset = 0, token = "", mayRun = false, heardAt = 0, soon = null, sound = null, queue = null, sounded = new Set(), asking = false;
  const now = () => Date.now() - offset;

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${board().dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  }

  async function ask() {
    if (asking) return;
    asking = true;
    const before = Date.now();
    try {
      const answer = await fetch(board().dataset.now, { cache: "no-store", redirect: "error" });
      if (answer.ok) {
        const found = await answer.json();
        offset = Math.round((before + Date.now()) / 2 - Date.parse(found.now));
        [token, mayRun, told, heardAt] = [found.csrf, found.may_run, found.sessions, Date.now()];
        ring();
      }
    } catch { /* said below: not heard from */ }
    asking = false;
    show();
  }
  const askSoon = () => { if (!soon) soon = setTimeout(() => { soon = null; ask(); }, AFTER_NEWS); };

  function heard(kind, news) {
    if (kind === "lost") return;
    heardAt = Date.now();
    if (kind === "opened" || kind === "closed" || kind === "hello" || kind === "end") { askSoon(); return; }
    if (kind !== "news") return;
    const one = told.find((each) => each.id === news.session);
    if (!one) { askSoon(); return; }
    const known = new Set(one.alarms.map((each) => each.id));
    one.alarms.push(...news.alarms.filter((each) => !known.has(each.id)));
    for (const entry of news.entries) for (const [name, value] of Object.entries(entry.fields)) if (name in (one.latest || {}) || typeof value === "number") {
      if (!one.latest[name] || Date.parse(entry.at) >= Date.parse(one.latest[name][1])) one.latest[name] = [String(value), entry.at];
    }
    if (news.entries.length) one.heard = news.at;
    ring();
    show();
    askSoon();
  }

  const loud = (one) => one.alarms.filter((each) => each.is_open && each.code !== "limit-not-signed");
  const worst = (one) => TIERS.find((tier) => !tier || loud(one).some((each) => each.tier === tier));
  const plan = (one) => ({ numbers: Object.entries(one.numbers).map(([code, value]) => ({ code, value: value === "None" ? null : value, unit: one.units[code] })) });

  function show() {
    const list = [...told].sort((a, b) => TIERS.indexOf(worst(a)) - TIERS.indexOf(worst(b)) || a.label.localeCompare(b.label));
    find("none").hidden = list.length > 0 || !heardAt;
    const isDeaf = Date.now() - heardAt > DEAF, state = find("state");
    const words_ = isDeaf ? state.dataset.lost : state.dataset.fine;
    if (state.textContent !== words_) state.textContent = words_;
    state.classList.toggle("watch", isDeaf);
    const tiles = find("tiles"), key = JSON.stringify([list, Math.floor(now() / 5000)]);
    if (tiles.dataset.shown === key) return;
    tiles.dataset.shown = key;
    const focused = tiles.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    tiles.replaceChildren(...list.map(tile));
    if (focused) { const again = tiles.querySelector(`[data-key="${CSS.escape(focused)}"]`); if (again) again.focus(); }
  }

  function number(one, names, title, unit, limit) {
    const [value, at] = one.latest[names[0]] || [null, null], of_ = plan(one).numbers.find((each) => each.code === limit);
    const isOver = value !== null && of_ && of_.value !== null && Number(value) > Number(of_.value);
    return made("div", { className: isOver ? "watch" : "" }, made("p", { className: "small soft", textContent: of("measures", title) }),
      made("p", {}, made("span", { className: "n", textContent: value === null ? "–" : names.map((name) => (one.latest[name] ? one.latest[name][0] : "–")).join("/") }), made("span", { className: "unit small", textContent: ` ${Say.unit(unit)}` })),
      made("p", { className: "small soft", textContent: value === null ? say("none_yet") : [isOver ? say("over", { limit: of_.value }) : "", Say.ago(at, now())].filter(Boolean).join(", ") }));
  }

  function tile(one) {
    const address = board().dataset.page.replace(NOBODY, one.enrollment), heardFrom = one.heard || one.opened_at;
    const isSilent = now() - Date.parse(heardFrom) > QUIET;
    const open = Say.grouped(one.alarms);
    const link = made("a", { href: address, textContent: one.label });
    link.dataset.key = one.id;
    const minutes = one.minutes === null ? null : one.minutes;
    return made("article", { className: `s-tile ${worst(one)}` },
      made("div", { className: "top-line" }, made("div", {}, made("h2", {}, link), made("p", { className: "small soft", textContent: [one.room, of("phases", one.phase)].filter(Boolean).join(", ") })),
        made("p", { className: "s-clock", textContent: minutes === null ? "–" : Say.since(minutes) })),
      made("div", { className: "s-three" }, number(one, ["systolic_mmhg", "diastolic_mmhg"], "blood-pressure", "mm[Hg]", "observe-systolic"), number(one, ["heart_rate_per_min"], "heart-rate", "/min", "observe-heart-rate"), number(one, ["temperature_celsius"], "temperature", "Cel", "observe-temperature")),
      ...open.slice(0, 4).map((alarm) => alarmed(one, alarm)), ...(open.length > 4 ? [made("p", { className: "small", textContent: say("more_alarms", { n: open.length - 4 }) })] : []),
      ...(open.length ? [] : [made("p", { className: "small soft", textContent: say("alarms_none") })]),
      made("p", { className: `small ${isSilent ? "s-deaf" : "soft"}`, textContent: [one.present.length ? say("in_room", { names: one.present.join(", ") }) : say("nobody"), isSilent ? say("not_heard", { time: Say.clock(heardFrom) }) : ""].filter(Boolean).join(". ") }));
  }

  function alarmed(one, alarm) {
    const text = Say.condition(alarm, plan(one));
    const row = made("div", { className: `s-alarm ${alarm.tier}` }, icon(alarm.tier === "observe" ? "about" : "stop"),
      made("div", {}, made("p", {}, made("strong", { textContent: text }), made("span", { className: "s-tier", textContent: of("tiers", alarm.tier) })), made("p", { className: "small soft", textContent: Say.about(alarm) })));
    if (mayRun) {
      const button = made("button", { type: "button", className: "button small", textContent: say("acknowledge") });
      button.dataset.key = alarm.id;
      button.setAttribute("aria-label", `${say("acknowledge")}: ${text}, ${one.label}`);
      button.addEventListener("click", () => Sheet.ask({ kind: "acknowledgement", title: `${one.label}: ${text}`, given: { condition: alarm.id }, submit: (details) => acknowledge(one, details) }));
      row.append(button);
    }
    return row;
  }

  async function acknowledge(one, details) {
    const id = crypto.randomUUID();
    const text = JSON.stringify({ schema: 1, id, session: one.id, kind: "acknowledgement", words: "", details, corrects: null, at: new Date().toISOString(), offset_ms: offset, by: board().dataset.person });
    await queue.add({ id, address: board().dataset.entry.replace(NOBODY, one.enrollment), text, told: { session: one.id }, writer: globalThis.HoldfastKept.me() });
    ask();
  }

  /* What sounds at the physician's station sounds until it is acknowledged; nothing else ever does. */
  function ring() {
    const sounding = told.flatMap((one) => loud(one)).filter((each) => each.sounds_at.includes("physician-station"));
    if (!sound || !sounding.length) return;
    const isNew = sounding.some((each) => !sounded.has(each.id));
    for (const each of sounding) sounded.add(each.id);
    if (isNew || Date.now() - sound.last > 10000) tone(sounding.some((each) => each.tier === "emergency") ? 3 : 2);
  }

  function tone(times) {
    sound.last = Date.now();
    board().dataset.rang = String(Number(board().dataset.rang || 0) + 1);
    for (let place = 0; place < times; place += 1) {
      const wave = sound.context.createOscillator(), gain = sound.context.createGain(), at = sound.context.currentTime + place * 0.35;
      [wave.frequency.value, wave.type] = [place % 2 ? 660 : 880, "sine"];
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      wave.connect(gain).connect(sound.context.destination);
      wave.start(at);
      wave.stop(at + 0.32);
    }
  }

  function turnSound() {
    if (sound) { sound.context.close(); sound = null; } else { sound = { context: new AudioContext(), last: 0 }; sounded = new Set(); }
    const button = find("sound"), label = find("sound-words");
    button.setAttribute("aria-pressed", String(Boolean(sound)));
    label.textContent = sound ? label.dataset.on : label.dataset.off;
    ring();
  }

  async function begin() {
    document.body.dataset.zone = board().dataset.zone;
    document.body.classList.add("session-page");
    find("sound").addEventListener("click", turnSound);
    queue = await globalThis.HoldfastQueue.open({ sign: async () => "", token: () => token, changed: (kept) => {
      find("kept").hidden = !kept.length;
      find("kept").textContent = find("kept").dataset.words.replace("%", kept.length);
      globalThis.HoldfastKept.show(kept);
    } });
    await ask();
    globalThis.HoldfastLive.open(board().dataset.live, heard);
    setInterval(ask, EVERY);
    setInterval(() => { ring(); show(); }, 1000);
  }
  document.addEventListener("DOMContentLoaded", begin);
  return words;
})();
