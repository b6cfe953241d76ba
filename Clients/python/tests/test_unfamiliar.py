"""A controller and a run that it was not trained for: as Tests/CommandTests/UnfamiliarRunTests.swift."""

import pytest
from metalr.core.unfamiliar import unfamiliar

import metalr


def problem(**changes):
    plan = {"stepBudget": 300, "interval": 10, "divergenceBound": 10}
    return {"dataset": "shapes", "optimizer": "adam", "batchSize": 200, "plan": plan, **changes}


def card(*problems):
    return {"problems": {"name": "list", "problems": list(problems), "settings": []}}


@pytest.mark.parametrize(
    "run, differences",
    [
        ({"optimizer": "adam", "batch_size": 200, "total_steps": 300, "interval": 10}, []),
        ({}, []),
        ({"optimizer": "sgd"}, ["optimizer sgd, trained with adam"]),
        (
            {"batch_size": 100.0, "total_steps": 1000, "interval": 5},
            ["batch size 100, trained with 200", "steps 1000, trained with 300", "interval 5, trained with 10"],
        ),
    ],
)
def test_every_difference_is_named(run, differences):
    assert unfamiliar(card(problem()), **run) == differences


def test_one_problem_of_several_is_enough():
    other = problem(optimizer="adamw:decay=0.1", batchSize=50)
    assert unfamiliar(card(problem(), other), "adamw", 50) == []
    assert unfamiliar(card(problem(), other), "sgd") == ["optimizer sgd, trained with adam, adamw"]


def test_decisions_that_are_spread_over_a_run_have_no_interval():
    spread = problem(plan={"stepBudget": 300, "interval": 10, "decisionCount": 50})
    assert unfamiliar(card(spread), interval=7) == []


def test_a_controller_for_any_training_knows_all_but_another_optimizer_than_its_own():
    for name, here, expected in [
        ("universal", "sgd", []),
        ("universal-sf", "schedule-free-adamw", []),
        ("universal-sf", "adam", ["optimizer adam, trained with schedule-free-adamw"]),
    ]:
        assert unfamiliar(metalr.Controller(name).card, here, 7, 123, 3) == expected


def test_a_card_of_version_0_1_is_compared_too():
    differences = unfamiliar(metalr.Controller("fashion").card, "momentum", 1000, 1000, 10)
    assert differences == ["optimizer momentum, trained with adam"]


@pytest.mark.parametrize(
    "damaged",
    [
        {}, {"problems": 3}, {"problems": {"problems": [3, None, {"optimizer": 7, "batchSize": "x", "plan": 1}]}},
        {"problems": {"settings": [1, {"name": "optimizer", "value": 3}]}}, {"trainee": 3, "furtherTrainees": 4},
        {"problems": {"problems": [{"batchSize": float("nan")}, {"batchSize": float("inf")}]}},
    ],
)
def test_a_damaged_card_says_nothing(damaged):
    assert unfamiliar(damaged, "adam", 3, 4, 5) == []


def test_a_run_in_numbers_has_its_differences():
    assert metalr.Run(1000, 0.01, "fashion", batchSize=64).unfamiliar == ["batch size 64, trained with 1000"]
    assert metalr.Run(1000, 0.01, batchSize=64).unfamiliar == []
