// What was done, with which settings, from which files, and how to cite it.

const MATHS = "http://www.w3.org/1998/Math/MathML";
const m = (name, ...children) => { const made = document.createElementNS(MATHS, name); for (const child of children.flat()) made.append(child); return made; };
const mi = (text) => m("mi", text), mo = (text) => m("mo", text), mn = (text) => m("mn", text), row = (...all) => m("mrow", ...all), sub = (a, b) => m("msub", a, b), frac = (a, b) => m("mfrac", a, b);
const formula = (...all) => { const made = m("math", ...all); made.setAttribute("display", "block"); return el("div", { class: "formula", tabindex: "0", role: "group", "aria-label": "Formula" }, made); };

const capabilityText = () => {
  const source = study.populations[0].capabilities;
  if (source.kind !== "suite") return [el("p", {}, `Capability is ${source.title}: ${source.made_from}. It is held fixed: it was not fitted to these models.`, source.citation ? ` Please cite: ${source.citation}${source.licence ? ` (${source.licence})` : ""}.` : "")];
  return [
    el("p", {}, "Each capability benchmark is standardised over the models studied together. The capabilities score of a model is the sum of these, weighted by the first eigenvector v of the matrix of Spearman correlations between the capability benchmarks:"),
    formula(row(sub(mi("c"), mi("i")), mo("="), m("munder", mo("∑"), mi("b")), sub(mi("v"), mi("b")), mo("·"), frac(row(sub(mi("x"), mi("ib")), mo("−"), sub(m("mover", mi("x"), mo("¯")), mi("b"))), sub(mi("s"), mi("b"))))),
    study.populations.map((one) => one.explained_share === null ? null : el("p", {}, `Over ${one.n_models} ${one.population} models the first component explains ${share(one.explained_share, 1)} of the variance between models${one.capability_correlations ? `; two capability benchmarks correlate at ${signedPercent(one.capability_correlations.mean)} on average` : ""}.`)),
    el("div", { class: "pair" }, study.populations.filter((one) => one.capability_correlations).map((one) => el("figure", {}, el("figcaption", {}, `Correlations between the capability benchmarks, ${one.population} models`), chart(`Correlations between ${one.suite.length} capability benchmarks, ${one.population} models; also in the table capability-correlations`, 380, () => ({ spec: study.specs[`heatmap ${one.population}`], mode: "vega-lite" }))))),
    more("Weights of the capability benchmarks", () => pairs(study.populations.filter((one) => one.suite.length), (one) => table(`Weights in the first component, ${one.population} models`, [{ name: "name", title: "Benchmark", head: true, text: (member) => link(to("benchmark", member.benchmark), nameOf(member.benchmark)) }, { name: "loading", title: "Weight", class: "num", text: (member) => significant(member.loading) }], one.suite))),
  ];
};

const powerLines = () => study.population_summaries.filter((one) => one.power.length).map((one) => el("li", {}, `${sentence(one.population)}: `, one.power.map((power, at) => [at ? "; " : "", power.separable === null ? `not known (${power.reason})` : `${share(power.separable)}${power.ability_clustering || power.residual_clustering ? ` if models of a family are alike (correlation ${power.ability_clustering} in ability, ${power.residual_clustering} in the rest)` : " if models of a family are no more alike than others"}`]), "."));

const countsTable = () => table("Benchmarks outside the capability suite, counted", [
  { name: "population", title: "Models", head: true, text: (line) => line.population }, { name: "reading", title: "Reading", text: (line) => line.reading },
  ...["entangled", "separable", "inverse", "undecided", "unreliable"].map((name) => ({ name, title: name, class: "num", text: (line) => line.counts[name] ?? NOTHING }))],
  study.population_summaries.flatMap((one) => [
    ["as single numbers", { entangled: one.points.above, separable: one.points.within, inverse: one.points.below }], [`by ${level()} intervals`, one.verdicts],
    [`${one.declared.length} that are no parts, false discovery rate ${share(1 - study.settings.level)}`, one.verdicts_bh], ["the same under any dependence", one.verdicts_by],
    ["by the effective number of families", one.verdicts_effective]].map(([reading, counts]) => ({ population: one.population, reading, counts }))));

