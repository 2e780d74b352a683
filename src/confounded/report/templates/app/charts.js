// Charts: specifications that stand in the page, filled from the data here and drawn by Vega when they come into view.

let LIGHT = {};  // role to the light colour: what is drawn carries it, and a style rule swaps it in the dark

// Vega is unpacked at once and run when the first chart comes into view. When printing begins nothing can be waited for.
let vegaText = null;
const vegaUnpacked = inflated("vega").then((text) => { vegaText = text; });
let vega = null;
const vegaReady = async () => {
  if (vegaText === null) await vegaUnpacked;
  if (!vega) { runText(vegaText); vega = window.vegaEmbed; }
  return vega;
};

let onPaper = false;  // from when printing begins to when it ends: then charts keep the width of paper
const drawings = new WeakMap();  // how each chart is drawn: in the width of its place, or in one that is given
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) {
    drawings.get(entry.target)();
  }
}, { rootMargin: "300px" });

// Put values where a specification has "$name".
const fill = (spec, values) => {
  if (typeof spec === "string") return spec.startsWith("$") && spec.slice(1) in values ? values[spec.slice(1)] : spec;
  if (Array.isArray(spec)) return spec.map((one) => fill(one, values));
  if (spec && typeof spec === "object") return Object.fromEntries(Object.entries(spec).map(([key, one]) => [key, fill(one, values)]));
  return spec;
};

const embed = async (place, spec, mode) => {
  const draw = await vegaReady();
  if (!place.isConnected) return;
  const room = el("div");
  await draw(room, spec, { mode, ast: true, renderer: "svg", actions: false, tooltip: false, defaultStyle: false });
  place.replaceChildren(room);
  place.classList.remove("waiting");
  place.style.removeProperty("min-height");
  walkable(place);
};

// A figure that is drawn when it comes into view. `make(width)` returns {spec, mode}.
const chart = (label, height, make) => {
  const place = el("div", { class: "drawn chart waiting", role: "group", "aria-label": label, style: { "min-height": `${height}px` } });
  let width = 0;
  const draw = (given = null) => {
    watcher.unobserve(place);
    width = given ?? Math.floor(place.clientWidth);
    if (width < 50) return;
    const { spec, mode } = make(width);
    embed(place, spec, mode).catch((problem) => { place.textContent = `This chart could not be drawn: ${problem.message}`; });
  };
  drawings.set(place, draw);
  watcher.observe(place);
  let timer = 0;
  new ResizeObserver(() => {
    if (!width || Math.abs(place.clientWidth - width) < 12 || !place.isConnected) return;
    clearTimeout(timer);
    timer = setTimeout(() => { if (!onPaper) draw(); }, 150);
  }).observe(place);
  return place;
};

// One stop of the tabulator key a chart; the arrow keys go from mark to mark, and each says what it is.
const walkable = (place) => {
  const marks = [...place.querySelectorAll('.role-mark [role="graphics-symbol"][aria-label]:not([aria-label=""])')];
  marks.forEach((mark, at) => { mark.setAttribute("tabindex", at ? "-1" : "0"); mark.setAttribute("role", "img"); mark.removeAttribute("aria-roledescription"); });
  place.onkeydown = (event) => {
    const at = marks.indexOf(event.target);
    if (at < 0) return;
    if (event.key === "Enter") { follow(event.target); return; }
    const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (next === undefined || !marks[next]) return;
    event.preventDefault();
    marks[at].setAttribute("tabindex", "-1");
    marks[next].setAttribute("tabindex", "0");
    marks[next].focus();
  };
};
const follow = (mark) => {
  const target = mark.__data__?.datum?.go;
  if (target) location.hash = target;
};
document.addEventListener("click", (event) => { const mark = event.target.closest?.(".chart .role-mark [aria-label]"); if (mark) follow(mark); });

