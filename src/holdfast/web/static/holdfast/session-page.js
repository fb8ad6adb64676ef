/* The page of a session for somebody who is logged in: entries are theirs, and are kept in this browser
   until the receipt. What somebody else wrote here waits for them. */
(() => {
  "use strict";
  const page = () => document.querySelector("[data-session-page]");
  const Sheet = globalThis.HoldfastSheet, { say } = globalThis.HoldfastSay;
  let queue = null, store = null;

  function received() {
    const chip = document.querySelector("[data-net]"), count = queue ? queue.kept().length : 0;
    chip.classList.toggle("watch", count > 0);
    globalThis.HoldfastKept.show(queue ? queue.kept() : []);
    chip.textContent = count ? chip.dataset.kept.replace("%", count) : store ? chip.dataset.fine : chip.dataset.asking;
    globalThis.HoldfastPanel.show();
  }

  async function record({ id, kind, details, words, corrects, session, told }) {
    const text = JSON.stringify({ schema: 1, id, session, kind, words, details, corrects, at: new Date().toISOString(), offset_ms: store ? store.offset() : 0, by: page().dataset.person });
    await queue.add({ id, address: page().dataset.entry, text, told, writer: globalThis.HoldfastKept.me() });
  }

  /* An authorisation is asked with the password; the server alone judges the gate. */
  function ask(session, act, then) {
    Sheet.ask({ kind: "none", title: globalThis.HoldfastSay.of("acts", act), submit: () => {} });
    const input = Sheet.made("input", { type: "password", name: "secret", autocomplete: "current-password", id: "s-secret" });
    const problem = document.querySelector("[data-s-sheet-problem]"), form = document.querySelector("[data-s-sheet-form]");
    document.querySelector("[data-s-sheet-body]").replaceChildren(Sheet.made("div", { className: "field" }, Sheet.made("label", { htmlFor: "s-secret", textContent: say("password") }), input));
    input.focus();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const answer = await fetch(page().dataset.ask.replace("an-act", act), { method: "POST", redirect: "error", body: JSON.stringify({ id: crypto.randomUUID(), secret: input.value }), headers: { "Content-Type": "application/json", "X-CSRFToken": store.token() } });
      const told = await answer.json();
      if (answer.ok) { Sheet.close(); then(); return; }
      problem.textContent = told.problem;
      problem.hidden = false;
    }, { capture: true, signal: AbortSignal.any([closed()]) });
  }
  function closed() { const ends = new AbortController(); document.querySelector("[data-s-sheet]").addEventListener("close", () => ends.abort(), { once: true }); return ends.signal; }

  async function begin() {
    if (!page()) return;
    document.body.dataset.zone = page().dataset.zone;
    document.body.classList.add("session-page");
    queue = await globalThis.HoldfastQueue.open({ sign: async () => "", token: () => (store ? store.token() : ""), changed: received });
    const me = page().dataset.person;
    store = await globalThis.HoldfastPanel.begin({
      record, writer: () => ({ id: me, name: "" }), people: () => ({}), headers: () => ({}), kept: () => queue.kept(), prove: () => {},
      ask: page().dataset.mayRun ? ask : null, loud: null,
    });
    queue.flush();
    received();
  }
  document.addEventListener("DOMContentLoaded", begin);
})();
