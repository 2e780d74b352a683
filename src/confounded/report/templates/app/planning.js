// How many models a study would need: of a benchmark's author the first question after "undecided".

const PANEL_AXIS = 70;  // pixels that an axis with its title takes of a panel
const planningChart = (population) => {
  const spec = study.specs[`planning ${population.population}`];
  return chart(spec.description, 420, (width) => {
    const columns = width < 760 ? 1 : 2;
    return { spec: fill(spec, { columns, width: Math.floor(width / columns) - PANEL_AXIS }), mode: "vega-lite" };
  });
};

const neededWords = (one) => one.n_families_needed === null ? "more than 10,000 families" : `${plural(one.n_families_needed, "family", "families")} (${plural(one.n_models_needed, "model")})`;
const isOfKin = (curve) => curve.ability_clustering > 0 || curve.residual_clustering > 0;

const planningTable = (known) => {
  const curves = known[0].planning;
  const rows = known.flatMap((one) => one.planning[0].correlations.map((planned, at) => ({ population: one.population, planned, needed: one.planning.map((curve) => curve.correlations[at]) })));
  return table(`Families needed for the right verdict with a chance of ${share(curves[0].power_needed)}, at the margin of ±${marginWords(study.settings.margin)}`, [
    { name: "population", title: "Models", head: true, text: (row) => row.population },
    { name: "truth", title: "True correlation", class: "num", text: (row) => share(row.planned.rho) },
    ...curves.map((curve, at) => ({ name: `needed-${at}`, title: isOfKin(curve) ? "Kin alike" : "Kin like strangers", text: (row) => neededWords(row.needed[at]) })).reverse(),
    { name: "claim", title: "Right verdict", text: (row) => chip(row.planned.claim) }], rows);
};

const planningSection = (attributes = {}) => {
  const shown = new Set(populationsNow().map((one) => one.population));
  const known = study.population_summaries.filter((one) => one.planning?.length && shown.has(one.population));
  if (!known.length) return null;
  const sizes = known.map((one) => { const scored = found.populations.get(one.population).models.filter((model) => model.capabilities_score !== null); return `${plural(scored.length, "model")} of ${plural(new Set(scored.map((model) => model.family)).size, "family", "families")} (${one.population})`; });
  return el("section", { class: "planning", ...attributes }, el("h2", {}, "How many models would it take?"),
    el("p", {}, `A verdict needs an interval on one side of the margin, and the interval shrinks with the number of families, not only of models. This study has ${andList(sizes)}. So many would give a benchmark the verdict that it deserves:`),
    planningTable(known),
    pairs(known, (one) => el("figure", {}, el("figcaption", {}, `${sentence(one.population)} models: what more families would decide`), planningChart(found.populations.get(one.population)))),
    el("p", { class: "small" }, `Computed at the margin of ±${marginWords(study.settings.margin)} and for ${level()} intervals, by a formula; it stays so when the margin is moved. Assumed are benchmarks without measurement error (those with it need more), families in sizes like those of this study, and how much models of a family resemble each other${known[0].planning.filter(isOfKin).map((curve) => ` (“kin alike”: correlations of ${significant(curve.ability_clustering)} in ability and ${significant(curve.residual_clustering)} in the rest)`).join("")}: the lines are for kin, the shading reaches to strangers.`));
};
