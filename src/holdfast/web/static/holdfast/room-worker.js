/* Serves the page of a room from what this browser kept of it, while the server does not answer. Its page
   keeps it (room-again.js). The server is asked first, always; nothing of a person is in what is kept here. */
"use strict";
const KEPT = "holdfast-room", PATIENCE = 8000;
const AWAY = new Set([502, 503, 504]);

addEventListener("install", () => { skipWaiting(); });
addEventListener("activate", (event) => { event.waitUntil(clients.claim()); });

/* The page itself; from the door, which a tablet opens when it is started, the way to it. */
async function kept(path) {
  const store = await caches.open(KEPT), found = await store.match(path);
  if (found) return found;
  const pages = (await store.keys()).map((each) => new URL(each.url)).filter((each) => !each.pathname.startsWith("/static/"));
  const below = pages.find((each) => each.pathname.startsWith(path));
  return below ? Response.redirect(below.href, 302) : null;
}

async function page(request) {
  const waited = new Promise((resolve) => { setTimeout(resolve, PATIENCE, null); });
  const answer = await Promise.race([fetch(request).catch(() => null), waited]);
  if (answer && !AWAY.has(answer.status)) return answer;
  return (await kept(new URL(request.url).pathname)) || answer || Response.error();
}

/* The address of a file of ours carries its hash: what is kept is never an older one. */
async function file(request) {
  const found = await (await caches.open(KEPT)).match(request);
  return found || fetch(request);
}

addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/") && address.search) event.respondWith(file(request));
});
