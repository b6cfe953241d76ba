"""Learned learning rates for any training loop.

    import metalr

    scheduler = metalr.Scheduler(optimizer, total_steps=10_000)
    ...
    scheduler.step(loss)

What needs PyTorch or another framework is imported on first use; the rest needs numpy alone.
"""

from __future__ import annotations

import importlib
from typing import Any

from .client import Client, ServiceError, Unreachable
from .core.controller import Controller, ControllerSession, shipped_controllers
from .core.features import FEATURES, PRESETS
from .core.guardian import Guardian
from .core.history import RunHistory
from .core.measures import MEASURES, Observation
from .core.run import Run

__version__ = "0.2.0"

_LAZY = {
    "Scheduler": ".pytorch.scheduler",
    "Guard": ".pytorch.guard",
    "ScheduleFreeAdamW": ".pytorch.schedulefree",
    "huggingface": ".integrations.huggingface",
    "LightningCallback": ".integrations.lightning",
    "KerasCallback": ".integrations.keras",
    "optax_schedule": ".integrations.optax",
}

__all__ = [
    "Client",
    "Controller",
    "ControllerSession",
    "FEATURES",
    "Guardian",
    "MEASURES",
    "Observation",
    "PRESETS",
    "Run",
    "RunHistory",
    "ServiceError",
    "Unreachable",
    "shipped_controllers",
    *_LAZY,
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name], __name__), name)
    raise AttributeError(f"module 'metalr' has no attribute '{name}'")
