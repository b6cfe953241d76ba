"""Runs `metalr compare` for every problem of the demo and keeps rates, losses and results in one small file."""

import csv
import hashlib
import json
import math
import pathlib
import shlex
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBLEMS, RUNS = ROOT / "Docs" / "Demo" / "problems.json", ROOT / "Docs" / "Demo" / "runs.json"
CONTROLLERS = ("universal", "universal-sf")
# Rates of the searched cosine, in multiples of the usual rate: half a decade apart.
SEARCHED = (0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10, 31.6)
SCHEDULE_FREE_USUAL = 0.01
# What universal-sf drives.
DRIVEN = "schedule-free-adamw:beta=0.8,beta2=0.99,power=1.0"


class RecordingError(Exception):
    """What went wrong, and the remedy."""


def record(program, data, only, workers, output):
    """Records all problems, or those in `only`, and writes the file."""
    plan = json.loads(PROBLEMS.read_text())
    names = [problem["name"] for problem in plan["problems"]]
    unknown = set(only or []) - set(names)
    if unknown:
        raise RecordingError(f"'{unknown.pop()}' is no problem of the demo; they are {', '.join(names)}.")
    if only and not output.exists():
        raise RecordingError(f"'{output}' is not there: record all problems first, without --only.")
    recorded = {problem["name"]: problem for problem in json.loads(output.read_text())["problems"]} if only else {}
    made = description(program)
    for problem in plan["problems"]:
        if only and problem["name"] not in only:
            continue
        print(problem["name"], flush=True)
        recorded[problem["name"]] = {**record_problem(problem, plan, program, data, workers), "made": made}
        # Written after every problem: what is done survives an interruption, and --only goes on with the rest.
        content = {name: plan[name] for name in ("about", "seed", "multiples", "optimizers")}
        content["problems"] = [recorded[name] for name in names if name in recorded]
        output.write_text(text_of(content))
    print(f"{output}: {output.stat().st_size} bytes")


def description(program):
    """What made the runs: the program's version, and the first half of the SHA-256 of each file."""
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise RecordingError(f"'{program}' does not run ({error}). Build it, or give --program.") from None
    sums = {name: checksum(ROOT / "checkpoints" / f"{name}.ckpt") for name in CONTROLLERS}
    return {"version": version, "program": checksum(program), **sums}


def checksum(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:32]


