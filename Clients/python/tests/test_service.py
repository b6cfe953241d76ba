"""The scheduler with a service that is there now and then."""

import copy
import time

import pytest
from fake_service import FakeService, wait_until
from test_scheduler import Training

torch = pytest.importorskip("torch")

import metalr  # noqa: E402
import metalr.service  # noqa: E402


@pytest.fixture
def service():
    fake = FakeService()
    yield fake
    fake.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(metalr.service, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(metalr.service, "DEADLINE", 1.0)


def job(service, **options):
    options = {"interval": 10, "validate": lambda t: lambda: t.loss(7), **options}
    return Training("fashion", url=service.url, **options)


def reported(service, run="run0"):
    return [observation["step"] for observation, _ in service.runs[run]["decisions"]]


def test_the_service_decides_and_the_run_is_finished(service):
    training = job(service)
    rates = training.train(100)
    assert training.scheduler.deciding == "service" and training.scheduler.verdict == "complete"
    assert rates[-1] == pytest.approx(0.01 * 1.1**11)
    assert reported(service) == list(range(0, 101, 10))
    wait_until(lambda: service.finished == ["run0"])
    assert service.runs["run0"]["decisions"][3][0]["gradientNorm"] > 0


def test_what_the_controller_was_not_trained_with_is_told_once(service, caplog):
    service.unfamiliar = ["optimizer momentum, trained with adam"]
    training = job(service, batch_size=8)
    assert service.runs["run0"]["trainee"]["batchSize"] == 8 and service.runs["run0"]["trainee"]["optimizer"]
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1 and "'fashion' was not trained for this run: optimizer momentum, trained with adam." in told[0]
    training.train(20)
    assert len(caplog.records) == 1


def test_the_service_looks_before_the_first_step(service):
    service.looks = 3
    training = job(service, closure=lambda t: t.loss)
    assert [len(body["looks"]) for body in service.looked] == [1, 2, 3]
    first = service.runs["run0"]["decisions"][0][0]
    assert first == service.looked[-1], "what was looked at is what is decided on"
    assert all(look["lossBeforeTrial"] == pytest.approx(float(training.loss().detach())) for look in first["looks"])
    norms = [look["updateNorm"] for look in first["looks"]]
    assert norms[1] == pytest.approx(2 * norms[0], rel=1e-3), "each trial step is at the rate that was told"
    assert training.scheduler.get_last_lr()[0] == pytest.approx(0.01 * 8 * 1.1)
    training.train(20)
    assert training.scheduler.deciding == "service" and reported(service) == [0, 10, 20]


def test_without_an_answer_there_was_no_look(service):
    service.looks = 3
    answer = service.answer

    def break_down(method, path, body):
        service.down = service.down or path.endswith("looks") and len(body["looks"]) == 2
        return answer(method, path, body)

    service.answer = break_down
    training = job(service, closure=lambda t: t.loss)
    assert training.scheduler.get_last_lr()[0] == 0.01 and training.scheduler.deciding == "fallback"
    service.down, service.answer = False, answer
    training.train(10)
    wait_until(lambda: reported(service) == [0, 10])
    assert "looks" not in service.runs["run0"]["decisions"][0][0]


def test_a_service_that_hangs_at_the_looks_costs_at_most_a_second(service):
    service.looks = 3
    answer = service.answer

    def hang(method, path, body):
        service.hanging = 5.0
        return answer(method, path, body)

    service.answer = hang
    begin = time.monotonic()
    training = job(service, closure=lambda t: t.loss)
    assert time.monotonic() - begin < 2 and training.scheduler.deciding == "fallback"
    service.hanging = 0.0


def test_a_context_manager_finishes_the_run(service):
    with job(service).scheduler:
        pass
    wait_until(lambda: service.finished == ["run0"])


@pytest.mark.parametrize("refusal", [(401, "unauthorized"), (404, "unknown_controller"), (429, "too_many_runs")])
def test_a_refusal_is_raised_at_construction(service, refusal):
    service.refusal = refusal
    with pytest.raises(metalr.ServiceError) as caught:
        job(service)
    assert caught.value.code == refusal[1]


def test_nobody_at_the_address_is_raised_at_construction(service):
    service.url = "http://127.0.0.1:9"
    with pytest.raises(metalr.Unreachable):
        job(service)


def test_an_unreachable_service_does_not_stop_training_and_hears_the_rest_later(service):
    training = job(service)
    training.train(20)
    service.down = True
    during = training.train(30)
    assert training.scheduler.deciding == "fallback"
    assert during[-1] < during[0], "the cosine falls"
    service.down = False
    wait_until(lambda: not training.scheduler._decider._failing)
    after = training.train(30)
    assert training.scheduler.deciding == "service"
    assert reported(service) == list(range(0, 81, 10))
    jumps = [late / early for early, late in zip(during[-1:] + after, after)]
    assert max(jumps) <= 1.1 * 1.001 and min(jumps) > 0.9, "nothing jumps at the reconnection"


def test_a_hung_service_costs_at_most_a_second_in_all(service):
    training = job(service)
    training.train(10)
    service.hanging = 5.0
    longest, total = 0.0, time.monotonic()
    for _ in range(60):
        begin = time.monotonic()
        training.train(1)
        longest = max(longest, time.monotonic() - begin)
    assert longest < 1.3
    assert time.monotonic() - total < 2.5, "only the first interval waits"
    assert training.scheduler.deciding == "fallback"
    service.hanging = 0.0


def test_a_connection_that_was_closed_meanwhile_is_opened_again(service):
    service.drops_connections = True
    training = job(service)
    training.train(40)
    assert training.scheduler.deciding == "service" and reported(service) == [0, 10, 20, 30, 40]


def test_retry_after_is_followed(service):
    training = job(service)
    training.train(10)
    service.down, service.retry_after = True, 1
    training.train(10)
    begin = time.monotonic()
    wait_until(lambda: len([r for r in service.requests if r[0] > begin]) > 0)
    times = [moment for moment, _, path in service.requests if path.endswith("observations")]
    assert times[-1] - times[-2] >= 0.9


def test_a_deleted_run_is_opened_again_and_told_everything(service):
    training = job(service)
    training.train(30)
    del service.runs["run0"]
    service.runs["gone"] = {}
    training.train(10)
    wait_until(lambda: "run1" in {training.scheduler.run_id} or len(service.runs) > 1)
    training.train(20)
    wait_until(lambda: training.scheduler.run_id != "run0" and reported(service, training.scheduler.run_id)[-1] == 60)
    assert reported(service, training.scheduler.run_id) == list(range(0, 61, 10))


def test_a_service_restored_from_an_older_copy_is_told_the_rest(service):
    training = job(service)
    training.train(40)
    del service.runs["run0"]["decisions"][2:]
    training.train(20)
    wait_until(lambda: reported(service) == list(range(0, 61, 10)))
    training.train(10)
    assert training.scheduler.deciding == "service"


def test_a_restored_training_gets_its_rates_again(service):
    training = job(service)
    training.train(25)
    kept = copy.deepcopy([
        training.model.state_dict(), training.optimizer.state_dict(), training.scheduler.state_dict()])
    expected = training.train(30)
    again = job(service)
    own = again.scheduler.run_id
    again.model.load_state_dict(kept[0])
    again.optimizer.load_state_dict(kept[1])
    again.scheduler.load_state_dict(kept[2])
    assert again.scheduler.run_id == "run0"
    assert again.train(30) == pytest.approx(expected)
    wait_until(lambda: service.deleted == [own])


def test_a_state_is_loaded_without_the_service_too(service):
    training = job(service)
    training.train(25)
    state = training.scheduler.state_dict()
    again = job(service)
    service.down = True
    again.scheduler.load_state_dict(state)
    assert again.scheduler.get_last_lr() == training.scheduler.get_last_lr()
    again.train(10)
    assert again.scheduler.deciding == "fallback"
