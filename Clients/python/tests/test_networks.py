"""The actor's networks against PyTorch's, and the checkpoint reader."""

import json

import numpy
import pytest
from support import write_controller

import metalr
from metalr.core import safetensors

torch = pytest.importorskip("torch")


def controller_and_tensors(tmp_path, actor):
    path = write_controller(tmp_path / "c.ckpt", actor=actor, seed=5)
    return metalr.Controller(path), safetensors.decode(path.read_bytes(), "c").tensors


def outputs(controller, inputs):
    state, values = controller.policy.initial_state, []
    for row in inputs:
        value, state = controller.policy.action(row, state)
        values.append(value)
    return values


def inputs_for(controller, steps=6):
    return numpy.random.default_rng(1).standard_normal((steps, len(controller.features))).astype(numpy.float32)


def head(tensors, hidden):
    weight, bias = (torch.tensor(tensors[f"actor.mean.{part}"]) for part in ("weight", "bias"))
    return (hidden @ weight.T + bias).flatten().tolist()


def test_the_gru_is_pytorchs(tmp_path):
    controller, tensors = controller_and_tensors(tmp_path, {"gru": {"embedding": 7, "hidden": 5}})
    gru = torch.nn.GRU(7, 5)
    with torch.no_grad():
        for own, name in (
            ("weight_ih_l0", "inputWeight"), ("weight_hh_l0", "recurrentWeight"), ("bias_ih_l0", "inputBias"),
            ("bias_hh_l0", "recurrentBias"),
        ):
            getattr(gru, own).copy_(torch.tensor(tensors[f"actor.gru.{name}"]))
        rows = inputs_for(controller)
        embedding = torch.tanh(torch.tensor(rows) @ torch.tensor(tensors["actor.embedding.weight"]).T
                               + torch.tensor(tensors["actor.embedding.bias"]))
        hidden, _ = gru(embedding)
        assert outputs(controller, rows) == pytest.approx(head(tensors, hidden), rel=1e-5, abs=1e-6)


def test_the_lstm_is_pytorchs(tmp_path):
    controller, tensors = controller_and_tensors(tmp_path, {"lstm": {"hidden": 5}})
    lstm = torch.nn.LSTM(len(controller.features), 5)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.tensor(tensors["actor.lstm.inputWeight"]))
        lstm.weight_hh_l0.copy_(torch.tensor(tensors["actor.lstm.recurrentWeight"]))
        lstm.bias_ih_l0.copy_(torch.tensor(tensors["actor.lstm.bias"]))
        lstm.bias_hh_l0.zero_()
        rows = inputs_for(controller)
        hidden, _ = lstm(torch.tensor(rows))
        assert outputs(controller, rows) == pytest.approx(head(tensors, hidden), rel=1e-5, abs=1e-6)


def test_an_mlp_is_one_tanh_layer(tmp_path):
    controller, tensors = controller_and_tensors(tmp_path, {"mlp": {"hidden": 6}})
    rows = inputs_for(controller)
    layer = torch.tanh(
        torch.tensor(rows) @ torch.tensor(tensors["actor.hidden.weight"]).T + torch.tensor(tensors["actor.hidden.bias"]))
    assert outputs(controller, rows) == pytest.approx(head(tensors, layer), rel=1e-5, abs=1e-6)


def test_a_damaged_or_foreign_file_is_refused(tmp_path):
    path = write_controller(tmp_path / "c.ckpt")
    data = path.read_bytes()
    for broken, words in [
        (data[:100], "truncated"), (data[:-8], "not all there"), (data + b"1234", "belong to no tensor"),
        (data[:-3] + b"abc", "checksum"), (b"", "truncated"),
    ]:
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=words):
            metalr.Controller(path)
    write_controller(path, version=3)
    with pytest.raises(ValueError, match="Upgrade metalr"):
        metalr.Controller(path)
    path.write_bytes(safetensors.encode({}, {}))
    with pytest.raises(ValueError, match="no controller of metalr"):
        metalr.Controller(path)


def test_a_feature_that_is_not_known_is_refused(tmp_path):
    path = write_controller(tmp_path / "c.ckpt")
    file = safetensors.decode(path.read_bytes(), "c")
    description = json.loads(file.metadata["controller"])
    description["featureSet"][3] = "the weather"
    path.write_bytes(safetensors.encode(file.tensors, {**file.metadata, "controller": json.dumps(description)}))
    with pytest.raises(ValueError, match="the weather"):
        metalr.Controller(path)


def test_what_safetensors_reads_is_what_is_read(tmp_path):
    numpy_reader = pytest.importorskip("safetensors.numpy")
    path = write_controller(tmp_path / "c.ckpt")
    theirs, ours = numpy_reader.load_file(str(path)), safetensors.decode(path.read_bytes(), "c").tensors
    assert theirs.keys() == ours.keys()
    assert all((theirs[name] == ours[name]).all() for name in ours)
