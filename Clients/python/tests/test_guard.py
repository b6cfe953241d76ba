"""The guard alone, with any scheduler."""

import math
import random

import pytest

torch = pytest.importorskip("torch")

import metalr  # noqa: E402
from metalr.core.alarm import Alarm  # noqa: E402

torch.set_num_threads(1)


class Job:
    """A small classifier with momentum and a cosine, watched over."""

    def __init__(self, seed=0, rate=0.1, steps=400, **options):
        torch.manual_seed(seed)
        self.inputs = torch.randn(512, 8)
        self.targets = (self.inputs @ torch.randn(8, 4)).argmax(1)
        self.model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate, momentum=0.9)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)
        self.guard = metalr.Guard(self.model, self.optimizer, every=20, **options)
        self.steps = steps
        self.losses = []

    def train(self, steps, harm=None, factor=1.0):
        verdicts = []
        for index in range(steps):
            if harm is not None:
                harm(index, self)
            rows = torch.randint(0, 512, (16,))
            loss = torch.nn.functional.cross_entropy(self.model(self.inputs[rows]), self.targets[rows])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            verdicts.append(self.guard.step(loss * factor))
            self.losses.append(loss.item())
        return verdicts

    def final(self):
        with torch.no_grad():
            return torch.nn.functional.cross_entropy(self.model(self.inputs), self.targets).item()


def nan_weights(at):
    def harm(index, job):
        if index == at:
            with torch.no_grad():
                job.model[0].weight[0, 0] = math.nan

    return harm


def thrown_weights(at):
    def harm(index, job):
        if index == at:
            with torch.no_grad():
                for parameter in job.model.parameters():
                    parameter.add_(3 * torch.randn_like(parameter))

    return harm


def blown_up_rate(begin, count):
    def harm(index, job):
        for group in job.optimizer.param_groups:
            if index == begin:
                group["lr"] *= 300
            if index == begin + count:
                group["lr"] /= 300

    return harm


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("harm", [nan_weights(150), thrown_weights(150), blown_up_rate(150, 3)], ids=["nan", "spike", "rate"])
def test_a_harmed_training_recovers(harm, seed):
    job = Job(seed)
    verdicts = job.train(400, harm)
    assert 1 <= verdicts.count("rollback") <= 3 and "stop" not in verdicts
    healthy = Job(seed)
    assert "rollback" not in healthy.train(400)
    assert job.final() < healthy.final() + 0.1


def test_the_scheduler_does_not_see_the_lower_rate():
    job, alone = Job(), Job()
    job.train(400, nan_weights(150))
    alone.train(400)
    assert job.guard.count == 1
    assert job.schedule.get_last_lr() == alone.schedule.get_last_lr()


def test_the_optimizer_takes_its_steps_at_the_lower_rate():
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    for rate in (0.1, torch.tensor(0.1)):
        optimizer = torch.optim.SGD([weight], lr=rate)
        guard = metalr.Guard(torch.nn.ParameterList([weight]), optimizer)
        guard.factor = 0.25
        before, weight.grad = weight.item(), torch.tensor([1.0])
        optimizer.step()
        assert weight.item() == pytest.approx(before - 0.025)
        assert float(optimizer.param_groups[0]["lr"]) == pytest.approx(0.1)
        guard.finish()


def test_it_goes_back_to_the_weights_before_the_failure():
    job = Job()
    job.train(109)
    seen = {}

    def harm(index, job):
        if index == 0:
            with torch.no_grad():
                job.model[2].bias.fill_(math.nan)
        seen["index"] = index

    assert job.train(1, harm) == ["rollback"]
    assert all(torch.isfinite(parameter).all() for parameter in job.model.parameters())
    assert all(torch.isfinite(v["momentum_buffer"]).all() for v in job.optimizer.state.values())


def test_it_gives_up_after_so_many_failures_and_stop_stays():
    job = Job(rollbacks=2)
    job.train(50)
    verdicts = job.train(6, factor=math.nan)
    assert verdicts == ["rollback", "rollback", "stop", "stop", "stop", "stop"]


def test_a_second_failure_in_a_row_lowers_the_rate_until_enough_good_steps():
    job = Job(recovery=30)
    job.train(50)
    job.train(1, factor=math.nan)
    assert job.guard.factor == 1.0
    job.train(5)
    job.train(1, factor=math.nan)
    assert job.guard.factor == 0.5
    job.train(31)
    assert job.guard.factor == 1.0


def test_failures_far_apart_leave_the_rate():
    job = Job(recovery=30)
    for _ in range(5):
        job.train(35)
        assert job.train(1, factor=math.nan) == ["rollback"]
    assert job.guard.factor == 1.0


