"""Faults of disk and clock without root: a library that is preloaded into the service."""

import mmap
import shutil
import struct
import subprocess
import sys
from pathlib import Path

FULL, FAILED_WRITE, FAILED_SYNC, HUNG = 1, 2, 3, 4
_LAYOUT = "iiq"


class Skipped(Exception):
    """This machine cannot have the fault."""


class Shim:
    """Gives files below `root` faults, or the service another time, while it runs."""

    def __init__(self, folder, root):
        compiler = shutil.which("cc") or shutil.which("clang")
        if not sys.platform.startswith("linux"):
            raise Skipped("only Linux preloads libraries")
        if compiler is None:
            raise Skipped("there is no C compiler")
        library, control = Path(folder, "shim.so"), Path(folder, "control")
        subprocess.run(
            [compiler, "-O1", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("shim.c"), "-ldl"], check=True)
        control.write_bytes(bytes(struct.calcsize(_LAYOUT)))
        with control.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 0)
        self.environment = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(control), "FAULT_PATH": str(root)}

    def set(self, fault=0, ahead=0):
        """From now on: a fault of the disk, and seconds that the clock is ahead."""
        self._page[:] = struct.pack(_LAYOUT, fault, 0, ahead)

    @property
    def hits(self):
        """Calls that had the fault so far."""
        return struct.unpack(_LAYOUT, self._page[:])[1]
