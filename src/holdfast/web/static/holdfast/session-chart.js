/* The chart of a session: pressure, heart rate and temperature in lanes over one time axis, with what
   happened in the lane below. Limits by name, doses as lines, the expected band behind where there is one. */
globalThis.HoldfastChart = (() => {
  "use strict";
  const { say, numbered, unit, clock, of } = globalThis.HoldfastSay;
  /* Each lane: its share of the height, from the bottom; the values that it always shows. */
  const LANES = {
    pressure: { from: 0.62, to: 0.985, low: 60, high: 180, step: 40, limit: "observe-systolic", unit: "mm[Hg]", title: "blood-pressure" },
    rate: { from: 0.42, to: 0.585, low: 50, high: 130, step: 40, limit: "observe-heart-rate", unit: "/min", title: "heart-rate" },
    warmth: { from: 0.225, to: 0.385, low: 36, high: 39, step: 1, limit: "observe-temperature", unit: "Cel", title: "temperature" },
  };
  const SERIES = [
    { name: "systolic_mmhg", lane: "pressure" }, { name: "diastolic_mmhg", lane: "pressure" },
    { name: "heart_rate_per_min", lane: "rate" }, { name: "temperature_celsius", lane: "warmth" },
  ];
  const FLOOR = 0.195, MANY = 300, EIGHT_HOURS = 8 * 3600;

    let tint = null;
  /* Roles as plain colours, read once for a theme: a canvas does not know light-dark(). */
  function colours() {
    const theme = `${document.documentElement.dataset.theme} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
    if (tint && tint.theme === theme) return tint;
    const probe = document.createElement("span");
    document.body.append(probe);
    tint = { theme };
    for (const name of ["ink", "soft", "line", "edge", "accent", "ok", "watch", "act", "surface", "raised"]) {
      probe.style.color = `var(--${name})`;
      tint[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return tint;
  }

  function scale(lane) {
    return {
      range: (plot, low, high) => {
        const from = Math.min(lane.low, low ?? lane.low), to = Math.max(lane.high, high ?? lane.high);
        const span = (to - from) / (lane.to - lane.from);
        [lane.shownLow, lane.shownHigh] = [from, to];
        return [from - lane.from * span, from - lane.from * span + span];
      },
    };
  }

  function make(place) {
    let shown = null, plot = null;
    const size = () => ({ width: Math.max(280, place.clientWidth), height: place.clientWidth < 520 ? 380 : 430 });

    function options() {
      const ink = colours();
      const points = { show: (u) => u.data[0].length < MANY, size: 7, fill: ink.ink, stroke: ink.ink };
      return {
        ...size(), padding: [8, 20, 0, 44], legend: { show: false }, cursor: { show: false }, select: { show: false },
        scales: { x: { time: false, range: (u) => shown.range(u) }, pressure: scale(LANES.pressure), rate: scale(LANES.rate), warmth: scale(LANES.warmth) },
        axes: [{ show: true, size: 34, stroke: ink.soft, grid: { stroke: ink.line, width: 1 }, ticks: { show: false }, font: "13px Inter, system-ui, sans-serif",
          splits: (u, axis, low, high) => hours(low, high), values: (u, splits) => splits.map((each) => (shown.hasDose ? say("hours", { n: Math.round(each / 3600) }) : clock(shown.zero + each * 1000))) },
        { show: false, scale: "pressure", size: 44 }, { show: false, scale: "rate" }, { show: false, scale: "warmth" }],
        series: [{}, ...SERIES.map(({ lane, name }) => ({ scale: lane, spanGaps: true, width: name === "diastolic_mmhg" ? 1 : 1.5, stroke: name === "diastolic_mmhg" ? ink.soft : ink.ink,
          points: name === "diastolic_mmhg" ? { ...points, size: 5, fill: ink.soft, stroke: ink.soft } : points }))],
        hooks: { drawClear: [behind], draw: [before] },
      };
    }

    const hours = (low, high) => { const found = []; for (let at = Math.ceil(low / 3600) * 3600; at <= high; at += 3600) found.push(at); return found; };
    const text = (ctx, words, x, y, colour, align = "left") => {
      ctx.font = `${13 * devicePixelRatio}px Inter, system-ui, sans-serif`;
      [ctx.fillStyle, ctx.textAlign, ctx.textBaseline] = [colour, align, "middle"];
      ctx.fillText(words, x, y);
    };
    const at = (u, moment) => u.valToPos((Date.parse(moment) - shown.zero) / 1000, "x", true);

    /* Behind the readings: lanes and their numbers, the window, the band, limits. */
    function behind(u) {
      const { ctx, bbox } = u, ink = colours(), ratio = devicePixelRatio;
      ctx.save();
      const offer = shown.plan.supplement_after_minutes;
      if (offer && shown.hasDose) {
        const [from, to] = offer.map((each) => u.valToPos(each * 60, "x", true));
        [ctx.globalAlpha, ctx.fillStyle] = [0.06, ink.ink];
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
        ctx.globalAlpha = 1;
        text(ctx, say("window"), from + 5 * ratio, bbox.top + 9 * ratio, ink.soft);
      }
      for (const [name, lane] of Object.entries(LANES)) {
        for (let value = Math.ceil(lane.shownLow / lane.step) * lane.step; value <= lane.shownHigh; value += lane.step) {
          const y = u.valToPos(value, name, true);
          [ctx.strokeStyle, ctx.lineWidth] = [ink.line, ratio];
          ctx.setLineDash([]);
          ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke();
          text(ctx, `${value}`, bbox.left - 8 * ratio, y, ink.soft, "right");
        }
        band(u, name, lane, ink);
        const limit = numbered(shown.plan, lane.limit);
        if (limit && limit.value !== null) {
          const y = u.valToPos(Number(limit.value), name, true);
          [ctx.strokeStyle, ctx.lineWidth] = [ink.watch, 1.4 * ratio];
          ctx.setLineDash([7 * ratio, 5 * ratio]);
          ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke();
          text(ctx, say("limit", { n: limit.value }), bbox.left + bbox.width - 4 * ratio, y - 8 * ratio, ink.watch, "right");
        }
        text(ctx, `${of("measures", lane.title)}, ${unit(lane.unit)}`, bbox.left + bbox.width * 0.7, u.valToPos(lane.shownHigh, name, true) + 9 * ratio, ink.soft, "center");
      }
      ctx.restore();
    }

    function band(u, name, lane, ink) {
      const { ctx } = u;
      for (const series of SERIES.filter((each) => each.lane === name)) {
        const rows = shown.expected[series.name];
        if (!rows || !rows.length) continue;
        ctx.beginPath();
        rows.forEach((row, place) => ctx[place ? "lineTo" : "moveTo"](u.valToPos(row[0] * 60, "x", true), u.valToPos(row[3], name, true)));
        for (const row of [...rows].reverse()) ctx.lineTo(u.valToPos(row[0] * 60, "x", true), u.valToPos(row[1], name, true));
        ctx.closePath();
        [ctx.globalAlpha, ctx.fillStyle] = [0.14, ink.accent];
        ctx.fill();
        [ctx.globalAlpha, ctx.strokeStyle, ctx.lineWidth] = [0.55, ink.accent, devicePixelRatio];
        ctx.setLineDash([2 * devicePixelRatio, 5 * devicePixelRatio]);
        ctx.beginPath();
        rows.forEach((row, place) => ctx[place ? "lineTo" : "moveTo"](u.valToPos(row[0] * 60, "x", true), u.valToPos(row[2], name, true)));
        ctx.stroke();
        ctx.globalAlpha = 1;
      }
    }

    /* Over them: doses, alarms, and what happened, in the lane at the bottom. */
    function before(u) {
      const { ctx, bbox } = u, ink = colours(), ratio = devicePixelRatio;
      const floor = bbox.top + bbox.height, top = floor - FLOOR * bbox.height;
      ctx.save();
      ctx.setLineDash([]);
      for (const dose of shown.doses) {
        const x = at(u, dose.at);
        [ctx.strokeStyle, ctx.lineWidth] = [ink.ink, 1.4 * ratio];
        ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, floor); ctx.stroke();
        text(ctx, dose.words, x + 5 * ratio, bbox.top + 24 * ratio, ink.ink);
      }
      for (const alarm of shown.alarms) {
        const x = at(u, alarm.since), y = top + 2 * ratio;
        ctx.strokeStyle = ctx.fillStyle = alarm.tier === "observe" ? ink.watch : ink.act;
        ctx.lineWidth = 1.6 * ratio;
        ctx.beginPath(); ctx.moveTo(x, y - 6 * ratio); ctx.lineTo(x + 6 * ratio, y + 5 * ratio); ctx.lineTo(x - 6 * ratio, y + 5 * ratio); ctx.closePath();
        if (alarm.is_open) ctx.fill(); else ctx.stroke();
      }
      const ends = [-1e9, -1e9, -1e9];
      for (const mark of shown.marks) {
        const x = at(u, mark.at);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        ctx.font = `${13 * ratio}px Inter, system-ui, sans-serif`;
        const row = ends.findIndex((each) => each < x);
        const y = floor - (45 - 18 * row) * ratio;
        ctx.fillStyle = mark.isFluid ? ink.accent : ink.ink;
        ctx.beginPath(); ctx.arc(x, row < 0 ? floor - 2 * ratio : y, 3 * ratio, 0, 7); ctx.fill();
        if (row < 0) continue;
        text(ctx, mark.words, x + 7 * ratio, y, mark.isFluid ? ink.accent : ink.ink);
        ends[row] = x + ctx.measureText(mark.words).width + 18 * ratio;
      }
      ctx.restore();
    }

    function show(told) {
      shown = told;
      shown.range = () => {
        const last = told.data[0].length ? told.data[0][told.data[0].length - 1] : 0;
        const first = told.data[0].length ? Math.min(told.data[0][0], 0) : 0;
        return [Math.max(first, -3600) - 300, Math.max(told.isNarrow ? 4 * 3600 : EIGHT_HOURS, last + 900)];
      };
      const theme = colours().theme;
      if (plot && place.dataset.theme !== theme) { plot.destroy(); plot = null; }
      if (!plot) {
        place.dataset.theme = theme;
        plot = new uPlot(options(), told.data, place);
        return;
      }
      plot.setData(told.data);
    }

    new ResizeObserver(() => { if (plot && shown) plot.setSize(size()); }).observe(place);
    return { show, plot: () => plot };
  }
  return { make, SERIES };
})();
