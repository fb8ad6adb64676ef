/* Draws one session into the panel. Each part is written again only where it differs. */
globalThis.HoldfastShown = (() => {
  "use strict";
  const Say = globalThis.HoldfastSay, { say, of } = Say, { made } = globalThis.HoldfastSheet;
  const find = (name) => document.querySelector(`[data-s-${name}]`);
  const PHASES = ["before-the-dose", "after-the-initial-dose", "supplement-window", "support", "longer-than-planned"];
  const VITALS = [
    { title: "blood-pressure", fields: ["systolic_mmhg", "diastolic_mmhg"], unit: "mm[Hg]", limit: "observe-systolic" },
    { title: "heart-rate", fields: ["heart_rate_per_min"], unit: "/min", limit: "observe-heart-rate" },
    { title: "temperature", fields: ["temperature_celsius"], unit: "Cel", limit: "observe-temperature" },
  ];

  function icon(name, more = "") {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", `icon ${more}`);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${find("tabs").closest("[data-session]").dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  }

  /* Replace what is in a place, only where what it says has changed. */
  function put(name, key, build) {
    const place = find(name), wanted = typeof key === "string" ? key : JSON.stringify(key);
    if (place.dataset.shown === wanted) return;
    place.dataset.shown = wanted;
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    place.replaceChildren(...build());
    if (focused) { const again = place.querySelector(`[data-key="${CSS.escape(focused)}"]`); if (again) again.focus(); }
  }

  const standing = (entries) => { const gone = new Set(entries.filter((each) => each.corrects).map((each) => each.corrects)); return entries.filter((each) => !gone.has(each.id)); };
  const byTime = (entries) => [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

  /* The newest value of each field, and when. */
  function latest(entries) {
    const found = {};
    for (const entry of byTime(entries)) for (const [name, value] of Object.entries(entry.fields)) if (typeof value === "number") found[name] = { value, at: entry.at, entry };
    return found;
  }

  function head(view) {
    const { session, now, entries } = view, doses = view.doses;
    const from = doses.length ? doses[0].at : session.opened_at;
    find("clock").textContent = Say.since(Math.max(0, Say.minutes(from, now)));
    find("clock-of").textContent = say(doses.length ? "since_dose" : "since_opened");
    find("title").textContent = say("title", { label: session.label, number: session.number }) + (session.room ? `, ${session.room}` : "");
    find("doses").textContent = doses.map((each) => each.sentence).join(", ") || say("no_dose");
    const phase = session.judged.phase, place = PHASES.indexOf(phase);
    put("phase", phase, () => PHASES.map((each, index) => made("i", { className: index <= place ? "on" : "" })));
    find("phase-words").textContent = of("phases", phase);
    const names = session.judged.present.map((each) => session.names[each.person] || of("choices", each.role));
    const away = session.judged.present.filter((each) => each.break).map((each) => say("on_break", {
      name: session.names[each.person] || "", n: Math.max(0, -Say.minutes(each.break.ends_at, now)), cover: session.names[each.break.cover] || say("no_cover"),
    }));
    find("present").textContent = [names.length ? say("in_room", { names: names.join(", ") }) : say("nobody"), ...away].join(". ");
    return entries;
  }

  /* Every alarm that is urgent, and so many others; the rest in one tap. */
  const FEW = 4;
  let all = false;
  function alarms(view, acknowledge) {
    const { session } = view;
    const open = Say.grouped(session.judged.alarms);
    const grave = open.filter((each) => ["emergency", "urgent"].includes(each.tier)).length, few = Math.max(grave, FEW), more = find("more-alarms");
    more.hidden = open.length <= few;
    more.textContent = all ? say("few_alarms") : say("all_alarms", { n: open.length });
    more.setAttribute("aria-expanded", String(all));
    put("alarms", [open, session.isHere, all], () => open.slice(0, all ? open.length : few).map((each) => {
      const button = made("button", { type: "button", className: "button small", textContent: say("acknowledge") });
      button.dataset.key = each.id;
      button.setAttribute("aria-label", `${say("acknowledge")}: ${Say.condition(each, session.plan)}`);
      button.addEventListener("click", () => acknowledge(each));
      const row = made("li", { className: `s-alarm ${each.tier}` }, icon(each.tier === "observe" ? "about" : "stop"),
        made("div", {}, made("p", {}, made("strong", { textContent: Say.condition(each, session.plan) }), made("span", { className: "s-tier", textContent: of("tiers", each.tier) })), made("p", { className: "small soft", textContent: Say.about(each) })), button);
      return row;
    }));
    const unsigned = session.judged.alarms.filter((each) => each.code === "limit-not-signed" && !each.until);
    find("unsigned").hidden = !unsigned.length;
    find("unsigned-words").textContent = say("unsigned", { n: unsigned.length });
    put("unsigned-list", unsigned.map((each) => each.number), () => unsigned.map((each) => made("li", { textContent: each.number.replaceAll("-", " ") })));
    return open;
  }

  function vitals(view) {
    const { session, now } = view, found = latest(view.standing.filter((each) => each.kind === "reading"));
    const fluids = session.judged.fluids;
    put("vitals", [found, fluids, Math.floor(now / 30000)], () => [
      ...VITALS.map((each) => {
        const told = found[each.fields[0]], limit = Say.numbered(session.plan, each.limit);
        const value = told ? each.fields.map((name) => found[name]?.value).join("/") : "–";
        const isOver = told && limit && limit.value !== null && told.value > Number(limit.value);
        const says = !told ? say("none_yet") : [limit && limit.value !== null ? say(isOver ? "over" : "within", { limit: Say.amount(limit.value, limit.unit) }) : say("no_limit"), Say.ago(told.at, now)].join(", ");
        return vital(of("measures", each.title), each.title === "temperature" && told ? told.value.toFixed(1) : value, Say.unit(each.unit), says, isOver);
      }),
      vital(say("fluids"), Number(fluids.taken_ml), Say.unit("mL"), fluids.left_ml === null ? say("no_ceiling") : say("ceiling", { n: Number(fluids.left_ml) }), false),
    ]);
  }

  function vital(title, value, unit, says, isOver) {
    return made("div", { className: `s-v${isOver ? " watch" : ""}` }, made("h2", { textContent: title }),
      made("p", {}, made("span", { className: "n", textContent: value }), made("span", { className: "u", textContent: ` ${unit}` })),
      made("p", { className: "small soft t" }, ...(isOver ? [icon("stop")] : []), made("span", { textContent: says })));
  }

  function dueWords(each, now) {
    const measure = of("measures", each.measure);
    if (!each.at) return say("due_before", { measure });
    const left = -Math.floor((now - Date.parse(each.at)) / 60000);
    if (left > 90) return say("due_in_hours", { measure, hours: Math.floor(left / 60), n: left % 60 });
    return left > 0 ? say("due_in", { measure, n: left }) : left === 0 ? say("due_now", { measure }) : say("due_late", { measure, n: -left });
  }

  function next(view, defer) {
    const { session, now } = view;
    const seen = new Set(), due = session.judged.due.filter((each) => !seen.has(each.measure) && seen.add(each.measure));
    const covered = Object.entries(session.recorded || {}).filter(([, each]) => each !== null).map(([stream, each]) => `${of("choices", stream)} ${each} %`).join(", ");
    const recorded = covered ? [made("p", { className: "small soft", textContent: say("recorded_share", { covered }) })] : [];
    put("next", [due, covered, Math.floor(now / 15000)], () => {
      if (!due.length) return [made("p", { className: "soft", textContent: say("due_none") }), ...recorded];
      const [first, ...others] = due, isLate = first.at && now > Date.parse(first.at);
      const rows = [made("p", { className: `big${isLate ? " watch" : ""}`, textContent: dueWords(first, now) }),
        made("p", { className: "small soft", textContent: [first.at ? say("due_at", { time: Say.clock(first.at) }) : "", first.is_deferred ? say("put_off") : ""].filter(Boolean).join(", ") })];
      if (others.length) rows.push(made("ul", { className: "small soft s-others" }, ...others.slice(0, 4).map((each) => made("li", { textContent: dueWords(each, now) }))));
      const off = made("div", { className: "s-off", role: "group" });
      off.setAttribute("aria-label", say("put_off_title"));
      off.append(made("span", { className: "small soft", textContent: say("put_off_title") }), ...["asleep", "processing", "refused"].map((reason) => {
        const button = made("button", { type: "button", className: "button small", textContent: of("choices", reason) });
        button.dataset.key = reason;
        button.addEventListener("click", () => defer(first.measure, reason));
        return button;
      }));
      return [...rows, ...(first.at ? [off] : []), ...recorded];
    });
  }

  function log(view, actions) {
    const { session } = view, kept = view.kept;
    const rows = [...view.entries].filter((each) => !["session-opened", "authorisation"].includes(each.kind)).sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, 40);
    const gone = new Set(view.entries.filter((each) => each.corrects).map((each) => each.corrects));
    put("log", [rows.map((each) => [each.id, each.by, gone.has(each.id)]), kept.map((each) => [each.id, each.told.entry.by]), view.mayRead, Object.keys(session.words).length], () => [
      ...kept.map((each) => row(each.told.entry, view, { isKept: true })),
      ...rows.map((each) => row(each, view, { isGone: gone.has(each.id), takeBack: actions.takeBack })),
    ]);
  }

  function row(entry, view, { isKept, isGone, takeBack }) {
    const told = Say.line(entry, view.session.names), words = view.mayRead === false ? "" : isKept ? view.keptWords(entry.id) : view.session.words[entry.id];
    const late = Date.parse(entry.known_at) - Date.parse(entry.at) > 5 * 60000 ? say("was_true_at", { time: Say.clock(entry.known_at) }) : "";
    const by = isKept ? [entry.by ? "" : say("nobodys"), say("kept_here")].filter(Boolean).join(", ") : entry.by ? view.session.names[entry.by] || "" : say("nobodys");
    const what = made("div", { className: isGone ? "gone" : "" }, made("p", {}, made("strong", { textContent: told.title }), ...(told.more ? [` ${told.more}`] : []), ...(isGone ? [made("span", { className: "small soft", textContent: ` ${say("corrected")}` })] : [])));
    if (words) what.append(made("p", { className: "says", textContent: words }));
    what.append(made("p", { className: `small ${isKept || !entry.by ? "watch" : "soft"}`, textContent: [by, late].filter(Boolean).join(", ") }));
    const line = made("li", {}, made("time", { textContent: Say.clock(entry.at), dateTime: entry.at }), what);
    if (takeBack && !isGone && entry.kind !== "correction") {
      const button = made("button", { type: "button", className: "s-back", title: say("take_back") }, icon("back"));
      button.setAttribute("aria-label", `${say("take_back")}: ${told.title}`);
      button.dataset.key = entry.id;
      button.addEventListener("click", () => takeBack(entry));
      line.append(button);
    }
    return line;
  }

  function gate(told, act) {
    find("gate-title").textContent = told ? say(told.is_open ? "gate_open" : "gate_shut", { act: of("acts", act) }) : of("acts", act);
    const ask = document.querySelector("[data-s-act=ask]");
    ask.hidden = !(told && told.is_open && ask.dataset.may === "yes");
    put("gate", told || [], () => (told ? told.lines : []).map((line) => made("li", { className: line.is_met ? "met" : line.outcome },
      icon(`mark-${line.is_met ? "passed" : line.outcome}`), made("span", {}, made("span", { className: "hidden-words", textContent: `${of("outcomes", line.is_met ? "passed" : line.outcome)}: ` }), line.wording,
        ...(line.is_met ? [] : [made("small", { textContent: line.sentence })])))));
  }

  /* What the chart draws, from the entries that stand. */
  function charted(view, chart) {
    const { session, doses } = view;
    const zero = Date.parse(doses.length ? doses[0].at : session.opened_at);
    const rows = byTime(view.standing.filter((each) => each.kind === "reading"));
    const data = [rows.map((each) => (Date.parse(each.at) - zero) / 1000), ...chart.SERIES.map(({ name }) => rows.map((each) => each.fields[name] ?? null))];
    const marks = byTime(view.standing.filter((each) => ["event", "fluid-taken", "rescue-given", "touch"].includes(each.kind))).map((each) => ({
      at: each.at, isFluid: each.kind === "fluid-taken", words: each.kind === "fluid-taken" ? `${each.fields.volume_ml} ${Say.unit("mL")}` : each.kind === "event" ? of("choices", each.fields.term) : Say.line(each, session.names).title,
    }));
    const alarms = session.judged.alarms.filter((each) => each.code !== "limit-not-signed" && each.code !== "silence");
    return { zero, data, marks, alarms, plan: session.plan, hasDose: doses.length > 0, doses: doses.map((each) => ({ at: each.at, words: each.short })), expected: session.expected || {}, isNarrow: innerWidth < 600 };
  }

  return { unfold: () => { all = !all; }, head, alarms, vitals, next, log, gate, charted, put, icon, standing, byTime, latest, find };
})();
