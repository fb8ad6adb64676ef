/* Keeps every entry of this device, encrypted, until the server has given its receipt.

   const queue = await HoldfastQueue.open({ sign, token, changed });
   await queue.add({ id, address, text, told, writer })   kept on the disk when it returns, then sent; it
                                                  rejects where nothing was kept. What the disk does not
                                                  take is kept in memory (isLoose) and sent all the same
   queue.hold(the same)                           kept on the disk too, but not sent: it waits for a proof
   queue.settle(id, { text, told })               sends what is held, with another text where it is somebody's now
   queue.flush()                                  try again now; also every few seconds by itself
   queue.kept()                                   what is not received: [{ id, state, told, writer, problem }]
   HoldfastQueue.peek()                           the same without sending: for the page of log-in

   An entry leaves the queue for one reason only: an answer of the server's own, in JSON, not
   redirected, that names its id and its hash in the journal. A redirect, 401, 403, 404, 5xx, a
   page of HTML, no answer at all: it stays, and is tried again. 409 is a conflict: the server keeps
   both, and the queue keeps its own until a person has seen it. 422 names what cannot be read; it
   stays, and is tried again after a reload. What is held when a page ends is sent as it was by the next. An entry that waits for who wrote it ({ id, name }; null: for
   nobody) holds up no other. A log-out takes nothing away. Entries lie in IndexedDB under an AES-GCM key that
   cannot be taken out of this browser. Two tabs share one queue; only one of them sends at a time,
   and an entry sent twice gets its first receipt. */
