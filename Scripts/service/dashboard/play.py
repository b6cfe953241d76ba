"""What is done in the browser, scene by scene."""

import json
import re
import time
import urllib.request
from pathlib import Path

from fill import JOBS, LONG, LONG_LABEL, SICK, SILENT

#: Milliseconds that anything may take on a busy machine.
PATIENCE = 60_000
SIZES = {"light": (1280, 900, "light"), "dark": (1280, 900, "dark"), "phone": (390, 844, "light"), "phone-dark": (390, 844, "dark")}


class Player:
    """A browser before a service."""

    def __init__(self, browser, service, ids, pictures):
        self.browser, self.service, self.ids = browser, service, ids
        self.pictures = Path(pictures) if pictures else None
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)

    @property
    def trained(self):
        """The training that the scene of trainings made; None before it."""
        return next((each["id"] for each in self.get("/v1/trainings")["trainings"] if each["name"] == "made-here"), None)

    def play(self, scene):
        """A scene on a page of its own, which may not report an error."""
        page, errors = self.page("light")
        scene(page, self)
        page.context.close()
        assert not errors, f"{scene.__name__}: {errors}"

    def page(self, look):
        width, height, scheme = SIZES[look]
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page, errors

    def open(self, page, hash=""):
        page.goto(self.service.url + "/" + hash)
        page.wait_for_selector("main > section:not([hidden])")
        if not hash or hash.startswith("#runs"):
            settled(page)

    def all_runs(self):
        """Every run, by the plain list of the API, the newest first."""
        runs, before = [], ""
        while True:
            page = self.get(f"/v1/runs?limit=500{before}")
            runs += page["runs"]
            if page["next"] is None:
                return runs
            before = "&before=" + page["next"]

    def get(self, path):
        with urllib.request.urlopen(self.service.url + path, timeout=60) as answer:
            return json.load(answer)

    def post(self, path, body=None):
        data = json.dumps(body or {}).encode()
        request = urllib.request.Request(self.service.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def until(page, expression, arg=None):
    """Waits for an expression of JavaScript to hold. Playwright's own wait evaluates in the page, which its policy forbids."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"it does not come to pass: {expression} {arg or ''}"
        time.sleep(0.03)


def settled(page):
    """Waits until the list shows what was asked for."""
    until(page, "!document.querySelector('.busy') && document.querySelector('#position').textContent")


def listed(page):
    return page.locator("#rows tr th a").all_inner_texts()


def position(page, text):
    until(page, "text => document.querySelector('#position').textContent.startsWith(text)", arg=text)


def fits(page):
    """Nothing is wider than the window."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= window, f"the page is {width} wide in a window of {window}"


def paging(page, player):
    """Every run is on some page, and the list says how many there are."""
    runs = player.all_runs()
    player.open(page)
    position(page, f"1 to 50 of {len(runs):,}")
    page.select_option("#size", "200")
    position(page, f"1 to 200 of {len(runs):,}")
    seen = []
    for first in range(0, len(runs), 200):
        position(page, f"{first + 1:,} to ")
        seen += listed(page)
        if first + 200 < len(runs):
            page.click("#next")
    assert page.is_disabled("#next") and page.is_disabled("#last")
    assert seen == [run["id"][:8] for run in runs], "a run is missing, or there twice"
    page.click("#first")
    position(page, "1 to 200")
    page.click("#last")
    page.go_back()
    position(page, "1 to 200")


def searching(page, player):
    """A search looks at all runs, and its words at ids and labels."""
    runs = player.all_runs()
    player.open(page)
    page.keyboard.press("/")
    page.keyboard.type("job=VIT seed=3")
    expected = [run for run in runs if run["labels"].get("job") == "vit" and run["labels"].get("seed", "").startswith("3")]
    assert expected
    position(page, f"1 to {min(50, len(expected))} of {len(expected):,}")
    page.fill("#search", player.ids[-1])
    position(page, "1 to 1 of 1")
    page.fill("#search", "100%_")
    position(page, "0 of 0")
    assert page.inner_text("#empty") == "No run matches."
    page.fill("#search", "")
    position(page, f"1 to 50 of {len(runs):,}")


def filtering(page, player):
    """State, controller and labels narrow the list, and the address keeps them."""
    runs = player.all_runs()
    player.open(page)
    for status in ["open", "finished", "stopped"]:
        count = sum(run["status"] == status for run in runs)
        page.select_option("#status", status)
        position(page, f"1 to {min(50, count)} of {count:,}" if count else "0 of 0")
    page.select_option("#status", "")
    page.fill("#label", "job=bert")
    page.keyboard.press("Enter")
    page.select_option("#controller", "cifar")
    chosen = [run for run in runs if run["labels"].get("job") == "bert" and run["controller"] == "cifar"]
    position(page, f"1 to 50 of {len(chosen):,}")
    page.reload()
    position(page, f"1 to 50 of {len(chosen):,}")
    page.locator("#rows .chip", has_text="team=team-3").first.click()
    chosen = [run for run in chosen if run["labels"]["team"] == "team-3"]
    position(page, f"1 to {min(50, len(chosen))} of {len(chosen):,}")
    page.locator("#filters .chip", has_text="job=bert").click()
    page.locator("#filters .chip", has_text="team=team-3").click()
    count = sum(run["controller"] == "cifar" for run in runs)
    position(page, f"1 to 50 of {count:,}")


def sorting(page, player):
    """Each column sorts all runs, those without a value last."""
    runs = player.all_runs()
    player.open(page)
    keys = {"Validation loss": "validationLoss", "Rate": "learningRate", "Distance": "outOfDistribution"}
    for name, key in keys.items():
        for order, reverse in [("descending", True), ("ascending", False)]:
            page.get_by_role("button", name=name, exact=True).click()
            page.wait_for_selector(f"th[aria-sort={order}]:has-text('{name}')")
            settled(page)
            values = [run[key] for run in runs if isinstance(run[key], (int, float))]
            wanted = sorted(values, reverse=reverse)[:50]
            by_id = {run["id"][:8]: run[key] for run in runs}
            assert [by_id[run] for run in listed(page)] == wanted, f"{name}, {order}"
    page.select_option("#sort", "validationLoss")
    page.select_option("#order", "asc")
    settled(page)
    page.click("#last")
    settled(page)
    assert page.locator("#rows").inner_text().count("NaN") == SICK


def grouping(page, player):
    """Groups count all runs, and lead to them."""
    runs = player.all_runs()
    player.open(page)
    page.select_option("#group", "label:job")
    page.wait_for_selector("#groupRows tr")
    counts = {row.locator("th").inner_text(): int(row.locator("td").first.inner_text().split()[-1].replace(",", ""))
              for row in page.locator("#groupRows tr").all()}
    for job in JOBS + [LONG_LABEL]:
        assert counts[job] == sum(run["labels"].get("job") == job for run in runs), job
    fits(page)
    page.get_by_role("link", name="tabular").click()
    position(page, f"1 to 50 of {counts['tabular']:,}")


def long_labels(page, player):
    """Long labels push nothing, on a desk and on a phone."""
    for look in ["light", "phone"]:
        page, errors = player.page(look)
        player.open(page, "#runs?q=sweep-0123")
        position(page, "1 to 1 of 1")
        fits(page)
        page.locator("#rows th a").first.click()
        page.wait_for_selector("#labels .chip")
        fits(page)
        assert LONG_LABEL in page.inner_text("#labels")
        page.context.close()
        assert not errors, errors


def one_run(page, player):
    """A run has facts, round ticks, a zoom, a time axis, and values for the keyboard."""
    player.open(page, "#" + player.ids[1])
    page.wait_for_selector("#charts g path", state="attached")
    facts = page.inner_text("#facts")
    for name in ["State", "Duration", "Last seen", "Opened", "Owner"]:
        assert name in facts, facts
    chart = page.locator("#charts svg[role=img]").first
    ticks = lambda: [text for text in chart.locator("text[text-anchor=middle]").all_text_contents()]  # noqa: E731
    assert all(is_round(text) for text in chart.locator("text").all_text_contents()), chart.locator("text").all_text_contents()
    whole = ticks()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 80, steps=5)
    page.mouse.up()
    until(page, "old => document.querySelector('#charts svg[role=img]').textContent !== old", arg="".join(whole))
    assert ticks() != whole and all(1000 <= int(text.replace(",", "")) <= 2000 for text in ticks()), ticks()
    others = page.locator("#charts svg[role=img]").nth(1).locator("text[text-anchor=middle]").all_text_contents()
    assert others == ticks() or set(ticks()) <= set(others), "all charts show the same part"
    page.get_by_role("button", name="Whole axis").click()
    assert ticks() == whole
    chart.focus()
    for key in ["ArrowRight", "ArrowRight", "+"]:
        page.keyboard.press(key)
    assert re.match(r"step [\d,]+: ", page.locator("#charts figcaption .soft").first.inner_text())
    assert ticks() != whole
    page.keyboard.press("0")
    assert ticks() == whole
    page.get_by_text("Values of learning rate").click()
    until(page, "document.querySelectorAll('#charts details[open] tbody tr').length > 10")
    assert page.locator("#charts details[open] tbody tr").count() <= 26
    page.select_option("#detailTools select", "time")
    until(page, "/ (s|min|h)/.test(document.querySelector('#charts svg[role=img]').textContent)")


