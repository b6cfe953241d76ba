// The list of runs: search, sort, filter, group, page, select.

const columns = [
  ["Run", "created", "", "what"], ["Controller", "controller", ""], ["Progress", "progress", "number"], ["Rate", "learningRate", "number"],
  ["Validation loss", "validationLoss", "number"], ["Verdict", null, ""], ["Distance", "outOfDistribution", "number"],
  ["Last seen", "lastSeen", "number when"],
];
const sorts = [["created", "opened"], ["lastSeen", "last seen"], ["controller", "controller"], ["progress", "progress"], ["learningRate", "rate"],
  ["validationLoss", "validation loss"], ["outOfDistribution", "distance"]];
const usual = { q: "", status: "", controller: "", owner: "", labels: [], sort: "created", order: "desc", group: "", page: 0, size: 50 };

let list = { ...usual }, shownRuns = [], total = 0, outdated = false, reading = null;
const pagers = ["first", "previous", "next", "last", "sizeChoice"], selected = new Map(), labelKeys = new Set(), mostCompared = 12;

const parameters = (withPage, of = list) => {
  const query = new URLSearchParams();
  for (const name of ["q", "status", "controller", "owner"]) if (of[name]) query.set(name, of[name]);
  for (const label of of.labels) query.append("label", label);
  if (withPage) for (const name of ["sort", "order", "group", "page", "size"]) if (of[name] !== usual[name]) query.set(name, of[name]);
  return query;
};

// The state of the list is in the address, so that it can be kept and sent.
function readList(text) {
  const query = new URLSearchParams(text), read = name => query.get(name) || usual[name];
  list = { ...usual, labels: query.getAll("label") };
  for (const name of ["q", "status", "controller", "owner", "sort", "order", "group"]) list[name] = read(name);
  list.page = Math.max(0, parseInt(query.get("page"), 10) || 0);
  list.size = [25, 50, 100, 200].find(size => size === Number(query.get("size"))) || usual.size;
}

function goTo(changes) {
  const isPage = "page" in changes;
  list = { ...list, page: 0, ...changes };
  const hash = listHash();
  if (location.hash.slice(1) === hash) loadList();
  else if (isPage || changes.q === undefined) location.hash = hash;
  else { history.replaceState(null, "", "#" + hash); loadList(); }
}
const listHash = (of = list) => { const query = parameters(true, of).toString(); return "runs" + (query ? "?" + query : ""); };
const filtered = filter => { const query = new URLSearchParams(); for (const [name, value] of Object.entries(filter)) query.append(name, value); return "runs?" + query; };

function showRuns(text) {
  readList(text);
  for (const name of ["status", "sort", "order"]) $(name).value = list[name];
  if ($("search").value.trim() !== list.q) $("search").value = list.q;
  $("size").value = list.size;
  fillChoices();
  loadList();
}

async function loadList() {
  outdated = false;
  if (reading) reading.abort();
  const mine = reading = new AbortController();
  $("runTable").classList.add("busy");
  try {
    if (list.group) await readGroups(mine.signal); else await readRuns(mine.signal);
    tell("", $("listRefusal"));
  } catch (error) {
    failed(error, $("listRefusal"));
  }
  if (mine !== reading) return;
  reading = null;
  $("runTable").classList.remove("busy");
}

async function readRuns(signal) {
  const query = parameters(false);
  for (const [name, value] of Object.entries({ sort: list.sort, order: list.order, limit: list.size, offset: list.page * list.size })) query.set(name, value);
  const found = await ask("/v1/runs?" + encoded(query), signal);
  total = found.total;
  if (list.page && !found.runs.length && total) return goTo({ page: Math.ceil(total / list.size) - 1 });
  shownRuns = found.runs;
  for (const run of shownRuns) {
    if (selected.has(run.id)) selected.set(run.id, run);
    for (const key of Object.keys(run.labels)) labelKeys.add(key);
  }
  fillChoices();
  const first = list.page * list.size;
  $("position").textContent = (total ? whole(first + 1) + " to " + whole(first + shownRuns.length) : "0") + " of " + whole(total)
    + (found.isPartial ? " among the newest " + (["created", "controller"].includes(list.sort) ? "100,000" : "20,000") + " runs" : "");
  $("first").disabled = $("previous").disabled = !list.page;
  $("next").disabled = $("last").disabled = first + shownRuns.length >= total;
  $("empty").textContent = parameters(false).toString() ? "No run matches." : "No runs yet. POST /v1/runs opens one; /openapi.yaml describes how.";
  drawList();
}

