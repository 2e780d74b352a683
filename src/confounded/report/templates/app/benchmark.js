// The section of one benchmark.

const domainOf = (values) => {
  let low = Infinity, high = -Infinity;
  for (const value of values) if (value !== null && value !== undefined) { if (value < low) low = value; if (value > high) high = value; }
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - room, high + room];
};

const pointsOf = (one, population) => {
  const x = across(one, population), y = population.scores[one.benchmark] ?? [];
  const points = population.models.map((model, row) => ({ row, model, x: x[row], y: y[row] })).filter((point) => point.x !== null && point.y !== null && point.y !== undefined);
  const middle = (key) => points.reduce((sum, point) => sum + point[key], 0) / (points.length || 1);
  const [mx, my] = [middle("x"), middle("y")], [ex, ey] = ["x", "y"].map((key) => { const [low, high] = domainOf(points.map((point) => point[key])); return high - low; });
  return points.map((point) => {
    const mark = study.families[point.model.family], name = short(point.model.name), picked = here.filters.family;
    const faded = picked && picked !== point.model.family;
    return { x: point.x, y: point.y, name: faded ? "" : `${NBSP}${short(point.model.name, 34)}${NBSP}`, family: point.model.family, fill: faded ? LIGHT.rule : mark[1], shape: mark[2], go: to("model", point.model.model),
      weight: Math.abs(point.x - mx) / ex + Math.abs(point.y - my) / ey, says: `${name} (${short(point.model.family, 40)})\n${acrossTitle(one)}: ${significant(point.x, 4)}\nscore: ${significant(point.y, 4)}` };
  });
};

const scatterChart = (one, population, fact) => {
  const cells = one.cells, points = cells ? [] : pointsOf(one, population);
  const curve = one.curve ? one.curve.x.map((x, at) => ({ x, y: one.curve.y[at], low: one.curve.low[at], high: one.curve.high[at] })) : [];
  const xs = cells ? cells.x : points.map((point) => point.x), ys = cells ? cells.y : points.map((point) => point.y);
  const label = `${short(fact.name)} against ${acrossTitle(one)}, ${cells ? "models counted in cells" : `a mark for each of ${points.length} ${population.population} models`}`;
  return chart(label, 400, (width) => {
    const spec = structuredClone(study.specs.scatter);
    const most = cells ? Math.max(...cells.n) : 1;
    const set = { xTitle: acrossTitle(one), yTitle: `${fact.metric ?? "score"}${fact.direction === "lower" ? ", sign turned" : ""}`, xDomain: domainOf(xs), yDomain: domainOf(ys) };
    for (const signal of spec.signals) signal.value = set[signal.name] ?? signal.value;
    Object.assign(spec, { width, height: Math.min(400, Math.max(280, width * 0.75)), description: label });
    const values = { models: points, curve, cells: cells ? cells.x.map((x, at) => ({ x, y: cells.y[at], size: (width / 44) ** 2, share: 0.12 + 0.88 * Math.sqrt(cells.n[at] / most), says: `${plural(cells.n[at], "model")} near ${significant(x)}, ${significant(cells.y[at])}` })) : [] };
    for (const set of spec.data) set.values = values[set.name] ?? set.values;
    return { spec, mode: "vega" };
  });
};

// Rows of adjusted scores, best first: of every model, or of an aggregated study the highest and lowest.
const adjustedRows = (one, population) => {
  if (one.extremes) return one.extremes.map((row) => ({ ...row, name: modelName(row.model), family: found.models.get(row.model)?.[0].model.family }));
  const adjusted = one.adjusted;
  if (!adjusted) return [];
  return population.models.map((model, row) => ({ model: model.model, name: short(model.name), family: model.family, score: population.scores[one.benchmark][row], predicted: adjusted.predicted[row], residual: adjusted.residual[row], low: adjusted.low[row], high: adjusted.high[row],
    best: one.ranks?.best?.[row] ?? null, worst: one.ranks?.worst?.[row] ?? null })).filter((row) => row.residual !== null).sort((a, b) => b.residual - a.residual);
};
const rankWords = (row) => row.best === null ? "" : row.best === row.worst ? `${row.best}` : `${row.best}–${row.worst}`;
const isOutside = (row) => row.low !== null && (row.score < row.low || row.score > row.high);

