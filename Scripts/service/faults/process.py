"""What befalls the process of a service, and its clock."""

import itertools
import random
import time

from load import Load, observation
from service import Client, Service
from shim import Shim


def kill(lab):
    """`kill -9` again and again under load."""
    with lab.folder() as folder:
        service = Service(lab, folder).start()
        load, generator = Load(service, lab.controllers), random.Random(1)
        kills = 5 * lab.times
        for _ in range(kills):
            time.sleep(generator.uniform(0.1, 0.5))
            service.kill()
            service.start()
            load.more(20)
        load.check()
        assert service.verify("--repeat")[0] == 0
        service.stop()
        return load, f"{kills} kills; none lost, none different"


def frozen_server(lab):
    """The service stops answering, with its connections open: no step of a training waits for it longer than a second in all."""
    from metalr.core.measures import Observation
    from metalr.service import ServiceDecider

    with lab.folder() as folder:
        service = Service(lab, folder).start()
        load = Load(service, lab.controllers)
        load.more(50)
        request = {"controller": lab.controllers[0], "initial_learning_rate": 0.001, "total_steps": 100_000, "interval": 10}
        decider = ServiceDecider(Client(service.url, timeout=1, retries=1, backoff=0.05), request)

        def decide(step):
            values = observation(step)
            return decider.decide(Observation(values.pop("step"), 100_000, 0.001, values))

        steps = itertools.count(0, 10)
        # On a busy machine a healthy service may be late too.
        while decide(next(steps)) is None:
            time.sleep(0.1)
        service.freeze()
        begun = time.monotonic()
        answers = [decide(next(steps)) for _ in range(30)]
        waited = time.monotonic() - begun
        assert answers == [None] * 30 and waited < 5, f"it waited {waited:.1f} s"
        time.sleep(lab.times - 1)
        service.thaw()
        load.more(50)
        client, deadline = service.client(), time.monotonic() + 90
        told = next(steps) // 10
        while len(list(client.schedule(decider.run_id))) < told:
            assert time.monotonic() < deadline, "the service was not told what it missed"
            time.sleep(0.1)
        client.close()
        decider.finish()
        load.check()
        service.stop()
        return load, f"the client waits {waited:.1f} s in all, decides alone, and tells the rest later"


def jumped_clock(lab):
    """The clock jumps a month ahead, then two months back: nothing that is young is abandoned or deleted."""
    month = 30 * 86_400
    with lab.folder() as folder:
        shim = Shim(folder, folder)
        service = Service(lab, folder, shim.environment).start("--abandon-after", "1", "--retain", "1")
        load = Load(service, lab.controllers)
        client = service.client()
        for ahead in (0, month, -month, 0):
            shim.set(ahead=ahead)
            # A deletion has the service look for what is old at once.
            client.delete(client.open_run(lab.controllers[0], 0.001, 100)["id"])
            load.more(100 * lab.times)
        assert {run["status"] for run in client.runs()} == {"open"}
        times = [row["time"] for row in client.schedule(load.jobs[0].run_id)]
        assert len({time[:7] for time in times}) >= 2, "the clock did not jump"
        client.close()
        load.check()
        assert service.verify("--repeat")[0] == 0
        service.stop()
        return load, "nothing abandoned, nothing deleted, none different"
