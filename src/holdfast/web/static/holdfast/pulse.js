/* Asks every ten seconds whether the watch lives; says so on every page where it does not,
   or where nobody answers at all. Silence is a fault, never good news. */
(() => {
  "use strict";
  const EVERY = 10000, PATIENCE = 4000;

  function say(banner, name, shown) {
    const line = banner.querySelector(`[data-pulse-${name}]`);
    if (line.hidden === !shown) return;
    line.hidden = !shown;
    banner.hidden = [...banner.children].every((each) => each.hidden);
  }

  async function ask() {
    const banner = document.querySelector("[data-pulse]");
    if (!banner) return;
    let told = null;
    const abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const answer = await fetch(banner.dataset.pulse, { signal: abort.signal, cache: "no-store", redirect: "error" });
      if (answer.ok) told = await answer.json();
    } catch { told = null; }
    clearTimeout(patience);
    say(banner, "lost", told === null);
    if (told === null) return;
    say(banner, "stale", told.stale.length > 0);
    say(banner, "page", told.pages.includes(banner.dataset.site) || (!banner.dataset.site && told.pages.length > 0));
  }
  document.addEventListener("DOMContentLoaded", ask);
  setInterval(ask, EVERY);
})();
