"""What a scheduler measures on data that is not trained on."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple, Union

import torch
from torch import Tensor
from torch.optim import Optimizer

from ..core.measures import check_values

#: Numbers of the predictions that are looked at: a language model's would fill the memory.
_MOST_PREDICTIONS = 1_000_000

Validate = Union[Callable[[], Any], Tuple[Any, Tensor]]


class Validation:
    """Measures validation loss, predictions and the last layer's weights.

    validate: a callable that returns the loss, the pair (loss, outputs), or measures by name; or a probe batch
        (inputs, targets), which `model` is called on in evaluation mode.
    loss: loss(outputs, targets) of a probe batch; cross-entropy over the last dimension by default.
    """

    def __init__(
        self,
        validate: Optional[Validate],
        model: Optional[torch.nn.Module],
        loss: Optional[Callable[[Tensor, Tensor], Tensor]],
        optimizer: Optimizer,
    ) -> None:
        is_probe = isinstance(validate, (tuple, list))
        if is_probe and len(validate) != 2:  # type: ignore[arg-type]
            raise ValueError("validate= takes a callable, or the pair (inputs, targets)")
        if is_probe and model is None:
            raise ValueError("validate=(inputs, targets) needs model=, which is called on the inputs")
        if validate is not None and not is_probe and not callable(validate):
            raise ValueError(f"validate is {validate!r}; give a callable, or the pair (inputs, targets)")
        if loss is not None and not is_probe:
            raise ValueError("loss= is that of a probe batch; give validate=(inputs, targets) too")
        self._validate, self._model, self._loss, self._optimizer = validate, model, loss or _cross_entropy, optimizer
        self._weight = _last_dense_weight(model) if model is not None else None
        #: Probabilities of the last observation, those that are looked at.
        self.predictions: Optional[Tensor] = None

    @property
    def is_there(self) -> bool:
        """Whether there is anything to validate on."""
        return self._validate is not None

    def measure(self) -> Dict[str, float]:
        """The measures at the weights that the optimizer says to evaluate."""
        values: Dict[str, float] = {}
        if self._weight is not None:
            weight = self._weight.detach().float()
            mean, variance = torch.stack([weight.mean(), weight.var(unbiased=False)]).tolist()
            values = {"weightMean": mean, "weightVariance": variance}
        if self._validate is None:
            return values
        with _evaluated(self._optimizer), torch.no_grad():
            answer = self._probe() if isinstance(self._validate, (tuple, list)) else self._validate()
        if isinstance(answer, Mapping):
            return {**values, **check_values(answer)}
        loss, outputs = answer if isinstance(answer, (tuple, list)) else (answer, None)
        values["validationLoss"] = float(loss.detach() if isinstance(loss, Tensor) else loss)
        if outputs is not None:
            values.update(self._prediction_measures(outputs))
        return values

    def _probe(self) -> Tuple[Tensor, Tensor]:
        assert self._model is not None and isinstance(self._validate, (tuple, list))
        inputs, targets = self._validate
        was_training = self._model.training
        self._model.eval()
        try:
            outputs = self._model(inputs)
        finally:
            self._model.train(was_training)
        return self._loss(outputs, targets), outputs

    def _prediction_measures(self, outputs: Tensor) -> Dict[str, float]:
        rows = outputs.detach().reshape(-1, outputs.shape[-1]) if outputs.dim() > 1 else outputs.detach().reshape(-1, 1)
        step = max(1, -(-rows.numel() // _MOST_PREDICTIONS))
        chosen = rows[::step].float()
        # One output a row is a regression's: it is looked at as it is.
        predictions = torch.softmax(chosen, dim=-1) if rows.shape[-1] > 1 else chosen
        before, self.predictions = self.predictions, predictions
        change = 0.0
        if before is not None and before.shape == predictions.shape:
            change = float((predictions - before.to(predictions.device)).var(unbiased=False))
        return {"predictionVariance": float(predictions.var(unbiased=False)), "predictionChangeVariance": change}


def _cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    if targets.dtype == torch.long and outputs.dim() > 1:
        return torch.nn.functional.cross_entropy(outputs.reshape(-1, outputs.shape[-1]), targets.reshape(-1))
    return torch.nn.functional.cross_entropy(outputs, targets)


def _last_dense_weight(model: torch.nn.Module) -> Optional[Tensor]:
    layers = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    return layers[-1].weight if layers else None


@contextlib.contextmanager
def _evaluated(optimizer: Optimizer) -> Iterator[None]:
    """Puts the weights to evaluate in place, for optimizers that train others (Schedule-Free)."""
    evaluate, train = getattr(optimizer, "eval", None), getattr(optimizer, "train", None)
    if evaluate is None or train is None:
        yield
        return
    evaluate()
    try:
        yield
    finally:
        train()
