"""Where decisions are written down: CSV, TensorBoard, Weights & Biases, MLflow."""

from __future__ import annotations

import csv
import os
import sys
from typing import Any, List, Mapping, Sequence, Union

from .measures import MEASURES

#: Columns of a CSV file.
COLUMNS = ["step", "learningRate", "nextLearningRate", "deciding", "verdict"] + [
    measure.name for measure in MEASURES if not measure.is_fact
]

Record = Mapping[str, Any]


class CSVLog:
    """Appends a row for every decision; a file that is there is continued."""

    def __init__(self, path: Union[str, os.PathLike]) -> None:
        is_new = not os.path.exists(path) or os.path.getsize(path) == 0
        self._file = open(path, "a", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, COLUMNS, extrasaction="ignore")
        if is_new:
            self._writer.writeheader()

    def write(self, record: Record) -> None:
        """Adds a row."""
        self._writer.writerow(dict(record))
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class _Scalars:
    """Anything that takes numbers by name at a step."""

    def write(self, record: Record) -> None:
        """Hands on the numbers of a record."""
        numbers = {f"metalr/{name}": value for name, value in record.items() if isinstance(value, float)}
        self.send(numbers, record["step"])

    def send(self, numbers: Mapping[str, float], step: int) -> None:
        """Takes the numbers of a step."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing: the job owns it."""


class TensorBoardLog(_Scalars):
    """A SummaryWriter of the job's."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def send(self, numbers: Mapping[str, float], step: int) -> None:
        for name, value in numbers.items():
            self._writer.add_scalar(name, value, step)


class WandbLog(_Scalars):
    """A run of Weights & Biases; the step is a column, because the job counts steps of its own."""

    def __init__(self, run: Any) -> None:
        self._run = run

    def send(self, numbers: Mapping[str, float], step: int) -> None:
        self._run.log({**numbers, "metalr/step": step})


class MLflowLog(_Scalars):
    """The active run of MLflow."""

    def __init__(self, mlflow: Any) -> None:
        self._mlflow = mlflow

    def send(self, numbers: Mapping[str, float], step: int) -> None:
        self._mlflow.log_metrics(dict(numbers), step=step)


def logs_for(target: Any) -> List[Any]:
    """The logs that `log=` asks for: "auto", None, a CSV file's path, a SummaryWriter, a run of W&B, or a list of these.

    "auto" is W&B and MLflow where the job has begun a run of theirs.
    """
    if target is None:
        return []
    if isinstance(target, str) and target == "auto":
        return _active_runs()
    if isinstance(target, (str, os.PathLike)):
        return [CSVLog(target)]
    if isinstance(target, Sequence):
        return [log for part in target for log in logs_for(part)]
    if hasattr(target, "add_scalar"):
        return [TensorBoardLog(target)]
    if hasattr(target, "log_metrics"):
        return [MLflowLog(target)]
    if hasattr(target, "log"):
        return [WandbLog(target)]
    raise ValueError(f"log is {target!r}; give 'auto', a path, a SummaryWriter, a run of W&B, mlflow, or a list of these")


def _active_runs() -> List[Any]:
    wandb, mlflow = sys.modules.get("wandb"), sys.modules.get("mlflow")
    found: List[Any] = []
    if getattr(wandb, "run", None) is not None:
        found.append(WandbLog(wandb.run))  # type: ignore[union-attr]
    if mlflow is not None and hasattr(mlflow, "active_run") and mlflow.active_run() is not None:
        found.append(MLflowLog(mlflow))
    return found
