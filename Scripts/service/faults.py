"""Breaks what a service stands on, and looks at what it says and whether a decision is lost.

    faults.py --metalr .build/release/metalr --checkpoints FOLDER --controller NAME

A full disk, a disk that turns read-only, a damaged database, a deleted checkpoint. The disks are small file systems
mounted for the purpose, which takes root.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Clients" / "python"))
from metalr import Client, ServiceError, Unreachable  # noqa: E402

PORT = 18090


def observation(step):
    loss = 2 / (1 + step / 1000)
    return {
        "step": step, "trainLoss": loss, "validationLoss": loss, "predictionVariance": 0.05,
        "predictionChangeVariance": 0.001, "weightMean": 0.01, "weightVariance": 0.02,
    }


class Service:
    running = []

    def __init__(self, options, database, checkpoints):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            [options.metalr, "serve", "--checkpoints", checkpoints, "--database", database, "--listen",
             f"127.0.0.1:{PORT}", "--max-rate", "1000000"], stderr=self.log)
        Service.running.append(self.process)
        self.client = Client(f"http://127.0.0.1:{PORT}", retries=0, timeout=30)
        for _ in range(600):
            if self.process.poll() is not None or self.client.is_ready():
                break
            time.sleep(0.05)

    def refusal(self):
        """Exit status and the last line of a service that did not start."""
        status = self.process.wait(30)
        self.log.seek(0)
        return status, self.log.read().strip().split("\n")[-1]

    def stop(self):
        self.client.close()
        self.process.terminate()
        return self.process.wait(60)


def decide(client, run, record, count):
    """Makes `count` more decisions and records them; returns the error that ended it early."""
    for _ in range(count):
        step = 10 * len(record)
        try:
            record.append(client.observe(run, observation(step)))
        except (ServiceError, Unreachable) as error:
            return error.__cause__ or error
    return None


def verify(client, run, record):
    """Every recorded answer is given again, and nothing else is stored."""
    again = [client.observe(run, observation(10 * index)) for index in range(len(record))]
    stored = list(client.schedule(run))
    kept = [{name: row[name] for name in record[0]} for row in stored]
    assert again == record, "an answer changed"
    assert kept == record, f"{len(stored)} decisions are stored, {len(record)} were answered"
    print(f"  {len(record)} decisions: none lost, none different, none besides")


def ready(client):
    time.sleep(1.1)
    try:
        client._once("GET", "/readyz", None, {})
        return 200
    except ServiceError as error:
        return error.status


def tell(error):
    print(f"  {error.status} {error.code}: {error}")


def full_disk(options, folder):
    print("full disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], check=True)
    service = Service(options, folder + "/runs.sqlite", options.checkpoints)
    run, record = service.client.open_run(options.controller, 0.001, 10**9)["id"], []
    assert decide(service.client, run, record, 500) is None
    ballast = Path(folder, "ballast")
    try:
        with open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass
    error = decide(service.client, run, record, 100_000)
    tell(error)
    assert error.status == 507, error
    print("  /readyz", ready(service.client), "and after space was freed", end=" ")
    ballast.unlink()
    print(ready(service.client))
    error = decide(service.client, run, record, 500)
    assert error is None, error
    verify(service.client, run, record)
    print("  exit status after SIGTERM", service.stop())


def read_only_disk(options, folder):
    print("disk that turns read-only")
    image = folder + ".img"
    Path(image).write_bytes(b"")
    os.truncate(image, 32 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, folder], check=True)
    service = Service(options, folder + "/runs.sqlite", options.checkpoints)
    run, record = service.client.open_run(options.controller, 0.001, 10**9)["id"], []
    assert decide(service.client, run, record, 500) is None
    # As the kernel does when the disk fails.
    subprocess.run(["mount", "-o", "remount,abort", folder])
    error = decide(service.client, run, record, 1)
    tell(error)
    print("  /readyz", ready(service.client))
    print("  exit status after SIGTERM", service.stop())
    status, line = Service(options, folder + "/runs.sqlite", options.checkpoints).refusal()
    print(f"  at the start: status {status}, {line}")
    subprocess.run(["umount", folder], check=True)
    subprocess.run(["e2fsck", "-p", image], stdout=subprocess.DEVNULL)
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    service = Service(options, folder + "/runs.sqlite", options.checkpoints)
    verify(service.client, run, record)
    service.stop()


def corrupt_database(options, folder):
    print("damaged database")
    database = folder + "/runs.sqlite"
    service = Service(options, database, options.checkpoints)
    run, record = service.client.open_run(options.controller, 0.001, 10**9)["id"], []
    assert decide(service.client, run, record, 2000) is None
    service.stop()
    shutil.copy(database, folder + "/backup.sqlite")
    size = os.path.getsize(database)

    def damage():
        with open(database, "r+b") as file:
            for offset in range(8 * 4096, size, 4096):
                file.seek(offset)
                file.write(os.urandom(4096))

    service = Service(options, database, options.checkpoints)
    damage()
    client = service.client
    for name, ask in (("schedule", lambda: list(client.schedule(run))), ("observe", lambda: client.observe(run, observation(20_000)))):
        try:
            ask()
            print(f"  {name}: answered")
        except (ServiceError, Unreachable) as error:
            print(f"  {name}:", end="")
            tell(error.__cause__ or error)
    print("  /readyz", ready(client))
    service.stop()
    status, line = Service(options, database, options.checkpoints).refusal()
    print(f"  at the start: status {status}, {line}")
    assert status == 65
    for suffix in ("", "-wal", "-shm"):
        Path(database + suffix).unlink(missing_ok=True)
    shutil.copy(folder + "/backup.sqlite", database)
    service = Service(options, database, options.checkpoints)
    print("  from the backup:")
    verify(service.client, run, record)
    service.stop()


def deleted_checkpoint(options, folder):
    print("deleted checkpoint")
    checkpoints = folder + "/checkpoints"
    os.makedirs(checkpoints)
    name = options.controller + ".ckpt"
    shutil.copy(os.path.join(options.checkpoints, name), checkpoints)
    service = Service(options, folder + "/other.sqlite", checkpoints)
    run, record = service.client.open_run(options.controller, 0.001, 10**9)["id"], []
    decide(service.client, run, record, 100)
    os.unlink(os.path.join(checkpoints, name))
    assert decide(service.client, run, record, 100) is None
    try:
        service.client.open_run(options.controller, 0.001, 10**9)
    except ServiceError as error:
        tell(error)
    time.sleep(1.1)
    print("  /readyz", service.client._once("GET", "/readyz", None, {}).decode())
    service.stop()
    service = Service(options, folder + "/other.sqlite", checkpoints)
    assert decide(service.client, run, record, 100) is None
    verify(service.client, run, record)
    shutil.rmtree(checkpoints)
    assert decide(service.client, run, record, 1) is None
    print("  /readyz without the folder", ready(service.client))
    service.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metalr", required=True)
    parser.add_argument("--checkpoints", required=True)
    parser.add_argument("--controller", required=True)
    options = parser.parse_args()
    for fault in (full_disk, read_only_disk, corrupt_database, deleted_checkpoint):
        with tempfile.TemporaryDirectory(prefix="metalr-faults-") as folder:
            try:
                fault(options, folder)
            finally:
                for process in Service.running:
                    process.kill()
                    process.wait()
                if os.path.ismount(folder):
                    subprocess.run(["umount", folder], check=True)


if __name__ == "__main__":
    main()
