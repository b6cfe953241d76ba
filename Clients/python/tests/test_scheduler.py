"""Tests of the scheduler against a service that is there now and then; they need PyTorch."""

import math
import unittest
from unittest import mock

from metalr import ServiceError, Unreachable

try:
    import torch

    from metalr import MetaLRScheduler
except ImportError:
    torch = None


class FakeClient:
    """Keeps the rules of the service: every decision doubles the rate, steps in order, repetitions repeated."""

    def __init__(self):
        self.is_there, self.calls, self.runs = True, 0, {}

    def _reach(self):
        self.calls += 1
        if not self.is_there:
            raise Unreachable("nobody")

    def open_run(self, controller, initial_learning_rate, total_steps, interval, labels):
        self._reach()
        run = f"run{len(self.runs)}"
        self.runs[run] = []
        self.rate = initial_learning_rate
        return {"id": run, "step": 0, "learningRate": initial_learning_rate}

    def observe(self, run, observation):
        self._reach()
        decided = self.runs[run]
        for known, answer in decided:
            if known["step"] == observation["step"]:
                if known != observation:
                    raise ServiceError(409, "conflicting_observation", "Another.", "")
                return answer
        if observation["step"] != 10 * len(decided):
            raise ServiceError(409, "step_out_of_order", "Order.", "")
        answer = {"step": observation["step"], "learningRate": self.rate * 2 ** (len(decided) + 1), "verdict": "continue"}
        decided.append((observation, answer))
        return answer

    def rewind(self, run, step):
        self._reach()
        self.runs[run] = [pair for pair in self.runs[run] if pair[0]["step"] <= step]

    def delete(self, run):
        self._reach()
        del self.runs[run]


@unittest.skipIf(torch is None, "PyTorch is not installed")
class SchedulerTests(unittest.TestCase):
    def setUp(self):
        self.now = 0.0
        clock = mock.patch("metalr.scheduler.time.monotonic", lambda: self.now)
        clock.start()
        self.addCleanup(clock.stop)
        torch.set_num_threads(1)

    def make(self, client, **options):
        torch.manual_seed(1)
        model = torch.nn.Linear(4, 3)
        optimizer = torch.optim.SGD(
            [{"params": [model.weight], "lr": 0.01}, {"params": [model.bias], "lr": 0.02}], lr=0.01)
        probe = torch.randn(8, 4), torch.randint(0, 3, (8,))
        scheduler = MetaLRScheduler(optimizer, model, probe, client, "c", total_steps=100, **options)
        return model, optimizer, probe, scheduler

    def train(self, parts, steps):
        model, optimizer, (inputs, targets), scheduler = parts
        rates = []
        for _ in range(steps):
            loss = torch.nn.functional.cross_entropy(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step(loss)
            rates.append(scheduler.get_last_lr()[0])
        return rates

    def test_every_group_keeps_its_ratio(self):
        parts = self.make(FakeClient())
        self.assertEqual(parts[3].get_last_lr(), [0.02, 0.04])
        self.train(parts, 10)
        self.assertEqual(parts[3].get_last_lr(), [0.04, 0.08])

    def test_an_unreachable_service_does_not_stop_the_training_and_hears_the_rest_later(self):
        client = FakeClient()
        parts = self.make(client)
        self.train(parts, 10)
        client.is_there = False
        rates = self.train(parts, 30)
        self.assertLess(rates[-1], rates[0])
        calls = client.calls
        self.now += 0.5
        self.train(parts, 10)
        self.assertEqual(client.calls, calls, "asked again before the pause was over")
        client.is_there = True
        self.now += 100
        self.train(parts, 10)
        self.assertEqual([pair[0]["step"] for pair in client.runs["run0"]], [0, 10, 20, 30, 40, 50, 60])
        self.assertEqual(parts[3].get_last_lr()[0], 0.01 * 2 ** 7)

    def test_a_service_that_was_never_there_does_not_matter(self):
        client = FakeClient()
        client.is_there = False
        parts = self.make(client, fallback="constant")
        self.assertEqual(set(self.train(parts, 30)), {0.01})
        self.assertIsNone(parts[3].run_id)

    def test_a_restored_training_gets_its_rates_again(self):
        client = FakeClient()
        parts = self.make(client)
        self.train(parts, 25)
        model, optimizer, _, scheduler = parts
        kept = [{name: value.clone() for name, value in model.state_dict().items()}, optimizer.state_dict(),
                scheduler.state_dict()]
        first = self.train(parts, 40)
        again = self.make(client)
        again[0].load_state_dict(kept[0])
        again[1].load_state_dict(kept[1])
        again[3].load_state_dict(kept[2])
        self.assertEqual(list(client.runs), ["run0"], "the run of the new scheduler is not needed")
        self.assertEqual(self.train(again, 40), first)

    def test_a_state_from_before_the_first_decision_begins_a_run(self):
        client = FakeClient()
        client.is_there = False
        parts = self.make(client)
        state = parts[3].state_dict()
        client.is_there = True
        again = self.make(client)
        again[3].load_state_dict(state)
        self.train(again, 10)
        self.assertEqual([pair[0]["step"] for pair in client.runs[again[3].run_id]], [0, 10])

    def test_a_rollback_brings_the_weights_back(self):
        client = FakeClient()
        parts = self.make(client, rollback=True)
        self.train(parts, 10)
        good = parts[0].weight.detach().clone()
        with torch.no_grad():
            parts[0].weight.fill_(math.nan)

        def fail(run, observation):
            answer = {"step": 20, "learningRate": 0.001, "verdict": "rollback"}
            client.runs[run].append((observation, answer))
            return answer

        with mock.patch.object(client, "observe", side_effect=fail):
            self.train(parts, 10)
        self.assertTrue(torch.equal(parts[0].weight, good))
        self.assertEqual(parts[3].get_last_lr(), [0.001, 0.002])
        self.train(parts, 10)
        failed, after = [observation["predictionChangeVariance"] for observation, _ in client.runs[parts[3].run_id][-2:]]
        self.assertTrue(math.isnan(failed))
        self.assertTrue(math.isfinite(after), "the change is that since the last good predictions")


if __name__ == "__main__":
    unittest.main()
