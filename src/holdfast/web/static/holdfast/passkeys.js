/* Passkeys: asks the server for a challenge, the browser for an answer, and sends the form with it.
   A page without this script offers the other ways. */
(() => {
  "use strict";

  const isAddress = /^[\d.]+$|^\[/.test(location.hostname); // passkeys belong to names, not addresses
  if (!window.isSecureContext || !window.PublicKeyCredential || isAddress) return;
  document.documentElement.dataset.passkeys = "yes";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function opened(publicKey) {
    const made = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (made.user) made.user = { ...made.user, id: bytes(made.user.id) };
    if (made.excludeCredentials) made.excludeCredentials = named(made.excludeCredentials);
    if (made.allowCredentials) made.allowCredentials = named(made.allowCredentials);
    return made;
  }

  function told(credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  }

  /* For a page that asks for its challenge itself: the answer of a passkey, as text. */
  globalThis.HoldfastPasskeys = { show: async (publicKey) => told(await navigator.credentials.get({ publicKey: opened(publicKey) })) };

  async function challenge(form, purpose) {
    const body = new FormData();
    body.append("purpose", purpose);
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch("/passkey/options/", { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) throw new Error("no challenge");
    return opened((await answer.json()).publicKey);
  }

  async function ask(button) {
    const form = button.closest("form"), purpose = button.dataset.passkey;
    const problem = form.querySelector("[data-passkey-problem]");
    if (problem) problem.hidden = true;
    if (!form.reportValidity()) return;
    button.disabled = true;
    try {
      const publicKey = await challenge(form, purpose);
      const credential = purpose === "create"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
      form.querySelector(`[name=${button.dataset.into}]`).value = told(credential);
      form.requestSubmit(form.querySelector("button:not([type=button])"));
    } catch {
      if (problem) { problem.hidden = false; problem.focus(); }
    } finally {
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (button) ask(button);
  });
})();
