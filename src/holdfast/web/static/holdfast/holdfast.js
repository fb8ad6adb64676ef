/* The little script of Holdfast. Every page works without it.
   Keys: "/" to the search, j and k through rows, Enter opens. Upload: progress while a file is sent. */
(() => {
  "use strict";

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll(".menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      if (event.target.matches("[data-search]")) event.target.blur();
      return;
    }
    if (document.body.dataset.keys === "off" || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    }
  });

  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
    if (rows.length === 0) return;
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1);
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* What just happened gets the focus, so that it is read out and seen. */
  function focusNews(root) {
    const news = root.querySelector("[data-focus]");
    if (news) { news.focus({ preventScroll: true }); news.scrollIntoView({ block: "center" }); }
  }
  document.addEventListener("htmx:load", (event) => focusNews(event.detail.elt.parentElement || event.detail.elt));
  document.addEventListener("htmx:afterSwap", (event) => {
    const first = event.target.matches(".slot") && event.target.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  });
  document.addEventListener("DOMContentLoaded", () => focusNews(document));
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* On a phone the bar of places shows where one is, however many there are. */
  document.addEventListener("DOMContentLoaded", () => {
    const here = document.querySelector(".places [aria-current]");
    const bar = here && here.closest("ul");
    if (bar && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  });

  /* What lies folded opens when a link leads into it, and stays open when the page is put together again. */
  function unfold(hash) {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    if (target) target.scrollIntoView({ block: "start" });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) unfold(link.hash);
  });
  document.addEventListener("DOMContentLoaded", () => { if (location.hash) unfold(location.hash); });
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [...event.target.querySelectorAll("details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of unfolded) { const each = document.getElementById(id); if (each) each.open = true; }
    unfolded = [];
  });

  /* How many questions of one conversation have their answer. */
  function count(form) {
    const rows = [...form.querySelectorAll("[data-question]")];
    const has = (row) => [...row.querySelectorAll("input, select")].some((each) =>
      each.type === "radio" ? each.checked && each.value !== "" : !each.dataset.unit && each.value !== "");
    const done = rows.filter(has).length;
    const said = form.querySelector("[data-so-far]");
    if (said) said.textContent = said.dataset.soFar.replace("%", done);
    for (const topic of form.querySelectorAll("[data-topic]")) {
      const mine = [...topic.querySelectorAll("[data-question]")];
      const count = topic.querySelector(".count");
      count.textContent = count.dataset.of.replace("%", mine.filter(has).length);
    }
  }
  document.addEventListener("input", (event) => { const form = event.target.closest("form.asking"); if (form) count(form); });
  document.addEventListener("DOMContentLoaded", () => { for (const form of document.querySelectorAll("form.asking")) count(form); });

  /* A form that may be sent only once at a time. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-upload]")) { upload(event, form); return; }
    if (form.method === "post" && !form.closest(".menu")) {
      if (form.dataset.sent === "yes") event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => { delete form.dataset.sent; }, 4000);
    }
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

  function upload(event, form) {
    const file = form.querySelector("input[type=file]");
    const bar = form.querySelector("[data-progress]");
    if (!file || !file.files.length || !bar) return;
    event.preventDefault();
    const words = bar.querySelector("[data-words]");
    const fill = bar.querySelector("progress");
    const button = form.querySelector("button.primary");
    const say = (name, amount) => { words.textContent = bar.dataset[name].replace("%", amount === undefined ? "%" : amount); };
    bar.hidden = false;
    if (file.files[0].size > Number(bar.dataset.limit)) { fill.hidden = true; say("large"); words.focus(); return; }
    fill.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "script");
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      const percent = Math.round((100 * sent.loaded) / sent.total);
      fill.value = percent;
      say(percent < 100 ? "sending" : "reading", percent);
    });
    request.addEventListener("load", () => {
      const to = request.getResponseHeader("X-Location");
      if (to) { location.assign(to); return; }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = answer.title;
      document.body.replaceWith(answer.body);
      if (window.htmx) window.htmx.process(document.body);
      scrollTo(0, 0);
      focusNews(document);
    });
    request.addEventListener("error", () => { button.disabled = false; fill.hidden = true; say("lost"); words.focus(); });
    say("sending", 0);
    request.send(new FormData(form));
  }
})();
