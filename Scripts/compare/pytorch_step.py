#!/usr/bin/env python3
"""Times PyTorch on the work of `metalr benchmark`: an Adam step on a batch, and the forward pass and loss of as many images.

Same networks, same sizes, images already floats in memory. Each work is timed in both of PyTorch's memory layouts
for images, taken in turn; the faster layout counts, for each work by itself. Prints one JSON object with medians in
milliseconds.
"""

import argparse
import json
import statistics
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit(f"PyTorch is missing. Install it: {sys.executable} -m pip install torch")


class Residual(nn.Module):
    """relu(branch(x) + shortcut(x)), the basic block of He et al. (2016)."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride=stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def lenet(channels, size):
    # 28x28 images are padded to the 32x32 of the original.
    return nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=2 if size < 32 else 0), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def wide_lenet(channels, size):
    return nn.Sequential(
        nn.Conv2d(channels, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64 * (size // 4) ** 2, 1024), nn.ReLU(), nn.Linear(1024, 10))


def resnet(channels, widths, blocks):
    layers = [nn.Conv2d(channels, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
    before = widths[0]
    for stage, width in enumerate(widths):
        for block in range(blocks):
            layers.append(Residual(before, width, 2 if stage > 0 and block == 0 else 1))
            before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))


class Work:
    """One network in one memory layout with its images."""

    def __init__(self, options, layout):
        torch.manual_seed(0)
        if options.model == "lenet":
            network = lenet(options.channels, options.size)
        elif options.model == "lenet-wide":
            network = wide_lenet(options.channels, options.size)
        else:
            network = resnet(options.channels, options.widths, options.blocks)
        self.network = network.to(memory_format=layout)
        images = torch.randn(options.batch, options.channels, options.size, options.size)
        self.images = images.contiguous(memory_format=layout)
        self.labels = torch.randint(10, (options.batch,))
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)

    def loss(self):
        return nn.functional.cross_entropy(self.network(self.images), self.labels)

    def step(self):
        self.network.train()
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        loss.item()

    def evaluate(self):
        self.network.eval()
        with torch.inference_mode():
            self.loss().item()


def milliseconds(work):
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["lenet", "lenet-wide", "resnet"], default="lenet")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10, help="timed rounds, after two that are not timed")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    works = [Work(options, layout) for layout in (torch.contiguous_format, torch.channels_last)]
    times = [([], []) for _ in works]
    for i in range(-2, options.steps):
        for work, (steps, evaluations) in zip(works, times):
            step, evaluation = milliseconds(work.step), milliseconds(work.evaluate)
            if i >= 0:
                steps.append(step)
                evaluations.append(evaluation)
    print(json.dumps({
        "torch": torch.__version__,
        "trainStep": min(statistics.median(steps) for steps, _ in times),
        "evaluation": min(statistics.median(evaluations) for _, evaluations in times)}))


if __name__ == "__main__":
    main()
