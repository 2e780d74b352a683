// The models: the capabilities score with its interval, and what each does better or worse than its capability predicts.

const MODEL_SORTS = { name: (row) => row.name.toLowerCase(), family: (row) => row.model.family.toLowerCase(), score: (row) => row.model.capabilities_score, parameters: (row) => row.model.parameters, flop: (row) => row.model.training_flop, population: (row) => row.population.population };
const MOST_CHARTED = 60;
let shownModels = STEP;

const modelRows = () => {
  const { family, q } = here.filters, words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  found.modelRows ??= study.populations.flatMap((population) => population.models.map((model, place) => ({ place, model, population, name: short(model.name), hay: `${model.name} ${model.model} ${model.family} ${model.organisation ?? ""}`.toLowerCase() })));
  const chosen = new Set(populationsNow());
  return sorted(found.modelRows.filter((row) => chosen.has(row.population) && (!family || row.model.family === family) && words.every((word) => row.hay.includes(word))), MODEL_SORTS, "score-descending");
};

const scoresFigure = (population, rows) => {
  const own = rows.filter((row) => row.population === population && row.model.capabilities_score !== null).sort((a, b) => b.model.capabilities_score - a.model.capabilities_score);
  if (!own.length) return null;
  const shown = own.slice(0, MOST_CHARTED);
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`, own.length > shown.length ? `: the ${shown.length} most capable of ${own.length.toLocaleString("en")} listed` : ""),
    rowsChart(`Capabilities scores of ${shown.length} ${population.population} models with their intervals, also in the table`, shown.map(({ model, name }) => {
      const mark = study.families[model.family];
      return { text: name, at: model.capabilities_score, low: model.score_low, high: model.score_high, stroke: mark[1], fill: mark[1], shape: mark[2], go: to("model", model.model), says: `${name} (${short(model.family)}): ${fixed(model.capabilities_score, 2)}${model.score_low === null ? "" : `, ${fixed(model.score_low, 2)} to ${fixed(model.score_high, 2)}`}` };
    }), { title: "capabilities score", domain: domainOf(shown.flatMap(({ model }) => [model.capabilities_score, model.score_low, model.score_high])) }));
};

const modelTable = () => {
  const rows = modelRows();
  const several = populationsNow().length > 1;
  const score = (value) => value === null ? NOTHING : fixed(value, 2);
  return [table(`${plural(rows.length, "model")}`, [
    { name: "name", title: "Model", head: true, sort: true, class: "name", text: (row) => link(to("model", row.model.model), row.name) },
    { name: "family", title: "Family", sort: true, text: (row) => short(row.model.family, 40) },
    several ? { name: "population", title: "Models", sort: true, text: (row) => row.population.population } : null,
    { name: "score", title: "Capabilities score", sort: true, class: "num", text: (row) => score(row.model.capabilities_score) },
    { name: "interval", title: "Interval", class: "num", text: (row) => row.model.score_low === null ? NOTHING : `${score(row.model.score_low)} to ${score(row.model.score_high)}` },
    { name: "parameters", title: "Parameters", sort: true, class: "num wide-only", text: (row) => parameters(row.model.parameters) },
    { name: "flop", title: "Training FLOP", sort: true, class: "num wide-only", text: (row) => flop(row.model.training_flop) },
  ].filter(Boolean), rows.slice(0, shownModels), { order: orderOf("score-descending"), label: "Models" }),
  rows.length > shownModels ? el("p", {}, el("button", { type: "button", onclick: () => { shownModels += 1000; show({ moved: false }); } }, `Show more (${(rows.length - shownModels).toLocaleString("en")} are hidden)`), unprinted(rows.length - shownModels)) : null];
};

const modelsBody = () => {
  const rows = modelRows();
  return [pairs(populationsNow().map((population) => scoresFigure(population, rows)).filter(Boolean), (one) => one),
    familyLegend(Object.keys(study.families).filter((family) => rows.some((row) => row.model.family === family))), modelTable()];
};
const drawModels = () => {
  const source = study.populations[0].capabilities;
  return [heading("Models"),
    el("p", { class: "lead" }, `How capable each model is: ${source.title} (${source.made_from}). 0 is the average of the models studied together${source.kind === "suite" ? "; the interval says how far the score would move with another suite of the same kind" : ""}.`),
    el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, searchBox("Search"), populationFilter(), select("family", "Family", Object.keys(study.families).map((one) => [one, one]))),
    el("div", { class: "listed" }, modelsBody())];
};

// What a model does on each benchmark beside what its capability predicts, as a share of the room that was foreseen.
const beside = (model, row, population) => {
  const rows = [];
  for (const benchmark of found.order) {
    const one = correlationOf(benchmark, population.population);
    if (!one || one.in_suite) continue;
    const known = one.extremes ? one.extremes.find((found) => found.model === model.model) : one.adjusted && one.adjusted.residual[row] !== null ? { score: population.scores[benchmark][row], predicted: one.adjusted.predicted[row], residual: one.adjusted.residual[row], low: one.adjusted.low[row], high: one.adjusted.high[row], best: one.ranks?.best?.[row] ?? null, worst: one.ranks?.worst?.[row] ?? null } : null;
    if (!known || known.low === null || known.high <= known.low) continue;
    rows.push({ benchmark, group: found.groupOf.get(benchmark), ...known, room: 2 * known.residual / (known.high - known.low) });
  }
  return rows.sort((a, b) => b.room - a.room);
};

const drawModel = () => {
  const known = found.models.get(here.name);
  if (!known) return missing("model");
  const first = known[0].model;
  return [crumbs(link(to("models"), "Models"), link(to("models", "", { family: first.family }), short(first.family, 40))), heading(short(first.name)),
    facts([["Identifier", el("code", {}, short(first.model))], ["Organisation", first.organisation], ["Family", short(first.family)], ["Family known from", first.family_from], ["Parameters", first.parameters === null ? null : parameters(first.parameters)], ["Training FLOP", first.training_flop === null ? null : flop(first.training_flop)]]),
    known.map(({ model, row, population }) => {
      const scored = model.capabilities_score;
      const rows = beside(model, row, population), shown = rows.length > 40 ? [...rows.slice(0, 20), ...rows.slice(-20)] : rows;
      const left = population.left_out.find((one) => one.model === model.model);
      return el("section", {}, el("h2", {}, known.length > 1 ? `Among ${population.population} models` : "Capability"),
        el("p", {}, scored === null ? `No capabilities score${left ? `: no score on ${andList(left.missing.map(nameOf))}` : ""}.` : `Capabilities score ${fixed(scored, 2)}${model.score_low === null ? "" : `, interval ${fixed(model.score_low, 2)} to ${fixed(model.score_high, 2)}`}, among ${plural(population.n_models, "model")} of ${plural(population.n_families, "family", "families")} (${population.population}).`),
        rows.length ? [el("h3", {}, "Better or worse than its capability predicts"),
          el("p", {}, `Each score less its prediction, in parts of the room that the prediction leaves: beyond ±1 the score lies outside the ${level()} prediction interval. ${rows.filter(isOutside).length} of ${rows.length} do.${isAggregated(population.population) ? " Of so many models only benchmarks where this one is among the highest or lowest are known to the page." : shown.length < rows.length ? " The 20 best and the 20 worst are drawn; the table has all." : ""}`),
          rowsChart(`${short(model.name)} beside what its capability predicts, benchmark by benchmark; also in the table`, shown.map((one) => ({ text: nameOf(one.benchmark), at: one.room, stroke: LIGHT.ink, fill: isOutside(one) ? LIGHT.ink : LIGHT.paper, go: to("benchmark", one.benchmark), says: `${nameOf(one.benchmark)}: score ${significant(one.score, 4)}, predicted ${significant(one.predicted, 4)}` })), { title: "worse ← in parts of the room foreseen → better", domain: domainOf([...shown.map((one) => one.room), -1.2, 1.2]), zero: [-1, 0, 1] }),
          more("The same as a table", () => table(`${short(model.name)}: scores beside predictions`, [
            { name: "benchmark", title: "Benchmark", head: true, class: "name", text: (one) => link(to("benchmark", one.benchmark), nameOf(one.benchmark)) }, { name: "area", title: "Area", text: (one) => areaTitle(one.group) },
            { name: "score", title: "Score", class: "num", text: (one) => significant(one.score, 4) }, { name: "predicted", title: "Predicted", class: "num", text: (one) => significant(one.predicted, 4) },
            { name: "range", title: "Foreseen", class: "num", text: (one) => `${significant(one.low, 4)} to ${significant(one.high, 4)}` }, { name: "ranks", title: "Ranks allowed", class: "num", text: (one) => rankWords(one) || NOTHING }], rows))] : el("p", {}, "No prediction for it on any benchmark is known to the page."));
    })];
};
