/* Judges a dosing session in the page, as domain/monitoring judges it on the server.

   import { Fold, judge, judgeKept } from ".../session-evaluator.js"

   const fold = new Fold(plan, entries)   plan: SessionPlan.to_json; entries: SessionEntry.to_json
   fold.add(entry)                        costs the same with five thousand before it
   fold.judge(now)                        { conditions, alarms, due, silences, phase, ... } at an instant
   judge(plan, entries, now)              the same, of everything at once
   judgeKept(plan, received, kept, now)   the same, with what this device keeps until its receipt

   Pure: no page, no clock, no network. It says what is so, what is due and who is told; nothing here
   opens a gate, and no dose can be permitted from it. Order, delay and repetition of the entries
   change nothing. The names are those of the server's modules: session_log, vital_signs, breaches,
   due_readings, symptoms, fluids, staffing, recording, clocks, conditions; a test compares the two.

   Instants are whole microseconds and numbers are whole numbers with a scale, so that nothing is
   rounded that the server does not round. `now` is an ISO instant, or milliseconds like Date.now().

   What makes it quick: whatever is judged is judged by what was known at its own moment. So an entry
   that becomes known later than all others changes little of what was judged before: it may end what
   holds, and settle what waits. Only what changes the past (a correction, a dose, an end, an opening,
   somebody's coming entered late) makes everything be judged anew. */

const SCHEMA = 1;
const MINUTE = 60_000_000, SECOND = 1_000_000;
const TIERS = ["observe", "notify", "urgent", "emergency"];
const DOSES = new Set(["dose-given", "dose-spat"]);
const ENDS = new Set(["exit", "exit-step", "session-closed"]);
const LEFT = new Set(["overnight", "home-with-escort", "left-against-advice", "death"]);
const MOVES = new Set(["came-in", "identified", "went-out", "break-began", "break-ended"]);
const COMES = new Set(["came-in", "identified"]);
const BACK = new Set(["came-in", "identified", "break-ended"]);
const DECIDES = new Set(["dose-given", "dose-spat", "dose-withheld", "dose-refused"]);
const OF_THE_ROOM = new Set(["reading", "distress", "orientation", "dose-given", "dose-spat", "dose-vomited", "deferral",
  "fluid-taken", "fluid-lost", "event", "rescue-given", "break-began", "break-ended"]);
const MEASURES = [
  { code: "blood-pressure", kind: "reading", fields: ["systolic_mmhg", "diastolic_mmhg"] },
  { code: "heart-rate", kind: "reading", fields: ["heart_rate_per_min"] },
  { code: "temperature", kind: "reading", fields: ["temperature_celsius"] },
  { code: "oxygen-saturation", kind: "reading", fields: ["oxygen_saturation_percent"] },
  { code: "sodium", kind: "reading", fields: ["sodium_mmol_per_l"] },
  { code: "distress", kind: "distress", fields: ["score"] },
  { code: "orientation", kind: "orientation", fields: ["correct"] },
];
const READINGS = new Set(MEASURES.map((each) => each.kind));

/* --- Numbers: a whole number and how many of its digits are decimals -------------------------------- */

const NUMBER = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

export function decimal(told) {
  const found = NUMBER.exec(String(told));
  if (!found) throw new RangeError(`${told} is no number`);
  const part = found[3] || "", scale = part.length - Number(found[4] || 0);
  const whole = BigInt(`${found[2] || ""}${part}`) * (found[1] === "-" ? -1n : 1n);
  return scale < 0 ? { whole: whole * 10n ** BigInt(-scale), scale: 0 } : { whole, scale };
}
const ZERO = { whole: 0n, scale: 0 };

function scaled(one, other) {
  const scale = Math.max(one.scale, other.scale);
  const grown = (each) => (each.scale === scale ? each.whole : each.whole * 10n ** BigInt(scale - each.scale));
  return [grown(one), grown(other), scale];
}

/* Below zero, zero or above it, as the first number is lower, the same or higher. */
export function compare(one, other) {
  const [a, b] = scaled(one, other);
  return a < b ? -1 : a > b ? 1 : 0;
}

function plus(one, other) {
  const [a, b, scale] = scaled(one, other);
  return { whole: a + b, scale };
}

function minus(one, other) {
  const [a, b, scale] = scaled(one, other);
  return { whole: a - b, scale };
}

const absolute = (one) => (one.whole < 0n ? { whole: -one.whole, scale: one.scale } : one);

/* A sixtieth, to 28 digits and half to even, as the server counts minutes. */
function sixtieth(one) {
  const sign = one.whole < 0n ? -1n : 1n, size = one.whole * sign;
  if (size === 0n) return ZERO;
  let more = 0n, quotient = size / 60n, rest = size % 60n;
  while (rest !== 0n && String(quotient).length < 28) {
    more += 1n;
    quotient = (size * 10n ** more) / 60n;
    rest = (size * 10n ** more) % 60n;
  }
  if (rest * 2n > 60n || (rest * 2n === 60n && quotient % 2n === 1n)) quotient += 1n;
  return { whole: sign * quotient, scale: one.scale + Number(more) };
}

/* A number as text: no zeros that say nothing, no exponent. */
export function plain(one) {
  if (one === null) return null;
  const sign = one.whole < 0n ? "-" : "", digits = String(one.whole * (one.whole < 0n ? -1n : 1n)).padStart(one.scale + 1, "0");
  const cut = digits.length - one.scale, part = digits.slice(cut).replace(/0+$/, "");
  return sign + digits.slice(0, cut) + (part ? `.${part}` : "");
}

/* --- Instants and spans: whole microseconds --------------------------------------------------------- */

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)$/;

export function micros(told) {
  if (typeof told === "number" && Number.isFinite(told)) return Math.round(told * 1000);
  const found = INSTANT.exec(String(told));
  const zone = found && (found[5] === "Z" ? "Z" : `${found[5].slice(0, 3)}:${found[5].slice(-2)}`);
  const seconds = found ? Date.parse(`${found[1]}T${found[2]}:${found[3] || "00"}${zone}`) : NaN;
  if (Number.isNaN(seconds)) throw new RangeError(`${told} is no instant`);
  return seconds * 1000 + Number((found[4] || "").padEnd(6, "0"));
}

export function instant(moment) {
  if (moment === null || !Number.isFinite(moment)) return null;
  const part = ((moment % SECOND) + SECOND) % SECOND;
  const seconds = new Date((moment - part) / 1000).toISOString().slice(0, 19);
  return `${seconds}${part ? `.${String(part).padStart(6, "0")}` : ""}Z`;
}

function halfToEven(number) {
  const low = Math.floor(number), rest = number - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/* So many minutes; none where no number is signed. */
function span(number) {
  if (number === null) return 0;
  const told = Number(plain(number)), whole = Math.trunc(told);
  return whole * MINUTE + halfToEven((told - whole) * MINUTE);
}

function earliest(...moments) {
  let first = null;
  for (const each of moments) if (each !== null && (first === null || each < first)) first = each;
  return first;
}

/* The first place in a sorted list at which a test holds. */
function place(list, test) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(list[middle])) high = middle; else low = middle + 1;
  }
  return low;
}
const from = (moments, moment) => place(moments, (each) => each >= moment);
const after = (moments, moment) => place(moments, (each) => each > moment);
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function orderAll(one, other) {
  for (let index = 0; index < one.length; index += 1) {
    const found = order(one[index], other[index]);
    if (found) return found;
  }
  return 0;
}

function lists(one, other) {
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const found = order(one[index], other[index]);
    if (found) return found;
  }
  return one.length - other.length;
}

/* --- The plan ---------------------------------------------------------------------------------------- */

export function readPlan(told) {
  if (told && told.isRead) return told;
  if (!told || told.schema !== SCHEMA) throw new RangeError(`plan: expected schema ${SCHEMA}`);
  const numbers = new Map(told.numbers.map((one) => [one.code, one.value === null ? null : decimal(one.value)]));
  const value = (code) => (numbers.has(code) ? numbers.get(code) : null);
  const limits = told.limits.map((rule) => ({
    ...rule, limit: value(rule.number), repeats: value(rule.repeat), repeatSpan: span(value(rule.repeat)),
    row: Math.max(Number(wholePart(value(rule.in_a_row))) || 1, 1),
  }));
  const window = told.supplement_after_minutes;
  return {
    isRead: true, value, limits,
    symptoms: told.symptoms, due: told.due, streams: told.streams,
    signals: new Map(told.signals.map((rule) => [rule.code, rule])),
    tiers: new Map(told.tiers.map((tier) => [tier.tier, tier])),
    unsigned: [...numbers].filter(([, number]) => number === null).map(([code]) => code).sort(order),
    lasts: told.minutes === null ? null : told.minutes * MINUTE,
    window: window === null ? null : window.map((minute) => minute * MINUTE),
    allowed: span(value("clock-tolerance")),
    nightEvery: told.night_check_every ? span(decimal(told.night_check_every)) : null,
  };
}

