"""Keras 3, with any backend."""

from __future__ import annotations

from typing import Optional, Union

import keras

from ..core.controller import Controller
from ..core.run import Run


class KerasCallback(keras.callbacks.Callback):
    """Lets a controller decide the rates of `fit`, from the losses alone.

        model.fit(images, labels, epochs=10, callbacks=[metalr.KerasCallback()])

    A validation loss is taken from `val_loss` at the end of an epoch.

    total_steps: steps of the whole training; those of `fit` by default.
    facts: measures that stay the same, such as ``batchSize=128``.
    """

    def __init__(
        self, controller: Union[str, Controller] = "universal", total_steps: Optional[int] = None, **facts: float
    ) -> None:
        super().__init__()
        self._controller, self._total_steps, self._facts = controller, total_steps, facts
        #: The run, once training has begun.
        self.run: Optional[Run] = None
        self._mean = 0.0

    def on_train_begin(self, logs: Optional[dict] = None) -> None:
        total = self._total_steps
        if total is None:
            steps = self.params.get("steps")
            if steps is None:
                raise ValueError("the number of steps is not known: give metalr.KerasCallback(total_steps=...)")
            total = steps * self.params["epochs"]
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.run = Run(total, rate, self._controller, None, None, None, **self._facts)

    def on_train_batch_end(self, batch: int, logs: Optional[dict] = None) -> None:
        assert self.run is not None and logs is not None
        # Keras gives the mean of the epoch so far.
        mean, before = float(logs["loss"]), self._mean if batch > 0 else 0.0
        self._mean = mean
        old = self.run.learning_rate
        rate = self.run.step(mean * (batch + 1) - before * batch)
        if rate != old:
            if keras.backend.backend() == "jax":
                # The JAX trainer keeps the rate in a state of its own, and reads it again after this.
                self.model.jax_state_sync()
            self.model.optimizer.learning_rate = rate
        if self.run.verdict == "stop":
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Optional[dict] = None) -> None:
        if self.run is not None and logs and "val_loss" in logs:
            self.run.report(validationLoss=float(logs["val_loss"]))
