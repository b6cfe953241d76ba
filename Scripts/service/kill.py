"""Kills a service again and again while clients keep their own record, then compares: none lost, none different.

    kill.py --metalr .build/release/metalr --checkpoints FOLDER --controller NAME [--decisions 100000]

Every client retries what got no answer, and now and then repeats an old observation or rewinds its run. At the end
every schedule is read back and held against the record.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Clients" / "python"))
from metalr import Client, Unreachable  # noqa: E402

FIELDS = ("step", "learningRate", "scale", "verdict", "source", "outOfDistribution")


def observation(step, generator):
    loss = 2 / (1 + step / 1000) * (1 + 0.05 * generator.random())
    if generator.random() < 0.001:
        loss = float("nan")
    return {
        "step": step, "trainLoss": loss, "validationLoss": loss * 1.1, "predictionVariance": generator.random() * 0.1,
        "predictionChangeVariance": generator.random() * 0.01, "weightMean": generator.gauss(0, 0.01),
        "weightVariance": generator.random() * 0.1,
    }


class Job(threading.Thread):
    def __init__(self, url, controller, seed, goal):
        super().__init__(daemon=True)
        self.client = Client(url, timeout=5, retries=200, backoff=0.01)
        self.controller, self.goal, self.generator = controller, goal, random.Random(seed)
        self.record, self.made, self.different = {}, 0, []
        self.run_id = None

    def ask(self, question):
        # A dead service answers nothing: ask again until it lives.
        while True:
            try:
                return self.client.observe(self.run_id, question)
            except Unreachable:
                time.sleep(0.05)

    def check(self, question, answer):
        known = self.record.get(question["step"])
        if known is not None and known[1] != answer:
            self.different.append((known, answer))

    def run(self):
        self.run_id = self.client.open_run(self.controller, 0.001, 1_000_000_000)["id"]
        step = 0
        while self.made < self.goal:
            question = observation(step, self.generator)
            answer = self.ask(question)
            self.record[step] = (question, answer)
            self.made += 1
            step += 10
            if answer["verdict"] == "stop":
                return
            if self.generator.random() < 0.002:
                # Back to an earlier step: the same observations must get the same answers again.
                back = 10 * self.generator.randrange(max(1, step // 10 - 20), step // 10) if step > 200 else 0
                while True:
                    try:
                        self.client.rewind(self.run_id, back)
                        break
                    except Unreachable:
                        time.sleep(0.05)
                for again in range(back, step, 10):
                    self.check(self.record[again][0], self.ask(self.record[again][0]))
                    self.made += 1
            if self.generator.random() < 0.02:
                old = self.record[10 * self.generator.randrange(step // 10)][0]
                self.check(old, self.ask(old))

    def verify(self):
        stored = {row["step"]: {name: row[name] for name in FIELDS} for row in self.client.schedule(self.run_id)}
        lost = [step for step in self.record if step not in stored]
        extra = [step for step in stored if step not in self.record]
        different = [step for step, (_, answer) in self.record.items() if step in stored and stored[step] != answer]
        return lost, extra, different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metalr", required=True)
    parser.add_argument("--checkpoints", required=True)
    parser.add_argument("--controller", required=True)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=16)
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="metalr-kill-")
    command = [
        options.metalr, "serve", "--checkpoints", options.checkpoints, "--database", folder + "/runs.sqlite",
        "--listen", f"127.0.0.1:{options.port}", "--max-rate", "1000000"]
    url = f"http://127.0.0.1:{options.port}"

    def start():
        return subprocess.Popen(command, stderr=open(folder + "/log", "a"))

    service, kills, generator = start(), 0, random.Random(options.seed)
    jobs = [Job(url, options.controller, seed, options.decisions // options.jobs + 1) for seed in range(options.jobs)]
    for job in jobs:
        job.start()
    begun = time.monotonic()
    while any(job.is_alive() for job in jobs):
        time.sleep(generator.uniform(0.2, 0.6))
        service.kill()
        service.wait()
        kills += 1
        service = start()
        while not Client(url, retries=0).is_ready() and any(job.is_alive() for job in jobs):
            time.sleep(0.01)
    while not Client(url, retries=0).is_ready():
        time.sleep(0.05)
    problems = 0
    for job in jobs:
        lost, extra, different = job.verify()
        problems += len(lost) + len(extra) + len(different) + len(job.different)
        for name, found in (("lost", lost), ("extra", extra), ("different", different), ("changed", job.different)):
            if found:
                print(f"run {job.run_id}: {name}: {found[:3]}")
    made = sum(job.made for job in jobs)
    print(f"{made} decisions, {kills} kills, {time.monotonic() - begun:.0f} s: {problems} lost or different")
    service.terminate()
    status = service.wait()
    print(f"exit status after SIGTERM: {status}")
    # Every decision is chained, none was lost at a start, and each is made again from what was observed.
    verification = subprocess.run([options.metalr, "verify", folder + "/runs.sqlite", "--repeat"])
    sys.exit(1 if problems or status or verification.returncode else 0)


if __name__ == "__main__":
    main()
