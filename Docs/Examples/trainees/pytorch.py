"""A trainee in PyTorch: LeNet-5 or ResNet-18 on Fashion-MNIST or CIFAR-10, on a processor or on GPUs.

    metalr check-trainee --rate 0.001 -- python3 pytorch.py --data FOLDER --dataset fashion --train-images 2000
    metalr train-controller --workers 4 --trainee 'python3 pytorch.py --data FOLDER --dataset cifar10 --model resnet18'

FOLDER holds the publishers' files: fashion-mnist/*.gz and cifar-10-batches-bin/*.bin. Worker i takes GPU i modulo
their number, so that more workers than GPUs share them. The data stay on the device, and so do snapshots.
"""

import argparse
import gzip
import os
import pathlib
import struct
import sys

# Deterministic matrix products on CUDA need this before CUDA begins (PyTorch's notes on reproducibility).
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

CLIENTS = pathlib.Path(__file__).parents[3] / "Clients"
sys.path[:0] = [str(CLIENTS / "trainee-python"), str(CLIENTS / "python")]
import metalr_trainee  # noqa: E402
from metalr.pytorch.facts import facts_of  # noqa: E402
from metalr.pytorch.look import TrialSteps, look_measures  # noqa: E402
from metalr.pytorch.meter import Meter, measures_of  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--dataset", choices=["fashion", "cifar10"], default="fashion")
    parser.add_argument("--model", choices=["lenet", "resnet18"], default="lenet")
    parser.add_argument("--optimizer", choices=["adam", "sgd", "momentum"], default="adam")
    parser.add_argument("--batch-size", type=int, default=1000)
    parser.add_argument("--width", type=int, default=64, help="channels of ResNet-18's first stage")
    parser.add_argument("--train-images", type=int)
    parser.add_argument("--validation-images", type=int)
    parser.add_argument("--test-images", type=int)
    parser.add_argument("--device", help="cpu, cuda or cuda:1 (default: a GPU where there is one)")
    parser.add_argument("--threads", type=int, default=1, help="on a processor, for each worker")
    return parser.parse_args()


def read_idx(path):
    with gzip.open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return torch.frombuffer(bytearray(data[4 + 4 * dimensions :]), dtype=torch.uint8).reshape(shape)


def read_data(arguments):
    """Images (n, channels, rows, columns) as bytes and labels: of training with validation, and of the test."""
    if arguments.dataset == "fashion":
        folder = arguments.data / "fashion-mnist"
        parts = [
            (read_idx(folder / f"{name}-images-idx3-ubyte.gz")[:, None], read_idx(folder / f"{name}-labels-idx1-ubyte.gz"))
            for name in ("train", "t10k")
        ]
    else:
        folder = arguments.data / "cifar-10-batches-bin"
        names = [[f"data_batch_{index}.bin" for index in range(1, 6)], ["test_batch.bin"]]
        rows = [
            torch.frombuffer(bytearray(b"".join((folder / name).read_bytes() for name in part)), dtype=torch.uint8)
            .reshape(-1, 3073) for part in names
        ]
        parts = [(part[:, 1:].reshape(-1, 3, 32, 32), part[:, 0]) for part in rows]
    (images, labels), test = parts
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    validation, train = order[:10_000], order[10_000:]
    splits = [(images[train], labels[train]), (images[validation], labels[validation]), test]
    limits = [arguments.train_images, arguments.validation_images, arguments.test_images]
    return [(i[:limit], l[:limit].long()) for (i, l), limit in zip(splits, limits)]


def lenet(shape, classes=10):
    channels, rows, _ = shape
    side = (rows // 2 - 4) // 2
    return nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * side * side, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes),
    )