function wholePart(number) {
  return number === null ? 0n : number.whole / 10n ** BigInt(number.scale);
}

/* --- Entries ----------------------------------------------------------------------------------------- */

function readEntry(told) {
  const at = micros(told.at), known = micros(told.known_at);
  const fields = told.fields || {};
  const names = Object.keys(fields).sort(order);
  const entry = {
    id: told.id, kind: told.kind, at, known, by: told.by || "", fields, corrects: told.corrects || null,
    latest: Math.min(at, known), numbers: new Map(),
    words: names.flatMap((name) => [name, typeof fields[name], String(fields[name])]),
  };
  entry.key = JSON.stringify([entry.id, entry.kind, at, entry.by, entry.corrects, entry.words]);
  return entry;
}

/* A number of an entry, in the unit of its name; null where it has none. */
function number(entry, field) {
  const told = entry.fields[field];
  if (typeof told !== "number" && !(typeof told === "string" && NUMBER.test(told))) return null;
  if (!entry.numbers.has(field)) entry.numbers.set(field, decimal(told));
  return entry.numbers.get(field);
}
const code = (entry, field) => (typeof entry.fields[field] === "string" ? entry.fields[field] : "");

function inOrder(one, other) {
  return one.known - other.known || order(one.id, other.id) || one.at - other.at || order(one.kind, other.kind)
    || order(one.by, other.by) || order(one.corrects || "", other.corrects || "") || lists(one.words, other.words);
}
const byTime = (one, other) => one.latest - other.latest || one.known - other.known || order(one.id, other.id);
const byOwnTime = (one, other) => one.at - other.at || one.known - other.known || order(one.id, other.id);

/* What became known, in that order. A corrected entry is there, and stands no more from then on. */
class Log {
  constructor() {
    this.entries = [];
    this.kinds = new Map();
    this.groups = { moves: [], ends: [], transfers: [], handed: [], decides: [] };
    this.terms = new Map();  /* what is felt or seen, and what says that it has passed, by its name */
    this.lastMove = -Infinity;
    this.doses = [];
    this.corrections = new Map();
    this.ids = new Set();
  }

  push(entry) {
    this.entries.push(entry);
    this.ids.add(entry.id);
    if (!this.kinds.has(entry.kind)) this.kinds.set(entry.kind, []);
    this.kinds.get(entry.kind).push(entry);
    if (entry.kind === "event") {
      const term = code(entry, "term");
      if (!this.terms.has(term)) this.terms.set(term, []);
      this.terms.get(term).push(entry);
    }
    if (MOVES.has(entry.kind)) {
      this.groups.moves.splice(place(this.groups.moves, (each) => byTime(each, entry) > 0), 0, entry);
      this.lastMove = Math.max(this.lastMove, entry.latest);
    }
    if (ENDS.has(entry.kind)) this._pushEnd(entry);
    if (DECIDES.has(entry.kind)) this.groups.decides.push(entry);
    if (DOSES.has(entry.kind) && (entry.kind === "dose-given" || !code(entry, "given"))) {
      this.doses.splice(place(this.doses, (each) => byTime(each, entry) > 0), 0, entry);
    }
    const corrects = entry.corrects;
    if (corrects !== null && corrects !== entry.id && !this.corrections.has(corrects)) this.corrections.set(corrects, entry);
  }

  /* Who stays longer is watched as before, and who waits for the ambulance until somebody took over with the sheet. */
  _pushEnd(entry) {
    const { ends, transfers, handed } = this.groups, both = (one, other) =>
      ends.push({ entries: [one, other], latest: Math.max(one.latest, other.latest), known: Math.max(one.known, other.known) });
    if (entry.kind === "session-closed" || LEFT.has(code(entry, "exit"))) ends.push({ entries: [entry], latest: entry.latest, known: entry.known });
    if (entry.kind === "exit" && code(entry, "exit") === "transfer-to-hospital") {
      transfers.push(entry);
      for (const step of handed) both(entry, step);
    }
    if (entry.kind === "exit-step" && code(entry, "step") === "sheet-handed-over") {
      handed.push(entry);
      for (const one of transfers) both(one, entry);
    }
  }

  of(kind) { return this.kinds.get(kind) || []; }

  ofTerm(term) { return this.terms.get(term) || []; }

  correctedAt(entry) {
    const correction = this.corrections.get(entry.id);
    return correction === undefined ? null : Math.max(correction.known, entry.known);
  }

  stood(entry, by) {
    const gone = this.correctedAt(entry);
    return entry.known <= by && (gone === null || gone > by);
  }

  stands(entry) { return !this.corrections.has(entry.id); }

  firstDose(by) { return this.doses.find((dose) => this.stood(dose, by)) || null; }

  ended(by) {
    return earliest(...this.groups.ends.filter((end) => end.entries.every((one) => this.stood(one, by))).map((end) => end.latest));
  }

  /* When each end that stands was known. */
  endsKnown() { return this.groups.ends.filter((end) => end.entries.every((one) => this.stands(one))).map((end) => end.known); }

  endKnownAfter(moment) {
    return earliest(...this.endsKnown().map((known) => Math.max(known, moment)));
  }
}

/* The readings of one measure by their own times. One whose clock must be wrong may raise, never calm. */
class Series {
  constructor(plan, log, measure) {
    this.plan = plan;
    this.log = log;
    this.measure = measure.code;
    this.fields = measure.fields;
    this.kind = measure.kind;
    this.clear = [];      /* every reading with a clock that can be */
    this.skewed = [];     /* every other one */
    this.ats = [];        /* of the clear ones that stand: their times, */
    this.firsts = [];     /* and when the first from each on became known */
    this.corrected = [];  /* the clear ones that do not */
    this.rules = plan.limits.filter((rule) => rule.measure === measure.code && rule.limit !== null).map((rule) => new Judged(this, rule));
    this.hasRise = this.rules.some((one) => one.rule.basis === "rise");
  }

  tells(entry) { return entry.kind === this.kind && this.fields.some((field) => number(entry, field) !== null); }

  isSkewed(entry) { return entry.at > entry.known + this.plan.allowed; }

  isSound(entry) { return !this.isSkewed(entry) && this.log.stands(entry); }

  /* Of all entries at once, after the log has them all. */
  fill(entries) {
    for (const entry of entries) (this.isSkewed(entry) ? this.skewed : this.clear).push(entry);
    this.clear.sort(byOwnTime);
    this.corrected = this.clear.filter((entry) => !this.log.stands(entry));
    [this.ats, this.firsts] = knownFirst(this.clear.filter((entry) => this.log.stands(entry)));
    for (const one of this.rules) one.fill();
  }

  /* One more, known after all others. */
  push(entry) {
    if (this.isSkewed(entry)) { this.skewed.push(entry); return; }
    const at = place(this.clear, (each) => byOwnTime(each, entry) > 0);
    if (at === this.clear.length) this.clear.push(entry); else this.clear.splice(at, 0, entry);
    knownLast(this.ats, this.firsts, entry);
    for (const one of this.rules) if (one.isWithin(entry)) knownLast(one.calmAts, one.calmFirsts, entry);
  }

  readings() { return [...this.clear, ...this.skewed]; }

  /* Whether, by a moment, a sound reading from after another was known and stood. */
  answeredBy(moment, by, atThat = false) {
    const first = this.answeredAt(moment, atThat);
    if (first !== null && first <= by) return true;
    return this.corrected.some((one) => (one.at > moment || (atThat && one.at === moment)) && this.log.stood(one, by));
  }

  answeredAt(moment, atThat = false) {
    const index = atThat ? from(this.ats, moment) : after(this.ats, moment);
    return index < this.firsts.length ? this.firsts[index] : null;
  }

  * before(entry, by) {
    let index = entry === null ? this.clear.length : this._at(entry);
    while (index > 0) {
      index -= 1;
      if (this.log.stood(this.clear[index], by)) yield this.clear[index];
    }
  }

  * after(entry, by) {
    let index = this._at(entry);
    if (this.clear[index] === entry) index += 1;
    for (; index < this.clear.length; index += 1) if (this.log.stood(this.clear[index], by)) yield this.clear[index];
  }

  lastBefore(entry, by) {
    for (const one of this.before(entry, by)) return one;
    return null;
  }

  /* The last sound reading of a field at or before a moment, as it was known by another. */
  lastUntil(moment, by, field) {
    for (let index = place(this.clear, (each) => each.at > moment) - 1; index >= 0; index -= 1) {
      const one = this.clear[index];
      if (this.log.stood(one, by) && number(one, field) !== null) return one;
    }
    return null;
  }

  _at(entry) {
    let index = place(this.clear, (each) => byOwnTime(each, entry) >= 0);
    while (index + 1 < this.clear.length && this.clear[index] !== entry && byOwnTime(this.clear[index + 1], entry) === 0) index += 1;
    return index;
  }
}