const adjustedFigure = (one, population) => {
  const rows = adjustedRows(one, population).filter((row) => !here.filters.family || !one.extremes || row.family === here.filters.family);
  if (!rows.length) return null;
  const shown = rows.length > 60 ? [...rows.slice(0, 30), ...rows.slice(-30)] : rows;
  const why = one.ranks?.reason;
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`),
    rowsChart(`Score less what capability predicts, best first, ${population.population} models; also in the table below`, shown.map((row) => {
      const mark = study.families[row.family] ?? ["f0", LIGHT.muted, "circle"], ranks = rankWords(row);
      return { text: ranks ? `${row.name}  ${ranks}` : row.name, at: row.residual, low: row.low === null ? null : row.low - row.predicted, high: row.high === null ? null : row.high - row.predicted, stroke: mark[1], fill: isOutside(row) ? mark[1] : LIGHT.paper, shape: mark[2], go: to("model", row.model),
        says: `${row.name}: score ${significant(row.score, 4)}, predicted ${significant(row.predicted, 4)}${ranks ? `, rank ${ranks}` : ""}${isOutside(row) ? ", outside what capability predicts" : ""}` };
    }), { title: "score less prediction", domain: domainOf(shown.flatMap((row) => [row.residual, row.low === null ? null : row.low - row.predicted, row.high === null ? null : row.high - row.predicted])) }),
    el("p", { class: "small" }, one.extremes ? "Of so many models the highest and the lowest are shown. " : "", "Bars are where a score would fall by capability alone; filled marks lie outside. ", one.ranks ? why ? `Rank intervals: ${why}` : "After each name: the ranks that the data allow it." : ""),
    more("The same as a table", () => table(`Scores, predictions and ranks, ${population.population} models`, [
      { name: "model", title: "Model", head: true, class: "name", text: (row) => link(to("model", row.model), row.name) }, { name: "score", title: "Score", class: "num", text: (row) => significant(row.score, 4) },
      { name: "predicted", title: "Predicted", class: "num", text: (row) => significant(row.predicted, 4) }, { name: "residual", title: "Less prediction", class: "num", text: (row) => significant(row.residual) },
      { name: "range", title: "Foreseen", class: "num", text: (row) => row.low === null ? NOTHING : `${significant(row.low, 4)} to ${significant(row.high, 4)}` }, { name: "ranks", title: "Ranks allowed", class: "num", text: (row) => rankWords(row) || NOTHING }], rows)));
};

// The first row, with which the others are compared. It has the study's verdict at any margin, as the others have.
const asStudied = (one, text) => ({ text, at: 100 * one.rho, low: percentOf(one.interval?.low), high: percentOf(one.interval?.high), verdict: one.verdict, says: `${sentence(text)}: ${signedPercent(one.rho)}${betweenWords(one.interval?.low, one.interval?.high)}; ${one.verdict}` });
const percentOf = (value) => value === null || value === undefined ? null : 100 * value;
const betweenWords = (low, high) => { const found = bounds(low, high); return found ? `, ${found}${NBSP}%` : ""; };

const familyFigure = (one, population) => {
  const known = one.without_family.filter((row) => row.rho !== null).sort((a, b) => Math.abs(b.rho - one.rho) - Math.abs(a.rho - one.rho));
  if (!known.length) return null;
  const left = known.slice(0, study.limits.families), all = asStudied(one, "all models");
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`), rowsChart(`The correlation without each family, ${population.population} models`, [all, ...left.map((row) => ({
    text: `without ${short(row.family, 40)}`, at: 100 * row.rho, verdict: row.verdict ?? "undecided", says: `Without ${short(row.family, 40)}: ${signedPercent(row.rho)}${row.verdict ? `; ${row.verdict}` : ""}` }))]),
    el("p", { class: "small" }, `Those that move it most come first${left.length < known.length ? `; ${known.length - left.length} that move it less are left out` : ""}. Marked by the verdict without the family at ±${marginWords(study.settings.margin)}, the study's margin.`));
};

