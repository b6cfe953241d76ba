"""Jobs that report to a service and keep a record of every answer."""

import collections
import random
import threading
import time

from service import ServiceError, Unreachable

OF_A_BUSY_MACHINE = {"no answer", "request_timeout", "overloaded"}
FIELDS = ("step", "learningRate", "scale", "verdict", "source", "outOfDistribution")


def observation(step, generator=None):
    generator = generator or random.Random(step)
    loss = 2 / (1 + step / 1000) * (1 + 0.05 * generator.random())
    return {
        "step": step, "trainLoss": loss, "validationLoss": loss * 1.1, "predictionVariance": generator.random() * 0.1,
        "predictionChangeVariance": generator.random() * 0.01, "weightMean": generator.gauss(0, 0.01),
        "weightVariance": generator.random() * 0.1,
    }


class Job(threading.Thread):
    """One run: asks again what got no answer, now and then repeats an old observation or rewinds."""

    def __init__(self, load, controller, seed):
        super().__init__(daemon=True)
        self.load, self.generator = load, random.Random(seed)
        self.client = load.service.client(timeout=5)
        self.run_id = self.client.open_run(controller, 0.001, 1_000_000_000)["id"]
        # One pair of question and answer a step, in order.
        self.record, self.changed, self.is_uncertain = [], [], False

    def _until_answered(self, ask):
        while not self.load.is_cut.is_set():
            try:
                answer = ask()
                self.load.note(None)
                return answer
            except ServiceError as error:
                if not error.is_transient:
                    raise
                self.load.note(error.code)
            except (Unreachable, OSError) as error:
                cause = error.__cause__
                self.load.note(cause.code if isinstance(cause, ServiceError) else "no answer")
            time.sleep(0.02)
        return None

    def _repeat(self, index):
        question, known = self.record[index]
        answer = self._until_answered(lambda: self.client.observe(self.run_id, question))
        if answer is not None and answer != known:
            self.changed.append((known, answer))
        return answer is not None

    def run(self):
        while not self.load.is_over.is_set():
            question = observation(10 * len(self.record), self.generator)
            answer = self._until_answered(lambda: self.client.observe(self.run_id, question))
            if answer is None:
                break
            self.record.append((question, answer))
            if self.generator.random() < 0.02:
                self._repeat(self.generator.randrange(len(self.record)))
            if self.generator.random() < 0.002:
                # The same observations after a rewind must get the same answers.
                back = self.generator.randrange(max(0, len(self.record) - 20), len(self.record))
                self._until_answered(lambda: self.client.rewind(self.run_id, 10 * back))
                repeated = next((index for index in range(back, len(self.record)) if not self._repeat(index)), None)
                if repeated is not None:
                    # Cut off: nobody knows whether the rest was dropped.
                    del self.record[back + 1:]
                    self.is_uncertain = True
        self.client.close()


class Load:
    """Several jobs at once; leaves when asked, and holds what is stored against what was answered."""

    def __init__(self, service, controllers, jobs=6, seed=1):
        self.service, self.is_over, self.is_cut = service, threading.Event(), threading.Event()
        self.codes, self.answers, self._lock = collections.Counter(), 0, threading.Lock()
        self.begun = time.monotonic()
        self.jobs = [Job(self, controllers[index % len(controllers)], seed + index) for index in range(jobs)]
        for job in self.jobs:
            job.start()

    def note(self, code):
        with self._lock:
            if code is None:
                self.answers += 1
            else:
                self.codes[code] += 1

    def more(self, count, patience=600):
        """Waits for so many more answers."""
        goal, deadline = self.answers + count, time.monotonic() + patience
        while self.answers < goal:
            assert time.monotonic() < deadline, f"no answers any more; refused with {dict(self.codes)}"
            time.sleep(0.01)

    def refusals(self, count=5, patience=300):
        """Waits for so many more refusals; their codes, without those that a busy machine has anyway."""
        with self._lock:
            self.codes.clear()
        deadline = time.monotonic() + patience
        while sum(self._told().values()) < count:
            assert time.monotonic() < deadline, "nothing is refused"
            time.sleep(0.01)
        return set(self._told())

    def _told(self):
        with self._lock:
            return collections.Counter({code: n for code, n in self.codes.items() if code not in OF_A_BUSY_MACHINE})

    def end(self, cut=False):
        """Ends the jobs; `cut` also those that wait for an answer."""
        self.is_over.set()
        if cut:
            self.is_cut.set()
        for job in self.jobs:
            job.join(60)
        self.seconds = time.monotonic() - self.begun

    def check(self, is_whole=True):
        """Ends the load; what is stored is what was answered, or its beginning where not `is_whole`.

        The one question without an answer that a job may have asked at its end may be stored besides.
        """
        self.end()
        client, missing = self.service.client(), 0
        for job in self.jobs:
            assert not job.changed, f"an answer changed: {job.changed[0]}"
            stored = [{name: row[name] for name in FIELDS} for row in client.schedule(job.run_id)]
            answers = [answer for _, answer in job.record]
            both = min(len(stored), len(answers))
            assert stored[:both] == answers[:both], "what is stored is not what was answered"
            assert len(stored) <= len(answers) + 1 or job.is_uncertain, "more is stored than was asked"
            missing += len(answers) - both
        client.close()
        assert not is_whole or missing == 0, f"{missing} decisions are lost"
        return missing
