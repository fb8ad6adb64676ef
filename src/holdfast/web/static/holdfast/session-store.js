/* What a page knows of its sessions: plan and entries by position, what the server judged of them, and
   what lies on this device and was not received. News is taken in at once; a gap is asked for. While
   the server is away, or does not take in what lies here, the evaluator judges the same entries and
   those kept here. */
globalThis.HoldfastSessions = (() => {
  "use strict";
  const PATIENCE = 6000, EVERY = 10000, SOON = 250, DEAF = 15000, UNRECEIVED = 5000;

  /* What the evaluator says, in the form in which the server tells it. Alarms that no rule raised stay. */
  function asTold(judged, before) {
    const alarms = judged.alarms.map((each) => ({ ...each.condition, is_open: each.is_open, acknowledged: each.acknowledgements }));
    const known = new Set(alarms.map((each) => each.id));
    return {
      at: judged.now, phase: judged.phase, due: judged.due, fluids: { ...before.fluids, taken_ml: judged.fluids.taken_ml, left_ml: judged.fluids.left_ml },
      alarms: [...alarms, ...before.alarms.filter((each) => !known.has(each.id))],
      present: judged.room.present.map((each) => ({ person: each.person, role: each.role, since: each.since, break: each.on_break })),
    };
  }

  /* address: where the state is asked; live: the stream; headers(): of each request; kept(): the queue's
     entries; changed(): something is to be shown; before: what this page was told before a reload. */
  function open({ address, live, headers, kept, changed, loud, before = null }) {
    const sessions = new Map((before ? before.sessions : []).map((each) => [each.id, { ...each, entries: new Map(each.entries.map((one) => [one.id, one])) }]));
    let offset = before ? before.offset : 0, isAway = false, heardAt = Date.now(), soon = null, asking = false, again = false, evaluator = null, token = "";
    const now = () => Date.now() - offset;

    async function refresh() {
      if (asking) { again = true; return; }
      asking = true;
      const abort = new AbortController(), patience = setTimeout(() => abort.abort(), PATIENCE), before = Date.now();
      let found = null;
      try {
        const answer = await fetch(asked(), { headers: headers(), cache: "no-store", redirect: "error", signal: abort.signal });
        if (answer.ok) found = await answer.json();
      } catch { found = null; }
      clearTimeout(patience);
      asking = false;
      isAway = found === null;
      if (found && found.now) {
        offset = Math.round((before + Date.now()) / 2 - Date.parse(found.now));
        heardAt = Date.now();
        token = found.csrf || token;
        takeIn(found.sessions);
      }
      judge();
      changed();
      if (again) { again = false; refresh(); }
    }

    /* What somebody took over stands at its old position: then a session is asked for whole. */
    function asked() {
      const from = (each) => each.isToBeReadAnew ? 0 : each.position;
      const known = [...sessions.values()].map((each) => `after.${each.id}=${from(each)}`);
      const one = sessions.size === 1 ? [`after=${from([...sessions.values()][0])}`] : [];
      const more = [...known, ...one].join("&");
      return more ? `${address}${address.includes("?") ? "&" : "?"}${more}` : address;
    }

    function takeIn(told) {
      const there = new Set(told.map((each) => each.id));
      for (const id of [...sessions.keys()]) if (!there.has(id)) sessions.delete(id);
      for (const each of told) {
        const known = sessions.get(each.id);
        const entries = known && each.after > 0 ? known.entries : new Map();
        for (const entry of each.entries) entries.set(entry.id, entry);
        sessions.set(each.id, { ...each, entries, words: each.words, names: { ...(known ? known.names : {}), ...each.names }, isHere: false });
      }
    }

    function heard(kind, told) {
      if (kind === "lost") { refreshSoon(2000); return; }
      heardAt = Date.now();
      if (kind === "hello") { for (const [id, place] of Object.entries(told)) if (!sessions.has(id) || sessions.get(id).position < place) refreshSoon(); }
      if (kind === "opened" || kind === "closed" || kind === "end") refreshSoon();
      if (kind !== "news") return;
      const session = sessions.get(told.session);
      if (session && told.again) { session.isToBeReadAnew = true; refreshSoon(); }
      if (!session || told.after > session.position) { if (session || told.after === undefined) refreshSoon(); return; }
      if (told.position <= session.position) return;
      for (const entry of told.entries) session.entries.set(entry.id, entry);
      const known = new Set(session.judged.alarms.map((each) => each.id));
      const raised = told.alarms.filter((each) => !known.has(each.id));
      session.judged.alarms.unshift(...raised);
      session.position = told.position;
      if (raised.length && loud) loud(session, raised);
      changed();
      refreshSoon();
    }

    function refreshSoon(after = SOON) {
      if (soon) return;
      soon = setTimeout(() => { soon = null; refresh(); }, after);
    }

    /* What lies here and is an entry of a session. */
    const keptOf = (id) => kept().filter((each) => each.told.entry && each.told.session === id);

    /* What has lain here too long for one that was just written; that it waits for somebody's name is no reason. */
    const unreceived = (id) => keptOf(id).filter((each) => Date.now() - each.made > UNRECEIVED);
    const isUnreceived = (id) => unreceived(id).some((each) => each.state !== "held");

    /* Nobody answers, or what is kept here is received by nobody: the same rules, over both. */
    function judge() {
      if (!evaluator) return;
      for (const session of sessions.values()) {
        if (!isAway && !unreceived(session.id).length) continue;
        const mine = keptOf(session.id).map((each) => each.told.entry);
        const judged = evaluator.judgeKept(session.plan, [...session.entries.values()], mine, new Date(now()).toISOString());
        session.judged = asTold(judged, session.judged);
        session.isHere = true;
      }
    }

    function forgetWords() {
      for (const session of sessions.values()) { session.words = {}; session.agreed = { ...session.agreed, stop_word: null }; }
    }

    function begin(evaluatorAddress) {
      if (evaluatorAddress) import(evaluatorAddress).then((found) => { evaluator = found; }, () => { evaluator = null; });
      globalThis.HoldfastLive.open(live, heard);
      setInterval(refresh, EVERY);
      setInterval(judge, 1000);
      return refresh();
    }
    return { begin, refresh, refreshSoon, forgetWords, sessions, now, keptOf, isUnreceived, isAway: () => isAway, offset: () => offset, token: () => token, isDeaf: () => Date.now() - heardAt > DEAF, heardAt: () => heardAt };
  }
  return { open };
})();
