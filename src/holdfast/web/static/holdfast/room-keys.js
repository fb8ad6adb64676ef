/* The key of each person on a room's device, for one opening: made when they prove their PIN to the
   server, which keeps its public half. The private half lies here twice wrapped: under a key that
   follows from the PIN, and under one of this browser that cannot be taken out of it. So two people
   can sign a movement while the server is away, and neither can sign for the other.

   HoldfastKeys.prepare(person, pin)       makes and registers a key where there is none yet
   HoldfastKeys.sign(person, pin, text)    { key, signature }, or { problem: a code } */
globalThis.HoldfastKeys = (() => {
  "use strict";
  const NAME = "holdfast-writer-keys", ROUNDS = 400000;
  const MOST_TRIES = 5, WAIT = 15 * 60 * 1000; /* as at the server */
  const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
  const text = new TextEncoder();
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function database() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("browser");
      opening.result.createObjectStore("people", { keyPath: "id" });
    };
    return done(opening);
  }

  async function browserKey(base) {
    const known = await done(base.transaction("browser").objectStore("browser").get("aes"));
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await done(base.transaction("browser", "readwrite", { durability: "strict" }).objectStore("browser").put(made, "aes"));
    return made;
  }

  async function fromPin(pin, salt) {
    const known = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, known, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
  }

  const idOf = (person) => `${document.body.dataset.opening}/${person}`;
  const rowOf = async (base, person) => done(base.transaction("people").objectStore("people").get(idOf(person)));
  const put = (base, row) => done(base.transaction("people", "readwrite", { durability: "strict" }).objectStore("people").put(row));

  /* Asked twice at once it is made once. */
  const making = new Map();
  function prepare(person, pin) {
    if (!making.has(person)) making.set(person, make(person, pin).finally(() => making.delete(person)));
    return making.get(person);
  }

  async function make(person, pin) {
    const base = await database();
    if (await rowOf(base, person)) return {};
    const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const id = crypto.randomUUID(), key = base64(await crypto.subtle.exportKey("spki", pair.publicKey));
    const told = await HoldfastRoom.post(document.body.dataset.key, { id, person, secret: pin, key });
    if (!told.ok) return told.isAway ? { problem: "no-key" } : { problem: "not-proved", words: told.problem };
    const salt = crypto.getRandomValues(new Uint8Array(16)), inner = crypto.getRandomValues(new Uint8Array(12));
    const wrapped = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, await fromPin(pin, salt), { name: "AES-GCM", iv: inner });
    const outer = crypto.getRandomValues(new Uint8Array(12));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: outer, additionalData: text.encode(idOf(person)) }, await browserKey(base), wrapped);
    await put(base, { id: idOf(person), key: told.key, salt, inner, outer, box, wrong: 0, until: 0 });
    return {};
  }

  async function sign(person, pin, words) {
    const base = await database();
    if (!(await rowOf(base, person))) {
      const made = await prepare(person, pin);
      if (made.problem) return made;
    }
    const row = await rowOf(base, person);
    if (row.until > Date.now()) return { problem: "too-many" };
    const box = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.outer, additionalData: text.encode(row.id) }, await browserKey(base), row.box);
    let key;
    try {
      key = await crypto.subtle.unwrapKey("pkcs8", box, await fromPin(pin, row.salt), { name: "AES-GCM", iv: row.inner }, ALGORITHM, false, ["sign"]);
    } catch {
      const wrong = row.wrong + 1, isLast = wrong >= MOST_TRIES;
      await put(base, { ...row, wrong: isLast ? 0 : wrong, until: isLast ? Date.now() + WAIT : 0 });
      return { problem: "wrong-pin" };
    }
    if (row.wrong) await put(base, { ...row, wrong: 0 });
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text.encode(words));
    return { key: row.key, signature: base64(signature) };
  }

  return { prepare, sign };
})();
