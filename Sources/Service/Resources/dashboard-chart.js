// A chart: lines over steps or time, with round ticks, zoom, a cursor, and its values as a table.

const steps125 = (from, to, count) => {
  const rough = (to - from) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(each => each * power).find(step => step >= rough * 0.999);
};
const durations = [1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 10800e3, 21600e3, 43200e3,
  86400e3, 172800e3, 604800e3];

// Round numbers within a range; on a clock, which counts from `origin`, round times of this time zone.
function ticks(from, to, count, axis, origin = 0) {
  if (axis === "clock") {
    const shift = origin - new Date(origin + from).getTimezoneOffset() * 60e3;
    return ticks(from + shift, to + shift, count, "time").map(mark => mark - shift);
  }
  let step = steps125(from, to, count);
  if (axis === "time") step = durations.find(each => each >= (to - from) / count) || steps125(from / 864e5, to / 864e5, count) * 864e5;
  if (axis === "step") step = Math.max(1, step);
  const marks = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++) marks.push(+(index * step).toPrecision(12));
  return marks;
}

// Powers of ten, with 2 and 5 between them where there is room; round numbers where they are all within one power.
function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high)), decades = Math.log10(high / low);
  if (decades < 0.7) return ticks(low, high, 4);
  const stride = Math.ceil(decades / 5), marks = [];
  for (let power = first; power <= last; power++) {
    if (decades > 2.5 && (power - first) % stride) continue;
    for (const each of decades > 2.5 ? [1] : decades > 1.4 ? [1, 3] : [1, 2, 5]) marks.push(each * 10 ** power);
  }
  return marks.filter(mark => mark >= low * 0.999 && mark <= high * 1.001);
}

// A place of an axis in words; `origin` is where a clock begins.
const along = (value, axis, origin) => axis === "clock" ? time(origin + value) : axis === "time" ? duration(value)
  : axis === "share" ? Math.round(value * 1000) / 10 + "%" : whole(value);

// A tick in as few words as tell it from its neighbors: midnight as a date, seconds where the ticks are less than a minute apart.
function tickText(value, axis, origin, distance) {
  if (axis !== "clock") return along(value, axis);
  const date = new Date(origin + value);
  if (!date.getHours() && !date.getMinutes() && !date.getSeconds()) return date.toLocaleDateString([], { day: "numeric", month: "short" });
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: distance < 60e3 ? "2-digit" : undefined });
}

// What the charts of one page have in common.
class Zoom {
  constructor() { this.range = null; this.charts = []; }
  set(range) {
    this.range = range;
    for (const chart of this.charts) chart.paint();
  }
}

class Chart {
  static count = 0;

  // unit: what the axis counts; wantsLog: a logarithmic scale where all values are positive.
  constructor(title, zoom, { unit = "step", wantsLog = false, height = 208 } = {}) {
    Object.assign(this, { zoom, unit, wantsLog, height, series: [], marks: [], size: 1, axis: "step", at: null });
    this.clip = "clip" + Chart.count++;
    this.element = make("figure");
    const caption = make("figcaption");
    this.legend = make("span");
    this.legend.className = "chips";
    this.reading = make("span", "", "soft");
    this.reading.setAttribute("aria-live", "polite");
    this.heading = make("strong");
    caption.append(this.heading, this.legend, this.reading);
    this.picture = svg("svg", { role: "img", tabindex: 0 });
    this.picture.style.height = height + "px";
    this.values = make("details");
    this.values.append(make("summary"), make("div", null, "scroll"));
    this.name(title);
    this.values.addEventListener("toggle", () => this.fill());
    this.element.append(caption, this.picture, this.values);
    this.listen();
    zoom.charts.push(this);
  }

  name(title) {
    this.title = this.heading.textContent = title;
    this.values.firstChild.textContent = "Values of " + title.toLowerCase();
  }

  // series: { name, colour, dash, points, isStep }; marks: { x, kind }; size: the end of the whole axis; origin: where a clock begins.
  set({ series, marks = [], size, axis = "step", origin = 0 }) {
    Object.assign(this, { origin, series: series.map(each => ({ ...each, points: each.points.filter(point => finite(point[1])) })), marks, axis });
    this.size = size > 0 ? size : 1;
    this.paint();
  }

