"""Durable decisions a second, and how long an answer takes: SQLite and PostgreSQL in turn, under the same load."""

import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from pair import Pair
from server import Postgres
from service import Service

RUNS, CONNECTIONS, SECONDS = 2000, 32, 8
UNITS = {"us": 0.001, "ms": 1, "s": 1000}


def _load(services, folder):
    """Decisions a second, median and 99th percentile in ms; each service gets its share of the runs and connections."""
    waiting = []
    for number, service in enumerate(services):
        client, runs = service.client(), folder / f"runs{number}"
        ids = [client.open_run("fashion", 0.001, 1_000_000_000)["id"] for _ in range(RUNS // len(services))]
        runs.write_text("\n".join(ids) + "\n")
        client.close()
        command = [
            "wrk", "-t1", f"-c{CONNECTIONS // len(services)}", f"-d{SECONDS}s", "--latency", "-s",
            str(Path(__file__).parents[1] / "load.lua"), service.url]
        waiting.append((command, dict(os.environ, RUNS=str(runs))))
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for command, environment in waiting]
    rate, latencies = 0, {"50%": 0, "99%": 0}
    for process in processes:
        text = process.communicate()[0]
        assert process.returncode == 0 and "Non-2xx" not in text, text
        rate += float(re.search(r"Requests/sec: +([\d.]+)", text)[1])
        for part in latencies:
            value, unit = re.search(rf"{part} +([\d.]+)(us|ms|s)", text).groups()
            latencies[part] = max(latencies[part], float(value) * UNITS[unit])
    return rate, latencies["50%"], latencies["99%"]


def _sqlite(lab, folder):
    return [Service(lab, folder).start("--max-runs", str(RUNS))]


def _postgres(count):
    def start(lab, folder):
        server = Postgres()
        server.__enter__()
        lab.servers.append(server)
        pair = Pair(lab, folder, server.url)
        return [instance.start("--max-runs", str(RUNS)) for instance in pair.instances[:count]]
    return start


def measure(lab, rounds, before):
    """Prints a table of the medians of `rounds`, of every store in turn."""
    entrants = [("SQLite", lab.metalr, _sqlite)]
    if before:
        entrants.append(("SQLite, the other program", before, _sqlite))
    entrants += [
        ("PostgreSQL, one instance", lab.metalr, _postgres(1)), ("PostgreSQL, two instances", lab.metalr, _postgres(2))]
    found = {name: [] for name, _, _ in entrants}
    for _ in range(rounds):
        for name, program, start in entrants:
            lab.metalr, lab.servers = program, []
            with tempfile.TemporaryDirectory(prefix="metalr-stores-") as folder:
                try:
                    found[name].append(_load(start(lab, Path(folder)), Path(folder)))
                finally:
                    for service in lab.services:
                        if service.process is not None:
                            service.kill()
                    lab.services.clear()
                    for server in lab.servers:
                        server.__exit__()
    print(f"| {CONNECTIONS} connections, {RUNS:,} runs | decisions a second | to SQLite | median | p99 |")
    print("| --- | ---: | ---: | ---: | ---: |")
    first = statistics.median(rate for rate, _, _ in found["SQLite"])
    for name, results in found.items():
        rates = sorted(rate for rate, _, _ in results)
        rate, middle, late = (statistics.median(column) for column in zip(*results))
        print(
            f"| {name} | {rate:,.0f} ({rates[0]:,.0f} to {rates[-1]:,.0f}) | {rate / first:.2f} | {middle:.1f} ms "
            f"| {late:.1f} ms |")
