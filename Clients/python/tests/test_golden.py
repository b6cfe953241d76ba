"""Decisions agree with those that the Swift package made."""

import hashlib
import json
import pathlib

import pytest

from metalr import Controller, shipped_controllers
from metalr.core.measures import Observation

GOLDEN = pathlib.Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", shipped_controllers())
def test_decisions_agree_with_swift_over_whole_runs(name):
    controller = Controller(name)
    lines = [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text().splitlines()]
    header, *lines = lines
    assert header["sha256"] == hashlib.sha256(pathlib.Path(controller.path).read_bytes()).hexdigest()
    decided = 0
    for expected, rate in replay(controller, lines):
        assert rate == pytest.approx(expected, rel=1e-6)
        decided += 1
    assert decided >= 100


def replay(controller, lines):
    """Pairs of the rate that Swift decided and the one decided here."""
    session, budget, looks = None, 0, None
    for line in lines:
        if "run" in line:
            session, budget = controller.session(line["run"]["hidden"]), line["run"]["stepBudget"]
        elif "first" in line:
            first, looks = reading(line["first"], budget), []
        elif "look" in line:
            looks.append((reading(line["look"], budget), line["nextLearningRate"]))
            if len(looks) == controller.action.looks:
                yield from replay_looks(session, first, looks)
        else:
            yield line["nextLearningRate"], session.next_learning_rate(reading(line["observation"], budget))


def replay_looks(session, first, looks):
    rates, pending = [], iter([look for look, _ in looks])

    def look(rate):
        rates.append(rate)
        return next(pending)

    rates.append(session.first_learning_rate(first, look))
    assert rates[0] == first.learning_rate
    yield from zip([rate for _, rate in looks], rates[1:])


def reading(fields, budget):
    return Observation.from_state({**fields, "stepBudget": budget})