  paint() {
    const { picture, series } = this, range = this.zoom.range || [0, this.size];
    const width = Math.max(280, this.element.clientWidth || 400), left = 56, right = 10, top = 8, bottom = 22, height = this.height;
    picture.setAttribute("viewBox", "0 0 " + width + " " + height);
    picture.replaceChildren();
    this.legend.replaceChildren(...(series.length > 1 ? series.map(keyOf) : []));
    const inside = series.map(({ points }) => visible(points, range));
    const values = inside.flat().map(point => point[1]);
    picture.setAttribute("aria-label", this.summary(inside));
    this.fill();
    if (!values.length) {
      this.x = this.back = null;
      svg("text", { x: left, y: height / 2 }, picture).textContent = series.some(({ points }) => points.length) ? "nothing in this part" : "nothing yet";
      return;
    }
    let low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
    const isLog = this.wantsLog && low > 0, shape = isLog ? Math.log10 : value => value;
    if (!isLog) low = Math.min(0, low);
    // Room around values that are all the same.
    if (isLog && high / low < 1.02) { low /= 1.5; high *= 1.5; } else if (high - low < 1e-12) high = low + 1;
    const marks = isLog ? logTicks(low, high) : ticks(low, high, 4);
    if (!isLog && marks.length) { const step = marks[1] - marks[0] || 1; high = Math.max(high, Math.ceil(high / step - 1e-9) * step); if (high > marks.at(-1)) marks.push(high); }
    const from = shape(low), to = shape(high);
    const x = value => left + (width - left - right) * (value - range[0]) / (range[1] - range[0]);
    const y = value => top + (height - top - bottom) * (1 - (shape(value) - from) / (to - from));
    this.x = x;
    this.back = position => range[0] + (position - left) / (width - left - right) * (range[1] - range[0]);
    for (const value of marks) {
      svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }, picture);
      svg("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, picture).textContent = number(+value.toPrecision(6));
    }
    const places = ticks(range[0], range[1], width > 420 ? 5 : 3, this.axis, this.origin);
    for (const value of places) {
      const at = x(value), anchor = at < left + 14 ? "start" : at > width - right - 22 ? "end" : "middle";
      svg("line", { x1: at, x2: at, y1: height - bottom, y2: height - bottom + 4, class: "grid" }, picture);
      svg("text", { x: at, y: height - 5, "text-anchor": anchor }, picture).textContent = tickText(value, this.axis, this.origin, places[1] - places[0]);
    }
    for (const mark of this.marks) {
      if (mark.x < range[0] || mark.x > range[1]) continue;
      svg("line", { x1: x(mark.x), x2: x(mark.x), y1: top, y2: height - bottom, stroke: mark.kind === "stop" ? "var(--bad)" : "var(--warn)",
        "stroke-width": 1.2, "stroke-dasharray": "3 3" }, picture);
    }
    const clip = svg("clipPath", { id: this.clip }, picture), lines = svg("g", { "clip-path": "url(#" + this.clip + ")" }, picture);
    svg("rect", { x: left - 1, y: top - 2, width: width - left - right + 2, height: height - top - bottom + 4 }, clip);
    series.forEach(({ colour, dash, isStep }, index) => line(lines, thinned(inside[index]), x, y, colour, dash, isStep));
    this.pointer = svg("line", { y1: top, y2: height - bottom, class: "cursor", visibility: "hidden" }, picture);
    this.picked = svg("rect", { y: top, height: height - top - bottom, class: "pick", visibility: "hidden" }, picture);
    if (this.at !== null) this.read(this.at);
  }

  summary(inside) {
    const parts = this.series.map(({ name }, index) => {
      const points = inside[index];
      return points.length ? name + " from " + number(points[0][1]) + " to " + number(points.at(-1)[1]) : name + " has no values";
    });
    return this.title + " by " + this.unit + ". " + parts.join("; ") + ". Arrow keys read values, plus and minus zoom, 0 shows the whole run.";
  }

  // Tells the values nearest to a place of the axis.
  read(at) {
    this.at = at;
    if (!this.x) return;
    const parts = this.series.map(({ name, points }) => ({ name, point: nearest(points, at) })).filter(({ point }) => point);
    if (!parts.length) return;
    // Where the lines have no points in common, the place itself.
    const first = parts[0].point[0], place = parts.every(({ point }) => point[0] === first) ? first : Math.max(0, at);
    this.reading.textContent = (this.axis === "step" ? this.unit + " " : "")
      + along(this.axis === "step" ? Math.round(place) : place, this.axis, this.origin) + ": "
      + parts.map(({ name, point }) => (parts.length > 1 ? name + " " : "") + number(point[1])).join(", ");
    const position = this.x(place);
    this.pointer.setAttribute("x1", position);
    this.pointer.setAttribute("x2", position);
    this.pointer.setAttribute("visibility", "visible");
  }

  listen() {
    const { picture } = this;
    let begin = null;
    const place = event => {
      const box = picture.getBoundingClientRect();
      return this.back((event.clientX - box.left) * picture.viewBox.baseVal.width / box.width);
    };
    picture.addEventListener("pointerdown", event => { if (this.back && event.button === 0) begin = place(event); });
    picture.addEventListener("pointermove", event => {
      if (!this.back) return;
      const at = place(event);
      this.read(at);
      if (begin === null) return;
      const [a, b] = [this.x(Math.min(begin, at)), this.x(Math.max(begin, at))];
      this.picked.setAttribute("x", a);
      this.picked.setAttribute("width", b - a);
      this.picked.setAttribute("visibility", "visible");
    });
    picture.addEventListener("pointerup", event => {
      if (begin === null) return;
      const ends = [begin, place(event)].sort((a, b) => a - b), isWide = this.x(ends[1]) - this.x(ends[0]) > 8;
      begin = null;
      if (isWide) this.zoom.set([Math.max(0, ends[0]), Math.min(this.size, ends[1])]); else this.picked.setAttribute("visibility", "hidden");
    });
    picture.addEventListener("pointerleave", () => {
      begin = null;
      this.at = null;
      if (this.pointer) for (const each of [this.pointer, this.picked]) each.setAttribute("visibility", "hidden");
      this.reading.textContent = "";
    });
    picture.addEventListener("dblclick", () => this.zoom.set(null));
    picture.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [from, to] = this.zoom.range || [0, this.size], at = this.at ?? (from + to) / 2;
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.walk(event.key === "ArrowRight" ? 1 : -1, at);
      else if (event.key === "+" || event.key === "-") {
        const half = (to - from) * (event.key === "+" ? 0.25 : 1), start = Math.max(0, at - half), end = Math.min(this.size, at + half);
        this.zoom.set(start <= 0 && end >= this.size ? null : [start, end]);
      } else if (event.key === "0") this.zoom.set(null);
      else return;
      event.preventDefault();
    });
  }

  // Goes to the next point of the first line that has some.
  walk(direction, at) {
    const points = visible((this.series.find(({ points }) => points.length) || { points: [] }).points, this.zoom.range || [0, this.size]);
    if (!points.length) return;
    const index = points.indexOf(nearest(points, at)), next = this.at === null ? index : index + direction;
    this.read(points[Math.max(0, Math.min(points.length - 1, next))][0]);
  }

  // The table of values, 25 rows at most.
  fill() {
    if (!this.values.open) return;
    const range = this.zoom.range || [0, this.size], all = [...new Set(this.series.flatMap(({ points }) => visible(points, range).map(point => point[0])))].sort((a, b) => a - b);
    const each = Math.max(1, Math.ceil(all.length / 25)), table = make("table"), head = make("tr"), body = make("tbody");
    for (const name of [this.unit, ...this.series.map(({ name }) => name)]) head.append(Object.assign(make("th", name), { scope: "col" }));
    for (const place of all.filter((_, index) => index % each === 0 || index === all.length - 1)) {
      const row = make("tr");
      cell(row, along(place, this.axis, this.origin), null, null, "th");
      for (const { points } of this.series) cell(row, points.length ? number(nearest(points, place)[1]) : "–");
      body.append(row);
    }
    table.append(make("thead"), body);
    table.firstChild.append(head);
    this.values.lastChild.replaceChildren(table);
  }
}

