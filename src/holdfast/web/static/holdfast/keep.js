/* Keeps each answer of a first call as it is given, and nothing is lost: what could not be kept stays
   where it was typed, says why beside itself, and is sent again. Without this script each answer has a button. */
(() => {
  "use strict";

  const DAY_WAITS_MS = 1500; // a day is typed in parts, and each part makes a whole date
  const TRIES_AGAIN_MS = 10000;
  const states = new Map(); // form → what is to be sent of it, and why it was not kept

  const forms = () => document.querySelectorAll("form[data-keep]");
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { dirty: false, sending: false, failed: "", timer: 0 });
    return states.get(form);
  };
  const line = (form) => form.querySelector("[data-keeps]");

  function changed(form, wait) {
    const state = stateOf(form);
    form.elements.entry_id.value = crypto.randomUUID(); // another answer is another entry
    state.dirty = true;
    clearTimeout(state.timer);
    state.timer = wait === null ? 0 : setTimeout(() => send(form), wait);
  }

  function isWhole(form) {
    const told = new FormData(form);
    return Boolean(told.get("value")) && (!form.elements.unit || Boolean(told.get("unit")));
  }

  async function send(form) {
    const state = stateOf(form);
    clearTimeout(state.timer);
    if (state.sending || !state.dirty || !isWhole(form)) return;
    state.dirty = false;
    state.sending = true;
    state.failed = await attempt(form);
    state.sending = false;
    if (state.failed && state.failed !== "answer") { state.dirty = true; say(form, state.failed); }
    else if (state.dirty) send(form);
  }

  /* Sends one answer; what went wrong, or nothing. Only an answer that says itself "kept" is believed. */
  async function attempt(form, isSecond) {
    let reply;
    try {
      reply = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Keep": "yes" },
        credentials: "same-origin", redirect: "manual", keepalive: true, // goes on though the page goes
      });
    } catch (error) {
      return "lost";
    }
    const kept = reply.headers.get("X-Kept");
    if (kept) { show(form, await reply.text()); return kept === "yes" ? "" : "answer"; }
    if (reply.type === "opaqueredirect") return "door";
    if (reply.status === 403 && !isSecond && (await renewed())) return attempt(form, true);
    return reply.status === 403 ? "door" : "server";
  }

  /* Who logged in again in another tab has a new token; this page takes it up without losing a word. */
  async function renewed() {
    try {
      const reply = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
      if (!reply.ok) return false;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const token = page.querySelector("[name=csrfmiddlewaretoken]");
      if (!token) return false;
      for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token.value;
      return true;
    } catch (error) {
      return false;
    }
  }

  function show(form, text) {
    const told = new DOMParser().parseFromString(text, "text/html").body;
    line(form).replaceChildren(...told.childNodes);
  }

  function say(form, what) {
    const words = document.getElementById(`keep-${what}`);
    line(form).replaceChildren(words.content.cloneNode(true));
  }

  const formOf = (event) => event.target.closest && event.target.closest("form[data-keep]");

  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form && event.target.type !== "radio" && event.target.tagName !== "SELECT") changed(form, event.target.type === "date" ? DAY_WAITS_MS : null);
  });
  document.addEventListener("change", (event) => {
    const form = formOf(event);
    if (form && event.target.type !== "date") { changed(form, null); send(form); }
  });
  document.addEventListener("focusout", (event) => {
    const form = formOf(event);
    if (form && states.has(form)) send(form);
  });
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    event.preventDefault();
    const state = stateOf(form);
    if (!isWhole(form)) { form.reportValidity(); return; }
    state.dirty = true;
    send(form);
  });

  /* The page goes: what was typed a moment ago is sent as it leaves. */
  const leave = () => { for (const form of states.keys()) send(form); };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : again()));
  addEventListener("beforeunload", (event) => {
    if ([...states.values()].some((state) => state.failed && state.failed !== "answer")) event.preventDefault();
  });

  /* What could not be sent is sent again: when the connection is back, when somebody looks, and by and by. */
  function again() { for (const [form, state] of states) if (state.failed && state.failed !== "answer") send(form); }
  addEventListener("online", again);
  addEventListener("focus", again);
  setInterval(again, TRIES_AGAIN_MS);
  document.addEventListener("DOMContentLoaded", () => { for (const form of forms()) form.classList.add("keeps-itself"); });
})();