/* Of some readings by their times: the times, and when the first from each on became known. */
function knownFirst(readings) {
  const firsts = readings.map((one) => one.known);
  for (let index = firsts.length - 2; index >= 0; index -= 1) firsts[index] = Math.min(firsts[index], firsts[index + 1]);
  return [readings.map((one) => one.at), firsts];
}

/* The same with one more, that became known last. */
function knownLast(ats, firsts, entry) {
  const index = after(ats, entry.at);
  ats.splice(index, 0, entry.at);
  firsts.splice(index, 0, index < firsts.length ? Math.min(firsts[index], entry.known) : entry.known);
  for (let before = index - 1; before >= 0 && firsts[before] > firsts[before + 1]; before -= 1) firsts[before] = firsts[before + 1];
}

/* --- Breaches and repeats: one rule over the readings of its measure --------------------------------- */

class Judged {
  constructor(series, rule) {
    this.series = series;
    this.rule = rule;
    this.log = series.log;
    this.plan = series.plan;
    this.calmAts = [];
    this.calmFirsts = [];
    this.starts = new Map();
    this.moments = [];
  }

  fill() {
    this.moments = this._moments();
    [this.calmAts, this.calmFirsts] = knownFirst(this.series.clear.filter((entry) => this.log.stands(entry) && this.isWithin(entry)));
  }

  /* Whether and since when a reading is known to breach the rule. */
  breach(entry) {
    const value = number(entry, this.rule.field);
    if (value === null) return null;
    if (this.rule.basis === "value") return this._isPast(value) ? { value, known: entry.known } : null;
    for (const moment of [entry.known, ...this.moments.slice(after(this.moments, entry.known))]) {
      const rise = this._rise(entry, value, moment);
      if (rise === null || !this._isPast(rise)) continue;
      if (moment === entry.known || this.log.stood(entry, moment)) return { value: rise, known: moment };
    }
    return null;
  }

  over(entry, known) {
    const index = after(this.calmAts, entry.latest);
    const first = earliest(index < this.calmFirsts.length ? this.calmFirsts[index] : null, this.log.correctedAt(entry));
    return first === null ? null : Math.max(first, known);
  }

  isWithin(entry) {
    let value = number(entry, this.rule.field);
    if (value !== null && this.rule.basis === "rise") value = this._rise(entry, value, Infinity);
    return value !== null && !this._isPast(value);
  }

  _isPast(value) {
    const found = compare(value, this.rule.limit);
    if (this.rule.compare === "above") return found > 0;
    if (this.rule.compare === "at-or-above") return found >= 0;
    return this.rule.compare === "below" ? found < 0 : found <= 0;
  }

  /* How much higher than the last reading before the first dose; null where one is missing. */
  _rise(entry, value, by) {
    const known = after(this.moments, by);
    if (!this.starts.has(known)) this.starts.set(known, this._start(by));
    const start = this.starts.get(known);
    return start === null || entry.at <= start.at ? null : minus(value, start.value);
  }

  _start(by) {
    const dose = this.log.firstDose(by);
    const last = dose === null ? null : this.series.lastUntil(dose.latest, by, this.rule.field);
    return last === null ? null : { at: dose.latest, value: number(last, this.rule.field) };
  }

  /* When what a rise is counted from became known, or changed. */
  _moments() {
    if (this.rule.basis !== "rise" || !this.log.doses.length) return [];
    const last = this.log.doses[this.log.doses.length - 1].latest;
    const about = [...this.log.doses, ...this.series.readings().filter((entry) => entry.at <= last)];
    const found = new Set(about.flatMap((entry) => [entry.known, this.log.correctedAt(entry)]));
    found.delete(null);
    return [...found].sort((a, b) => a - b);
  }

  /* What one reading breaches, by itself or with those beside it. */
  * breaches(entry) {
    const own = this.breach(entry);
    if (own === null) return;
    if (this.rule.when === "single") { yield this._condition(entry, own.value, own.known, [entry.id]); return; }
    let next = null;
    for (next of this.series.after(entry, entry.known)) break;
    for (const [first, second] of [[this.series.lastBefore(entry, entry.known), entry], [entry, next]]) {
      if (first === null || second === null) continue;
      const early = this.breach(first), late = this.breach(second);
      if (early === null || late === null) continue;
      if (this.rule.when === "not-falling" && compare(late.value, early.value) < 0) continue;
      yield this._condition(second, late.value, Math.max(early.known, late.known, entry.known), [first.id, second.id]);
    }
  }

  /* When it is known that nobody measured again in time: a breach that lasts, or a missing repeat. */
  deadline(entry) {
    if (this.rule.when === "sustained") {
      const found = this.breach(entry);
      return found === null ? null : Math.max(entry.latest + this.rule.repeatSpan, found.known);
    }
    return this.rule.repeats === null ? null : Math.max(entry.latest + this.rule.repeatSpan, entry.known);
  }

  /* What follows at that moment. */
  unanswered(entry, at) {
    if (!this._isMissed(entry, at)) return null;
    if (this.rule.when === "sustained") return this._condition(entry, this.breach(entry).value, at, [entry.id]);
    if (!this.mustRepeat(entry, at)) return null;
    const signal = this.plan.signals.get("repeat-missing"), milder = signal ? signal.tier : "notify";
    return condition(this.plan, "repeat-missing", {
      since: entry.latest + this.rule.repeatSpan, known: at, because: [entry.id], measure: this.rule.measure,
      tier: TIERS.indexOf(milder) > TIERS.indexOf(this.rule.tier) ? milder : this.rule.tier,
      detail: `${this.rule.measure}:${entry.id}`, bucket: `measure:${this.rule.measure}`,
      over: () => {
        const first = earliest(this.series.answeredAt(entry.latest), this.log.correctedAt(entry), this.log.endKnownAfter(at));
        return first === null ? null : Math.max(first, at);
      },
    });
  }

  mustRepeat(entry, by) {
    const isBreached = (each) => { const found = this.breach(each); return found !== null && found.known <= by; };
    if (isBreached(entry)) return true;
    let left = this.rule.row - 1;
    for (const each of left > 0 ? this.series.before(entry, by) : []) {
      if (isBreached(each)) return true;
      left -= 1;
      if (left === 0) break;
    }
    return false;
  }

  _isMissed(entry, at) {
    return !this.series.answeredBy(entry.latest, at) && this.log.stood(entry, at) && this.log.ended(at) === null;
  }

  _condition(entry, value, known, because) {
    const rule = this.rule;
    return condition(this.plan, rule.code, {
      since: entry.at, known, because, tier: rule.tier, do: rule.do, measure: rule.measure, number: rule.number, value,
      bucket: `rule:${rule.code}`, over: () => this.over(entry, known),
    });
  }
}

/* --- Conditions --------------------------------------------------------------------------------------- */

/* A condition as the plan signals it. `over` says when it was known to be over; `bucket` what may end it. */
function condition(plan, kind, told) {
  const signal = plan.signals.get(kind);
  const tier = told.tier || (signal ? signal.tier : "urgent"), telling = plan.tiers.get(tier);
  const found = {
    code: kind, tier, measure: "", because: [], detail: "", number: "", value: null, until: null, bucket: "", over: null, ...told,
    do: told.do || (signal ? signal.do : "look"), told: telling.told, sounds: telling.sounds_at,
  };
  found.id = `${kind}:${found.detail || found.because[found.because.length - 1]}`;
  if (found.over !== null) found.until = found.over();
  return found;
}

/* Of two under one id the one that was known first stands; of two known at once the graver. */
function isBefore(one, other) {
  const rank = (each) => TIERS.indexOf(each.tier);
  return (one.known - other.known || rank(other) - rank(one) || one.since - other.since || order(one.number, other.number)
    || lists(one.because, other.because)) < 0;
}
const asKnown = (one, other) => one.known - other.known || one.since - other.since || order(one.id, other.id);

function conditionJson(one) {
  return {
    id: one.id, code: one.code, tier: one.tier, measure: one.measure, since: instant(one.since), known_at: instant(one.known),
    because: [...one.because], do: one.do, told: [...one.told], sounds_at: [...one.sounds], is_silent: one.sounds.length === 0,
    detail: one.detail, number: one.number, value: plain(one.value), until: instant(one.until), holds: one.until === null,
  };
}

/* --- What is due, and what is silent ------------------------------------------------------------------- */

/* The points of one rule after one dose, in the order of time. */
function * linesOf(plan, log, measure) {
  for (const rule of plan.due) {
    if (!rule.measures.includes(measure) || rule.anchor === "before-initial-dose") continue;
    for (const dose of log.doses) {
      if (rule.anchor === "supplemental-dose" && code(dose, "dose") !== "supplemental") continue;
      const point = pointsOf(plan, rule, dose);
      if (point !== null) yield { rule, dose, point };
    }
  }
}

