"""Checkpoints that somebody damaged or made up: found by Scripts/fuzz, refused with a ValueError."""

import json

import numpy
import pytest

from metalr.core import controller, safetensors

NAMES = ["log train loss", "progress"]
DESCRIPTION = {
    "featureSet": NAMES,
    "action": {"logScale": 0.3, "minimum": 1e-6, "maximum": 1},
    "policy": {"actor": {"mlp": {"hidden": 2}}, "observationCount": 2, "actionCount": 1},
    "normalizerClip": 10,
    "normalizerCount": 7,
}


def encoded(description=DESCRIPTION, card="{}", weight=0.5, squares=2.0):
    tensors = {
        "actor.hidden.weight": numpy.full((2, 2), weight, numpy.float32),
        "actor.hidden.bias": numpy.zeros(2, numpy.float32),
        "actor.mean.weight": numpy.ones((1, 2), numpy.float32),
        "actor.mean.bias": numpy.zeros(1, numpy.float32),
        "normalizer.mean": numpy.zeros(2),
        "normalizer.squaredDeviations": numpy.full(2, squares),
    }
    texts = {"format": "metalr controller", "formatVersion": "2", "card": card}
    return safetensors.encode(tensors, {**texts, "controller": json.dumps(description)})


def read(tmp_path, data):
    path = tmp_path / "a.ckpt"
    path.write_bytes(data)
    return controller.Controller(path)


def of_header(header):
    text = header.encode()
    return len(text).to_bytes(8, "little") + text


def test_the_example_itself_is_read(tmp_path):
    assert read(tmp_path, encoded()).features


ENTRY = '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'


@pytest.mark.parametrize(
    "header",
    [
        "[]",
        '{"a":{}}',
        '{"a":[]}',
        '{"__metadata__":[]}',
        '{"__metadata__":{"a":1}}',
        ENTRY.replace('"F32"', "[]"),
        ENTRY.replace("[0]", '"0"'),
        ENTRY.replace("[0]", "[true]"),
        ENTRY.replace("[0]", "[1.5]"),
        ENTRY.replace("[0]", "[-1,0]"),
        ENTRY.replace("[0]", "[0," + "9" * 40 + "]"),
        ENTRY.replace("[0]", "[0" + ",1" * 99 + "]"),
        ENTRY.replace("[0,0]", "[0]"),
        ENTRY.replace("[0,0]", '["0","0"]'),
        "[" * 100_000,
        " " * (3 << 20),
    ],
)
def test_headers_that_are_none_are_refused(header):
    with pytest.raises(ValueError):
        safetensors.decode(of_header(header), "a.ckpt")


def changed(place, value):
    description = json.loads(json.dumps(DESCRIPTION))
    part = description
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    return description


@pytest.mark.parametrize("value", [None, [], {}, "x", 1e400, 10**400, True, -1])
@pytest.mark.parametrize(
    "place",
    [
        ("featureSet",),
        ("action",),
        ("action", "logScale"),
        ("action", "looks"),
        ("policy",),
        ("policy", "actor"),
        ("policy", "actor", "mlp"),
        ("policy", "actor", "mlp", "hidden"),
        ("policy", "observationCount"),
        ("normalizerClip",),
        ("normalizerCount",),
    ],
)
def test_descriptions_of_another_kind_are_refused_or_usable(tmp_path, place, value):
    try:
        session = read(tmp_path, encoded(changed(place, value))).session()
    except ValueError:
        return
    assert session.controller.features


def test_a_description_that_is_no_object_is_refused(tmp_path):
    for description in [None, [], "x", 3]:
        with pytest.raises(ValueError):
            read(tmp_path, encoded(description))
    for card in ["[]", "null", "[" * 100_000]:
        with pytest.raises(ValueError):
            read(tmp_path, encoded(card=card))


@pytest.mark.parametrize("numbers", [{"weight": 3e38}, {"weight": -2e30}, {"squares": -1.0}])
def test_numbers_that_give_no_decision_are_refused(tmp_path, numbers):
    with pytest.raises(ValueError, match="give no decision"):
        read(tmp_path, encoded(**numbers))
