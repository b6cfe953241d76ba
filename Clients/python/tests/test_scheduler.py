"""The scheduler in this process."""

import copy
import csv
import gc
import math
import weakref

import pytest
from support import write_controller

torch = pytest.importorskip("torch")

import metalr  # noqa: E402
from metalr.pytorch.arrivals import Arrivals  # noqa: E402

torch.set_num_threads(1)


class Training:
    """A small classifier of random points, and everything that a loop needs."""

    def __init__(self, controller, seed=1, rate=0.01, optimizer=None, width=16, total_steps=100, **options):
        torch.manual_seed(seed)
        self.inputs, self.targets = torch.randn(64, 4), torch.randint(0, 3, (64,))
        self.model = torch.nn.Sequential(torch.nn.Linear(4, width), torch.nn.Tanh(), torch.nn.Linear(width, 3))
        self.optimizer = optimizer(self.model) if optimizer else torch.optim.Adam(self.model.parameters(), lr=rate)
        make = {name: value(self) if callable(value) and name != "log" else value for name, value in options.items()}
        self.scheduler = metalr.Scheduler(self.optimizer, total_steps, controller, **make)

    def loss(self, index=0):
        rows = slice(8 * (index % 8), 8 * (index % 8) + 8)
        return torch.nn.functional.cross_entropy(self.model(self.inputs[rows]), self.targets[rows])

    def train(self, steps):
        rates = []
        for index in range(steps):
            self.optimizer.zero_grad()
            loss = self.loss(index)
            loss.backward()
            self.optimizer.step()
            self.scheduler.step(loss)
            rates.append(self.scheduler.get_last_lr()[0])
        return rates


def test_three_lines_drive_a_run_to_its_end(random_controller):
    training = Training(random_controller)
    rates = training.train(100)
    assert training.scheduler.verdict == "complete"
    assert training.scheduler.deciding == "controller"
    assert len(set(rates)) > 25, "50 decisions a run"
    assert isinstance(training.scheduler, torch.optim.lr_scheduler.LRScheduler)


