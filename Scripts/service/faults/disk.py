"""What a disk does to a service."""

import os
import shutil
import sqlite3
import time

from load import Load
from service import Service
from shim import FAILED_SYNC, FAILED_WRITE, FULL, HUNG, Shim


def _faulty(lab, fault, code):
    """Every write or sync of the database fails for a while under load; returns what to say of it."""
    with lab.folder() as folder:
        shim = Shim(folder, folder / "data")
        (folder / "data").mkdir()
        service = Service(lab, folder / "data", shim.environment).start()
        load = Load(service, lab.controllers)
        for _ in range(lab.times):
            load.more(100)
            shim.set(fault)
            codes = load.refusals()
            assert codes == {code}, f"clients are told {codes}"
            status, report = service.readiness()
            assert status == 503, report
            assert shim.hits > 0, "the fault did not reach the service"
            shim.set()
            load.more(100)
        assert service.readiness()[0] == 200
        load.check()
        assert service.verify("--repeat")[0] == 0
        service.stop()
        return load, f"`{code}`, `/readyz` 503; goes on by itself"


def full_disk(lab):
    return _faulty(lab, FULL, "disk_full")


def failed_write(lab):
    return _faulty(lab, FAILED_WRITE, "database_io")


def failed_sync(lab):
    return _faulty(lab, FAILED_SYNC, "database_io")


def hung_disk(lab):
    """Syncs do not return; answers wait, and the service says that it is not ready."""
    with lab.folder() as folder:
        shim = Shim(folder, folder / "data")
        (folder / "data").mkdir()
        service = Service(lab, folder / "data", shim.environment).start()
        load = Load(service, lab.controllers)
        load.more(100)
        shim.set(HUNG)
        while not shim.hits:
            time.sleep(0.01)
        # Answers of the commit before may be on their way.
        time.sleep(1)
        begun, before = time.monotonic(), load.answers
        status, _ = service.readiness()
        seconds = time.monotonic() - begun
        assert status == 503 and seconds < 10, f"/readyz was {status} after {seconds:.1f} s"
        assert service.get("/healthz")[0] == 200
        time.sleep(lab.times)
        assert load.answers == before, "a decision was answered before it was on the disk"
        shim.set()
        load.more(100)
        load.check()
        assert service.verify("--repeat")[0] == 0
        service.stop()
        return load, f"nothing is answered; `/readyz` 503 within {seconds:.0f} s; goes on by itself"


def unlinked_file(lab):
    """The files of the database are deleted under load: nothing more may be acknowledged."""
    with lab.folder() as folder:
        service = Service(lab, folder).start()
        load = Load(service, lab.controllers)
        load.more(200)
        with sqlite3.connect(service.database) as source, sqlite3.connect(folder / "backup") as target:
            source.backup(target)
        source.close()
        target.close()
        load.more(50)
        files = list(folder.glob("runs.sqlite*"))
        for path in files:
            if path.name != "runs.sqlite.lock":
                path.unlink()
        before = load.answers
        codes = load.refusals()
        acknowledged = load.answers - before
        assert codes == {"database_replaced"}, f"clients are told {codes}"
        # One answer a job may have been on its way.
        assert acknowledged <= len(load.jobs), f"{acknowledged} decisions were acknowledged and are lost"
        assert service.readiness()[0] == 503
        load.end(cut=True)
        service.kill()
        shutil.copy(folder / "backup", service.database)
        service.start()
        missing = load.check(is_whole=False)
        assert missing > 0 and "lacks the last" in service.log, "a restored backup lacks what came later, and that is told"
        service.stop()
        return load, "`database_replaced`, `/readyz` 503; from a backup the beginning of every run"


def flipped_log(lab):
    """One bit of the log of a killed service is turned: what it costs is told."""
    with lab.folder() as folder:
        service = Service(lab, folder).start()
        load = Load(service, lab.controllers)
        load.more(300)
        service.kill()
        load.end(cut=True)
        log = folder / "runs.sqlite-wal"
        with log.open("r+b") as file:
            file.seek(os.path.getsize(log) // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 0x10]))
        service.start()
        missing = load.check(is_whole=False)
        assert "lacks the last" in service.log, f"the start says nothing of {missing} lost decisions"
        report = service.readiness()[1]
        assert any(check["name"] == "ledger" and check["status"] == "warning" for check in report["checks"]), report
        assert service.verify()[0] == 65
        job = load.jobs[0]
        client = service.client()
        # As a job does that is restored from its own checkpoint.
        kept = len(list(client.schedule(job.run_id)))
        client.rewind(job.run_id, 10 * (kept - 1))
        for question, answer in job.record[kept:]:
            assert client.observe(job.run_id, question) == answer, "an answer changed"
        service.stop()
        return load, f"start, `/readyz` and `verify` tell of {missing} lost decisions; repeated, they are the same"


def damaged_database(lab):
    """Half of the pages are overwritten while the service runs."""
    with lab.folder() as folder:
        service = Service(lab, folder).start()
        load = Load(service, lab.controllers)
        load.more(400)
        load.check()
        service.stop()
        shutil.copy(service.database, folder / "backup")
        service.start()
        with service.database.open("r+b") as file:
            for offset in range(8 * 4096, os.path.getsize(service.database), 2 * 4096):
                file.seek(offset)
                file.write(os.urandom(4096))
        client = service.client()
        status, answer = service.get(f"/v1/runs/{load.jobs[0].run_id}/schedule")
        assert status == 503 and answer["code"] == "database_corrupt", answer
        assert service.readiness()[0] == 503
        client.close()
        service.kill()
        status, line = service.refuse()
        assert status == 65, f"status {status}: {line}"
        for path in folder.glob("runs.sqlite*"):
            path.unlink()
        shutil.copy(folder / "backup", service.database)
        service.start()
        load.check()
        service.stop()
        return load, "`database_corrupt`, `/readyz` 503, no start; whole from a backup"
