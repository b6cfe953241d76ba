"""A PostgreSQL server of its own in a temporary folder, on loopback, as a user without rights."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def _programs():
    """The folder of initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which("initdb")
    if not path:
        raise SystemExit("PostgreSQL's server is missing; install it ('apt install postgresql').")
    return Path(path).resolve().parent


class Postgres:
    """A server; `with` starts it and leaves nothing behind."""

    def __init__(self):
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="metalr-postgres-"))
        self.data = self.folder / "data"
        # PostgreSQL refuses to run as root.
        self.user = None
        if os.geteuid() == 0:
            users = {user.pw_name for user in pwd.getpwall()}
            self.user = "postgres" if "postgres" in users else "nobody"
            shutil.chown(self.folder, self.user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def address(self, database="postgres", user="metalr", host="127.0.0.1", port=None):
        return f"postgres://{user}@{host}:{port or self.port}/{database}"

    @property
    def url(self):
        return self.address()

    def __enter__(self):
        self._run("initdb", "--pgdata", self.data, "--auth=trust", "--username=metalr", "--encoding=UTF8", "--locale=C")
        # One user needs a password.
        rules = self.data / "pg_hba.conf"
        rules.write_text("host all locked all scram-sha-256\n" + rules.read_text())
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *arguments, check=True):
        return subprocess.run(
            [self.programs / program, *map(str, arguments)], user=self.user, cwd=self.folder, check=check,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        """Starts it and waits until it takes connections."""
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", str(self.data), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                 "-c", "unix_socket_directories=", "-c", "logging_collector=off"],
                user=self.user, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + 120
        while self._run("pg_isready", "-h", "127.0.0.1", "-p", self.port, check=False).returncode:
            assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends it in order and drops its clients; after SIGQUIT it recovers at the next start, as after a crash."""
        self.process.send_signal(how)
        self.process.wait(120)
        self.process = None

    def query(self, sql, database="postgres"):
        """The first column of the rows."""
        done = subprocess.run(
            [self.programs / "psql", self.address(database), "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql],
            user=self.user, cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.split()