def is_round(text):
    """Whether a tick is 1, 2, 2.5, 3, 5 or a multiple of them that has at most two digits."""
    digits = re.sub(r"e.*|[^0-9]", "", text).strip("0")
    return len(digits) <= 2


def silent_runs(page, player):
    """A run whose job is silent is marked, and how long each lasted is told."""
    silent = player.ids[LONG + SICK]
    player.open(page, "#runs?q=" + silent)
    position(page, "1 to 1 of 1")
    assert "silent for 3 d" in page.inner_text("#rows"), page.inner_text("#rows")
    player.open(page, "#runs?sort=lastSeen&order=asc")
    assert set(listed(page)[:SILENT]) == {run[:8] for run in player.ids[LONG + SICK:LONG + SICK + SILENT]}
    player.open(page, "#runs?status=finished")
    assert "lasted" in page.inner_text("#rows")
    assert "silent" not in page.inner_text("#rows")


def comparing(page, player):
    """Several runs are in one chart, by steps, by share and by the clock, with a zoom."""
    player.open(page, "#runs?sort=progress&order=asc")
    for run in player.ids[:4]:
        page.fill("#search", run)
        position(page, "1 to 1 of 1")
        page.wait_for_selector(f"#rows a[href='#{run}']")
        page.locator("#rows input[type=checkbox]").check()
    assert page.inner_text("#selected") == "4 selected"
    page.get_by_role("button", name="Compare", exact=True).click()
    until(page, "document.querySelectorAll('#comparisonChart g path').length === 4")
    assert page.locator("#comparisonRows tr").count() == 4
    assert page.locator("#comparisonChart .key").count() == 4
    for axis, pattern in [("share", "%"), ("time", r"\d (s|min|h)"), ("clock", r"\d\d:\d\d"), ("step", "1,000")]:
        page.locator("#comparisonTools select").nth(1).select_option(axis)
        until(page, "text => new RegExp(text).test(document.querySelector('#comparisonChart svg[role=img]').textContent)", arg=pattern)
    page.locator("#comparisonTools select").first.select_option("learningRate")
    until(page, "document.querySelector('#comparisonChart strong').textContent === 'Learning rate'")
    page.locator("#comparisonChart svg[role=img]").focus()
    page.keyboard.press("+")
    assert "nothing" not in page.inner_text("#comparisonChart")
    fits(page)


