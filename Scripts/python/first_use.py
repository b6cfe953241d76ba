#!/usr/bin/env python3
"""Trains a CNN and a ViT on Fashion-MNIST (14 x 14) and a GPT on characters: AdamW at its default, with a cosine, with metalr.

    python3 Scripts/python/first_use.py --data FOLDER --seeds 3

Prints the validation loss at the end, mean over the seeds; --curves FILE writes the curves as CSV. The schedule-free row is
`metalr.ScheduleFreeAdamW` under "universal-sf"; a controller that is not in the package is left out.
"""

import argparse
import csv
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import torch  # noqa: E402
from guard_trials import model_of, read, text_of  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

import metalr  # noqa: E402


class Work:
    """Data, model and loss of one name."""

    def __init__(self, name, seed, data):
        torch.manual_seed(seed)
        images, labels, text, symbols = data
        self.model = model_of(name, symbols)
        self.order = torch.Generator().manual_seed(seed)
        if name == "GPT":
            cut = len(text) * 9 // 10
            self.pick = self.windows
            self.training, self.held_out = text[:cut], text[cut:]
        else:
            self.pick = self.rows
            self.training, self.held_out = (images[:50_000], labels[:50_000]), (images[50_000:], labels[50_000:])

    @staticmethod
    def windows(count, text, generator):
        rows = text[torch.randint(len(text) - 33, (count, 1), generator=generator) + torch.arange(33)]
        return rows[:, :-1], rows[:, 1:].flatten()

    @staticmethod
    def rows(count, pair, generator):
        chosen = torch.randint(len(pair[0]), (count,), generator=generator)
        return pair[0][chosen], pair[1][chosen]

    def loss(self, batch):
        outputs = self.model(batch[0])
        return cross_entropy(outputs.flatten(0, -2), batch[1])

    def validate(self):
        batch = self.pick(500, self.held_out, torch.Generator().manual_seed(0))
        self.model.eval()
        with torch.no_grad():
            loss = self.loss(batch).item()
        self.model.train()
        return loss


def train(name, method, seed, options, data):
    """Validation losses after each tenth of the run."""
    work = Work(name, seed, data)
    parameters = work.model.parameters()
    first = work.pick(options.batch, work.training, work.order)
    optimizer = (
        metalr.ScheduleFreeAdamW(parameters) if method == "universal-sf" else torch.optim.AdamW(parameters, lr=options.rate))
    if method == "cosine":
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    elif method != "default":
        schedule = metalr.Scheduler(optimizer, options.steps, method, closure=lambda: work.loss(first))
    losses, batch = [], first
    for step in range(1, options.steps + 1):
        optimizer.zero_grad()
        loss = work.loss(batch)
        loss.backward()
        optimizer.step()
        if method == "cosine":
            schedule.step()
        elif method != "default":
            schedule.step(loss)
        batch = work.pick(options.batch, work.training, work.order)
        if step % (options.steps // 10) == 0:
            if method == "universal-sf":
                optimizer.eval()
            losses.append(work.validate())
            if method == "universal-sf":
                optimizer.train()
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--models", nargs="*", default=["CNN", "ViT", "GPT"])
    parser.add_argument("--controllers", nargs="*")
    parser.add_argument("--curves")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images = read(options.data, "train-images-idx3-ubyte")[16:].view(-1, 1, 28, 28)[:, :, ::2, ::2].float() / 255 - 0.3
    labels = read(options.data, "train-labels-idx1-ubyte")[8:].long()
    data = (images, labels, *text_of())
    own = options.controllers or [name for name in ("universal", "universal-sf") if name in metalr.shipped_controllers()]
    methods = ["default", "cosine", *own]
    rows = []
    print("| model | " + " | ".join(pathlib.Path(method).stem for method in methods) + " |")
    print("| --- |" + " ---: |" * len(methods))
    for name in options.models:
        cells = []
        for method in methods:
            curves = [train(name, method, seed, options, data) for seed in range(options.seeds)]
            rows += [[name, method, seed, *curve] for seed, curve in enumerate(curves)]
            cells.append(f"{statistics.fmean(curve[-1] for curve in curves):.3f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    if options.curves:
        with open(options.curves, "w", newline="") as file:
            csv.writer(file).writerows([["model", "method", "seed", *(f"{tenth}0%" for tenth in range(1, 11))], *rows])


if __name__ == "__main__":
    main()
