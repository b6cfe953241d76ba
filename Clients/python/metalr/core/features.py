"""What a controller sees: the twin of Sources/MetaLR/Features. A test compares the names, golden files the values."""

from __future__ import annotations

import math
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from .history import RunHistory, change
from .measures import Observation
from .numbers import clamp, difference, safe_log

Value = Optional[float]


class Feature(NamedTuple):
    """A number that a controller sees: a named function of the run so far.

    group: what it is absent with.
    function: None where a measure that it needs is absent.
    """

    name: str
    group: str
    function: Callable[[RunHistory], Value]

    def value(self, history: RunHistory) -> Value:
        """The value after the latest reading; None where it is absent."""
        return None if self.group in history.hidden else self.function(history)


def _measure(history: RunHistory, name: str) -> Value:
    return None if history.latest is None else history.latest.get(name)


def _first(history: RunHistory, name: str) -> Value:
    return None if history.first is None else history.first.get(name)


def _log(value: Value) -> Value:
    return None if value is None else safe_log(value)


def _latest_log(name: str) -> Callable[[RunHistory], Value]:
    return lambda history: _log(_measure(history, name))


def _latest(name: str) -> Callable[[RunHistory], Value]:
    return lambda history: _measure(history, name)


def _of_latest(function: Callable[[Observation], float]) -> Callable[[RunHistory], Value]:
    return lambda history: None if history.latest is None else function(history.latest)


PAPER_FEATURES = (
    Feature("log train loss", "training", _of_latest(lambda latest: safe_log(latest.train_loss))),
    Feature("log validation loss", "validation", _latest_log("validationLoss")),
    Feature("log prediction variance", "predictions", _latest_log("predictionVariance")),
    Feature("log prediction change variance", "predictions", _latest_log("predictionChangeVariance")),
    Feature("weight mean", "predictions", _latest("weightMean")),
    Feature("log weight variance", "predictions", _latest_log("weightVariance")),
    Feature("log learning rate", "rate", _of_latest(lambda latest: safe_log(latest.learning_rate))),
    Feature("progress", "budget", _of_latest(lambda latest: latest.progress)),
)


# Losses


def _look_change(history: RunHistory) -> Value:
    """What the trial step of a look did to the loss of its batch."""
    before = _measure(history, "lossBeforeTrial")
    if history.latest is None or before is None:
        return None
    return history.logarithm(history.latest.train_loss) - history.logarithm(before)


def _train_over_first(history: RunHistory) -> Value:
    if history.is_look:
        return _look_change(history)
    if not history.train_logs or history.first is None:
        return None
    return history.train_logs[-1] - history.logarithm(history.first.train_loss)


def _train_change(count: int) -> Callable[[RunHistory], Value]:
    return lambda history: _look_change(history) if history.is_look else change(history.train_logs, count)


def _validation_change(count: int) -> Callable[[RunHistory], Value]:
    return lambda history: None if history.is_look else change(history.validation_logs, count)


def _average(name: str) -> Callable[[RunHistory], Value]:
    return lambda history: None if history.is_look else history.averages.get(name)


def _train_deviation(history: RunHistory) -> Value:
    deviation = _measure(history, "trainLossDeviation")
    if history.latest is None or deviation is None:
        return None
    return safe_log(deviation / (history.latest.train_loss + 1e-4 * history.loss_scale) + 1e-3)


def _train_log(history: RunHistory) -> Value:
    return None if history.latest is None else history.logarithm(history.latest.train_loss)


def _last_validation(history: RunHistory) -> Value:
    return history.validation_logs[-1] if history.validation_logs else None


def _validation_over_first(history: RunHistory) -> Value:
    loss = _first(history, "validationLoss")
    if history.is_look or loss is None:
        return None
    return difference(_last_validation(history), history.logarithm(loss))


def _validation_over_best(history: RunHistory) -> Value:
    lowest = history.lowest_validation_loss
    return difference(_last_validation(history), None if lowest is None else history.logarithm(lowest))


def _ratio(name: str) -> Callable[[RunHistory], Value]:
    return lambda history: difference(_log(_measure(history, name)), _log(_first(history, name)))


def _weight_mean_over_deviation(history: RunHistory) -> Value:
    mean, variance = _measure(history, "weightMean"), _first(history, "weightVariance")
    return None if mean is None or variance is None else mean / math.sqrt(max(variance, 1e-12))


