"""The trainee library and the Gymnasium adapter, with the standard library's example as the trainee."""

import json
import math
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[3]
sys.path[:0] = [str(HERE.parents[1]), str(ROOT / "Docs/Examples/trainees"), str(ROOT / "Clients/python")]

import metalr_trainee  # noqa: E402
import standard_library  # noqa: E402

EXAMPLE = [sys.executable, str(ROOT / "Docs/Examples/trainees/standard_library.py")]


def ask(conversation, request, **members):
    return conversation.answer({"id": 0, "request": request, **members})


@pytest.fixture
def conversation():
    talk = metalr_trainee.Conversation(standard_library.SoftmaxRegression())
    ask(talk, "reset", seed=1, stepBudget=100, learningRate=0.1)
    return talk


def test_measures_are_those_of_the_swift_package():
    names = re.findall(r"^  case (\w+)$", (ROOT / "Sources/Trainee/Measure.swift").read_text(), re.MULTILINE)
    assert list(metalr_trainee.MEASURES) == names


@pytest.mark.parametrize("asked, answered", [(1, 1), (2, 2), (9, 2)])
def test_hello_answers_in_the_version_that_both_speak(conversation, asked, answered):
    assert ask(conversation, "hello", protocol=asked, worker=0)["protocol"] == answered


def test_a_look_leaves_the_run_as_it_was(conversation):
    expected = ask(conversation, "train", learningRates=[0.1] * 5)
    first = ask(conversation, "reset", seed=1, stepBudget=100, learningRate=0.1)
    looks = [ask(conversation, "look", learningRate=rate)["observation"] for rate in (0.1, 30.0, 0.1)]
    assert looks[0] == looks[2] and looks[0]["step"] == 0 and looks[1]["learningRate"] == 30.0
    assert looks[0]["trainLoss"] < looks[0]["lossBeforeTrial"] < looks[1]["trainLoss"]
    # Plain gradient descent: u = -rate g.
    assert looks[0]["predictedDecrease"] == pytest.approx(0.1 * looks[0]["gradientNorm"] ** 2)
    assert ask(conversation, "train", learningRates=[0.1] * 5) == expected
    with pytest.raises(ValueError, match="between reset and train"):
        ask(conversation, "look", learningRate=0.1)
    assert first["observation"]["trainLoss"] == first["observation"]["validationLoss"]


def test_a_restored_run_goes_on_as_it_did(conversation):
    ask(conversation, "train", learningRates=[0.1] * 3)
    kept = ask(conversation, "snapshot")["snapshot"]
    expected = ask(conversation, "train", learningRates=[0.2] * 4)
    ask(conversation, "restore", snapshot=kept, step=3)
    assert ask(conversation, "train", learningRates=[0.2] * 4) == expected


def test_measures_of_gradient_descent(conversation):
    observation = ask(conversation, "train", learningRates=[0.05])["observation"]
    assert observation["updateNorm"] == pytest.approx(0.05 * observation["gradientNorm"])
    assert observation["intervalDistance"] == observation["initialDistance"] == pytest.approx(observation["updateNorm"])
    assert "gradientCosine" not in observation, "there is no step before the first"
    later = ask(conversation, "train", learningRates=[0.05] * 3)["observation"]
    assert later["gradientCosine"] == pytest.approx(later["updateCosine"])


def test_a_misspelt_measure_a_missing_loss_and_numbers_that_are_not_finite():
    talk = metalr_trainee.Conversation(None)
    with pytest.raises(ValueError, match="'validation_loss' is no measure"):
        talk.observation({"trainLoss": 1, "validation_loss": 1}, 0.1)
    with pytest.raises(ValueError, match="needs 'trainLoss'"):
        talk.observation({"validationLoss": 1}, 0.1)
    told = talk.observation({"trainLoss": math.inf, "gradientNorm": None, "updateNorm": math.nan}, 0.1)
    assert told == {"step": 0, "learningRate": 0.1, "trainLoss": None, "updateNorm": None}


def test_the_process_answers_line_by_line_and_ends():
    requests = [
        {"id": 0, "request": "hello", "protocol": 2, "worker": 0},
        {"id": 1, "request": "reset", "seed": 3, "stepBudget": 10, "learningRate": 0.1},
        {"id": 2, "request": "dance"}, {"id": 3, "request": "look", "learningRate": 0.2}, {"id": 4, "request": "close"}]
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(EXAMPLE, input=text, capture_output=True, text=True, timeout=30)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [0, 1, 2, 3, 4] and done.returncode == 0
    assert "unknown request" in answers[2]["error"] and "look" in answers[0]["capabilities"]


def test_the_environment_runs_an_episode():
    pytest.importorskip("gymnasium")
    from metalr_gymnasium import TraineeEnv

    env = TraineeEnv(EXAMPLE, steps=60, interval=10, initial_rates=(0.01,))
    try:
        names = [feature.name for feature in env.features]
        for seed in (5, 5):
            values, information = env.reset(seed=seed)
            first = env.first.validation_loss
            assert env.observation_space.contains(values) and values[names.index("is look")] == 1
            looks, total, rates = 0, 0.0, [information["learningRate"]]
            is_over = False
            while not is_over:
                values, reward, is_over, _, information = env.step([0.4])
                looks += int(values[names.index("is look")])
                total += reward
                rates.append(information["learningRate"])
        assert looks == 2 and len(rates) == 1 + 2 + 6
        assert rates[3] == pytest.approx(0.01 * math.exp(3 * 2.5 * 0.4))
        assert total == pytest.approx(math.log(first) - math.log(information["validationLoss"]))
        assert values[names.index("progress")] == 1
    finally:
        env.close()
    assert env.process.returncode == 0


def test_a_divergence_earns_less_than_any_run_that_finishes():
    pytest.importorskip("gymnasium")
    from metalr_gymnasium import TraineeEnv

    env = TraineeEnv(EXAMPLE, steps=60, features="extended", interval=10, looks=0, divergence_bound=0.5)
    try:
        _, _ = env.reset(seed=1)
        first = env.first.validation_loss
        _, reward, is_over, _, _ = env.step([-1.0])
        assert is_over and reward == pytest.approx(math.log(first) - math.log(0.5) - 1)
    finally:
        env.close()
