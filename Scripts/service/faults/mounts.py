"""Real file systems, which take root to mount: for the long form."""

import contextlib
import os
import subprocess

from load import Load
from service import Service
from shim import Skipped


@contextlib.contextmanager
def mounted(folder, *arguments):
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise Skipped(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily where a service that should have ended still uses it; what it wrote is not surely there after that.
        if subprocess.run(["umount", str(folder)], capture_output=True).returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def full_file_system(lab):
    """A file system of 32 MB is filled up under load."""
    with lab.folder() as folder, mounted(folder / "data", "-t", "tmpfs", "-o", "size=32m", "tmpfs") as data:
        service = Service(lab, data).start()
        load = Load(service, lab.controllers)
        load.more(500)
        ballast = data / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        codes = load.refusals()
        assert codes == {"disk_full"}, f"clients are told {codes}"
        assert service.readiness()[0] == 503
        ballast.unlink()
        load.more(500)
        assert service.readiness()[0] == 200
        load.check()
        assert service.verify("--repeat")[0] == 0
        service.stop()
        return load, "`disk_full`, `/readyz` 503; goes on by itself"


def read_only_file_system(lab):
    """A file system turns read-only under load, as ext4 does when its disk fails."""
    with lab.folder() as folder:
        image = folder / "image"
        image.write_bytes(b"")
        os.truncate(image, 64 << 20)
        if subprocess.run(["mkfs.ext4", "-q", "-F", image]).returncode:
            raise Skipped("there is no mkfs.ext4")
        with mounted(folder / "data", "-o", "loop,errors=remount-ro", str(image)) as data:
            service = Service(lab, data).start()
            load = Load(service, lab.controllers)
            load.more(500)
            subprocess.run(["mount", "-o", "remount,abort", data], capture_output=True)
            codes = load.refusals()
            assert service.readiness()[0] == 503
            load.end(cut=True)
            service.kill()
            assert service.refuse()[0] != 0
        subprocess.run(["e2fsck", "-p", image], capture_output=True)
        with mounted(folder / "data", "-o", "loop", str(image)):
            service.start()
            # The abort may hit ext4 in the middle of a sync: at most that commit, one decision a job, may be missing.
            missing = load.check(is_whole=False)
            assert missing <= len(load.jobs), f"{missing} decisions are lost"
            assert not missing or "lacks the last" in service.log, "nothing tells of the loss"
            service.stop()
        told = ", ".join(f"`{code}`" for code in sorted(codes))
        return load, f"{told}, `/readyz` 503, no start; afterwards {missing} decisions are missing"
