"""What a run has that a controller was not trained with: the twin of Sources/MetaLR/Checkpoint/UnfamiliarRun.swift."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence

REMEDY = "Its rates may not suit the run: the controller 'universal' is for any training."


def unfamiliar(
    card: Mapping[str, Any],
    optimizer: Optional[str] = None,
    batch_size: Optional[float] = None,
    total_steps: Optional[int] = None,
    interval: Optional[int] = None,
) -> List[str]:
    """Each difference of a run from the problems on a controller's card: "optimizer sgd, trained with adam".

    What either does not say is no difference. An optimizer is compared by its name alone, since its constants have other names
    in every library.
    """
    problems = _problems(card)
    plans = [_mapping(problem.get("plan")) for problem in problems]
    optimizers = [problem.get("optimizer") for problem in problems] if problems else [_driven(card)]
    found = [
        _difference("optimizer", optimizer, [_name(text) for text in optimizers]),
        _difference("batch size", _count(batch_size), [_count(problem.get("batchSize")) for problem in problems]),
        _difference("steps", _count(total_steps), [_count(plan.get("stepBudget")) for plan in plans]),
        _difference(
            "interval",
            _count(interval),
            [None if plan.get("decisionCount") else _count(plan.get("interval")) for plan in plans],
        ),
    ]
    return [difference for difference in found if difference is not None]


def _difference(name: str, here: Optional[str], trained: Sequence[Optional[str]]) -> Optional[str]:
    known = sorted({value for value in trained if value})
    if not here or not known or here in known:
        return None
    return f"{name} {here}, trained with {', '.join(known)}"


def _problems(card: Mapping[str, Any]) -> List[Mapping[str, Any]]:
    described = card.get("problems")
    if isinstance(described, Mapping):
        listed = described.get("problems")
        return [_mapping(problem) for problem in listed] if isinstance(listed, list) else []
    # Cards of version 0.1 name trainees, and keep their plan in the training.
    further = card.get("furtherTrainees")
    trainees = [card.get("trainee"), *(further if isinstance(further, list) else [])]
    plan = _mapping(card.get("training")).get("plan")
    return [{**trainee, "plan": plan} for trainee in trainees if isinstance(trainee, Mapping)]


def _driven(card: Mapping[str, Any]) -> Optional[str]:
    """The optimizer that all sampled problems had; None for several."""
    settings = _mapping(card.get("problems")).get("settings")
    for setting in settings if isinstance(settings, list) else []:
        setting = _mapping(setting)
        if setting.get("name") == "optimizer":
            value = setting.get("value")
            # A list joins with ", ", constants of one optimizer with ",".
            return value if isinstance(value, str) and ", " not in value else None
    return None


def _name(optimizer: Any) -> Optional[str]:
    return optimizer.partition(":")[0] if isinstance(optimizer, str) else None


def _count(value: Any) -> Optional[str]:
    return str(int(value)) if isinstance(value, (int, float)) and 1 <= value < 1e15 else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
