// On paper: the first part, the benchmark or model that is open, and then everything that can be read in rows.
// Nothing can be waited for when printing begins, and what is drawn then has the width of the screen. So all charts are
// drawn anew in the width of paper; Vega does so before the listener's promises are through, which is soon enough.

const PAPER_WIDTH = 660;  // pixels: A4 with its margins
const ROWS_ON_PAPER = 2000;
const OPEN_ON_PAPER = new Set(["benchmark", "model"]);  // of the others paper has more than the screen

const drawAll = (part, width) => { watcher.takeRecords(); for (const place of part.querySelectorAll(".chart")) drawings.get(place)?.(width); };

addEventListener("beforeprint", () => {
  if (!study) return;
  onPaper = true;
  document.documentElement.classList.toggle("open", OPEN_ON_PAPER.has(here.view));
  const paper = el("div", { id: "paper" });
  const kept = [here, shownRows];
  here = { view: "print", name: "", filters: {} };
  shownRows = ROWS_ON_PAPER;
  add(paper, [drawAreas(), heading("Benchmarks"), benchmarkTable(), heading("Models"), modelTable(), drawMethod()]);
  document.getElementById("content").append(paper);
  drawAll(paper, PAPER_WIDTH);
  [here, shownRows] = kept;
  if (OPEN_ON_PAPER.has(here.view)) drawAll(viewPart, PAPER_WIDTH);
});
addEventListener("afterprint", () => {
  onPaper = false;
  document.getElementById("paper")?.remove();
  if (OPEN_ON_PAPER.has(here.view)) drawAll(viewPart, null);
});
