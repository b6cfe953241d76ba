// The demo's page: choices, playing, the table of methods.
(() => {
  const { data, METHODS, OPTIMIZERS, MULTIPLES, state, find, curves, number, loss, at, regret, draw, map } = metalrDemo;
  const byId = (id) => document.getElementById(id);

  // The table of methods: one row each, with a box that shows or hides its lines.

  const rows = byId("verdict").parentElement.querySelector(".methods tbody");
  const buildRows = () => rows.replaceChildren(...METHODS.map((method) => {
    const row = document.createElement("tr");
    row.innerHTML = `<th scope="row"><label><input type="checkbox"> <svg width="34" height="12" aria-hidden="true">
      <path class="line c${method.color}" d="M1 6h32" stroke-width="${method.width}" stroke-dasharray="${method.dash}"/>
      </svg> <span></span></label></th>
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
      cells[1].textContent = method.ownRate ? "its own" : number(line.rates[k]);
      cells[2].textContent = over ? "diverged" : loss(line.losses[k]);
      cells[3].textContent = loss(line.run.test);
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
    const text = (run) => run.test === null || run.diverged ? "diverged" : `ends at a test loss of ${loss(run.test)}`;
    const against = regret(state.problem, "universal", state.optimizer, state.from);
    const rate = data.multiples[state.from] === 1 ? "the usual rate" : `${MULTIPLES[state.from]} the usual rate`;
    const size = Math.abs(against).toFixed(0);
    const level = size === "0" ? "universal is level with it" : `universal is ${size}% ${against < 0 ? "better" : "worse"}`;
    const words = `From ${rate} of ${OPTIMIZERS[state.optimizer]}, universal ${text(ours)}. `
      + `The constant rate ${text(of("constant"))}, the best of 8 cosines ${text(of("search"))}`
      + (against === Infinity ? "." : `: ${level}.`);
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
    map.mark();
    history.replaceState(null, "", `#${state.problem.name},${state.optimizer},${state.from}`);
  };

  const choose = (choice) => {
    Object.assign(state, choice);
    chosen();
    document.querySelector("h1").scrollIntoView();
    byId("play").focus({ preventScroll: true });
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

  // The beginning.

  const option = (value, title) => Object.assign(document.createElement("option"), { value, textContent: title });
  byId("problem").append(...data.problems.map((problem) => option(problem.name, problem.title)));
  byId("problem").addEventListener("change", (event) => {
    state.problem = data.problems.find((problem) => problem.name === event.target.value);
    chosen();
  });
  byId("shown").append(...map.methods.map((method) => option(method.id, method.title)));
  byId("shown").addEventListener("change", (event) => { state.shown = event.target.value; map.build(choose); });
  document.querySelector("form.choices").addEventListener("submit", (event) => event.preventDefault());
  byId("made").replaceChildren(...data.problems.flatMap((problem) => {
    const [text, command] = [document.createElement("p"), document.createElement("pre")];
    const older = Object.keys(data.shipped).filter((name) => data.shipped[name] !== problem.made[name]);
    text.textContent = `${problem.title}: metalr ${problem.made.version}, program ${problem.made.program}, `
      + `universal ${problem.made.universal}, universal-sf ${problem.made["universal-sf"]} (SHA-256, first half), seed ${data.seed}. `
      + (older.length ? `metalr now ships another ${older.join(" and ")}. ` : "")
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
  map.build(choose);
  select();
  tell();
  show();
  new ResizeObserver(() => { if (!state.playing) show(); }).observe(document.querySelector(".charts"));
})();
