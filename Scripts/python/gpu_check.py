#!/usr/bin/env python3
"""Checks `metalr.Scheduler` and `metalr.Guard` on a GPU, and measures what they cost there. Needs PyTorch and numpy alone.

    python3 Scripts/python/gpu_check.py                  # on CUDA, in less than 3 minutes
    python3 Scripts/python/gpu_check.py --device cpu     # tries the script itself, with small models

Prints a table; the exit status is 1 where a check fails. Costs are compared with a goal of 2% and fail nothing.
"""

import argparse
import io
import logging
import math
import pathlib
import sys
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Clients/python"), str(ROOT / "Scripts/python")]
import torch  # noqa: E402
from gpu_costs import costs  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

import metalr  # noqa: E402


class Job:
    """A small classifier of made-up points, the same on every device."""

    def __init__(self, device, dtype=torch.float32, make=torch.optim.AdamW, steps=200, harm_at=None, **options):
        generator = torch.Generator().manual_seed(0)
        torch.manual_seed(0)
        self.inputs = torch.randn(512, 16, generator=generator)
        self.targets = (self.inputs @ torch.randn(16, 8, generator=generator)).argmax(1).to(device)
        self.inputs = self.inputs.to(device, dtype)
        self.model = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 8)).to(device, dtype)
        self.optimizer = make(self.model.parameters(), lr=options.pop("lr", 1e-3))
        self.scheduler = metalr.Scheduler(
            self.optimizer, steps, batch_size=32, example_count=512, class_count=8, log=None,
            closure=lambda: self.loss(0), **options)
        self.guard = metalr.Guard(self.model, self.optimizer, every=10)
        self.harm_at, self.step_count = harm_at, 0
        self.rates, self.verdicts = [], []

    def loss(self, index):
        rows = slice(32 * (index % 16), 32 * (index % 16) + 32)
        return cross_entropy(self.model(self.inputs[rows]).float(), self.targets[rows])

    def train(self, steps):
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = self.loss(self.step_count)
            loss.backward()
            self.take_step(loss)
        return self

    def take_step(self, loss):
        self.optimizer.step()
        self.step_count += 1
        if self.step_count == self.harm_at:
            loss = loss * math.nan
        self.verdicts.append(self.guard.step(loss))
        self.scheduler.step(loss)
        self.rates.append(self.scheduler.get_last_lr()[0])

    def state(self):
        file = io.BytesIO()
        parts = (self.model, self.optimizer, self.scheduler, self.guard)
        torch.save([part.state_dict() for part in parts], file)
        file.seek(0)
        return file

    def load(self, file):
        for part, state in zip((self.model, self.optimizer, self.scheduler, self.guard), torch.load(file)):
            part.load_state_dict(state)
        self.step_count = self.scheduler.last_epoch
        return self


def largest_difference(left, right):
    """Of two lists of rates, relative."""
    return max(abs(a / b - 1) for a, b in zip(left, right))


def same_decisions(device):
    """A run's rates as on the CPU, and the same again."""
    here, there = Job("cpu").train(200), Job(device).train(200)
    again = Job(device).train(200)
    differs = largest_difference(here.rates, there.rates)
    yield "rates of 200 steps as on the CPU", f"differ by {differs:.1e}", differs < 0.01
    differs = largest_difference(again.rates, there.rates)
    yield "rates of a second run", f"differ by {differs:.1e}", differs < 1e-3
    yield "decisions", f"{len(set(there.rates))} rates", len(set(there.rates)) > 25


def failures(device):
    """A NaN is noticed by both, and gone back from."""
    job = Job(device, harm_at=100, rollback=False).train(120)
    noticed = [index for index, verdict in enumerate(job.verdicts, 1) if verdict == "rollback"]
    yield "Guard notices a NaN of step 100", f"at step {noticed}", len(noticed) == 1 and 100 <= noticed[0] <= 105
    weights = all(bool(torch.isfinite(parameter).all()) for parameter in job.model.parameters())
    yield "weights after it", "finite" if weights else "not finite", weights


def mixed_precision(device):
    """Steps that GradScaler skips are not counted, whether it or a fused optimizer skips them."""
    for fused in (False, True):
        job = Job(device, make=lambda p, lr, fused=fused: torch.optim.AdamW(p, lr, fused=fused))
        scaler = torch.amp.GradScaler(device, init_scale=2.0**40 if device == "cuda" else 1024.0, growth_interval=1000)
        taken = 0
        for index in range(80):
            job.optimizer.zero_grad()
            with torch.autocast(device, torch.float16 if device == "cuda" else torch.bfloat16):
                loss = job.loss(index)
            scaler.scale(loss).backward()
            if index == 40:
                job.model[0].weight.grad.fill_(math.inf)
            scaler.step(job.optimizer)
            before = scaler.get_scale()
            scaler.update()
            taken += scaler.get_scale() >= before
            job.scheduler.step(loss)
        counted = job.scheduler.state_dict()["steps"]
        name = "fused" if fused else "not fused"
        yield f"steps that AMP skips, {name}", f"{80 - taken} skipped, {counted} counted", counted == taken < 80
        norm = job.scheduler.last_record["gradientNorm"]
        yield f"gradient norm under AMP, {name}", f"{norm:.3g}", 1e-4 < norm < 10


