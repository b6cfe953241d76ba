// Plays recorded runs: rates and losses over the steps, drawn as SVG. No library.
(() => {
  const data = JSON.parse(document.getElementById("runs").textContent);
  const byId = (id) => document.getElementById(id);
  const METHODS = [
    { id: "universal", title: "universal", color: 0, dash: "", width: 3 },
    { id: "universal-sf", title: "universal-sf", color: 1, dash: "", width: 2.4 },
    { id: "constant", title: "constant rate", color: 6, dash: "7 3", width: 1.8 },
    { id: "cosine", title: "cosine from that rate", color: 4, dash: "2 2.5", width: 1.8 },
    { id: "search", title: "best of 8 cosines", color: 2, dash: "9 3 2 3", width: 1.8 },
    { id: "prodigy", title: "Prodigy", color: 3, dash: "12 4", width: 1.8 },
    { id: "schedule-free", title: "schedule-free AdamW at 0.01", color: 5, dash: "4 2", width: 1.8 },
  ];
  const OPTIMIZERS = { "schedule-free-adamw": "schedule-free AdamW", prodigy: "Prodigy" };
  for (const optimizer of data.optimizers) OPTIMIZERS[optimizer.name] = optimizer.title;
  const MULTIPLES = data.multiples.map((multiple) => ({
    0.001: "1/1000", 0.0316: "1/32", 1: "usual", 3.162: "3.2 times", 10: "10 times", 56.2: "56 times",
  }[multiple] ?? `${multiple} times`));

  const state = {
    problem: data.problems[0], optimizer: data.optimizers[1].name, from: 0, step: data.problems[0].steps, playing: false,
    hidden: new Set(["cosine"]), shown: "universal",
  };

  // The runs.

  const find = (problem, method, optimizer, from) => problem.runs.find((run) => run.method === method
    && (run.from === undefined || run.from === from)
    && (["universal", "constant", "cosine", "search"].includes(method) ? run.optimizer === optimizer : true));

  const curve = (problem, run) => {
    const steps = problem.readings[run.readings].slice(0, run.count);
    const read = (value, scale) => value === null ? null : 10 ** (value / scale);
    return {
      run, steps,
      rates: steps.map((_, k) => read(Array.isArray(run.rates) ? run.rates[k] : run.rates, 200)),
      losses: run.losses.map((value) => read(value, 1000)),
    };
  };

  const curves = () => METHODS.map((method) => {
    const run = find(state.problem, method.id, state.optimizer, state.from);
    return run && { method, ...curve(state.problem, run) };
  }).filter(Boolean);

  const number = (value) => value === null || value === undefined ? "–"
    : value === 0 ? "0" : value >= 1e4 || value < 1e-4 ? value.toExponential(1).replace("e+", "e") : Number(value.toPrecision(3)).toString();

  // What a method's reading is at a step: the latest one.
  const at = (line, step) => {
    let k = 0;
    while (k + 1 < line.steps.length && line.steps[k + 1] <= step) k += 1;
    return k;
  };

  // Charts.

  const SVG = "http://www.w3.org/2000/svg";
  const element = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const ticks = (low, high) => {
    const decades = Math.log10(high / low);
    const inDecade = decades > 3.5 ? [1] : decades > 1 ? [1, 3] : [1, 2, 3, 5, 7];
    const every = decades > 8 ? 2 : 1;
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1; power += 1) {
      if (power % every !== 0) continue;
      for (const factor of inDecade) {
        const value = factor * 10 ** power;
        if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
      }
    }
    return found;
  };

  const bounds = (lines, name) => {
    let values = lines.flatMap((line) => line[name]).filter((value) => value !== null && value > 0);
    if (name === "losses") {
      // What diverges leaves the chart at the top.
      const first = Math.max(...lines.map((line) => line.losses[0] ?? 0));
      values = values.filter((value) => value <= 2 * first);
    } else {
      const highest = Math.max(...values);
      values = values.filter((value) => value >= highest * 1e-7);  // the end of a cosine
    }
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [low / 1.15, high * 1.15];
  };

  const draw = (svg, lines, name) => {
    const width = Math.max(280, svg.parentElement.clientWidth);
    const height = width < 420 ? 230 : 290;
    const [left, right, top, bottom] = [58, 12, 10, 34];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const shown = lines.filter((line) => !state.hidden.has(line.method.id));
    if (shown.length === 0) return svg.replaceChildren();
    const [low, high] = bounds(shown, name);
    const x = (step) => left + (width - left - right) * step / state.problem.steps;
    const y = (value) => {
      const share = Math.log(Math.max(value, low) / low) / Math.log(high / low);
      return height - bottom - (height - top - bottom) * Math.min(1, share);
    };
    const parts = [];
    for (const value of ticks(low, high)) {
      parts.push(element("path", { class: "grid", d: `M${left} ${y(value)}H${width - right}` }));
      parts.push(element("text", { class: "tick", x: left - 7, y: y(value) + 4, "text-anchor": "end" }, number(value)));
    }
    for (let k = 0; k <= 4; k += 1) {
      const step = Math.round(state.problem.steps * k / 4);
      parts.push(element("text", { class: "tick", x: x(step), y: height - 14, "text-anchor": k === 4 ? "end" : "middle" }, step));
    }
    parts.push(element("path", { class: "frame", d: `M${left} ${top}V${height - bottom}H${width - right}` }));
    parts.push(element("path", { class: "now", d: `M${x(state.step)} ${top}V${height - bottom}` }));
    // The controller is drawn last, above the others.
    for (const line of [...shown].reverse()) {
      const last = at(line, state.step);
      let path = "";
      for (let k = 0; k <= last; k += 1) {
        const value = line[name][k] ?? (name === "losses" ? high * 2 : low);
        if (k === 0) path = `M${x(0).toFixed(1)} ${y(value).toFixed(1)}`;
        else if (name === "rates") path += `V${y(value).toFixed(1)}H${x(line.steps[k]).toFixed(1)}`;
        else path += `L${x(line.steps[k]).toFixed(1)} ${y(value).toFixed(1)}`;
      }
      const style = { class: `line c${line.method.color}`, "stroke-width": line.method.width };
      if (line.method.dash) style["stroke-dasharray"] = line.method.dash;
      parts.push(element("path", { ...style, d: path }));
      const end = line[name][last] ?? (name === "losses" ? high * 2 : low);
      const failed = line.run.diverged && last === line.steps.length - 1 && state.step >= line.steps[last];
      const [cx, cy] = [x(line.steps[last]), y(end)];
      parts.push(failed
        ? element("path", { class: `line c${line.method.color}`, "stroke-width": 2.5, d: `M${cx - 5} ${cy - 5}l10 10m0 -10l-10 10` })
        : element("circle", { class: `dot c${line.method.color}`, cx, cy, r: line.method.width + 1 }));
    }
    svg.replaceChildren(...parts);
  };

  // The table of methods: one row each, with a box that shows or hides its lines.

  const rows = byId("verdict").parentElement.querySelector(".methods tbody");
  const buildRows = () => rows.replaceChildren(...METHODS.map((method) => {
    const row = document.createElement("tr");
    row.innerHTML = `<th scope="row"><label><input type="checkbox"> <svg width="34" height="12" aria-hidden="true"><path class="line c${method.color}"
      d="M1 6h32" stroke-width="${method.width}" stroke-dasharray="${method.dash}"/></svg> <span></span></label></th>
      <td></td><td class="number"></td><td class="number"></td><td class="number"></td>`;
    row.querySelector("span").textContent = method.title;
    const box = row.querySelector("input");
    box.checked = !state.hidden.has(method.id);
    box.addEventListener("change", () => {
      if (box.checked) state.hidden.delete(method.id); else state.hidden.add(method.id);
      show();
    });
    return row;
  }));

  const show = () => {
    const lines = curves();
    draw(byId("rates"), lines, "rates");
    draw(byId("losses"), lines, "losses");
    METHODS.forEach((method, place) => {
      const line = lines.find((candidate) => candidate.method === method);
      const cells = rows.children[place].querySelectorAll("td");
      if (!line) return cells.forEach((cell) => { cell.textContent = ""; });
      const k = at(line, state.step);
      const over = line.run.diverged && k === line.steps.length - 1 && state.step >= line.steps[k];
      cells[0].textContent = OPTIMIZERS[line.run.optimizer];
      cells[1].textContent = number(line.rates[k]);
      cells[2].textContent = over ? "diverged" : number(line.losses[k]);
      cells[3].textContent = number(line.run.test);
    });
    byId("place").value = state.step;
    byId("place").setAttribute("aria-valuetext", `step ${state.step} of ${state.problem.steps}`);
    byId("step").textContent = `step ${Math.round(state.step)} of ${state.problem.steps}`;
    byId("play").textContent = state.playing ? "Pause" : "Play";
  };

  // In words what the charts show, for everybody, and as the charts' labels.
  const tell = () => {
    const of = (method) => find(state.problem, method, state.optimizer, state.from);
    const ours = of("universal");
    const text = (run) => run.test === null || run.diverged ? "diverged" : `ends at a test loss of ${number(run.test)}`;
    const against = 100 * Math.log(ours.test / of("search").test);
    const words = `From ${MULTIPLES[state.from]}${state.from === 2 ? " rate" : " the usual rate"} of ${OPTIMIZERS[state.optimizer]}, universal ${text(ours)}. `
      + `The constant rate ${text(of("constant"))}, the best of 8 cosines ${text(of("search"))}: universal is `
      + (Math.abs(against) < 0.5 ? "level with it." : `${Math.abs(against).toFixed(0)}% ${against < 0 ? "better" : "worse"}.`);
    byId("verdict").textContent = words;
    byId("rates").setAttribute("aria-label", `Learning rate over the steps, logarithmic. ${words}`);
    byId("losses").setAttribute("aria-label", `Validation loss over the steps, logarithmic. ${words}`);
  };

  // Choices.

  const radios = (holder, name, entries, chosen, choose) => {
    holder.replaceChildren(...entries.map(([value, title], place) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name, value, checked: value === chosen, id: `${name}-${place}` });
      input.addEventListener("change", () => choose(value));
      const text = document.createElement("span");
      text.textContent = title;
      label.append(input, text);
      return label;
    }));
  };

  const select = () => {
    const optimizer = data.optimizers.find((one) => one.name === state.optimizer);
    byId("problem").value = state.problem.name;
    radios(byId("optimizers"), "optimizer", data.optimizers.map((one) => [one.name, one.title]), state.optimizer,
      (value) => { state.optimizer = value; chosen("optimizer"); });
    radios(byId("initials"), "initial", data.multiples.map((multiple, place) => [place, MULTIPLES[place]]), state.from,
      (value) => { state.from = value; chosen("initial"); });
    byId("about").textContent = `${state.problem.about} ${state.problem.steps} steps. The usual rate of ${optimizer.title} is `
      + `${optimizer.usualRate}; these runs begin at ${number(optimizer.usualRate * data.multiples[state.from])}.`;
    byId("place").max = state.problem.steps;
  };

  const chosen = (group) => {
    pause();
    state.step = state.problem.steps;
    const had = document.activeElement?.id;
    select();
    if (group && had) byId(had)?.focus();
    tell();
    show();
    markCell();
    history.replaceState(null, "", `#${state.problem.name},${state.optimizer},${state.from}`);
  };

  // Playing.

  let before = 0;
  const frame = (now) => {
    if (!state.playing) return;
    const seconds = Math.min(0.1, (now - before) / 1000);
    before = now;
    state.step = Math.min(state.problem.steps, state.step + seconds * state.problem.steps / 9 * Number(byId("speed").value));
    if (state.step >= state.problem.steps) state.playing = false;
    show();
    requestAnimationFrame(frame);
  };
  const pause = () => { state.playing = false; };
  byId("play").addEventListener("click", () => {
    if (state.playing) pause();
    else {
      if (state.step >= state.problem.steps) state.step = 0;
      state.playing = true;
      before = performance.now();
      requestAnimationFrame(frame);
    }
    show();
  });
  const decisions = () => curves()[0].steps;
  byId("back").addEventListener("click", () => {
    pause();
    state.step = [...decisions()].reverse().find((step) => step < state.step - 1e-9) ?? 0;
    show();
  });
  byId("forward").addEventListener("click", () => {
    pause();
    state.step = decisions().find((step) => step > state.step + 1e-9) ?? state.problem.steps;
    show();
  });
  byId("place").addEventListener("input", (event) => { pause(); state.step = Number(event.target.value); show(); });

  // The map of all runs.

  const FROM_EVERY_RATE = METHODS.filter((method) => ["universal", "universal-sf", "constant", "cosine"].includes(method.id));
  const regret = (problem, method, optimizer, from) => {
    const [run, search] = [find(problem, method, optimizer, from), find(problem, "search", optimizer)];
    return run.diverged || run.test === null ? Infinity : 100 * Math.log(run.test / search.test);
  };
  const shade = (value) => {
    const size = [2, 10, 30, 100].filter((limit) => Math.abs(value) >= limit).length;
    return size === 0 ? "level" : `${value < 0 ? "better" : "worse"}${size}`;
  };
  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  const percent = (value) => value === Infinity ? "div." : Math.abs(value) < 0.5 ? "0" : value.toFixed(0).replace("-", "\u2212");

  const map = document.querySelector(".map");
  const buildMap = () => {
    map.tHead.innerHTML = `<tr><th scope="col">Training</th><th scope="col">Optimizer</th>${
      MULTIPLES.map((title) => `<th scope="col" class="number">${title}</th>`).join("")}</tr>`;
    const all = data.multiples.map(() => []);
    const lines = data.problems.flatMap((problem) => data.optimizers.map((optimizer, place) => {
      const row = document.createElement("tr");
      if (place === 0) row.className = "first";
      const [title, name] = [document.createElement("th"), document.createElement("th")];
      title.scope = name.scope = "row";
      title.textContent = problem.title;
      if (place > 0) title.className = "again";
      name.textContent = optimizer.title;
      row.append(title, name, ...data.multiples.map((_, from) => {
        const value = regret(problem, state.shown, optimizer.name, from);
        all[from].push(value);
        const cell = document.createElement("td");
        const button = document.createElement("button");
        button.type = "button";
        button.className = shade(value);
        button.textContent = percent(value);
        button.setAttribute("aria-label", `${problem.title}, ${optimizer.title}, ${MULTIPLES[from]}: ${
          value === Infinity ? "diverged" : `${percent(value)}%`}`);
        button.dataset.run = `${problem.name},${optimizer.name},${from}`;
        button.addEventListener("click", () => {
          Object.assign(state, { problem, optimizer: optimizer.name, from });
          chosen();
          document.querySelector("h1").scrollIntoView();
        });
        cell.append(button);
        return cell;
      }));
      return row;
    }));
    const last = document.createElement("tr");
    last.className = "first";
    last.innerHTML = `<th scope="row" colspan="2">Median</th>${
      all.map((values) => `<td class="number">${percent(median(values))}</td>`).join("")}`;
    map.tBodies[0].replaceChildren(...lines, last);
    markCell();
  };
  const markCell = () => {
    const current = `${state.problem.name},${state.optimizer},${state.from}`;
    for (const button of map.querySelectorAll("button")) {
      if (button.dataset.run === current) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    }
  };

  // The beginning.

  const option = (value, title) => Object.assign(document.createElement("option"), { value, textContent: title });
  byId("problem").append(...data.problems.map((problem) => option(problem.name, problem.title)));
  byId("problem").addEventListener("change", (event) => {
    state.problem = data.problems.find((problem) => problem.name === event.target.value);
    chosen();
  });
  byId("shown").append(...FROM_EVERY_RATE.map((method) => option(method.id, method.title)));
  byId("shown").addEventListener("change", (event) => { state.shown = event.target.value; buildMap(); });
  for (const form of document.querySelectorAll("form.choices")) form.addEventListener("submit", (event) => event.preventDefault());
  byId("made").replaceChildren(...data.problems.flatMap((problem) => {
    const [text, command] = [document.createElement("p"), document.createElement("pre")];
    text.textContent = `${problem.title}: metalr ${problem.made.version}, program ${problem.made.program}, `
      + `universal ${problem.made.universal}, universal-sf ${problem.made["universal-sf"]} (SHA-256, first half), seed ${data.seed}. `
      + "The first of its commands; Scripts/record-demo runs all:";
    command.textContent = problem.command;
    command.tabIndex = 0;
    return [text, command];
  }));

  const [name, optimizer, from] = decodeURIComponent(location.hash.slice(1)).split(",");
  const wanted = data.problems.find((problem) => problem.name === name);
  if (wanted && data.optimizers.some((one) => one.name === optimizer) && data.multiples[Number(from)] !== undefined) {
    Object.assign(state, { problem: wanted, optimizer, from: Number(from) });
  }
  state.step = state.problem.steps;
  buildRows();
  buildMap();
  select();
  tell();
  show();
  new ResizeObserver(() => { if (!state.playing) show(); }).observe(document.querySelector(".charts"));
})();
