// The one script that stands in the page as it is: it unpacks the page's program and runs it. The policy of the page
// names this script, the program and Vega by their checksums, so nothing else can run.
const inflated = async (id) => {
  const held = document.getElementById(id);
  if (!held) return null;
  const packed = Uint8Array.fromBase64?.(held.textContent) ?? Uint8Array.from(atob(held.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
};
const runText = (text) => {
  const script = document.createElement("script");
  script.textContent = text;
  document.head.append(script);
};
const run = async (id) => runText(await inflated(id));
const tellProblem = (problem) => {
  const view = document.getElementById("view");
  view.hidden = false;
  view.textContent = `This browser could not read the data in the page (${problem.message}). It needs DecompressionStream, which browsers have since 2023. result.json and tables/ beside the page have all numbers.`;
};
run("program").catch(tellProblem);
