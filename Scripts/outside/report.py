"""The tables of a comparison: regret over problems, claims, and each problem by itself."""

import math
import random

from scipy.stats import wilcoxon

from contenders import BAD, GOOD, rivals, searched

REPETITIONS = 2000


class Report:
    """Values what a journal holds; problems count by the seeds for which all of their runs are there."""

    def __init__(self, player, controllers, suites, seeds, search_seed, claims):
        self.player, self.controllers, self.search_seed = player, controllers, search_seed
        self.seeds, self.claims = seeds, [line.split(" < ") for line in claims.read_text().splitlines() if " < " in line]
        self.suites = {name: [p for p in suite if self.oracle(p) and self.complete(p)] for name, suite in suites.items()}

    def contenders(self, problem):
        return self.controllers + rivals(problem[1])

    def oracle(self, problem):
        """The schedule of the lowest validation loss on the search's seed; None where the search is not done."""
        outcomes = [(self.player.outcome(problem, c, 1, self.search_seed), c) for c in searched()]
        if any(outcome is None for outcome, _ in outcomes):
            return None
        return min(outcomes, key=lambda pair: pair[0]["validation"])[1]

    def complete(self, problem):
        """The seeds of which every run of a problem is there."""
        runs = [(c, rate) for c in self.contenders(problem) for rate in c.initial_rates] + [(self.oracle(problem), 1)]
        return [s for s in self.seeds if all(self.player.outcome(problem, c, rate, s) for c, rate in runs)]

    def regret(self, problem, contender, rates):
        """The mean over seeds and initial rates of ln((L + 0.01 Lc) / (L* + 0.01 Lc)), in %."""
        offset, oracle, values = 0.01 * problem[0].chance_loss, self.oracle(problem), []
        for seed in self.complete(problem):
            best = self.player.outcome(problem, oracle, 1, seed)["test"] + offset
            losses = [self.player.outcome(problem, contender, rate, seed)["test"] + offset for rate in rates]
            values += [100 * math.log(loss / best) for loss in losses]
        return sum(values) / len(values)

    def rows(self, suite):
        """Name, where its runs began, and one regret a problem."""
        for place, contender in enumerate(self.contenders(suite[0])):
            ranges = [("", (1,))] if not contender.controller else [("good rates", GOOD), ("bad rates", BAD)]
            for label, rates in ranges:
                # The contender of the same place, since a default depends on the optimizer.
                regrets = [self.regret(p, self.contenders(p)[place], rates) for p in suite]
                yield contender, label, regrets

    def diverged(self, suite, contender):
        runs = [
            self.player.outcome(p, contender, rate, seed)["diverged"]
            for p in suite for rate in contender.initial_rates for seed in self.complete(p)]
        return 100 * sum(runs) / len(runs)

    def text(self):
        return "\n".join(part for name, suite in self.suites.items() if suite for part in self.parts(name, suite))

    def parts(self, name, suite):
        seeds = sorted({len(self.complete(p)) for p in suite})
        yield f"## {name}: {len(suite)} problems, {' to '.join(map(str, seeds))} seeds\n"
        yield "| method | from | mean | 95% | IQM | 95% | diverged |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |"
        rows = list(self.rows(suite))
        for contender, label, regrets in rows:
            cells = [f"{of(regrets):.1f} | {interval(regrets, of)}" for of in (mean, interquartile_mean)]
            diverged = "" if label == "bad rates" else f"{self.diverged(suite, contender):.1f}"
            yield f"| {contender.name} | {label} | {' | '.join(cells)} | {diverged} |"
        yield "\nRegret by problem:\n\n| method | from | " + " | ".join(f"{t.name} {b}" for t, _, b in suite) + " |"
        yield "| --- | --- |" + " ---: |" * len(suite)
        for contender, label, regrets in rows:
            yield f"| {contender.name} | {label} | " + " | ".join(f"{value:.1f}" for value in regrets) + " |"
        yield "| *test loss of the search* | | " + " | ".join(f"{self.searched_loss(p):.3f}" for p in suite) + " |"
        yield "| *what it chose* | | " + " | ".join(self.oracle(p).name for p in suite) + " |"
        yield from self.tests(suite, rows)
        yield from self.rates(suite)

    def searched_loss(self, problem):
        return mean([self.player.outcome(problem, self.oracle(problem), 1, s)["test"] for s in self.complete(problem)])

    def tests(self, suite, rows):
        """Claims by Wilcoxon's test over problems, with Holm's correction over all of them."""
        regrets = {c.name: values for c, label, values in rows if label != "bad rates"}
        found = [(a, b) for a, b in self.claims if a in regrets and b in regrets]
        if len(suite) < 3 or not found:
            return
        pairs = [(a, b, [x - y for x, y in zip(regrets[a], regrets[b])]) for a, b in found]
        p_values = [wilcoxon(difference).pvalue for _, _, difference in pairs]
        yield "\n| claim | difference of means | better on | p (Holm) |\n| --- | ---: | ---: | ---: |"
        for (a, b, difference), p in zip(pairs, holm(p_values)):
            yield f"| {a} < {b} | {mean(difference):.1f} | {sum(d < 0 for d in difference)} of {len(suite)} | {p:.4f} |"

    def rates(self, suite):
        """The rates of controllers from the usual one on the first seed, at parts of the run."""
        places = (0, 4, 9, 19, 29, 39, 49)
        yield "\nRates after the looks and at decisions 5, 10, 20, 30, 40, 50, from the usual rate on the first seed:\n"
        yield "| controller | problem | " + " | ".join(str(place + 1) for place in places) + " | validation loss |"
        yield "| --- | --- |" + " ---: |" * len(places) + " --- |"
        for contender in self.controllers:
            for problem in suite:
                outcome = self.player.outcome(problem, contender, 1, self.complete(problem)[0])
                rates, curve = outcome["rates"], outcome["curve"]
                cells = [f"{rates[place]:.2g}" if place < len(rates) else "" for place in places]
                losses = ", ".join(f"{curve[place]:.3g}" for place in (0, 5, 10, 20, 30, 40, 50) if place < len(curve))
                yield f"| {contender.name} | {problem[0].name} {problem[2]} | " + " | ".join(cells) + f" | {losses} |"


def mean(values):
    return sum(values) / len(values)


def interquartile_mean(values):
    """The mean of the middle half: the lowest and the highest quarter, rounded down, are left out."""
    cut = len(values) // 4
    return mean(sorted(values)[cut : len(values) - cut])


def interval(values, statistic):
    """The middle 95% of a statistic over problems that are sampled again."""
    generator = random.Random(0)
    found = sorted(statistic(generator.choices(values, k=len(values))) for _ in range(REPETITIONS))
    return f"{found[int(0.025 * REPETITIONS)]:.1f} to {found[int(0.975 * REPETITIONS) - 1]:.1f}"


def holm(p_values):
    """Holm's correction for tests that are made together."""
    order, largest, corrected = sorted(range(len(p_values)), key=p_values.__getitem__), 0.0, [0.0] * len(p_values)
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
