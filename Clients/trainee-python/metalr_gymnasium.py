"""A trainee in another process as a Gymnasium environment: an episode is a training run, an action scales its rate.

    from metalr_gymnasium import TraineeEnv
    from stable_baselines3 import PPO

    env = TraineeEnv(["python3", "trainee.py"], steps=300, interval=10)
    PPO("MlpPolicy", env, gamma=1.0).learn(30 * 300)

It speaks the protocol of Docs/Trainee-protocol.md with the process and mirrors metalr's own environment: the
`extended` features, the log-scale action, the reward `improvement`, and a divergence that earns less than any run
that finishes. Features are not normalised here; wrap it in `VecNormalize` as metalr's own normaliser does.
"""

import json
import math
import subprocess

import gymnasium
import numpy

READINGS = ("trainLoss", "validationLoss", "predictionVariance", "predictionChangeVariance", "weightVariance")


class TraineeEnv(gymnasium.Env):
    """One process, started at once and ended by `close`."""

    metadata = {"render_modes": []}

    def __init__(
        self, command, steps=1000, interval=10, initial_rates=(0.01, 0.001, 0.0001), log_scale=0.3,
        lowest_rate=1e-6, highest_rate=1.0, divergence_bound=10.0,
    ):
        self.steps, self.interval, self.initial_rates = steps, interval, initial_rates
        self.log_scale, self.lowest_rate, self.highest_rate = log_scale, lowest_rate, highest_rate
        self.divergence_bound = divergence_bound
        self.observation_space = gymnasium.spaces.Box(-numpy.inf, numpy.inf, (8,), numpy.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (1,), numpy.float32)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.requests = 0
        self.hello = self._ask("hello", protocol=1, worker=0)
        if self.hello.get("protocol") != 1:
            raise RuntimeError(f"The trainee speaks protocol {self.hello.get('protocol')}; this adapter speaks 1.")

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.rate = float(self.np_random.choice(self.initial_rates))
        run_seed = int(self.np_random.integers(2**53))
        answer = self._ask("reset", seed=run_seed, stepBudget=self.steps, learningRate=self.rate)
        self.reading = self.first = answer["observation"]
        self.earned = 0.0
        return self._features(), {"seed": run_seed, "learningRate": self.rate}

    def step(self, action):
        scale = math.exp(self.log_scale * float(numpy.clip(action[0], -1, 1)))
        self.rate = min(max(self.rate * scale, self.lowest_rate), self.highest_rate)
        count = min(self.interval, self.steps - self.reading["step"])
        previous, reading = self.reading, self._ask("train", learningRates=[self.rate] * count)["observation"]
        information = {"learningRate": self.rate, "validationLoss": reading["validationLoss"]}
        loss = reading["validationLoss"]
        if any(reading[name] is None for name in READINGS + ("weightMean",)) or loss > self.divergence_bound:
            # One less than the undiscounted return of a run that ends at the bound.
            worst = logarithm(self.first["validationLoss"]) - math.log(self.divergence_bound) - 1
            return self._features(), worst - self.earned, True, False, information
        self.reading = reading
        reward = logarithm(previous["validationLoss"]) - logarithm(loss)
        self.earned += reward
        return self._features(), reward, reading["step"] >= self.steps, False, information

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

    def _features(self):
        reading = self.reading
        losses = [logarithm(reading[name]) for name in READINGS]
        return numpy.array(
            losses[:4] + [reading["weightMean"], losses[4], logarithm(self.rate), reading["step"] / self.steps],
            dtype=numpy.float32)

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
