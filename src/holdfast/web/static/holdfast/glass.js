/* Counts down what is left of an emergency opening. The server decides; this only tells. */
(() => {
  "use strict";

  function tell() {
    for (const banner of document.querySelectorAll("[data-glass]")) {
      const left = Math.max(0, Math.floor((new Date(banner.dataset.until) - Date.now()) / 1000));
      banner.querySelector("[data-glass-left]").textContent =
        `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      banner.querySelector("[data-glass-running]").hidden = left === 0;
      banner.querySelector("[data-glass-over]").hidden = left > 0;
      banner.querySelector("form").hidden = left === 0;
    }
  }
  document.addEventListener("DOMContentLoaded", tell);
  setInterval(tell, 1000);
})();
