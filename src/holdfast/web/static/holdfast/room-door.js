/* At the door of a room: what this device still keeps is sent from here too, and counted. */
(async () => {
  "use strict";
  const line = document.querySelector("[data-kept]");
  const told = document.querySelector("[name=csrfmiddlewaretoken]");
  await HoldfastQueue.open({
    sign: HoldfastDevice.sign,
    token: () => told.value,
    changed: (kept) => {
      line.hidden = kept.length === 0;
      line.querySelector("[data-count]").textContent = kept.length;
    },
  });
})();
