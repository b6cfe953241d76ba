"""Feeds the Python package's reader of checkpoints; `Scripts/fuzz python-checkpoint` runs it.

Takes libFuzzer's options. Without atheris it mutates the corpus by itself, seeded, and knows no coverage.
"""

import json
import math
import os
import pathlib
import random
import sys
import time
import traceback

import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Clients" / "python"))

try:
    import atheris
except ImportError:
    atheris = None

if atheris:
    with atheris.instrument_imports(include=["metalr"]):
        from metalr.core import controller, measures, safetensors
else:
    from metalr.core import controller, measures, safetensors


class Controller(controller.Controller):
    """One whose bytes come from memory."""

    def __init__(self, data):
        self.path, self.name, self.digest = "fuzz", "fuzz", ""
        self._read(safetensors.decode(data, self.path))


def test(data):
    """Reads a checkpoint and decides with it: ValueError is a refusal, anything else a finding."""
    try:
        read = Controller(data)
    except ValueError:
        return
    session, rate = read.session(), 1e-3
    for step, loss in enumerate([2.0, 1.0, 1e-30, 5.0, 1e30]):
        values = {"trainLoss": loss, "validationLoss": loss, "gradientNorm": 1.0, "batchSize": 32.0}
        rate = session.next_learning_rate(measures.Observation(step, 10, rate, values))
        if not read.action.minimum <= rate <= read.action.maximum:
            raise RuntimeError(f"FINDING: a rate of {rate}")
        if not all(math.isfinite(number) for number in session.state()["recurrent"]):
            raise RuntimeError("FINDING: a state that is no number")
        action, _ = read.policy.action(read.inputs(session.history), session.recurrent)
        if not math.isfinite(action):
            raise RuntimeError(f"FINDING: a decision of {action}")


def seeds():
    """Small checkpoints of every kind of actor; no checksum hides what is changed in them."""
    names = ["log train loss", "log learning rate", "progress"]
    for shape in [{"mlp": {"hidden": 2}}, {"lstm": {"hidden": 2}}, {"gru": {"embedding": 2, "hidden": 2}}]:
        sizes = {
            "mlp": {"hidden.weight": (2, 3), "hidden.bias": (2,)},
            "lstm": {"lstm.inputWeight": (8, 3), "lstm.recurrentWeight": (8, 2), "lstm.bias": (8,)},
            "gru": {
                "embedding.weight": (2, 3),
                "embedding.bias": (2,),
                "gru.inputWeight": (6, 2),
                "gru.recurrentWeight": (6, 2),
                "gru.inputBias": (6,),
                "gru.recurrentBias": (6,),
            },
        }[next(iter(shape))]
        sizes = {**sizes, "mean.weight": (1, 2), "mean.bias": (1,)}
        tensors = {f"actor.{name}": numpy.full(size, 0.5, numpy.float32) for name, size in sizes.items()}
        for name in ["mean", "squaredDeviations"]:
            tensors[f"normalizer.{name}"] = numpy.full(3, 2.0)
        description = {
            "featureSet": names,
            "action": {"logScale": 0.3, "minimum": 1e-6, "maximum": 1},
            "policy": {"actor": shape, "observationCount": 3, "actionCount": 1},
            "normalizerClip": 10,
            "normalizerCount": 7,
        }
        metadata = {"format": "metalr controller", "formatVersion": "2", "card": '{"training":{"plan":{"interval":5}}}'}
        data = safetensors.encode(tensors, {**metadata, "controller": json.dumps(description)})
        yield data.replace(b'"checksum"', b'"checkson"')


def mutated(data, others, chance):
    """The input with a few changes of a kind that libFuzzer makes."""
    data = bytearray(data)
    for _ in range(1 + chance.randrange(4)):
        place = chance.randrange(len(data) + 1)
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[place % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[place:place] = chance.randbytes(1 + chance.randrange(8))
        elif kind == 2:
            del data[place : place + 1 + chance.randrange(16)]
        elif kind == 3:
            data[place : place + 1] = chance.choice([b"-", b"0", b"9", b"{}", b"[]", b"null", b"\xff", b"\0", b'""'])
        elif kind == 4:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[place:place] = other[start : start + chance.randrange(64)]
        else:
            size = chance.randrange(32)
            data[place : place + size] = data[chance.randrange(len(data) + 1) :][:size]
    return bytes(data)


def main():
    """What libFuzzer does, without coverage."""
    options = dict(word[1:].split("=", 1) for word in sys.argv[1:] if word.startswith("-"))
    paths = [pathlib.Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    inputs = [file.read_bytes() for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    if all(path.is_file() for path in paths):
        for data in inputs:
            test(data)
        return
    chance = random.Random(int(options.get("seed", time.time_ns())))
    runs, count = int(options.get("runs", -1)), 0
    end = time.monotonic() + float(options.get("max_total_time", "inf"))
    while count != runs and time.monotonic() < end:
        data = inputs[count] if count < len(inputs) else mutated(chance.choice(inputs), inputs, chance)
        count += 1
        try:
            test(data)
        except BaseException:
            traceback.print_exc()
            pathlib.Path(f"{options['artifact_prefix']}crash-{chance.randrange(1 << 32):08x}").write_bytes(data)
            break
    print(f"stat::number_of_executed_units: {count}")


if "METALR_FUZZ_SEEDS" in os.environ:
    for number, seed in enumerate(seeds()):
        pathlib.Path(os.environ["METALR_FUZZ_SEEDS"], f"seed-{number}").write_bytes(seed)
elif atheris:
    atheris.Setup(sys.argv, test)
    atheris.Fuzz()
else:
    main()
