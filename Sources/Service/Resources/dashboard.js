// Pages by the part of the address after #, and the start.

let watching = null, following = null, isFirstPage = true;
const sections = { runs: "list", run: "detail", training: "detail", compare: "comparison", controllers: "controllers", controller: "controllerPage", trainings: "trainings" };

function route() {
  const hash = location.hash.slice(1), [, kind, rest] = /^(training|compare|controller):(.*)$/.exec(hash) || [];
  const id = decodeURIComponent(rest ?? hash);
  if (hash === "content") return;
  if (kind === "training") enter("training", "trainings", () => showTraining(id));
  else if (kind === "compare") enter("compare", "runs", () => showComparison(id.split(",").filter(Boolean)));
  else if (kind === "controller") enter("controller", "controllers", () => showController(id));
  else if (hash === "controllers") enter("controllers", "controllers", showControllers);
  else if (hash === "trainings") enter("trainings", "trainings", () => { drawTrainings(); readTrainings(); });
  else if (!hash || /^runs(\?|$)/.test(hash)) enter("runs", "runs", () => showRuns(hash.slice(5)));
  else enter("run", "runs", () => showRun(id));
}

let page = null;
function enter(kind, nav, show) {
  if (following) following.abort();
  following = run = training = null;
  for (const id of ["finish", "cancel", "delete"]) $(id).hidden = true;
  tell("");
  const isNew = page !== kind || kind !== "runs";
  page = kind;
  for (const id of new Set(Object.values(sections))) $(id).hidden = id !== sections[kind];
  for (const each of document.querySelectorAll("nav a[data-page]")) {
    if (each.dataset.page === nav) each.setAttribute("aria-current", "page"); else each.removeAttribute("aria-current");
  }
  document.title = { runs: "Runs", compare: "Comparison", controllers: "Controllers", trainings: "Trainings" }[kind] || "metalr";
  $("back").href = kind === "training" ? "#trainings" : "#" + listHash();
  show();
  // A screen reader says where it is now; the first page speaks for itself.
  if (isNew && !isFirstPage) document.querySelector("#" + sections[kind] + " h2").focus();
  isFirstPage = false;
}

function start() {
  $("login").hidden = true;
  if (watching) watching.abort();
  watching = follow("/v1/events", event => {
    if (event.name === "run") runChanged(event.data);
    if (event.name === "deleted") { selected.delete(event.data.id); outdated = true; }
    if (event.name === "run" && run && run.id === event.data.id) { run = event.data; soon(drawRun); }
  }, async () => { outdated = true; });
  readControllers();
  readTrainings();
  route();
}

$("login").addEventListener("submit", event => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem("token", token);
  start();
});
$("train").addEventListener("submit", train);
$("trainProblems").addEventListener("change", chooseProblems);
$("finish").addEventListener("click", () => settleRun("POST", "/finish", "Finish this run? Its job is refused from then on."));
$("cancel").addEventListener("click", () => settleTraining("POST", "/cancel", "Cancel the training of %? What it has learned is lost."));
$("delete").addEventListener("click", () => training
  ? settleTraining("DELETE", "", "Delete this training of %? Its controller stays.")
  : settleRun("DELETE", "", "Delete this run and its decisions? This cannot be undone."));
addEventListener("hashchange", route);
addEventListener("resize", () => soon(() => {
  for (const zoom of [runZoom, comparedZoom, trainingZoom]) if (zoom) for (const chart of zoom.charts) if (chart.element.isConnected && chart.picture.clientWidth) chart.paint();
}));
setInterval(readTrainings, 5000);
startList();
start();
