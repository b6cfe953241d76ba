"""Counts what the guardian's spike rule would have said to runs that `metalr apply` or `metalr compare` recorded.

    false_alarms.py schedules.csv curves.csv [--ratio 3]

A run is healthy when its last validation loss is below its first, and within 10% of its best or below it was halfway; a
spike in a healthy run is a false alarm.
"""

import argparse
import csv
import math
from collections import defaultdict
from statistics import median

WINDOW, FEWEST, NOISE, SHARE = 10, 3, 10.0, 0.5


def is_spike(loss, recent, first, ratio):
    if not recent:
        return False
    beginning = len(recent) < FEWEST
    middle = max(recent) if beginning else median(recent)
    noise = 0 if beginning else median(abs(value - middle) for value in recent)
    return all(loss > middle + bound for bound in ((ratio - 1) * abs(middle), NOISE * noise, SHARE * (first - middle)))


def failures(rows, ratio):
    recent, first, found = [], None, 0
    for row in rows:
        loss = row["validation_loss"]
        if not math.isfinite(row["train_loss"] + loss) or is_spike(loss, recent, first, ratio):
            found += 1
            continue
        first = loss if first is None else first
        recent = (recent + [loss])[-WINDOW:]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--ratio", type=float, default=3.0)
    options = parser.parse_args()
    runs = defaultdict(list)
    for name in options.files:
        with open(name) as file:
            for row in csv.DictReader(file):
                key = row.get("method") or row["contender"], row["initial_learning_rate"], row["seed"], name
                runs[key].append({column: float(row[column]) for column in ("step", "train_loss", "validation_loss")})
    tally = defaultdict(lambda: [0, 0, 0, 0])
    for key, rows in runs.items():
        losses = [row["validation_loss"] for row in rows]
        finite = [loss for loss in losses if math.isfinite(loss)]
        healthy = losses[-1] < losses[0] and (
            losses[-1] <= 1.1 * min(finite) or losses[-1] <= losses[len(losses) // 2])
        entry = tally[(key[0], key[1], "healthy" if healthy else "failed")]
        found = failures(rows, options.ratio)
        entry[0] += 1
        entry[1] += len(rows)
        entry[2] += found
        entry[3] += found > 0
    print(f"{'method':24} {'rate':>8} {'state':8} {'runs':>5} {'observations':>12} {'alarms':>7} {'runs with':>10}")
    for (method, rate, state), (count, rows, found, alarmed) in sorted(tally.items()):
        print(f"{method:24} {rate:>8} {state:8} {count:5} {rows:12} {found:7} {alarmed:10}")


if __name__ == "__main__":
    main()