/* The number-th point, from 1 on; null after the last. The whole is null where there are none. */
function pointsOf(plan, rule, dose) {
  const grace = span(plan.value("reading-grace")), within = plan.value(rule.within), begin = span(within);
  const made = (at, answersFrom, overdue, every = 0) => ({ at, answersFrom, overdue, dose, rule, every });
  if (rule.anchor === "supplement-window") {
    if (plan.window === null) return null;
    const opens = dose.latest + plan.window[0];
    return (index) => (index === 1 ? made(opens, opens - begin, dose.latest + plan.window[1]) : null);
  }
  if (rule.anchor === "session-end") {
    if (plan.lasts === null) return null;
    const at = dose.latest + plan.lasts, isTimed = within !== null || plan.value("reading-grace") !== null;
    return (index) => (index === 1 ? made(at, at - begin, isTimed ? at + grace : Infinity) : null);
  }
  const every = plan.value(rule.every);
  if (every === null || every.whole <= 0n) return null;
  const step = span(every), half = halfToEven(step / 2);
  if (step <= 0) return null;
  return (index) => { const at = dose.latest + index * step; return made(at, at - half, at + grace, step); };
}

/* Whether a point was one of the plan's, as the doses and the end were known by a moment. */
function isInPlan(log, point, by) {
  const end = log.ended(by), { dose, rule } = point;
  if (!log.stood(dose, by) || (end !== null && end <= point.at)) return false;
  if (rule.anchor === "each-dose") return !log.doses.some((d) => dose.latest < d.latest && d.latest <= point.at && log.stood(d, by));
  if (rule.anchor === "supplemental-dose") return true;
  if (log.firstDose(by) !== dose) return false;
  if (rule.anchor !== "supplement-window") return true;
  return !log.groups.decides.some((told) => code(told, "dose") === "supplemental" && told.latest <= point.overdue && log.stood(told, by));
}

/* From when a point is overdue, and from when that can be known, with what was put off. */
function overdueFrom(plan, log, series, point) {
  const known = Math.max(point.overdue, point.dose.known), longest = plan.value("deferral-longest");
  if (longest === null) return [point.overdue, known];
  const last = series.lastBefore(null, known);
  let first = null;
  for (const entry of log.of("deferral")) {
    const isOf = [series.measure, "all"].includes(code(entry, "measure")) && log.stood(entry, known) && entry.at <= known;
    if (!isOf || series.isSkewed(entry) || (last !== null && entry.at <= last.at)) continue;
    if (first === null || orderAll([entry.at, entry.id], [first.at, first.id]) < 0) first = entry;
  }
  const overdue = Math.max(point.overdue, first === null ? point.overdue : first.at + span(longest));
  return [overdue, Math.max(overdue, known)];
}

function silence(plan, log, series, point, since, known) {
  return condition(plan, "silence", {
    since, known, because: [point.dose.id], measure: series.measure, detail: `${series.measure}:${instant(point.at)}`,
    bucket: `measure:${series.measure}`,
    over: () => {
      const over = earliest(series.answeredAt(point.answersFrom, true), log.correctedAt(point.dose), log.endKnownAfter(known));
      return over === null ? null : Math.max(over, known);
    },
  });
}

/* A first dose before which this measure was to be read, and was not. */
function * beforeDose(plan, log, series) {
  for (const rule of plan.due) {
    if (rule.anchor !== "before-initial-dose" || !rule.measures.includes(series.measure)) continue;
    for (const dose of log.doses) {
      if (log.firstDose(dose.known) !== dose) continue;
      const within = plan.value(rule.within), oldest = within === null ? -Infinity : dose.latest - span(within);
      let isRead = false;
      for (const one of series.before(null, dose.known)) isRead ||= oldest <= one.at && one.at <= dose.latest;
      if (isRead) continue;
      yield condition(plan, "before-dose-missing", {
        since: dose.latest, known: dose.known, because: [dose.id], measure: series.measure,
        detail: `${series.measure}:${dose.id}`, bucket: `measure:${series.measure}`,
        over: () => {
          const over = earliest(series.answeredAt(oldest, true), log.correctedAt(dose));
          return over === null ? null : Math.max(over, dose.known);
        },
      });
    }
  }
}

/* --- What is felt, and what was drunk -------------------------------------------------------------------- */

const isFelt = (entry) => entry.kind === "event" && code(entry, "course") !== "offset";

function offsets(log, entry) {
  return log.ofTerm(code(entry, "term")).filter((other) => !isFelt(other) && other.latest >= entry.latest);
}

function passed(log, entry) {
  const known = offsets(log, entry).filter((other) => log.stands(other)).map((other) => Math.max(other.known, entry.known));
  return earliest(...known, log.correctedAt(entry));
}

const noSooner = (moment, known) => (moment === null ? null : Math.max(moment, known));
const ofTerm = (entry) => `term:${code(entry, "term")}`;

function alone(plan, log, rule, entry) {
  return condition(plan, rule.code, {
    since: entry.at, known: entry.known, because: [entry.id], tier: rule.tier, do: rule.do,
    bucket: ofTerm(entry), over: () => passed(log, entry),
  });
}

/* What is serious, or nobody can say whether. */
const mayBeSerious = (plan, log, entry) => (["yes", "unknown"].includes(code(entry, "serious"))
  ? untilAnswered(plan, log, entry, "event-may-be-serious", "urgent", "tell-the-physician") : null);

/* Touch, or an ask for it, beyond what was agreed in preparation; and the stop-word. */
function beyondAgreement(plan, log, entry) {
  const state = code(entry, "state"), isWithin = code(entry, "agreed") === "within";
  const isBeyond = (state === "began" && !(isWithin && code(entry, "agreement"))) || (state === "asked" && !isWithin);
  if (state !== "stop-word" && !isBeyond) return null;
  return untilAnswered(plan, log, entry, state === "stop-word" ? "stop-word-said" : "touch-beyond-agreement", "notify", "stop-and-ask");
}

/* Over when somebody answered it, or took it back. */
function untilAnswered(plan, log, entry, name, tier, act) {
  const id = `${name}:${entry.id}`;
  return condition(plan, name, {
    since: entry.at, known: entry.known, because: [entry.id], tier, do: act, bucket: `seen:${id}`,
    over: () => {
      const told = { detail: "", since: entry.at, known: entry.known };
      const seen = log.of("acknowledgement").filter((one) => one.by && code(one, "condition") === id && log.stands(one) && isNamedBy(one, told));
      return earliest(...seen.map((one) => one.known), log.correctedAt(entry));
    },
  });
}

/* How grave a symptom is beside what was drunk before it. Without a signed ceiling nobody can tell. */
function besideFluids(plan, log, rule, entry) {
  const ceiling = plan.value(rule.over), limit = ceiling === null ? ZERO : ceiling;
  const drinks = log.of("fluid-taken").filter((drink) => drink.latest <= entry.latest);
  const later = new Set(drinks.filter((drink) => drink.known > entry.known).map((drink) => drink.known));
  for (const known of [entry.known, ...[...later].sort((a, b) => a - b)]) {
    const taken = sum(drinks.filter((drink) => log.stood(drink, known)));
    if (compare(taken, limit) <= 0 || (known !== entry.known && !log.stood(entry, known))) continue;
    return condition(plan, rule.code, {
      since: entry.at, known, because: [entry.id], tier: ceiling === null ? "observe" : rule.tier, do: rule.do,
      number: rule.over, value: taken, bucket: ofTerm(entry), over: () => noSooner(passed(log, entry), known),
    });
  }
  return null;
}

/* A symptom beside one reading, where that breaches and is the last before it or comes after. */
function besideReading(plan, log, rule, entry, judged, reading) {
  const breach = judged.breach(reading);
  if (breach === null) return null;
  const known = Math.max(entry.known, breach.known);
  if (reading.at <= entry.latest) {
    if (judged.series.lastUntil(entry.latest, known, judged.rule.field) !== reading) return null;
  } else if (offsets(log, entry).some((other) => other.latest <= reading.at && log.stood(other, reading.known))) return null;
  return condition(plan, rule.code, {
    since: Math.max(entry.at, reading.at), known, because: [entry.id, reading.id], tier: rule.tier, do: rule.do,
    measure: judged.rule.measure, detail: `${entry.id}:${reading.id}`, number: judged.rule.number, value: breach.value, bucket: ofTerm(entry),
    over: () => noSooner(earliest(passed(log, entry), log.correctedAt(reading)), known),
  });
}

const volume = (entry) => number(entry, "volume_ml") || ZERO;
const sum = (entries) => entries.reduce((total, entry) => plus(total, volume(entry)), ZERO);

function overCeiling(plan, log, entry, total) {
  const ceiling = plan.value("fluid-ceiling");
  if (ceiling === null || compare(total, ceiling) <= 0) return null;
  return condition(plan, "fluid-ceiling", {
    since: entry.at, known: entry.known, because: [entry.id], number: "fluid-ceiling", value: total, over: () => log.correctedAt(entry),
  });
}