async function readGroups(signal) {
  const query = parameters(false);
  query.set("by", list.group);
  const found = await ask("/v1/groups?" + encoded(query), signal), isLabel = list.group.startsWith("label:"), name = isLabel ? list.group.slice(6) : list.group;
  $("groupName").textContent = name;
  $("groupRows").replaceChildren(...found.groups.map(group => {
    const row = make("tr"), first = cell(row, null, null, null, "th");
    const inside = { ...list, group: "", page: 0 };
    if (isLabel) inside.labels = [...list.labels, name + "=" + group.value]; else inside[name] = group.value;
    if (group.value === null) first.append(make("span", "without " + name, "soft"));
    else first.append(link(group.value || "(empty)", listHash(inside)));
    cell(row, whole(group.total), "runs", "number");
    for (const status of ["open", "finished", "stopped", "abandoned"]) cell(row, whole(group.counts[status]), status, "number");
    return row;
  }));
  $("position").textContent = counted(found.groups.length, "group") + (found.isPartial ? "; not all: among the newest 100,000 runs, and 500 groups at most" : "");
  $("empty").textContent = "No run matches.";
  $("empty").hidden = found.groups.length > 0;
  $("runTable").hidden = true;
  $("groupTable").hidden = !found.groups.length;
  for (const id of pagers) $(id).hidden = true;
  drawFilters();
}

function drawList() {
  $("groupTable").hidden = true;
  for (const id of pagers) $(id).hidden = false;
  $("runTable").hidden = !shownRuns.length;
  $("empty").hidden = shownRuns.length > 0;
  drawHeads();
  drawFilters();
  // The element that has the focus is another one afterwards, of the same run.
  const focus = document.activeElement && document.activeElement.dataset.focus;
  $("rows").replaceChildren(...shownRuns.map(runRow));
  if (focus) { const element = $("rows").querySelector("[data-focus='" + CSS.escape(focus) + "']"); if (element) element.focus(); }
  drawSelection();
}

function drawHeads() {
  if ($("heads").children.length) {
    for (const th of $("heads").children) {
      if (th.dataset.sort) th.setAttribute("aria-sort", th.dataset.sort !== list.sort ? "none" : list.order === "asc" ? "ascending" : "descending");
    }
    return;
  }
  const mark = make("th", null, "mark"), all = make("input");
  Object.assign(all, { type: "checkbox", id: "all" });
  all.setAttribute("aria-label", "Select all runs of this page");
  all.addEventListener("change", () => { for (const run of shownRuns) select(run, all.checked); drawList(); });
  mark.append(all);
  $("heads").append(mark, ...columns.map(([text, sort, css, more]) => {
    const th = make("th", null, (css + " " + (more || "")).trim());
    th.scope = "col";
    if (!sort) { th.textContent = text; return th; }
    const button = make("button", text);
    button.type = "button";
    button.addEventListener("click", () => goTo({ sort, order: list.sort === sort && list.order === "desc" ? "asc" : "desc" }));
    th.dataset.sort = sort;
    th.append(button);
    return th;
  }));
  drawHeads();
}

function labelChip([key, value], remove) {
  const text = key + "=" + value, chip = make("button", text + (remove ? " ×" : ""), "chip");
  chip.type = "button";
  chip.title = text;
  chip.setAttribute("aria-label", (remove ? "Remove the filter " : "Filter by ") + text);
  return chip;
}

function drawFilters() {
  const chips = list.labels.map(label => {
    const chip = labelChip([label.split("=")[0], label.slice(label.indexOf("=") + 1)], true);
    chip.addEventListener("click", () => goTo({ labels: list.labels.filter(each => each !== label) }));
    return chip;
  });
  if (list.owner) {
    const chip = labelChip(["owner", list.owner], true);
    chip.addEventListener("click", () => goTo({ owner: "" }));
    chips.push(chip);
  }
  $("filters").replaceChildren(...chips);
}

function runRow(run) {
  const row = make("tr"), mark = make("td"), box = make("input");
  Object.assign(box, { type: "checkbox", checked: selected.has(run.id) });
  box.setAttribute("aria-label", "Select run " + run.id.slice(0, 8));
  box.dataset.focus = "box " + run.id;
  box.addEventListener("change", () => { select(run, box.checked); drawSelection(); });
  mark.append(box);
  row.append(mark);
  const first = cell(row, null, null, null, "th"), name = link(run.id.slice(0, 8), run.id);
  name.dataset.focus = "run " + run.id;
  first.append(make("span", null, "dot " + run.status), name, " ", make("span", run.status, "soft"));
  const chips = make("div", null, "chips"), labels = Object.entries(run.labels);
  for (const label of labels.slice(0, 4)) {
    const chip = labelChip(label);
    chip.dataset.focus = "label " + label[0] + " " + run.id;
    chip.addEventListener("click", () => { const text = label.join("="); if (!list.labels.includes(text)) goTo({ labels: [...list.labels, text].slice(-4) }); });
    chips.append(chip);
  }
  if (labels.length > 4) chips.append(make("span", "and " + (labels.length - 4) + " more", "soft"));
  first.append(chips);
  cell(row, null, "controller").append(link(run.controller, "controller:" + encodeURIComponent(run.controller)));
  const steps = cell(row, null, "steps", "number"), bar = make("progress");
  Object.assign(bar, { max: run.totalSteps, value: run.step ?? 0 });
  bar.setAttribute("aria-label", "progress");
  steps.append(make("div", whole(run.step ?? 0) + " / " + whole(run.totalSteps)), bar);
  cell(row, number(run.learningRate), "rate", "number");
  cell(row, number(run.validationLoss), "loss", "number");
  cell(row, run.verdict ? run.verdict + (run.source && run.source.startsWith("fallback") ? " (" + run.source.slice(9) + ")" : "") : "–", "verdict", run.verdict || "");
  cell(row, number(run.outOfDistribution), "distance", "number");
  const seen = cell(row, null, "last seen", "number"), silent = silence(run);
  seen.append(silent ? make("span", "silent for " + duration(silent, 1), "stale") : when(run.lastSeen), make("div", "lasted " + duration(lasted(run), 1), "soft"));
  row.addEventListener("click", event => { if (!event.target.closest("a, button, input")) location.hash = run.id; });
  return row;
}

