"""Looks before the first step."""

import copy
import math

import pytest
from support import write_controller
from test_scheduler import Training

torch = pytest.importorskip("torch")

import metalr  # noqa: E402
from metalr.pytorch.look import TrialSteps, look_measures  # noqa: E402


def model_with_everything():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(5, 12), torch.nn.BatchNorm1d(12), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(12, 3))


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "tensor rate": lambda p: torch.optim.Adam(p, lr=torch.tensor(0.1)),
    "schedule-free": lambda p: metalr.ScheduleFreeAdamW(p, lr=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("calls_backward", [False, True])
def test_a_trial_step_is_undone_to_the_last_bit(name, calls_backward):
    model = model_with_everything()
    optimizer = OPTIMIZERS[name](model.parameters())
    inputs, targets = torch.randn(32, 5), torch.randint(0, 3, (32,))

    def closure():
        if calls_backward:
            optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        if calls_backward:
            loss.backward()
        return loss

    before = copy.deepcopy([model.state_dict(), optimizer.state_dict()])
    random = torch.get_rng_state()

    def set_rates(rate):
        lr = optimizer.param_groups[0]["lr"]
        if isinstance(lr, torch.Tensor):
            lr.fill_(rate)
        else:
            optimizer.param_groups[0]["lr"] = rate

    with TrialSteps(optimizer, closure) as trial:
        small = trial.step(lambda: set_rates(1e-4))
        large = trial.step(lambda: set_rates(0.5))
        again = trial.step(lambda: set_rates(1e-4))
    assert small == again, "every trial starts from the same weights, and sees the same random numbers"
    assert abs(small[0] - trial.loss) < abs(large[0] - trial.loss)
    assert torch.equal(random, torch.get_rng_state())
    after = [model.state_dict(), optimizer.state_dict()]
    assert_same(before, after)
    assert all(parameter.grad is None for parameter in model.parameters())


def assert_same(one, other):
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list):
        for left, right in zip(one, other):
            assert_same(left, right)
    else:
        assert one == other


def test_a_look_measures_the_step_of_its_batch():
    weight = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    with TrialSteps(optimizer, lambda: 0.5 * weight.square().sum()) as trial:
        values = look_measures(*_look(trial))
    # g = w, u = -0.1 w, L = ‖w‖² / 2.
    assert values == pytest.approx({
        "trainLoss": 12.5 * 0.81, "lossBeforeTrial": 12.5, "gradientNorm": 5, "updateNorm": 0.5,
        "predictedDecrease": 2.5, "weightNorm": 5})


def _look(trial):
    after, sums = trial.step(lambda: None)
    return after, trial.loss, sums


def test_a_trial_that_ruins_the_network_costs_much_and_is_undone():
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = torch.optim.SGD([weight], lr=1e30)
    with TrialSteps(optimizer, lambda: weight.square().square().sum()) as trial:
        values = look_measures(*_look(trial))
    assert values["trainLoss"] == 1e9
    assert all(map(math.isfinite, values.values())) and weight.item() == 1.0


def test_looks_decide_the_rate_of_the_first_interval(tmp_path):
    controller = write_controller(tmp_path / "c.ckpt", bias=1.0, looks=3, log_scale=0.7)
    training = Training(controller, rate=1e-5, closure=lambda t: t.loss)
    rate = training.scheduler.get_last_lr()[0]
    assert rate == pytest.approx(1e-5 * math.exp(3 * 2.5), rel=1e-6)
    assert training.train(1) == [rate], "no further decision at the first step"
    assert training.train(1)[0] == pytest.approx(rate * math.exp(0.7), rel=1e-6)
    assert training.scheduler.last_epoch == 2


def test_a_look_after_the_first_step_is_refused(random_controller):
    training = Training(random_controller)
    training.train(1)
    with pytest.raises(RuntimeError, match="before the first step"):
        training.scheduler.look(training.loss)
