/* Asks every ten seconds whether the watch lives, and judges every second by itself from what it
   was last told: a sign of life grows older without anybody saying so. Where nobody answers at
   all, the page says that too. Silence is a fault, never good news. */
(() => {
  "use strict";
  const EVERY = 10000, PATIENCE = 4000, JUDGE = 1000;
  let heard = null, asking = false;

  function say(banner, name, shown) {
    const line = banner.querySelector(`[data-pulse-${name}]`);
    if (line.hidden === !shown) return;
    line.hidden = !shown;
    banner.hidden = [...banner.children].every((each) => each.hidden);
  }

  function judge() {
    const banner = document.querySelector("[data-pulse]");
    if (!banner || heard === null) return;
    const { told, at } = heard;
    if (told === null) return say(banner, "lost", true);
    say(banner, "lost", "known" in banner.dataset && !told.known);
    const age = told.age_ms === null ? Infinity : told.age_ms + (performance.now() - at);
    say(banner, "stale", told.stale.length > 0 || age > told.silent_after_ms);
    say(banner, "page", told.pages.includes(banner.dataset.site) || (!banner.dataset.site && told.pages.length > 0));
  }

  async function ask() {
    const banner = document.querySelector("[data-pulse]");
    if (!banner || asking) return;
    asking = true;
    let told = null;
    const at = performance.now(), abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const answer = await fetch(banner.dataset.pulse, { signal: abort.signal, cache: "no-store", redirect: "error" });
      if (answer.ok) told = await answer.json();
    } catch { told = null; }
    clearTimeout(patience);
    asking = false;
    heard = { told, at };
    judge();
  }

  document.addEventListener("DOMContentLoaded", ask);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  setInterval(ask, EVERY);
  setInterval(judge, JUDGE);
})();
