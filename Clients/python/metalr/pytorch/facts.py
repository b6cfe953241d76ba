"""What is known of a run before it begins."""

from __future__ import annotations

import math
from typing import Any, Dict, Optional

from torch.optim import Optimizer

from .meter import trained_parameters
from .sampling import local

#: Rates that usually do, by which rates of different optimizers are compared: Sources/NeuralNet/Optimizers/Rules.
USUAL_RATES = {
    "SGD": 0.2,
    "momentum": 0.03,
    "Adam": 3e-3,
    "AdamW": 3e-3,
    "Adagrad": 1e-2,
    "Adadelta": 1.0,
    "RMSprop": 1e-3,
    "ScheduleFreeAdamW": 1e-2,
}

#: The names that metalr has for PyTorch's optimizers.
_NAMES = {"ScheduleFreeAdamW": "schedule-free-adamw"}

_NOT_ADAPTIVE = ("SGD", "ASGD", "LBFGS", "Rprop", "Muon")


def facts_of(optimizer: Optimizer, loader: Optional[Any] = None, **given: Optional[float]) -> Dict[str, float]:
    """Facts about optimizer and data; what is given counts, and None is left out."""
    group = optimizer.param_groups[0]
    name = type(optimizer).__name__
    betas = group.get("betas")
    momentum = float(betas[0]) if betas else float(group.get("momentum") or 0.0)
    kind = "momentum" if name == "SGD" and momentum > 0 else name
    facts: Dict[str, Optional[float]] = {
        "usualLearningRate": USUAL_RATES.get(kind, USUAL_RATES["Adam"]),
        "isAdaptive": 0.0 if name in _NOT_ADAPTIVE else 1.0,
        "momentum": momentum,
        "averagesWeights": 1.0 if "ScheduleFree" in name else 0.0,
        "parameterCount": float(sum(local(p).numel() for p in trained_parameters(optimizer))),
    }
    if loader is not None:
        facts["batchSize"] = _number(getattr(loader, "batch_size", None))
        try:
            facts["exampleCount"] = float(len(loader.dataset))
        except (TypeError, AttributeError):
            pass  # a stream has no length
    facts.update({name: value for name, value in given.items() if value is not None})
    if facts.get("classCount") and facts.get("chanceLoss") is None:
        facts["chanceLoss"] = math.log(facts["classCount"])  # type: ignore[arg-type]
    return {name: float(value) for name, value in facts.items() if value is not None}


def optimizer_name(optimizer: Optimizer) -> str:
    """The name that metalr has for an optimizer: "momentum" for SGD with momentum."""
    name = type(optimizer).__name__
    group = optimizer.param_groups[0]
    if name == "SGD" and group.get("momentum"):
        return "nesterov" if group.get("nesterov") else "momentum"
    return _NAMES.get(name, name.lower())


def _number(value: Any) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) else None
