// One run: its facts, and charts of its decisions.

let run = null, rows = [], runZoom = null, runCharts = null, runAxis = "step";

function showRun(id) {
  run = null;
  rows = [];
  $("charts").replaceChildren();
  $("detailTools").replaceChildren();
  runZoom = new Zoom();
  runCharts = {
    rate: new Chart("Learning rate", runZoom, { wantsLog: true }), loss: new Chart("Loss", runZoom, { wantsLog: true }),
    distance: new Chart("Distance from the controller's training", runZoom), scale: new Chart("Scale of each decision", runZoom, { wantsLog: true }),
  };
  $("charts").append(...Object.values(runCharts).map(chart => chart.element));
  axisTools($("detailTools"), runZoom, [["step", "steps"], ["time", "time since it was opened"]], runAxis, value => { runAxis = value; drawRun(); });
  following = follow("/v1/runs/" + encodeURIComponent(id) + "/events", event => {
    if (event.name === "decision") {
      while (rows.length && rows[rows.length - 1].step >= event.data.step) rows.pop();
      rows.push(event.data);
      if (run) Object.assign(run, { step: event.data.step, lastSeen: event.data.time || run.lastSeen });
    } else if (event.name === "run") {
      run = event.data;
    } else if (event.name === "rewound") {
      const step = event.data.step ?? -1;
      rows = rows.filter(row => row.step <= step);
    } else if (event.name === "deleted") {
      location.hash = "";
    }
    soon(drawRun);
  });
}

function drawRun() {
  if (!run || $("detail").hidden) return;
  $("finish").hidden = run.status !== "open";
  $("delete").hidden = false;
  $("name").textContent = run.controller + " · " + run.id;
  document.title = run.id.slice(0, 8) + " · metalr";
  $("labels").replaceChildren(...Object.entries(run.labels).map(label => {
    const chip = labelChip(label);
    chip.addEventListener("click", () => { location.hash = filtered({ label: label.join("=") }); });
    return chip;
  }));
  $("facts").replaceChildren();
  const latest = rows[rows.length - 1], silent = silence(run);
  fact("State", run.status + (silent ? ", silent for " + duration(silent) : ""), run.status === "stopped" ? "stop" : silent ? "stale" : "");
  fact("Steps", whole(latest ? latest.step : 0) + " of " + whole(run.totalSteps) + ", every " + whole(run.interval));
  fact("Rate", number(latest ? latest.learningRate : run.learningRate));
  fact("Verdict", latest ? latest.verdict : "–", latest ? latest.verdict : "");
  fact("Decided by", latest ? latest.source : "–");
  fact("Distance", number(latest && latest.outOfDistribution));
  fact("Controller", link(run.controller, "controller:" + encodeURIComponent(run.controller)));
  fact("Owner", run.owner);
  fact("Opened", time(run.created));
  fact("Last seen", when(run.lastSeen));
  fact("Duration", duration(lasted(run)));
  drawRunCharts();
  const rollbacks = rows.filter(row => row.verdict === "rollback").length;
  const fallbacks = rows.filter(row => row.source.startsWith("fallback")).length;
  const isSick = value => value !== null && value !== undefined && !finite(value);
  const sick = rows.filter(row => isSick(row.validationLoss) || isSick(row.trainLoss)).length;
  $("notes").textContent = counted(rows.length, "decision") + ", " + counted(rollbacks, "rollback") + ", " + whole(fallbacks)
    + " by the fallback, " + counted(sick, "observation") + " with a loss that is not finite, " + counted(run.rewinds, "rewind")
    + ". Vertical lines are rollbacks and stops.";
}

// Decisions from before times were stored have none, and are left out of a time axis.
const placeOf = (axis, created, size) => axis === "step" ? row => row.step : axis === "share" ? row => row.step / size
  : axis === "clock" ? row => row.time ? new Date(row.time).getTime() : NaN : row => row.time ? Math.max(0, new Date(row.time) - created) : NaN;

function pointsOf(rows, place, pick) {
  return rows.map(row => [place(row), pick(row)]).filter(point => finite(point[0]));
}

function drawRunCharts() {
  const place = placeOf(runAxis, new Date(run.created), run.totalSteps), points = pick => pointsOf(rows, place, pick);
  const size = runAxis === "step" ? run.totalSteps : Math.max(1000, ...rows.slice(-1).map(place).filter(finite));
  const marks = rows.filter(row => row.verdict === "rollback" || row.verdict === "stop").map(row => ({ x: place(row), kind: row.verdict }));
  const shared = { size, axis: runAxis };
  for (const chart of Object.values(runCharts)) chart.unit = runAxis === "step" ? "step" : "time";
  runCharts.rate.set({ ...shared, marks, series: [{ name: "rate", colour: "--rate", points: points(row => row.learningRate), isStep: true }] });
  runCharts.loss.set({ ...shared, marks, series: [
    { name: "training", colour: "--train", dash: "5 3", points: points(row => row.trainLoss) },
    { name: "validation", colour: "--validation", points: points(row => row.validationLoss) }] });
  runCharts.distance.set({ ...shared, series: [{ name: "distance", colour: "--distance", points: points(row => row.outOfDistribution) }] });
  runCharts.scale.set({ ...shared, marks, series: [{ name: "scale", colour: "--rate", points: points(row => row.scale) }] });
}

async function settleRun(method, suffix, question) {
  if (!run || !confirm(question)) return;
  const answer = await change(method, "/v1/runs/" + encodeURIComponent(run.id) + suffix, null, $("refusal"));
  if (!answer) return;
  if (method === "DELETE") location.hash = ""; else { run = answer; soon(drawRun); }
}
