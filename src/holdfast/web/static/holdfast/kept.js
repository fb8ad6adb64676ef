/* What this browser keeps of somebody who is logged in, on every page of theirs: it is sent from here too,
   and who has to log in for the rest is said by log-in name. The page of log-in sends nothing. */
globalThis.HoldfastKept = (() => {
  "use strict";
  const line = () => document.querySelector("[data-kept-line]");
  const me = () => ({ id: line().dataset.me, name: line().dataset.login });

  /* "therapist (2), physician (1)" */
  function counted(kept) {
    const names = new Map();
    for (const each of kept) names.set(each.writer.name, (names.get(each.writer.name) || 0) + 1);
    return [...names].map(([name, count]) => `${name} (${count})`).join(", ");
  }

  /* What a tablet of a room keeps waits for nobody, and is said where the room is. */
  function show(kept) {
    const found = line(), told = kept.filter((each) => each.writer && each.writer.name);
    const mine = told.filter((each) => each.writer.id === found.dataset.me);
    const others = told.filter((each) => each.writer.id !== found.dataset.me);
    const words = [[mine, found.dataset.mine], [others, found.dataset.others]].filter(([some]) => some.length).map(([some, text]) => text.replace("%", counted(some))).join(" ");
    found.hidden = !words;
    if (found.textContent !== words) found.textContent = words;
  }

  async function begin() {
    if (!line() || document.querySelector("[data-session-page], [data-board]")) return; /* those open the queue themselves */
    const kept = await globalThis.HoldfastQueue.peek();
    if (!line().dataset.me) { show(kept); return; }
    if (!kept.length) return;
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    await globalThis.HoldfastQueue.open({ sign: async () => "", token: () => (token ? token.value : ""), changed: show });
  }
  document.addEventListener("DOMContentLoaded", begin);
  return { me, show };
})();