// Selection

function select(run, isSelected) { if (isSelected) selected.set(run.id, run); else selected.delete(run.id); }

function drawSelection() {
  $("selection").hidden = !selected.size;
  $("selected").textContent = selected.size + " selected";
  $("compare").disabled = selected.size < 2 || selected.size > mostCompared;
  $("compare").textContent = selected.size > mostCompared ? "Compare (at most " + mostCompared + ")" : "Compare";
  $("finishAll").disabled = ![...selected.values()].some(run => run.status === "open");
  if ($("all")) $("all").checked = shownRuns.length > 0 && shownRuns.every(run => selected.has(run.id));
}

async function settleSelected(method, suffix, runs, question) {
  if (!runs.length || !confirm(question.replace("%", runs.length === 1 ? "1 run" : runs.length + " runs"))) return;
  for (const run of runs) {
    if (!await change(method, "/v1/runs/" + encodeURIComponent(run.id) + suffix, null, $("listRefusal"))) break;
    selected.delete(run.id);
  }
  loadList();
}

// Choices

async function readControllers() {
  const found = await ask("/v1/controllers").catch(() => null);
  if (found) controllers = found;
  fillChoices();
}

function fillChoices() {
  const names = new Set([...controllers.controllers.map(each => each.name), ...shownRuns.map(run => run.controller)]);
  if (list.controller) names.add(list.controller);
  options($("controller"), [["", "any"], ...[...names].sort().map(name => [name, name])], list.controller);
  for (const label of list.labels) labelKeys.add(label.split("=")[0]);
  const keys = [...labelKeys].sort();
  const groups = [["", "nothing"], ["status", "state"], ["controller", "controller"], ["owner", "owner"], ...keys.map(key => ["label:" + key, "label " + key])];
  if (list.group && !groups.some(([key]) => key === list.group)) groups.push([list.group, list.group.replace(":", " ")]);
  options($("group"), groups, list.group);
  $("labelKeys").replaceChildren(...keys.map(key => Object.assign(make("option"), { value: key + "=" })));
}

// A run changed: its row is drawn anew, and the list is read again now and then, since its order may have changed.
function runChanged(run) {
  const index = shownRuns.findIndex(each => each.id === run.id);
  outdated = true;
  if (index < 0 || list.group || $("list").hidden) return;
  shownRuns[index] = run;
  if (selected.has(run.id)) selected.set(run.id, run);
  soon(drawList);
}

function startList() {
  options($("sort"), sorts, list.sort);
  let typing = null;
  $("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => goTo({ q: $("search").value.trim() }), 250); });
  $("tools").addEventListener("submit", event => { event.preventDefault(); addLabel(); });
  for (const name of ["status", "controller", "sort", "order", "group"]) $(name).addEventListener("change", () => goTo({ [name]: $(name).value }));
  $("label").addEventListener("change", addLabel);
  $("size").addEventListener("change", () => goTo({ size: Number($("size").value) }));
  $("first").addEventListener("click", () => goTo({ page: 0 }));
  $("previous").addEventListener("click", () => goTo({ page: list.page - 1 }));
  $("next").addEventListener("click", () => goTo({ page: list.page + 1 }));
  $("last").addEventListener("click", () => goTo({ page: Math.ceil(total / list.size) - 1 }));
  $("clear").addEventListener("click", () => { selected.clear(); drawList(); });
  $("compare").addEventListener("click", () => { location.hash = "compare:" + [...selected.keys()].join(","); });
  $("finishAll").addEventListener("click", () =>
    settleSelected("POST", "/finish", [...selected.values()].filter(run => run.status === "open"), "Finish %? Their jobs are refused from then on."));
  $("deleteAll").addEventListener("click", () => settleSelected("DELETE", "", [...selected.values()], "Delete % and all decisions? This cannot be undone."));
  addEventListener("keydown", event => {
    if (event.key !== "/" || $("list").hidden || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    $("search").focus();
  });
  // Not while it is being read: a slow service would never be heard to the end.
  setInterval(() => { if (outdated && !reading && !$("list").hidden && !document.hidden) loadList(); }, 5000);
  // What is told relative to now, ages.
  setInterval(() => { if (!$("list").hidden && !list.group && !document.hidden) soon(drawList); }, 30000);
}

function addLabel() {
  const text = $("label").value.trim();
  if (text.indexOf("=") < 1) return tell(text ? "A label is key=value." : "", $("listRefusal"));
  $("label").value = "";
  if (!list.labels.includes(text)) goTo({ labels: [...list.labels, text].slice(-4) });
}