// A line of text beside a mark that is pointed at or has the focus.
const tip = document.getElementById("tip");
const tell = (mark) => {
  tip.textContent = mark.getAttribute("aria-label");
  tip.hidden = false;
  const box = tip.getBoundingClientRect(), at = mark.getBoundingClientRect();
  const top = at.top - box.height - 8;
  tip.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - box.width / 2, document.documentElement.clientWidth - box.width - 8))}px`;
  tip.style.top = `${top > 8 ? top : at.bottom + 8}px`;
};
const markOf = (event) => event.target.closest?.('.drawn .role-mark [aria-label]');
for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => {
  const mark = markOf(event);
  if (mark) tell(mark);
  else tip.hidden = true;
});
addEventListener("scroll", () => { if (!document.activeElement?.closest?.(".chart")) tip.hidden = true; }, { passive: true });
addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

const look = (verdict) => {
  const role = study.verdicts[verdict]?.role ?? "undecided";
  return { stroke: LIGHT[role] || LIGHT.muted, fill: DECIDED.has(verdict) ? LIGHT[role] : LIGHT.paper, shape: study.shapes[verdict] ?? study.shapes.undecided };
};

const ROW = 20, HEAD = 24, ABOVE = 14, EDGE = 16;
// A chart of rows: {text, heading} or {text, at, low, high, verdict | stroke, fill, shape, says, go}; `compared` is drawn
// as a stroke, `beside` stands at the right under what `counts` calls it.
const rowsChart = (label, rows, options = {}) => {
  const height = rows.reduce((sum, row) => sum + (row.heading ? HEAD : ROW), options.counts ? 8 + HEAD : 8);
  return chart(label, height + 46, (width) => {
    const longest = Math.max(0, ...rows.map((row) => row.heading ? 0 : Array.from(row.text).length));
    const beside = Math.round(Math.min(longest * 6.4 + 20, width * (width < 480 ? 0.38 : 0.42)));
    const above = width < 480 && longest > Math.floor((beside - 14) / 6.3); // on a phone a name is not cut but stands above its row
    const left = above ? EDGE : beside, most = Math.floor(((above ? width : left) - 14) / 6.3);
    const right = options.counts ? Math.round(6.6 * Math.max(2, ...rows.map((row) => row.beside?.length ?? 0))) + 12 : 18;
    const plot = width - left - right;
    let top = 4;
    const marks = [], labels = [], lines = [];
    if (options.counts) { labels.push({ text: options.counts, y: top + HEAD / 2, x: plot + right, align: "right" }); top += HEAD; }
    for (const row of rows) {
      const named = above && !row.heading ? ABOVE : 0, tall = row.heading ? HEAD : ROW, y = top + named + (named ? ABOVE : tall) / 2, starts = row.heading || above;
      labels.push({ text: short(row.text, row.heading ? 60 : Math.max(4, most)), y: named ? top + named / 2 : y, x: starts ? -left : -10, align: starts ? "left" : "right", weight: row.heading ? "bold" : null });
      if (!row.heading) {
        lines.push({ y });
        if (row.beside) labels.push({ text: row.beside, y, x: plot + right, align: "right" });
        if (row.compared !== null && row.compared !== undefined) marks.push({ at: row.compared, low: null, high: null, y, size: 64, stroke: LIGHT.muted, fill: LIGHT.muted, shape: study.shapes.stroke, says: `${sentence(row.text)}: compared with ${fixed(row.compared, 1)}${NBSP}%`, go: null });
        if (Number.isFinite(row.at ?? row.low)) marks.push({ at: row.at ?? null, low: row.low ?? null, high: row.high ?? null, y, size: row.size ?? 64,
          ...(row.verdict !== undefined ? look(row.verdict) : { stroke: row.stroke ?? LIGHT.ink, fill: row.fill ?? LIGHT.ink, shape: row.shape ?? "circle" }), says: row.says, go: row.go ?? null });
      }
      top += named + tall;
    }
    const margin = 100 * marginNow(), narrow = plot < 400;
    const spec = fill(study.specs.rows, {
      marks, labels, lines, width: plot, height: top + 4, title: options.title ?? "capabilities correlation, %",
      domain: options.domain ?? [-100, 100], ticks: options.domain ? null : narrow ? [-100, -50, 0, 50, 100] : [-100, -80, -60, -40, -20, 0, 20, 40, 60, 80, 100],
      band: options.domain ? [] : [{ from: -margin, to: margin }], zero: (options.zero ?? [0]).map((at) => ({ at })), description: label,
    });
    return { spec, mode: "vega-lite" };
  });
};
