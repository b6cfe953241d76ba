"""What `metalr.Scheduler` and `metalr.Guard` add to a step of ResNet-18 and of a small GPT, in time and memory."""

import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Docs/Examples/trainees"))
import torch  # noqa: E402
from pytorch import resnet18  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

import metalr  # noqa: E402


class SmallGPT(nn.Module):
    """Causal encoder layers over characters."""

    def __init__(self, symbols, tokens, width, depth):
        super().__init__()
        self.embed, self.place = nn.Embedding(symbols, width), nn.Parameter(0.02 * torch.randn(tokens, width))
        layer = nn.TransformerEncoderLayer(width, 6, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers, self.head = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False), nn.Linear(width, symbols)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(tokens))

    def forward(self, x):
        return self.head(self.layers(self.embed(x) + self.place, mask=self.mask, is_causal=True)).flatten(0, 1)


def resnet(device):
    """Model, inputs and targets."""
    width, batch = (64, 128) if device == "cuda" else (4, 2)
    model = resnet18((3, 32, 32), width).to(device, memory_format=torch.channels_last)
    inputs = torch.randn(batch, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
    return model, inputs, torch.randint(0, 10, (batch,), device=device)


def gpt(device):
    """Model, inputs and targets."""
    width, depth, tokens, batch = (384, 6, 256, 32) if device == "cuda" else (24, 2, 16, 4)
    tokens_of = torch.randint(0, 96, (batch, tokens), device=device)
    return SmallGPT(96, tokens, width, depth).to(device), tokens_of, tokens_of.flatten()


class Variant:
    """A training with scheduler, guard, or neither."""

    def __init__(self, make, device, what, total_steps):
        torch.manual_seed(0)
        self.device, self.what = device, what
        self.model, self.inputs, self.targets = make(device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        self.scheduler = metalr.Scheduler(self.optimizer, total_steps, log=None) if what == "scheduler" else None
        self.guard = metalr.Guard(self.model, self.optimizer) if what == "guard" else None

    def train(self, steps):
        """Seconds a step."""
        wait(self.device)
        begin = time.perf_counter()
        for _ in range(steps):
            self.optimizer.zero_grad()
            with torch.autocast(self.device, torch.bfloat16):
                loss = cross_entropy(self.model(self.inputs).float(), self.targets)
            loss.backward()
            self.optimizer.step()
            if self.scheduler is not None:
                self.scheduler.step(loss)
            if self.guard is not None:
                self.guard.step(loss)
        wait(self.device)
        return (time.perf_counter() - begin) / steps


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def costs(device):
    """Steps of the variants in turn: a whole interval of a run of 10,000 steps, or 100 steps all of which are measured."""
    block, rounds = (200, 3) if device == "cuda" else (2, 1)
    kinds = {
        "none": ("none", 10_000),
        "Scheduler": ("scheduler", 50 * block),
        "Scheduler, every step measured": ("scheduler", 1000 if device == "cuda" else 100),
        "Guard": ("guard", 10_000),
    }
    for name, make in (("ResNet-18", resnet), ("small GPT", gpt)):
        times = {kind: [] for kind in kinds}
        variants = {kind: Variant(make, device, *arguments) for kind, arguments in kinds.items()}
        for variant in variants.values():
            variant.train(block // 10 + 1)
        for _ in range(rounds):
            for kind, variant in variants.items():
                times[kind].append(variant.train(block))
        plain = statistics.median(times["none"])
        yield f"{name}, a step alone", f"{plain * 1e3:.2f} ms", None
        for kind in list(kinds)[1:]:
            # Blocks side by side, so that a busy machine slows both.
            share = statistics.median(with_it / without - 1 for with_it, without in zip(times[kind], times["none"]))
            yield f"{name}, {kind}", f"{share:+.2%} (goal: 2%)", None
        del variants, variant
        if device == "cuda":
            yield from memory(name, make, device)


def memory(name, make, device):
    """The highest allocation over 210 steps, of each variant alone."""
    peaks = {}
    for what in ("none", "scheduler", "guard"):
        torch.cuda.empty_cache()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        variant = Variant(make, device, what, 10_000)
        gradients = sum(4 * parameter.numel() for parameter in variant.model.parameters())
        variant.train(210)
        peaks[what] = torch.cuda.max_memory_allocated() - before
        del variant
    for what in ("scheduler", "guard"):
        more = peaks[what] - peaks["none"]
        result = f"{more / 2**20:+.0f} MiB, {more / gradients:.2f} of the gradients, {more / peaks['none']:.1%} of the peak"
        yield f"{name}, memory of {what}", result, None
