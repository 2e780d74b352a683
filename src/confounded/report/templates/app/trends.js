// Does safety improve over release dates among models of equal capability?

const TREND_SCALE = "change a year, standard deviations";
const trendsNow = () => populationsNow().filter((one) => study.area_trends[one.population]?.length);
const trendDomain = (rows) => {
  const reach = Math.max(...rows.map((row) => Math.abs(row.at ?? row.compared ?? 0))), most = Math.min(3 * reach, Math.max(...rows.flatMap((row) => [row.at ?? 0, row.low ?? 0, row.high ?? 0, row.compared ?? 0].map(Math.abs)))) || 1;
  return [-1.08 * most, 1.08 * most];
};
const unknownTrends = (rows) => rows.every((row) => row.at === null) ? ` Why: ${rows[0].reason}.` : "";
const trendFigure = (population) => {
  const rows = study.area_trends[population.population], told = rows.filter((row) => !row.is_open && row.at !== null);
  const ways = [["improves", told.filter((row) => row.at > 0)], ["worsens", told.filter((row) => row.at < 0)]].filter(([, own]) => own.length).map(([word, own]) => `it ${word} in ${andList(own.map((row) => row.text))}`);
  return el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`),
    listedRows(`How safety changes a year at equal capability, by area, ${population.population} models; also in the table below`, rows, { unit: "", title: TREND_SCALE, domain: trendDomain(rows) }),
    el("p", { class: "small" }, ways.length ? `Safety at equal capability, area by area: ${ways.join("; ")}. The intervals are not corrected for how many there are: among ${rows.length} one may well keep to one side of 0 by chance.` : `In no area can it be told whether safety at equal capability improves.${unknownTrends(rows)}`),
    more("The same as a table", () => rowsTable(`Change a year at equal capability, in standard deviations, ${population.population} models`, rows, { unit: "", first: "Area", figure: "Change a year", compared: "With the score's error left in" })));
};
const trendsSection = () => trendsNow().length ? el("section", { "aria-label": "Over time" }, el("h2", {}, "Over time: does safety improve at equal capability?"),
  el("p", {}, "Later models are more capable, so their scores rise on any benchmark that follows capability. Here models are compared as if they were equally capable: how much later ones are safer, in standard deviations between models, a year. To the right safety improves; a filled mark is an interval that keeps to one side of 0."),
  el("p", {}, "The capabilities score has error of its own. Left in, it makes safety that follows capability alone seem to improve where newer models are more capable, so it is taken out; the upright stroke is the change with it left in. What one capability benchmark measures alone counts as error here, and what all measure beside capability does not."),
  pairs(trendsNow(), trendFigure)) : null;
