// Rows of figures as Python lists them (figures/row_list.py), for correlations in percent; laid out here.

const inUnit = (value, unit) => value === null ? NOTHING : unit ? `${fixed(value, 1)}${NBSP}${unit}` : significant(value);
const limitsOf = (row, unit) => row.low === null ? "" : unit ? `${fixed(row.low, 1)} to ${fixed(row.high, 1)}`.replaceAll(" ", NBSP) : `${significant(row.low)} to ${significant(row.high)}`;
const countWords = (row) => [row.n_models, row.n_families].filter((one) => one !== null).map((one) => one.toLocaleString("en")).join(" in ");
const rowWords = (row, unit) => `${sentence(row.text)}: ${row.at === null ? "between" : inUnit(row.at, unit)}${row.low === null ? row.reason ? ` (no interval: ${row.reason})` : "" : `${row.at === null ? "" : ","} ${limitsOf(row, unit)}`}${row.n_models === null ? "" : `; ${plural(row.n_models, "model")}`}${row.n_families === null ? "" : ` of ${plural(row.n_families, "family", "families")}`}${row.verdict === null ? "" : `; ${row.verdict}`}`;
const lookOf = (row) => row.verdict !== null ? { verdict: row.verdict } : { fill: row.is_open ? LIGHT.paper : LIGHT.ink, ...(row.is_sum ? { shape: study.shapes.sum, size: 84 } : {}) };
const listedRows = (label, rows, { unit = "%", ...options } = {}) => rowsChart(label, rows.map((row) => row.is_heading ? { text: row.text, heading: true }
  : { ...lookOf(row), text: row.text, at: row.at, low: row.low, high: row.high, compared: row.compared, beside: countWords(row), says: rowWords(row, unit) }),
{ counts: rows.some((row) => row.n_models !== null) ? "models in families" : null, ...options });

const rowsTable = (caption, rows, { unit = "%", first = "Models", figure = "ρ, %", compared = null } = {}) => {
  let group = "";
  const several = rows.some((row) => row.is_heading), counted = rows.some((row) => row.n_models !== null), judged = rows.some((row) => row.verdict !== null);
  const lines = rows.flatMap((row) => row.is_heading ? (group = row.text, []) : [{ ...row, group }]);
  const number = (value) => value === null ? NOTHING : unit ? fixed(value, 1) : significant(value);
  const count = (name, title) => counted ? { name, title, class: "num", text: (row) => row[name] === null ? NOTHING : row[name].toLocaleString("en") } : null;
  return table(caption, [
    { name: "text", title: first, head: true, class: "name", text: (row) => row.text }, several ? { name: "group", title: "Parted", text: (row) => row.group || NOTHING } : null,
    { name: "at", title: figure, class: "num", text: (row) => number(row.at) }, { name: "interval", title: `${level()} interval`, class: "num", text: (row) => limitsOf(row, unit) || row.reason || NOTHING },
    compared ? { name: "compared", title: compared, class: "num", text: (row) => number(row.compared) } : null, judged ? { name: "verdict", title: "Verdict", text: (row) => row.verdict === null ? NOTHING : chip(row.verdict) } : null,
    count("n_models", "Models"), count("n_families", "Families"),
  ].filter(Boolean), lines);
};