// The rows of other choices, by the list that the figures for papers are made from.
const reached = (held, path) => path ? path.split(".").reduce((found, step) => found?.[step] ?? null, held) : null;
const NAMES = { model: modelName, benchmark: nameOf, family: short };
const choiceRows = (one) => study.choices.flatMap((choice) => [reached(one, choice.source) ?? []].flat().filter((found) => reached(found, choice.at) !== null).map((found) => {
  const at = reached(found, choice.at), low = reached(found, choice.low), high = reached(found, choice.high), text = choice.text || sentence(choice.named.map((name) => reached(found, name)).join(", "));
  return { fill: LIGHT.paper, stroke: LIGHT.ink, text, at: 100 * at, low: percentOf(low), high: percentOf(high),
    says: `${sentence(text)}: ${signedPercent(at)}${choice.without ? ` without ${NAMES[choice.kind](reached(found, choice.without))}` : ""}${betweenWords(low, high)}` };
}));

const robustnessFigure = (one, population) => {
  const robust = one.robustness;
  if (!robust) return null;
  const rows = choiceRows(one);
  if (!rows.length) return null;
  const n = robust.n_disagreeing ?? robust.disagreeing.length;
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`), rowsChart(`The correlation by other choices, ${population.population} models`, [asStudied(one, "as studied"), ...rows]),
    el("p", { class: "small" }, robust.agreeing_share === null ? "" : `${share(robust.agreeing_share)} of ${robust.n_specifications} other choices agree with the verdict at ±${marginWords(study.settings.margin)}.`,
      n ? ` Not: ${andList(robust.disagreeing.slice(0, 8).map((one) => short(one, 60)))}${n > 8 ? ` and ${n - 8} more` : ""}.` : ""));
};

const judgement = (one) => {
  const verdict = verdictNow(one), moved = marginNow() !== study.settings.margin;
  return el("div", { class: "verdict-line" },
    el("p", {}, el("b", {}, `${sentence(one.population)} models: `), chip(verdict), ` ρ = ${signedPercent(one.rho)}${one.interval?.low === null || !one.interval ? "" : `, ${level()} interval ${bounds(one.interval.low, one.interval.high)}${NBSP}%`}, over ${plural(one.n_models, "model")} of ${plural(one.n_families, "family", "families")}${one.imputed ? `; ${share(one.imputed.share)} of the scores behind their capability imputed` : ""}.`),
    el("p", { class: "small" }, moved ? `At ±${marginWords(marginNow())}; at the study's ±${marginWords(study.settings.margin)}: ${one.verdict}. ` : "", one.reason || one.rule ? `Why: ${one.reason ?? one.rule}.` : ""),
    one.cautions.length ? el("ul", { class: "cautions" }, one.cautions.map((caution) => el("li", {}, el("b", {}, `${sentence(caution.caution)}: `), caution.what))) : null);
};

