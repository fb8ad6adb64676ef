/* Two people on one screen, by passkey; and a camera that reads the code of a kit or container.
   Without this script both have another way: PIN or password, and the code typed. */
(() => {
  "use strict";
  const post = async (address, form, more) => {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin", cache: "no-store" });
    return answer.json();
  };

  /* Who a part of the page is for: whoever is logged in, or whose name was tapped. */
  const personOf = (part) => {
    if (part.dataset.person) return part.dataset.person;
    const chosen = part.querySelector("[name=second]:checked");
    return chosen ? chosen.value : "";
  };

  function say(part, problem) {
    const line = part.querySelector("[data-shown-problem]");
    line.hidden = !problem;
    line.querySelector("span").textContent = problem || "";
    if (problem) line.focus();
  }

  function isShown(part, value) {
    part.querySelector("[data-shown-now]").hidden = !value;
    part.querySelector("input[type=password]").disabled = value;
  }

  async function byPasskey(button) {
    const part = button.closest("[data-shows]"), all = button.closest("[data-two-people]"), form = button.closest("form");
    const person = personOf(part);
    say(part, "");
    if (!person) { const first = part.querySelector("[name=second]"); if (first) first.focus(); return; }
    button.disabled = true;
    try {
      const told = await post(all.dataset.options, form, { person });
      if (!told.publicKey) { say(part, told.problem); return; }
      const passkey = await HoldfastPasskeys.show(told.publicKey);
      const found = await post(all.dataset.shown, form, { person, passkey });
      if (found.shown) isShown(part, true); else say(part, found.problem);
    } catch (error) {
      if (error.name !== "NotAllowedError") throw error; /* that is: the person let it be */
    } finally { button.disabled = false; }
  }

  /* What was shown was shown for what the form said then. */
  function changed(event) {
    const form = event.target.closest("form");
    if (!form || event.target.type === "password") return;
    for (const part of form.querySelectorAll("[data-shows]")) {
      const isNameTapped = event.target.name === "second";
      if (!isNameTapped || part.contains(event.target)) isShown(part, false);
    }
  }

  /* The camera */
  const EVERY = 200;
  let stream = null, looking = 0;

  function stop(dialog) {
    clearInterval(looking);
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
    if (dialog.open) dialog.close();
  }

  async function read(button) {
    const line = button.closest("[data-code-line]"), field = line.querySelector("input, textarea");
    const says = line.parentElement.querySelector("[data-code-says]");
    const dialog = document.querySelector("[data-scan-dialog]"), video = dialog.querySelector("video");
    if (!("BarcodeDetector" in globalThis) || !(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      says.textContent = says.dataset.cannot;
      field.focus();
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      says.textContent = says.dataset.noCamera;
      field.focus();
      return;
    }
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    video.srcObject = stream;
    await video.play();
    dialog.showModal();
    looking = setInterval(async () => {
      const found = await detector.detect(video).catch(() => []);
      if (!found.length || !stream) return;
      stop(dialog);
      field.value = field.matches("textarea") ? `${field.value.replace(/\n*$/, (end) => (field.value.trim() ? "\n" : end))}${found[0].rawValue} ` : found[0].rawValue;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      says.textContent = says.dataset.read.replace("%", found[0].rawValue);
      field.focus();
    }, EVERY);
  }

  document.addEventListener("click", (event) => {
    const passkey = event.target.closest("[data-show-passkey]"), scan = event.target.closest("[data-scan]");
    if (passkey) byPasskey(passkey);
    if (scan) read(scan);
    if (event.target.closest("[data-print]")) print();
  });
  document.addEventListener("input", changed);
  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.querySelector("[data-scan-dialog]");
    if (dialog) {
      dialog.querySelector("[data-scan-stop]").addEventListener("click", () => stop(dialog));
      dialog.addEventListener("close", () => stop(dialog));
    }
    if (!globalThis.HoldfastPasskeys) for (const button of document.querySelectorAll("[data-show-passkey]")) button.hidden = true;
  });
})();
