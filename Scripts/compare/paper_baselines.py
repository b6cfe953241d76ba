#!/usr/bin/env python3
"""Finds the network whose best step decay gives the baseline figures of Xu et al. (2019, arXiv 1909.09712).

    paper_baselines.py --data DIR --dataset fashion cifar10 --out results.json

Every variant of the network is trained with Adam, batch 1,000, for 1,000 steps, under several of the paper's 48 step
decays on one seed. The one with the lowest validation loss then runs on three other seeds. The test is with the weights of
the lowest validation loss, which is taken every 10 steps over 10,000 images that are not trained on.

A variant is a network and its options, joined by commas:

    wide          5x5x32 SAME, pool 2, 5x5x64 SAME, pool 2, dense 1,024, 10
    wide-valid    the same without padding
    keras         3x3x32, 3x3x64, pool 2, dense 128, 10
    lenet         LeNet-5: 5x5x6, pool 2, 5x5x16, pool 2, dense 120, dense 84, 10
    drop=0.4      dropout after the widest dense layer
    trunc=0.1     truncated normal start of this deviation (default: Glorot uniform)
    bias=0.1      biases start here (default: 0)
    unit          pixels from 0 to 1 (default: mean 0, deviation 1 in each channel)
    fp32          no TF32 on a GPU

Fashion-MNIST is read from DIR/fashion-mnist or DIR (IDX, gzip). CIFAR-10 is read from DIR/cifar-10-batches-bin (the
publisher's binary format) or from a zip of images named train/LABEL/N and test/LABEL/N (--cifar-zip). Results are written
after each variant.
"""

import argparse
import gzip
import io
import json
import pathlib
import statistics
import sys
import time
import zipfile

import numpy
import torch
from torch import nn

PAPER = {"fashion": (0.2497, 0.9102), "cifar10": (0.9539, 0.6759)}
VARIANTS = ["wide", "wide,drop=0.4", "wide,trunc=0.1,bias=0.1", "wide,drop=0.5", "lenet", "wide,trunc=0.1",
            "wide,trunc=0.05", "wide,unit", "wide-valid", "keras", "wide,fp32"]
GRID = [(rate, step, factor) for rate in (0.1, 0.01, 0.001, 0.0001) for step in (10, 20, 50, 100)
        for factor in (0.99, 0.9, 0.88)]
# Twelve of the grid that span it: nearly constant, slow and fast decay at the rates where Adam learns, one at each other.
FEW = [(0.01, 10, 0.99), (0.01, 10, 0.9), (0.01, 20, 0.9), (0.01, 50, 0.9), (0.01, 100, 0.88),
       (0.001, 10, 0.99), (0.001, 20, 0.9), (0.001, 50, 0.9), (0.001, 100, 0.88), (0.001, 100, 0.99),
       (0.1, 20, 0.88), (0.0001, 100, 0.99)]
SEARCH_SEED = 1_000_000
VALIDATION_EVERY = 10
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    dimensions = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_fashion(options):
    folder = options.data / "fashion-mnist"
    folder = folder if folder.is_dir() else options.data
    return [(read_idx(folder / f"{part}-images-idx3-ubyte.gz")[:, None], read_idx(folder / f"{part}-labels-idx1-ubyte.gz"))
            for part in ("train", "t10k")]


def read_cifar_zip(path):
    from PIL import Image
    archive = zipfile.ZipFile(path)
    parts = []
    for part in ("train", "test"):
        names = sorted(name for name in archive.namelist() if name.startswith(part + "/") and not name.endswith("/"))
        images = numpy.empty((len(names), 32, 32, 3), numpy.uint8)
        for i, name in enumerate(names):
            images[i] = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
        labels = numpy.array([int(name.split("/")[1]) for name in names], numpy.uint8)
        parts.append((images.transpose(0, 3, 1, 2).copy(), labels))
    return parts