const trendWords = (one) => one.per_year === null ? "" : `${significant(one.per_year)}${one.low === null ? "" : ` (${significant(one.low)} to ${significant(one.high)})`}`;
const numbersTable = (own) => {
  const lines = [
    ["Published, %", (one) => one.published ? `${fixed(one.published.percent, 1)} (table ${one.published.table})` : ""],
    ["Share of the suite's cells that is imputed", (one) => one.imputed ? share(one.imputed.share) : ""],
    ["Change a year at equal capability, standard deviations", (one) => !one.trend ? "" : one.trend.per_year === null ? `${one.trend.answer}: ${one.trend.reason}` : `${trendWords(one.trend)}: ${one.trend.answer}`],
    ["The same with the error of the capabilities score left in", (one) => one.trend?.uncorrected ? trendWords(one.trend.uncorrected) : ""],
    ["Families, effective number", (one) => `${one.n_families}, ${fixed(one.effective_families, 1)}`],
    [`p against ±${marginWords(study.settings.margin)}`, (one) => pValue(one.tests?.p)], ["q (Benjamini–Hochberg)", (one) => pValue(one.tests?.q_bh)], [`Verdict among many at ±${marginWords(study.settings.margin)} (Benjamini–Hochberg)`, (one) => one.tests?.verdict_bh ?? ""],
    [`Verdict by the effective number of families at ±${marginWords(study.settings.margin)}`, (one) => one.verdict_effective],
    [`Verdict with likely kin together at ±${marginWords(study.settings.margin)}`, (one) => one.verdict_kin ?? ""], ["p of any association at all", (one) => pValue(one.association_p)],
    ["Reliability", (one) => one.reliability ? one.reliability.value === null ? one.reliability.reason ?? "" : `${significant(one.reliability.value)} (${one.reliability.method})` : ""],
    ["ρ without measurement error, %", (one) => one.reliability && one.reliability.rho !== null ? `${percent(one.reliability.rho)} (${bounds(one.reliability.low, one.reliability.high)})` : ""],
    ["Variance explained by a line", (one) => one.description?.explained_variance === null || !one.description ? "" : share(one.description.explained_variance)],
    ["Change per standard deviation of capability", (one) => one.description?.slope === null || !one.description ? "" : significant(one.description.slope)],
    ["Models at the ceiling, at the floor", (one) => one.description && one.description.ceiling_share !== null ? `${share(one.description.ceiling_share)}, ${share(one.description.floor_share)}` : ""],
    ["Shape (two-lines test)", (one) => one.shape?.label ?? ""],
    ...[...new Set(own.flatMap((one) => one.intervals.map((interval) => interval.method)))].map((method) => [`Interval: ${method}, %`, (one) => { const found = one.intervals.find((interval) => interval.method === method); return found ? bounds(found.low, found.high) || found.reason || "" : ""; }]),
  ].map(([term, say]) => ({ term, values: own.map(say) })).filter((line) => line.values.some(Boolean));
  return table("All figures", [{ name: "term", title: "Figure", head: true, text: (line) => line.term }, ...own.map((one, at) => ({ name: one.population, title: `${one.population} models`, class: "num", text: (line) => line.values[at] || NOTHING }))], lines);
};

