#!/usr/bin/env python3
"""Compares controllers with what people use, on PyTorch networks of kinds that no controller was trained on.

    python3 -m venv .build/outside
    .build/outside/bin/pip install torch numpy scikit-learn prodigyopt schedulefree
    .build/outside/bin/python Scripts/outside/compare.py --data FOLDER --output runs/outside

The tasks are those of Docs/Examples/trainees/outside. FOLDER holds the publishers' files of Fashion-MNIST and CIFAR-10
(fashion-mnist/*.gz and cifar-10-batches-bin/*.bin); without it, scikit-learn's digits take their place. A problem is a
task, an optimizer and a number of steps. Regret is as in Docs/Results.md: against the best of 48 schedules, which are
searched for each problem on a seed of their own.

Finished runs are found again in OUTPUT/runs.jsonl: the same command goes on where it was stopped, and after a change of
a checkpoint it plays that controller's runs alone. Runs are played seed by seed, so that what is there can be reported
at any time: --report. It prints the table, and writes it to OUTPUT/table.md.
"""

import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Docs/Examples/trainees/outside"), str(ROOT / "Clients/python")]

from autoencoder import Autoencoder  # noqa: E402
from char_gpt import CharacterGPT  # noqa: E402
from policy import Steering  # noqa: E402
from resnet18 import NarrowResNet  # noqa: E402
from tabular import Diabetes  # noqa: E402
from vit import SmallViT  # noqa: E402

from contenders import controllers, rivals, searched  # noqa: E402
from report import Report  # noqa: E402
from runs import Journal, Player  # noqa: E402

TASKS = [CharacterGPT, SmallViT, Autoencoder, Diabetes, Steering, NarrowResNet]
#: Tasks by the optimizer of their problems; people train three of them by SGD with momentum too.
SUITES = {"adamw": TASKS, "momentum": [NarrowResNet, Autoencoder, Diabetes]}
SEARCH_SEED = 1


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--controllers", nargs="+", default=["universal", "universal-sf"], help="names or checkpoints")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/outside"))
    parser.add_argument("--optimizers", nargs="+", choices=list(SUITES), default=list(SUITES))
    parser.add_argument("--budgets", type=int, nargs="+", default=[60, 200])
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--claims", type=pathlib.Path, default=ROOT / "Docs/claims/outside.txt")
    parser.add_argument("--report", action="store_true", help="report what is there, and play nothing")
    return parser.parse_args()


def problems(arguments):
    """For each optimizer its problems: task, optimizer, steps."""
    tasks = {kind: kind(arguments.data) for kind in TASKS}
    return {
        name: [(tasks[kind], name, budget) for budget in arguments.budgets for kind in SUITES[name]]
        for name in arguments.optimizers}


def best_of(candidates, player, problem):
    """The candidate of the lowest validation loss on the search's seed."""
    return min(candidates, key=lambda c: player.play(problem, c, 1, SEARCH_SEED)["validation"])


def main():
    arguments = options()
    arguments.output.mkdir(parents=True, exist_ok=True)
    player, driven = Player(Journal(arguments.output / "runs.jsonl")), controllers(arguments.controllers)
    suites = problems(arguments)
    if not arguments.report:
        for seed in arguments.seeds:
            for problem in [problem for suite in suites.values() for problem in suite]:
                play(player, problem, driven + rivals(problem[1]), seed)
    report = Report(player, driven, suites, arguments.seeds, SEARCH_SEED, arguments.claims)
    text = report.text()
    (arguments.output / "table.md").write_text(text)
    print(text)


def play(player, problem, contenders, seed):
    player.play(problem, best_of(searched(), player, problem), 1, seed)
    for contender in contenders:
        for rate in contender.initial_rates:
            player.play(problem, contender, rate, seed)
    task, optimizer, budget = problem
    print(f"{task.name}, {optimizer}, {budget} steps, seed {seed}: done", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
