"""Runs of a trainee by a contender, and the journal in which finished ones are found again."""

import json
import math

from metalr.core.measures import Observation
from metalr.core.plan import Plan

from contenders import USUAL, one_cycle
from network import NetworkTrainee

DECISIONS = 50
#: A number beyond this counts as infinite (Docs/Trainee-protocol.md).
LARGEST = 1e30


class Journal:
    """One JSON object a line: a run's key and its outcome."""

    def __init__(self, path):
        self.path, self.outcomes = path, {}
        if path.exists():
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                self.outcomes[entry["key"]] = entry["outcome"]

    def add(self, key, outcome):
        self.outcomes[key] = outcome
        with self.path.open("a") as file:
            file.write(json.dumps({"key": key, "outcome": outcome}) + "\n")


class Player:
    """Plays runs of tasks, each once."""

    def __init__(self, journal):
        self.journal = journal

    @staticmethod
    def key(problem, contender, rate, seed):
        task, optimizer, budget = problem
        of_task = f"{task.name}, {task.model}, {task.dataset}, batch {task.batch_size}"
        own, method = contender.optimizer or optimizer, contender.version or contender.name
        return f"{of_task} | {own} | {budget} | {method} | from {rate} | seed {seed}"

    def outcome(self, problem, contender, rate, seed):
        """The outcome of a run that is in the journal, or None."""
        return self.journal.outcomes.get(self.key(problem, contender, rate, seed))

    def play(self, problem, contender, rate, seed):
        """Plays a run, where it is not in the journal."""
        key = self.key(problem, contender, rate, seed)
        if key not in self.journal.outcomes:
            self.journal.add(key, self.played(problem, contender, rate, seed))
        return self.journal.outcomes[key]

    def played(self, problem, contender, rate, seed):
        task, own, budget = problem
        optimizer = contender.optimizer or own
        usual = USUAL.get(optimizer, 1)
        trainee = NetworkTrainee(task, optimizer, reports_dynamics=contender.controller is not None)
        if contender.controller:
            return run(trainee, budget, seed, Controlled(contender.controller, trainee, budget, rate * usual))
        if contender.tests_range:
            peak, spent = range_tested(trainee, seed, max(2, min(100, budget // 4)), usual)
            return {**run(trainee, budget - spent, seed, Scheduled(one_cycle(peak), budget - spent)), "peak": peak}
        return run(trainee, budget, seed, Scheduled(contender.schedule(usual), budget))


class Scheduled:
    """Rates of a schedule."""

    def __init__(self, schedule, budget):
        self.schedule, self.budget = schedule, budget
        self.first_rate = schedule(0, budget)

    def begin(self, measures):
        pass

    def rates(self, start, end, measures):
        return [self.schedule(step, self.budget) for step in range(start, end)]


class Controlled:
    """Rates of a controller, which looks before the first step."""

    def __init__(self, controller, trainee, budget, rate):
        self.session, self.trainee, self.budget = controller.session(), trainee, budget
        self.first_rate = self.rate = rate

    def begin(self, measures):
        look = lambda rate: self.observation(0, self.trainee.look(rate), rate)  # noqa: E731
        self.rate = self.session.first_learning_rate(self.observation(0, measures, self.rate), look)

    def rates(self, start, end, measures):
        self.rate = self.session.next_learning_rate(self.observation(start, measures, self.rate))
        return [self.rate] * (end - start)

    def observation(self, step, measures, rate):
        return Observation(step, self.budget, rate, measures)


def run(trainee, budget, seed, source):
    """One run: 50 decisions at most, tested at the lowest validation loss; one that diverges ends there."""
    plan = Plan(budget, decisions=min(DECISIONS, budget))
    measures = trainee.reset(seed, budget, source.first_rate)
    lowest, best, step = measures["validationLoss"], trainee.snapshot(), 0
    rates, curve = [], [lowest]
    source.begin(measures)
    while step < budget:
        end = plan.next_after(step)
        interval = source.rates(step, end, measures)
        measures, step = trainee.train(interval), end
        loss = measures["validationLoss"]
        rates.append(float(f"{interval[0]:.4g}"))
        # NaN is below nothing.
        if not all(abs(measures[name]) < LARGEST for name in ("validationLoss", "trainLoss")):
            break
        curve.append(float(f"{loss:.5g}"))
        if loss < lowest:
            trainee.discard(best)
            lowest, best = loss, trainee.snapshot()
    trainee.restore(best)
    test, accuracy = trainee.evaluate()
    return {
        "validation": lowest, "test": test, "accuracy": accuracy, "diverged": step < budget or len(curve) <= len(rates),
        "rates": rates, "curve": curve,
    }


def range_tested(trainee, seed, count, usual):
    """The largest sensible rate of a range test, and the steps that it took: Sources/Experiments/RateFinder.

    It is halfway by the logarithm between the steepest fall of the smoothed loss and its lowest value; the usual rate
    where the loss does not fall.
    """
    rates = [1e-6 * 1e7 ** (k / (count - 1)) for k in range(count)]
    trainee.reset(seed, count, rates[0])
    losses, average, lowest = [], 0.0, math.inf
    for k, rate in enumerate(rates):
        loss = trainee.step(rate).item()
        if not math.isfinite(loss):
            break
        losses.append(loss)
        average = 0.8 * average + 0.2 * loss
        smooth = average / (1 - 0.8 ** (k + 1))
        lowest = min(lowest, smooth)
        if smooth > 4 * lowest:
            break
    spent = min(len(losses) + 1, count)
    smooth = centred(losses)
    place = min(range(len(smooth)), key=smooth.__getitem__) if smooth else 0
    if len(smooth) < 8 or place < 3:
        return usual, spent
    steepest = min(range(1, place), key=lambda k: smooth[k + 1] - smooth[k - 1])
    if smooth[steepest + 1] >= smooth[steepest - 1]:
        return usual, spent
    return math.sqrt(rates[steepest] * rates[place]), spent


def centred(losses, factor=0.8):
    """Means of all losses before and after, with weights factor^distance."""
    def mean(k):
        weights = [factor ** abs(k - other) for other in range(len(losses))]
        return sum(w * loss for w, loss in zip(weights, losses)) / sum(weights)

    return [mean(k) for k in range(len(losses))]
