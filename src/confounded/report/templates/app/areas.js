// The areas: what each is about, its pooled correlation, its benchmarks, and the verdict in words.

const VERDICT_WORDS = {
  entangled: "Taken together, its benchmarks rise with capability: progress on them cannot be told from progress in capability.",
  inverse: "Taken together, its benchmarks get worse as capability grows: no safetywashing, but the hazard grows with capability.",
  separable: "Taken together, its benchmarks have little to do with capability: progress on them is progress of its own.",
  mixed: "Its benchmarks go different ways: one figure for the area would hide more than it tells.",
  undecided: "Nobody can call this area yet: the interval reaches across the margin.",
  unreliable: "Its correlations are low, but the measurement error of its benchmarks is too large, or not known, to call it separable.",
  "no data": "No benchmark of this area outside the capability suite has a correlation.",
};
const summariesOf = (area) => study.area_summaries.filter((one) => one.area === area && one.n_benchmarks && (!here.filters.population || one.population === here.filters.population));

const countsWords = (verdicts) => ["entangled", "separable", "inverse", "unreliable", "undecided"].filter((one) => verdicts[one]).map((one) => `${verdicts[one]} ${one}`).join(", ");

const EXPECTED = { rises: "rise with capability", falls: "fall as capability grows", unrelated: "have little to do with capability" };
const outcomes = (area, side) => {
  const own = study.area_predictions.filter((one) => one.area === area && one.side === side);
  return own.length ? el("span", { class: "small" }, `Held against the scores: ${andList(own.map((one) => `${one.outcome} (${one.population})`))}.`) : null;
};