class Block(nn.Module):
    """Two convolutions and a way around them (He et al., 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, inputs):
        return functional.relu(self.body(inputs) + self.shortcut(inputs))


def resnet18(shape, width, classes=10):
    layers = [nn.Conv2d(shape[0], width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage in range(4):
        for block in range(2):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


class PyTorchTrainee:
    def __init__(self, arguments):
        self.arguments = arguments
        self.device = None
        self.snapshots = {}
        torch.set_num_threads(arguments.threads)
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False

    def hello(self, worker):
        if self.arguments.device:
            self.device = torch.device(self.arguments.device)
        elif torch.cuda.is_available():
            self.device = torch.device("cuda", worker % torch.cuda.device_count())
        else:
            self.device = torch.device("cpu")
        splits = read_data(self.arguments)
        self.splits = [(images.to(self.device), labels.to(self.device)) for images, labels in splits]
        pixels = self.splits[0][0]
        numbers = pixels.double().flatten(2) / 255
        self.mean = numbers.mean((0, 2)).float()[None, :, None, None]
        self.deviation = numbers.std((0, 2)).float()[None, :, None, None]
        model = "LeNet-5" if self.arguments.model == "lenet" else f"ResNet-18 (width {self.arguments.width})"
        return {
            "name": f"{model} in PyTorch on {self.device}", "capabilities": ["evaluate", "snapshot", "look"],
            "dataset": self.arguments.dataset, "splitSizes": [len(labels) for _, labels in self.splits],
            "model": model, "optimizer": self.arguments.optimizer, "batchSize": self.arguments.batch_size,
        }

    def reset(self, seed, step_budget, learning_rate):
        torch.manual_seed(seed)
        shape = self.splits[0][0].shape[1:]
        model = lenet(shape) if self.arguments.model == "lenet" else resnet18(shape, self.arguments.width)
        self.model = model.to(self.device, memory_format=torch.channels_last)
        if self.arguments.optimizer == "adam":
            self.optimizer = torch.optim.Adam(self.model.parameters(), lr=learning_rate)
        else:
            momentum = 0.9 if self.arguments.optimizer == "momentum" else 0.0
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate, momentum=momentum)
        self.order_generator = torch.Generator().manual_seed(seed)
        self.order = None
        self.position = 0
        self.predictions = None
        self.snapshots = {}
        self.meter = Meter(self.optimizer)
        self.facts = facts_of(
            self.optimizer, batchSize=self.arguments.batch_size, exampleCount=len(self.splits[0][1]), classCount=10)
        return {**self.read(None), "weightNorm": self.meter.initial_weight_norm()}

    def look(self, learning_rate):
        """A trial step on the first batch, undone; the batch and the order are as they were."""
        place = self.order, self.position, self.order_generator.get_state()
        images, labels = self.batch()
        self.order, self.position = place[:2]
        self.order_generator.set_state(place[2])
        self.model.train()
        with TrialSteps(self.optimizer, lambda: functional.cross_entropy(self.model(images), labels)) as trial:
            after, sums = trial.step(lambda: self.set_rate(learning_rate))
        return {**self.facts, **look_measures(after, trial.loss, sums)}

    def set_rate(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def train(self, learning_rates):
        self.model.train()
        losses = []
        self.meter.begin_interval(len(learning_rates))
        for rate in learning_rates:
            self.set_rate(rate)
            images, labels = self.batch()
            self.optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(self.model(images), labels)
            loss.backward()
            self.meter.before_step()
            self.optimizer.step()
            self.meter.after_step()
            losses.append(loss.detach())
        losses = torch.stack(losses).double()
        deviation = losses.std(correction=0).item()
        return {
            **self.read(losses.mean().item()), **measures_of(self.meter.sums()), "trainLossDeviation": deviation}

    def evaluate(self):
        loss, probabilities = self.predict(2)
        accuracy = (probabilities.argmax(1) == self.splits[2][1]).double().mean().item()
        return loss, accuracy

    def snapshot(self):
        key = f"snapshot {len(self.snapshots)} {os.getpid()}"
        self.snapshots[key] = copied({
            "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "order": self.order,
            "generator": self.order_generator.get_state(), "position": self.position, "predictions": self.predictions,
            "meter": self.meter.state(),
        })
        return key

    def restore(self, snapshot):
        state = copied(self.snapshots[snapshot])
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.order_generator.set_state(state["generator"])
        self.order, self.position, self.predictions = state["order"], state["position"], state["predictions"]
        self.meter.load_state(state["meter"])

    def discard(self, snapshot):
        self.snapshots[snapshot] = None  # the name stays taken

    def batch(self):
        images, labels = self.splits[0]
        size = min(self.arguments.batch_size, len(labels))
        if self.order is None or self.position + size > len(labels):
            self.order = torch.randperm(len(labels), generator=self.order_generator).to(self.device)
            self.position = 0
        chosen = self.order[self.position : self.position + size]
        self.position += size
        return self.standardised(images[chosen]), labels[chosen]

    def standardised(self, images):
        numbers = (images.float() / 255 - self.mean) / self.deviation
        return numbers.contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def predict(self, split):
        """Mean loss and all probabilities of a split."""
        self.model.eval()
        images, labels = self.splits[split]
        outputs = torch.cat([self.model(self.standardised(part)) for part in images.split(1000)])
        return functional.cross_entropy(outputs.double(), labels).item(), outputs.double().softmax(1)

    def read(self, train_loss):
        loss, probabilities = self.predict(1)
        change = torch.zeros(1) if self.predictions is None else probabilities - self.predictions
        self.predictions = probabilities
        weights = self.model[-1].weight.detach().double()
        return {
            **self.facts, "trainLoss": loss if train_loss is None else train_loss, "validationLoss": loss,
            "predictionVariance": probabilities.var(correction=0).item(),
            "predictionChangeVariance": change.var(correction=0).item(),
            "weightMean": weights.mean().item(), "weightVariance": weights.var(correction=0).item(),
        }


def copied(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


if __name__ == "__main__":
    metalr_trainee.serve(PyTorchTrainee(options()))
