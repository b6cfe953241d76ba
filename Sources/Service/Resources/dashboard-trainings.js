// Trainings of controllers.

let trainings = [], offer = null, training = null, updates = [], trainingZoom = null, trainingCharts = null;

function drawTrainings() {
  $("trainingTable").hidden = !trainings.length;
  $("noTrainings").hidden = trainings.length > 0;
  $("new").hidden = !offer;
  $("trainingRows").replaceChildren(...trainings.map(each => {
    const row = make("tr"), first = cell(row, null, null, null, "th"), bar = make("progress");
    first.append(make("span", null, "dot " + each.status), link(each.name, "training:" + each.id), " ", make("span", each.status, "soft"));
    if (each.failure) first.append(make("div", each.failure, "stop"));
    Object.assign(bar, { max: each.totalEpisodes, value: each.episodes });
    bar.setAttribute("aria-label", "episodes of " + each.name);
    cell(row, null, "progress").append(bar);
    cell(row, whole(each.episodes) + " / " + whole(each.totalEpisodes), "episodes", "number");
    cell(row, each.owner, "owner");
    cell(row, time(each.started), "begun");
    cell(row, time(each.ended), "ended");
    return row;
  }));
}

function showTraining(id) {
  training = null;
  updates = [];
  $("detailTools").replaceChildren();
  trainingZoom = new Zoom();
  trainingCharts = [new Chart("Mean return of each update's episodes", trainingZoom, { unit: "episode" }),
    new Chart("Share of them that diverged", trainingZoom, { unit: "episode" })];
  $("charts").replaceChildren(...trainingCharts.map(chart => chart.element));
  const mine = following = follow("/v1/trainings/" + encodeURIComponent(id) + "/events", event => {
    if (mine !== following) return;
    if (event.name === "update") {
      updates = updates.filter(update => update.number < event.data.number).concat(event.data);
    } else if (event.name === "training") {
      training = event.data;
      if (event.data.ended) mine.abort();
    } else if (event.name === "deleted") {
      location.hash = "trainings";
    }
    soon(drawTraining);
  });
}

function drawTraining() {
  if (!training || $("detail").hidden) return;
  $("cancel").hidden = !!training.ended;
  $("delete").hidden = !training.ended;
  $("name").textContent = training.name + " · " + training.id;
  $("labels").replaceChildren(...Object.entries(training.request).filter(([key]) => key !== "name" && key !== "episodes")
    .map(([key, value]) => make("span", key + " " + (typeof value === "object" ? JSON.stringify(value) : value), "chip")));
  $("facts").replaceChildren();
  fact("State", training.status, training.status === "failed" ? "stop" : "");
  fact("Episodes", whole(training.episodes) + " of " + whole(training.totalEpisodes));
  fact("Owner", training.owner);
  fact("Begun", time(training.started));
  fact("Ended", time(training.ended));
  fact("Controller", training.controllerHash ? link(training.name, "controller:" + encodeURIComponent(training.name)) : "–");
  const points = pick => updates.map(update => [update.episodes, pick(update)]);
  const shared = { size: Math.max(training.totalEpisodes, 1), axis: "step" };
  trainingCharts[0].set({ ...shared, series: [{ name: "return", colour: "--rate", points: points(update => update.meanReturn) }] });
  trainingCharts[1].set({ ...shared, series: [{ name: "share", colour: "--distance", points: points(update => update.divergedShare) }] });
  $("notes").textContent = training.failure || counted(updates.length, "update") + " of the policy.";
}

async function readTrainings() {
  if (document.hidden) return;
  const found = await ask("/v1/trainings?limit=100").catch(() => null);
  if (!found) return;
  trainings = found.trainings;
  $("trainingsLink").hidden = !(trainings.length || found.offer);
  if (JSON.stringify(offer) !== JSON.stringify(found.offer)) fillOffer(found.offer);
  if (!$("trainings").hidden) drawTrainings();
}

function fillOffer(given) {
  offer = given;
  if (!offer) return;
  options($("trainProblems"), [["", "sampled ones"], ...offer.trainees.map(name => [name, "trainee " + name])], "");
  $("trainEpisodes").max = offer.episodes;
  $("trainEpisodes").value = Math.min(40000, offer.episodes);
  $("trainSteps").max = offer.steps;
  chooseProblems();
}

// Sampled problems have lengths of their own.
function chooseProblems() { $("trainSteps").closest("label").hidden = !$("trainProblems").value; }

async function train(event) {
  event.preventDefault();
  const trainee = $("trainProblems").value, steps = $("trainSteps").valueAsNumber;
  const body = { name: $("trainName").value.trim(), episodes: $("trainEpisodes").valueAsNumber, seed: $("trainSeed").valueAsNumber };
  if (trainee) body.trainee = trainee;
  if (trainee && steps) body.steps = steps;
  const begun = await change("POST", "/v1/trainings", body, $("trainRefusal"));
  if (!begun) return;
  $("train").reset();
  fillOffer(offer);
  $("new").open = false;
  location.hash = "training:" + begun.id;
}

async function settleTraining(method, suffix, question) {
  if (!training || !confirm(question.replace("%", training.name))) return;
  const answer = await change(method, "/v1/trainings/" + encodeURIComponent(training.id) + suffix, null, $("refusal"));
  if (answer && method === "DELETE") location.hash = "trainings";
}
