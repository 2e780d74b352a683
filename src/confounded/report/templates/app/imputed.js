// Scores that were missing and imputed: how many, and what a correlation would be otherwise.

const imputedFigure = (one, population) => {
  if (!one.imputed_rows.length) return null;
  const { share: cells, imputations, imputation_share: added } = one.imputed;
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models: ${share(cells)} of the cells imputed`),
    listedRows(`The correlation with missing scores imputed, and what it would be otherwise, ${population.population} models; also in the table below`, one.imputed_rows),
    el("p", { class: "small" }, `Of the scores of these models on the capability benchmarks ${share(cells)} are missing and were imputed ${imputations} times.${added === null ? "" : ` That makes up ${share(added)} of the variance behind the interval.`}${one.imputed_rows.some((row) => row.at === null) ? " The bar without a mark: where the correlation of these models would lie were no score missing, if scores are missing at random." : population.missing?.by_age.length ? " Which scores are missing goes with the age of models, so nothing is said of what it would be were none missing." : ""}`),
    more("The same as a table", () => rowsTable(`The correlation with missing scores imputed, ${population.population} models`, one.imputed_rows, { first: "How" })));
};
const IMPUTED_TEXT = "The capabilities score needs scores that some models lack. They are imputed several times from a model's other scores, those on this benchmark among them; missing scores on this benchmark itself are never made up. With this benchmark left out of the imputation (second row) a correlation is pulled towards 0.";
