"""Controllers that every test can use."""

import pytest
from support import write_controller


@pytest.fixture
def constant_action(tmp_path):
    """The path of a controller that always gives the same action, here a factor of e^0.7 a decision."""
    return write_controller(tmp_path / "constant.ckpt", bias=5.0)


@pytest.fixture
def random_controller(tmp_path):
    """The path of a controller of random weights with a GRU, which depends on all that it sees."""
    return write_controller(tmp_path / "random.ckpt", seed=3, looks=3, log_scale=0.1)