function fluidsJson(plan, log) {
  const standing = (kind) => log.of(kind).filter((entry) => log.stands(entry)).sort(byTime);
  const taken = standing("fluid-taken"), lost = standing("fluid-lost"), drinks = new Map();
  for (const entry of taken) {
    const drink = code(entry, "what") || "other";
    drinks.set(drink, plus(drinks.get(drink) || ZERO, volume(entry)));
  }
  const ceiling = plan.value("fluid-ceiling"), total = sum(taken), gone = sum(lost);
  const left = ceiling === null ? null : minus(ceiling, total);
  return {
    taken_ml: plain(total), lost_ml: plain(gone), balance_ml: plain(minus(total, gone)),
    unmeasured: lost.filter((entry) => number(entry, "volume_ml") === null).length,
    by_drink: [...drinks].map(([drink, amount]) => ({ drink, taken_ml: plain(amount) })),
    ceiling_ml: plain(ceiling), left_ml: plain(left === null || left.whole >= 0n ? left : ZERO),
  };
}

/* --- Who is in the room ----------------------------------------------------------------------------------- */

const movesBy = (log, moment, by) => log.groups.moves.filter((entry) => entry.latest <= moment && log.stood(entry, by));

function roomOf(plan, moves) {
  let present = new Map();
  for (const entry of moves) {
    const person = code(entry, "person"), there = present.get(person);
    if (COMES.has(entry.kind)) {
      const role = there && entry.kind === "identified" ? there.role : code(entry, "role");
      present.set(person, { person, role, since: there ? there.since : entry.latest, pause: null });
    } else if (entry.kind === "went-out") {
      present.delete(person);
      present = new Map([...present].map(([key, one]) => [key, uncovered(one, person)]));
    } else if (there) {
      present.set(person, { ...there, pause: entry.kind === "break-began" ? pauseOf(plan, entry) : null });
    }
  }
  const all = [...present.values()], pauses = all.map((one) => one.pause).filter((pause) => pause !== null);
  const away = new Set(pauses.map((pause) => pause.person));
  const covering = [...new Set(pauses.map((pause) => pause.cover).filter((cover) => cover && !away.has(cover)))].sort(order);
  const there = all.filter((one) => one.role === "therapist" && one.pause === null).map((one) => one.person);
  return { present: all, covering, therapists: [...new Set([...there, ...covering])].sort(order) };
}

function uncovered(one, person) {
  return one.pause === null || one.pause.cover !== person ? one : { ...one, pause: { ...one.pause, cover: "" } };
}

/* A break as it was begun, for no longer than the signed maximum. */
function pauseOf(plan, entry) {
  const told = number(entry, "minutes") || ZERO, longest = plan.value("break-longest");
  const lasts = longest === null || compare(told, longest) <= 0 ? told : longest;
  return { entry: entry.id, person: code(entry, "person"), cover: code(entry, "cover"), began: entry.latest, ends: entry.latest + span(lasts) };
}

/* Every moment from an entry's own on at which, with it known, there came to be too few. */
function * tooFew(plan, log, entry, needed, now) {
  const known = entry.known, dose = log.firstDose(known), end = log.ended(known);
  if (dose === null || !log.stood(entry, known)) return;
  const moves = movesBy(log, known, known), thereAfter = (count) => roomOf(plan, moves.slice(0, count)).therapists;
  for (const [index, other] of [...moves, dose].entries()) {
    const begins = other.latest;
    if (begins < dose.latest || (end !== null && end <= begins) || begins < entry.latest) continue;
    const there = thereAfter(other === dose ? moves.filter((move) => move.latest <= begins).length : index + 1);
    const isFewer = other === dose || there.length < thereAfter(index).length;
    if (!isFewer || there.length >= needed) continue;
    const over = earliest(enoughAgain(plan, log, begins, needed, now), log.correctedAt(other));
    yield withoutPair(plan, there, { since: begins, after: begins, known, because: [other.id], detail: other.id, over });
  }
}

/* That somebody came or covered is taken back, and then there are too few. */
function tooFewAfterAll(plan, log, entry, needed, now) {
  const known = log.correctedAt(entry), dose = known === null ? null : log.firstDose(known);
  if (dose === null || log.ended(known) !== null) return null;
  const there = roomOf(plan, movesBy(log, known, known)).therapists;
  if (there.length >= needed) return null;
  const since = Math.max(entry.latest, dose.latest), over = enoughAgain(plan, log, known, needed, now);
  return withoutPair(plan, there, { since, after: known, known, because: [entry.id], detail: `${entry.id}/corrected`, over });
}

/* `after`: whoever comes from then on ends it. */
function withoutPair(plan, there, { over, ...told }) {
  return condition(plan, there.length ? "pair-alone" : "person-alone", {
    ...told, number: "therapists-in-room", value: decimal(there.length), bucket: "room", until: noSooner(over, told.known),
  });
}

/* When it was known that, after a moment, there were enough again, or the session had ended. */
function enoughAgain(plan, log, moment, needed, now) {
  const moves = movesBy(log, now, now), end = log.endKnownAfter(moment);
  const isEnough = (entry) => roomOf(plan, moves.filter((move) => move.latest <= entry.latest)).therapists.length >= needed;
  const found = moves.find((entry) => entry.latest >= moment && isEnough(entry));
  return earliest(end, found ? found.known : null);
}

/* A break whose time was over before somebody was known to be back. */
function breakOver(plan, log, entry, known) {
  if (!log.stood(entry, known) || log.ended(known) !== null) return null;
  const person = code(entry, "person");
  const isBack = (one) => BACK.has(one.kind) && code(one, "person") === person && one.latest >= entry.latest;
  if (log.groups.moves.some((one) => isBack(one) && log.stood(one, known))) return null;
  return condition(plan, "break-over", {
    since: pauseOf(plan, entry).ends, known, because: [entry.id], bucket: `person:${person}`,
    over: () => {
      const back = log.groups.moves.filter((one) => isBack(one) && log.stands(one)).map((one) => one.known);
      return noSooner(earliest(...back, log.correctedAt(entry), log.endKnownAfter(known)), known);
    },
  });
}

function roomJson(room) {
  const pause = (one) => ({ entry: one.entry, person: one.person, cover: one.cover, began_at: instant(one.began), ends_at: instant(one.ends) });
  return {
    present: room.present.map((one) => ({
      person: one.person, role: one.role, since: instant(one.since), on_break: one.pause === null ? null : pause(one.pause),
    })),
    covering: room.covering, therapists: room.therapists,
  };
}

/* --- The recording ------------------------------------------------------------------------------------------ */

const runs = (entry) => code(entry, "state") === "running";
const stops = (entry) => !runs(entry) && code(entry, "reason") !== "withdrawn";
const ofStream = (log, stream) => log.of("recording").filter((entry) => code(entry, "stream") === stream);

/* Whether, when the dose became known, the stream was known to run at it, or to be withdrawn. */
function runsAt(log, stream, dose) {
  const told = ofStream(log, stream).filter((entry) => entry.latest <= dose.latest && log.stood(entry, dose.known)).sort(byTime);
  return told.length > 0 && !stops(told[told.length - 1]);
}

/* From when a gap can be known to last longer than was signed. */
const gapKnown = (plan, begins, dose) => Math.max(begins.latest + span(plan.value("recording-gap-longest")), begins.known, dose.known);

function gap(plan, log, stream, begins, dose, known) {
  const isAgain = (entry) => runs(entry) && entry.latest >= begins.latest && entry !== begins;
  if (!log.stood(begins, known) || log.ended(known) !== null || !log.stood(dose, known)) return null;
  if (ofStream(log, stream).some((entry) => isAgain(entry) && log.stood(entry, known))) return null;
  return condition(plan, "recording-gap", {
    since: begins.latest, known, because: [begins.id], detail: `${stream}:${begins.id}`, number: "recording-gap-longest",
    bucket: `stream:${stream}`,
    over: () => {
      const again = ofStream(log, stream).filter((entry) => isAgain(entry) && log.stands(entry)).map((entry) => entry.known);
      return noSooner(earliest(...again, log.correctedAt(begins), log.endKnownAfter(known)), known);
    },
  });
}

/* --- Clocks that must be wrong ------------------------------------------------------------------------------- */

function wrongClock(plan, log, entry) {
  if (entry.kind === "clock-compared") return comparedClock(plan, log, entry);
  let known = entry.at > entry.known + plan.allowed ? entry.known : null;
  if (known === null && OF_THE_ROOM.has(entry.kind)) {
    const opened = log.of("session-opened");
    const later = opened.map((one) => one.known).filter((moment) => moment > entry.known);
    const isEarly = (moment) => {
      const stood = opened.filter((one) => log.stood(one, moment));
      return stood.length > 0 && stood.every((one) => entry.at < one.at - plan.allowed);
    };
    known = [entry.known, ...later].find(isEarly) ?? null;
  }
  if (known === null) return null;
  return condition(plan, "clock-wrong", {
    since: entry.known, known, because: [entry.id], number: "clock-tolerance",
    value: sixtieth(decimal(Math.trunc((entry.at - entry.known) / SECOND))), over: () => noSooner(log.correctedAt(entry), known),
  });
}

