/* What the page of a room needs to come back by a reload while the server is away.

   The page itself, in which there is nothing of a person, and its files lie in the browser's cache for the
   worker. What it was last told of room and sessions, but no words, lies beside the entries that were not received:
   encrypted, under the key that cannot be taken out of this browser. Once the opening is over all of it goes. */
globalThis.HoldfastAgain = (() => {
  "use strict";
  const KEPT = "holdfast-room", AT_MOST = 24 * 3600 * 1000, SELDOM = 3000;
  const isAble = () => "serviceWorker" in navigator && "caches" in globalThis;

  async function keepPage(worker) {
    await navigator.serviceWorker.register(worker);
    const here = location.pathname, answer = await fetch(here, { cache: "no-store", redirect: "error" });
    if (!answer.ok) return;
    /* The token against forged requests is asked for anew with every state. */
    const text = (await answer.text()).replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
    const named = [...text.matchAll(/="(\/static\/[^"#]+\?v=[^"#]+)"/g)].map((each) => new URL(each[1], location.href).href);
    const loaded = performance.getEntriesByType("resource").map((each) => each.name.split("#")[0]).filter((each) => new URL(each).pathname.startsWith("/static/"));
    const wanted = new Set([...named, ...loaded]), store = await caches.open(KEPT), there = (await store.keys()).map((each) => each.url);
    await Promise.all([...wanted].filter((each) => !there.includes(each)).map((each) => store.add(each)));
    await store.put(here, new Response(text, { headers: answer.headers }));
    const stays = new Set([...wanted, new URL(here, location.href).href]);
    await Promise.all(there.filter((each) => !stays.has(each)).map((each) => store.delete(each)));
  }

  /* No word of anybody's, and nothing that only this page may know. */
  const ofRoom = (told) => ({ ...told, csrf: "", writer: null, entries: told.entries.map((each) => ({ ...each, words: null })) });
  const ofSession = (each) => ({ ...each, entries: [...each.entries.values()], words: {}, agreed: { ...each.agreed, stop_word: null } });

  /* queue: keeps and gives back one value, encrypted, under its id. */
  function open(queue, id) {
    let known = "", at = -SELDOM, busy = false, isPageKept = false;

    async function keep(told, sessions, offset) {
      if (busy || performance.now() - at < SELDOM) return;
      const key = JSON.stringify([told.people, told.about, told.waiting, sessions.map((each) => [each.id, each.position, each.person])]);
      if (key === known) return;
      busy = true;
      at = performance.now();
      try {
        if (!isPageKept && isAble()) { await keepPage(document.body.dataset.worker); isPageKept = true; }
        await queue.keepDraft(id, { made: Date.now(), offset, told: ofRoom(told), sessions: sessions.map(ofSession) });
        known = key;
      } catch (error) { console.warn(error); } finally { busy = false; }
    }

    async function forget() {
      known = "";
      isPageKept = false;
      try {
        await queue.keepDraft(id, "");
        if (isAble()) await caches.delete(KEPT);
      } catch (error) { console.warn(error); }
    }

    async function before() {
      const found = await queue.draft(id);
      return found && Date.now() - found.made < AT_MOST ? found : null;
    }
    return { keep, forget, before };
  }
  return { open };
})();
