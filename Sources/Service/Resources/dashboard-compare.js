// Several runs in one chart.

const measures = { validationLoss: ["validation loss", true], trainLoss: ["training loss", true], learningRate: ["learning rate", true],
  outOfDistribution: ["distance", false], scale: ["scale", true] };
let compared = [], comparedZoom = null, comparedChart = null, comparedMeasure = "validationLoss", comparedAxis = "step", isReading = false;

function showComparison(ids) {
  compared = [...new Set(ids)].slice(0, mostCompared).map(id => ({ id, run: null, rows: [], after: -1 }));
  comparedZoom = new Zoom();
  comparedChart = new Chart("Comparison", comparedZoom, { height: 320 });
  $("comparisonChart").replaceChildren(comparedChart.element);
  const bar = $("comparisonTools"), label = make("label", "Measure "), select = make("select");
  bar.replaceChildren();
  options(select, Object.entries(measures).map(([key, [text]]) => [key, text]), comparedMeasure);
  select.addEventListener("change", () => { comparedMeasure = select.value; drawComparison(); });
  label.append(select);
  bar.append(label);
  axisTools(bar, comparedZoom, [["step", "steps"], ["share", "share of the steps"], ["time", "time since it was opened"], ["clock", "time of day"]], comparedAxis,
    value => { comparedAxis = value; drawComparison(); });
  readComparison();
}

// What is new of each run; a run that was rewound is read again.
async function readComparison() {
  if (isReading) return;
  isReading = true;
  const mine = compared;
  for (const each of mine) {
    try {
      const path = "/v1/runs/" + encodeURIComponent(each.id), fresh = await ask(path);
      if (each.run && (each.run.rewinds !== fresh.rewinds)) Object.assign(each, { rows: [], after: -1 });
      each.run = fresh;
      for (;;) {
        const page = await ask(path + "/schedule?limit=5000&after=" + each.after);
        each.rows.push(...page.decisions);
        if (page.decisions.length) each.after = page.decisions.at(-1).step;
        if (page.next === null) break;
      }
    } catch (error) {
      if (error.status === 404) each.gone = true; else failed(error);
    }
    if (mine === compared) drawComparison();
  }
  isReading = false;
  if (mine !== compared && !$("comparison").hidden) readComparison();
}

function drawComparison() {
  const known = compared.filter(each => each.run);
  if (!known.length || $("comparison").hidden) return;
  const [text, wantsLog] = measures[comparedMeasure], start = Math.min(...known.map(each => new Date(each.run.created).getTime()));
  const places = new Map(known.map(each => {
    const place = placeOf(comparedAxis, new Date(each.run.created), each.run.totalSteps);
    return [each, comparedAxis === "clock" ? row => place(row) - start : place];
  }));
  const series = known.map(each => {
    const index = compared.indexOf(each);
    return { name: nameOf(each), colour: "--c" + index % 8, dash: ["", "6 3", "2 3"][(index >> 2) % 3],
      points: pointsOf(each.rows, places.get(each), row => row[comparedMeasure]), isStep: comparedMeasure === "learningRate" };
  });
  const ends = known.flatMap(each => comparedAxis === "step" ? [each.run.totalSteps] : each.rows.slice(-1).map(places.get(each)).filter(finite));
  comparedChart.wantsLog = wantsLog;
  comparedChart.name(text[0].toUpperCase() + text.slice(1));
  comparedChart.unit = comparedAxis === "step" ? "step" : comparedAxis === "share" ? "share" : "time";
  comparedChart.set({ series, size: comparedAxis === "share" ? 1 : Math.max(comparedAxis === "step" ? 1 : 1000, ...ends),
    axis: comparedAxis, origin: start });
  drawCompared();
}

// Labels that not all have in common tell runs apart.
function differing() {
  const known = compared.filter(each => each.run), keys = new Set(known.flatMap(each => Object.keys(each.run.labels)));
  return [...keys].filter(key => new Set(known.map(each => each.run.labels[key])).size > 1);
}

function nameOf(each) {
  const labels = differing().filter(key => each.run.labels[key] !== undefined).slice(0, 2).map(key => key + "=" + each.run.labels[key].slice(0, 24));
  return each.id.slice(0, 8) + (labels.length ? " " + labels.join(" ") : "");
}

function drawCompared() {
  const keys = differing();
  $("comparisonRows").replaceChildren(...compared.map(each => {
    const row = make("tr"), first = cell(row, null, null, "together", "th"), chips = make("div", null, "chips");
    first.append(link(each.id.slice(0, 8), each.id));
    if (!each.run) { first.colSpan = 7; first.append(make("span", each.gone ? " is gone" : " is being read", "soft")); return row; }
    first.append(" ", make("span", each.run.status, "soft"));
    for (const key of keys.filter(key => each.run.labels[key] !== undefined)) {
      const text = key + "=" + each.run.labels[key];
      chips.append(Object.assign(make("span", text, "chip"), { title: text }));
    }
    cell(row, null, "labels", "all").append(chips);
    cell(row, null, "controller").append(link(each.run.controller, "controller:" + encodeURIComponent(each.run.controller)));
    const losses = each.rows.map(row => row.validationLoss ?? row.trainLoss).filter(finite);
    cell(row, whole(each.run.step ?? 0) + " / " + whole(each.run.totalSteps), "steps", "number");
    cell(row, number(losses.at(-1)), "last loss", "number");
    cell(row, losses.length ? number(losses.reduce((a, b) => Math.min(a, b))) : "–", "lowest loss", "number");
    cell(row, duration(lasted(each.run)), "lasted", "number");
    return row;
  }));
}

setInterval(() => {
  if (!$("comparison").hidden && !document.hidden && compared.some(each => each.run && each.run.status === "open")) readComparison();
}, 5000);
