"""A trained controller: reads its checkpoint, and decides the rates of a run."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import os
import pathlib
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple, Union

import numpy

from . import safetensors
from .features import Feature, features_named, values_of
from .history import RunHistory
from .measures import Observation
from .numbers import clamp, is_finite
from .policy import Policy, actor_of

SHIPPED = pathlib.Path(__file__).resolve().parent.parent / "checkpoints"
FORMAT_VERSION = 3
_VARIANCE_FLOOR = 1e-8
# As in Sources/MetaLR/Checkpoint: beyond these a decision may be no number.
_LARGEST_CLIP, _LARGEST_COUNT = 1000, 1 << 60


class Action:
    """How a policy's output changes the rate: ``rate * exp(log_scale * clip(a, -1, 1))``, within bounds.

    looks: decisions before the first step, each after a look; look_log_scale is their log_scale.
    fall: share of a run over whose end the rate falls in a straight line towards 0, beside what the policy decides.
    """

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.log_scale = float(description["logScale"])
        self.looks = int(description.get("looks", 0))
        self.look_log_scale = float(description.get("lookLogScale", 2.5))
        self.fall = float(description.get("fall", 0.0))
        self.minimum, self.maximum = float(description["minimum"]), float(description["maximum"])
        scales = (self.log_scale, self.look_log_scale, self.minimum)
        if not (all(s > 0 and is_finite(s) for s in scales) and self.minimum <= self.maximum < math.inf):
            raise ValueError("has an action with impossible numbers")
        if not 0 <= self.looks <= 100:
            raise ValueError(f"has an action with {self.looks} looks")
        if not 0 <= self.fall <= 1:
            raise ValueError(f"has an action that falls over {self.fall} of a run")

    def next_rate(self, rate: float, action: float, log_scale: float) -> float:
        """The next rate; an action that is not finite leaves it where it is."""
        change = clamp(action, -1.0, 1.0) if is_finite(action) else 0.0
        return clamp(rate * math.exp(log_scale * change), self.minimum, self.maximum)

    def take_fall(self, observation: Observation, history: RunHistory) -> Tuple[Observation, float]:
        """Takes the fall out of a reading's rate: the reading that the policy sees, and the next interval's factor.

        history: the run before the reading.
        """
        if self.fall == 0 or "budget" in history.hidden:
            return observation, 1.0
        step, budget = float(observation.step), float(observation.step_budget)
        steps = step - (history.latest.step if history.latest else 0)
        now = self._fall_factor((budget - step + steps / 2) / budget)
        following = self._fall_factor((budget - step - min(steps, budget - step) / 2) / budget)
        rate = observation.learning_rate / now
        return Observation(observation.step, observation.step_budget, rate, observation.values), following

    def _fall_factor(self, left: float) -> float:
        return min(1.0, max(left, 1e-6) / self.fall)


class Controller:
    """A trained controller.

        controller = metalr.Controller("universal")          # one of those inside the package
        controller = metalr.Controller("runs/mine.ckpt")     # or a checkpoint of one's own

    Raises ValueError where there is no such controller, or where its checkpoint is damaged or too new.
    """

    def __init__(self, name: Union[str, os.PathLike]) -> None:
        self.path = str(find_checkpoint(name))
        data = pathlib.Path(self.path).read_bytes()
        #: The name by which it is known: that of its file.
        self.name = pathlib.Path(self.path).stem
        #: A hash of the file, by which a resumed run recognizes its controller.
        self.digest = hashlib.sha256(data).hexdigest()
        self._read(safetensors.decode(data, self.path))

    def _read(self, file: safetensors.Safetensors) -> None:
        if file.metadata.get("format") != "metalr controller":
            raise ValueError(f"'{self.path}' is a safetensors file, but no controller of metalr.")
        version = int(file.metadata.get("formatVersion", "0"))
        if not 1 <= version <= FORMAT_VERSION:
            raise ValueError(
                f"'{self.path}' is of format {version}; this version reads up to {FORMAT_VERSION}. Upgrade metalr."
            )
        try:
            self._take(file)
        except KeyError as error:
            raise ValueError(f"'{self.path}' lacks {error} in its metadata. Copy it again.") from None
        except (TypeError, AttributeError, OverflowError, RecursionError):
            raise ValueError(f"'{self.path}' has metadata that cannot be read. Copy it again.") from None

    def _take(self, file: safetensors.Safetensors) -> None:
        """Raises ValueError, or what Python raises where something of another kind is found."""
        try:
            description = json.loads(file.metadata["controller"])
            self.card: dict = json.loads(file.metadata["card"])
            self.features: List[Feature] = list(features_named(description["featureSet"]))
            self.action = Action(description["action"])
            policy, clip = description["policy"], float(description["normalizerClip"])
            samples = int(description["normalizerCount"])
            actor, inputs, actions = policy["actor"], policy["observationCount"], policy["actionCount"]
        except ValueError as error:
            raise ValueError(f"'{self.path}': {error}") from None
        count = len(self.features)
        fits = inputs == count and actions == 1 and 0 <= samples <= _LARGEST_COUNT and 0 < clip <= _LARGEST_CLIP
        if not fits or not isinstance(self.card, dict):
            raise ValueError(f"'{self.path}' describes a controller whose parts do not fit each other.")
        self._clip = numpy.float32(clip)
        mean, squares = (file.tensors.get(f"normalizer.{part}") for part in ("mean", "squaredDeviations"))
        for part in (mean, squares):
            if part is None or part.shape != (count,) or not numpy.isfinite(part).all():
                raise ValueError(f"'{self.path}' lacks the normalizer's {count} numbers. Copy it again.")
        assert mean is not None and squares is not None
        if (squares < 0).any():
            raise ValueError(f"'{self.path}' has negative squares, which give no decision. Copy it again.")
        if samples:
            self._mean = mean.astype(numpy.float64)
            self._deviation = numpy.sqrt(squares.astype(numpy.float64) / samples + _VARIANCE_FLOOR)
        else:
            # One that has seen nothing only clips.
            self._mean, self._deviation = numpy.zeros(count), numpy.ones(count)
        self.policy: Policy = actor_of(file.tensors, actor, count, self.path)

    @property
    def default_interval(self) -> Optional[int]:
        """Steps between two decisions in its training; None where it decided a fixed number of times a run."""
        if self.action.looks > 0 or self.needs_only_training_loss:
            return None
        return int(self.card.get("training", {}).get("plan", {}).get("interval", 10))

    @property
    def needs_only_training_loss(self) -> bool:
        """Whether it was made to do without any other input: it knows which ones a run has."""
        names = {feature.name for feature in self.features}
        groups = {feature.group for feature in self.features}
        return "has validation" in names or not groups & {"validation", "predictions"}

    def inputs(self, history: RunHistory) -> numpy.ndarray:
        """What the policy sees of a run so far: its features on the policy's scale, 0 for an absent one."""
        values = values_of(self.features, history)
        is_there = numpy.array([value is not None for value in values])
        raw = numpy.array([0.0 if value is None else value for value in values]).astype(numpy.float32)
        scaled = ((raw.astype(numpy.float64) - self._mean) / self._deviation).astype(numpy.float32)
        return numpy.where(is_there, numpy.clip(scaled, -self._clip, self._clip), numpy.float32(0))

    def session(self, hidden: Iterable[str] = ()) -> ControllerSession:
        """Begins to control one run; the answers depend on the observations alone."""
        return ControllerSession(self, RunHistory(hidden))


