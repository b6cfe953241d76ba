// The controllers, and a page for each: its card, where it was used, how it did.

let controllers = { controllers: [], damaged: [] };

// What it was trained on, in words.
function trainedOn(card) {
  const problems = card.problems || {}, listed = problems.problems || [];
  if (!listed.length) return "sampled problems" + (problems.name && problems.name !== "drawn" ? " (" + problems.name + ")" : "");
  const names = [...new Set(listed.map(each => [each.dataset, each.model].filter(part => part && part !== "none").join(", ")))];
  return names.filter(Boolean).slice(0, 3).join("; ") + (names.length > 3 ? " and " + (names.length - 3) + " more" : "") || "–";
}

async function showControllers() {
  await readControllers();
  $("controllerRows").replaceChildren(...controllers.controllers.map(each => {
    const row = make("tr");
    cell(row, null, null, null, "th").append(link(each.name, "controller:" + encodeURIComponent(each.name)));
    cell(row, trainedOn(each.card), "trained on");
    cell(row, whole(each.card.episodes), "episodes", "number");
    cell(row, each.features.length, "features", "number");
    cell(row, each.hash.slice(0, 12), "checkpoint");
    return row;
  }));
  $("damaged").replaceChildren(...controllers.damaged.map(each => make("p", each.file + " " + each.problem + ".", "stop")));
}

async function showController(name) {
  $("controllerName").textContent = name;
  $("controllerBody").replaceChildren(make("p", "reading", "soft"));
  try {
    const page = await ask("/v1/controllers/" + encodeURIComponent(name));
    if ($("controllerName").textContent === name) drawController(name, page, await newestRuns(name));
  } catch (error) {
    failed(error);
    $("controllerBody").replaceChildren();
  }
}

const newestRuns = async name => (await ask("/v1/runs?" + encoded(new URLSearchParams({ controller: name, limit: 10 })))).runs;

function drawController(name, page, runs) {
  const body = $("controllerBody"), { controller, versions, outcome } = page;
  body.replaceChildren();
  if (!controller) body.append(make("p", "Its file is gone; runs that began with it go on with the copy in the database.", "stale"));
  const all = versions.reduce((sum, each) => sum + each.total, 0), facts = make("dl");
  if (controller) {
    fact("Trained on", trainedOn(controller.card), "", facts);
    fact("Episodes", whole(controller.card.episodes), "", facts);
    fact("Optimizer steps of training", whole(controller.card.steps), "", facts);
    fact("Features", controller.features.length + (controller.isRecurrent ? ", with a memory" : ""), "", facts);
    fact("A decision changes the rate by", "a factor of " + number(Math.exp(controller.action.logScale)) + " at most", "", facts);
    fact("Written by", "metalr " + controller.card.version, "", facts);
  }
  body.append(facts, make("h3", "Where it was used"));
  body.append(all ? usageTable(name, page) : make("p", "In no run that you may see.", "soft"));
  if (page.isPartial) body.append(make("p", "Among the newest 100,000 runs.", "soft"));
  if (outcome.decisions) body.append(make("h3", "How it did"), outcomeFacts(outcome));
  if (runs.length) {
    const table = make("table", null, "stacked"), head = make("tr"), rows = make("tbody");
    for (const text of ["Run", "Steps", "Validation loss", "Last seen"]) head.append(Object.assign(make("th", text, text === "Run" ? "" : "number"), { scope: "col" }));
    for (const each of runs) rows.append(briefRow(each));
    table.append(make("thead"), rows);
    table.firstChild.append(head);
    body.append(make("h3", "Newest runs"), table, link("all its runs", filtered({ controller: name })));
  }
  if (controller) body.append(...cardParts(controller.card));
}

function usageTable(name, { controller, versions }) {
  const table = make("table", null, "stacked"), head = make("tr"), body = make("tbody"), statuses = ["open", "finished", "stopped", "abandoned"];
  for (const text of ["Checkpoint", "Runs", "Open", "Finished", "Stopped", "Abandoned"]) head.append(Object.assign(make("th", text, text === "Checkpoint" ? "" : "number"), { scope: "col" }));
  for (const each of versions) {
    const row = make("tr");
    cell(row, each.hash.slice(0, 12) + (controller && controller.hash === each.hash ? " (the present file)" : ""), null, null, "th");
    cell(row, whole(each.total), "runs", "number");
    for (const status of statuses) cell(row, whole(each.counts[status]), status, "number");
    body.append(row);
  }
  table.append(make("thead"), body);
  table.firstChild.append(head);
  return table;
}

function outcomeFacts(outcome) {
  const facts = make("dl"), share = count => number(100 * count / outcome.decisions) + "% of " + whole(outcome.decisions) + " decisions";
  fact("Last over first loss, median", outcome.medianLossRatio === null ? "–" : number(outcome.medianLossRatio), "", facts);
  fact("Rollbacks", share(outcome.rollbacks), "", facts);
  fact("By the fallback", share(outcome.fallbacks), "", facts);
  fact("Distance from its training, mean", number(outcome.outOfDistribution), "", facts);
  fact("Measured on", "the newest " + counted(outcome.runs, "run"), "", facts);
  return facts;
}

function briefRow(run) {
  const row = make("tr"), first = cell(row, null, null, null, "th");
  first.append(make("span", null, "dot " + run.status), link(run.id.slice(0, 8), run.id), " ", make("span", run.status, "soft"));
  cell(row, whole(run.step ?? 0) + " / " + whole(run.totalSteps), "steps", "number");
  cell(row, number(run.validationLoss), "loss", "number");
  cell(row, null, "last seen", "number").append(when(run.lastSeen));
  return row;
}

// The card: how it did on held-out seeds, and all of it as it stands in the checkpoint.
function cardParts(card) {
  const parts = [], mean = values => values.reduce((a, b) => a + b, 0) / values.length;
  if (card.evaluation.length) {
    const table = make("table", null, "stacked"), head = make("tr"), body = make("tbody");
    for (const text of ["Method", "Initial rate", "Seeds", "Lowest validation loss", "Test accuracy"]) head.append(Object.assign(make("th", text), { scope: "col" }));
    for (const each of card.evaluation) {
      const row = make("tr");
      cell(row, each.method, null, null, "th");
      cell(row, number(each.initialLearningRate), "initial rate");
      cell(row, each.seeds.length, "seeds");
      cell(row, number(mean(each.bestValidationLoss)), "lowest validation loss");
      cell(row, number(mean(each.testAccuracy)), "test accuracy");
      body.append(row);
    }
    table.append(make("thead"), body);
    table.firstChild.append(head);
    parts.push(make("h3", "Its test on held-out seeds, means"), table);
  }
  const details = make("details");
  details.append(make("summary", "The card in full"), make("pre", JSON.stringify(card, null, 2)));
  return parts.concat([details]);
}
