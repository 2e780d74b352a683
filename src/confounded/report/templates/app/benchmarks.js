// The table of benchmarks: searched, sorted and filtered; a row for each benchmark and population.

const SORTS = {
  name: (row) => row.name.toLowerCase(), area: (row) => row.group.title.toLowerCase(), kind: (row) => row.fact.kind ?? "", population: (row) => row.one.population,
  rho: (row) => row.one.rho, verdict: (row) => Object.keys(study.verdicts).indexOf(row.verdict), models: (row) => row.one.n_models, without: (row) => row.without,
};
const allRows = () => {
  found.rows ??= found.order.flatMap((benchmark, place) => study.populations.map((population) => correlationOf(benchmark, population.population)).filter(Boolean).map((one) => {
    const fact = found.facts.get(benchmark), group = found.groupOf.get(benchmark);
    return { place, benchmark, one, fact, group, depth: found.depth.get(benchmark), name: short(fact.name),
      hay: [fact.name, benchmark, group.title, fact.kind, fact.metric, one.population].filter(Boolean).join(" ").toLowerCase() };
  }));
  return found.rows;
};
const sorted = (rows, sorts, fallback) => {
  const [by, direction] = (here.filters.sort || fallback || "").split("-");
  const key = sorts[by];
  if (!key) return rows;
  const turn = direction === "descending" ? -1 : 1;
  return rows.map((row) => [key(row), row]).sort(([a, x], [b, y]) => {
    if (a === b) return x.place - y.place;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return (a < b ? -1 : 1) * turn;
  }).map(([, row]) => row);
};
const orderOf = (fallback = "") => {
  const [by, direction] = (here.filters.sort || fallback).split("-");
  return { by, direction, choose: (name) => {
    choose({ sort: by === name && direction === "ascending" ? `${name}-descending` : by === name && direction === "descending" && !fallback ? "" : `${name}-ascending` });
    [...document.querySelectorAll("th[aria-sort]")].find((th) => th.getAttribute("aria-sort") !== "none")?.querySelector("button")?.focus();
  } };
};
const chosenRows = () => {
  const { population, area, kind, verdict, family, q } = here.filters;
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [];
  for (const row of allRows()) {
    if (population && row.one.population !== population) continue;
    if (area && (row.group.area ?? "other") !== area) continue;
    if (kind && row.fact.kind !== kind) continue;
    row.verdict = verdictNow(row.one);
    if (verdict && row.verdict !== verdict) continue;
    if (!words.every((word) => row.hay.includes(word) || row.verdict.includes(word))) continue;
    row.left = family ? row.one.without_family.find((one) => one.family === family) : null;
    row.without = row.left ? row.left.rho : null;
    rows.push(row);
  }
  return sorted(rows, SORTS);
};

const STEP = 150;  // rows that a filter lays out well within 100 ms on two busy cores
const unprinted = (number) => el("span", { class: "on-paper" }, `${number.toLocaleString("en")} more are not printed; tables/ beside the page has all.`);
let shownRows = STEP;
const benchmarkTable = () => {
  const rows = chosenRows(), family = here.filters.family, several = study.populations.length > 1 && !here.filters.population;
  const kinds = rows.some((row) => row.fact.kind);
  const columns = [
    { name: "name", title: "Benchmark", head: true, sort: true, class: "name", text: (row) => [link(to("benchmark", row.benchmark), row.name, { class: row.depth ? "part" : null }), row.one.in_suite ? el("small", {}, " capability suite") : null] },
    { name: "area", title: "Area", sort: true, class: "wide-only", text: (row) => areaTitle(row.group) },
    kinds ? { name: "kind", title: "Kind", sort: true, class: "wide-only", text: (row) => row.fact.kind ?? NOTHING } : null,
    several ? { name: "population", title: "Models", sort: true, text: (row) => row.one.population } : { name: "models", title: "Models", sort: true, class: "num", text: (row) => `${row.one.n_models} in ${row.one.n_families}` },
    { name: "strip", title: el("span", { class: "ends" }, el("i", {}, `${MINUS}100`), el("i", {}, "0"), el("i", {}, "+100")), class: "scale", text: (row) => strip(row.one, row.verdict) },
    { name: "rho", title: "ρ, %", sort: true, class: "num", text: (row) => percent(row.one.rho) },
    { name: "interval", title: `${level()} interval`, class: "num interval", text: (row) => row.one.interval?.low === null || !row.one.interval ? NOTHING : bounds(row.one.interval.low, row.one.interval.high) },
    rows.some((row) => row.one.imputed) ? { name: "imputed", title: "Imputed", class: "num wide-only", text: (row) => row.one.imputed ? share(row.one.imputed.share) : NOTHING } : null,
    { name: "verdict", title: "Verdict", sort: true, text: (row) => chip(row.verdict) },
    family ? { name: "without", title: `ρ without ${short(family, 24)}, %`, sort: true, class: "num", text: (row) => row.left ? [percent(row.left.rho), row.left.verdict && row.left.verdict !== row.one.verdict ? el("small", {}, ` ${row.left.verdict} at ±${marginWords(study.settings.margin)}`) : null] : NOTHING } : null,
  ].filter(Boolean);
  const made = table(`${plural(rows.length, "row")} of ${allRows().length.toLocaleString("en")}, a row for each benchmark and population`, columns, rows.slice(0, shownRows), { order: orderOf(), label: "Benchmarks" });
  return [made, rows.length > shownRows ? el("p", {}, el("button", { type: "button", onclick: () => { shownRows += 1000; show({ moved: false }); } }, `Show more (${(rows.length - shownRows).toLocaleString("en")} are hidden)`), unprinted(rows.length - shownRows)) : null, rows.length ? null : el("p", {}, "Nothing matches these filters. ", el("button", { type: "button", onclick: () => choose(Object.fromEntries(FILTERS.map((key) => [key, ""]))) }, "Clear them"))];
};

const searchBox = (label) => el("span", { class: "filter grow" }, el("label", { for: "q" }, label),
  el("input", { type: "search", id: "q", value: here.filters.q ?? "", autocomplete: "off", spellcheck: "false", oninput: (event) => choose({ q: event.target.value }, { step: false }) }));

const drawBenchmarks = () => {
  const kinds = [...new Set(study.benchmarks.map((one) => one.kind).filter(Boolean))].sort();
  return [
    heading("Benchmarks"),
    el("p", { class: "lead" }, "Each benchmark's capabilities correlation (ρ): +100 % means that the more capable model always scores better, 0 % no relation, −100 % that it always scores worse. Scores are turned so that higher is better or safer."),
    el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, searchBox("Search"), populationFilter(),
      select("area", "Area", study.groups.map((group) => [group.area ?? "other", group.title])), kinds.length ? select("kind", "Kind", kinds.map((one) => [one, one])) : null,
      select("verdict", "Verdict", ["entangled", "inverse", "separable", "undecided", "unreliable"].map((one) => [one, one])), familyFilter(), marginSlider()),
    marginNote(),
    el("div", { class: "listed" }, benchmarkTable()),
  ];
};
