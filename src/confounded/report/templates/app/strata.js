// Parts of the models: a benchmark's correlation in each, with something else allowed for, and where its sign turns.

// Rows of correlations as the study's figures list them, under headings.
const correlationRows = (label, rows, options = {}) => rowsChart(label, rows.map((row) => row.is_heading ? { text: row.text, heading: true } : {
  text: row.text, at: row.rho === null ? null : 100 * row.rho, low: row.low === null ? null : 100 * row.low, high: row.high === null ? null : 100 * row.high, compared: row.beside === null ? null : 100 * row.beside,
  ...(row.verdict === null ? row.is_sum ? { shape: study.shapes.sum, size: 84 } : {} : { verdict: row.verdict }), beside: countWords(row),
  says: `${sentence(row.text)}: ${signedPercent(row.rho)}${row.low === null ? row.reason ? ` (no interval: ${row.reason})` : "" : `, ${bounds(row.low, row.high)}`}${row.n_models === null ? "" : `; ${plural(row.n_models, "model")}`}${row.n_families === null ? "" : ` of ${plural(row.n_families, "family", "families")}`}${row.verdict === null ? "" : `; ${row.verdict}`}`,
}), { counts: "models in families", ...options });
const countWords = (row) => [row.n_models, row.n_families].filter((one) => one !== null).map((one) => one.toLocaleString("en")).join(" in ");

const rowsTable = (caption, rows, { compared } = {}) => {
  let group = "";
  const several = rows.some((row) => row.is_heading), lines = rows.flatMap((row) => row.is_heading ? (group = row.text, []) : [{ ...row, group }]);
  return table(caption, [
    { name: "text", title: "Models", head: true, class: "name", text: (row) => row.text }, several ? { name: "group", title: "Parted", text: (row) => row.group || NOTHING } : null,
    { name: "rho", title: "ρ, %", class: "num", text: (row) => percent(row.rho) }, { name: "interval", title: `${level()} interval`, class: "num", text: (row) => row.low === null ? row.reason ?? NOTHING : bounds(row.low, row.high) },
    compared ? { name: "beside", title: compared, class: "num", text: (row) => percent(row.beside) } : null,
    { name: "models", title: "Models", class: "num", text: (row) => row.n_models === null ? NOTHING : row.n_models.toLocaleString("en") }, { name: "families", title: "Families", class: "num", text: (row) => row.n_families === null ? NOTHING : row.n_families.toLocaleString("en") },
  ].filter(Boolean), lines);
};

const partedNow = (benchmark) => study.parted.filter((one) => one.benchmark === benchmark && (!here.filters.population || one.population === here.filters.population));

const pictureFigure = (one, picture) => el("figure", {}, el("figcaption", {}, el("b", {}, `${sentence(one.who)}, ${picture.title}: ${picture.turns ? "the sign turns" : "the parts cancel out"}`)),
  el("ul", { class: "legend", "aria-label": "Parts of the models" }, picture.key.map(([role, path, text]) => el("li", {}, svgPath(path, role), text)), el("li", {}, el("span", { class: "dashes", "aria-hidden": "true" }), "all of them together")),
  chart(picture.spec.description, 380, (width) => ({ spec: { ...structuredClone(picture.spec), width, height: Math.min(400, Math.max(300, width * 0.7)) }, mode: "vega-lite" })),
  picture.is_counted ? el("p", { class: "small" }, "So many models are counted in cells: the larger a mark, the more models.") : null,
  el("p", { class: "small" }, picture.what[0]),
  picture.what.length > 1 ? more(`The same of ${plural(picture.what.length - 1, "more part")}`, () => picture.what.slice(1).map((text) => el("p", { class: "small" }, text))) : null);

const turningSection = (benchmark) => {
  const own = partedNow(benchmark).filter((one) => one.pictures.length);
  return own.length ? el("section", {}, el("h2", {}, "Where the sign turns"),
    el("p", {}, "One correlation over a mixed set of models can hide that its parts go different ways. Each mark is coloured and shaped by the part its models are in; each full line is fitted within one part, the dashed line over all of them."),
    pairs(own.flatMap((one) => one.pictures.map((picture) => pictureFigure(one, picture))), (one) => one)) : null;
};

const strataSection = (benchmark) => {
  const own = partedNow(benchmark).filter((one) => one.rows.length);
  return own.length ? el("section", {}, el("h2", {}, "In parts of the models"),
    el("p", {}, "The same correlation within each part alone. A part has a smaller range of capability than the whole, so a weaker correlation in it is to be expected; one of the other sign is not."),
    pairs(own, (one) => el("figure", {}, el("figcaption", {}, sentence(one.who)), correlationRows(`The correlation in parts of the ${one.who}; also in the table below`, one.rows),
      more("The same as a table", () => rowsTable(`The correlation in parts of the ${one.who}`, one.rows))))) : null;
};

const givenSection = (benchmark) => {
  const own = partedNow(benchmark).filter((one) => one.given.length);
  return own.length ? el("section", {}, el("h2", {}, "With compute, size or date allowed for"),
    el("p", {}, "Larger and later models are more capable, and differ in other ways too. This is what is left of the correlation when models are compared as if they were alike in one of these (partial rank correlation). The upright stroke is the correlation of the same models with nothing allowed for."),
    pairs(own, (one) => el("figure", {}, el("figcaption", {}, sentence(one.who)), correlationRows(`The correlation with something else allowed for, ${one.who}; also in the table below`, one.given),
      more("The same as a table", () => rowsTable(`The correlation with something else allowed for, ${one.who}`, one.given, { compared: "ρ with nothing allowed for, %" }))))) : null;
};
