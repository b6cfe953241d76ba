"""Requests that no client should make."""

import json
import random
import socket

from load import Load, observation
from service import Service

VALUES = [None, True, -1, 0, 1e308, -1e308, 2**63, -(2**63), "", "NaN", "Infinity", "x" * 5000, "\u0000", [], [[]], {}, 0.5]
PATHS = [
    "/v1/runs", "/v1/runs/{run}", "/v1/runs/{run}/observations", "/v1/runs/{run}/rewind", "/v1/runs/{run}/finish",
    "/v1/runs/{run}/schedule", "/v1/controllers", "/v1/trainings", "/v1/runs?limit=", "/v1/runs?label=", "/metrics", "/"]


def body(generator):
    """A request's JSON with some values that do not belong there."""
    value = generator.choice([
        observation(0), {"controller": "fashion", "initialLearningRate": 0.001, "totalSteps": 100, "labels": {"a": "b"}},
        {"step": 0}])
    for _ in range(generator.randrange(4)):
        value[generator.choice([*value, "other"])] = generator.choice(VALUES)
    data = bytearray(json.dumps(value).encode())
    for _ in range(generator.choice([0, 0, 0, 1, 3])):
        data[generator.randrange(len(data))] = generator.randrange(256)
    return bytes(data[: generator.randrange(len(data))] if generator.random() < 0.1 else data)


def request(generator, run):
    """A request that is wrong somewhere, or nowhere."""
    method = generator.choice(["GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "get", "\x01"])
    path = generator.choice(PATHS).replace("{run}", generator.choice([run, "x", "..%2f..", "%00", "a" * 300]))
    if "?" in path:
        path += generator.choice(["-1", "0", "9" * 30, "%ff", "a%3Db", "=", ""])
    data = body(generator)
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(data)}"]
    if generator.random() < 0.1:
        head.append(generator.choice(["Host: a", "Expect: x", "Idempotency-Key: " + "k" * 200, "A: " + "b" * 20_000,
                                      "Transfer-Encoding: chunked", "Content-Length: 1", "\x00: x"]))
    head.append("Connection: close")
    raw = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + data
    return generator.randbytes(200) if generator.random() < 0.05 else raw


def answer(port, raw):
    """The status of the answer; None where the connection ended without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while b"\r\n" not in received and (part := connection.recv(4096)):
                received += part
        except OSError:
            return None
    return int(received.split()[1]) if received.startswith(b"HTTP/1.1 ") else None


def hostile_inputs(lab):
    """Malformed requests beside healthy jobs: no status 500, no end of the service, no job disturbed."""
    with lab.folder() as folder:
        service = Service(lab, folder).start("--max-runs", "1000000")
        load, generator = Load(service, lab.controllers, jobs=2), random.Random(1)
        victim = load.jobs[0].client.open_run(lab.controllers[0], 0.001, 1000)["id"]
        count, without = 1000 * lab.times, 0
        for number in range(count):
            raw = request(generator, victim)
            status = answer(service.port, raw)
            assert status is None or status < 500 or status in (501, 503), f"input {number}: status {status} for {raw!r}"
            without += status is None
        assert service.process.poll() is None and service.get("/healthz")[0] == 200
        load.check()
        service.stop()
        return load, f"{count} inputs, {without} of them closed without an answer; no status 500"
