"""Two instances of the service on one database, and a client as behind a balancer."""

import random
import threading

from service import Service, ServiceError, Unreachable


class Instance(Service):
    """A service on a database of PostgreSQL."""

    def __init__(self, lab, folder, database):
        super().__init__(lab, folder)
        self.database = database


class Pair:
    """Two instances, for a `Load`."""

    def __init__(self, lab, folder, database):
        self.instances = [Instance(lab, folder, database), Instance(lab, folder, database)]
        #: Requests that were refused by one instance and then by the other.
        self.refused, self._lock, self._number = [], threading.Lock(), 0

    def start(self, *options):
        for instance in self.instances:
            instance.start(*options)
        return self

    def stop(self):
        for instance in self.instances:
            instance.stop()

    def client(self, **options):
        self._number += 1
        return Balanced(self, self._number, **options)

    def note(self, error):
        with self._lock:
            self.refused.append(error)


class Balanced:
    """Asks either instance, and the other where the first does not answer."""

    def __init__(self, pair, seed, **options):
        self.pair, self.generator = pair, random.Random(seed)
        # A busy machine is slow; an instance that is gone says so at once.
        self.clients = [instance.client(**{**options, "timeout": 60}) for instance in pair.instances]

    def _ask(self, name, *arguments):
        first = self.generator.randrange(2)
        try:
            return getattr(self.clients[first], name)(*arguments)
        except (ServiceError, Unreachable, OSError) as error:
            if isinstance(error, ServiceError) and not error.is_transient:
                raise
        try:
            return getattr(self.clients[1 - first], name)(*arguments)
        except (ServiceError, Unreachable, OSError) as error:
            self.pair.note(error)
            raise

    def open_run(self, *arguments):
        return self._ask("open_run", *arguments)

    def observe(self, *arguments):
        return self._ask("observe", *arguments)

    def rewind(self, *arguments):
        return self._ask("rewind", *arguments)

    def schedule(self, *arguments):
        return self._ask("schedule", *arguments)

    def close(self):
        for client in self.clients:
            client.close()
