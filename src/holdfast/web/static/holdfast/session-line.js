/* Reads one line of vital signs as the server does (domain/reading_line): 142/88 96 37.4 98%.
   What cannot be, or could be two things, is refused with its place; nothing is guessed. */
globalThis.HoldfastLine = (() => {
  "use strict";
  const LONGEST = 80, WHOLE = /^[0-9]{1,3}$/;
  const [SYSTOLIC, DIASTOLIC, RATE, CELSIUS, SATURATION] = ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius", "oxygen_saturation_percent"];

  class Refused extends Error {
    constructor(code, part, values = {}) { super(code); [this.code, this.column, this.part, this.values] = [code, part.column, part.text, values]; }
  }
  const isCelsius = (value) => value >= 30 && value <= 45;
  const isFahrenheit = (value) => value >= 86 && value <= 113;
  const fahrenheit = (part, value) => new Refused("fahrenheit", part, { celsius: ((value - 32) * 5 / 9).toFixed(1) });

  function values(part, told) {
    let found;
    if ((found = /^([0-9]{1,3})\/([0-9]{1,3})$/.exec(part.text))) return { [SYSTOLIC]: found[1], [DIASTOLIC]: found[2] };
    if ((found = /^([0-9]{1,3})(?:[.,]([0-9]{1,2}))?(°?[cC])?$/.exec(part.text)) && (found[2] || found[3])) {
      const value = found[2] ? `${found[1]}.${found[2]}` : found[1];
      if (isFahrenheit(Number(value))) throw fahrenheit(part, Number(value));
      return { [CELSIUS]: value };
    }
    if ((found = /^([0-9]{1,3})%$/.exec(part.text))) return { [SATURATION]: found[1] };
    if (WHOLE.test(part.text)) {
      const value = Number(part.text);
      if (!(RATE in told)) {
        if (isCelsius(value)) throw new Refused("ambiguous", part);
        return { [RATE]: part.text };
      }
      if (isCelsius(value)) return { [CELSIUS]: part.text };
      if (isFahrenheit(value)) throw fahrenheit(part, value);
      throw new Refused("ambiguous", part);
    }
    if (/^[0-9]{4,6}$/.test(part.text)) throw new Refused("slash-missing", part);
    throw new Refused("unreadable", part);
  }

  function refuseMissingSlash(parts) {
    if (parts.some((part) => part.text.includes("/"))) return;
    for (let place = 1; place < parts.length; place += 1) {
      const [first, second] = [parts[place - 1], parts[place]];
      if (WHOLE.test(first.text) && WHOLE.test(second.text)) throw new Refused("slash-missing", second);
    }
  }

  /* fields: those of a reading, with their ranges. Gives numbers, or throws what is wrong. */
  function read(line, fields) {
    if (line.length > LONGEST) throw new Refused("too-long", { column: LONGEST + 1, text: line.slice(LONGEST, LONGEST + 10) });
    const parts = [...line.matchAll(/\S+/g)].map((found) => ({ text: found[0], column: found.index + 1 }));
    if (!parts.length) throw new Refused("empty", { column: 1, text: "" });
    refuseMissingSlash(parts);
    const told = {}, places = {};
    for (const part of parts) {
      for (const [name, value] of Object.entries(values(part, told))) {
        if (name in told) throw new Refused("twice", part);
        [told[name], places[name]] = [value, part];
      }
    }
    if (SYSTOLIC in told && Number(told[SYSTOLIC]) <= Number(told[DIASTOLIC])) throw new Refused("swapped", places[SYSTOLIC]);
    for (const name of Object.keys(told)) {
      const field = fields.find((each) => each.name === name), value = Number(told[name]);
      if (value < Number(field.least) || value > Number(field.most)) throw new Refused("out-of-range", places[name], { least: field.least, most: field.most, unit: field.unit });
      told[name] = value;
    }
    return told;
  }

  /* The line that reads as these values. */
  function written(told) {
    const parts = [SYSTOLIC in told && `${told[SYSTOLIC]}/${told[DIASTOLIC]}`, told[RATE], CELSIUS in told && `${told[CELSIUS]}°C`, SATURATION in told && `${told[SATURATION]}%`];
    return parts.filter(Boolean).join(" ");
  }
  return { read, written, Refused };
})();
