"""Two instances of the service on one PostgreSQL: kills, restarts of the database, instances replaced one by one.

    python3 Scripts/service/postgres --metalr .build/release/metalr          # 10 kills
    python3 Scripts/service/postgres --metalr .build/release/metalr --long   # 50 kills, before a release
    python3 Scripts/service/postgres --metalr .build/release/metalr --measure 5   # speed of both stores; needs wrk
    python3 Scripts/service/postgres --for swift test --filter Postgres      # tests that want a server

It starts a server of its own (Debian's package postgresql) in a temporary folder and installs nothing. Prints a table;
the status is 1 where a decision was lost or changed, or a request was refused that must not be.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))
sys.path.insert(0, str(Path(__file__).parent))
from load import Load  # noqa: E402
from measure import measure  # noqa: E402
from pair import Instance, Pair  # noqa: E402
from server import Postgres  # noqa: E402
from service import Service  # noqa: E402


class Lab:
    """What the services need."""

    def __init__(self, options):
        self.metalr = str(Path(options.metalr).resolve())
        self.checkpoints, self.controllers = Path(options.checkpoints).resolve(), options.controllers
        self.services, self.times = [], 5 if options.long else 1


def unchanged(lab, folder, load):
    """Whether one undisturbed service on SQLite gives every run the same answers."""
    service = Service(lab, folder).start()
    client = service.client()
    for index, job in enumerate(load.jobs):
        run = client.open_run(lab.controllers[index % len(lab.controllers)], 0.001, 1_000_000_000)["id"]
        for question, answer in job.record:
            again = client.observe(run, question)
            assert again == answer, f"undisturbed, the answer is another: {again}, not {answer}"
    client.close()
    service.stop()


def kills(lab, folder, server):
    """`kill -9` of either instance, and restarts of the database, in order and as after a crash."""
    pair = Pair(lab, folder, server.url).start()
    load, generator = Load(pair, lab.controllers), random.Random(1)
    count, restarts = 10 * lab.times, 0
    for number in range(count):
        time.sleep(generator.uniform(0.1, 0.5))
        victim = pair.instances[generator.randrange(2)]
        victim.kill()
        load.more(10)
        victim.start()
        load.more(10)
        if number % 5 == 4:
            server.stop(signal.SIGQUIT if restarts % 2 else signal.SIGINT)
            time.sleep(generator.uniform(0.2, 2))
            server.start()
            restarts += 1
            load.more(20)
    load.check()
    assert load.codes.keys() <= {"no answer", "database_unavailable", "request_timeout"}, dict(load.codes)
    assert not server.query(
        "SELECT run FROM metalr.decisions GROUP BY run HAVING count(*) <> max(step) / 10 + 1"), "a step is missing"
    unchanged(lab, folder, load)
    pair.stop()
    return load, f"{count} kills, {restarts} restarts of the database; none lost, none different"


def rolling_upgrade(lab, folder, server):
    """Instances are stopped and started again, one at a time: the other answers whatever one refuses."""
    pair = Pair(lab, folder, server.url).start()
    load, rounds = Load(pair, lab.controllers), 3 * lab.times
    load.more(50)
    for _ in range(rounds):
        for instance in pair.instances:
            instance.stop()
            load.more(30)
            instance.start()
            load.more(30)
    load.check()
    assert not pair.refused, f"{len(pair.refused)} requests were refused by both: {pair.refused[0]}"
    unchanged(lab, folder, load)
    pair.stop()
    return load, f"{2 * rounds} instances replaced; no request refused by both"


def hung_database(lab, folder, server):
    """The server is frozen: nothing is acknowledged, the instances say so, and go on by themselves."""
    pair = Pair(lab, folder, server.url).start()
    load = Load(pair, lab.controllers)
    load.more(100)
    group = [server.process.pid, *map(int, server.query("SELECT pid FROM pg_stat_activity"))]
    frozen = [pid for pid in group if _signal(pid, signal.SIGSTOP)]
    time.sleep(1)
    before = load.answers
    for instance in pair.instances:
        status, _ = instance.readiness()
        assert status == 503 and instance.get("/healthz")[0] == 200
    assert load.answers == before, "a decision was acknowledged that the server cannot have stored"
    for pid in frozen:
        _signal(pid, signal.SIGCONT)
    load.more(100)
    load.check()
    pair.stop()
    return load, "`/readyz` 503; goes on by itself"


def refused_starts(lab, folder, server):
    """What is wrong with an address is told at the start, with what to do; a password is told to nobody."""
    server.query("CREATE ROLE locked LOGIN PASSWORD 'right'")
    server.query("CREATE DATABASE other ENCODING 'SQL_ASCII' TEMPLATE template0")
    server.query("CREATE DATABASE newer")
    Instance(lab, folder, server.address("newer")).start().stop()
    server.query("UPDATE metalr.schema_version SET version = 1000", "newer")
    locked = "locked:wr0ng-secret"
    cases = [
        (server.address(user=locked), "password authentication failed", "Check the user, and the password"),
        (server.address(user="locked"), "no password supplied", "Give the password by"),
        (server.address(user="locked:right"), "permission denied", "CREATE SCHEMA metalr AUTHORIZATION"),
        (server.address(host="nowhere.invalid", user=locked), "nowhere.invalid", "Check the address"),
        (server.address(port=1), "refused", "Check the address, that the server runs"),
        (server.address("missing"), 'database "missing" does not exist', "Check the address"),
        (server.address("other"), "is not a database of the encoding UTF8", "createdb"),
        (server.address("newer"), "has schema 1000; this build reads up to", "Upgrade metalr"),
        (server.address(user="locked:wr0ng/secret"), "is not an address", "%2F"),
        (server.address(user="locked:wr0ng@secret"), "is not an address", "%40"),
        (server.address() + "?wr0ng=secret", "is not an address", "?option=value"),
    ]
    for address, problem, remedy in cases:
        service = Instance(lab, folder, address)
        status, _ = service.refuse()
        assert status in (65, 66, 69, 73, 74, 77), f"{address}: status {status}: {service.log}"
        assert problem in service.log and remedy in service.log, f"{address}: {service.log}"
        assert not re.search("wr0ng|secret", service.log), f"a password is told: {service.log}"
    return None, f"{len(cases)} wrong addresses and databases; each told with its remedy, no password in any"


def _signal(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metalr", help="the program")
    parser.add_argument("--checkpoints", default=str(Path(__file__).parents[3] / "checkpoints"))
    parser.add_argument("--controllers", nargs=2, default=["fashion", "universal"], help="two of the checkpoints")
    parser.add_argument("--long", action="store_true", help="5 times as much")
    parser.add_argument("--only", nargs="*", help="names of faults")
    parser.add_argument("--measure", type=int, metavar="ROUNDS", help="measure the speed of both stores instead")
    parser.add_argument("--before", metavar="PROGRAM", help="another program to measure on SQLite too")
    parser.add_argument("--for", dest="command", nargs=argparse.REMAINDER, help="run a command with METALR_TEST_POSTGRES set")
    options = parser.parse_args()
    if options.command:
        with Postgres() as server:
            sys.exit(subprocess.call(options.command, env=dict(os.environ, METALR_TEST_POSTGRES=server.url)))
    if not options.metalr:
        parser.error("--metalr or --for is needed")
    failed, lab = 0, Lab(options)
    if options.measure:
        measure(lab, options.measure, options.before)
        return
    print("| fault | decisions | a second | result | seconds |\n| --- | ---: | ---: | --- | ---: |", flush=True)
    for fault in (kills, rolling_upgrade, hung_database, refused_starts):
        if options.only and fault.__name__ not in options.only:
            continue
        begun, made, rate = time.monotonic(), "", ""
        with tempfile.TemporaryDirectory(prefix="metalr-pair-") as folder, Postgres() as server:
            try:
                load, result = fault(lab, Path(folder), server)
                if load:
                    made, rate = f"{load.answers:,}", f"{load.answers / load.seconds:,.0f}"
            except Exception as error:
                failed, result = failed + 1, f"**failed**: {(str(error) or type(error).__name__).splitlines()[0]}"
                traceback.print_exc()
            finally:
                for service in lab.services:
                    if service.process is not None and service.process.poll() is None:
                        service.kill()
                lab.services.clear()
        name = fault.__name__.replace("_", " ")
        print(f"| {name} | {made} | {rate} | {result} | {time.monotonic() - begun:.0f} |", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
