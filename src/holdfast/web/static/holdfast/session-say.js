/* What the pages of a session say: words of the page's language, numbers with their unit and age. */
globalThis.HoldfastSay = (() => {
  "use strict";
  let all = null;
  const words = () => {
    if (!all) all = JSON.parse(document.getElementById("session-words").textContent);
    return all;
  };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const say = (name, values = {}) => filled(words().panel[name] || name, values);
  const of = (group, code) => words()[group][code] || String(code).replaceAll("-", " ");
  const unit = (code) => words().units[code] ?? code;
  const zone = () => document.body.dataset.zone;

  /* The time of the day at the site, whatever zone this device stands in. */
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone() });
  const minutes = (from, to) => Math.floor((to - Date.parse(from)) / 60000);
  const ago = (at, now) => (minutes(at, now) < 1 ? say("now") : say("ago", { n: minutes(at, now) }));
  const since = (count) => `${Math.floor(count / 60)}:${String(count % 60).padStart(2, "0")}`;

  const numbered = (plan, code) => plan.numbers.find((each) => each.code === code);
  const amount = (value, unitCode) => (unit(unitCode) ? `${value} ${unit(unitCode)}` : `${value}`);

  function condition(alarm, plan) {
    const number = numbered(plan, alarm.number);
    const values = {
      measure: of("measures", alarm.measure || "all"),
      what: alarm.number ? alarm.number.replaceAll("-", " ") : "",
      value: alarm.value === null || alarm.value === undefined ? "" : amount(alarm.value, number ? number.unit : ""),
      limit: number && number.value !== null ? amount(number.value, number.unit) : "",
    };
    return filled(of("conditions", alarm.code), values);
  }

  const READING = ["heart_rate_per_min", "temperature_celsius", "oxygen_saturation_percent", "sodium_mmol_per_l"];
  function reading(fields) {
    const parts = "systolic_mmhg" in fields ? [`${fields.systolic_mmhg}/${fields.diastolic_mmhg}`] : [];
    for (const name of READING) if (name in fields) parts.push(name === "temperature_celsius" ? `${Number(fields[name]).toFixed(1)} °C` : name === "oxygen_saturation_percent" ? `${fields[name]} %` : `${fields[name]}`);
    return parts.join(", ");
  }

  /* One entry as a line of the log: kind and what matters of it. */
  function line(entry, names) {
    const kind = words().kinds[entry.kind], told = entry.fields;
    if (entry.kind === "reading") return { title: reading(told), more: "" };
    if (entry.kind === "event") return { title: of("choices", told.term), more: ["severity", "course", "valence"].filter((each) => told[each]).map((each) => of("choices", told[each])).join(", ") };
    if (entry.kind === "acknowledgement") return { title: kind.title, more: of("choices", told.done) };
    const more = (kind ? kind.fields : []).filter((field) => field.name in told && field.type !== "id").map((field) => {
      const value = told[field.name];
      if (field.type === "flag") return `${field.title}: ${say(value ? "yes" : "no")}`;
      if (field.type === "code") return of("choices", value);
      if (field.type === "moment") return clock(value);
      return field.unit ? `${value} ${field.unit}` : `${value}`;
    });
    for (const name of ["person", "cover"]) if (names[told[name]]) more.unshift(names[told[name]]);
    return { title: kind ? kind.title : entry.kind, more: more.join(", ") };
  }

  /* Open alarms, the gravest and newest first; of several of one kind the newest, with those before it:
     an acknowledgement of it covers them. */
  const TIERS = ["emergency", "urgent", "notify", "observe"];
  function grouped(alarms) {
    const groups = new Map();
    const open = alarms.filter((each) => each.is_open && each.code !== "limit-not-signed").sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
    for (const each of open) {
      const kind = [each.code, each.measure, each.number].join("/");
      if (groups.has(kind)) groups.get(kind).earlier += 1; else groups.set(kind, { ...each, earlier: 0 });
    }
    return [...groups.values()].sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || Date.parse(b.since) - Date.parse(a.since));
  }
  const about = (each) => [of("do", each.do), say("since", { time: clock(each.since) }) + (each.earlier ? `, ${say("earlier", { n: each.earlier })}` : "")].join(" ");

  return { grouped, about, words, say, of, unit, clock, minutes, ago, since, numbered, amount, condition, reading, line };
})();
