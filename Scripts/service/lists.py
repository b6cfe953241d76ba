"""How much lists slow decisions: one job reports as fast as it is answered, while others list runs on several connections.

    python3 Scripts/service/dashboard --metalr METALR --database FOLDER --only paging   # fills FOLDER with 10,000 runs
    python3 Scripts/service/lists.py --metalr METALR --database FOLDER
"""

import argparse
import hashlib
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "faults"))
from load import observation  # noqa: E402
from service import Service  # noqa: E402

LISTS = {
    "nothing": None,
    "plain list": "/v1/runs?limit=500",
    "search": "/v1/runs?q=job%3Dvit%20seed%3D7",
    "by last seen": "/v1/runs?sort=lastSeen",
    "by validation loss": "/v1/runs?sort=validationLoss",
    "groups of a label": "/v1/groups?by=label:job",
    "controller": "/v1/controllers/fashion",
}


class Laboratory:
    """What a service needs to know."""

    def __init__(self, metalr, checkpoints):
        self.metalr, self.checkpoints, self.services = metalr, checkpoints, []


class Lister(threading.Thread):
    """Asks again and again, and after a refusal waits as long as it is told, or not at all."""

    def __init__(self, port, path, is_polite, over):
        super().__init__(daemon=True)
        self.port, self.path, self.is_polite, self.over = port, path, is_polite, over
        self.answered, self.refused = [], 0

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        while not self.over.is_set():
            begun = time.perf_counter()
            connection.request("GET", self.path, headers={"Authorization": "Bearer lister"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.answered.append(time.perf_counter() - begun)
            else:
                assert answer.status == 429, answer.status
                self.refused += 1
                if self.is_polite:
                    time.sleep(float(answer.headers["Retry-After"]))


def decisions(port, seconds):
    """Times of the decisions of one job, in milliseconds."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=120), []

    def post(path, body):
        connection.request("POST", path, json.dumps(body), {"Authorization": "Bearer victim", "Content-Type": "application/json"})
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status < 300, read
        return json.loads(read)

    run = post("/v1/runs", {"controller": "fashion", "initialLearningRate": 0.001, "totalSteps": 1_000_000_000})["id"]
    end, step = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        begun = time.perf_counter()
        post(f"/v1/runs/{run}/observations", observation(step))
        times.append(1000 * (time.perf_counter() - begun))
        step += 10
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metalr", required=True, help="the program")
    parser.add_argument("--checkpoints", default=HERE.parents[1] / "checkpoints")
    parser.add_argument("--database", required=True, help="a folder that Scripts/service/dashboard filled")
    parser.add_argument("--connections", type=int, default=8, help="that list")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--max-rate", default="1000")
    parser.add_argument("--polite", action="store_true", help="wait after a refusal as long as the service says")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as tokens:
        for name, scopes in [("victim", "read,write"), ("lister", "read,admin")]:
            tokens.write(f"{name} {scopes} {hashlib.sha256(name.encode()).hexdigest()}\n")
        tokens.flush()
        service = Service(Laboratory(options.metalr, options.checkpoints), options.database)
        service.start("--tokens", tokens.name, "--max-rate", options.max_rate, "--max-runs", "1000000", "--abandon-after", "0")
        try:
            print("| lists | lists a second | their median | refused | decisions a second | median | p99 |")
            print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
            for name, path in LISTS.items():
                over = threading.Event()
                listers = [Lister(service.port, path, options.polite, over) for _ in range(options.connections if path else 0)]
                for lister in listers:
                    lister.start()
                times = decisions(service.port, options.seconds)
                over.set()
                for lister in listers:
                    lister.join()
                answered = [each for lister in listers for each in lister.answered]
                lists = (f"{len(answered) / options.seconds:.0f} | {1000 * statistics.median(answered):.0f} ms "
                         f"| {sum(lister.refused for lister in listers):,}" if answered else "|  | ")
                print(f"| {name} | {lists} | {len(times) / options.seconds:.0f} | {statistics.median(times):.1f} ms "
                      f"| {sorted(times)[int(0.99 * len(times))]:.1f} ms |", flush=True)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
