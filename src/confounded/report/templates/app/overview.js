// The first part is there already; here it comes to follow the population and the margin.

const dressOverview = () => {
  const radios = document.querySelectorAll('input[name="shown"]');
  for (const radio of radios) {
    radio.onchange = () => choose({ population: radio.value });
    if (here.filters.population) radio.checked = radio.value === here.filters.population;
  }
  if (here.filters.population === undefined && radios.length) radios[0].checked = true;
  const margin = marginNow(), moved = margin !== study.settings.margin;
  if (!document.getElementById("overview-tools").children.length || here.view === "overview") {
    const focused = document.activeElement?.id === "margin";
    if (!focused || !document.querySelector("#overview-tools #margin")) document.getElementById("overview-tools").replaceChildren(marginSlider(), marginNote());
    else document.querySelector("#overview-tools #margin-note").replaceWith(marginNote());
  }
  for (const place of document.querySelectorAll("[data-figure]")) {
    const name = `${place.dataset.figure} ${place.dataset.population}`;
    if (Number(place.dataset.margin || study.settings.margin) === margin) continue;
    place.dataset.margin = String(margin);
    const spec = structuredClone(study.specs[name]);
    for (const layer of spec.layer) {
      for (const row of layer.data.values) {
        if (row.id !== undefined) {
          const one = correlationOf(row.id, place.dataset.population);
          const verdict = verdictAt(one, margin);
          Object.assign(row, look(verdict), { href: null, go: to("benchmark", row.id) });
          row.says = `${nameOf(row.id)}: ${signedPercent(one.rho)}${one.interval ? `, ${bounds(one.interval.low, one.interval.high)}${NBSP}%` : ""}; ${verdict} at ±${marginWords(margin)}`;
        }
        if (row.from !== undefined) Object.assign(row, { from: -100 * margin, to: 100 * margin });
      }
    }
    place.classList.add("chart");
    embed(place, spec, "vega-lite");
  }
  for (const shown of document.querySelectorAll(".shown")) {
    const counts = {};
    for (const group of study.groups) if (group.safety) for (const [benchmark, depth] of group.entries) {
      const one = depth === 0 ? correlationOf(benchmark, shown.dataset.population) : null;
      if (one && one.rho !== null && !one.in_suite) { const verdict = verdictAt(one, margin); counts[verdict] = (counts[verdict] ?? 0) + 1; }
    }
    for (const item of shown.querySelectorAll("[data-verdict]")) item.querySelector("b").textContent = counts[item.dataset.verdict] ?? 0;
  }
  const said = document.getElementById("overview-margin");
  said.hidden = !moved;
  said.textContent = moved ? `Drawn at ±${marginWords(margin)}; the sentences and the areas are at ±${marginWords(study.settings.margin)}.` : "";
};
