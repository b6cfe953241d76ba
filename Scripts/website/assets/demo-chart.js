// Draws the lines of a run up to the chosen step, as SVG.
metalrDemo.draw = (() => {
  const { state, number, at } = metalrDemo;

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
    // A cosine ends near 0: only where it begins counts for the axis of rates.
    const isCosine = (line) => line.method.id === "cosine" || line.method.id === "search";
    const begin = (values) => values.slice(0, Math.ceil(values.length * 0.7));
    const of = (line) => name === "rates" && isCosine(line) ? begin(line.rates) : line[name];
    let values = lines.flatMap(of).filter((value) => value !== null && value > 0);
    if (name === "losses") {
      // What diverges leaves the chart at the top.
      const first = Math.max(...lines.map((line) => line.losses[0] ?? 0));
      values = values.filter((value) => value <= 2 * first);
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
    const shown = lines.filter(({ method }) => !state.hidden.has(method.id) && !(name === "rates" && method.ownRate));
    if (shown.length === 0) return svg.replaceChildren();
    const [low, high] = bounds(shown, name);
    // The initial rate has a short piece of its own before step 0.
    const stub = name === "rates" ? 12 : 0;
    const x = (step) => left + stub + (width - left - stub - right) * step / state.problem.steps;
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
      const anchor = k === 4 ? "end" : "middle";
      parts.push(element("text", { class: "tick", x: x(step), y: height - 14, "text-anchor": anchor }, step));
    }
    parts.push(element("path", { class: "frame", d: `M${left} ${top}V${height - bottom}H${width - right}` }));
    parts.push(element("path", { class: "now", d: `M${x(state.step)} ${top}V${height - bottom}` }));
    // The controller is drawn last, above the others.
    for (const line of [...shown].reverse()) {
      const last = at(line, state.step);
      let path = "";
      for (let k = 0; k <= last; k += 1) {
        const value = line[name][k] ?? (name === "losses" ? high * 2 : low);
        if (k === 0) path = `M${left} ${y(value).toFixed(1)}H${x(0).toFixed(1)}`;
        else if (name === "rates") path += `V${y(value).toFixed(1)}H${x(line.steps[k]).toFixed(1)}`;
        else path += `L${x(line.steps[k]).toFixed(1)} ${y(value).toFixed(1)}`;
      }
      const style = { class: `line c${line.method.color}`, "stroke-width": line.method.width };
      if (line.method.dash) style["stroke-dasharray"] = line.method.dash;
      parts.push(element("path", { ...style, d: path }));
      const end = line[name][last] ?? (name === "losses" ? high * 2 : low);
      const failed = line.run.diverged && last === line.steps.length - 1 && state.step >= line.steps[last];
      const [cx, cy] = [x(line.steps[last]), y(end)];
      const cross = `M${cx - 5} ${cy - 5}l10 10m0 -10l-10 10`;
      parts.push(failed
        ? element("path", { class: `line c${line.method.color}`, "stroke-width": 2.5, d: cross })
        : element("circle", { class: `dot c${line.method.color}`, cx, cy, r: line.method.width + 1 }));
    }
    svg.replaceChildren(...parts);
  };

  return draw;
})();