const bibtex = (key, lines) => el("pre", { tabindex: "0" }, `@misc{${key},\n${lines.map(([name, value]) => `  ${name} = {${value}},`).join("\n")}\n}`);

const imputedLines = ({ population, missing }) => [
  el("p", {}, `Of the suite of the ${population} models ${share(missing.share)} of the cells are imputed, ${missing.imputations} times. A model needs ${missing.model_floor} of the benchmarks.${missing.by_age.length ? ` Whether a model has ${andList(missing.by_age.map(nameOf))} goes with when it was released: these cells are not missing at random.` : ""}`),
  el("p", {}, "The variance s² of intervals is then larger, by (1 + 1/M) times the variance of z between the M imputations and by the square of how far z moves where known cells are hidden. There are no bootstrap intervals, and no verdicts without each family: each resample would have to be imputed anew."),
  el("ul", {}, missing.coverage.map((one) => el("li", {}, `${nameOf(one.benchmark)}: ${one.n_models} of ${missing.n_models} models`)))];

const drawMethod = () => {
  const { provenance, settings } = study, margin = marginWords(settings.margin);
  const missingWords = { "leave-model-out": "gets no capabilities score", "leave-benchmark-out": "takes the benchmark out of the suite", "column-mean": "gets the mean of the others there", "impute": "gets scores imputed from its others" };
  return [
    heading("Method and data"),
    el("section", {}, el("h2", {}, "Capabilities score"), capabilityText()),
    dimensionsSection(),
    el("section", {}, el("h2", {}, "Capabilities correlation"),
      el("p", {}, "Spearman's rank correlation between a benchmark's scores and the capabilities scores, over the models that have both. Calibration metrics are correlated with the accuracy on their own data set instead."),
      formula(row(mi("ρ"), mo("="), m("mi", "corr"), mo("("), m("mi", "rank"), mo("("), sub(mi("y"), mi("i")), mo(")"), mo(","), m("mi", "rank"), mo("("), sub(mi("c"), mi("i")), mo(")"), mo(")"))),
      el("p", {}, `The ${level()} interval leaves out one of F families of models at a time${settings.capabilities ? "" : ", refits the capabilities score"} and takes Fisher's z of each correlation (family jackknife, Student's t with F − 1 degrees of freedom):`),
      formula(row(mi("z"), mo("="), m("mi", "artanh"), mi("ρ"), mo(","), m("msup", mi("s"), mn("2")), mo("="), frac(row(mi("F"), mo("−"), mn("1")), mi("F")), m("munder", mo("∑"), mi("f")), m("msup", row(mo("("), sub(mi("z"), row(mo("("), mi("f"), mo(")"))), mo("−"), m("mover", mi("z"), mo("¯")), mo(")")), mn("2")), mo(","), mi("ρ"), mo("∈"), m("mi", "tanh"), mo("("), mi("z"), mo("±"), sub(mi("t"), row(mi("F"), mo("−"), mn("1"))), mi("s"), mo(")"))),
      el("p", {}, "It speaks of models drawn by families from where these came from. Models of a family are kin, and not independent evidence.")),
    el("section", {}, el("h2", {}, "Verdicts"), el("p", {}, `Each comes from one interval against the margin of ±${margin}, so a wrong verdict has a probability of at most ${share(1 - settings.level)} where the interval holds what it promises.`),
      el("dl", { class: "facts" }, ["entangled", "inverse", "separable", "undecided", "unreliable"].map((name) => [el("dt", {}, chip(name)), el("dd", {}, `${sentence(study.verdicts[name].meaning)}.`)])),
      countsTable(), powerLines().length ? [el("p", {}, "How often a study of this size would call a benchmark separable that has nothing to do with capability and no measurement error:"), el("ul", {}, powerLines())] : null),
    planningSection({ id: "planning" }),
    partingsSection(),
    el("section", { id: "notices" }, el("h2", {}, "What was assumed or left out"), study.notices.length ? el("ul", { class: "notices" }, study.notices.map((one) => el("li", {}, one.lenient ? el("b", {}, "Taken leniently. ") : null, one.where ? el("b", {}, `${short(one.where)}: `) : null, one.what, one.remedy ? el("span", { class: "small" }, ` ${one.remedy}`) : null))) : el("p", {}, "Nothing had to be assumed, and no model or benchmark was left out."),
      study.populations.some((one) => one.left_out.length) ? el("ul", {}, study.populations.flatMap((one) => one.left_out.slice(0, 50).map((left) => el("li", {}, `${modelName(left.model)} (${one.population}) has no capabilities score: no score on ${andList(left.missing.map(nameOf))}.`)))) : null,
      study.populations.filter((one) => one.missing).map(imputedLines),
      study.aggregated.length ? el("p", { class: "note" }, `The ${andList(study.aggregated)} population has more models than a page can draw one by one: scatters are counts in cells, and of the adjusted scores the highest and the lowest are shown. result.json has all.`) : null),
    el("section", {}, el("h2", {}, "Settings and versions"), facts([["Program", `${provenance.program} ${provenance.program_version}`],
      ["Capability", settings.capabilities ? `${study.populations[0].capabilities.title}, held fixed` : null], ["Suite", settings.capabilities ? null : settings.suite ? settings.suite.join(", ") : "the paper's twelve, as far as there are scores"],
      ["A model without a score of the suite", missingWords[settings.missing]], ["Margin", `±${margin}`], ["Level", level()], ["Resamples, seed", `${settings.resamples.toLocaleString("en")}, ${settings.seed} (${study.populations.some((one) => one.missing) ? "of what is imputed; no bootstrap" : "of the intervals for comparison; the default interval is not random"})`], ["Not studied, as asked for", settings.leave_out.length ? settings.leave_out.join(", ") : null]])),
    el("section", {}, el("h2", {}, "Sources"), provenance.sources.length ? table("Files that were read", [{ name: "name", title: "File", head: true, class: "name", text: (one) => `${short(one.name)}${one.files > 1 ? ` (${one.files.toLocaleString("en")} files)` : ""}` }, { name: "sha", title: "SHA-256", text: (one) => el("code", {}, one.sha256) }], provenance.sources) : el("p", {}, "No file: the scores were given to the library."),
      el("p", {}, provenance.shipped_scores ? "The scores are those that Richard Ren, Steven Basart, Adam Khoja and others released with “Safetywashing: Do AI Safety Benchmarks Actually Measure Safety Progress?” (2024, arXiv:2407.21792), under the MIT licence, copyright 2024 Center for AI Safety. The method for capabilities scores and correlations is theirs; the intervals and verdicts are not." : "The method for capabilities scores and correlations is that of Ren et al. 2024, “Safetywashing: Do AI Safety Benchmarks Actually Measure Safety Progress?”, arXiv:2407.21792; the intervals and verdicts are not theirs.")),
    el("section", {}, el("h2", {}, "How to cite"), el("p", {}, `Cite the paper for the method${provenance.shipped_scores ? " and the scores" : ""}, and this program for intervals and verdicts:`),
      bibtex("ren2024safetywashing", [["title", "Safetywashing: Do {AI} Safety Benchmarks Actually Measure Safety Progress?"], ["author", "Ren, Richard and Basart, Steven and Khoja, Adam and Gatti, Alice and Phan, Long and Yin, Xuwang and Mazeika, Mantas and Pan, Alexander and Mukobi, Gabriel and Kim, Ryan H. and Fitz, Stephen and Hendrycks, Dan"], ["year", "2024"], ["eprint", "2407.21792"], ["archiveprefix", "arXiv"]]),
      bibtex("confounded", [["title", "confounded: is your safety benchmark confounded with capability?"], ["author", "{The confounded authors}"], ["note", `Version ${provenance.program_version}`]])),
    downloads(),
    el("p", { class: "small" }, "Charts are drawn by Vega (BSD 3-Clause, University of Washington Interactive Data Lab); the page's source carries the notice."),
  ];
};