def settling(page, player):
    """Runs are finished and deleted, one and several, after a question."""
    opened = [player.post("/v1/runs", {"controller": "fashion", "initialLearningRate": 0.01, "totalSteps": 10, "labels": {"job": "settled"}})["id"]
              for _ in range(3)]
    page.on("dialog", lambda dialog: dialog.accept())
    player.open(page, "#" + opened[0])
    page.get_by_role("button", name="Finish").click()
    page.wait_for_selector("#facts dd:has-text('finished')")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_selector("#list:not([hidden])")
    player.open(page, "#runs?label=job%3Dsettled")
    position(page, "1 to 2 of 2")
    page.get_by_label("Select all runs of this page").check()
    page.locator("#finishAll").click()
    until(page, "document.querySelectorAll('#rows .dot.finished').length === 2")
    page.get_by_label("Select all runs of this page").check()
    page.locator("#deleteAll").click()
    position(page, "0 of 0")


def controller(page, player):
    """A controller has a page: its card, where it was used, how it did."""
    runs = [run for run in player.all_runs() if run["controller"] == "cifar"]
    player.open(page, "#controllers")
    page.locator("#controllerRows").get_by_role("link", name="cifar", exact=True).click()
    page.wait_for_selector("#controllerBody h3")
    text = page.inner_text("#controllerBody")
    assert f"{len(runs):,}" in text, text
    for part in ["Where it was used", "How it did", "Last over first loss", "Newest runs", "The card in full"]:
        assert part in text, part
    page.get_by_text("The card in full").click()
    assert '"training"' in page.inner_text("#controllerBody pre")
    fits(page)
    page.get_by_role("link", name="all its runs").click()
    position(page, f"1 to 50 of {len(runs):,}")


def training(page, player):
    """A controller is trained from a form; its page has learning curves, and it is among the controllers afterwards."""
    if not player.trained:
        player.open(page, "#trainings")
        page.get_by_text("Train a controller").click()
        fits(page)
        page.fill("#trainName", "made-here")
        page.select_option("#trainProblems", "example")
        page.fill("#trainEpisodes", "96")
        page.fill("#trainSteps", "40")
        page.get_by_role("button", name="Train", exact=True).click()
        page.wait_for_selector("#facts dd:has-text('finished')", timeout=10 * PATIENCE)
    else:
        player.open(page, "#training:" + player.trained)
    until(page, "document.querySelectorAll('#charts g path').length === 2")
    assert " 96 of 96" in page.inner_text("#facts").replace("\n", " ")
    assert all(is_round(text) for text in page.locator("#charts svg[role=img] text").all_text_contents())
    page.locator("#facts").get_by_role("link", name="made-here").click()
    page.wait_for_selector("#controllerBody h3")
    assert "In no run that you may see." in page.inner_text("#controllerBody")


