"use strict";
// Elements, numbers, times, and talking to the service.

const $ = id => document.getElementById(id);
const make = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (name) element.className = name;
  return element;
};
const link = (text, hash, name) => Object.assign(make("a", text, name), { href: "#" + hash });

function cell(row, text, label, name, tag = "td") {
  const element = make(tag, text, name);
  if (label) element.dataset.name = label;
  if (tag === "th") element.scope = "row";
  row.append(element);
  return element;
}

function fact(name, value, css, into = $("facts")) {
  const group = make("div"), text = make("dd", value instanceof Node ? null : value, css);
  if (value instanceof Node) text.append(value);
  group.append(make("dt", name), text);
  into.append(group);
}

function options(select, choices, value) {
  select.replaceChildren(...choices.map(([key, text]) => Object.assign(make("option", text), { value: key })));
  select.value = value;
}

// Numbers and times

const finite = value => typeof value === "number" && isFinite(value);
const number = value => value === null || value === undefined ? "–" : typeof value === "string" ? value
  : value === 0 ? "0" : Math.abs(value) >= 0.01 && Math.abs(value) < 1e5 ? String(+value.toPrecision(4)) : value.toExponential(2).replace(/\.?0+e/, "e");
const whole = value => value.toLocaleString("en");
const counted = (count, thing) => whole(count) + " " + thing + (count === 1 ? "" : "s");
const time = text => text ? new Date(text).toLocaleString() : "–";

const spans = [[86400e3, "d"], [3600e3, "h"], [60e3, "min"], [1e3, "s"]];
function duration(milliseconds, parts = 2) {
  if (!(milliseconds >= 0)) return "–";
  const index = spans.findIndex(([size]) => milliseconds >= size);
  if (index < 0) return "0 s";
  const [size, unit] = spans[index], count = Math.floor(milliseconds / size), finer = spans[index + 1];
  const rest = finer && parts > 1 && count < 10 ? Math.floor((milliseconds - count * size) / finer[0]) : 0;
  return count + " " + unit + (rest ? " " + rest + " " + finer[1] : "");
}

function when(text) {
  const element = make("time", text ? duration(Date.now() - new Date(text), 1) + " ago" : "–");
  if (text) Object.assign(element, { dateTime: text, title: time(text) });
  return element;
}

// How long a run has been silent, where that is longer than its rhythm explains; 0 where it is not.
function silence(run) {
  if (run.status !== "open" || !run.lastSeen) return 0;
  const seen = new Date(run.lastSeen), decisions = Math.max(1, (run.step ?? 0) / run.interval);
  const usual = (seen - new Date(run.created)) / decisions, silent = Date.now() - seen;
  return silent > Math.max(600e3, 5 * usual) ? silent : 0;
}
const lasted = run =>
  (run.status === "open" && !silence(run) ? Date.now() : new Date(run.lastSeen)) - new Date(run.created);

// The service

let token = sessionStorage.getItem("token") || "";
const headers = extra => Object.assign(token ? { Authorization: "Bearer " + token } : {}, extra);

// The service takes a plus for itself, and browsers write one for a space.
const encoded = query => query.toString().replaceAll("+", "%20");

// What a path answers; an error has the status.
async function ask(path, signal) {
  const answer = await fetch(path, { headers: headers(), signal, cache: "no-store" });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.message + " " + body.remedy), { status: answer.status });
  return body;
}

function tell(message, element = $("refusal")) {
  element.textContent = message || "";
  element.hidden = !message;
}

// What went wrong with a question, told where it belongs.
function failed(error, element) {
  if (error.name === "AbortError") return;
  if (error.status === 401 || error.status === 403) return askForToken(error.message);
  tell(error.status ? error.message : "The service does not answer. Try again.", element);
}

// A request that changes something; what refuses it is told in an element.
async function change(method, path, body, refusal) {
  tell("", refusal);
  const answer = await fetch(path, {
    method, headers: headers(body ? { "Content-Type": "application/json" } : {}), body: body && JSON.stringify(body), cache: "no-store",
  }).catch(() => null);
  const read = answer && answer.status !== 204 ? await answer.json().catch(() => null) : null;
  if (answer && answer.ok) return read || {};
  tell(read ? read.message + " " + read.remedy : "The service does not answer. Try again.", refusal);
  return null;
}

function askForToken(message) {
  $("login").hidden = false;
  $("why").textContent = token ? message : "This service asks for a token.";
  $("link").textContent = "not signed in";
}

async function* serverEvents(path, last, signal, onStart) {
  const answer = await fetch(path, { headers: headers(last ? { "Last-Event-ID": last } : {}), signal, cache: "no-store" });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).message), { status: answer.status });
  // After the subscription, so that no change falls between the two.
  if (onStart) await onStart(signal);
  $("link").textContent = "live";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
      }
      if (event.data) yield { name: event.event, id: event.id, data: JSON.parse(event.data) };
    }
  }
}

function follow(path, onEvent, onStart) {
  const control = new AbortController();
  (async () => {
    let last = null;
    while (!control.signal.aborted) {
      try {
        for await (const event of serverEvents(path, last, control.signal, onStart)) {
          if (event.id) last = event.id;
          if (event.name === "rewound") last = null;
          onEvent(event);
        }
      } catch (error) {
        if (control.signal.aborted) return;
        if (error.status === 401 || error.status === 403) return askForToken(error.message);
        if (error.status === 404) { location.hash = ""; return tell("It is gone: " + error.message); }
      }
      if (control.signal.aborted) return;
      $("link").textContent = "reconnecting";
      await new Promise(resolve => setTimeout(resolve, 2000));
    }
  })();
  return control;
}

// Draws at most once a frame.
const awaited = new Set();
function soon(work) {
  if (!awaited.size) {
    requestAnimationFrame(() => {
      const works = [...awaited];
      awaited.clear();
      for (const each of works) each();
    });
  }
  awaited.add(work);
}
