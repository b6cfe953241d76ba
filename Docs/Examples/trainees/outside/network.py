"""What the trainees of this folder share: a network in PyTorch, one of several optimizers, and metalr's measures.

A task is data, a network and a loss; `NetworkTrainee` trains it on one core and speaks the trainee protocol:

    metalr check-trainee --rate 0.003 -- python3 vit.py --optimizer adamw
"""

import argparse
import os
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional

CLIENTS = pathlib.Path(__file__).resolve().parents[4] / "Clients"
sys.path[:0] = [str(CLIENTS / "trainee-python"), str(CLIENTS / "python")]
import metalr_trainee  # noqa: E402
from metalr import ScheduleFreeAdamW  # noqa: E402
from metalr.pytorch.facts import facts_of  # noqa: E402
from metalr.pytorch.look import TrialSteps, look_measures  # noqa: E402
from metalr.pytorch.meter import Meter, measures_of  # noqa: E402
from metalr.pytorch.validation import Validation  # noqa: E402


class Task:
    """Data, a network and a loss: what a file of this folder defines."""

    #: What tables call it.
    name = ""
    #: What the network is, for cards.
    model = ""
    batch_size = 64
    #: 0 where the outputs are no classes.
    class_count = 0
    #: Loss of the best constant prediction.
    chance_loss = 1.0
    #: Inputs and targets of training, validation and test.
    splits = []
    dataset = ""

    def network(self):
        """A network at its initial weights; PyTorch's random numbers are seeded before."""
        raise NotImplementedError

    def loss(self, network, inputs, targets):
        """The mean loss of a batch, with a gradient."""
        return self.criterion(network(inputs), targets)

    def predict(self, network, inputs, targets):
        """The mean loss of a split, and what is predicted on it."""
        outputs = network(inputs)
        return self.criterion(outputs, targets), outputs

    def criterion(self, outputs, targets):
        if self.class_count:
            return functional.cross_entropy(outputs.flatten(0, -2), targets.flatten())
        return functional.mse_loss(outputs, targets) / 2

    def accuracy(self, loss, outputs, targets):
        """Of classes the share that is right; otherwise the share of chance's loss that is gone."""
        if self.class_count:
            return (outputs.argmax(-1) == targets).double().mean().item()
        return min(max(1 - loss / self.chance_loss, 0.0), 1.0)


def split(inputs, targets, counts):
    """Training, validation and test examples in a fixed random order."""
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    return [(inputs[part], targets[part]) for part in order[: sum(counts)].split(counts)]


OPTIMIZERS = "adamw, momentum, schedule-free-adamw, schedulefree or prodigy"


def optimizer_named(name, parameters, rate):
    """AdamW, SGD with momentum, and those that universal-sf is compared with; constants are the packages' own."""
    if name == "adamw":
        return torch.optim.AdamW(parameters, lr=rate)
    if name == "momentum":
        return torch.optim.SGD(parameters, lr=rate, momentum=0.9)
    if name == "schedule-free-adamw":
        return ScheduleFreeAdamW(parameters, lr=rate)
    if name == "schedulefree":
        import schedulefree

        return schedulefree.AdamWScheduleFree(parameters, lr=rate)
    if name == "prodigy":
        import prodigyopt

        return prodigyopt.Prodigy(parameters, lr=rate)
    raise ValueError(f"there is no optimizer '{name}'; take {OPTIMIZERS}")


