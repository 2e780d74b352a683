// The projection of the result that stands in the page, and ways into it.

// Lists of records stand in the data by columns, to be smaller; here they come back. `mark` is the one field of an
// object that stands for a list, and begins the name of a field of the data that begins with it itself.
const restored = (value, mark = "~") => {
  if (Array.isArray(value)) return value.map((one) => restored(one, mark));
  if (value === null || typeof value !== "object") return value;
  const named = (name) => name.startsWith(mark) ? mark.slice(0, -1) + name.slice(mark.length) : name;
  if (!(mark in value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [named(name), restored(one, mark)]));
  const columns = Object.entries(value[mark]).map(([name, column]) => [named(name), restored(column, mark)]);
  return columns[0][1].map((_, at) => Object.fromEntries(columns.map(([name, column]) => [name, column[at]])));
};

let study = null;
const found = {};

const read = async () => {
  study = restored(JSON.parse(await inflated("projection")));
  LIGHT = study.colours;
  study.settings = study.provenance.settings;
  found.facts = new Map(study.benchmarks.map((one) => [one.benchmark, one]));
  found.populations = new Map(study.populations.map((one) => [one.population, one]));
  found.areas = new Map(study.areas.map((one) => [one.area, one]));
  found.correlations = new Map();
  for (const one of study.correlations) {
    if (!found.correlations.has(one.benchmark)) found.correlations.set(one.benchmark, {});
    found.correlations.get(one.benchmark)[one.population] = one;
    if (one.curve) {
      const { x: [first, last], y } = one.curve;
      one.curve.x = y.map((_, at) => first + (last - first) * at / Math.max(1, y.length - 1));
    }
    if (one.adjusted) {
      const scores = found.populations.get(one.population).scores[one.benchmark];
      one.adjusted.predicted = one.adjusted.residual.map((residual, at) => residual === null ? null : scores[at] - residual);
    }
  }
  study.groups.sort((a, b) => Number(b.safety) - Number(a.safety));
  found.groups = new Map(study.groups.map((group) => [group.area ?? "other", group]));
  found.groupOf = new Map();
  found.depth = new Map();
  found.order = [];
  for (const group of study.groups) for (const [benchmark, depth] of group.entries) {
    found.groupOf.set(benchmark, group);
    found.depth.set(benchmark, depth);
    found.order.push(benchmark);
  }
  found.models = new Map();
  for (const population of study.populations) population.models.forEach((model, row) => {
    if (!found.models.has(model.model)) found.models.set(model.model, []);
    found.models.get(model.model).push({ model, row, population });
  });
};

const isAggregated = (population) => study.aggregated.includes(population);
const nameOf = (benchmark) => short(found.facts.get(benchmark)?.name ?? benchmark);
const areaTitle = (group) => short(group.title);
const correlationOf = (benchmark, population) => found.correlations.get(benchmark)?.[population] ?? null;
const modelName = (model) => { const known = found.models.get(model); return short(known ? known[0].model.name : model); };

// The verdict that an interval gives at a margin, by the rule of the study; at the study's margin it is the study's own.
const FEWEST_FAMILIES = 6;
const verdictAt = (one, margin) => {
  if (margin === study.settings.margin) return one.verdict;
  const low = one.interval?.low, high = one.interval?.high;
  if (low === null || low === undefined || one.n_families < FEWEST_FAMILIES) return "undecided";
  if (low > margin) return "entangled";
  if (high < -margin) return "inverse";
  if (!(low > -margin && high < margin)) return "undecided";
  if (one.shape?.label === "not monotone" || one.cautions.some((own) => own.caution === "opposite strata")) return "undecided";
  const known = one.reliability;
  if (!known || known.method === null) return "separable";
  if (known.low === null || known.high === null) return "unreliable";
  return known.low > -margin && known.high < margin ? "separable" : "unreliable";
};
const verdictNow = (one) => verdictAt(one, marginNow());
const DECIDED = new Set(["entangled", "inverse", "separable"]);

const ACCURACY_ON = "accuracy on ";
const across = (one, population) => {
  const set = one.correlated_with.startsWith(ACCURACY_ON) ? one.correlated_with.slice(ACCURACY_ON.length) : null;
  return set !== null && population.scores[set] ? population.scores[set] : population.models.map((model) => model.capabilities_score);
};
const acrossTitle = (one) => one.correlated_with.startsWith(ACCURACY_ON) ? `${ACCURACY_ON}${nameOf(one.correlated_with.slice(ACCURACY_ON.length))}` : one.correlated_with;
