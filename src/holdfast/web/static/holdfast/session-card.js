/* The emergency card: what an ambulance must know, made on this screen from what is on it, with or
   without a server. Treat as active, the highest possible dose; it needs no unblinding. */
globalThis.HoldfastCard = (() => {
  "use strict";
  const Say = globalThis.HoldfastSay, { say, of, words } = Say, { made } = globalThis.HoldfastSheet;
  const find = (name) => document.querySelector(`[data-s-card${name ? `-${name}` : ""}]`);
  const FIELDS = ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius", "oxygen_saturation_percent", "sodium_mmol_per_l"];

  const most = (plan, slot) => Math.max(0, ...plan.choices.map((each) => Number(slot === "initial" ? each.initial_mg : each.supplemental_mg || 0)));
  const highest = (plan, entry) => (entry.fields.nominal_mg === undefined ? most(plan, entry.fields.dose) : Number(entry.fields.nominal_mg));

  /* Every dose that was, or may have been, taken: what was spat out or vomited is the one given, if one was. */
  function taken(view) {
    const given = view.standing.filter((each) => each.kind === "dose-given");
    const isOf = (lost) => given.some((each) => (lost.fields.given ? lost.fields.given === each.id : each.fields.dose === lost.fields.dose && Date.parse(each.at) <= Date.parse(lost.at)));
    const alone = new Map();
    for (const lost of view.standing.filter((each) => ["dose-spat", "dose-vomited"].includes(each.kind))) if (!isOf(lost) && !alone.has(lost.fields.dose)) alone.set(lost.fields.dose, lost);
    const dropped = view.standing.filter((each) => each.kind === "dose-dropped" && each.fields.recovered !== "whole");
    return [...given, ...alone.values(), ...dropped].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  const list = (title, rows, none) => made("section", {}, made("h3", { textContent: title }), rows.length ? made("ul", {}, ...rows.map((each) => made("li", {}, ...(Array.isArray(each) ? [made("span", { textContent: each[0] }), made("small", { className: "soft", textContent: ` ${each[1]}` })] : [each])))) : made("p", { className: "soft", textContent: none }));
  const timed = (entry, now) => `${Say.clock(entry.at)}, ${Say.ago(entry.at, now)}`;

  /* What the record knows of the person, as this page was last told; who knows nothing says so. */
  function ofThePerson(person) {
    const told = person || { is_known: false, medicines: [], allergies: [], conditions: [], weight: "", earlier: "" };
    const none = told.is_known ? say("card_not_recorded") : say("card_not_known");
    const own = told.medicines.map(([name, taken, avoid]) => made("span", {}, made("strong", { textContent: name }), made("small", { className: "soft", textContent: ` ${taken}` }), made("span", { className: "card-avoid", textContent: avoid })));
    return [
      list(say("card_own"), [...own, ...(told.earlier ? [made("span", { className: "soft", textContent: told.earlier })] : [])], told.is_known ? say("card_own_none") : none),
      made("div", { className: "card-two" }, list(say("card_allergies"), told.allergies.map((each) => [each, ""]), none), list(say("card_weight"), told.weight ? [[told.weight, ""]] : [], none), list(say("card_conditions"), told.conditions.map((each) => [each, ""]), none)),
    ];
  }

  function show(view) {
    const { session, now } = view, plan = session.plan, doses = taken(view), card = words().card;
    const newest = new Map(), low = new Map(), high = new Map();
    for (const entry of view.standing.filter((each) => each.kind === "reading").sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) for (const name of FIELDS) if (name in entry.fields) {
      newest.set(name, entry);
      low.set(name, Math.min(low.get(name) ?? Infinity, entry.fields[name]));
      high.set(name, Math.max(high.get(name) ?? -Infinity, entry.fields[name]));
    }
    const field = (name) => words().kinds.reading.fields.find((each) => each.name === name);
    const total = doses.reduce((sum, each) => sum + highest(plan, each), 0);
    const drunk = view.standing.filter((each) => each.kind === "fluid-taken").reduce((sum, each) => sum + each.fields.volume_ml, 0);
    const lines = (kinds) => view.standing.filter((each) => kinds.includes(each.kind)).map((each) => { const told = Say.line(each, session.names); return [[told.title, told.more].filter(Boolean).join(", "), timed(each, now)]; });
    find("body").replaceChildren(
      made("p", { className: "card-whom" }, made("strong", { textContent: say("title", { label: session.label, number: session.number }) }), made("span", { className: "soft", textContent: ` ${say("card_made", { time: Say.clock(now) })}` })),
      made("p", { className: "card-loud" }, made("strong", { textContent: say("card_active") }), made("span", { textContent: ` ${total ? say("card_highest", { mg: total }) : say("card_no_dose")}` })),
      made("div", { className: "card-two" },
        list(say("card_doses"), doses.map((each) => [`${of("choices", each.fields.dose)}, ${say("card_at_most", { mg: highest(plan, each) })}${each.kind === "dose-given" ? "" : ` (${words().kinds[each.kind].title})`}`, timed(each, now)]), say("no_dose")),
        list(say("card_readings"), [...newest].map(([name, entry]) => [`${field(name).title} ${entry.fields[name]} ${field(name).unit}`, `${timed(entry, now)}, ${say("card_range", { low: low.get(name), high: high.get(name) })}`]), say("none_yet")),
        list(say("card_happened"), lines(["event"]), say("card_none")), list(say("card_medicines"), lines(["rescue-given", "medicine-taken"]), say("card_none")),
        list(say("card_called"), lines(["help-called"]), say("card_none")), list(say("fluids"), [[`${drunk} ${Say.unit("mL")}`, ""]], say("card_none"))),
      ...ofThePerson(session.person),
      list(say("card_avoid"), card.avoid.map((each) => [each[0], each[1]]), ""),
      list(say("card_numbers"), card.numbers.map((each) => { const link = made("a", { href: `tel:${each[1].replace(/[^0-9+]/g, "")}`, className: "card-number", textContent: `${each[0]} ${each[1]}` }); return link; }), say("no_number")));
    if (!find().open) find().showModal();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!find()) return;
    find("close").addEventListener("click", () => find().close());
    find("print").addEventListener("click", () => print());
  });
  return { show };
})();
