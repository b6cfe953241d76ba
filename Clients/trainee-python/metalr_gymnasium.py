"""A trainee in another process as a Gymnasium environment: an episode is a training run, an action scales its rate.

    from metalr_gymnasium import TraineeEnv
    from stable_baselines3 import PPO

    env = TraineeEnv(["python3", "trainee.py"], steps=300)
    PPO("MlpPolicy", env, gamma=1.0).learn(50 * 300)

It speaks the protocol of Docs/Trainee-protocol.md with the process and mirrors metalr's own training: the features of
`metalr.PRESETS`, the log-scale action, looks before the first step where the process can take them, the reward
`improvement`, and a divergence that earns less than any run that finishes. Features are not normalised here, and an absent
one is 0: wrap it in `VecNormalize` as metalr's own normaliser does. Needs Clients/python (`pip install metalr`).
"""

import json
import math
import subprocess

import gymnasium
import numpy

from metalr import Observation, RunHistory
from metalr.core.features import features_named, values_of
from metalr.core.measures import BY_NAME
from metalr.core.plan import Plan

PROTOCOLS = (1, 2)


class TraineeEnv(gymnasium.Env):
    """One process, started at once and ended by `close`.

    features: the name of a list of metalr's, or names of features.
    interval: steps between two decisions; None for 50 decisions a run.
    looks: decisions before the first step, each after a trial step; 0 where the process cannot look.
    """

    metadata = {"render_modes": []}

    def __init__(
        self, command, steps=1000, features="universal", interval=None, initial_rates=(0.01, 0.001, 0.0001),
        log_scale=0.7, looks=3, look_log_scale=2.5, lowest_rate=1e-6, highest_rate=1.0, divergence_bound=10.0,
    ):
        self.plan = Plan(steps, interval, None if interval else 50)
        self.steps, self.initial_rates = steps, initial_rates
        self.log_scale, self.look_log_scale = log_scale, look_log_scale
        self.lowest_rate, self.highest_rate = lowest_rate, highest_rate
        self.divergence_bound = divergence_bound
        self.features = features_named(features)
        self.observation_space = gymnasium.spaces.Box(-numpy.inf, numpy.inf, (len(self.features),), numpy.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (1,), numpy.float32)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.requests = 0
        self.hello = self._ask("hello", protocol=max(PROTOCOLS), worker=0)
        if self.hello.get("protocol") not in PROTOCOLS:
            raise RuntimeError(f"The trainee speaks protocol {self.hello.get('protocol')}; this adapter speaks 1 and 2.")
        self.looks = looks if "look" in self.hello.get("capabilities", ()) else 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.rate = float(self.np_random.choice(self.initial_rates))
        run_seed = int(self.np_random.integers(2**53))
        answer = self._ask("reset", seed=run_seed, stepBudget=self.steps, learningRate=self.rate)
        self.reading = self.first = self._observation(answer)
        self.history = RunHistory()
        self.history.add(self.first)
        self.earned, self.looks_left = 0.0, self.looks
        if self.looks_left:
            self._look()
        return self._values(), {"seed": run_seed, "learningRate": self.rate}

    def step(self, action):
        action = float(numpy.clip(action[0], -1, 1))
        self.history.add_action(action)
        is_look = self.history.is_look
        scale = math.exp((self.look_log_scale if is_look else self.log_scale) * action)
        self.rate = min(max(self.rate * scale, self.lowest_rate), self.highest_rate)
        if is_look and self.looks_left:
            self._look()
            return self._values(), 0.0, False, False, {"learningRate": self.rate}
        if is_look:
            self.history.end_looks(self.first)
        return self._train()

    def _look(self):
        self.looks_left -= 1
        answer = self._ask("look", learningRate=self.rate)
        observed = self._observation(answer)
        if not observed.is_finite:
            finite = {name: value for name, value in observed.values.items() if math.isfinite(value)}
            observed = Observation(0, self.steps, self.rate, {"trainLoss": 1e9, **finite})
        self.history.add_look(observed)

    def _train(self):
        count = self.plan.next_after(self.reading.step) - self.reading.step
        previous = self.reading
        reading = self._observation(self._ask("train", learningRates=[self.rate] * count))
        loss = reading.validation_loss
        information = {"learningRate": self.rate, "validationLoss": loss}
        if not reading.is_finite or loss > self.divergence_bound:
            # One less than the undiscounted return of a run that ends at the bound.
            worst = logarithm(self.first.validation_loss) - math.log(self.divergence_bound) - 1
            return self._values(), worst - self.earned, True, False, information
        self.reading = reading
        self.history.add(reading)
        reward = logarithm(previous.validation_loss) - logarithm(loss)
        self.earned += reward
        return self._values(), reward, reading.step >= self.steps, False, information

    def close(self):
        if self.process.poll() is None:
            try:
                self._ask("close")
                self.process.wait(5)
            except (OSError, RuntimeError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def _values(self):
        values = values_of(self.features, self.history)
        return numpy.array([0.0 if value is None else value for value in values], dtype=numpy.float32)

    def _observation(self, answer):
        members = answer["observation"]
        # In the protocol null is a number that is not finite; what is absent is left out.
        values = {name: math.nan if value is None else value for name, value in members.items() if name in BY_NAME}
        return Observation(members["step"], self.steps, members["learningRate"], values)

    def _ask(self, request, **members):
        self.process.stdin.write(json.dumps({"id": self.requests, "request": request, **members}) + "\n")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The trainee ended with status {self.process.wait()} when asked to {request}.")
        answer = json.loads(line)
        if answer.get("id") != self.requests or "error" in answer:
            raise RuntimeError(f"The trainee answered '{request}' with: {line[:200]}")
        self.requests += 1
        return answer


def logarithm(value):
    return math.log(max(value, 1e-12))
