"""What the scheduler measures, against arithmetic on whole copies of the weights."""

import math

import pytest

torch = pytest.importorskip("torch")

from metalr.pytorch.meter import PAIRS, Meter, measures_of  # noqa: E402
from metalr.pytorch.sampling import CoordinateSample  # noqa: E402

torch.set_num_threads(1)


def flat(tensors):
    return torch.cat([tensor.detach().reshape(-1).double() for tensor in tensors])


def cosine(a, b):
    return float(a @ b / (a.norm() * b.norm()))


def run(model, optimizer, meter, steps, data_seed=0):
    """Takes steps, and returns the gradients and the weights before each and at the end."""
    generator = torch.Generator().manual_seed(data_seed)
    gradients, weights = [], [flat(model.parameters())]
    inputs = next(model.parameters()).shape[1]
    for _ in range(steps):
        optimizer.zero_grad()
        x = torch.randn(16, inputs, generator=generator)
        model(x).square().mean().backward()
        # SGD with Nesterov's momentum works in the gradients: what counts is what it gets.
        gradients.append(flat([parameter.grad for parameter in model.parameters()]))
        meter.before_step()
        optimizer.step()
        meter.after_step()
        weights.append(flat(model.parameters()))
    return gradients, weights


def network(width=20, depth=1):
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(6, width), torch.nn.Tanh(),
        *[layer for _ in range(depth) for layer in (torch.nn.Linear(width, width), torch.nn.Tanh())])


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1), "nesterov": lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True),
    "adam": lambda p: torch.optim.AdamW(p, lr=0.01)}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_measures_of_a_small_model_are_exact(name):
    model = network()
    optimizer = OPTIMIZERS[name](model.parameters())
    meter = Meter(optimizer)
    first, start = run(model, optimizer, meter, 3)
    meter.begin_interval(4)
    gradients, weights = run(model, optimizer, meter, 4, data_seed=1)
    values = measures_of(meter.sums())
    updates = [after - before for before, after in zip(weights, weights[1:])]
    n = len(updates)
    pairs_g = list(zip([first[-1], *gradients], gradients))
    pairs_u = list(zip([start[-1] - start[-2], *updates], updates))
    expected = {
        "updateNorm": math.sqrt(sum(float(u @ u) for u in updates) / n),
        "updateCosine": sum(cosine(a, b) for a, b in pairs_u) / n,
        "weightNorm": float(weights[-1].norm()),
        "intervalDistance": float((weights[-1] - weights[0]).norm()),
        "initialDistance": float((weights[-1] - start[0]).norm()),
        "gradientNorm": math.exp(sum(math.log(float(g.norm())) for g in gradients) / n),
        "gradientCosine": sum(cosine(a, b) for a, b in pairs_g) / n,
        "predictedDecrease": -sum(float(g @ u) for g, u in zip(gradients, updates)) / n,
    }
    for measure, value in expected.items():
        assert values[measure] == pytest.approx(value, rel=1e-4, abs=1e-6), measure


def test_over_its_beginnings_the_sample_is_unbiased():
    torch.manual_seed(0)
    shapes = [(60, 64), (48, 3, 7, 7), (900,), (33, 35)]
    # Numbers that depend on row and column, as those of weights do.
    left = [torch.randn(shape) + torch.linspace(-2, 2, shape[-1]) for shape in shapes]
    right = [a * 0.3 + torch.randn(shape) for a, shape in zip(left, shapes)]
    products, sizes = [], []
    for seed in range(400):
        sample = CoordinateSample(left, 2000, seed)
        products.append(float(sample.take(left) @ sample.take(right)))
        sizes.append(len(sample))
    exact = sum(float((a * b).sum()) for a, b in zip(left, right))
    error = torch.tensor(products).std() / math.sqrt(len(products))
    assert abs(sum(products) / len(products) - exact) < 4 * error
    assert float(torch.tensor(products).std()) < 0.15 * exact
    assert max(sizes) < 3500 and not sample.is_exact