globalThis.HoldfastQueue = (() => {
  "use strict";
  const NAME = "holdfast-queue", LOCK = "holdfast-queue-sends";
  const EVERY = 3000, PATIENCE = 8000;
  const HASH = /^[0-9a-f]{64}$/;

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const whole = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

  function database() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("keys");
      opening.result.createObjectStore("entries", { keyPath: "id" });
      opening.result.createObjectStore("drafts", { keyPath: "id" });
    };
    return done(opening);
  }

  /* The key is made once; whichever tab wrote it first, both use that one. */
  async function keyOf(base) {
    const reading = base.transaction("keys");
    const known = await done(reading.objectStore("keys").get("aes"));
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const writing = base.transaction("keys", "readwrite", { durability: "strict" });
    const store = writing.objectStore("keys");
    const already = await done(store.get("aes"));
    if (!already) store.put(made, "aes");
    await whole(writing);
    return already || made;
  }

  async function seal(key, id, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = new TextEncoder().encode(JSON.stringify(value));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) }, key, data);
    return { id, iv, box };
  }

  async function unseal(key, row) {
    const told = { name: "AES-GCM", iv: row.iv, additionalData: new TextEncoder().encode(row.id) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(told, key, row.box)));
  }

  /* What an answer means for one entry: received, conflict, refused, or kept for another try. */
  async function judged(answer, id) {
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (answer.redirected || answer.type === "opaqueredirect") return { state: "waiting" };
    if (!isJson) return { state: "waiting", isOther: answer.status >= 403 && answer.status < 500 };
    let told;
    try { told = await answer.json(); } catch { return { state: "waiting" }; }
    if (answer.ok && told.id === id && HASH.test(told.journal || "")) return { state: "received", receipt: told };
    if (answer.status === 409 && told.id === id && told.conflict) return { state: "conflict" };
    if (answer.status === 422) return { state: "refused", problem: String(told.problem || "") };
    return { state: "waiting", isOther: answer.status >= 403 }; /* the server itself stumbles over this one */
  }

  async function send(entry, token) {
    const abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const answer = await fetch(entry.address, {
        method: "POST",
        body: JSON.stringify({ entry: entry.text, signature: entry.signature }),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        redirect: "manual", cache: "no-store", credentials: "same-origin", signal: abort.signal,
      });
      return await judged(answer, entry.id);
    } catch {
      return { state: "waiting" };
    } finally {
      clearTimeout(patience);
    }
  }

  async function open({ sign, token, changed }) {
    const base = await database();
    const key = await keyOf(base);
    const news = new BroadcastChannel(NAME);
    const refused = new Map(); /* not tried again until the page is opened anew */
    const loose = new Map(); /* what the disk did not take: it is in this page's memory alone */
    const gone = new Set(); /* received, though the disk could not let go of it */
    let rows = [], sending = false;

    async function put(entry) {
      const row = { ...(await seal(key, entry.id, entry)), made: entry.made, state: entry.state };
      try { await stored(row); loose.delete(entry.id); } catch { loose.set(entry.id, entry); }
    }

    async function stored(row) {
      const writing = base.transaction("entries", "readwrite", { durability: "strict" });
      writing.objectStore("entries").put(row);
      await whole(writing);
    }

    async function drop(id) {
      loose.delete(id);
      try {
        const writing = base.transaction("entries", "readwrite", { durability: "strict" });
        writing.objectStore("entries").delete(id);
        await whole(writing);
      } catch { gone.add(id); }
    }

    /* What lies on the disk; where that cannot be read, what this page last knew of it. */
    async function onDisk() {
      let found;
      try { found = await done(base.transaction("entries").objectStore("entries").getAll()); } catch { return rows; }
      return Promise.all(found.map((row) => unseal(key, row)));
    }

    async function read() {
      const found = (await onDisk()).filter((row) => !loose.has(row.id) && !gone.has(row.id));
      rows = [...found, ...loose.values()].sort((a, b) => a.made - b.made);
      changed(kept());
    }

    function kept() {
      return rows.map(({ id, state, told, made, writer }) => ({ id, told, made, writer: writer || null, isLoose: loose.has(id), state: refused.has(id) ? "refused" : state, problem: refused.get(id) || "" }));
    }

    async function sendAll() {
      await read();
      for (const entry of rows.filter((row) => row.state === "waiting" && !refused.has(row.id))) {
        const found = await send(entry, token);
        if (found.state === "received") await drop(entry.id);
        if (found.state === "conflict") await put({ ...entry, state: "conflict" });
        if (found.state === "refused") refused.set(entry.id, found.problem);
        if (found.state !== "waiting") news.postMessage("changed");
        await read();
        if (found.state === "waiting" && !found.isOther) break; /* nobody answers now */
      }
    }

    async function flush() {
      if (sending) return;
      sending = true;
      try {
        await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendAll() : read()));
      } finally {
        sending = false;
      }
    }

    async function keep({ id, address, text, told, writer = null }, state) {
      const entry = { id, address, text, told, writer, signature: await sign(text), made: Date.now(), state };
      await put(entry);
      await read();
      news.postMessage("changed");
    }

    async function add(entry) {
      await keep(entry, "waiting");
      try { await flush(); } catch { /* it is kept, and tried again in a few seconds */ }
    }

    const hold = (entry) => keep(entry, "held");

    /* Only what is still held: another page may have sent it meanwhile. True where it was. */
    async function settle(id, more = {}) {
      const found = rows.find((row) => row.id === id && row.state === "held");
      if (!found) return false;
      let entry = { ...found, state: "waiting" }, isAsTold = true;
      try {
        if (more.text) entry = { ...entry, ...more, signature: await sign(more.text) };
      } catch { isAsTold = false; } /* it goes as it was held */
      const isHeld = (await settled(entry)) && isAsTold;
      await read();
      news.postMessage("changed");
      flush();
      return isHeld;
    }

    async function settled(entry) {
      const row = { ...(await seal(key, entry.id, entry)), made: entry.made, state: entry.state };
      if (loose.has(entry.id)) { loose.set(entry.id, entry); return true; }
      try {
        const writing = base.transaction("entries", "readwrite", { durability: "strict" }), store = writing.objectStore("entries");
        const there = await done(store.get(entry.id)), isHeld = Boolean(there) && there.state === "held";
        if (isHeld) store.put(row);
        await whole(writing);
        return isHeld;
      } catch { loose.set(entry.id, entry); return true; }
    }

    async function release() {
      for (const row of rows.filter((each) => each.state === "held")) await settle(row.id);
    }

    /* A conflict that a person has seen: the server keeps both sides. */
    async function seen(id) {
      if (rows.some((row) => row.id === id && row.state === "conflict")) await drop(id);
      await read();
    }

    /* Words not yet recorded, so that a reload or an idle screen does not lose them either. */
    async function keepDraft(id, words) {
      const row = await seal(key, id, words);
      const writing = base.transaction("drafts", "readwrite");
      if (words) writing.objectStore("drafts").put(row);
      else writing.objectStore("drafts").delete(id);
      await whole(writing);
    }

    async function draft(id) {
      const row = await done(base.transaction("drafts").objectStore("drafts").get(id));
      return row ? unseal(key, row) : "";
    }

    news.addEventListener("message", () => { read(); });
    addEventListener("beforeunload", (event) => { if (loose.size) event.preventDefault(); });
    addEventListener("online", () => { flush(); });
    setInterval(() => { flush(); }, EVERY);
    await read();
    await release(); /* of a page that ended before anybody proved anything: nobody's */
    flush();
    return { add, hold, settle, flush, kept, seen, keepDraft, draft };
  }
  /* What lies here, without sending it and without making a place for it. */
  async function peek() {
    const there = await indexedDB.databases();
    if (!there.some((each) => each.name === NAME)) return [];
    const base = await database(), key = await keyOf(base);
    const stored = await done(base.transaction("entries").objectStore("entries").getAll());
    const rows = await Promise.all(stored.map((row) => unseal(key, row)));
    base.close();
    return rows;
  }
  return { open, judged, peek };
})();