function comparedClock(plan, log, entry) {
  const isApart = (one) => compare(absolute(number(one, "ahead_seconds") || ZERO), decimal(plan.allowed / SECOND)) > 0;
  if (!isApart(entry)) return null;
  const device = code(entry, "device");
  const isRight = (one) => code(one, "device") === device && one.at > entry.at && !isApart(one) && log.stands(one);
  return condition(plan, "clock-wrong", {
    since: entry.at, known: entry.known, because: [entry.id], number: "clock-tolerance",
    value: sixtieth(number(entry, "ahead_seconds") || ZERO), bucket: `device:${device}`,
    over: () => {
      const right = log.of("clock-compared").filter(isRight).map((one) => one.known);
      return noSooner(earliest(...right, log.correctedAt(entry)), entry.known);
    },
  });
}

/* --- The night: looks at the person ----------------------------------------------------------------------------- */

/* What ends a night: its hand-over, the session's close, or another exit than the night. */
const isNight = (entry) => code(entry, "exit") === "overnight";
const nightEnds = (log) => [...log.of("morning-hand-over"), ...log.of("session-closed"), ...log.of("exit").filter((entry) => !isNight(entry))];

function isNightOver(log, by) {
  const nights = log.of("exit").filter((entry) => isNight(entry) && log.stood(entry, by));
  const began = Math.max(...nights.map((entry) => entry.latest));
  return !nights.length || nightEnds(log).some((entry) => entry.latest > began && log.stood(entry, by));
}

/* Each time at which somebody had to look and, as it was known then, nobody had. */
function nightOf(plan, log, now) {
  if (plan.nightEvery === null) return [];
  const looks = log.of("night-check"), found = [];
  for (const start of [...log.of("exit").filter(isNight), ...looks]) {
    const due = start.latest + plan.nightEvery, known = Math.max(due, start.known);
    if (known > now || !log.stood(start, known) || isNightOver(log, known)) continue;
    if (looks.some((one) => one.latest > start.latest && log.stood(one, known))) continue;
    const later = [...looks, ...nightEnds(log)].filter((one) => log.stands(one) && one.latest > start.latest);
    found.push(condition(plan, "night-check-missing", {
      since: due, known, because: [start.id], tier: "notify", do: "look-now", measure: "night",
      until: earliest(...later.map((one) => Math.max(one.known, known))),
    }));
  }
  return found;
}

/* --- The fold -------------------------------------------------------------------------------------------------- */

/* A session as far as it is known. Entries come in any order; the usual one costs the same however many came before. */
export class Fold {
  constructor(plan, entries = []) {
    this.plan = readPlan(plan);
    this.needed = this.plan.value("therapists-in-room");
    this.byKey = new Map();  /* every entry handed in, by what it says */
    this.coming = [];        /* those not yet taken in, in the order in which they become known */
    this.judgedAt = null;
    this.isStale = true;     /* everything is to be judged anew */
    this.extend(entries);
  }

  extend(entries) {
    for (const entry of entries) this.add(entry);
  }

  /* Take in one entry, as the server told it. The same entry sent again is known since the first time. */
  add(told) { this._add(readEntry(told)); }

  _add(entry) {
    const known = this.byKey.get(entry.key);
    if (known !== undefined && known.known <= entry.known) return;
    if (known !== undefined) { this.isStale = true; this.coming = this.coming.filter((each) => each !== known); }
    this.byKey.set(entry.key, entry);
    this.coming.splice(place(this.coming, (each) => inOrder(each, entry) > 0), 0, entry);
  }

  /* Everything that can be said of an instant. */
  judge(now) {
    const alarms = this.alarms(now);
    return {
      now: instant(micros(now)), conditions: this.conditions(now), alarms, due: this.due(now), silences: this.silences(now),
      phase: this.phase(now), since_dose_seconds: this.sinceDose(now), fluids: this.fluids(now), room: this.room(now),
    };
  }

  /* Every condition up to an instant, in the order in which they became known. */
  conditions(now) { return this._all(now).map(conditionJson); }

  /* Those of the readings and the room, and those of the night. */
  _all(now) {
    const { plan, log, listed } = this._at(now), night = nightOf(plan, log, micros(now));
    return night.length ? [...listed, ...night].sort(asKnown) : listed;
  }

  /* Those that hold: what costs the same however long the session is. */
  holding(now) {
    const at = this._at(now);
    return [...at.held.values()].flatMap((held) => [...held]).sort(asKnown).map(conditionJson);
  }

  /* Every alarm: its condition, its signal, its acknowledgements; open ones first, graver before milder. */
  alarms(now) { const listed = this._all(now); return alarmsOf(this._at(now).log, listed); }

  silences(now) { return this.holding(now).filter((one) => one.code === "silence"); }

  due(now) { return dueOf(this._at(now), micros(now)); }

  fluids(now) { const at = this._at(now); return fluidsJson(at.plan, at.log); }

  room(now) {
    const at = this._at(now), moment = micros(now);
    return roomJson(roomOf(at.plan, movesBy(at.log, moment, moment)));
  }

  phase(now) { return phaseOf(this._at(now), micros(now)); }

  /* Seconds since the first dose, as it is known now; null before it. */
  sinceDose(now) {
    const dose = this._at(now).log.firstDose(micros(now));
    return dose === null ? null : (micros(now) - dose.latest) / SECOND;
  }

  /* This fold as it stands at an instant; another one, for an instant before the last that was judged. */
  _at(told) {
    const now = micros(told);
    if (this.judgedAt !== null && now < this.judgedAt) return this._earlier(told);
    this._take(now);
    if (this.isStale) this._anew(now); else this._pass(now);
    this.judgedAt = now;
    return this;
  }

  _earlier(told) {
    const then = new Fold(this.plan);
    for (const entry of this.byKey.values()) then._add(entry);
    return then._at(told);
  }

  /* Take in what has become known, all of one moment together. */
  _take(now) {
    let count = 0;
    while (count < this.coming.length && this.coming[count].known <= now) count += 1;
    const known = this.coming.splice(0, count);
    for (let begin = 0; begin < known.length && !this.isStale;) {
      let end = begin + 1;
      while (end < known.length && known[end].known === known[begin].known) end += 1;
      const group = known.slice(begin, end);
      if (this._areUsual(group)) this._push(group); else this.isStale = true;
      begin = end;
    }
  }

  /* They became known after all others and after all that was decided, and change nothing before them. */
  _areUsual(group) {
    const last = this.log.entries[this.log.entries.length - 1];
    if (last === undefined || group[0].known <= Math.max(last.known, this.decidedAt)) return false;
    const ids = new Set(group.map((entry) => entry.id));
    if (ids.size < group.length) return false;
    const lastDose = this.log.doses.length ? this.log.doses[this.log.doses.length - 1].latest : -Infinity;
    let lastMove = Math.max(this.log.lastMove, lastDose);
    for (const entry of group) {
      if (entry.corrects !== null || this.log.ids.has(entry.id) || this.log.corrections.has(entry.id)) return false;
      if (DOSES.has(entry.kind) || ENDS.has(entry.kind) || entry.kind === "session-opened") return false;
      if (MOVES.has(entry.kind) && entry.latest <= lastMove) return false;
      if (MOVES.has(entry.kind)) lastMove = entry.latest;
      if (READINGS.has(entry.kind) && entry.at <= lastDose && this.series.some((one) => one.hasRise && one.tells(entry))) return false;
    }
    return true;
  }

  /* --- everything anew --- */

  _anew(now) {
    const { plan } = this, log = new Log();
    const known = [...this.byKey.values()].filter((entry) => entry.known <= now).sort(inOrder);
    for (const entry of known) log.push(entry);
    this.log = log;
    this.found = new Map();        /* every condition, by its id */
    this.listed = [];              /* the same, as they became known */
    this.held = new Map();         /* those that hold, by what may end them */
    this.decidedAt = -Infinity;    /* the last moment at which something was settled by time alone */
    this.isStale = false;
    this.coming = this.coming.filter((entry) => entry.known > now);
    this.series = MEASURES.map((measure) => new Series(plan, log, measure));
    this.waiting = [];   /* what is judged at a moment of its own: { at, judge } */
    this.unread = [];    /* the points of each rule, dose and measure that are not settled */
    this.unanswered = new Map(this.series.map((one) => [one, []]));
    this.drunk = ZERO;
    this._fill(known);
    if (!known.length) return;
    for (const number of plan.unsigned) {
      this._put(condition(plan, "limit-not-signed", { since: known[0].known, known: known[0].known, detail: number, number }));
    }
    for (const series of this.series) this._ofSeries(series, now);
    for (const entry of known) this._put(wrongClock(plan, log, entry));
    for (const entry of log.of("event")) this._ofEvent(entry);
    for (const entry of log.of("touch")) this._put(beyondAgreement(plan, log, entry));
    this._ofDrinks();
    if (this.needed !== null) {
      for (const entry of [...log.groups.moves, ...log.doses]) {
        this._putAll(tooFew(plan, log, entry, this._pair(), now));
        this._put(tooFewAfterAll(plan, log, entry, this._pair(), now));
      }
    }
    for (const entry of log.of("break-began")) this._ofBreak(entry);
    this._ofRecording();
    this._pass(now);
  }

