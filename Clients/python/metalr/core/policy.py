"""The actor of a controller: from normalized features to an action, in float32 as in Sources/PPO."""

from __future__ import annotations

from typing import Any, Mapping, Tuple

import numpy

Array = numpy.ndarray
_FLOAT = numpy.float32
# Sums over many inputs of at most 1000 stay below the 3.4e38 of a float32.
_LARGEST_WEIGHT = 1e30


def _sigmoid(value: Array) -> Array:
    return numpy.asarray(_FLOAT(1) / (_FLOAT(1) + numpy.exp(-value)), _FLOAT)


class TanhLayer:
    """h = tanh(W x + b)."""

    state_count = 0

    def __init__(self, weight: Array, bias: Array) -> None:
        self.weight, self.bias = weight, bias
        self.output_count = bias.shape[0]

    def __call__(self, inputs: Array, state: Array) -> Tuple[Array, Array]:
        """The units and the state, which is empty."""
        return numpy.tanh(self.weight @ inputs + self.bias), state


class LSTM:
    """PyTorch's LSTM with one bias; gates in the order input, forget, cell, output; state: hidden units, then cells."""

    def __init__(self, input_weight: Array, recurrent_weight: Array, bias: Array) -> None:
        self.input_weight, self.recurrent_weight, self.bias = input_weight, recurrent_weight, bias
        self.output_count = recurrent_weight.shape[1]
        self.state_count = 2 * self.output_count

    def __call__(self, inputs: Array, state: Array) -> Tuple[Array, Array]:
        """The hidden units and the next state."""
        hidden, cells = numpy.split(state, 2)
        gates = self.input_weight @ inputs + self.bias + self.recurrent_weight @ hidden
        entry, forget, candidate, output = numpy.split(gates, 4)
        cells = _sigmoid(forget) * cells + _sigmoid(entry) * numpy.tanh(candidate)
        hidden = _sigmoid(output) * numpy.tanh(cells)
        return hidden, numpy.concatenate([hidden, cells])


class GRU:
    """A tanh layer, then PyTorch's GRU with its two biases; gates in the order reset, update, new."""

    def __init__(
        self, embedding: TanhLayer, input_weight: Array, recurrent_weight: Array, bias: Array, recurrent_bias: Array
    ) -> None:
        self.embedding, self.input_weight, self.recurrent_weight = embedding, input_weight, recurrent_weight
        self.bias, self.recurrent_bias = bias, recurrent_bias
        self.output_count = self.state_count = recurrent_weight.shape[1]

    def __call__(self, inputs: Array, state: Array) -> Tuple[Array, Array]:
        """The hidden units, which are the next state."""
        inputs, _ = self.embedding(inputs, state)
        reset, update, new = numpy.split(self.input_weight @ inputs + self.bias, 3)
        before = numpy.split(self.recurrent_weight @ state + self.recurrent_bias, 3)
        reset, update = _sigmoid(reset + before[0]), _sigmoid(update + before[1])
        new = numpy.tanh(new + reset * before[2])
        hidden = (_FLOAT(1) - update) * new + update * state
        return hidden, hidden


class Policy:
    """The mean of the action, given normalized features and what the actor remembers."""

    def __init__(self, body: Any, weight: Array, bias: Array) -> None:
        self.body, self.weight, self.bias = body, weight, bias

    @property
    def initial_state(self) -> Array:
        """The state at the beginning of every run: zeros."""
        return numpy.zeros(self.body.state_count, _FLOAT)

    def action(self, inputs: Array, state: Array) -> Tuple[float, Array]:
        """The mean action and the next state."""
        hidden, state = self.body(inputs, state)
        return float((self.weight @ hidden + self.bias)[0]), state


class _Tensors:
    """The tensors of one checkpoint, each checked against the shape that it must have."""

    def __init__(self, tensors: Mapping[str, Array], path: str) -> None:
        self.tensors, self.path = tensors, path

    def __call__(self, name: str, *shape: int, kind: Any = _FLOAT) -> Array:
        tensor = self.tensors.get(name)
        if tensor is None or tensor.shape != shape or tensor.dtype != kind or not numpy.isfinite(tensor).all():
            raise ValueError(f"'{self.path}' lacks a finite tensor '{name}' of shape {list(shape)}. Copy it again.")
        if (numpy.abs(tensor) > _LARGEST_WEIGHT).any():
            raise ValueError(f"'{self.path}' has weights beyond {_LARGEST_WEIGHT} in '{name}', which give no decision.")
        return tensor


def actor_of(tensors: Mapping[str, Array], shape: Mapping[str, Any], inputs: int, path: str) -> Policy:
    """The actor of a checkpoint.

    shape: the actor's shape as the metadata have it, such as ``{"mlp": {"hidden": 32}}``.
    inputs: features that it takes.
    """
    take = _Tensors(tensors, path)
    if len(shape) != 1:
        raise ValueError(f"'{path}' describes an actor that this version cannot read. Upgrade metalr.")
    kind, sizes = next(iter(shape.items()))
    if kind == "mlp":
        hidden = sizes["hidden"]
        body: Any = TanhLayer(take("actor.hidden.weight", hidden, inputs), take("actor.hidden.bias", hidden))
    elif kind == "lstm":
        hidden = sizes["hidden"]
        body = LSTM(
            take("actor.lstm.inputWeight", 4 * hidden, inputs),
            take("actor.lstm.recurrentWeight", 4 * hidden, hidden),
            take("actor.lstm.bias", 4 * hidden),
        )
    elif kind == "gru":
        hidden, embedding = sizes["hidden"], sizes["embedding"]
        body = GRU(
            TanhLayer(take("actor.embedding.weight", embedding, inputs), take("actor.embedding.bias", embedding)),
            take("actor.gru.inputWeight", 3 * hidden, embedding),
            take("actor.gru.recurrentWeight", 3 * hidden, hidden),
            take("actor.gru.inputBias", 3 * hidden),
            take("actor.gru.recurrentBias", 3 * hidden),
        )
    else:
        raise ValueError(f"'{path}' has a '{kind}' actor, which this version cannot read. Upgrade metalr.")
    return Policy(body, take("actor.mean.weight", 1, body.output_count), take("actor.mean.bias", 1))