def test_a_controller_decides_after_floor_of_k_times_the_budget_over_fifty(constant_action):
    training = Training(constant_action, rate=1e-4, total_steps=125)
    rates = training.train(12)
    factor = math.exp(0.7)
    # Step 0 is observed after the first step, whose loss is that before training; 125 / 50 = 2.5 steps an interval.
    decisions = [1 + sum(step >= k * 125 // 50 for k in range(1, 50)) for step in range(1, 13)]
    assert rates == pytest.approx([1e-4 * factor**count for count in decisions])


def test_rates_are_those_of_a_session_that_sees_the_same(random_controller):
    training = Training(random_controller, class_count=3, batch_size=8, example_count=64)
    session = metalr.Controller(random_controller).session()
    for index in range(10):
        training.train(1)
        if index == 0:
            continue
        record = dict(training.scheduler.last_record)
    assert record["step"] == 10 and record["classCount"] == 3 and record["chanceLoss"] == pytest.approx(math.log(3))
    again = Training(random_controller, class_count=3, batch_size=8, example_count=64)
    decide = again.scheduler._decider.decide

    def compare(observation):
        decision = decide(observation)
        assert session.next_learning_rate(observation) == pytest.approx(decision.learning_rate)
        return decision

    again.scheduler._decider.decide = compare
    again.train(50)


@pytest.mark.parametrize("rates", [(0.01, 0.02), (0.0, 0.02), (0.01, 0.0)])
def test_every_group_keeps_its_ratio_a_rate_of_0_too(constant_action, rates):
    def optimizer(model):
        groups = [{"params": model[0].parameters(), "lr": rates[0]}, {"params": model[2].parameters(), "lr": rates[1]}]
        return torch.optim.SGD(groups, lr=0.01)

    training = Training(constant_action, optimizer=optimizer)
    training.train(2)
    first, second = training.scheduler.get_last_lr()
    assert first * rates[1] == pytest.approx(second * rates[0])
    assert max(first, second) > max(rates)


def test_a_group_that_is_added_later_keeps_its_ratio_to_the_initial_rate(constant_action):
    training = Training(constant_action, rate=1e-4)
    training.train(4)
    extra = torch.nn.Parameter(torch.zeros(3))
    training.optimizer.add_param_group({"params": [extra], "lr": 5e-4})
    training.train(4)
    first, second = training.scheduler.get_last_lr()
    assert second == pytest.approx(5 * first)


def test_a_tensor_rate_is_changed_in_place(constant_action):
    rate = torch.tensor(0.001)
    training = Training(constant_action, optimizer=lambda model: torch.optim.Adam(model.parameters(), lr=rate))
    training.train(4)
    assert training.optimizer.param_groups[0]["lr"] is rate
    assert float(rate) > 0.001


def test_mistakes_are_raised_at_construction(constant_action):
    with pytest.raises(ValueError, match="Did you mean 'fashion'"):
        Training("fashoin")
    with pytest.raises(ValueError, match="needs a validation loss"):
        Training("fashion")
    with pytest.raises(ValueError, match="total_steps is 0"):
        Training(constant_action, total_steps=0)
    with pytest.raises(ValueError, match="give url= too"):
        Training(constant_action, token="t")
    with pytest.raises(ValueError, match="needs model="):
        Training(constant_action, validate=lambda t: (t.inputs, t.targets))
    with pytest.raises(ValueError, match="rates are"):
        Training(constant_action, rate=0.0)
    with pytest.raises(TypeError):
        metalr.Scheduler(object(), 10, constant_action)


def test_a_loop_without_losses_is_told_so_at_its_first_step(constant_action):
    training = Training(constant_action)
    training.loss().backward()
    training.optimizer.step()
    with pytest.raises(RuntimeError, match="no training loss"):
        training.scheduler.step()


def test_calls_are_no_steps(constant_action):
    """Frameworks call step() as often as there are processes, AMP skips steps, accumulation calls for each part."""
    training = Training(constant_action)
    training.train(1)
    rates = training.scheduler.get_last_lr()
    for _ in range(10):
        training.scheduler.step(training.loss().detach())
    assert training.scheduler.get_last_lr() == rates and training.scheduler.last_epoch == 1


@pytest.mark.parametrize("fused", [False, True])
def test_a_step_that_amp_skips_is_not_counted(constant_action, fused):
    training = Training(
        constant_action, optimizer=lambda model: torch.optim.Adam(model.parameters(), lr=1e-4, fused=fused))
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    norms = []
    for index in range(6):
        training.optimizer.zero_grad()
        loss = training.loss(index)
        scaler.scale(loss).backward()
        norms.append(float(torch.nn.utils.get_total_norm([p.grad for p in training.model.parameters()])) / scaler.get_scale())
        if index == 2:
            training.model[0].weight.grad.fill_(math.inf)
        scaler.step(training.optimizer)
        scaler.update()
        training.scheduler.step(loss)
    assert training.scheduler.last_epoch == 5
    record = training.scheduler.last_record
    # The steps of the interval are the third and the fourth that were taken; the skipped one lies between.
    assert record["step"] == 4
    assert record["gradientNorm"] == pytest.approx(math.sqrt(norms[3] * norms[4]), rel=1e-4)


class LateArrivals(Arrivals):
    """Numbers that arrive two steps later, as a GPU's do."""

    def receive(self, wait=False):
        kept = [] if wait else [self._waiting.pop() for _ in range(min(2, len(self._waiting)))]
        arrived = super().receive(wait)
        self._waiting.extend(reversed(kept))
        return arrived


@pytest.mark.parametrize("skipped", [{0}, {2}, {0, 1, 7}, {4, 5, 11}])
def test_skipped_steps_that_are_known_late_change_no_decision(random_controller, skipped):
    runs = []
    for arrivals in (Arrivals(), LateArrivals()):
        training = Training(
            random_controller, total_steps=100, optimizer=lambda model: torch.optim.Adam(model.parameters(), lr=0.01, fused=True))
        training.scheduler._skips = arrivals
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        rates = []
        for index in range(20):
            training.optimizer.zero_grad()
            loss = training.loss(index)
            scaler.scale(loss).backward()
            if index in skipped:
                training.model[0].weight.grad.fill_(math.inf)
            scaler.step(training.optimizer)
            scaler.update()
            training.scheduler.step(loss)
            rates.append(training.scheduler.get_last_lr()[0])
        assert training.scheduler.state_dict()["steps"] == 20 - len(skipped)
        runs.append(rates)
    assert runs[0] == runs[1]


def test_a_loss_may_be_observed_before_the_step(constant_action):
    training = Training(constant_action)
    for index in range(4):
        training.optimizer.zero_grad()
        loss = training.loss(index)
        training.scheduler.observe(loss)
        loss.backward()
        training.optimizer.step()
        training.scheduler.step()
    assert training.scheduler.last_record["step"] == 4


def test_validation_by_probe_by_callable_and_by_report(constant_action):
    def held_out(training):
        return lambda: training.loss(3)

    by_probe = Training("fashion", model=lambda t: t.model, validate=lambda t: (t.inputs[:8], t.targets[:8]))
    by_probe.train(10)
    record = by_probe.scheduler.last_record
    assert record["step"] == 10
    with torch.no_grad():
        probabilities = torch.softmax(by_probe.model(by_probe.inputs[:8]), 1)
    assert record["predictionVariance"] == pytest.approx(float(probabilities.var(unbiased=False)))
    assert record["validationLoss"] == pytest.approx(by_probe.loss(0).item())
    weight = by_probe.model[2].weight.detach()
    assert record["weightVariance"] == pytest.approx(float(weight.var(unbiased=False)))
    by_callable = Training(constant_action, validate=held_out)
    by_callable.train(2)
    assert by_callable.scheduler.last_record["validationLoss"] == pytest.approx(by_callable.loss(3).item())
    by_report = Training(constant_action)
    by_report.train(1)
    by_report.scheduler.report(validationLoss=0.75)
    by_report.train(1)
    assert by_report.scheduler.last_record["validationLoss"] == 0.75
    with pytest.raises(ValueError, match="is no measure"):
        by_report.scheduler.report(validation_loss=1.0)


def test_halves_of_a_batch_are_measured_at_decisions(random_controller):
    training = Training(random_controller, interval=5)
    seen = []
    for index in range(10):
        training.optimizer.zero_grad()
        for half in range(2):
            loss = training.loss(2 * index + half) / 2
            loss.backward()
            training.scheduler.half()
        training.optimizer.step()
        training.scheduler.step(2 * loss)
        seen.append(training.scheduler.last_record.get("halfBatchCosine"))
    assert seen[:4] == [None] * 4
    assert -1 <= seen[4] <= 1 and seen[5:9] == seen[4:5] * 4 and seen[9] != seen[4]


def test_halves_need_measures(random_controller):
    with pytest.raises(RuntimeError, match="measures"):
        Training(random_controller, measures="off").scheduler.half()


def test_language_models_predictions_are_looked_at_in_part(constant_action):
    from metalr.pytorch.validation import Validation

    outputs = torch.randn(4, 50, 30_000)
    validation = Validation(lambda: (torch.tensor(1.0), outputs), None, None, torch.optim.SGD([torch.zeros(1)], lr=1.0))
    values = validation.measure()
    assert validation.predictions.numel() <= 1_000_000 + 30_000
    whole = torch.softmax(outputs, -1).var(unbiased=False)
    assert values["predictionVariance"] == pytest.approx(float(whole), rel=0.05)
    assert validation.measure()["predictionChangeVariance"] == 0


@pytest.mark.parametrize("broken_at", [1, 7, 20, 33])
def test_a_restored_training_gets_its_rates_again(random_controller, broken_at):
    options = {"closure": lambda t: t.loss, "validate": lambda t: lambda: t.loss(7)}
    training = Training(random_controller, **options)
    training.train(broken_at)
    kept = copy.deepcopy([
        training.model.state_dict(), training.optimizer.state_dict(), training.scheduler.state_dict()])
    torch.save(kept[2], buffer := __import__("io").BytesIO())
    buffer.seek(0)
    kept[2] = torch.load(buffer, weights_only=True)
    expected = training.train(20)
    again = Training(random_controller, seed=2, rate=0.5, **options)
    again.inputs, again.targets = training.inputs, training.targets
    again.scheduler.load_state_dict(kept[2])
    again.model.load_state_dict(kept[0])
    again.optimizer.load_state_dict(kept[1])
    assert again.train(20) == expected


def test_a_state_of_another_controller_is_refused(random_controller, constant_action):
    state = Training(constant_action).scheduler.state_dict()
    with pytest.raises(ValueError, match="controller"):
        Training(random_controller).scheduler.load_state_dict(state)


def poison(training):
    with torch.no_grad():
        training.model[0].weight.fill_(math.nan)


def test_stop_stays(constant_action):
    training = Training(constant_action)
    training.train(10)
    poison(training)
    training.train(10)
    assert training.scheduler.verdict == "stop"
    training.model.load_state_dict({name: torch.zeros_like(v) for name, v in training.model.state_dict().items()})
    training.train(30)
    assert training.scheduler.verdict == "stop"


def test_a_rollback_brings_the_weights_back_at_a_lower_rate(tmp_path):
    controller = write_controller(tmp_path / "still.ckpt", bias=0.0)
    training = Training(controller, model=lambda t: t.model, rollback=True)
    training.train(10)
    good = training.model[0].weight.detach().clone()
    poison(training)
    rates = training.train(1)
    assert training.scheduler.verdict == "rollback"
    assert torch.equal(training.model[0].weight, good)
    assert rates == [0.005]
    training.train(20)
    assert training.scheduler.verdict == "continue"


def test_a_rollback_after_a_resume_has_something_to_go_back_to(tmp_path):
    controller = write_controller(tmp_path / "still.ckpt", bias=0.0)
    options = {"model": lambda t: t.model, "rollback": True}
    training = Training(controller, **options)
    training.train(11)
    kept = copy.deepcopy([
        training.model.state_dict(), training.optimizer.state_dict(), training.scheduler.state_dict()])
    again = Training(controller, seed=2, **options)
    # The scheduler first: the weights are not there yet.
    again.scheduler.load_state_dict(kept[2])
    again.model.load_state_dict(kept[0])
    again.optimizer.load_state_dict(kept[1])
    good = again.model[0].weight.detach().clone()
    again.optimizer.zero_grad()
    again.loss().backward()
    again.optimizer.step()
    poison(again)
    again.scheduler.step(torch.tensor(math.nan))
    assert again.scheduler.verdict == "rollback"
    assert torch.equal(again.model[0].weight, good)


def test_sharded_models_go_back_through_the_jobs_functions(constant_action):
    calls = []
    training = Training(
        constant_action, save=lambda t: lambda: calls.append("save") or len(calls),
        load=lambda t: lambda label: calls.append(f"load {label}"))
    training.train(2)
    kept = len(calls)
    training.scheduler.step(torch.tensor(1.0))
    training.optimizer.step()
    training.scheduler.step(torch.tensor(math.nan))
    assert calls[kept:] == [f"load {kept}"]


def test_without_measures_the_losses_alone_are_seen(random_controller):
    training = Training(random_controller, measures="off", closure=lambda t: t.loss)
    training.train(10)
    assert "trainLoss" in training.scheduler.last_record
    assert "gradientNorm" not in training.scheduler.last_record


def test_a_csv_file_has_a_row_for_every_decision(constant_action, tmp_path):
    path = tmp_path / "run.csv"
    training = Training(constant_action, log=path)
    training.train(100)
    rows = list(csv.DictReader(path.open()))
    assert [int(row["step"]) for row in rows] == [0, *range(2, 101, 2)]
    assert rows[1]["deciding"] == "controller" and float(rows[1]["gradientNorm"]) > 0
    assert rows[-1]["verdict"] == "complete"


def test_other_logs_get_the_numbers(constant_action, monkeypatch):
    class Sink:
        def __init__(self):
            self.calls = []

        def add_scalar(self, name, value, step):
            self.calls.append((name, value, step))

    class Wandb:
        run = None

        def log(self, numbers):
            self.last = numbers

    class MLflow(Wandb):
        def active_run(self):
            return self

        def log_metrics(self, numbers, step):
            self.last = (numbers, step)

    import sys

    writer, wandb, mlflow = Sink(), Wandb(), MLflow()
    wandb.run = wandb
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    Training(constant_action, log=["auto", writer]).train(2)
    assert ("metalr/learningRate", 0.01, 0) in writer.calls
    assert wandb.last["metalr/step"] == 2 and "metalr/trainLoss" in wandb.last
    assert mlflow.last[1] == 2


def test_finish_removes_the_hooks_and_a_dropped_scheduler_is_freed(constant_action):
    with Training(constant_action).scheduler as scheduler:
        optimizer = scheduler.optimizer
        assert optimizer._optimizer_step_post_hooks
    assert not optimizer._optimizer_step_post_hooks
    training = Training(constant_action)
    reference = weakref.ref(training.scheduler)
    training.scheduler = None
    gc.collect()
    assert reference() is None


def test_a_compiled_step_with_a_tensor_rate_is_not_compiled_again(constant_action):
    rate = torch.tensor(0.001)
    training = Training(constant_action, optimizer=lambda model: torch.optim.SGD(model.parameters(), lr=rate))
    compilations = []

    def backend(graph, _):
        compilations.append(graph)
        return graph.forward

    @torch.compile(backend=backend)
    def step():
        training.optimizer.step()

    rates = set()
    for index in range(8):
        training.optimizer.zero_grad()
        loss = training.loss(index)
        loss.backward()
        step()
        training.scheduler.step(loss)
        rates.add(round(rate.item(), 6))
        if index == 1:
            first = len(compilations)
    assert len(rates) >= 4 and training.scheduler.last_epoch == 8
    assert len(compilations) == first


@pytest.mark.parametrize("make, name", [
    (lambda p: torch.optim.AdamW(p, lr=1e-3), "universal"),
    (lambda p: metalr.ScheduleFreeAdamW(p), "universal-sf"),
])
def test_the_default_controller_fits_the_optimizer_and_needs_three_lines(make, name):
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 3)
    optimizer = make(model.parameters())
    scheduler = metalr.Scheduler(optimizer, total_steps=100)
    assert scheduler._decider.controller.name == name
    inputs, targets = torch.randn(64, 4), torch.randint(0, 3, (64,))
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        scheduler.step(loss)
        losses.append(loss.item())
    assert scheduler.verdict == "complete" and losses[-1] < losses[0]


@pytest.mark.parametrize(
    "make, name",
    [
        (lambda p: torch.optim.SGD(p, lr=0.1), "sgd"),
        (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), "momentum"),
        (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), "nesterov"),
        (lambda p: torch.optim.Adam(p), "adam"),
        (lambda p: torch.optim.RMSprop(p), "rmsprop"),
    ],
)
def test_a_controller_of_another_training_is_warned_about(make, name, caplog):
    model = torch.nn.Linear(2, 1)
    scheduler = metalr.Scheduler(make(model.parameters()), 1000, "fashion", validate=lambda: 1.0, batch_size=1000)
    told = " ".join(record.getMessage() for record in caplog.records)
    expected = "" if name == "adam" else f"this run: optimizer {name}, trained with adam. Its rates may not suit"
    assert (told == "") if not expected else expected in told
    scheduler.finish()
    caplog.clear()
    metalr.Scheduler(make(model.parameters()), 1000, batch_size=7).finish()
    assert not caplog.records, "'universal' is for any training"