def live(page, player):
    """What changes is shown without asking, and the list follows."""
    player.open(page, "#runs?label=job%3Dlive")
    position(page, "0 of 0")
    run = player.post("/v1/runs", {"controller": "fashion", "initialLearningRate": 0.01, "totalSteps": 20, "labels": {"job": "live"}})["id"]
    position(page, "1 to 1 of 1")
    page.locator("#rows a").first.focus()
    observation = {"step": 0, "trainLoss": 2, "validationLoss": 2, "predictionVariance": 0.05, "predictionChangeVariance": 0, "weightMean": 0,
                   "weightVariance": 0.1}
    player.post(f"/v1/runs/{run}/observations", observation)
    until(page, "/continue/.test(document.querySelector('#rows').textContent)")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#" + run, "the focus stays where it was"
    urllib.request.urlopen(urllib.request.Request(f"{player.service.url}/v1/runs/{run}", method="DELETE"), timeout=60)
    position(page, "0 of 0")


#: Elements that a screen reader could not name, headings out of order, cells without a header.
UNNAMED = """() => {
  const name = each => each.getAttribute('aria-label') || each.textContent.trim() || each.title
    || (each.labels && [...each.labels].map(label => label.textContent.trim()).join(''));
  const shown = each => each.offsetParent !== null || each.closest('svg');
  return [...document.querySelectorAll('a, button, input, select, svg[role=img], progress, summary')]
    .filter(each => shown(each) && !name(each)).map(each => each.outerHTML.slice(0, 120))
    .concat([...document.querySelectorAll('th')].filter(each => shown(each) && !each.scope && each.className !== 'mark').map(each => each.outerHTML));
}"""


def accessible(page, player):
    """Everything has a name, the keyboard reaches it, pages tell where they are, and colours have contrast."""
    player.open(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for hash in ["#runs", "#runs?group=status", "#" + player.ids[0], "#compare:" + ",".join(player.ids[:3]), "#controllers", "#controller:fashion", "#trainings"]:
        player.open(page, hash)
        page.wait_for_timeout(1000)
        assert page.evaluate(UNNAMED) == [], (hash, page.evaluate(UNNAMED))
    player.open(page)
    page.get_by_role("link", name="Controllers").press("Enter")
    until(page, "document.activeElement.id === 'controllersTitle'")
    for look in ["light", "dark"]:
        page, _ = player.page(look)
        player.open(page)
        colours = page.evaluate("""names => { const style = getComputedStyle(document.documentElement);
          return Object.fromEntries(names.map(name => [name, style.getPropertyValue('--' + name).trim()])); }""",
                                ["card", "chip", "text", "soft", "good", "warn", "bad", "rate", "train", "validation", "distance"]
                                + [f"c{index}" for index in range(8)])
        for name in set(colours) - {"card", "chip"}:
            assert contrast(colours[name], colours["card"]) >= 4.5, (look, name)
        assert contrast(colours["soft"], colours["chip"]) >= 4.5, look
        page.context.close()


def contrast(one, other):
    """WCAG 2.2, 1.4.3: the ratio of two relative luminances."""
    def luminance(colour):
        parts = [int(colour[index:index + 2], 16) / 255 for index in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def looks(page, player):
    """Every page fits its window in light, dark and phone width."""
    pages = {"runs": "#runs", "groups": "#runs?group=label%3Ajob", "run": "#" + player.ids[2], "sick": "#" + player.ids[LONG],
             "comparison": "#compare:" + ",".join(player.ids[:5]), "controllers": "#controllers", "controller": "#controller:fashion", "trainings": "#trainings"}
    if player.trained:
        pages["training"] = "#training:" + player.trained
    for look in SIZES:
        page, errors = player.page(look)
        for name, hash in pages.items():
            player.open(page, hash)
            if name in ("run", "sick", "comparison", "training"):
                page.wait_for_selector("figure g path", state="attached")
            if name == "comparison":
                until(page, "document.querySelectorAll('#comparisonChart g path').length === 5")
            page.wait_for_timeout(700)
            fits(page)
            if player.pictures:
                page.screenshot(path=str(player.pictures / f"{name}-{look}.png"), full_page=name != "runs" or look == "light")
        page.context.close()
        assert not errors, errors


scenes = [paging, searching, filtering, sorting, grouping, long_labels, one_run, silent_runs, comparing, settling, controller, training, live, accessible, looks]
