// Which part of the page is shown.

const VIEWS = {
  areas: { title: "Areas", draw: drawAreas }, area: { title: "Areas", draw: drawArea, within: "areas" },
  benchmarks: { title: "Benchmarks", draw: drawBenchmarks }, benchmark: { title: "Benchmarks", draw: drawBenchmark, within: "benchmarks" },
  models: { title: "Models", draw: drawModels }, model: { title: "Models", draw: drawModel, within: "models" },
  method: { title: "Method and data", draw: drawMethod },
};
const overviewPart = document.getElementById("overview"), viewPart = document.getElementById("view");
const ownTitle = document.title;
let drawn = null;

// A change of what is listed leaves the search box and the slider, with the focus in them, where they are.
const redrawList = () => {
  const listed = viewPart.querySelector(".listed");
  const make = { benchmarks: benchmarkTable, models: modelsBody }[here.view];
  if (!listed || !make || drawn !== here.view) return false;
  const active = document.activeElement;
  if (!active || !viewPart.contains(active) || !["q", "margin"].includes(active.id)) return false;
  listed.replaceChildren();
  add(listed, [make()]);
  viewPart.querySelector("#margin-note")?.replaceWith(marginNote());
  return true;
};

const show = ({ moved = true } = {}) => {
  here = parsed(location.hash);
  if (here.view === "content") { document.getElementById("content").focus(); here = parsed(""); }
  const view = VIEWS[here.view];
  document.documentElement.style.setProperty("--margin", String(100 * marginNow()));
  tip.hidden = true;
  overviewPart.hidden = Boolean(view);
  viewPart.hidden = !view;
  for (const anchor of document.querySelectorAll(".bar a[href]")) {
    const target = anchor.getAttribute("href").slice(1).split("?")[0];
    anchor.setAttribute("href", to(target));
    if (!anchor.classList.contains("brand")) {
      if (target === (view ? view.within ?? here.view : "overview")) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
    }
  }
  if (!view) {
    document.title = ownTitle;
    dressOverview();
    const place = here.name ? document.getElementById(here.name) : null;
    if (place && (moved || drawn === null)) place.scrollIntoView();
    else if (moved && drawn !== null) scrollTo(0, 0);
    drawn = "overview";
    return;
  }
  if (!moved && redrawList()) { announce(); return; }
  const focused = document.activeElement && viewPart.contains(document.activeElement) ? document.activeElement.id : "";
  if (moved) { shownRows = STEP; shownModels = STEP; }
  const before = scrollY;
  viewPart.replaceChildren();
  add(viewPart, [view.draw()]);
  const title = viewPart.querySelector("h1");
  document.title = `${title?.textContent ?? view.title} · confounded`;
  if (moved && drawn !== null) { title?.focus({ preventScroll: true }); scrollTo(0, 0); }
  else if (focused) { document.getElementById(focused)?.focus({ preventScroll: true }); scrollTo(0, before); }
  if (here.view === "method" && here.name) document.getElementById(here.name)?.scrollIntoView();
  drawn = here.view;
  announce();
};
const announce = () => {
  const caption = viewPart.querySelector(".listed caption");
  if (caption) document.getElementById("told").textContent = caption.textContent;
};

addEventListener("hashchange", () => { if (study) show(); });
addEventListener("popstate", () => { if (study && location.hash !== fragment(here.view, here.name, here.filters)) show({ moved: false }); });

read().then(async () => { show({ moved: false }); await vegaUnpacked; document.documentElement.dataset.ready = "yes"; }).catch(tellProblem);