  _pair() { return Number(wholePart(this.needed)); }

  _fill(known) {
    for (const series of this.series) series.fill(known.filter((entry) => series.tells(entry)));
  }

  _ofSeries(series, now) {
    for (const reading of series.readings()) {
      for (const one of series.rules) this._putAll(one.breaches(reading));
      this._await(series, reading);
    }
    this._putAll(beforeDose(this.plan, this.log, series));
    for (const line of linesOf(this.plan, this.log, series.measure)) this.unread.push({ ...line, series, next: 1, open: [] });
    this._answer(series, now);
  }

  _ofDrinks() {
    const drinks = this.log.of("fluid-taken"), gone = drinks.filter((entry) => !this.log.stands(entry));
    const key = (entry) => [entry.known, entry.id];
    const totals = [ZERO];
    for (const entry of drinks) totals.push(plus(totals[totals.length - 1], volume(entry)));
    for (const entry of drinks) {
      let total = totals[place(drinks, (each) => orderAll(key(each), key(entry)) > 0)];
      for (const one of gone) {
        const isCounted = one !== entry && orderAll(key(one), key(entry)) <= 0 && !this.log.stood(one, entry.known);
        if (isCounted) total = minus(total, volume(one));
      }
      this._put(overCeiling(this.plan, this.log, entry, total));
    }
    this.drunk = minus(totals[totals.length - 1], sum(gone));
  }

  _ofRecording() {
    const { plan, log } = this;
    for (const stream of plan.streams) {
      for (const dose of log.doses) {
        if (log.firstDose(dose.known) !== dose) continue;
        if (!runsAt(log, stream, dose)) this._ofGap(stream, dose, dose);
        for (const entry of ofStream(log, stream)) if (entry.latest > dose.latest && stops(entry)) this._ofGap(stream, entry, dose);
      }
    }
  }

  _ofGap(stream, begins, dose) {
    const at = gapKnown(this.plan, begins, dose);
    this.waiting.push({ at, judge: () => gap(this.plan, this.log, stream, begins, dose, at) });
  }

  _ofBreak(entry) {
    const at = Math.max(pauseOf(this.plan, entry).ends, entry.known);
    this.waiting.push({ at, judge: () => breakOver(this.plan, this.log, entry, at) });
  }

  _ofEvent(entry, isLast = false) {
    this._put(mayBeSerious(this.plan, this.log, entry));
    if (!isFelt(entry)) return;
    for (const rule of this.plan.symptoms) {
      if (!rule.terms.includes(code(entry, "term"))) continue;
      if (rule.over) this._put(besideFluids(this.plan, this.log, rule, entry));
      else if (!rule.beside.length) this._put(alone(this.plan, this.log, rule, entry));
      else for (const series of this.series) this._besideAll(rule, entry, series, isLast);
    }
  }

  /* With what is felt last of all, of the readings before it only the last can count. */
  _besideAll(rule, entry, series, isLast) {
    for (const one of series.rules.filter((each) => rule.beside.includes(each.rule.code))) {
      const last = series.lastUntil(entry.latest, entry.known, one.rule.field);
      const later = series.clear.slice(place(series.clear, (each) => each.at > entry.latest));
      for (const reading of isLast ? [...(last === null ? [] : [last]), ...later, ...series.skewed] : series.readings()) {
        this._put(besideReading(this.plan, this.log, rule, entry, one, reading));
      }
    }
  }

  /* --- one moment more --- */

  /* What became known at one moment, and what that ends and begins. */
  _push(group) {
    const { plan, log } = this;
    for (const entry of group) {
      log.push(entry);
      for (const series of this.series) if (series.tells(entry)) series.push(entry);
    }
    for (const entry of group) {
      this._put(wrongClock(plan, log, entry));
      if (READINGS.has(entry.kind)) this._pushReading(entry);
      else if (entry.kind === "event") this._pushEvent(entry);
      else if (entry.kind === "fluid-taken") this._pushDrink(entry);
      else if (MOVES.has(entry.kind)) this._pushMove(entry);
      else if (entry.kind === "recording") this._pushRecording(entry);
      else if (entry.kind === "touch") this._put(beyondAgreement(plan, log, entry));
      else if (entry.kind === "acknowledgement") this._end(`seen:${code(entry, "condition")}`);
      else if (entry.kind === "clock-compared") this._end(`device:${code(entry, "device")}`);
    }
  }

  _pushReading(entry) {
    for (const series of this.series.filter((each) => each.tells(entry))) {
      for (const one of series.rules) {
        this._putAll(one.breaches(entry));
        if (series.isSound(entry) && one.isWithin(entry)) this._end(`rule:${one.rule.code}`);
        this._besideFelt(one, entry);
      }
      this._await(series, entry);
      if (series.isSound(entry)) { this._answer(series, entry.known); this._end(`measure:${series.measure}`); }
    }
  }

  _besideFelt(one, reading) {
    for (const rule of this.plan.symptoms) {
      if (!rule.beside.includes(one.rule.code) || rule.over) continue;
      for (const felt of rule.terms.flatMap((term) => this.log.ofTerm(term)).filter(isFelt)) {
        this._put(besideReading(this.plan, this.log, rule, felt, one, reading));
      }
    }
  }

  _pushEvent(entry) {
    if (isFelt(entry)) this._ofEvent(entry, true);
    else { this._put(mayBeSerious(this.plan, this.log, entry)); this._end(ofTerm(entry)); }
  }

  _pushDrink(entry) {
    this.drunk = plus(this.drunk, volume(entry));
    this._put(overCeiling(this.plan, this.log, entry, this.drunk));
    for (const rule of this.plan.symptoms) {
      if (!rule.over) continue;
      for (const felt of rule.terms.flatMap((term) => this.log.ofTerm(term)).filter(isFelt)) {
        if (felt.latest >= entry.latest && !this.found.has(`${rule.code}:${felt.id}`)) this._put(besideFluids(this.plan, this.log, rule, felt));
      }
    }
  }

  _pushMove(entry) {
    const { plan, log } = this;
    if (this.needed !== null) {
      this._putAll(tooFew(plan, log, entry, this._pair(), entry.known));
      const room = roomOf(plan, movesBy(log, entry.latest, entry.known));
      if (room.therapists.length >= this._pair()) {
        this._end("room", (one) => (one.after <= entry.latest ? Math.max(entry.known, one.known) : null));
      }
    }
    if (entry.kind === "break-began") this._ofBreak(entry);
    if (BACK.has(entry.kind)) this._end(`person:${code(entry, "person")}`);
  }

  _pushRecording(entry) {
    const { plan, log } = this, stream = code(entry, "stream");
    if (!plan.streams.includes(stream)) return;
    if (runs(entry)) this._end(`stream:${stream}`);
    if (!stops(entry)) return;
    for (const dose of log.doses) {
      if (log.firstDose(dose.known) === dose && entry.latest > dose.latest) this._ofGap(stream, entry, dose);
    }
  }

  /* --- time --- */

  /* A reading that nobody has answered yet: when each of its rules will have something to say. */
  _await(series, reading) {
    const deadlines = [];
    for (const one of series.rules) {
      const at = one.deadline(reading);
      if (at !== null) deadlines.push({ at, one });
    }
    deadlines.sort((a, b) => a.at - b.at);
    this.unanswered.get(series).push({ reading, deadlines });
  }

  /* Say what is to be said of the unanswered readings up to a moment; forget those that are answered. */
  _answer(series, now) {
    const left = [];
    for (const each of this.unanswered.get(series)) {
      while (each.deadlines.length && each.deadlines[0].at <= now) {
        const { at, one } = each.deadlines.shift();
        this._decide(at, one.unanswered(each.reading, at));
      }
      if (series.answeredAt(each.reading.latest) === null) left.push(each);
    }
    this.unanswered.set(series, left);
  }

  /* Everything that has become so by itself up to a moment. */
  _pass(now) {
    for (const series of this.series) this._answer(series, now);
    const due = this.waiting.filter((each) => each.at <= now);
    if (due.length) this.waiting = this.waiting.filter((each) => each.at > now);
    for (const each of due) this._decide(each.at, each.judge());
    for (const line of this.unread) this._passLine(line, Math.min(now, ...this.log.endsKnown()), now);
  }

  _passLine(line, last, now) {
    for (let point = line.point(line.next); point !== null && point.at <= last; point = line.point(line.next)) {
      line.open.push(point);
      line.next += 1;
    }
    line.open = line.open.filter((point) => {
      if (Math.max(point.overdue, point.dose.known) > now) return true;
      const [since, known] = overdueFrom(this.plan, this.log, line.series, point);
      if (known > now) return true;
      const isRaised = isInPlan(this.log, point, known) && !line.series.answeredBy(point.answersFrom, known, true);
      this._decide(known, isRaised ? silence(this.plan, this.log, line.series, point, since, known) : null);
      return false;
    });
  }

