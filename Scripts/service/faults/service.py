"""A service in a process of its own, which can be killed, frozen and started again at the same address."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "Clients" / "python"))
from metalr import Client, ServiceError, Unreachable  # noqa: E402, F401

#: Seconds that a start may take, on a machine that is busy.
PATIENCE = 300


class Service:
    """Serves the checkpoints of a laboratory from a folder."""

    def __init__(self, lab, folder, environment=None, checkpoints=None):
        self.metalr, self.folder = lab.metalr, Path(folder)
        self.checkpoints = checkpoints or lab.checkpoints
        self.database = self.folder / "runs.sqlite"
        self.environment = dict(os.environ, **(environment or {}))
        self.process, self.port = None, 0
        # Elsewhere, since the folder may be full or read-only.
        self._log = tempfile.NamedTemporaryFile(suffix=".log")
        lab.services.append(self)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        return Path(self._log.name).read_text()

    def start(self, *options):
        """Starts it and waits until it listens; the address stays the same."""
        self._launch(*options)
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(r'listening .*port="(\d+)"', self.log)):
            assert self.process.poll() is None and time.monotonic() < deadline, f"it did not start:\n{self.log}"
            time.sleep(0.02)
        self.port = int(match[1])
        return self

    def refuse(self, *options):
        """Starts it where it should not start; returns the status and the last line of the log."""
        self._launch(*options)
        status = self.process.wait(PATIENCE)
        return status, self.log.strip().split("\n")[-1]

    def _launch(self, *options):
        command = [
            self.metalr, "serve", "--checkpoints", str(self.checkpoints), "--database", str(self.database), "--listen",
            f"127.0.0.1:{self.port}", "--max-rate", "1000000", *options]
        with open(self._log.name, "w") as log:
            self.process = subprocess.Popen(command, stderr=log, env=self.environment)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """Ends it as an operator does."""
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        assert status == 0, f"status {status} after SIGTERM:\n{self.log}"

    def client(self, **options):
        return Client(self.url, **{"timeout": 30, "retries": 0, **options})

    def get(self, path):
        """Status and JSON of an answer."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def readiness(self):
        """The status of /readyz, not older than now: an answer holds for a second."""
        time.sleep(1.1)
        return self.get("/readyz")

    def verify(self, *options):
        """Status and text of `metalr verify`."""
        done = subprocess.run(
            [self.metalr, "verify", str(self.database), *options], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
