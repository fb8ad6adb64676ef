/* The dialog in which somebody at a room's device proves who they are: a tile and a PIN, a log-in
   name and a password for who comes in. It only asks; what is done with the answer is the caller's. */
globalThis.HoldfastProve = (() => {
  "use strict";
  const dialog = () => document.querySelector("[data-prove]");
  const find = (name) => dialog().querySelector(`[data-${name}]`);
  let asking = null;

  const option = (type, name, value, words, checked) => {
    const label = document.createElement("label");
    label.className = "option";
    const input = Object.assign(document.createElement("input"), { type, name, value, checked });
    const span = document.createElement("span");
    span.textContent = words;
    label.append(input, span);
    return label;
  };

  /* act: writes | in | out | close | attribute. submit(answer) gives null, or { problem, missing }.
     ended(): once, however the dialog goes: proved, cancelled, idle, or asked for something else. */
  function ask({ act, person, people, entries, submit, challenge, ended }) {
    end();
    asking = { act, person, submit, challenge, ended, busy: false };
    const title = find("title"), form = find("prove-form");
    form.reset();
    title.textContent = title.dataset[act].replace("%", person ? person.name : "");
    say("");
    find("people").hidden = act === "in" || Boolean(person);
    find("people").replaceChildren(...(person ? [] : people).map((each) => option("radio", "who", each.id, each.name, people.length === 1)));
    const choose = find("chosen-entries");
    choose.hidden = act !== "attribute";
    choose.replaceChildren(...(entries || []).map((each) => option("checkbox", "entry", each.id, `${each.time} ${each.kind_words}`, true)));
    find("login").hidden = act !== "in";
    find("pad").hidden = act === "in";
    find("go-plain").hidden = act !== "in";
    find("by-passkey").hidden = act === "in" || !globalThis.HoldfastPasskeys;
    const label = find("secret-label");
    label.textContent = act === "in" ? label.dataset.whole : label.dataset.any;
    if (!dialog().open) dialog().showModal();
    (act === "in" ? form.elements.login : form.elements.secret).focus();
  }

  function say(problem, missing) {
    find("problem").hidden = !problem;
    find("problem").textContent = problem || "";
    find("missing").hidden = !(missing && missing.length);
    find("missing").replaceChildren(...(missing || []).map((each) => Object.assign(document.createElement("li"), { textContent: each.words })));
  }

  function chosen() {
    const who = find("prove-form").querySelector("[name=who]:checked");
    return asking.person ? asking.person.id : who ? who.value : "";
  }

  /* A passkey: the challenge is for one person; what is wrong is said like a wrong PIN. */
  async function byPasskey() {
    if (!asking || asking.busy) return;
    const mine = asking, told = await mine.challenge(chosen());
    if (asking !== mine) return;
    if (!told.publicKey) { say(told.problem); find("problem").focus(); return; }
    try { await go(null, await HoldfastPasskeys.show(told.publicKey)); } catch (error) {
      if (error.name !== "NotAllowedError") throw error; /* that is: the person let it be */
    }
  }

  async function go(event, passkey) {
    if (event) event.preventDefault();
    if (!asking || asking.busy) return;
    const form = find("prove-form");
    const answer = {
      person: chosen(),
      passkey: passkey || "",
      login: asking.act === "in" ? form.elements.login.value : "",
      secret: form.elements.secret.value,
      entries: [...form.querySelectorAll("[name=entry]:checked")].map((each) => each.value),
    };
    const mine = asking;
    mine.busy = true;
    form.setAttribute("aria-busy", "true");
    const found = await mine.submit(answer);
    form.removeAttribute("aria-busy");
    if (asking !== mine) return; /* closed meanwhile; somebody may be asked the next thing */
    mine.busy = false;
    form.elements.secret.value = "";
    if (!found) { close(); return; }
    say(found.problem, found.missing);
    find("problem").focus();
  }

  function end() {
    const mine = asking;
    asking = null;
    if (mine && mine.ended) mine.ended();
  }

  function close() {
    end();
    find("prove-form").reset();
    if (dialog().open) dialog().close();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = find("prove-form");
    form.addEventListener("submit", go);
    find("cancel").addEventListener("click", close);
    find("by-passkey").addEventListener("click", byPasskey);
    /* The event comes later than the close: by then somebody may be asked the next thing. */
    dialog().addEventListener("close", () => { if (!dialog().open) { end(); form.reset(); } });
    find("pad").addEventListener("click", (event) => {
      const key = event.target.closest("[data-digit]");
      if (!key) return;
      const field = form.elements.secret;
      field.value = key.dataset.digit === "back" ? field.value.slice(0, -1) : field.value + key.dataset.digit;
    });
  });
  return { ask, close };
})();
