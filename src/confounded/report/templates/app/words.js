// Numbers as readers see them, in the words of the files beside the page.

const MINUS = "\u2212", NOTHING = "\u2013", NBSP = "\u00a0";
const fixed = (value, digits) => {
  let text = value.toFixed(digits);
  if (Number(text) === 0) text = text.replace("-", "");
  return text.replace("-", MINUS);
};
const percent = (value, digits = 1) => value === null || value === undefined ? NOTHING : fixed(100 * value, digits);
const signedPercent = (value) => value === null || value === undefined ? NOTHING : `${percent(value)}${NBSP}%`;
const bounds = (low, high) => low === null || low === undefined || high === null || high === undefined ? "" : `${percent(low)} to ${percent(high)}`.replaceAll(" ", NBSP);
const significant = (value, digits = 3) => value === null || value === undefined ? NOTHING : String(Number(value.toPrecision(digits))).replace("-", MINUS);
const pValue = (value) => value === null || value === undefined ? "" : value < 0.001 ? value.toPrecision(2).replace("e-0", "e-").replace("-", MINUS) : value.toFixed(3);
const share = (value, digits = 0) => value === null || value === undefined ? NOTHING : `${fixed(100 * value, digits)}${NBSP}%`;
const plural = (number, one, many) => `${number.toLocaleString("en")}${NBSP}${number === 1 ? one : many || `${one}s`}`;
const andList = (parts) => parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const short = (text, most = 120) => { const all = Array.from(text.slice(0, most + 1)); return all.length > most ? `${all.slice(0, most - 1).join("").trimEnd()}…` : text; };
const level = () => `${significant(100 * study.settings.level)}${NBSP}%`;
const marginWords = (margin) => `${significant(100 * margin)}${NBSP}%`;
const parameters = (value) => value === null ? NOTHING : value < 1e12 ? `${significant(value / 1e9)}${NBSP}B` : `${significant(value / 1e12)}${NBSP}T`;
const flop = (value) => {
  if (value === null || value <= 0) return NOTHING;
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits}${NBSP}×${NBSP}10${String(Number(power)).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] || "⁻")}`;
};