class NetworkTrainee:
    """Trains a task.

    reports_dynamics: whether to measure gradients, updates and predictions, which controllers read and schedules do not.
    """

    def __init__(self, task, optimizer="adamw", reports_dynamics=True):
        self.task, self.optimizer_name, self.reports_dynamics = task, optimizer, reports_dynamics
        self.snapshots = {}
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)

    def hello(self, worker):
        task = self.task
        return {
            "name": f"{task.name} in PyTorch", "capabilities": ["evaluate", "snapshot", "look"],
            "dataset": task.dataset, "splitSizes": [len(inputs) for inputs, _ in task.splits],
            "model": task.model, "optimizer": self.optimizer_name, "batchSize": task.batch_size,
        }

    def reset(self, seed, step_budget, learning_rate):
        torch.manual_seed(seed)
        self.network = self.task.network()
        self.optimizer = optimizer_named(self.optimizer_name, self.network.parameters(), learning_rate)
        self.order_generator = torch.Generator().manual_seed(seed)
        self.order, self.position, self.snapshots = None, 0, {}
        self.validation = Validation(lambda: self.predict(1), self.network, None, self.optimizer)
        self.meter = Meter(self.optimizer) if self.reports_dynamics else None
        self.facts = facts_of(
            self.optimizer, batchSize=self.task.batch_size, exampleCount=len(self.task.splits[0][0]),
            classCount=self.task.class_count, chanceLoss=self.task.chance_loss)
        measures = self.read()
        return {**measures, **self.weight_norm(), "trainLoss": measures["validationLoss"]}

    def weight_norm(self):
        return {"weightNorm": self.meter.initial_weight_norm()} if self.meter else {}

    def look(self, learning_rate):
        """A trial step on the first batch, undone; the batch and the order are as they were."""
        place = self.order, self.position, self.order_generator.get_state()
        batch = self.batch()
        self.order, self.position = place[:2]
        self.order_generator.set_state(place[2])
        self.network.train()
        with TrialSteps(self.optimizer, lambda: self.task.loss(self.network, *batch)) as trial:
            after, sums = trial.step(lambda: self.set_rate(learning_rate))
        return {**self.facts, **look_measures(after, trial.loss, sums)}

    def set_rate(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def train(self, learning_rates):
        self.network.train()
        if self.meter:
            self.meter.begin_interval(len(learning_rates))
        losses = torch.stack([self.step(rate) for rate in learning_rates]).double()
        dynamics = measures_of(self.meter.sums()) if self.meter else {}
        return {
            **self.read(), **dynamics,
            "trainLoss": losses.mean().item(), "trainLossDeviation": losses.std(correction=0).item(),
        }

    def step(self, rate):
        self.set_rate(rate)
        loss = self.task.loss(self.network, *self.batch())
        self.optimizer.zero_grad()
        loss.backward()
        if self.meter:
            self.meter.before_step()
        self.optimizer.step()
        if self.meter:
            self.meter.after_step()
        return loss.detach()

    def batch(self):
        inputs, targets = self.task.splits[0]
        size = min(self.task.batch_size, len(inputs))
        if self.order is None or self.position + size > len(inputs):
            self.order, self.position = torch.randperm(len(inputs), generator=self.order_generator), 0
        chosen = self.order[self.position : self.position + size]
        self.position += size
        return inputs[chosen], targets[chosen]

    def read(self):
        measures = self.validation.measure()
        return {**self.facts, **measures} if self.reports_dynamics else measures

    def evaluate(self):
        # Schedule-free optimizers evaluate other weights than they train; the way back rounds.
        switches = [getattr(self.optimizer, name, lambda: None) for name in ("eval", "train")]
        kept = copied(list(self.network.parameters()))
        switches[0]()
        with torch.no_grad():
            loss, outputs = self.predict(2)
            switches[1]()
            for parameter, weights in zip(self.network.parameters(), kept):
                parameter.copy_(weights)
        return loss.item(), self.task.accuracy(loss.item(), outputs, self.task.splits[2][1])

    def predict(self, index):
        """Loss and outputs of a split at the weights that are in place."""
        norms = [m for m in self.network.modules() if isinstance(m, nn.BatchNorm2d)]
        kept = [(norm.running_mean.clone(), norm.running_var.clone(), norm.momentum) for norm in norms]
        is_average = bool(norms) and hasattr(self.optimizer, "eval")
        if is_average:
            self.measure_statistics(norms)
        self.network.eval()
        answer = self.task.predict(self.network, *self.task.splits[index])
        if is_average:
            for norm, (mean, variance, momentum) in zip(norms, kept):
                norm.running_mean.copy_(mean)
                norm.running_var.copy_(variance)
                norm.momentum = momentum
        self.network.train()
        return answer

    def measure_statistics(self, norms):
        """Statistics of batch norm at averaged weights, which no training step has seen (Defazio et al., 2024)."""
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        self.network.train()
        inputs, size = self.task.splits[0][0], self.task.batch_size
        for start in range(0, min(4 * size, len(inputs)), size):
            self.network(inputs[start : start + size])

    def snapshot(self):
        key = f"snapshot {len(self.snapshots)} {os.getpid()}"
        self.snapshots[key] = copied({
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "order": self.order,
            "generator": self.order_generator.get_state(), "position": self.position, "random": torch.get_rng_state(),
            "predictions": self.validation.predictions, "meter": self.meter.state() if self.meter else None,
        })
        return key

    def restore(self, snapshot):
        state = copied(self.snapshots[snapshot])
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.order_generator.set_state(state["generator"])
        torch.set_rng_state(state["random"])
        self.order, self.position = state["order"], state["position"]
        self.validation.predictions = state["predictions"]
        if self.meter:
            self.meter.load_state(state["meter"])

    def discard(self, snapshot):
        self.snapshots[snapshot] = None  # the name stays taken


def copied(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def serve(make_task, description):
    """Serves a task by the options of the command line; `make_task` takes the folder of --data, or None."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--optimizer", default="adamw", help=OPTIMIZERS)
    parser.add_argument("--data", type=pathlib.Path, help="folder with the files of Fashion-MNIST and CIFAR-10")
    arguments = parser.parse_args()
    metalr_trainee.serve(NetworkTrainee(make_task(arguments.data), arguments.optimizer))