def record_problem(problem, plan, program, data, workers):
    """The runs of a problem: each optimizer's, then those of optimizers that come with a method."""
    recorder = Recorder(problem, plan, program, data, workers)
    for optimizer in plan["optimizers"]:
        usual = optimizer["usualRate"]
        search = "|".join(f"cosine:{multiple * usual:.3g}" for multiple in SEARCHED)
        rates = [multiple * usual for multiple in plan["multiples"]]
        methods = ["universal=guarded:checkpoints/universal.ckpt", "constant", "cosine", f"search=best:{search}"]
        recorder.compare(optimizer["name"], methods, rates)
    warm_up = max(1, problem["steps"] // 20)
    recorder.compare(
        DRIVEN, ["universal-sf=guarded:checkpoints/universal-sf.ckpt"],
        [multiple * SCHEDULE_FREE_USUAL for multiple in plan["multiples"]])
    recorder.compare(
        "schedule-free-adamw", [f"schedule-free=constant:0.01,warmup={warm_up}"], [SCHEDULE_FREE_USUAL])
    recorder.compare("prodigy", ["prodigy=constant:1"], [1])
    return {
        **{name: problem[name] for name in ("name", "title", "about", "steps", "interval")},
        "command": recorder.commands[0], "readings": recorder.readings, "runs": recorder.runs,
    }


class Recorder:
    """Collects the runs of one problem."""

    def __init__(self, problem, plan, program, data, workers):
        self.problem, self.plan, self.program, self.data, self.workers = problem, plan, program, data, workers
        self.commands, self.readings, self.runs = [], [], []

    def compare(self, optimizer, methods, rates):
        """Runs one comparison and keeps what it wrote."""
        arguments = ["compare", *methods, *self.trainee(optimizer), "--steps", str(self.problem["steps"])]
        arguments += ["--interval", str(self.problem["interval"]), "--seeds", "1"]
        arguments += ["--first-seed", str(self.plan["seed"]), "--initial-rates", *(f"{rate:.4g}" for rate in rates)]
        self.commands.append(shlex.join(["metalr", *arguments]))
        with tempfile.TemporaryDirectory() as folder:
            more = ["--workers", str(self.workers), "--output", folder, "--quiet"]
            if self.data and "--trainee" not in arguments:
                more += ["--data", str(self.data.resolve())]
            result = subprocess.run(
                [self.program.resolve(), *arguments, *more], cwd=ROOT, capture_output=True, text=True)
            if result.returncode != 0:
                raise RecordingError(f"'{self.commands[-1]}' failed:\n{result.stderr}")
            self.keep(optimizer, pathlib.Path(folder), [f"{rate:.4g}" for rate in rates])

    def trainee(self, optimizer):
        if "trainee" in self.problem:
            return ["--trainee", f"python3 Scripts/demo/trainee.py {self.problem['trainee']} --optimizer {optimizer}"]
        return [*self.problem["arguments"], "--optimizer", optimizer]

    def keep(self, optimizer, folder, rates):
        curves = {}
        for row in read(folder / "curves.csv"):
            curves.setdefault((row["contender"], row["initial_learning_rate"]), []).append(row)
        for row in read(folder / "runs.csv"):
            method, initial = row["contender"], row["initial_learning_rate"]
            readings = curves[method, initial]
            steps = [int(reading["step"]) for reading in readings]
            run = {"method": method, "optimizer": optimizer.partition(":")[0]}
            if method in ("universal", "universal-sf", "constant", "cosine"):
                run["from"] = nearest(float(initial), [float(rate) for rate in rates])
            if method == "search":
                run["found"] = row["method"]
            run.update(
                readings=self.place_of(steps), count=len(steps),
                rates=compact([scaled(reading["learning_rate"], 200) for reading in readings]),
                losses=[scaled(reading["validation_loss"], 1000) for reading in readings],
                test=rounded(row["test_loss"]), diverged=row["diverged"] == "true")
            self.runs.append(run)

    def place_of(self, steps):
        """Which of the lists of steps begins with these, where a diverged run ends early."""
        for place, known in enumerate(self.readings):
            shorter = min(len(known), len(steps))
            if known[:shorter] == steps[:shorter]:
                if len(steps) > len(known):
                    self.readings[place] = steps
                return place
        self.readings.append(steps)
        return len(self.readings) - 1


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def nearest(rate, rates):
    """The place of the initial rate, which was rounded on its way."""
    return min(range(len(rates)), key=lambda place: abs(math.log(rates[place] / rate)))


def scaled(text, scale):
    """The logarithm to base 10 times `scale`, as a whole number; None for 0 and what is not finite."""
    value = float(text)
    return round(math.log10(value) * scale) if math.isfinite(value) and value > 0 else None


def compact(values):
    """One number for a list of equal ones."""
    return values[0] if len(set(values)) == 1 else values


def rounded(text):
    value = float(text)
    return float(f"{value:.4g}") if math.isfinite(value) else None


def text_of(content):
    """JSON with one run a line."""
    def one(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    problems = []
    for problem in content["problems"]:
        head = one({name: value for name, value in problem.items() if name != "runs"})
        runs = ",\n".join(one(run) for run in problem["runs"])
        problems.append(f'{head[:-1]},"runs":[\n{runs}\n]}}')
    head = one({name: value for name, value in content.items() if name != "problems"})
    return f'{head[:-1]},"problems":[\n' + ",\n".join(problems) + "\n]}\n"
