"""Schedule-free AdamW against its own equations, one number at a time."""

import copy
import math

import pytest

torch = pytest.importorskip("torch")

import metalr  # noqa: E402


def reference(gradient, weight, rates, beta=0.8, beta2=0.99, eps=1e-8, decay=0.0, power=1.0):
    """x and y after steps at the rates: Defazio et al. (2024), algorithm 1."""
    x = y = z = weight
    v = largest = total = 0.0
    for count, rate in enumerate(rates, 1):
        g = gradient(y)
        v = beta2 * v + (1 - beta2) * g * g
        z -= rate * (g / (math.sqrt(v / (1 - beta2**count)) + eps) + decay * y)
        largest = max(largest, rate)
        weight = count**power * largest**2
        total += weight
        x += weight / total * (z - x)
        y = (1 - beta) * z + beta * x
    return x, y


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("constants", [{}, {"betas": (0.9, 0.999), "power": 0.0}])
def test_steps_follow_the_equations(decay, constants):
    rates = [0.01, 0.1, 0.05, 0.2, 0.2, 0.01, 0.03]
    weight = torch.nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimizer = metalr.ScheduleFreeAdamW([weight], lr=1.0, weight_decay=decay, **constants)
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        weight.grad = 3 * weight.detach() - 1
        optimizer.step()
    betas = constants.get("betas", (0.8, 0.99))
    x, y = reference(
        lambda w: 3 * w - 1, 2.0, rates, decay=decay, beta=betas[0], beta2=betas[1], power=constants.get("power", 1.0)
    )
    assert weight.item() == pytest.approx(y, rel=1e-12)
    optimizer.eval()
    assert weight.item() == pytest.approx(x, rel=1e-9)
    optimizer.eval()
    with pytest.raises(RuntimeError, match="optimizer.train"):
        optimizer.step()
    optimizer.train()
    assert weight.item() == pytest.approx(y, rel=1e-9)


def test_a_saved_optimizer_goes_on_as_it_was():
    def steps(weight, optimizer, count):
        for _ in range(count):
            weight.grad = weight.detach().cos()
            optimizer.step()

    weight = torch.nn.Parameter(torch.linspace(-1, 1, 7))
    optimizer = metalr.ScheduleFreeAdamW([weight], lr=0.05)
    steps(weight, optimizer, 5)
    again = torch.nn.Parameter(weight.detach().clone())
    other = metalr.ScheduleFreeAdamW([again], lr=0.5)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    steps(weight, optimizer, 5)
    steps(again, other, 5)
    assert torch.equal(weight, again)


def test_impossible_options_are_refused():
    for options in ({"lr": -1.0}, {"betas": (1.0, 0.9)}, {"eps": 0.0}, {"power": -1.0}):
        with pytest.raises(ValueError, match="expected"):
            metalr.ScheduleFreeAdamW([torch.nn.Parameter(torch.zeros(1))], **options)


def test_validation_sees_the_average(constant_action):
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = metalr.ScheduleFreeAdamW([weight], lr=0.01)
    seen = []
    scheduler = metalr.Scheduler(optimizer, 10, constant_action, validate=lambda: seen.append(weight.item()) or 1.0)
    for _ in range(4):
        weight.grad = weight.detach().clone()
        optimizer.step()
        scheduler.step(weight.detach().square().sum())
    trained = weight.item()
    optimizer.eval()
    assert seen[-1] == pytest.approx(weight.item()) and seen[-1] != pytest.approx(trained, rel=1e-6)