class ControllerSession:
    """A controller at work on one run: the twin of Sources/MetaLR/Controller/ControllerSession.swift."""

    def __init__(self, controller: Controller, history: RunHistory) -> None:
        self.controller, self.history = controller, history
        self.recurrent = controller.policy.initial_state

    def next_learning_rate(self, observation: Observation) -> float:
        """The rate of the next interval; a reading that is not finite leaves rate and memory as they are."""
        if not observation.is_finite:
            return observation.learning_rate
        if self.history.is_look:
            # The last look has decided the first interval.
            self.history.end_looks(observation)
            return observation.learning_rate
        observation, fall = self.controller.action.take_fall(observation, self.history)
        self.history.add(observation)
        return fall * self._decide(observation.learning_rate, self.controller.action.log_scale)

    def first_learning_rate(
        self, observation: Observation, look: Callable[[float], Optional[Observation]]
    ) -> float:
        """Looks before the first step, as often as the controller was trained to, and returns the rate to begin with.

        look: takes a trial step at a rate and undoes it; None where that is not possible.
        """
        rate = observation.learning_rate
        for index in range(self.controller.action.looks):
            seen = look(rate) if observation.is_finite else None
            if seen is None:
                break
            if index == 0:
                self.history.add(observation)
            self.history.add_look(seen)
            rate = self._decide(rate, self.controller.action.look_log_scale)
        return rate

    def _decide(self, rate: float, log_scale: float) -> float:
        inputs = self.controller.inputs(self.history)
        action, self.recurrent = self.controller.policy.action(inputs, self.recurrent)
        self.history.add_action(action)
        return self.controller.action.next_rate(rate, action, log_scale)

    def state(self) -> dict:
        """Everything that is remembered, as numbers, texts and lists alone."""
        return {"recurrent": [float(value) for value in self.recurrent], "history": self.history.state()}

    def load_state(self, state: Mapping) -> None:
        """Goes on with a run whose memory was kept."""
        recurrent = numpy.array(state["recurrent"], numpy.float32)
        if recurrent.shape != self.recurrent.shape:
            raise ValueError(f"the state is of another controller than '{self.controller.name}'")
        self.recurrent, self.history = recurrent, RunHistory.from_state(state["history"])


def shipped_controllers() -> List[str]:
    """The names of the controllers inside the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.ckpt"))


def find_checkpoint(name: Union[str, os.PathLike]) -> pathlib.Path:
    """The file of a controller: a path, or the name of one inside the package."""
    text = os.fspath(name)
    inside = SHIPPED / f"{text}.ckpt"
    if os.sep not in text and inside.is_file():
        return inside
    path = pathlib.Path(text)
    if path.is_file():
        return path
    names = shipped_controllers()
    near = difflib.get_close_matches(text, names, 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise ValueError(f"There is no controller '{text}'.{hint} Give the path of a checkpoint, or one of {', '.join(names)}.")
