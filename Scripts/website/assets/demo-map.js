// The map of all runs: one cell for each problem, optimizer and initial rate.
metalrDemo.map = (() => {
  const { data, METHODS, MULTIPLES, state, regret } = metalrDemo;
  const NAMES = ["universal", "universal-sf", "constant", "cosine"];
  const FROM_EVERY_RATE = METHODS.filter((method) => NAMES.includes(method.id));
  const shade = (value) => {
    const size = [2, 10, 30, 100].filter((limit) => Math.abs(value) >= limit).length;
    return size === 0 ? "level" : `${value < 0 ? "better" : "worse"}${size}`;
  };
  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  const percent = (value) => {
    if (value === Infinity) return "div.";
    return Math.abs(value) < 0.5 ? "0" : value.toFixed(0).replace("-", "\u2212");
  };

  const map = document.querySelector(".map");
  const build = (choose) => {
    map.tHead.innerHTML = `<tr><th scope="col">Training</th><th scope="col">Optimizer</th>${
      MULTIPLES.map((title) => `<th scope="col" class="number">${title}</th>`).join("")}</tr>`;
    const all = data.multiples.map(() => []);
    const lines = data.problems.flatMap((problem) => data.optimizers.map((optimizer, place) => {
      const row = document.createElement("tr");
      if (place === 0) row.className = "first";
      const [title, name] = [document.createElement("th"), document.createElement("th")];
      title.scope = name.scope = "row";
      const text = document.createElement("span");
      text.textContent = problem.title;
      if (place > 0) text.className = "hidden";
      title.append(text);
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
          choose({ problem, optimizer: optimizer.name, from });
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
    mark();
  };
  const mark = () => {
    const current = `${state.problem.name},${state.optimizer},${state.from}`;
    for (const button of map.querySelectorAll("button")) {
      if (button.dataset.run === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  };

  return { build, mark, methods: FROM_EVERY_RATE };
})();
