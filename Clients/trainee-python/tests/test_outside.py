"""The trainees of Docs/Examples/trainees/outside, and their comparison by Scripts/outside."""

import math
import pathlib
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")
pytest.importorskip("sklearn")

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "Docs/Examples/trainees/outside"), str(ROOT / "Scripts/outside")]

import compare  # noqa: E402
import contenders  # noqa: E402
import metalr  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
from network import NetworkTrainee  # noqa: E402


@pytest.fixture(scope="module")
def tasks():
    return {kind.__name__: kind() for kind in compare.TASKS}


NAMES = [kind.__name__ for kind in compare.TASKS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("optimizer", ["adamw", "schedule-free-adamw"])
def test_the_same_seed_gives_the_same_run_and_looks_and_snapshots_leave_it_alone(tasks, name, optimizer):
    trainee = NetworkTrainee(tasks[name], optimizer)
    first = trainee.reset(5, 20, 0.003)
    expected = trainee.train([0.003] * 3), trainee.train([0.01] * 3), trainee.evaluate()
    assert trainee.reset(5, 20, 0.003) == first
    looks = [trainee.look(rate) for rate in (0.003, 1.0, 0.003)]
    assert looks[0] == looks[2] != looks[1]
    assert trainee.train([0.003] * 3) == expected[0]
    kept = trainee.snapshot()
    trainee.train([1.0] * 2)
    trainee.restore(kept)
    assert (trainee.train([0.01] * 3), trainee.evaluate()) == expected[1:]


def test_an_evaluation_leaves_the_trained_weights_as_they_were(tasks):
    trainee = NetworkTrainee(tasks["Autoencoder"], "schedule-free-adamw")
    trainee.reset(1, 20, 0.01)
    trainee.train([0.01] * 10)
    before = [parameter.detach().clone() for parameter in trainee.network.parameters()]
    first = trainee.evaluate()
    assert all(torch.equal(old, new) for old, new in zip(before, trainee.network.parameters()))
    assert trainee.evaluate() == first


@pytest.mark.parametrize("name", NAMES)
def test_a_network_learns(tasks, name):
    trainee = NetworkTrainee(tasks[name], reports_dynamics=False)
    before = trainee.reset(1, 50, 0.003)["validationLoss"]
    after = trainee.train([0.003] * 50)["validationLoss"]
    assert after < 0.93 * before


def test_the_value_of_the_policys_loss_is_the_distance_that_was_steered(tasks):
    steering = tasks["Steering"]
    torch.manual_seed(0)
    network, batch = steering.network(), [part[:50] for part in steering.splits[1]]
    loss = steering.loss(network, *batch)
    loss.backward()
    assert loss.item() == pytest.approx(steering.played(network, *batch)[0].mean().item(), rel=1e-5)
    assert network.head.weight.grad.abs().sum() > 0


def test_schedules_are_those_of_pytorch():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2.0, 40)
    schedule = contenders.one_cycle(2.0)
    for step in range(40):
        assert schedule(step, 40) == pytest.approx(cycle.get_last_lr()[0], rel=1e-6)
        optimizer.step()
        cycle.step() if step < 39 else None
    assert [contenders.cosine(1)(step, 4) for step in (0, 2)] == [1, 0.5]
    assert [contenders.steps(1)(step, 8) for step in (3, 4, 6)] == [1, 0.1, 0.01]
    assert [contenders.warm_up_linear(1)(step, 20) for step in (0, 1, 2, 11)] == [0.5, 1, 1, 0.5]


def test_the_search_has_48_schedules_of_different_names():
    assert len({contender.name for contender in contenders.searched()}) == 48


def test_the_interquartile_mean_leaves_out_a_quarter_on_either_side():
    assert report.interquartile_mean([100, 1, 2, 3, 4, -50, 5, 6]) == 3.5


def test_holms_correction_never_falls():
    # By hand: 3 x 0.01, then 2 x 0.03, below which 0.04 alone must not fall.
    assert report.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_a_range_test_suggests_a_rate_between_the_steepest_fall_and_the_lowest_loss():
    class Quadratic:
        """w²/2 from 1: a step multiplies w by 1 - rate."""

        def reset(self, seed, steps, rate):
            self.weight = 1.0

        def step(self, rate):
            loss = torch.tensor(self.weight**2 / 2)
            self.weight *= 1 - rate
            return loss

    rate, spent = runs.range_tested(Quadratic(), 0, 100, 7.0)
    assert 0.01 < rate < 2 and spent <= 100


def test_finished_runs_are_found_again_and_a_controller_by_its_checkpoint(tasks, tmp_path, monkeypatch):
    problem = (tasks["Autoencoder"], "adamw", 6)
    contender = contenders.controllers(["universal"])[0]
    player = runs.Player(runs.Journal(tmp_path / "runs.jsonl"))
    outcome = player.play(problem, contender, 10, 101)
    assert len(outcome["rates"]) == 6 and len(outcome["curve"]) == 7 and not outcome["diverged"]
    again = runs.Player(runs.Journal(tmp_path / "runs.jsonl"))
    monkeypatch.setattr(again, "played", None)
    assert again.play(problem, contender, 10, 101) == outcome
    other = contenders.Contender(contender.name, controller=metalr.Controller("fashion"))
    assert again.outcome(problem, other, 10, 101) is None


def test_a_run_that_diverges_ends_and_counts_by_its_best_weights(tasks):
    trainee = NetworkTrainee(tasks["Autoencoder"], "momentum", reports_dynamics=False)
    outcome = runs.run(trainee, 20, 1, runs.Scheduled(lambda step, budget: 1e6, 20))
    assert outcome["diverged"] and math.isfinite(outcome["test"]) and len(outcome["curve"]) < 21


def test_regret_is_of_the_searchs_choice_on_the_same_seed():
    class Task:
        name, model, dataset, batch_size, chance_loss = "task", "", "", 1, 2.0

    class Given:
        """Test losses by contender and seed; the search's best is the first of the 48."""

        def outcome(self, problem, contender, rate, seed):
            place = [c.name for c in contenders.searched()].index(contender.name) if contender.name in names else None
            loss = {101: 0.5, 102: 0.4}.get(seed) if place == 0 else 1.0
            return {"validation": place or 0, "test": loss, "diverged": False}

    names = [contender.name for contender in contenders.searched()]
    problem, claims = (Task(), "adamw", 60), compare.ROOT / "Docs/claims/outside.txt"
    built = report.Report(Given(), [], {"AdamW": [problem]}, [101, 102], 1, claims)
    rival = contenders.rivals("adamw")[0]
    expected = 50 * (math.log(1.02 / 0.52) + math.log(1.02 / 0.42))
    assert built.regret(problem, rival, (1,)) == pytest.approx(expected)
