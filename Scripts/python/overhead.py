#!/usr/bin/env python3
"""Measures what `metalr.Scheduler` and `metalr.Guard` add to a training step of ResNet-18 (CIFAR form), in time and memory.

    python3 Scripts/python/overhead.py --batch 128 --steps 6 --total-steps 10000

Needs PyTorch. The parts are timed inside the same steps, so that a busy machine slows both: the share is what counts.
"""

import argparse
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Clients/python"), str(ROOT / "Clients/python/tests"), str(ROOT / "Docs/Examples/trainees")]
sys.argv, arguments = sys.argv[:1], sys.argv[1:]
import tempfile  # noqa: E402

import torch  # noqa: E402
from pytorch import resnet18  # noqa: E402
from support import write_controller  # noqa: E402

import metalr  # noqa: E402


def timed(function, spent, name):
    def wrapper(*positional, **keywords):
        wait()
        begin = time.perf_counter()
        result = function(*positional, **keywords)
        wait()
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - begin
        return result

    return wrapper


def wait():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--total-steps", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--measures", default="sampled")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    model = resnet18((3, 32, 32), options.width).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    inputs = torch.randn(options.batch, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
    targets = torch.randint(0, 10, (options.batch,), device=device)
    with tempfile.TemporaryDirectory() as folder:
        controller = write_controller(pathlib.Path(folder) / "c.ckpt", actor={"gru": {"embedding": 64, "hidden": 32}})
        scheduler = metalr.Scheduler(optimizer, options.total_steps, controller, measures=options.measures)
    guard = metalr.Guard(model, optimizer)
    spent = {}
    scheduler._before_step = timed(scheduler._before_step, spent, "scheduler")
    scheduler._after_step = timed(scheduler._after_step, spent, "scheduler")
    total = 0.0
    for step in range(options.steps + 1):
        if step == 1:
            spent.clear()
            total = 0.0
        begin = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        timed(scheduler.step, spent, "scheduler")(loss)
        timed(guard.step, spent, "guard")(loss)
        wait()
        total += time.perf_counter() - begin
    meter = scheduler._meter
    kept = {} if meter is None else {
        t.data_ptr(): t.numel() for t in vars(meter).values() if isinstance(t, torch.Tensor)}
    begin = time.perf_counter()
    scheduler._decide(1, scheduler._measure())
    wait()
    decision = time.perf_counter() - begin
    begin = time.perf_counter()
    guard._copies.take(0)
    wait()
    copy = time.perf_counter() - begin
    own = total - sum(spent.values())
    numbers = sum(parameter.numel() for parameter in model.parameters())
    print(f"ResNet-18, width {options.width}, batch {options.batch}, {device}, {torch.get_num_threads()} threads")
    print(f"step without both: {own / options.steps * 1e3:.1f} ms")
    print(f"scheduler, a measured step: {spent['scheduler'] / options.steps * 1e3:.2f} ms, {spent['scheduler'] / own:.2%}")
    interval = options.total_steps / 50
    measured = min(1.0, 40 / interval)
    share = (spent["scheduler"] / options.steps * measured + decision / interval) / (own / options.steps)
    print(f"a decision: {decision * 1e3:.1f} ms; over a run of {options.total_steps} steps: {share:.2%} of a step")
    guarding = spent["guard"] / options.steps + copy / 100
    print(f"guard: {guarding * 1e3:.2f} ms a step with a copy every 100, {guarding / (own / options.steps):.2%}")
    print(f"kept numbers: {sum(kept.values()) / numbers:.2f} of the gradients'")


if __name__ == "__main__":
    main()
