"""Lightning's Trainer."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, Dict, Optional, Union

from ..core.controller import Controller
from ..pytorch.scheduler import Scheduler

if TYPE_CHECKING or importlib.util.find_spec("lightning") is not None:
    from lightning.pytorch.callbacks import Callback
else:
    from pytorch_lightning.callbacks import Callback


class LightningCallback(Callback):
    """Lets a controller decide the rates of the (first) optimizer.

        Trainer(callbacks=[metalr.LightningCallback()])

    It is saved and resumed with Lightning's checkpoints. A validation loss is taken from what the module logs as
    `monitor`. `configure_optimizers` returns an optimizer alone, without a scheduler.

    controller, options: those of `metalr.Scheduler`; total_steps are Lightning's by default.
    """

    def __init__(
        self,
        controller: Optional[Union[str, Controller]] = None,
        total_steps: Optional[int] = None,
        monitor: str = "val_loss",
        **options: Any,
    ) -> None:
        self._controller, self._total_steps, self._monitor = controller, total_steps, monitor
        self._options = options
        self._state: Optional[Dict[str, Any]] = None
        #: The scheduler, once training has begun.
        self.scheduler: Optional[Scheduler] = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        if trainer.lr_scheduler_configs:
            raise ValueError("configure_optimizers gives a scheduler too; let it return the optimizer alone")
        total = self._total_steps or trainer.estimated_stepping_batches
        if not total < float("inf"):
            raise ValueError("the number of steps is not known: give total_steps=, or max_steps= of the Trainer")
        options = {"loader": trainer.train_dataloader, **self._options}
        self.scheduler = Scheduler(trainer.optimizers[0], int(total), self._controller, **options)
        if self._state is not None:
            self.scheduler.load_state_dict(self._state)

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        if self.scheduler is not None:
            # Lightning divides by the number of parts that gradients are accumulated over.
            self.scheduler.observe(loss, is_part=True)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *_: Any) -> None:
        if self.scheduler is not None:
            self.scheduler.step()

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        value = trainer.callback_metrics.get(self._monitor)
        if self.scheduler is not None and value is not None:
            self.scheduler.report(validationLoss=float(value))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        if self.scheduler is not None:
            self.scheduler.finish()

    def state_dict(self) -> Dict[str, Any]:
        return {} if self.scheduler is None else self.scheduler.state_dict()

    def load_state_dict(self, state_dict: Dict[str, Any]) -> None:
        self._state = state_dict or None
