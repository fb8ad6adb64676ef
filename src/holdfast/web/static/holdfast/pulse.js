/* Asks every ten seconds whether the watch lives, and judges every second by itself from what it
   was last told: a sign of life grows older without anybody saying so. Where nobody answers at
   all, the page says that too. Silence is a fault, never good news. */
(() => {
  "use strict";
  const EVERY = 10000, PATIENCE = 4000, JUDGE = 1000;
  let heard = null, at = 0, silent = false, asking = false;

  function say(banner, name, shown) {
    const line = banner.querySelector(`[data-pulse-${name}]`);
    if (line.hidden === !shown) return;
    line.hidden = !shown;
    banner.hidden = [...banner.children].every((each) => each.hidden);
  }

  function judge() {
    const banner = document.querySelector("[data-pulse]");
    if (!banner) return;
    const isOut = heard !== null && "known" in banner.dataset && !heard.known;
    say(banner, "lost", silent || isOut);
    /* Whoever comes by reads nothing of a session that has ended. What was typed stays where it is,
       and shows again once its person has logged in, in another tab too. */
    document.body.classList.toggle("is-out", isOut);
    if (heard === null) return;
    const age = heard.age_ms === null ? Infinity : heard.age_ms + (performance.now() - at);
    say(banner, "stale", heard.stale.length > 0 || age > heard.silent_after_ms);
    say(banner, "page", heard.pages.includes(banner.dataset.site) || (!banner.dataset.site && heard.pages.length > 0));
  }

  async function ask() {
    const banner = document.querySelector("[data-pulse]");
    if (!banner || asking) return;
    asking = true;
    let told = null;
    const asked = performance.now(), abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const answer = await fetch(banner.dataset.pulse, { signal: abort.signal, cache: "no-store", redirect: "error" });
      if (answer.ok) told = await answer.json();
    } catch { told = null; }
    clearTimeout(patience);
    asking = false;
    silent = told === null;
    if (!silent) { heard = told; at = asked; }
    judge();
  }

  document.addEventListener("DOMContentLoaded", ask);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  setInterval(ask, EVERY);
  setInterval(judge, JUDGE);
})();