const drawBenchmark = () => {
  const fact = found.facts.get(here.name);
  const own = fact ? populationsNow().map((population) => correlationOf(here.name, population.population)).filter(Boolean) : [];
  if (!fact || !found.correlations.has(here.name)) return missing("benchmark");
  const group = found.groupOf.get(here.name), place = found.order.indexOf(here.name);
  const of = (one) => found.populations.get(one.population);
  const figures = (title, text, draw) => { const made = own.map((one) => draw(one, of(one), fact)).filter(Boolean); return made.length ? el("section", {}, el("h2", {}, title), text ? el("p", {}, text) : null, pairs(made, (one) => one)) : null; };
  const families = [...new Set(own.flatMap((one) => isAggregated(one.population) ? [] : of(one).models.map((model) => model.family)))].sort((a, b) => Object.keys(study.families).indexOf(a) - Object.keys(study.families).indexOf(b));
  const parts = study.benchmarks.filter((one) => one.part_of === here.name && found.correlations.has(one.benchmark));
  return [
    crumbs(link(to("benchmarks"), "Benchmarks"), link(to("area", group.area ?? "other"), areaTitle(group))),
    heading(short(fact.name)),
    el("div", { class: "filters" }, populationFilter(), families.length ? familyFilter() : null, marginSlider()), marginNote(),
    own.length ? own.map(judgement) : el("p", {}, "No correlation over these models."),
    fact.note ? el("p", { class: "note" }, fact.note) : null,
    own.some((one) => one.rho !== null) ? el("section", {}, el("h2", {}, "Scores against capability"), pairs(own, (one) => el("figure", {}, el("figcaption", {}, `${sentence(one.population)} models`), scatterChart(one, of(one), fact))),
      families.length ? familyLegend(families) : null,
      el("p", { class: "small" }, own.some((one) => one.cells) ? "So many models are counted in cells: the darker, the more. " : "A mark for each model; point at it, or walk with the arrow keys, for its name and scores. ", own.some((one) => one.curve) ? "The line is a fitted curve with its band, for the eye; no figure rests on it." : "")) : null,
    turningSection(here.name), strataSection(here.name), givenSection(here.name),
    figures("Better or worse than capability predicts", "Capability-adjusted safety: a model's score less what a line fitted without its family predicts from its capability. This, not the score, is a claim of progress in safety.", adjustedFigure),
    figures("Which capability does it follow?", "The capability benchmarks hold two capabilities here. The correlation with each, named by what leads it.", componentsFigure),
    figures("With missing scores imputed", IMPUTED_TEXT, imputedFigure),
    figures("Without each family", "If one family carries the result, this shows it.", familyFigure),
    figures("By other choices", "Other measures of association, other ways to sum up capability, and leaving things out.", robustnessFigure),
    own.some((one) => !DECIDED.has(one.verdict)) ? planningSection() : own.length ? el("p", { class: "small" }, link(to("method", "planning"), "How many models would a study of another benchmark take?")) : null,
    own.length ? el("section", {}, el("h2", {}, "In numbers"), numbersTable(own)) : null,
    el("section", {}, el("h2", {}, "Definition and source"), fact.measures ? el("p", {}, fact.measures) : fact.part_of ? el("p", {}, "A part of ", link(to("benchmark", fact.part_of), nameOf(fact.part_of)), ", where it is described.") : null,
      fact.criticisms.length ? [el("h3", {}, "What is held against it"), el("ul", {}, fact.criticisms.map((text) => el("li", {}, text)))] : null, facts([
      ["Identifier", el("code", {}, short(here.name))], ["Format", fact.format], ["Metric", fact.metric], ["Direction", fact.direction === "higher" ? "Higher is better or safer." : "Lower is better or safer; the sign is turned here, so that higher is."],
      ["Unit", fact.unit], ["Kind", fact.kind], ["Part of", fact.part_of ? link(to("benchmark", fact.part_of), nameOf(fact.part_of)) : null],
      ["Parts", parts.length ? parts.map((one, at) => [at ? ", " : "", link(to("benchmark", one.benchmark), short(one.name))]) : null],
      ["Correlated with", own.length ? andList([...new Set(own.map(acrossTitle))]) : null], ["Role", own.some((one) => one.in_suite) ? "one of the capability benchmarks behind the capabilities score" : null],
      ["Shares items with the suite", fact.kin_to_suite.length ? `${andList(fact.kin_to_suite.map(nameOf))}${fact.kin_reason ? `: ${fact.kin_reason}` : ""}` : null],
      ["Items", fact.n_items === null ? null : `${fact.n_items.toLocaleString("en")}${fact.n_items_source ? ` (${fact.n_items_source})` : ""}`], ["Scored", fact.item_type ? `${fact.item_type}${fact.judged ? ", by a judge" : ""}` : null],
      ["Chance", fact.chance === null ? null : significant(fact.chance)], ["Placed in its area by", fact.placed_by ? `the ${fact.placed_by}` : null], [fact.sources.length > 1 ? "Sources" : "Source", fact.sources.length ? el("ul", { class: "plain" }, fact.sources.map((text) => el("li", {}, text))) : fact.reference]])),
    el("nav", { class: "steps", "aria-label": "Other benchmarks" }, place > 0 ? link(to("benchmark", found.order[place - 1]), `← ${nameOf(found.order[place - 1])}`) : el("span"), place < found.order.length - 1 ? link(to("benchmark", found.order[place + 1]), `${nameOf(found.order[place + 1])} →`) : el("span")),
  ];
};
