// Parts of the models: a benchmark's correlation in each, with something else allowed for, and where its sign turns.

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
    pairs(own, (one) => el("figure", {}, el("figcaption", {}, sentence(one.who)), listedRows(`The correlation in parts of the ${one.who}; also in the table below`, one.rows),
      more("The same as a table", () => rowsTable(`The correlation in parts of the ${one.who}`, one.rows))))) : null;
};

const partingsSection = () => study.partings.length ? el("section", {}, el("h2", {}, "Parts of the models"),
  el("p", {}, "A correlation over all models is held against the same within each part of them. They are parted by rules that are stated beforehand:"),
  study.partings.map((one) => [el("h3", {}, sentence(one.who)), el("ul", {}, one.splits.map((split) => el("li", {}, `${sentence(split.rule)}.${split.n_unknown ? ` Not known of ${plural(split.n_unknown, "model")}.` : ""}`)))])) : null;

const givenSection = (benchmark) => {
  const own = partedNow(benchmark).filter((one) => one.given.length);
  return own.length ? el("section", {}, el("h2", {}, "With compute, size or date allowed for"),
    el("p", {}, "Larger and later models are more capable, and differ in other ways too. This is what is left of the correlation when models are compared as if they were alike in one of these (partial rank correlation). The upright stroke is the correlation of the same models with nothing allowed for."),
    pairs(own, (one) => el("figure", {}, el("figcaption", {}, sentence(one.who)), listedRows(`The correlation with something else allowed for, ${one.who}; also in the table below`, one.given),
      more("The same as a table", () => rowsTable(`The correlation with something else allowed for, ${one.who}`, one.given, { compared: "ρ with nothing allowed for, %" }))))) : null;
};
