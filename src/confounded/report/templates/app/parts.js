// What more than one part of the page shows: chips, small scales, filters, legends.

const chip = (verdict) => {
  const known = study.verdicts[verdict] ?? { sign: "", role: "undecided" };
  return el("span", { class: `chip ${known.role}` }, known.sign ? el("span", { "aria-hidden": "true" }, `${known.sign} `) : null, verdict || NOTHING);
};

// The scale from -100 to +100 % as a small picture; the numbers stand beside it.
const strip = (one, verdict) => {
  if (one.rho === null || one.rho === undefined) return el("span", { class: "strip", "aria-hidden": "true" });
  const at = (value) => `${50 * (value + 1)}%`;
  const low = one.interval ? one.interval.low : one.low, high = one.interval ? one.interval.high : one.high;
  return el("span", { class: `strip ${study.verdicts[verdict]?.role ?? "undecided"}`, "aria-hidden": "true" },
    low === null || low === undefined ? null : el("i", { class: "span", style: { left: at(low), width: `${50 * (high - low)}%` } }),
    el("i", { class: `dot ${DECIDED.has(verdict) ? "" : "hollow"}`, style: { left: at(one.rho) } }));
};

const select = (key, label, options, { all = "all" } = {}) => {
  const chosen = here.filters[key] ?? "";
  const id = `filter-${key}`;
  const listed = options.some(([value]) => value === chosen) || !chosen ? options : [...options, [chosen, chosen]];
  return el("span", { class: "filter" }, el("label", { for: id }, label),
    el("select", { id, onchange: (event) => choose({ [key]: event.target.value }) },
      el("option", { value: "" }, all), listed.map(([value, text]) => el("option", { value, selected: value === chosen }, short(text, 60)))));
};
const populationFilter = () => study.populations.length > 1 ? select("population", "Population", study.populations.map((one) => [one.population, `${one.population} models`])) : null;
const familyFilter = () => select("family", "Family", Object.keys(study.families).map((one) => [one, one]), { all: "none picked out" });

const isOwnMargin = (margin) => Math.abs(margin - study.settings.margin) < 1e-9;
const marginSlider = () => {
  const value = marginNow();
  const said = el("output", { for: "margin", id: "margin-said" }, `±${marginWords(value)}`);
  let timer = 0;
  const back = el("button", { type: "button", class: "plain", hidden: isOwnMargin(value), onclick: () => choose({ margin: "" }) }, `back to ±${marginWords(study.settings.margin)}`);
  const slider = el("input", { type: "range", id: "margin", min: "0.05", max: "0.95", step: "0.01", value: String(value), "aria-describedby": "margin-note",
    oninput: (event) => {
      const chosen = Number(event.target.value);
      said.textContent = `±${marginWords(chosen)}`;
      back.hidden = isOwnMargin(chosen);
      clearTimeout(timer);
      timer = setTimeout(() => choose({ margin: isOwnMargin(chosen) ? "" : String(chosen) }, { step: false }), 20);
    } });
  return el("span", { class: "filter margin" }, el("label", { for: "margin" }, "Margin"), slider, said, back);
};
const marginNote = () => {
  const moved = marginNow() !== study.settings.margin;
  return el("p", { class: `small ${moved ? "live" : ""}`, id: "margin-note" }, moved
    ? `Verdicts on benchmarks are redrawn at ±${marginWords(marginNow())}. Verdicts on areas, p-values, robustness and planning were computed at ±${marginWords(study.settings.margin)} and stay so.`
    : `Move the margin to see which verdicts depend on it. A margin should be chosen before looking: ±${marginWords(study.settings.margin)} was.`);
};

const familyLegend = (families) => {
  const known = families.filter((one) => study.families[one]);
  const named = known.filter((one) => study.families[one][0] !== "f0"), others = known.length - named.length;
  const rest = known.find((one) => study.families[one][0] === "f0");
  return el("ul", { class: "legend", "aria-label": "Families" },
    named.map((one) => el("li", {}, svgPath(study.families[one][2], study.families[one][0]), short(one, 40))),
    others ? el("li", {}, svgPath(study.families[rest][2], "f0"), plural(others, "other family", "other families")) : null);
};

const facts = (pairs) => el("dl", { class: "facts" }, pairs.filter(([, text]) => text !== null && text !== undefined && text !== "").map(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]));
const heading = (text) => el("h1", { tabindex: "-1", class: "page" }, text);
const pairs = (items, draw) => el("div", { class: items.length > 1 ? "pair" : "" }, items.map(draw));
const more = (label, make) => {
  const made = el("details", { class: "more" }, el("summary", {}, label));
  made.addEventListener("toggle", () => { if (made.open && made.children.length === 1) add(made, [make()]); });
  return made;
};
const crumbs = (...items) => el("nav", { class: "crumbs", "aria-label": "Where this is" }, items.map((one, at) => [at ? el("span", { "aria-hidden": "true" }, " › ") : null, one]));