  _decide(at, found) {
    this.decidedAt = Math.max(this.decidedAt, at);
    this._put(found);
  }

  /* --- what was found --- */

  _putAll(conditions) {
    for (const one of conditions) this._put(one);
  }

  _put(one) {
    if (one === null) return;
    const there = this.found.get(one.id);
    if (there !== undefined) {
      if (!isBefore(one, there)) return;
      this.listed.splice(this._listedAt(there), 1);
      this.held.get(there.bucket)?.delete(there);
    }
    this.found.set(one.id, one);
    this.listed.splice(this._listedAt(one), 0, one);
    if (one.until !== null) return;
    if (!this.held.has(one.bucket)) this.held.set(one.bucket, new Set());
    this.held.get(one.bucket).add(one);
  }

  _listedAt(one) { return place(this.listed, (each) => asKnown(each, one) >= 0); }

  /* Some of what holds may be over. */
  _end(bucket, over = (one) => one.over()) {
    const held = this.held.get(bucket);
    for (const one of held ? [...held] : []) {
      one.until = over(one);
      if (one.until !== null) held.delete(one);
    }
  }
}


/* --- Alarms, what is due next, and where the session stands ------------------------------------------------------- */

const kindOf = (one) => JSON.stringify([one.code, one.measure, one.number]);

/* When an acknowledgement was made, at the latest; two clocks of one minute agree. */
const madeAt = (entry) => Math.min(entry.at + MINUTE, entry.known);

/* Somebody who names a condition knew of it: by the record, or from the entry that raised it. */
const isNamedBy = (entry, one) => (one.detail || one.known > entry.known ? one.known : one.since) <= madeAt(entry);

/* The acknowledgements that stand and are somebody's, by the kind of what they name. */
function acknowledged(log, listed) {
  const kinds = new Map(), found = new Map(listed.map((one) => [one.id, one]));
  for (const entry of log.of("acknowledgement")) {
    const named = found.get(code(entry, "condition"));
    if (named === undefined || !entry.by || !log.stands(entry)) continue;
    if (!kinds.has(kindOf(named))) kinds.set(kindOf(named), []);
    kinds.get(kindOf(named)).push({ entry, named });
  }
  return kinds;
}

function alarmsOf(log, listed) {
  const kinds = acknowledged(log, listed);
  /* An acknowledgement covers what it names, and what of its kind had begun by then and was known when it was made. */
  const covers = ({ entry, named }, one) => (named === one ? isNamedBy(entry, one) : one.since <= named.since && one.known <= madeAt(entry));
  const found = listed.map((one) => ({ one, seen: (kinds.get(kindOf(one)) || []).filter((each) => covers(each, one)) }));
  const told = ({ one, seen }) => [seen.length ? 1 : 0, -TIERS.indexOf(one.tier), one.known, one.id];
  return found.sort((a, b) => orderAll(told(a), told(b))).map(({ one, seen }) => ({
    condition: conditionJson(one),
    signal: { condition: one.id, at: instant(one.known), told: [...one.told], sounds_at: [...one.sounds] },
    acknowledgements: seen.map(({ entry }) => ({
      entry: entry.id, condition: code(entry, "condition"), by: entry.by, at: instant(entry.at), known_at: instant(entry.known),
      done: code(entry, "done"),
    })),
    is_open: seen.length === 0, is_resolved: seen.length > 0 && one.until !== null,
  }));
}

/* What is to be read next, of each measure and rule; what is overdue and what is soonest first. */
function dueOf(fold, now) {
  const { log } = fold, found = new Map();
  if (log.ended(now) !== null) return [];
  for (const series of fold.series) {
    for (const one of dueOfMeasure(fold, series, now)) found.set(`${one.measure} ${one.rule}`, one);
  }
  const soonest = (one) => [one.at === null ? 0 : 1, one.at === null ? 0 : one.at, one.measure, one.rule];
  return [...found.values()].sort((a, b) => orderAll(soonest(a), soonest(b))).map(({ overdue, ...one }) => ({
    ...one, at: instant(one.at), overdue_at: instant(overdue), is_overdue: overdue !== null && now > overdue,
  }));
}

function * dueOfMeasure({ plan, log, unanswered }, series, now) {
  const due = (rule, at, overdue, because = "", isDeferred = false) => (
    { measure: series.measure, rule, at, overdue: overdue === Infinity ? null : overdue, because, is_deferred: isDeferred }
  );
  const waiting = unanswered.get(series).map((each) => each.reading).sort(byOwnTime);
  for (const one of series.rules) {
    if (one.rule.repeats === null) continue;
    for (const reading of waiting) {
      const at = reading.latest + one.rule.repeatSpan;
      if (log.stood(reading, now) && one.mustRepeat(reading, now)) yield due(one.rule.code, at, at, reading.id);
    }
  }
  if (log.firstDose(now) === null) {
    const isRead = series.lastBefore(null, now) !== null;
    for (const rule of plan.due) {
      if (rule.anchor === "before-initial-dose" && rule.measures.includes(series.measure) && !isRead) yield due(rule.code, null, null);
    }
    return;
  }
  for (const line of linesOf(plan, log, series.measure)) {
    const point = firstUnread(line, series);
    if (point === null || !isInPlan(log, point, now)) continue;
    const [overdue] = overdueFrom(plan, log, series, point);
    yield due(line.rule.code, point.at, overdue, line.dose.id, overdue > point.overdue);
  }
}

/* The first point of a line that no sound reading answers. */
function firstUnread(line, series) {
  const last = series.ats.length ? series.ats[series.ats.length - 1] : -Infinity;
  const first = line.point(1);
  let index = first.every && last > first.at ? Math.max(1, Math.floor((last - line.dose.latest) / first.every)) : 1;
  let point = line.point(index);
  while (point !== null && point.answersFrom <= last) { index += 1; point = line.point(index); }
  return point;
}

/* Where the session stands, by the protocol's own minutes. */
function phaseOf({ plan, log }, now) {
  const end = log.ended(now), dose = log.firstDose(now);
  if (end !== null && end <= now) return "ended";
  if (dose === null || now < dose.latest) return "before-the-dose";
  const passed = now - dose.latest;
  if (plan.lasts !== null && passed > plan.lasts) return "longer-than-planned";
  if (plan.window === null) return "support";
  if (passed < plan.window[0]) return "after-the-initial-dose";
  return passed <= plan.window[1] ? "supplement-window" : "support";
}

/* --- Everything at once ------------------------------------------------------------------------------------------- */

/* What the server says of a plan, entries and an instant. */
export function judge(plan, entries, now) { return new Fold(plan, entries).judge(now); }

/* Received entries and those kept on this device, judged together while nobody answers.

   A kept entry counts as known since this device wrote it down (its known_at, or its own time), and not
   later than now: a clock that is wrong hides nothing. One that the server has received counts as
   received; one whose id the server has with other content counts beside it. `kept`: the ids that
   were judged before their receipt; `not_received`: the conditions that rest on one of them; `unread`:
   what has no instant and so could not be judged, which keeps nothing else from being judged. */
export function judgeKept(plan, received, kept, now) {
  const moment = micros(now), ids = [], unread = [], wanted = new Map();
  for (const told of received) {
    const entry = readOnce(told), known = entry === null ? undefined : wanted.get(entry.key);
    if (entry === null) unread.push(told.id);
    else if (known === undefined || entry.known < known.known) wanted.set(entry.key, entry);
  }
  for (const told of kept) {
    const entry = readOnce(told);
    if (entry === null) unread.push(told.id);
    if (entry === null || wanted.has(entry.key)) continue;
    wanted.set(entry.key, entry.known <= moment ? entry : readEntry({ ...told, known_at: moment / 1000 }));
    ids.push(entry.id);
  }
  const found = goOn(plan, wanted).judge(now), isKept = new Set(ids);
  const rests = found.conditions.filter((one) => one.because.some((id) => isKept.has(id))).map((one) => one.id);
  return { ...found, kept: ids, not_received: rests, unread };
}

/* What was read and judged the last time, so that asking again each second costs what is new. It changes no answer. */
const READ = new WeakMap(), JUDGED = new WeakMap();

function readOnce(told) {
  if (!READ.has(told)) {
    let entry = null;
    try { entry = readEntry({ ...told, known_at: told.known_at || told.at }); } catch { entry = null; }
    READ.set(told, entry);
  }
  return READ.get(told);
}

function goOn(plan, wanted) {
  const before = JUDGED.get(plan);
  const isOf = before !== undefined && [...before.byKey].every(([key, entry]) => wanted.get(key) === entry);
  const fold = isOf ? before : new Fold(plan);
  for (const [key, entry] of wanted) if (!fold.byKey.has(key)) fold._add(entry);
  JUDGED.set(plan, fold);
  return fold;
}
