"""Tests of the demo: its runs are those of its problems, and its trainees' optimizers are the authors' own."""

import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Scripts" / "demo"))
import picture  # noqa: E402
import recording  # noqa: E402

try:
    import numpy
except ImportError:
    numpy = None


class RunsTests(unittest.TestCase):
    def setUp(self):
        self.plan = json.loads(recording.PROBLEMS.read_text())
        self.data = json.loads(recording.RUNS.read_text())

    def test_every_problem_optimizer_and_initial_rate_has_its_runs(self):
        self.assertEqual([p["name"] for p in self.data["problems"]], [p["name"] for p in self.plan["problems"]])
        for problem in self.data["problems"]:
            there = {(run["method"], run["optimizer"], run.get("from")) for run in problem["runs"]}
            expected = {("prodigy", "prodigy", None), ("schedule-free", "schedule-free-adamw", None)}
            for place in range(len(self.plan["multiples"])):
                expected.add(("universal-sf", "schedule-free-adamw", place))
                for optimizer in self.plan["optimizers"]:
                    expected.add(("search", optimizer["name"], None))
                    expected |= {(m, optimizer["name"], place) for m in ("universal", "constant", "cosine")}
            self.assertEqual(there, expected)
            self.assertEqual(len(problem["runs"]), len(expected))

    def test_every_run_has_a_loss_for_each_reading_and_begins_at_its_rate(self):
        usual = {optimizer["name"]: optimizer["usualRate"] for optimizer in self.plan["optimizers"]}
        usual["schedule-free-adamw"] = recording.SCHEDULE_FREE_USUAL
        for problem in self.data["problems"]:
            for run in problem["runs"]:
                steps = problem["readings"][run["readings"]][: run["count"]]
                self.assertEqual(len(run["losses"]), len(steps))
                self.assertEqual(sorted(set(steps)), steps)
                if not run["diverged"]:
                    self.assertEqual(steps[-1], problem["steps"])
                if "from" in run:
                    rates = run["rates"] if isinstance(run["rates"], list) else [run["rates"]]
                    rate = self.plan["multiples"][run["from"]] * usual[run["optimizer"]]
                    self.assertAlmostEqual(10 ** (rates[0] / 200), rate, delta=0.01 * rate)

    def test_the_runs_are_small(self):
        self.assertLess(recording.RUNS.stat().st_size, 300_000)

    def test_the_picture_is_that_of_the_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            drawn = pathlib.Path(folder) / "six.svg"
            picture.draw(recording.RUNS, drawn)
            self.assertEqual(
                drawn.read_text(), picture.PICTURE.read_text(),
                "The picture is not that of the runs: run Scripts/record-demo --picture.")


@unittest.skipUnless(numpy, "numpy is not there")
class OptimizerTests(unittest.TestCase):
    """The values are those of Scripts/fixtures/optimizers.py, made with the authors' packages in float32."""

    def numbers(self, count, bound):
        found = []
        for _ in range(count):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
            found.append((2 * ((self.state >> 40) / 2**24) - 1) * bound)
        return numpy.array(found, dtype=numpy.float32)

    def test_optimizers_are_those_of_their_authors(self):
        import optimizers

        fixture = json.loads((ROOT / "Tests/NeuralNetTests/Fixtures/optimizers.json").read_text())
        cases = {case["optimizer"]: case for case in fixture["cases"]}
        for name in ("schedule-free-adamw:decay=0.1,power=0.75", "prodigy"):
            case = cases[name]
            self.state = 11
            weights, curvature, center = self.numbers(12, 1), self.numbers(12, 0.75) + 1, self.numbers(12, 1)
            optimizer, values = optimizers.named(name)(weights), []
            for step in range(30):
                weights = optimizer.step(
                    weights, curvature * (weights - center) + self.numbers(12, 0.5), case["rate"])
                if (step + 1) % fixture["kept"] == 0:
                    values.append(weights)
            if case["evaluated"]:
                values.append(optimizer.evaluated(weights))
                case["values"].append(case["evaluated"])
            numpy.testing.assert_allclose(values, case["values"], rtol=0, atol=1e-4, err_msg=name)


if __name__ == "__main__":
    unittest.main()
