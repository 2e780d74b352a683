// How many capabilities a suite has, and which of two a benchmark follows.

const dimensionOf = (population) => study.dimensions.find((one) => one.population === population) ?? null;
const componentNames = (one) => one.names.map((name) => `led by ${name}`);

const countWordsOf = (one) => {
  const second = `The second eigenvalue is ${significant(one.eigenvalues[1])}, and ${significant(one.second_threshold)} is what ${one.n_draws.toLocaleString("en")} shufflings that share the first component seldom exceed (p${NBSP}=${NBSP}${pValue(one.second_p)}).`;
  return one.n_components > 1 ? `Two capabilities are told apart. ${second} One is ${componentNames(one)[0]}, the other is ${componentNames(one)[1]}.` : `One capability: a second is not established. ${second}`;
};

const dimensionFigure = (one) => el("figure", {}, el("figcaption", {}, `${sentence(one.population)} models`), el("p", { class: "small" }, countWordsOf(one)),
  chart(study.specs[`scree ${one.population}`].description, 300, (width) => ({ spec: { ...structuredClone(study.specs[`scree ${one.population}`]), width }, mode: "vega-lite" })),
  one.loadings.length ? more("How much each benchmark hangs on either", () => table(`Loadings on two components, ${one.population} models`, [
    { name: "name", title: "Benchmark", head: true, text: (own) => link(to("benchmark", own.benchmark), nameOf(own.benchmark)) }, { name: "first", title: `First: ${componentNames(one)[0]}`, class: "num", text: (own) => significant(own.first) }, { name: "second", title: `Second: ${componentNames(one)[1]}`, class: "num", text: (own) => significant(own.second) }], one.loadings)) : null);

const dimensionsSection = () => study.dimensions.length ? el("section", { id: "capabilities" }, el("h2", {}, "How many capabilities?"),
  el("p", {}, "The method sums capability up in one score. Whether the capability benchmarks hold more than one is asked by parallel analysis: how much of them each component explains (its eigenvalue) against the same in shuffled scores, which have nothing in common (dashed). Beside a strong first component that is too much to ask of a second, which is held against shuffled scores that share the first component (the short bar). Verdicts rest on the one score whatever the answer; where a second is found, each benchmark is held against both."),
  pairs(study.dimensions, dimensionFigure)) : null;

const componentsFigure = (one, population) => {
  const dimension = dimensionOf(population.population), own = dimension?.benchmarks.find((row) => row.benchmark === one.benchmark);
  if (!own?.rows.length) return null;
  const names = componentNames(dimension);
  const differs = own.low === null ? "How far the two differ has no interval." : `Difference of the two (Fisher's z): ${significant(own.difference)}, ${level()} interval ${significant(own.low)} to ${significant(own.high)}.`;
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models: ${own.follows ? `it follows the one ${names[own.follows === "first" ? 0 : 1]}` : "it cannot be told which it follows"}`),
    listedRows(`The correlation with each of two capabilities, ${population.population} models; also in the table below`, own.rows), el("p", { class: "small" }, differs),
    more("The same as a table", () => rowsTable(`The correlation with each of two capabilities, ${population.population} models`, own.rows, { first: "Capability, by what leads it" })));
};
