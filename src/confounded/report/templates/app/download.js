// Downloads that need no network: the result, and every table as CSV, made here from the result by the same list of
// columns as the files in tables/.

let wholeResult = null;
const hasWhole = () => document.getElementById("whole") !== null;
const resultForTables = async () => {
  if (!hasWhole()) return study;
  wholeResult ??= restored(JSON.parse(await inflated("whole")));
  return wholeResult;
};

// The result stands in the page by columns and without white space; here it comes back as it was written, byte for
// byte. Numbers are never read as numbers on the way, since other programs write the same number otherwise: a "#"
// before a literal and a "$" before a text tell them apart. A list of literals is written on one line.
const asWritten = (text) => {
  const marked = text.replace(/"((?:[^"\\]|\\.)*)"|[^\s{}[\]:,"]+/g, (literal, inside) => inside === undefined ? `"#${literal}"` : `"$${inside}"`);
  const parts = [];
  const write = (value, line) => {
    if (typeof value === "string") { parts.push(value[0] === "#" ? value.slice(1) : JSON.stringify(value.slice(1))); return; }
    const isList = Array.isArray(value), entries = Object.entries(value);
    if (!entries.length) { parts.push(isList ? "[]" : "{}"); return; }
    if (isList && value.every((held) => typeof held === "string" && held[0] === "#")) { parts.push(`[${value.map((held) => held.slice(1)).join(",")}]`); return; }
    const inner = `${line} `;
    parts.push(isList ? "[" : "{");
    entries.forEach(([name, held], at) => {
      parts.push(at ? "," : "", inner, isList ? "" : `${JSON.stringify(name.slice(1))}: `);
      write(held, inner);
    });
    parts.push(line, isList ? "]" : "}");
  };
  write(restored(JSON.parse(marked), "$~"), "\n");
  return `${parts.join("")}\n`;
};

const save = (name, type, content) => {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const anchor = el("a", { href: address, download: name, hidden: true });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};

const SOURCES = {
  adjusted: (result) => result.correlations.flatMap((one) => {
    const population = result.populations.find((found) => found.population === one.population);
    if (one.extremes) return one.extremes.map((row) => ({ row: { ...row, best_rank: row.best, worst_rank: row.worst }, one }));
    if (!one.adjusted) return [];
    return population.models.map((model, at) => ({ row: { model: model.model, score: population.scores[one.benchmark][at], predicted: one.adjusted.predicted[at], residual: one.adjusted.residual[at], low: one.adjusted.low[at], high: one.adjusted.high[at],
      best_rank: one.ranks?.best?.[at] ?? null, worst_rank: one.ranks?.worst?.[at] ?? null }, one })).filter(({ row }) => row.residual !== null);
  }),
  all_intervals: (result) => result.correlations.flatMap((one) => [one.interval, ...one.intervals].filter(Boolean).map((row) => ({ row, one }))),
  between: (result) => result.populations.flatMap((one) => (one.capability_correlations?.benchmarks ?? []).flatMap((benchmark, up) => one.capability_correlations.benchmarks.map((other, across) => ({ row: { benchmark, other, rho: one.capability_correlations.rho[up][across] }, one })))),
  eigenvalues: (result) => result.populations.flatMap((one) => one.eigenvalues.map((eigenvalue, at) => ({ row: { component: at + 1, eigenvalue }, one }))),
  scores: (result) => result.populations.flatMap((one) => one.models.map((model) => ({ row: { ...model, missing: one.left_out.filter((left) => left.model === model.model).flatMap((left) => left.missing) }, one }))),
};
const rowsOf = (source, result) => {
  if (SOURCES[source]) return SOURCES[source](result);
  const steps = source.split(".");
  if (steps.length === 1) return result[source].map((row) => ({ row, one: row }));
  return result[steps[0]].flatMap((one) => {
    let held = one;
    for (const step of steps.slice(1)) held = Array.isArray(held) ? held.flatMap((each) => each[step] ?? []) : held?.[step];
    return (held ?? []).map((row) => ({ row, one }));
  });
};
const cellOf = (path, context) => {
  const [where, how] = path.split("|");
  let held = context;
  for (const step of where.split(".")) held = held === null || held === undefined ? null : held[step];
  if (how && !held) return null;
  if (how === "join") return held.join(";");
  if (how === "list") return held.join("; ") || null;
  if (how === "any") return held.join(";") || null;
  if (how === "names") return held.map((one) => one.caution).join(";");
  if (how === "count") return held.length;
  return held;
};
// A text that a spreadsheet would take for a formula gets an apostrophe before it.
const csvCell = (value) => {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const csvOf = (name, result) => {
  const { source, columns } = study.tables[name], paths = Object.values(columns);
  const facts = new Map(result.benchmarks.map((one) => [one.benchmark, one]));
  const lines = [Object.keys(columns).join(",")];
  for (const context of rowsOf(source, result)) {
    const whole = { ...context, fact: facts.get(context.one.benchmark) ?? null };
    lines.push(paths.map((path) => csvCell(cellOf(path, whole))).join(","));
  }
  return `${lines.join("\n")}\n`;
};
const downloadButton = (label, make) => el("button", { type: "button", class: "plain", onclick: async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  try { await make(); } finally { button.disabled = false; button.focus(); }
} }, label);

const downloads = () => el("section", { id: "downloads" }, el("h2", {}, "Downloads"),
  hasWhole() ? el("p", {}, downloadButton("result.json", async () => save("result.json", "application/json", asWritten(await inflated("whole")))), " the whole result at full precision, as the study wrote it.")
    : el("p", {}, downloadButton("projection.json", async () => save("projection.json", "application/json", JSON.stringify(restored(JSON.parse(await inflated("projection")))))), ` what this page shows, with five significant digits${study.aggregated.length ? ", models aggregated" : ""}. The whole result is too large to stand in a page: it is result.json beside it.`),
  el("p", {}, `Every table as CSV${hasWhole() ? " at full precision" : ", with five significant digits"}; the folder tables/ beside this page has them as CSV, Markdown, LaTeX and Parquet.`),
  el("ul", { class: "files" }, Object.keys(study.tables).map((name) => el("li", {}, downloadButton(`${name}.csv`, async () => save(`${name}.csv`, "text/csv", csvOf(name, await resultForTables())))))));
