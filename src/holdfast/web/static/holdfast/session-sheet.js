/* One sheet for every kind of entry, built from its fields: choices as large buttons, numbers with
   their unit and range, people by name. It asks only; what is done with the answer is the caller's. */
globalThis.HoldfastSheet = (() => {
  "use strict";
  const { say, words } = globalThis.HoldfastSay;
  const find = (name) => document.querySelector(`[data-s-sheet${name ? `-${name}` : ""}]`);
  const made = (tag, told = {}, ...inside) => { const one = Object.assign(document.createElement(tag), told); one.append(...inside); return one; };
  let asking = null;

  function choice(name, value, text, isOn) {
    return made("label", { className: "option" }, made("input", { type: "radio", name, value, checked: isOn }), made("span", { textContent: text }));
  }

  function field(one, given, people) {
    const name = `s-${one.name}`, isWanted = one.is_required ? " *" : "";
    if (one.type === "number") {
      const input = made("input", { id: name, name: one.name, inputMode: one.decimals ? "decimal" : "numeric", autocomplete: "off", value: given ?? "" });
      input.dataset.number = "";
      return made("div", { className: "field" }, made("label", { htmlFor: name, textContent: `${one.title}${one.unit ? `, ${one.unit}` : ""}${isWanted}` }), input,
        made("p", { className: "hint small soft", textContent: `${one.least} – ${one.most}` }));
    }
    const options = one.type === "flag" ? [["true", say("yes")], ["false", say("no")]] : one.choices.length ? one.choices : one.is_person && people.length ? people : null;
    if (options) {
      const group = made("fieldset", { className: "field" }, made("legend", { textContent: one.title + isWanted }));
      const row = made("div", { className: "kinds" });
      for (const [value, text] of options) row.append(choice(one.name, value, text, String(given) === value));
      group.append(row);
      return group;
    }
    const input = made("input", { id: name, name: one.name, autocomplete: "off", value: given ?? "", type: one.type === "moment" ? "datetime-local" : "text" });
    return made("div", { className: "field" }, made("label", { htmlFor: name, textContent: one.title + isWanted }), input);
  }

  /* kind: of the entry. given: fields that are known already and not asked. hasWords: a place for words. over(): what stands over it. */
  function ask(options) {
    const { kind, title, given = {}, preset = {}, people = [], hasWords = false, wordsTitle = "", only = null, hasPad = false, over = null, submit } = options;
    const told = words().kinds[kind] || { title, fields: [] };
    const fields = told.fields.filter((each) => !(each.name in given) && (!only || only.includes(each.name)) && (each.type !== "id" || each.is_required || (each.is_person && people.length))).sort((a, b) => Number(b.is_person) - Number(a.is_person)); /* who, first */
    asking = { kind, fields, given, submit, options };
    find("title").textContent = title || told.title;
    find("problem").hidden = true;
    const body = find("body");
    find("form").querySelector(".actions").hidden = kind === "choose";
    body.replaceChildren(...(over ? [made("p", { className: "hint s-over", textContent: over() })] : []), ...fields.map((each) => field(each, preset[each.name], people)));
    if (hasWords || kind === "note") {
      const area = made("textarea", { id: "s-words", name: "words", rows: 4, maxLength: 20000, autocomplete: "off" });
      body.append(made("div", { className: "field" }, made("label", { htmlFor: "s-words", textContent: wordsTitle || words().kinds.note.title }), area));
    }
    const numbers = [...body.querySelectorAll("[data-number]")];
    body.classList.toggle("with-pad", hasPad && numbers.length > 0);
    if (hasPad && numbers.length) body.append(pad(numbers));
    if (!find().open) find().showModal();
    const first = body.querySelector("input:checked, textarea, input");
    if (first) first.focus();
  }

  /* Large keys for fingers: they write into the field that was touched last, and go on to the next. */
  function pad(numbers) {
    let now = numbers[0];
    for (const each of numbers) each.addEventListener("focus", () => { now = each; });
    const keys = { ".": ".", back: "⌫", next: say("next_field") };
    const press = (key) => {
      if (key === "back") now.value = now.value.slice(0, -1);
      else if (key === "next") now = numbers[(numbers.indexOf(now) + 1) % numbers.length];
      else now.value += key;
      now.focus({ preventScroll: true });
    };
    const group = made("div", { className: "s-pad" }, ...["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back", "next"].map((key) => {
      const one = made("button", { type: "button", textContent: keys[key] || key, className: key === "next" ? "wide" : "" });
      if (key === "back") one.setAttribute("aria-label", say("take_one_back"));
      one.addEventListener("click", () => press(key));
      return one;
    }));
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", say("digits"));
    return group;
  }

  function read(form) {
    const told = { ...asking.given };
    for (const one of asking.fields) {
      const element = form.elements[one.name];
      const value = element ? element.value.trim() : "";
      if (value === "") continue;
      if (one.type === "number") told[one.name] = Number(value.replace(",", "."));
      else if (one.type === "flag") told[one.name] = value === "true";
      else if (one.type === "moment") told[one.name] = new Date(value).toISOString();
      else told[one.name] = value;
    }
    return told;
  }

  /* The first thing that does not fit, in words; nothing where all does. */
  function wrong(told) {
    for (const one of asking.fields) {
      const value = told[one.name];
      if (value === undefined) { if (one.is_required) return { one, text: say("missing", { field: one.title }) }; continue; }
      if (one.type === "number" && !(value >= Number(one.least) && value <= Number(one.most))) return { one, text: say("range", { field: one.title, least: one.least, most: one.most, unit: one.unit }) };
      if (one.type === "number" && Number(value.toFixed(one.decimals)) !== value) return { one, text: say("finer", { field: one.title }) };
      if (one.type === "code" && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)) return { one, text: say("code", { field: one.title }) };
    }
    return null;
  }

  async function go(event) {
    event.preventDefault();
    const form = find("form"), told = read(form), problem = wrong(told);
    if (problem) {
      find("problem").textContent = problem.text;
      find("problem").hidden = false;
      const element = form.elements[problem.one.name];
      (element.length ? element[0] : element).focus();
      return;
    }
    const text = form.elements.words ? form.elements.words.value.trim() : "";
    const { submit, options } = asking;
    close();
    let isKept;
    try { isKept = await submit(told, text); } catch (error) { console.warn(error); isKept = false; }
    if (isKept === false && !find().open) giveBack({ options, told, text });
  }

  /* What stands over a sheet is said as it is now. */
  function refresh() {
    const line = asking && asking.options.over ? find("body").querySelector(".s-over") : null, text = line ? asking.options.over() : "";
    if (line && line.textContent !== text) line.textContent = text;
  }

  /* Closes the sheet; what was typed into it, to be asked again, or nothing where nothing was. */
  function putAway() {
    if (!asking || !find().open) return null;
    const { options } = asking, { words: text = "", ...told } = Object.fromEntries(new FormData(find("form"))), preset = options.preset || {};
    close();
    return text.trim() || Object.entries(told).some(([name, value]) => value && value !== String(preset[name] ?? "")) ? { options, told, text } : null;
  }

  function again({ options, told, text }) {
    ask({ ...options, preset: { ...options.preset, ...told } });
    const area = find("form").elements.words;
    if (area) area.value = text;
  }

  /* What was not kept is given back as it was told, to be recorded once more. */
  function giveBack(before) {
    again(before);
    find("problem").textContent = say("not_kept", { what: find("title").textContent });
    find("problem").hidden = false;
  }

  /* What was typed or shown does not lie in a sheet that is closed. */
  function close() { asking = null; find("body").replaceChildren(); if (find().open) find().close(); }

  document.addEventListener("DOMContentLoaded", () => {
    if (!find()) return;
    find("form").addEventListener("submit", go);
    find("close").addEventListener("click", close);
    find().addEventListener("close", () => { if (!find().open) close(); });
  });
  return { ask, close, refresh, putAway, again, made };
})();
