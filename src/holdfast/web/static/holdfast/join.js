/* The code of an invitation stands after the # of its address, which no server is sent: fill it in. */
(() => {
  "use strict";
  const field = document.getElementById("id_code");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!field || field.type === "hidden" || !/^[0-9A-Z-]{20,30}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
})();
