"""Optax: a schedule whose rates are decided on the host."""

from __future__ import annotations

from typing import Any, Callable

import jax
import numpy
from jax.experimental import io_callback

from ..core.run import Run


def optax_schedule(run: Run) -> Callable[[Any], Any]:
    """A schedule for optax optimizers, jitted or not, whose rate is that of the run.

        run = metalr.Run(total_steps=10_000, learning_rate=1e-3)
        optimizer = optax.adam(metalr.optax_schedule(run))
        ...
        params, opt_state, loss = train_step(params, opt_state, batch)
        run.step(float(loss))
    """

    def rate(_: Any) -> Any:
        return numpy.float32(run.learning_rate)

    def schedule(count: Any) -> Any:
        return io_callback(rate, jax.ShapeDtypeStruct((), numpy.float32), count)

    return schedule