def compiled(device):
    """Compiled once, though the rate changes; with CUDA graphs, whose memory the next step takes."""
    import torch._dynamo

    rate = torch.tensor(1e-3, device=device)
    job = Job(device, lr=rate, make=lambda p, lr: torch.optim.AdamW(p, lr, capturable=device == "cuda"))
    counts = []
    mode = "reduce-overhead" if device == "cuda" else "default"
    try:
        job.model = torch.compile(job.model, mode=mode)
        step = torch.compile(job.optimizer.step)
        for index in range(40):
            torch.compiler.cudagraph_mark_step_begin()
            job.optimizer.zero_grad()
            loss = job.loss(index)
            loss.backward()
            step()
            job.scheduler.step(loss)
            counts.append(torch._dynamo.utils.counters["stats"]["unique_graphs"])
    except Exception as error:  # a machine without a compiler says so here
        yield f"torch.compile ({mode})", f"not tried: {type(error).__name__}", None
        return
    steps = job.scheduler.last_epoch
    yield f"torch.compile ({mode})", f"{counts[-1]} graphs, {counts[-1] - counts[5]} after step 6", counts[-1] == counts[5]
    yield "steps counted under torch.compile", f"{steps} of 40", steps == 40
    uncompiled = Job(device, lr=rate.new_tensor(1e-3), make=lambda p, lr: torch.optim.AdamW(p, lr, capturable=device == "cuda"))
    loss = uncompiled.train(40).scheduler.last_record["trainLoss"]
    differs = abs(job.scheduler.last_record["trainLoss"] / loss - 1)
    yield "training loss as without torch.compile", f"differs by {differs:.1e}", differs < 0.02


def half_precision(device):
    """Measures of bfloat16 weights are about those of float32."""
    records = [Job(device, dtype).train(40).scheduler.last_record for dtype in (torch.float32, torch.bfloat16)]
    for name in ("gradientNorm", "weightNorm", "trainLoss"):
        differs = abs(records[1][name] / records[0][name] - 1)
        yield f"{name} in bfloat16", f"differs by {differs:.1e}", differs < 0.2


def resumed(device):
    """A run that goes on from a checkpoint gets its rates again."""
    whole = Job(device).train(120)
    half = Job(device).train(61)
    differs = largest_difference(Job(device).load(half.state()).train(59).rates, whole.rates[61:])
    yield "rates after a resume", f"differ by {differs:.1e}", differs < 1e-3


def synchronizations(device):
    """None between decisions, few at one."""
    if device != "cuda":
        yield "waiting for the GPU", "not tried", None
        return
    fused = dict(make=lambda p, lr: torch.optim.AdamW(p, lr, fused=True))
    for name, options in (("", {}), (", fused", fused), (", interval of 100", {"interval": 100})):
        job, at_decisions, elsewhere = Job(device, steps=1000, **options), [], 0
        job.train(30)
        for _ in range(120):
            job.optimizer.zero_grad()
            loss = job.loss(job.step_count)
            loss.backward()
            before = job.scheduler.last_record["step"]
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                torch.cuda.set_sync_debug_mode("warn")
                job.take_step(loss)
                torch.cuda.set_sync_debug_mode("default")
            waits = sum("called a synchronizing" in str(warning.message) for warning in caught)
            if job.scheduler.last_record["step"] != before:
                at_decisions.append(waits)
            else:
                elsewhere += waits
        yield f"waits between decisions{name}", str(elsewhere), elsewhere == 0
        yield f"waits at a decision{name}", str(max(at_decisions)), max(at_decisions) <= 4


CHECKS = (same_decisions, failures, mixed_precision, compiled, half_precision, resumed, synchronizations, costs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--only", nargs="*", help="names of checks: " + ", ".join(check.__name__ for check in CHECKS))
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("gpu_check: there is no GPU here; nothing was checked.")
        return 0
    if options.device == "cpu":
        torch.set_num_threads(1)
    logging.getLogger("metalr").setLevel(logging.CRITICAL)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    name = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    print(f"PyTorch {torch.__version__}, {name}\n\n| check | result | |\n| --- | --- | --- |")
    begin, failed = time.monotonic(), False
    for check in CHECKS:
        if options.only and check.__name__ not in options.only:
            continue
        for what, result, is_good in check(options.device):
            print(f"| {what} | {result} | {'–' if is_good is None else 'ok' if is_good else 'FAILED'} |", flush=True)
            failed |= is_good is False
    print(f"\n{time.monotonic() - begin:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