LOSS_FEATURES = (
    Feature("train loss over first", "training", _train_over_first),
    Feature("train loss change 1", "training", _train_change(1)),
    Feature("train loss change 4", "training", _train_change(4)),
    Feature("train loss change 16", "training", _train_change(16)),
    Feature("train loss change average", "training", _average("trainChange")),
    Feature("train loss deviation", "training", _train_deviation),
    Feature(
        "train loss over chance", "training", lambda history: difference(_train_log(history), safe_log(history.loss_scale))
    ),
    Feature("validation loss over first", "validation", _validation_over_first),
    Feature(
        "validation loss over chance",
        "validation",
        lambda history: difference(_last_validation(history), safe_log(history.loss_scale)),
    ),
    Feature("validation loss change 1", "validation", _validation_change(1)),
    Feature("validation loss change 4", "validation", _validation_change(4)),
    Feature("validation loss change 16", "validation", _validation_change(16)),
    Feature("validation loss change average", "validation", _average("validationChange")),
    Feature(
        "validation loss over train loss",
        "validation",
        lambda history: difference(_last_validation(history), _train_log(history)),
    ),
    Feature("validation loss over best", "validation", _validation_over_best),
    Feature("prediction variance over first", "predictions", _ratio("predictionVariance")),
    Feature("weight mean over first deviation", "predictions", _weight_mean_over_deviation),
    Feature("weight variance over first", "predictions", _ratio("weightVariance")),
)


# Gradients and updates


def _half_batch_average(history: RunHistory) -> Value:
    return _measure(history, "halfBatchCosine") if history.is_look else history.averages.get("halfBatchCosine")


def _gradient_difference(base: int) -> Callable[[RunHistory], Value]:
    def function(history: RunHistory) -> Value:
        logs = history.gradient_logs
        return None if history.is_look or logs is None else logs[2] - logs[base]

    return function


def _batch_loss(latest: Observation) -> float:
    before = latest.get("lossBeforeTrial")
    return latest.train_loss if before is None else before


def _predicted_over_loss(history: RunHistory) -> Value:
    decrease = _measure(history, "predictedDecrease")
    if history.latest is None or decrease is None:
        return None
    loss = _batch_loss(history.latest)
    return safe_log(max(decrease, 1e-9 * loss) / (loss + 1e-4 * history.loss_scale))


def _actual_over_predicted(history: RunHistory) -> Value:
    """What the loss lost, over what the gradient promised: 1 for a step so small that the loss is a plane, 1/2 at the
    bottom of a parabola, negative where the step goes too far; within ±3."""
    latest, decrease = history.latest, _measure(history, "predictedDecrease")
    if latest is None or decrease is None:
        return None
    if history.is_look:
        before = latest.get("lossBeforeTrial")
        if before is None:
            return None
        actual, predicted = before - latest.train_loss, decrease
    else:
        moved = change(history.train_logs, 1)
        if moved is None:
            return None
        actual = latest.train_loss * (math.exp(min(-moved, 700.0)) - 1)
        predicted = decrease * max(history.interval_steps, 1)
    loss = _batch_loss(latest)
    return clamp(actual / (abs(predicted) + 1e-3 * abs(loss) + 1e-12), -3.0, 3.0)


def _distance_over_start(history: RunHistory) -> Value:
    start = _first(history, "weightNorm")
    distance = _measure(history, "updateNorm" if history.is_look else "initialDistance")
    return difference(_log(distance), _log(start))


def _interval_straightness(history: RunHistory) -> Value:
    distance, norm = _measure(history, "intervalDistance"), _measure(history, "updateNorm")
    if history.is_look or distance is None or norm is None:
        return None
    return safe_log(distance * distance) - safe_log(norm * norm * max(history.interval_steps, 1))


def _run_straightness(history: RunHistory) -> Value:
    distance = _measure(history, "initialDistance")
    if history.is_look or distance is None or _measure(history, "updateNorm") is None:
        return None
    return safe_log(distance * distance) - safe_log(history.sum_of_squared_updates)


GRADIENT_FEATURES = (
    Feature("gradient cosine", "gradients", _latest("gradientCosine")),
    Feature("gradient cosine average", "gradients", _average("gradientCosine")),
    Feature("update cosine", "gradients", _latest("updateCosine")),
    Feature("update cosine average", "gradients", _average("updateCosine")),
    Feature("half-batch cosine", "gradients", _latest("halfBatchCosine")),
    Feature("half-batch cosine average", "gradients", _half_batch_average),
    Feature(
        "update norm over weight norm",
        "gradients",
        lambda history: difference(_log(_measure(history, "updateNorm")), _log(_measure(history, "weightNorm"))),
    ),
    Feature("gradient norm change", "gradients", _gradient_difference(1)),
    Feature("gradient norm over first", "gradients", _gradient_difference(0)),
    Feature("predicted decrease over train loss", "gradients", _predicted_over_loss),
    Feature("actual over predicted decrease", "gradients", _actual_over_predicted),
    Feature("distance from start over start", "gradients", _distance_over_start),
    Feature("straightness of interval", "gradients", _interval_straightness),
    Feature("straightness of run", "gradients", _run_straightness),
)


