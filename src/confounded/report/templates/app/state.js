// Where the reader is, and what is filtered: all of it in the fragment of the address, so that links and the back
// button work. "#benchmark/truthfulqa_mc1?population=chat".

const FILTERS = ["population", "area", "kind", "verdict", "family", "q", "sort", "margin"];
const CARRIED = ["population", "family", "margin"];  // they mean the same in every part

const parsed = (hash) => {
  const text = hash.replace(/^#/, "");
  const cut = text.indexOf("?");
  const path = cut < 0 ? text : text.slice(0, cut);
  const [view, ...rest] = path.split("/");
  const given = new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1));
  let name = rest.join("/");
  try { name = decodeURIComponent(name); } catch { /* a % that is no escape stays as it is */ }
  const filters = {};
  for (const key of FILTERS) if (given.get(key)) filters[key] = given.get(key);
  return { view: view || "overview", name, filters };
};

const fragment = (view, name = "", filters = {}) => {
  const kept = new URLSearchParams();
  for (const key of FILTERS) if (filters[key]) kept.set(key, filters[key]);
  const query = kept.toString();
  return `#${view}${name ? `/${encodeURIComponent(name)}` : ""}${query ? `?${query}` : ""}`;
};

let here = parsed(location.hash);
const carried = () => Object.fromEntries(CARRIED.filter((key) => here.filters[key]).map((key) => [key, here.filters[key]]));
const to = (view, name = "", filters = {}) => fragment(view, name, { ...carried(), ...filters });

// A choice is a step that the back button takes back; what is typed or dragged is not, letter by letter.
const choose = (changes, { step = true } = {}) => {
  const filters = { ...here.filters, ...changes };
  const target = fragment(here.view, here.name, filters);
  if (target === location.hash) return;
  if (step) history.pushState(null, "", target);
  else history.replaceState(null, "", target);
  show({ moved: false });
};

const marginNow = () => {
  const given = Number(here.filters.margin);
  return here.filters.margin && given >= 0.05 && given <= 0.95 ? given : study.settings.margin;
};
const populationsNow = () => study.populations.filter((one) => !here.filters.population || one.population === here.filters.population);
