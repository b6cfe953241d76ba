"""Hugging Face's Trainer."""

from __future__ import annotations

from typing import Any, Optional, Union

from ..core.controller import Controller
from ..pytorch.scheduler import Scheduler


def huggingface(trainer: Any, controller: Optional[Union[str, Controller]] = None, **options: Any) -> Any:
    """Lets a controller decide the rates of a `transformers.Trainer`, before `train()`; returns the trainer.

        metalr.huggingface(trainer).train()

    The scheduler is made when the Trainer makes its own, for as many steps as it will take; it is saved and resumed with the
    Trainer's checkpoints. A validation loss is taken from the Trainer's evaluations where it makes any.

    options: those of `metalr.Scheduler`.

    Raises ValueError where the trainer has a scheduler already.
    """
    from transformers import TrainerCallback

    if trainer.lr_scheduler is not None:
        raise ValueError("the trainer has a scheduler already; give it none in optimizers=(optimizer, None)")
    take_step = trainer.training_step

    def create_scheduler(num_training_steps: int, optimizer: Optional[Any] = None) -> Scheduler:
        if trainer.lr_scheduler is None:
            arguments = trainer.args
            parts = arguments.gradient_accumulation_steps * arguments.world_size
            facts = {"batch_size": arguments.train_batch_size * parts, "example_count": _length(trainer.train_dataset)}
            trainer.lr_scheduler = Scheduler(
                optimizer or trainer.optimizer, num_training_steps, controller, **{**facts, **options}
            )
            trainer._created_lr_scheduler = True
        return trainer.lr_scheduler

    def training_step(*arguments: Any, **keywords: Any) -> Any:
        loss = take_step(*arguments, **keywords)
        # With gradient accumulation it is a part of the step's loss: their sum is the mean.
        _scheduler(trainer).observe(loss, is_part=True)
        return loss

    class Evaluations(TrainerCallback):
        def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            metrics = kwargs.get("metrics")
            if metrics and "eval_loss" in metrics and trainer.lr_scheduler is not None:
                _scheduler(trainer).report(validationLoss=metrics["eval_loss"])

    trainer.create_scheduler, trainer.training_step = create_scheduler, training_step
    trainer.add_callback(Evaluations())
    return trainer


def _scheduler(trainer: Any) -> Scheduler:
    """The scheduler, which Accelerate may have wrapped."""
    return getattr(trainer.lr_scheduler, "scheduler", trainer.lr_scheduler)


def _length(dataset: Any) -> Optional[int]:
    try:
        return len(dataset)
    except TypeError:
        return None
