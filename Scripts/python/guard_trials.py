#!/usr/bin/env python3
"""Counts what `metalr.Guard` recovers and when it is wrong: CNN, ResNet, ViT on Fashion-MNIST (14 x 14), GPT on characters.

    python3 Scripts/python/guard_trials.py --data FOLDER --runs 10

FOLDER holds Fashion-MNIST's IDX files. Every run has one injected failure, or none: a NaN in the weights, weights thrown off,
or 300 times the rate for three steps, at a random step of the middle half. A run counts as recovered where it was not given up and its last
losses are at most 10% and 0.05 above those of the run without a failure on the same seed.
"""

import argparse
import gzip
import logging
import math
import multiprocessing
import pathlib
import random
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Clients/python"))
import torch  # noqa: E402
from torch import nn  # noqa: E402

import metalr  # noqa: E402


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return torch.relu(x + self.body(x))


class Transformer(nn.Module):
    """Encoder layers over tokens (a ViT without a class token) or, with a mask, a GPT."""

    def __init__(self, embed, tokens, outputs, width=32, is_causal=False):
        super().__init__()
        self.embed, self.place = embed, nn.Parameter(0.02 * torch.randn(tokens, width))
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.layers, self.head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(width, outputs)
        self.mask = nn.Transformer.generate_square_subsequent_mask(tokens) if is_causal else None

    def forward(self, x):
        x = self.layers(self.embed(x) + self.place, mask=self.mask)
        return self.head(x if self.mask is not None else x.mean(1))


def model_of(name, symbols):
    if name == "CNN":
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(),
            nn.Linear(400, 10))
    if name == "ResNet":
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), Residual(8), Residual(8),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))
    if name == "ViT":
        patches = nn.Sequential(nn.Conv2d(1, 32, 2, 2), nn.Flatten(2), Transpose())
        return Transformer(patches, 49, 10)
    return Transformer(nn.Embedding(symbols, 32), 32, symbols, is_causal=True)


class Transpose(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


def read(folder, name):
    data = gzip.decompress((pathlib.Path(folder) / f"{name}.gz").read_bytes())
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)


def text_of():
    """The documentation as numbers of characters, and how many characters there are."""
    characters = "".join(path.read_text() for path in sorted((ROOT / "Docs").glob("*.md")))
    alphabet = {character: number for number, character in enumerate(sorted(set(characters)))}
    return torch.tensor([alphabet[character] for character in characters]), len(alphabet)


def run(name, seed, harm, steps):
    """The mean of the last losses, how often it went back, and whether it was given up."""
    torch.manual_seed(seed)
    generator = random.Random(f"{name} {seed} {harm}")
    images, labels, text, symbols = data
    model = model_of(name, symbols)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    guard = metalr.Guard(model, optimizer, every=10)
    at = generator.randrange(steps // 4, 3 * steps // 4)
    losses = []
    for step in range(steps):
        if name == "GPT":
            begins = torch.randint(len(text) - 33, (16, 1)) + torch.arange(33)
            rows = text[begins]
            outputs, targets = model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten()
        else:
            rows = torch.randint(len(images), (32,))
            outputs, targets = model(images[rows]), labels[rows]
        loss = nn.functional.cross_entropy(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        if harm == "rate" and step in (at, at + 3):
            for group in optimizer.param_groups:
                group["lr"] *= 300 if step == at else 1 / 300
        optimizer.step()
        schedule.step()
        if step == at and harm in ("NaN", "thrown"):
            with torch.no_grad():
                for parameter in model.parameters():
                    if harm == "NaN":
                        parameter.view(-1)[0] = math.nan
                    else:
                        parameter.add_(torch.randn_like(parameter))
        losses.append(float(loss.detach()))
        if guard.step(loss) == "stop":
            return math.inf, guard.count, True
    return statistics.fmean(losses[-40:]), guard.count, False


def prepare(folder):
    """What every process does first."""
    global data
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)
    images = read(folder, "train-images-idx3-ubyte")[16:].view(-1, 1, 28, 28)[:, :, ::2, ::2].float() / 255 - 0.3
    labels = read(folder, "train-labels-idx1-ubyte")[8:].long()
    data = (images, labels, *text_of())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--models", nargs="*", default=["CNN", "ResNet", "ViT", "GPT"])
    parser.add_argument("--harms", nargs="*", default=["NaN", "thrown", "rate"])
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    pool = multiprocessing.get_context("spawn").Pool(options.processes, prepare, (options.data,))
    print("| model | failure | runs | recovered | went back | given up |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for name in options.models:
        healthy = pool.starmap(run, [(name, seed, "none", options.steps) for seed in range(options.runs)], 1)
        print(f"| {name} | none | {options.runs} | – | {sum(h[1] > 0 for h in healthy)} | {sum(h[2] for h in healthy)} |")
        for harm in options.harms:
            harmed = pool.starmap(run, [(name, seed, harm, options.steps) for seed in range(options.runs)], 1)
            well = sum(
                not is_over and loss <= 1.1 * good + 0.05 for (loss, _, is_over), (good, _, _) in zip(harmed, healthy))
            print(f"| {name} | {harm} | {options.runs} | {well} | {sum(h[1] > 0 for h in harmed)} "
                  f"| {sum(h[2] for h in harmed)} |", flush=True)


if __name__ == "__main__":
    main()
