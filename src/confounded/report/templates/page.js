"use strict";
(() => {
  const study = JSON.parse(document.getElementById("study").textContent);
  const byId = (id) => document.getElementById(id);

  // A line of text beside the pointer, for marks that say what they are.
  const tip = byId("tip");
  const say = (text, event) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const above = event.clientY - box.height - 12;
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${above > 8 ? above : event.clientY + 16}px`;
  };
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.('.drawn [role="graphics-symbol"][aria-label]');
    if (mark) say(mark.getAttribute("aria-label"), event);
    else tip.hidden = true;
  });
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // As many decimals for a whole column as its largest value needs for four digits.
  const column = (values) => {
    const largest = Math.max(...values.filter((value) => value !== null).map(Math.abs), 1e-9);
    const decimals = Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(largest))));
    return (value) => value.toFixed(decimals).replace("-", "\u2212");
  };
  const shown = (value) => String(Number(value.toPrecision(4))).replace("-", "\u2212");

  // The models of a population that have both a score and a place on the other axis.
  const points = (benchmark, place) => {
    const population = study.populations[place];
    const scores = benchmark.scores[place];
    const against = benchmark.against?.[place] ?? population.scores;
    if (!scores) return [];
    const both = population.models
      .map((name, row) => ({ row, name, family: population.families[row], x: against[row], y: scores[row] }))
      .filter((model) => model.x !== null && model.y !== null);
    const middle = (key) => both.reduce((sum, model) => sum + model[key], 0) / both.length;
    const extent = (key) => Math.max(...both.map((m) => m[key])) - Math.min(...both.map((m) => m[key])) || 1;
    const [mx, my, ex, ey] = [middle("x"), middle("y"), extent("x"), extent("y")];
    for (const model of both) {
      [model.fill, model.shape] = study.families[model.family];
      // The names of models far from the middle are placed first: they are the ones that are asked for.
      model.weight = Math.abs(model.x - mx) / ex + Math.abs(model.y - my) / ey;
      model.says = `${model.name} (${model.family})\n${benchmark.x}: ${shown(model.x)}\n${benchmark.y}: ${shown(model.y)}`;
    }
    return both;
  };

  const domain = (all, key) => {
    const values = all.flat().map((model) => model[key]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = (high - low || Math.abs(high) || 1) * 0.05;
    return [low - margin, high + margin];
  };

  const draw = (place, width, benchmark, models, domains) => {
    const spec = structuredClone(study.spec);
    const set = { xTitle: benchmark.x, yTitle: benchmark.y, xDomain: domains[0], yDomain: domains[1] };
    for (const signal of spec.signals) signal.value = set[signal.name] ?? signal.value;
    // No-break spaces around a name keep the names beside it at a distance.
    spec.data[0].values = models.map((model) => ({ ...model, name: `\u00a0${model.name}\u00a0` }));
    spec.width = width;
    spec.description = `${benchmark.name} against ${benchmark.x}, a mark for each model`;
    return vegaEmbed(place, spec, { mode: "vega", renderer: "svg", actions: false, tooltip: false, defaultStyle: false });
  };

  // The scores model by model, with what capability predicts of each and the ranks that the data allow.
  const scoresTable = (benchmark, all) => {
    const more = element("details", "more");
    more.append(element("summary", "", "The scores model by model, adjusted for capability"));
    more.addEventListener("toggle", () => {
      if (more.children.length > 1) return;
      const adjusted = benchmark.adjusted.some((found) => found);
      const ranked = benchmark.adjusted.some((found) => found?.best);
      if (adjusted) {
        const why = benchmark.adjusted.map((found) => found?.why).find((text) => text);
        more.append(element("p", "remark", "Adjusted: the score less what a line through the other families' models predicts from capability; in bold where the score lies outside the prediction interval." + (ranked ? " Ranks: those the data allow, for all models at once; 1 is best." : why ? ` Ranks: ${why}.` : "")));
      }
      const scroll = element("div", "scroll");
      more.append(scroll);
      const table = element("table");
      const head = table.createTHead().insertRow();
      const titles = ["Model", "Family", "Population", benchmark.x, benchmark.y];
      if (adjusted) titles.push("adjusted", "prediction interval");
      if (ranked) titles.push("ranks");
      titles.forEach((text, column) => {
        const cell = element("th", column > 2 ? "num" : "", text);
        cell.scope = "col";
        head.append(cell);
      });
      const body = table.createTBody();
      const x = column(all.flat().map((model) => model.x));
      const y = column(all.flat().map((model) => model.y));
      all.forEach((models, place) => {
        const found = benchmark.adjusted[place];
        for (const model of [...models].sort((a, b) => b.x - a.x)) {
          const row = body.insertRow();
          const name = element("th", "name", model.name);
          name.scope = "row";
          row.append(name, element("td", "", model.family), element("td", "", study.populations[place].name));
          row.append(element("td", "num", x(model.x)), element("td", "num", y(model.y)));
          if (adjusted) {
            const [residual, low, high] = ["residual", "low", "high"].map((key) => found?.[key][model.row] ?? null);
            const outside = low !== null && (model.y < low || model.y > high);
            row.append(element("td", outside ? "num decided" : "num", residual === null ? "–" : y(residual)));
            row.append(element("td", "num interval", low === null ? "–" : `${y(low)} to ${y(high)}`));
          }
          if (ranked) {
            const best = found?.best?.[model.row] ?? null;
            row.append(element("td", "num", best === null ? "–" : `${best} to ${found.worst[model.row]}`));
          }
        }
      });
      scroll.append(table);
    });
    return more;
  };

  // A benchmark's scatters are drawn when it is opened: there are hundreds.
  const drawn = new WeakSet();
  const open = (section) => {
    if (drawn.has(section)) return;
    drawn.add(section);
    const benchmark = study.benchmarks[Number(section.dataset.number)];
    const place = section.querySelector(".scatters");
    const all = study.populations.map((_, index) => points(benchmark, index));
    if (!all.flat().length) return;
    const domains = [domain(all, "x"), domain(all, "y")];
    const pair = element("div", "pair");
    place.append(pair);
    const boxes = all.map((models, index) => {
      if (!models.length) return null;
      const figure = element("figure");
      figure.append(element("figcaption", "", `${study.populations[index].name} models`));
      const box = element("div", "drawn");
      figure.append(box);
      pair.append(figure);
      return box;
    });
    // Only once all are in place is it known how much room each has.
    boxes.forEach((box, index) => {
      if (!box) return;
      const width = () => Math.max(260, Math.min(640, Math.floor(box.clientWidth)));
      draw(box, width(), benchmark, all[index], domains).then(({ view }) => {
        let last = width();
        new ResizeObserver(() => {
          const now = width();
          if (box.clientWidth && Math.abs(now - last) > 8) {
            last = now;
            view.width(now).runAsync();
          }
        }).observe(box);
      });
    });
    place.append(byId("families").content.cloneNode(true), scoresTable(benchmark, all));
  };
  const sections = [...document.querySelectorAll("details.benchmark")];
  for (const section of sections) {
    section.addEventListener("toggle", () => { if (section.open) open(section); });
  }

  // A link to a benchmark opens it.
  const follow = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id ? byId(id) : null;
    if (!target?.matches("details.benchmark")) return;
    if (target.hidden) { search.value = ""; find(); }
    target.open = true;
    open(target);
    target.scrollIntoView({ block: "start" });
  };

  const form = document.querySelector(".search");
  const search = byId("search");
  const count = form.querySelector("output");
  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const section of sections) {
      section.hidden = !words.every((word) => section.dataset.find.includes(word));
      found += !section.hidden;
    }
    // A title over nothing is left out.
    for (const title of document.querySelectorAll(".area-title")) {
      let next = title.nextElementSibling;
      while (next?.matches("details.benchmark") && next.hidden) next = next.nextElementSibling;
      title.hidden = !next?.matches("details.benchmark");
    }
    count.value = words.length ? `${found} of ${sections.length}` : `${sections.length} benchmarks`;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", find);
  find();
  addEventListener("hashchange", follow);
  follow();

  // Where the reader is, in the list of contents.
  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) links.get(entry.target.id)?.classList.toggle("here", entry.isIntersecting);
  }, { rootMargin: "-15% 0px -75% 0px" });
  for (const id of links.keys()) { const target = byId(id); if (target) seen.observe(target); }
})();
