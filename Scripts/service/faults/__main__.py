"""Breaks what a service stands on, under load, and looks whether a decision is lost or changed.

    python3 Scripts/service/faults --metalr .build/release/metalr            # a minute, no root
    python3 Scripts/service/faults --metalr .build/release/metalr --long     # 20 times as much, as root, before a release

Prints a table; the status is 1 where anything is not as it should be. What this machine cannot do is skipped, and
said.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import disk  # noqa: E402
import inputs  # noqa: E402
import mounts  # noqa: E402
import process  # noqa: E402
import promises  # noqa: E402
from shim import Skipped  # noqa: E402

FAULTS = [
    process.kill, disk.full_disk, disk.failed_write, disk.failed_sync, disk.hung_disk, disk.unlinked_file,
    disk.flipped_log, disk.damaged_database, process.frozen_server, process.jumped_clock, inputs.hostile_inputs,
    *map(promises.promise, promises.ALL)]
FAULTS_OF_ROOT = [mounts.full_file_system, mounts.read_only_file_system]


class Lab:
    """What every fault needs."""

    def __init__(self, options):
        self.metalr = str(Path(options.metalr).resolve())
        self.checkpoints = Path(options.checkpoints).resolve()
        self.controllers, self.services = options.controllers, []
        #: How many times as long as a short run.
        self.times = options.times or (20 if options.long else 1)

    @contextlib.contextmanager
    def folder(self):
        """A folder for one fault, whose services are gone with it."""
        path = Path(tempfile.mkdtemp(prefix="metalr-faults-")).resolve()
        try:
            yield path
        finally:
            for service in [service for service in self.services if path in (service.folder, *service.folder.parents)]:
                if service.process is not None and service.process.poll() is None:
                    service.kill()
                self.services.remove(service)
            shutil.rmtree(path, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metalr", required=True, help="the program")
    parser.add_argument("--checkpoints", default=str(Path(__file__).parents[3] / "checkpoints"))
    parser.add_argument("--controllers", nargs=2, default=["fashion", "universal"], help="two of the checkpoints")
    parser.add_argument("--long", action="store_true", help="20 times as much, and what takes root")
    parser.add_argument("--times", type=int, help="how many times as much")
    parser.add_argument("--side-by-side", type=int, help="faults at a time; 4, and 1 with --long")
    parser.add_argument("--only", nargs="*", help="names of faults")
    options = parser.parse_args()
    lab, begun = Lab(options), time.monotonic()
    faults = FAULTS + (FAULTS_OF_ROOT if options.long else [])
    unknown = set(options.only or []) - {fault.__name__ for fault in faults}
    if unknown:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; there are {', '.join(f.__name__ for f in faults)}")
    print("| fault | decisions | a second | result | seconds |")
    print("| --- | ---: | ---: | --- | ---: |", flush=True)
    faults = [fault for fault in faults if not options.only or fault.__name__ in options.only]
    outcomes = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.side_by_side or (1 if options.long else 4)) as pool:
        for outcome, row in pool.map(lambda fault: tried(lab, fault), faults):
            outcomes[outcome] += 1
            print(row, flush=True)
    print(f"\n{outcomes['failed']} failed, {outcomes['skipped']} skipped, {time.monotonic() - begun:.0f} s", flush=True)
    sys.exit(1 if outcomes["failed"] else 0)


def tried(lab, fault):
    """How a fault went, and its row of the table."""
    start, made, rate = time.monotonic(), "", ""
    try:
        load, result = fault(lab)
        outcome = "survived"
        if load:
            made, rate = f"{load.answers:,}", f"{load.answers / load.seconds:,.0f}"
    except Skipped as reason:
        outcome, result = "skipped", f"**skipped**: {reason}"
    except Exception as error:
        outcome, result = "failed", f"**failed**: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        traceback.print_exc()
    name = fault.__name__.replace("_", " ")
    return outcome, f"| {name} | {made} | {rate} | {result} | {time.monotonic() - start:.0f} |"


if __name__ == "__main__":
    main()
