/* The key of this device: made here, and never to be taken out of this browser. What the device
   sends is signed with it; only its public half is told to the server. */
globalThis.HoldfastDevice = (() => {
  "use strict";
  const NAME = "holdfast-device", ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

  function database() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => { opening.result.createObjectStore("keys"); };
    return done(opening);
  }

  /* A new pair in the place of any earlier one; gives the public half, base64. */
  async function make() {
    const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    const base = await database();
    await done(base.transaction("keys", "readwrite", { durability: "strict" }).objectStore("keys").put(pair.privateKey, "private"));
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
    return base64(await crypto.subtle.exportKey("spki", pair.publicKey));
  }

  /* The signature of a text; empty where this browser has no key any more, which the server sees. */
  async function sign(text) {
    const base = await database();
    const key = await done(base.transaction("keys").objectStore("keys").get("private"));
    if (!key) return "";
    return base64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, new TextEncoder().encode(text)));
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-enroll]")) return;
    const field = form.querySelector("[name=public_key]");
    if (field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.value = await make();
    form.requestSubmit();
  }, true);
  return { make, sign };
})();
