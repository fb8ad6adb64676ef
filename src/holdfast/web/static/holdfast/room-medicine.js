/* The session box on the room's device: what happens to each container, by two people with their PINs.
   Each signs the exact words of the movement with a key of their own; the entry is kept in the queue
   until the server gives its receipt. What is in the boxes is asked while the server is there, and is
   in this page's memory while it is not. */
(() => {
  "use strict";
  const ASK_EVERY = 10000;
  const find = (name) => document.querySelector(`[data-m-${name}]`);
  let box = { containers: [], people: [] }, busy = false;

  const option = (name, value, words, more = "") => {
    const label = Object.assign(document.createElement("label"), { className: "option" });
    const input = Object.assign(document.createElement("input"), { type: "radio", name, value });
    const span = Object.assign(document.createElement("span"), { textContent: words });
    if (more) span.append(Object.assign(document.createElement("small"), { textContent: more }));
    label.append(input, span);
    return label;
  };
  const chosen = (name) => { const input = find("form").querySelector(`[name=${name}]:checked`); return input ? input.value : ""; };

  async function ask() {
    try {
      const answer = await fetch(document.body.dataset.box, { cache: "no-store", redirect: "error" });
      if (answer.ok) { box = await answer.json(); show(); }
    } catch { /* what was told last stands */ }
  }

  function show() {
    const card = find("card");
    card.hidden = box.containers.length === 0;
    const rows = box.containers.map((each) => {
      const row = document.createElement("li");
      row.append(Object.assign(document.createElement("strong"), { textContent: each.part }), ` ${each.code} `, Object.assign(document.createElement("span"), { className: "soft", textContent: each.says }));
      return row;
    });
    find("boxes").replaceChildren(...rows);
  }

  function open() {
    const form = find("form");
    form.reset();
    say("");
    find("containers").replaceChildren(...box.containers.map((each) => option("container", each.code, `${each.part} ${each.code}`, `${each.about} · ${each.says}`)));
    for (const name of ["first", "second"]) find(name).replaceChildren(...HoldfastMedicine.people().map((each) => option(name, each.id, each.name)));
    ofKind();
    find("dialog").showModal();
    const first = form.querySelector("[name=container]");
    if (first) first.focus();
  }

  function say(words) {
    find("problem").hidden = !words;
    find("problem").textContent = words;
    if (words) find("problem").focus();
  }

  function ofKind() {
    const kind = chosen("kind");
    for (const line of document.querySelectorAll("[data-m-of]")) line.hidden = !line.dataset.mOf.split(" ").includes(kind);
  }

  function gathered() {
    const form = find("form"), code = chosen("container"), alone = form.elements.alone.value;
    const mine = box.containers.find((each) => each.code === code), kind = chosen("kind");
    const missing = !mine ? "container" : !kind ? "kind" : !chosen("first") ? "first" : !alone && !chosen("second") ? "second"
      : !alone && chosen("first") === chosen("second") ? "same" : alone && chosen("second") ? "either" : "";
    if (missing) return { missing };
    const minutes = form.elements.minutes.value.trim();
    const seal = form.elements.seal.value.trim(), isOfSeal = ["open", "return-box"].includes(kind);
    if (kind === "open" && !seal) return { missing: "seal" };
    if (kind === "vomited" && !/^\d{1,4}$/.test(minutes)) return { missing: "minutes" };
    return {
      about: mine.enrollment, shown: `${mine.part} ${code}`,
      told: {
        session: mine.session, kind, container: code, capsules: form.elements.capsules.value.trim() || mine.capsules,
        seal: isOfSeal ? seal : "",
        minutes: kind === "vomited" ? Number(minutes) : null, reason: isOfSeal && form.elements.broken.checked ? "seal-broken" : "", alone,
        first: chosen("first"), second: alone ? null : chosen("second"),
      },
      pins: alone ? [[chosen("first"), form.elements.first_pin.value]] : [[chosen("first"), form.elements.first_pin.value], [chosen("second"), form.elements.second_pin.value]],
    };
  }

  async function record(event) {
    event.preventDefault();
    if (busy) return;
    const told = gathered(), words = find("words").dataset;
    if (told.missing) { say(words[told.missing]); return; }
    busy = true;
    find("form").setAttribute("aria-busy", "true");
    try { await signAndKeep(told, words); } finally { busy = false; find("form").removeAttribute("aria-busy"); }
  }

  async function signAndKeep(told, words) {
    const entry = crypto.randomUUID(), opening = document.body.dataset.opening, at = new Date().toISOString();
    const movement = JSON.stringify({ schema: 1, entry, opening, at, ...told.told });
    const signed = {};
    for (const [person, pin] of told.pins) {
      const found = await HoldfastKeys.sign(person, pin, movement);
      if (!found.signature) {
        const name = (HoldfastMedicine.people().find((each) => each.id === person) || { name: "" }).name;
        say(`${name}: ${found.words || { "wrong-pin": words.wrongPin, "too-many": words.tooMany }[found.problem] || words.noKey}`);
        return;
      }
      signed[person] = { key: found.key, signature: found.signature };
    }
    const kind = find("form").querySelector("[name=kind]:checked").nextElementSibling.firstChild.textContent.trim();
    await HoldfastMedicine.keep({ id: entry, at, enrollment: told.about, movement, signed, shown: `${kind}: ${told.shown}` });
    find("dialog").close();
    find("form").reset();
    ask();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!find("card")) return;
    find("open").addEventListener("click", open);
    find("close").addEventListener("click", () => find("dialog").close());
    find("form").addEventListener("submit", record);
    find("form").addEventListener("change", (event) => { if (event.target.name === "kind") ofKind(); });
    ask();
    setInterval(ask, ASK_EVERY);
  });
})();
