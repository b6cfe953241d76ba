"""Client of the metalr service: learned learning rates for any training loop.

The client needs the standard library alone; ``MetaLRScheduler`` needs PyTorch, and is imported on first use.
"""

from .client import Client, ServiceError, Unreachable

__all__ = ["Client", "MetaLRScheduler", "ServiceError", "Unreachable"]


def __getattr__(name):
    if name == "MetaLRScheduler":
        from .scheduler import MetaLRScheduler

        return MetaLRScheduler
    raise AttributeError(f"module 'metalr' has no attribute '{name}'")
