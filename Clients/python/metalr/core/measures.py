"""What a trainee can report: the list of Sources/Trainee/Measure.swift."""

from __future__ import annotations

from typing import Dict, Mapping, NamedTuple, Optional

from .numbers import is_finite


class Measure(NamedTuple):
    """A quantity of a training run.

    name: its name in JSON, in the trainee protocol and here.
    is_fact: whether it is the same in every observation of a run.
    minimum: the least value that a run can report; None where any number is possible.
    """

    name: str
    is_fact: bool = False
    minimum: Optional[float] = None


#: Every measure; only ``trainLoss`` is required. Tests/MetaLRTests/GoldenListTests.swift writes the entries.
MEASURES = (
    Measure("trainLoss"),
    Measure("trainLossDeviation", minimum=0),
    Measure("validationLoss"),
    Measure("lossBeforeTrial"),
    Measure("predictionVariance", minimum=0),
    Measure("predictionChangeVariance", minimum=0),
    Measure("weightMean"),
    Measure("weightVariance", minimum=0),
    Measure("gradientNorm", minimum=0),
    Measure("gradientCosine", minimum=-1),
    Measure("updateCosine", minimum=-1),
    Measure("halfBatchCosine", minimum=-1),
    Measure("updateNorm", minimum=0),
    Measure("predictedDecrease"),
    Measure("weightNorm", minimum=0),
    Measure("intervalDistance", minimum=0),
    Measure("initialDistance", minimum=0),
    Measure("chanceLoss", is_fact=True, minimum=0),
    Measure("usualLearningRate", is_fact=True, minimum=0),
    Measure("isAdaptive", is_fact=True, minimum=0),
    Measure("momentum", is_fact=True, minimum=0),
    Measure("averagesWeights", is_fact=True, minimum=0),
    Measure("batchSize", is_fact=True, minimum=0),
    Measure("exampleCount", is_fact=True, minimum=0),
    Measure("parameterCount", is_fact=True, minimum=0),
    Measure("classCount", is_fact=True, minimum=0),
)

BY_NAME: Dict[str, Measure] = {measure.name: measure for measure in MEASURES}


class Observation:
    """One reading of a training run: steps done, steps in all, the rate, and values by the measures' names."""

    __slots__ = ("step", "step_budget", "learning_rate", "values")

    def __init__(self, step: int, step_budget: int, learning_rate: float, values: Mapping[str, float]) -> None:
        if "trainLoss" not in values:
            raise ValueError("an observation needs 'trainLoss'; all other measures may be absent")
        self.step, self.step_budget, self.learning_rate = step, step_budget, float(learning_rate)
        self.values: Dict[str, float] = check_values(values)

    def get(self, name: str) -> Optional[float]:
        """The value of a measure; None where it is absent."""
        return self.values.get(name)

    @property
    def train_loss(self) -> float:
        """The training loss."""
        return self.values["trainLoss"]

    @property
    def validation_loss(self) -> float:
        """The loss that a run is judged by: the validation loss, or the training loss where there is none."""
        return self.values.get("validationLoss", self.values["trainLoss"])

    @property
    def progress(self) -> float:
        """Steps done over the step budget."""
        return self.step / self.step_budget

    @property
    def is_finite(self) -> bool:
        """Whether every number is finite: false once a run has diverged."""
        return is_finite(self.learning_rate) and all(map(is_finite, self.values.values()))

    def state(self) -> dict:
        """The observation as numbers and texts alone."""
        return {"step": self.step, "stepBudget": self.step_budget, "learningRate": self.learning_rate, **self.values}

    @classmethod
    def from_state(cls, state: Mapping[str, float]) -> Observation:
        """The observation of a state; names that are no measure are ignored."""
        values = {name: value for name, value in state.items() if name in BY_NAME and value is not None}
        return cls(int(state["step"]), int(state["stepBudget"]), state["learningRate"], values)


def check_values(values: Mapping[str, float]) -> Dict[str, float]:
    """The values as floats, without absent ones; raises ValueError for a name that is no measure."""
    checked = {}
    for name, value in values.items():
        if name not in BY_NAME:
            raise ValueError(f"'{name}' is no measure; the measures are {', '.join(BY_NAME)}")
        if value is not None:
            checked[name] = float(value)
    return checked
