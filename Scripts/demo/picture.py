"""The README's picture: one controller drives six trainings from six initial rates, drawn from the recorded runs.

The three optimizers take turns, in the order of the problems; that was decided before the runs were made.
"""

import html
import json
import math
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "Docs" / "pictures" / "six-trainings.svg"
WIDTH, COLUMNS, PANEL, RATES, LOSSES, TOP = 960, 3, 300, 118, 78, 84
STYLE = """
.t text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#222;font-size:12px}
.t .title{font-size:15px;font-weight:600}.t .panel{font-size:13px;font-weight:600}.t .tick{font-size:11px;fill:#555}
.t .ground,.t .cover{fill:#fff}.t .grid{stroke:#e4e4e4;fill:none}.t .frame{stroke:#555;fill:none}
.t .line{fill:none;stroke-width:1.8;stroke-linejoin:round}.t .search{stroke:#555;stroke-dasharray:5 3;stroke-width:1.4}
.t .c0{stroke:#0072b2}.t .c1{stroke:#c94f00}.t .c2{stroke:#00805f}.t .c3{stroke:#a8487f}.t .c4{stroke:#8a6d00}.t .c5{stroke:#3d3d9e}
.t .cover{transform:scaleX(0);transform-box:fill-box;transform-origin:100% 50%;animation:uncover 4.5s linear}
@keyframes uncover{from{transform:scaleX(1)}to{transform:scaleX(0)}}
@media (prefers-reduced-motion:reduce){.t .cover{animation:none}}
@media (prefers-color-scheme:dark){
.t text{fill:#e6e6e6}.t .tick{fill:#a8adb5}.t .ground,.t .cover{fill:#16181c}.t .grid{stroke:#30343b}.t .frame{stroke:#8b9098}
.t .search{stroke:#c8c8c8}
.t .c0{stroke:#56b4e9}.t .c1{stroke:#ff9a4d}.t .c2{stroke:#2fd0a2}.t .c3{stroke:#eaa0cb}.t .c4{stroke:#f0d04a}.t .c5{stroke:#a7a9ff}
}
"""
TITLES = {0.001: "1/1000", 0.0316: "1/32", 1: "1", 3.162: "3.2", 10: "10", 56.2: "56"}


def draw(runs, path=PICTURE):
    """Reads the recorded runs and writes the picture."""
    data = json.loads(pathlib.Path(runs).read_text())
    rows = math.ceil(len(data["problems"]) / COLUMNS)
    height = TOP + rows * (RATES + LOSSES + 76) - 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="t" role="img" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="max-width:100%;height:auto">',
        "<title>One controller drives six trainings from six initial rates</title>", f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        '<text class="title" x="14" y="26">One controller, six trainings, six initial rates each</text>',
        '<text class="tick" x="14" y="44">learning rate above, validation loss below, over the steps; '
        "logarithmic scales</text>",
        *legend([TITLES.get(multiple, str(multiple)) for multiple in data["multiples"]]),
    ]
    for place, problem in enumerate(data["problems"]):
        optimizer = data["optimizers"][place % len(data["optimizers"])]
        left = 14 + place % COLUMNS * (PANEL + 16)
        parts += panel(problem, optimizer, left, TOP + place // COLUMNS * (RATES + LOSSES + 76))
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


def legend(titles):
    parts, x = ['<text x="14" y="66">initial rate over the usual one:</text>'], 206
    for place, title in enumerate(titles):
        parts.append(f'<path class="line c{place}" d="M{x} 62h22"/><text x="{x + 28}" y="66">{title}</text>')
        x += 48 + 7 * len(title)
    parts.append(f'<path class="line search" d="M{x + 20} 62h22"/><text x="{x + 48}" y="66">best of 8 cosines</text>')
    return parts


def panel(problem, optimizer, left, top):
    """The six runs of one training: rates above, losses below."""
    ours = [run for run in problem["runs"] if run["method"] == "universal" and run["optimizer"] == optimizer["name"]]
    search = next(
        run for run in problem["runs"] if run["method"] == "search" and run["optimizer"] == optimizer["name"])
    steps = lambda run: problem["readings"][run["readings"]][: run["count"]]  # noqa: E731
    rates = [(f"c{run['from']}", steps(run), levels(run["rates"], run["count"], 200)) for run in ours]
    losses = [("search", steps(search), levels(search["losses"], search["count"], 1000))]
    losses += [(f"c{run['from']}", steps(run), levels(run["losses"], run["count"], 1000)) for run in ours]
    highest = max(values[0] for _, _, values in losses) + math.log10(2)  # what diverges leaves at the top
    losses = [(style, at, [min(v, highest) for v in values]) for style, at, values in losses]
    return [
        f'<text class="panel" x="{left}" y="{top + 12}">{html.escape(problem["title"])}</text>',
        f'<text class="tick" x="{left + PANEL}" y="{top + 12}" text-anchor="end">{optimizer["title"].removeprefix("SGD with ")}</text>',
        *chart(rates, problem["steps"], left + 44, top + 22, PANEL - 44, RATES, held=True),
        *chart(losses, problem["steps"], left + 44, top + 34 + RATES, PANEL - 44, LOSSES, held=False),
        f'<text class="tick" x="{left + 44}" y="{top + 50 + RATES + LOSSES}">0</text>',
        f'<text class="tick" x="{left + PANEL}" y="{top + 50 + RATES + LOSSES}" text-anchor="end">{problem["steps"]}</text>',
    ]


def levels(values, count, scale):
    """Logarithms to base 10; what is missing, a loss that is not finite, is far up."""
    values = values if isinstance(values, list) else [values] * count
    return [99.0 if value is None else value / scale for value in values]


def chart(lines, budget, left, top, width, height, held):
    values = [value for _, _, line in lines for value in line if value < 90]
    low, high = min(values) - 0.06, max(values) + 0.06
    stub = 12 if held else 0  # the initial rate has a short piece of its own before step 0
    x = lambda step: f"{left + stub + (width - stub) * step / budget:.1f}"  # noqa: E731
    y = lambda value: f"{top + height * (high - value) / (high - low):.1f}"  # noqa: E731
    parts = []
    for line_class, steps, line in lines:
        path = f"M{left} {y(line[0])}H{x(steps[0])}"
        for step, value in zip(steps[1:], line[1:]):
            path += f"V{y(value)}H{x(step)}" if held else f"L{x(step)} {y(value)}"
        parts.append(f'<path class="line {line_class}" d="{path}"/>')
    parts.append(f'<rect class="cover" x="{left + stub + 1}" y="{top - 3}" width="{width - stub + 3}" height="{height + 6}"/>')
    for tick in ticks(low, high):
        parts.append(f'<path class="grid" d="M{left} {y(tick)}h{width}"/>')
        parts.append(
            f'<text class="tick" x="{left - 6}" y="{float(y(tick)) + 4:.1f}" text-anchor="end">{10**tick:.3g}</text>')
    parts.append(f'<path class="frame" d="M{left} {top}v{height}h{width}"/>')
    return parts


def ticks(low, high):
    """Logarithms of round numbers: decades, or more where there are few."""
    span = high - low
    factors = [1] if span > 2.2 else [1, 3] if span > 0.9 else [1, 2, 5] if span > 0.45 else [1, 1.5, 2, 3, 4, 5, 6, 8]
    every = max(1, math.ceil(span / 4)) if span > 2.2 else 1
    found = [
        power + math.log10(factor) for power in range(math.floor(low), math.ceil(high) + 1) for factor in factors
        if power % every == 0]
    return [tick for tick in found if low <= tick <= high]
