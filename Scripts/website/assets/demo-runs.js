// The recorded runs of the demo, and what its other scripts share.
const metalrDemo = (() => {
  const data = JSON.parse(document.getElementById("runs").textContent);
  // Prodigy's rate multiplies an estimate of its own, which is not recorded.
  const METHODS = [
    { id: "universal", title: "universal", color: 0, dash: "", width: 3 },
    { id: "universal-sf", title: "universal-sf", color: 1, dash: "", width: 2.4 },
    { id: "constant", title: "constant rate", color: 6, dash: "7 3", width: 1.8 },
    { id: "cosine", title: "cosine from that rate", color: 4, dash: "2 2.5", width: 1.8 },
    { id: "search", title: "best of 8 cosines", color: 2, dash: "9 3 2 3", width: 1.8 },
    { id: "prodigy", title: "Prodigy", color: 3, dash: "12 4", width: 1.8, ownRate: true },
    { id: "schedule-free", title: "schedule-free AdamW at 0.01", color: 5, dash: "4 2", width: 1.8 },
  ];
  const OPTIMIZERS = { "schedule-free-adamw": "schedule-free AdamW", prodigy: "Prodigy" };
  for (const optimizer of data.optimizers) OPTIMIZERS[optimizer.name] = optimizer.title;
  const MULTIPLES = data.multiples.map((multiple) => ({
    0.001: "1/1000", 0.0316: "1/32", 1: "usual", 3.162: "3.2 times", 10: "10 times", 56.2: "56 times",
  }[multiple] ?? `${multiple} times`));

  // What the reader has chosen.
  const state = {
    problem: data.problems[0], optimizer: data.optimizers[1].name, from: 0, step: data.problems[0].steps,
    playing: false, hidden: new Set(["cosine"]), shown: "universal",
  };

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

  // The lines of the chosen problem, optimizer and initial rate.
  const curves = () => METHODS.map((method) => {
    const run = find(state.problem, method.id, state.optimizer, state.from);
    return run && { method, ...curve(state.problem, run) };
  }).filter(Boolean);

  const number = (value) => {
    if (value === null || value === undefined) return "–";
    if (value >= 1e4 || (value < 1e-4 && value > 0)) return value.toExponential(1).replace("e+", "e").replace(".0", "");
    return Number(value.toPrecision(3)).toString();
  };

  const loss = (value) => value === null || value >= 1e4 || value < 1e-3 ? number(value) : value.toPrecision(3);

  // What a method's reading is at a step: the latest one.
  const at = (line, step) => {
    let k = 0;
    while (k + 1 < line.steps.length && line.steps[k + 1] <= step) k += 1;
    return k;
  };

  // How much worse than the best of 8 cosines, in %.
  const regret = (problem, method, optimizer, from) => {
    const [run, search] = [find(problem, method, optimizer, from), find(problem, "search", optimizer)];
    return run.diverged || run.test === null ? Infinity : 100 * Math.log(run.test / search.test);
  };

  return { data, METHODS, OPTIMIZERS, MULTIPLES, state, find, curves, number, loss, at, regret };
})();
