"""Controllers with random weights, in the format of real ones."""

import json

import numpy

from metalr.core import safetensors
from metalr.core.features import features_named


def write_controller(
    path, features="universal", actor=None, seed=0, looks=0, log_scale=0.7, bias=None, interval=None, version=2, **action
):
    """Writes a checkpoint of random weights; `bias` sets the head's bias and clears its weights."""
    actor = actor or {"gru": {"embedding": 16, "hidden": 8}}
    generator = numpy.random.default_rng(seed)
    names = [feature.name for feature in features_named(features)]
    count = len(names)

    def weights(*shape):
        return (generator.standard_normal(shape) / numpy.sqrt(shape[-1])).astype(numpy.float32)

    (kind, sizes), tensors = next(iter(actor.items())), {}
    hidden = sizes["hidden"]
    if kind == "mlp":
        tensors.update({"actor.hidden.weight": weights(hidden, count), "actor.hidden.bias": weights(hidden)})
    elif kind == "lstm":
        tensors.update({
            "actor.lstm.inputWeight": weights(4 * hidden, count),
            "actor.lstm.recurrentWeight": weights(4 * hidden, hidden), "actor.lstm.bias": weights(4 * hidden)})
    else:
        embedding = sizes["embedding"]
        tensors.update({
            "actor.embedding.weight": weights(embedding, count), "actor.embedding.bias": weights(embedding),
            "actor.gru.inputWeight": weights(3 * hidden, embedding),
            "actor.gru.recurrentWeight": weights(3 * hidden, hidden),
            "actor.gru.inputBias": weights(3 * hidden), "actor.gru.recurrentBias": weights(3 * hidden)})
    tensors["actor.mean.weight"] = weights(1, hidden)
    tensors["actor.mean.bias"] = weights(1)
    if bias is not None:
        tensors["actor.mean.weight"] *= 0
        tensors["actor.mean.bias"] = numpy.array([bias], numpy.float32)
    tensors["normalizer.mean"] = generator.standard_normal(count)
    tensors["normalizer.squaredDeviations"] = 100 * generator.uniform(0.5, 2, count)
    description = {
        "featureSet": features if features in ("paper", "extended") else names,
        "action": {
            "logScale": log_scale, "looks": looks, "lookLogScale": 2.5, "minimum": 1e-6, "maximum": 1.0, **action},
        "policy": {"observationCount": count, "actionCount": 1, "actor": actor, "critic": {"mlp": {"hidden": 4}}},
        "normalizerClip": 5, "normalizerCount": 100,
    }
    card = {"training": {"plan": {"interval": interval or 10}}}
    path.write_bytes(safetensors.encode(tensors, {
        "format": "metalr controller", "formatVersion": str(version), "controller": json.dumps(description),
        "card": json.dumps(card)}))
    return path
