"""A run in numbers alone, and the plan of its decisions."""

import math
import pathlib

import pytest
from support import write_controller

import metalr
from metalr.core.guardian import Guardian
from metalr.core.measures import Observation
from metalr.core.plan import Plan, fallback_scale


def test_fifty_decisions_end_at_floor_of_k_times_the_budget_over_fifty():
    for total in (1, 7, 50, 51, 125, 999, 1000, 12_345):
        steps, step = [], 0
        plan = Plan(total, decisions=50)
        while step < total:
            step = plan.next_after(step)
            steps.append(step)
        assert steps == sorted({k * total // 50 for k in range(1, 51)} - {0})


def test_intervals_end_at_multiples_and_at_the_last_step():
    plan = Plan(25, interval=10)
    assert [plan.next_after(step) for step in (0, 3, 10, 19, 20, 24)] == [10, 10, 20, 20, 25, 25]


def test_impossible_plans_are_refused():
    for options in ({"interval": 0}, {"decisions": 0}, {}, {"interval": 1, "decisions": 1}, {"interval": 1.5}):
        with pytest.raises(ValueError):
            Plan(10, **options)


def test_the_cosine_fallback_falls_as_a_cosine_does():
    rate, steps = 1.0, list(range(0, 100, 10))
    for before, step in zip(steps, steps[1:]):
        rate *= fallback_scale("cosine", step, before, 100)
    assert rate == pytest.approx((1 + math.cos(math.pi * 0.9)) / 2)
    assert fallback_scale("constant", 50, 40, 100) == 1.0 == fallback_scale("cosine", 100, 90, 100)


def test_a_run_decides_from_losses_alone_and_ends(constant_action):
    run = metalr.Run(100, 1e-4, constant_action)
    rates = [run.step(1.0 / (1 + step)) for step in range(10)]
    # Step 0 is decided with the first loss, then every second step.
    expected = [1e-4 * math.exp(0.7) ** (1 + step // 2) for step in range(1, 11)]
    assert rates == pytest.approx(expected)
    for _ in range(90):
        run.step(0.1)
    assert run.verdict == "complete" and run.steps == 100


def test_a_restored_run_goes_on_as_it_did(random_controller):
    def losses(begin, end):
        return [2.0 / (1 + 0.1 * step) + 0.1 * math.sin(step) for step in range(begin, end)]

    run = metalr.Run(100, 0.01, random_controller, batchSize=32)
    for loss in losses(0, 33):
        run.step(loss)
    state = run.state_dict()
    expected = [run.step(loss) for loss in losses(33, 90)]
    again = metalr.Run(100, 0.01, random_controller, batchSize=32)
    again.load_state_dict(state)
    assert [again.step(loss) for loss in losses(33, 90)] == expected


def test_losses_that_are_not_finite_lower_the_rate_more_and_more_and_the_seventh_in_a_row_stops(tmp_path):
    guardian = Guardian(minimum=1e-12)
    run = metalr.Run(100, 0.01, write_controller(tmp_path / "still.ckpt", bias=0.0), guardian=guardian)
    run.step(1.0)
    verdicts, rates = [], []
    for _ in range(9):
        run.step(math.nan)
        verdicts.append(run.verdict)
        rates.append(run.learning_rate)
    assert verdicts == ["rollback"] * 6 + ["stop"] * 3
    assert rates[:6] == [pytest.approx(0.01 / 2**power) for power in (1, 3, 6, 10, 15, 21)]


def reading(loss, train_loss=None):
    return Observation(10, 100, 0.01, {"trainLoss": loss if train_loss is None else train_loss, "validationLoss": loss})


# The same cases as in GuardianTests.swift.
@pytest.mark.parametrize("losses, loss, is_failure", [
    ([2], 5.9, False), ([2], 6.1, True), ([2, 1.8], 5.9, False), ([2, 1.8], 6.1, True),
    ([1, 1, 1], 9.0, True), ([1, 0.2, 2, 0.3, 1.5, 0.2], 3.1, False), ([-5, -5.1, -5, -5.2], 6, True),
    ([2, 0.01, 0.01, 0.01, 0.01], 1, False), ([2, 0.01, 0.01, 0.01, 0.01], 1.01, True),
    ([1, -0.01, -0.01, -0.01, -0.01], 0.49, False), ([1, -0.01, -0.01, -0.01, -0.01], 0.5, True),
    ([0.01, 0.01, 0.01, 0.01], 0.031, True),
])
def test_spikes_are_those_of_swift(losses, loss, is_failure):
    guardian = Guardian()
    for value in losses:
        assert not guardian.is_failure(reading(value))
        guardian.accept(reading(value))
    assert guardian.is_failure(reading(loss)) == is_failure
    again = Guardian()
    again.load_state(guardian.state())
    assert again.is_failure(reading(loss)) == is_failure
    assert not guardian.is_failure(reading(losses[-1], train_loss=50.0))
    assert guardian.is_failure(reading(losses[-1], train_loss=math.inf))


def test_a_guardian_reads_the_state_of_version_0_2():
    guardian = Guardian()
    guardian.load_state({
        "losses": {"train": [3.0] * 4, "validation": [0.01] * 4}, "failures": 1, "goodObservations": 2, "ceiling": None})
    guardian.accept(reading(0.01))
    assert guardian.first is None and guardian.is_failure(reading(0.04))


def test_groups_that_cannot_be_hidden_and_names_that_are_no_measure_are_refused(constant_action):
    with pytest.raises(ValueError, match="cannot be hidden"):
        metalr.RunHistory(["rate"])
    with pytest.raises(ValueError, match="is no measure"):
        metalr.Run(10, 0.1, constant_action, batch_size=3)
    with pytest.raises(ValueError, match="learning_rate"):
        metalr.Run(10, 0.0, constant_action)


def test_the_package_has_the_repositorys_checkpoints_and_version():
    root = pathlib.Path(__file__).parents[3]
    if not (root / "Sources").is_dir():
        pytest.skip("the Swift package is not beside this one")
    for checkpoint in (root / "checkpoints").glob("*.ckpt"):
        copy = root / "Clients/python/metalr/checkpoints" / checkpoint.name
        assert copy.read_bytes() == checkpoint.read_bytes(), f"copy {checkpoint.name} into the package"
    assert f'"{metalr.__version__}"' in (root / "Sources/MetaLR/Version.swift").read_text()