# The steps of w² / 2 overshoot where the rate is above 2: the factor is 1, 1/2, 1/8, 1/64, ... until it is low enough.
@pytest.mark.parametrize("rate, factor, count", [(7.0, 2**-3, 3), (2e5, 2**-21, 7)])
def test_a_rate_that_stays_too_high_is_lowered_until_it_does_not(rate, factor, count):
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = torch.optim.SGD([weight], lr=0.01)
    guard = metalr.Guard(torch.nn.ParameterList([weight]), optimizer, every=5, recovery=10_000)
    for step in range(600):
        optimizer.param_groups[0]["lr"] = 0.01 if step < 60 else rate
        optimizer.zero_grad()
        loss = weight.square().sum() / 2 + 0.1
        loss.backward()
        optimizer.step()
        guard.step(loss)
    assert guard.verdict == "continue" and guard.factor == factor and guard.count == count
    assert weight.abs().item() < 0.6


def test_no_copy_is_made_of_a_training_whose_loss_rises():
    job = Job()
    losses = [(4 if step < 20 else 2) + 0.01 * math.sin(step) for step in range(100)] + [2.5] * 15
    for loss in losses:
        job.guard.step(loss)
    assert job.guard._copied_at == 81 and job.guard.count == 0
    for step in range(80):
        job.guard.step(2.5 + 0.01 * math.sin(step))
    assert job.guard._copied_at > 115


@pytest.mark.parametrize("every, count", [(1, 22), (10, 4), (21, 2), (100, 2)])
def test_a_copy_is_older_than_the_longest_delay_of_an_alarm(every, count):
    job = Job()
    guard = metalr.Guard(job.model, job.optimizer, every=every)
    for _ in range(every * 30):
        guard.step(1.0)
    labels = [label for label, _ in guard._copies._copies]
    assert len(labels) == count and labels[0] <= every * 30 - 21


def test_the_jobs_own_functions_are_used():
    calls = []
    job = Job(save=lambda: calls.append("save") or len(calls), load=lambda it: calls.append(("load", it)))
    job.train(41)
    job.train(1, factor=math.nan)
    assert calls == ["save", "save", "save", ("load", 2)]


def test_a_resumed_guard_goes_on():
    job = Job()
    job.train(60)
    job.train(2, factor=math.nan)
    again = Job()
    again.guard.load_state_dict(job.guard.state_dict())
    assert again.guard.factor == 0.5 and again.guard.count == 2
    again.train(1)
    assert again.train(1, factor=math.nan) == ["rollback"]


def test_noise_is_no_failure():
    generator, alarms = random.Random(0), 0
    for _ in range(200):
        alarm, speed, noise = Alarm(), generator.uniform(1, 6), generator.uniform(0.02, 0.4)
        for step in range(600):
            loss = (0.05 + 2.3 * math.exp(-speed * step / 600)) * math.exp(noise * generator.gauss(0, 1))
            # Now and then a batch of outliers.
            alarms += alarm.reason(loss * (8 if generator.random() < 0.01 else 1)) is not None
    assert alarms <= 2


def test_near_zero_a_spike_costs_half_of_what_was_gained():
    # From 2 to 0.01: above 0.01 + 0.5 (2 - 0.01) = 1.005, where three times the median is 0.03.
    for loss, is_spike in [(0.9, False), (1.1, True)]:
        alarm = Alarm()
        for step in range(100):
            assert alarm.reason(max(2.0 if step < 16 else 0.01, 0.0)) is None
        assert any([alarm.reason(loss) is not None for _ in range(5)]) == is_spike


def test_a_relapse_below_three_times_the_loss_is_noticed():
    alarm = Alarm()
    for step in range(200):
        assert alarm.reason(2.3 - 0.005 * step + 0.02 * math.sin(step)) is None
    assert any(alarm.reason(2.3 + 0.02 * math.sin(step)) for step in range(40))


def test_a_training_that_lost_most_of_what_it_learned_is_noticed():
    noticed, generator = 0, random.Random(1)
    for _ in range(100):
        # A residual network at 300 times its rate for three steps: from 2.3 to 1.0, then 1.9.
        alarm = Alarm()
        losses = [max(2.3 - step / 150, 1.0) for step in range(220)] + [1.9 - 0.002 * step for step in range(60)]
        noticed += any([alarm.reason(loss + 0.15 * generator.gauss(0, 1)) is not None for loss in losses])
    assert noticed >= 80


def test_a_loss_that_hardly_falls_in_its_noise_is_no_relapse():
    generator, alarms = random.Random(2), 0
    for _ in range(200):
        alarm, noise, fall = Alarm(), generator.uniform(0.01, 0.3), generator.choice([0.02, 0.1, 0.3])
        alarms += any([alarm.reason(1 - fall * step / 500 + noise * generator.gauss(0, 1)) is not None for step in range(500)])
    assert alarms <= 2