# The rate, the budget, sizes


def _rate_over_initial(history: RunHistory) -> Value:
    if history.latest is None or history.first is None:
        return None
    return safe_log(history.latest.learning_rate) - safe_log(history.first.learning_rate)


def _rate_over_usual(history: RunHistory) -> Value:
    usual = _measure(history, "usualLearningRate")
    if history.latest is None or usual is None:
        return None
    return safe_log(history.latest.learning_rate) - safe_log(usual)


def _log_epochs(history: RunHistory) -> Value:
    batch, examples = _measure(history, "batchSize"), _measure(history, "exampleCount")
    if history.latest is None or batch is None or examples is None:
        return None
    return safe_log(history.latest.step_budget * batch) - safe_log(examples)


def _log_classes(history: RunHistory) -> Value:
    count = _measure(history, "classCount")
    return None if count is None else math.log(count) if count > 0 else 0.0


def _is_regression(history: RunHistory) -> Value:
    count = _measure(history, "classCount")
    return None if count is None else 0.0 if count > 0 else 1.0


RATE_FEATURES = (
    Feature("rate over initial", "rate", _rate_over_initial),
    Feature("rate over usual", "rate", _rate_over_usual),
    Feature("last action", "rate", lambda history: history.last_action),
    Feature("is adaptive", "rate", _latest("isAdaptive")),
    Feature("momentum", "rate", _latest("momentum")),
    Feature("averages weights", "rate", _latest("averagesWeights")),
    Feature("log usual rate", "rate", _latest_log("usualLearningRate")),
    Feature("log remaining", "budget", _of_latest(lambda latest: safe_log(max(1 - latest.progress, 0) + 0.02))),
    Feature("log budget", "budget", _of_latest(lambda latest: safe_log(latest.step_budget))),
    Feature("log epochs", "budget", _log_epochs),
    Feature("log batch", "sizes", _latest_log("batchSize")),
    Feature("log parameters", "sizes", _latest_log("parameterCount")),
    Feature("log classes", "sizes", _log_classes),
    Feature("is regression", "sizes", _is_regression),
)


# Which inputs a run has


def _presence(name: str, group: str, *measures: Callable[[RunHistory], Value]) -> Feature:
    def function(history: RunHistory) -> Value:
        is_there = any(measure(history) is not None for measure in measures)
        return 1.0 if is_there and group not in history.hidden else 0.0

    return Feature(name, "training", function)


PRESENCE_FEATURES = (
    _presence(
        "has validation", "validation", _latest("validationLoss"), lambda history: _first(history, "validationLoss")
    ),
    _presence(
        "has predictions",
        "predictions",
        _latest("predictionVariance"),
        lambda history: _first(history, "predictionVariance"),
    ),
    _presence("has gradients", "gradients", _latest("updateNorm")),
    _presence("has budget", "budget", _of_latest(lambda latest: latest.progress)),
    _presence("has sizes", "sizes", _latest("parameterCount")),
    Feature("is look", "training", lambda history: 1.0 if history.is_look else 0.0),
)

#: Every feature that this version knows.
FEATURES: Tuple[Feature, ...] = PAPER_FEATURES + LOSS_FEATURES + GRADIENT_FEATURES + RATE_FEATURES + PRESENCE_FEATURES
BY_NAME: Dict[str, Feature] = {feature.name: feature for feature in FEATURES}

_PROGRESS = (BY_NAME["progress"],)

#: The lists that have a name.
PRESETS: Dict[str, Tuple[Feature, ...]] = {
    "paper": PAPER_FEATURES[:-1],
    "extended": PAPER_FEATURES,
    "universal": _PROGRESS + LOSS_FEATURES + GRADIENT_FEATURES + RATE_FEATURES + PRESENCE_FEATURES,
    "blind": _PROGRESS + RATE_FEATURES,
}


def features_named(names: Union[str, Sequence[str]]) -> Tuple[Feature, ...]:
    """The features of a preset, or of a list of names; raises ValueError for a name that is not known."""
    if isinstance(names, str):
        if names not in PRESETS:
            raise ValueError(f"'{names}' is no list of features; the lists are {', '.join(PRESETS)}")
        return PRESETS[names]
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise ValueError(f"the feature '{unknown[0]}' is not known to this version of metalr; upgrade it")
    if not names or len(set(names)) != len(names):
        raise ValueError(f"the features are {list(names)}; expected at least one, each once")
    return tuple(BY_NAME[name] for name in names)


def values_of(features: Sequence[Feature], history: RunHistory) -> List[Value]:
    """The values after the latest reading, in order; None where a feature is absent."""
    return [feature.value(history) for feature in features]