function svg(tag, attributes, parent) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (parent) parent.append(element);
  return element;
}

function keyOf({ name, colour, dash }) {
  const key = make("span", null, "key"), picture = svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, key);
  svg("line", { x1: 0, x2: 26, y1: 5, y2: 5, stroke: "var(" + colour + ")", "stroke-width": 2.5, "stroke-dasharray": dash || "" }, picture);
  key.append(name);
  return key;
}

// The points within a range, and the one before and after it.
function visible(points, [from, to]) {
  let first = points.findIndex(point => point[0] >= from);
  if (first < 0) return [];
  let last = first;
  while (last < points.length && points[last][0] <= to) last++;
  return points.slice(Math.max(0, first - 1), last + 1);
}

// At most 2,000 points: of each stretch the lowest and the highest, so that no peak is lost.
function thinned(points) {
  const each = Math.ceil(points.length / 1000);
  if (each < 3) return points;
  const kept = [points[0]];
  for (let start = 0; start < points.length; start += each) {
    const part = points.slice(start, start + each);
    const low = part.reduce((a, b) => b[1] < a[1] ? b : a), high = part.reduce((a, b) => b[1] > a[1] ? b : a);
    kept.push(...(low[0] < high[0] ? [low, high] : [high, low]));
  }
  return kept.concat([points.at(-1)]);
}

function line(picture, points, x, y, colour, dash, isStep) {
  let path = "";
  points.forEach(([at, value], index) => {
    if (isStep && index) path += "H" + x(at).toFixed(1);
    path += (index ? "L" : "M") + x(at).toFixed(1) + " " + y(value).toFixed(1);
  });
  if (!points.length) return;
  svg("path", { d: path, fill: "none", stroke: "var(" + colour + ")", "stroke-width": 1.8, "stroke-linejoin": "round", "stroke-dasharray": dash || "" }, picture);
  if (points.length === 1) svg("circle", { cx: x(points[0][0]), cy: y(points[0][1]), r: 3, fill: "var(" + colour + ")" }, picture);
}

// By bisection: runs have thousands of points.
function nearest(points, at) {
  let low = 0, high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < at) low = middle; else high = middle;
  }
  return high < 0 ? undefined : Math.abs(points[high][0] - at) < Math.abs(points[low][0] - at) ? points[high] : points[low];
}

// A choice of the axis, and the way back from a zoom.
function axisTools(bar, zoom, choices, value, onChange) {
  const label = make("label", "Axis "), select = make("select"), whole = make("button", "Whole axis"), hint = make("span", "Drag over a chart to zoom.", "soft");
  options(select, choices, value);
  whole.type = "button";
  whole.addEventListener("click", () => zoom.set(null));
  select.addEventListener("change", () => { zoom.range = null; onChange(select.value); });
  label.append(select);
  bar.append(label, whole, hint);
}