def test_a_sampled_run_measures_nearly_what_a_whole_one_does():
    results = {}
    for limit in (10_000, 10_000_000):
        model = network(width=300, depth=2)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
        meter = Meter(optimizer, limit)
        meter.begin_interval(10)
        run(model, optimizer, meter, 10)
        results[limit] = measures_of(meter.sums())
    sampled, whole = results.values()
    assert sampled["gradientNorm"] == whole["gradientNorm"] and sampled["weightNorm"] == whole["weightNorm"]
    for name in ("updateNorm", "predictedDecrease", "intervalDistance", "initialDistance"):
        assert sampled[name] == pytest.approx(whole[name], rel=0.05), name
    for name in ("gradientCosine", "updateCosine"):
        assert sampled[name] == pytest.approx(whole[name], abs=0.05), name


def test_memory_is_at_most_one_copy_of_the_gradients():
    for width, depth in ((100, 1), (700, 2), (1500, 3)):
        model = network(width, depth)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        meter = Meter(optimizer)
        run(model, optimizer, meter, 2)
        kept = {t.data_ptr(): t.numel() for t in vars(meter).values() if isinstance(t, torch.Tensor)}
        total = sum(parameter.numel() for parameter in model.parameters())
        assert sum(kept.values()) <= max(1.1 * total, 5 * 66_000)


def test_a_long_interval_is_measured_in_pairs_of_steps():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    meter = Meter(optimizer)
    meter.begin_interval(500)
    run(model, optimizer, meter, 500)
    sums = meter.sums()
    assert len(sums) == 2 * PAIRS + 1
    assert int((~sums[:-1, 4].isnan()).sum()) == PAIRS


def test_channels_last_and_half_precision_are_measured():
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(8, 4, 3, 3).to(memory_format=torch.channels_last))
    half = torch.nn.Parameter(torch.randn(50, 40).bfloat16())
    none = torch.nn.Parameter(torch.randn(5))
    optimizer = torch.optim.SGD([weight, half, none], lr=0.1)
    meter = Meter(optimizer)
    for parameter in (weight, half):
        parameter.grad = torch.randn(parameter.shape).to(parameter.dtype)
    meter.before_step()
    optimizer.step()
    meter.after_step()
    values = measures_of(meter.sums())
    squares = sum(float(p.grad.double().square().sum()) for p in (weight, half))
    assert values["gradientNorm"] == pytest.approx(math.sqrt(squares), rel=1e-3)
    assert values["predictedDecrease"] == pytest.approx(0.1 * squares, rel=0.01)


def test_with_a_closure_the_gradient_is_that_of_the_step():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    meter = Meter(optimizer)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 100.0)

    def closure():
        optimizer.zero_grad()
        loss = model(torch.ones(2, 6)).square().mean()
        loss.backward()
        return loss

    meter.before_step(has_gradients=False)
    optimizer.step(closure)
    meter.after_step()
    gradient = flat([parameter.grad for parameter in model.parameters()])
    assert measures_of(meter.sums())["gradientNorm"] == pytest.approx(float(gradient.norm()), rel=1e-5)


def test_the_halves_of_a_batch_are_compared_before_clipping():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    meter = Meter(optimizer)
    halves = torch.randn(2, 8, 6, generator=torch.Generator().manual_seed(1))
    gradients = []
    for half in halves:
        loss = model(half).square().mean()
        gradients.append(flat(torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)))
        loss.backward()
        meter.take_half()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
    meter.before_step()
    optimizer.step()
    meter.after_step()
    assert measures_of(meter.sums())["halfBatchCosine"] == pytest.approx(cosine(*gradients), rel=1e-4)
    meter.begin_interval(1)
    assert "halfBatchCosine" not in measures_of(meter.sums())


def test_a_half_without_its_other_is_forgotten_at_the_step():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    meter = Meter(optimizer)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.ones(4, 6)).square().mean().backward()
        meter.take_half()
        meter.before_step()
        optimizer.step()
        meter.after_step()
    assert "halfBatchCosine" not in measures_of(meter.sums())