const areaParts = (group) => {
  const known = found.areas.get(group.area);
  const summaries = summariesOf(group.area);
  return [
    known ? el("p", {}, known.goal ? `${known.goal} ${known.description}` : known.description) : null,
    known?.threat ? el("p", {}, el("b", {}, "What is feared: "), known.threat) : null,
    summaries.map((one) => el("div", { class: "verdict-line" },
      el("p", {}, el("b", {}, `${sentence(one.population)} models: `), chip(one.shown_verdict), " ", VERDICT_WORDS[one.shown_verdict] ?? "",
        ` Pooled ${signedPercent(one.pooled.rho)}${one.pooled.low === null ? one.pooled.reason ? ` (no interval: ${one.pooled.reason})` : "" : ` (${level()} interval ${bounds(one.pooled.low, one.pooled.high)}${NBSP}%)`}${one.pooled.imputed_share ? `, ${share(one.pooled.imputed_share)} of the suite's cells imputed` : ""}, ${plural(one.n_benchmarks, "benchmark")}: ${countsWords(one.verdicts)}.`),
      el("p", { class: "small" }, `Why: ${(one.criterion ?? one).rule}.${one.criterion?.lowest !== null && one.criterion?.lowest !== undefined ? ` Under ${one.criterion.n_specifications} other choices the pooled correlation lies between ${percent(one.criterion.lowest)} and ${signedPercent(one.criterion.highest)}.` : ""} Computed at the margin of ±${marginWords(study.settings.margin)}.`))),
    known?.finding ? el("p", { class: "small" }, el("b", {}, "What the paper found: "), known.finding) : null,
    known && (known.sections.length || known.expectations.length) ? more(`More on this area: the case for and against, what remains open`, () => [
      known.expectations.length ? [el("h3", {}, "What each side leads one to expect"), el("ul", {}, known.expectations.map((one) => el("li", {}, el("b", {}, `${sentence(one.side)}: `), `its measures ${EXPECTED[one.predicted] ?? one.predicted}. ${one.why} `, outcomes(group.area, one.side))))] : null,
      known.sections.map((one) => [el("h3", {}, one.heading), one.text.split(/\n\s*\n/).map((text) => el("p", {}, text))]),
      known.references.length ? [el("h3", {}, "References"), el("ul", { class: "small" }, known.references.map((text) => el("li", {}, text)))] : null]) : null,
  ];
};

const areaForest = (group, population) => {
  const own = group.entries.map(([benchmark, depth]) => ({ benchmark, depth, one: correlationOf(benchmark, population) })).filter((row) => row.one && row.one.rho !== null);
  const summary = study.area_summaries.find((one) => one.area === group.area && one.population === population);
  const rows = own.map(({ benchmark, depth, one }) => ({
    text: `${depth ? "· " : ""}${nameOf(benchmark)}`, at: 100 * one.rho, low: one.interval?.low === null || !one.interval ? null : 100 * one.interval.low, high: one.interval?.high === null || !one.interval ? null : 100 * one.interval.high,
    verdict: verdictNow(one), size: depth ? 34 : 64, go: to("benchmark", benchmark),
    says: `${nameOf(benchmark)}: ${signedPercent(one.rho)}, ${one.interval ? bounds(one.interval.low, one.interval.high) : ""}; ${verdictNow(one)}`,
  }));
  if (summary?.pooled?.rho !== null && summary?.pooled && rows.length > 1) rows.push({
    text: "Pooled", at: 100 * summary.pooled.rho, low: summary.pooled.low === null ? null : 100 * summary.pooled.low, high: summary.pooled.high === null ? null : 100 * summary.pooled.high,
    fill: LIGHT.ink, stroke: LIGHT.ink, shape: "M0,-1L1.6,0L0,1L-1.6,0Z", size: 90, says: `Pooled: ${signedPercent(summary.pooled.rho)}, ${bounds(summary.pooled.low, summary.pooled.high)}`,
  });
  if (!rows.length) return null;
  return el("figure", {}, el("figcaption", {}, `${sentence(population)} models`), rowsChart(`Forest plot of ${group.title}, ${population} models: the correlations of ${rows.length} benchmarks with their intervals, also in the table of benchmarks`, rows));
};

const areaSection = (group, level = "h2") => el("section", { class: "area", "aria-label": areaTitle(group) },
  el(level, level === "h1" ? { class: "page", tabindex: "-1" } : {}, level === "h1" ? areaTitle(group) : link(to("area", group.area ?? "other"), areaTitle(group))),
  areaParts(group), pairs(populationsNow().map((one) => areaForest(group, one.population)).filter(Boolean), (one) => one),
  el("p", {}, link(to("benchmarks", "", { area: group.area ?? "other" }), "All its benchmarks as a table")));

const drawAreas = () => [
  heading("Areas"),
  el("p", { class: "lead" }, "Benchmarks by what they claim to measure. Of each area: what it is about, its benchmarks with their intervals, and whether it can be told from capability."),
  el("div", { class: "filters" }, populationFilter()), marginNow() === study.settings.margin ? null : marginNote(),
  table("The verdict on each area", [
    { name: "area", title: "Area", head: true, text: (group) => link(to("area", group.area ?? "other"), areaTitle(group)) },
    ...populationsNow().map(({ population }) => ({ name: population, title: `${sentence(population)} models`, text: (group) => {
      const one = summariesOf(group.area).find((summary) => summary.population === population);
      return one ? chip(one.shown_verdict) : NOTHING;
    } }))], study.groups),
  study.groups.map((group) => areaSection(group)),
  waitingSection(),
  trendsSection(),
  study.kind_summaries.length > 1 ? kindSection() : null,
];

// Areas of the survey without scores: what is not known is as visible as what is.
const waitingSection = () => {
  const waiting = study.areas.filter((one) => !found.groups.has(one.area));
  return waiting.length ? el("section", { "aria-label": "Areas without scores" }, el("h2", {}, "Areas without scores here"),
    el("p", {}, "Directions of research without a benchmark in this study. Nothing can be said of how they go with capability."),
    waiting.map((one) => el("section", { class: "area", "aria-label": one.title }, el("h3", {}, one.title, " ", chip("no data")), areaParts(one),
      one.settled_by ? el("p", {}, el("b", {}, "What would settle it: "), one.settled_by) : null))) : null;
};

const kindSection = () => el("section", { "aria-label": "Kinds of measurement" }, el("h2", {}, "Across areas: kinds of measurement"),
  el("p", {}, "Areas mix what a model knows, what it tends to do, and whether it withstands attacks that were fixed beforehand (static) or are made to fit it (dynamic). Here these are apart."),
  pairs(populationsNow(), (population) => el("figure", {}, el("figcaption", {}, `${sentence(population.population)} models`),
    rowsChart(`Pooled correlations of the kinds of measurement, ${population.population} models`, study.kind_summaries.filter((one) => one.population === population.population).map((one) => ({
      text: `${one.kind} (${one.members.length})`, at: one.pooled.rho === null ? null : 100 * one.pooled.rho, low: one.pooled.low === null ? null : 100 * one.pooled.low, high: one.pooled.high === null ? null : 100 * one.pooled.high,
      fill: LIGHT.ink, stroke: LIGHT.ink, shape: "M0,-1L1.4,0L0,1L-1.4,0Z", size: 80, says: `${one.kind}: ${signedPercent(one.pooled.rho)}, ${bounds(one.pooled.low, one.pooled.high)}; ${one.members.length} benchmarks`, go: to("benchmarks", "", { kind: one.kind }) }))))),
  study.kind_contrasts.length ? table(`Does one kind differ from another? Difference of the pooled correlations on Fisher's z scale, with its ${level()} interval`, [
    { name: "contrast", title: "Contrast", head: true, text: (one) => `${one.first} less ${one.second}` }, { name: "population", title: "Models", text: (one) => one.population },
    { name: "difference", title: "Difference", class: "num", text: (one) => significant(one.difference) },
    { name: "interval", title: "Interval", class: "num", text: (one) => one.low === null ? one.reason ?? NOTHING : `${significant(one.low)} to ${significant(one.high)}` },
    { name: "p", title: "p", class: "num", text: (one) => pValue(one.p) }], study.kind_contrasts.filter((one) => !here.filters.population || one.population === here.filters.population)) : null);

const drawArea = () => {
  const group = found.groups.get(here.name);
  if (!group) return missing("area");
  return [crumbs(link(to("areas"), "Areas")), el("div", { class: "filters" }, populationFilter(), marginSlider()), marginNote(), areaSection(group, "h1")];
};
const missing = (what) => [heading("Not in this report"), el("p", {}, `There is no ${what} “${short(here.name)}” here. `, link(to("benchmarks"), "All benchmarks"), ", ", link(to("models"), "all models"), ".")];