def read_cifar(options):
    if options.cifar_zip:
        return read_cifar_zip(options.cifar_zip)
    folder = options.data / "cifar-10-batches-bin"
    parts = []
    for names in ([f"data_batch_{i}.bin" for i in range(1, 6)], ["test_batch.bin"]):
        records = numpy.concatenate([numpy.fromfile(folder / name, numpy.uint8).reshape(-1, 3073) for name in names])
        parts.append((records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]))
    return parts


class Data:
    """The three splits on the device, pixels as bytes, with the statistics of the training split."""

    def __init__(self, name, options):
        (images, labels), (test_images, test_labels) = {"fashion": read_fashion, "cifar10": read_cifar}[name](options)
        order = numpy.random.default_rng(0).permutation(len(images))
        held_out = min(10_000, len(images) // 5)
        limit = options.images
        train, validation = order[held_out:][:limit], order[:held_out][:limit]
        self.name = name
        self.train = self.place(images[train], labels[train])
        self.validation = self.place(images[validation], labels[validation])
        self.test = self.place(test_images[:limit], test_labels[:limit])
        self.shape = images.shape[1:]
        pixels = images[train].astype(numpy.float32)
        self.statistics = [torch.tensor(values, device=DEVICE).view(1, -1, 1, 1)
                           for values in (pixels.mean((0, 2, 3)), pixels.std((0, 2, 3)))]

    @staticmethod
    def place(images, labels):
        return torch.tensor(images, device=DEVICE), torch.tensor(labels.astype(numpy.int64), device=DEVICE)


class Variant:
    """What the text of a variant says."""

    def __init__(self, text):
        self.text = text
        self.network, *rest = text.split(",")
        values = dict(item.split("=") for item in rest if "=" in item)
        self.dropout, self.deviation, self.bias = (float(values.pop(key, 0)) for key in ("drop", "trunc", "bias"))
        self.unit, self.full_precision = "unit" in rest, "fp32" in rest
        unknown = list(values) + [item for item in rest if "=" not in item and item not in ("unit", "fp32")]
        if unknown or self.network not in NETWORKS:
            sys.exit(f"Variant '{text}' has an unknown part. Known: {', '.join(NETWORKS)}; drop=, trunc=, bias=, unit, fp32.")


def block(channels_in, channels, kernel, padding):
    # Pooling first gives the same values as ReLU first, on a quarter of the elements.
    return [nn.Conv2d(channels_in, channels, kernel, padding=padding), nn.MaxPool2d(2), nn.ReLU()]


def wide(shape, dropout, padding=2):
    size = shape[1]
    for _ in range(2):
        size = (size - 4 + 2 * padding) // 2
    return nn.Sequential(
        *block(shape[0], 32, 5, padding), *block(32, 64, 5, padding), nn.Flatten(),
        nn.Linear(64 * size * size, 1024), nn.ReLU(), nn.Dropout(dropout), nn.Linear(1024, 10))


def keras(shape, dropout):
    size = (shape[1] - 4) // 2
    return nn.Sequential(
        nn.Conv2d(shape[0], 32, 3), nn.ReLU(), *block(32, 64, 3, 0), nn.Flatten(),
        nn.Linear(64 * size * size, 128), nn.ReLU(), nn.Dropout(dropout), nn.Linear(128, 10))


def lenet(shape, dropout):
    return nn.Sequential(
        *block(shape[0], 6, 5, 2 if shape[1] < 32 else 0), *block(6, 16, 5, 0), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Dropout(dropout), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


NETWORKS = {"wide": wide, "wide-valid": lambda shape, dropout: wide(shape, dropout, 0), "keras": keras, "lenet": lenet}


class Trainer:
    """One network of a variant, trained again and again. On a GPU ten steps and a validation are one CUDA graph."""

    def __init__(self, variant, data, options, layout):
        self.variant, self.data, self.options, self.layout = variant, data, options, layout
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = not variant.full_precision
        self.network = NETWORKS[variant.network](data.shape, variant.dropout).to(DEVICE, memory_format=layout)
        self.parameters = list(self.network.parameters())
        self.rate = torch.zeros((), device=DEVICE)
        on_gpu = DEVICE.type == "cuda"
        self.optimizer = torch.optim.Adam(self.parameters, lr=self.rate if on_gpu else 0.0, fused=on_gpu, capturable=on_gpu)
        if on_gpu:
            # The optimizer's own tensor, which the graph reads.
            self.rate = self.optimizer.param_groups[0]["lr"]
        self.order = torch.zeros(options.steps, options.batch, dtype=torch.int64, device=DEVICE)
        self.rates = torch.zeros(options.steps, device=DEVICE)
        self.position = torch.zeros(1, dtype=torch.int64, device=DEVICE)
        self.best_loss = torch.full((), float("inf"), device=DEVICE)
        self.best = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.advance = self.ten_steps
        if on_gpu:
            self.capture()

    def capture(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self.ten_steps()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.ten_steps()
        self.advance = graph.replay

    def start(self, schedule, seed):
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        with torch.no_grad():
            for parameter in self.parameters:
                value = torch.empty(parameter.shape)
                if value.dim() == 1:
                    nn.init.constant_(value, self.variant.bias)
                elif self.variant.deviation > 0:
                    deviation = self.variant.deviation
                    nn.init.trunc_normal_(value, 0, deviation, -2 * deviation, 2 * deviation, generator=generator)
                else:
                    nn.init.xavier_uniform_(value, generator=generator)
                parameter.copy_(value)
            for state in self.optimizer.state.values():
                for value in state.values():
                    value.zero_()
            count, batch = len(self.data.train[1]), self.options.batch
            epochs = -(-self.options.steps * batch // (count // batch * batch))
            order = torch.cat([torch.randperm(count, generator=generator)[:count // batch * batch] for _ in range(epochs)])
            self.order.copy_(order[:self.order.numel()].view_as(self.order))
            rate, step, factor = schedule
            self.rates.copy_(torch.tensor([rate * factor ** (i // step) for i in range(self.options.steps)]))
            self.position.zero_()
            self.best_loss.fill_(float("inf"))

    def logits(self, images):
        mean, deviation = self.data.statistics
        images = images.float() / 255 if self.variant.unit else (images.float() - mean) / deviation
        return self.network(images.contiguous(memory_format=self.layout))

    def ten_steps(self):
        self.network.train()
        images, labels = self.data.train
        for _ in range(VALIDATION_EVERY):
            batch = self.order.index_select(0, self.position)[0]
            self.rate.copy_(self.rates.index_select(0, self.position)[0])
            self.position.add_(1).remainder_(self.options.steps)
            if DEVICE.type == "cpu":
                self.optimizer.param_groups[0]["lr"] = self.rate.item()
            self.optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(self.logits(images[batch]), labels[batch]).backward()
            self.optimizer.step()
        with torch.no_grad():
            loss, _ = self.evaluate(self.data.validation)
            better = loss < self.best_loss
            self.best_loss.copy_(torch.where(better, loss, self.best_loss))
            for best, parameter in zip(self.best, self.parameters):
                best.copy_(torch.where(better, parameter, best))

    def evaluate(self, split):
        self.network.eval()
        loss, right = torch.zeros((), device=DEVICE), torch.zeros((), device=DEVICE)
        for images, labels in zip(split[0].split(5_000), split[1].split(5_000)):
            logits = self.logits(images)
            loss += nn.functional.cross_entropy(logits, labels, reduction="sum")
            right += (logits.argmax(1) == labels).sum()
        return loss / len(split[1]), right / len(split[1])

    def run(self, schedule, seed):
        began = time.perf_counter()
        self.start(schedule, seed)
        for _ in range(self.options.steps // VALIDATION_EVERY):
            self.advance()
        with torch.no_grad():
            for best, parameter in zip(self.best, self.parameters):
                parameter.copy_(best)
            loss, accuracy = self.evaluate(self.data.test)
        return dict(
            schedule="step:{},{},{}".format(*schedule), seed=seed, validationLoss=self.best_loss.item(),
            testLoss=loss.item(), testAccuracy=accuracy.item(), seconds=round(time.perf_counter() - began, 3))


def seconds_of(trainer):
    trainer.start(GRID[-1], 0)
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(3):
        trainer.advance()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def fastest(variant, data, options):
    trainers = [Trainer(variant, data, options, torch.contiguous_format)]
    if DEVICE.type == "cuda":
        trainers.append(Trainer(variant, data, options, torch.channels_last))
        trainers.sort(key=seconds_of)
    return trainers[0]


def study(variant, data, options, deadline):
    """The schedules on the search seed, then the best on the test seeds; stops where the time ends."""
    trainer = fastest(variant, data, options)
    searched, tested = [], []
    for schedule in options.grid:
        if time.monotonic() > deadline:
            break
        searched.append((trainer.run(schedule, SEARCH_SEED), schedule))
    finite = [pair for pair in searched if pair[0]["validationLoss"] < float("inf")]
    if finite:
        _, schedule = min(finite, key=lambda pair: pair[0]["validationLoss"])
        for seed in range(options.seeds):
            if time.monotonic() > deadline:
                break
            tested.append(trainer.run(schedule, seed))
    result = dict(
        dataset=data.name, variant=variant.text, parameters=sum(p.numel() for p in trainer.parameters),
        channelsLast=trainer.layout is torch.channels_last, schedules=len(options.grid), search=[run for run, _ in searched],
        test=tested, whole=len(searched) == len(options.grid) and len(tested) == options.seeds)
    if tested:
        result |= dict(testLoss=statistics.mean(run["testLoss"] for run in tested),
                       testAccuracy=statistics.mean(run["testAccuracy"] for run in tested))
    return result


def show(result):
    if not result["test"]:
        print(f"{result['dataset']:8} {result['variant']:26} stopped after {len(result['search'])} schedules", flush=True)
        return
    loss, accuracy = PAPER[result["dataset"]]
    seeds = " ".join(f"{run['testLoss']:.4f}" for run in result["test"])
    print(f"{result['dataset']:8} {result['variant']:26} {result['test'][0]['schedule']:20}"
          f" loss {result['testLoss']:.4f} ({seeds}; paper {loss})"
          f"  accuracy {result['testAccuracy']:.4f} (paper {accuracy})"
          f"  {statistics.median(run['seconds'] for run in result['search'])} s a run"
          + ("" if result["whole"] else "  NOT WHOLE"), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--cifar-zip", type=pathlib.Path)
    parser.add_argument("--dataset", nargs="+", choices=list(PAPER), default=["fashion"])
    parser.add_argument("--variants", nargs="+", default=VARIANTS)
    parser.add_argument("--schedules", choices=["few", "all"], default="few", help="12 of the paper's step decays, or its 48")
    parser.add_argument("--seeds", type=int, default=3, help="test seeds, from 0")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--images", type=int, help="no more images than this in each split, for a trial")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no run begins after this time")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("results.json"))
    options = parser.parse_args()
    if options.steps % VALIDATION_EVERY != 0:
        parser.error(f"--steps has to be a multiple of {VALIDATION_EVERY}")
    options.grid = GRID if options.schedules == "all" else FEW
    return options


def main():
    options = parse()
    deadline = time.monotonic() + options.seconds
    torch.backends.cudnn.benchmark = True
    device = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "CPU"
    variants = [Variant(text) for text in options.variants]
    datasets = [Data(name, options) for name in options.dataset]
    results = []
    for variant in variants:
        for data in datasets:
            if time.monotonic() > deadline:
                return
            results.append(study(variant, data, options, deadline))
            options.out.write_text(json.dumps(dict(device=device, torch=torch.__version__, results=results), indent=1))
            show(results[-1])


if __name__ == "__main__":
    main()
