"""Several processes that train one model: gloo, 2 and 4 of them."""

import json
import math
import os
import time

import pytest
from fake_service import FakeService
from support import write_controller

torch = pytest.importorskip("torch")
if not torch.distributed.is_available():
    pytest.skip("torch.distributed is not available", allow_module_level=True)


def worker(rank, count, folder, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", rank=rank, world_size=count)
    results = {}
    for name, scenario in SCENARIOS.items():
        results[name] = scenario(rank, count, folder)
        torch.distributed.barrier()
    with open(f"{folder}/{rank}.json", "w") as file:
        json.dump(results, file)
    torch.distributed.destroy_process_group()


def train(rank, folder, steps, before=None, **options):
    """Rates and verdicts of every step; `before(step, model)` happens before its loss."""
    import metalr

    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    model = torch.nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    torch.manual_seed(100 + rank)
    inputs, targets = torch.randn(40, 4), torch.randint(0, 3, (40,))

    def loss_of(step=0):
        rows = slice(step % 5 * 8, step % 5 * 8 + 8)
        return torch.nn.functional.cross_entropy(model(inputs[rows]), targets[rows])

    if options.pop("looks", False):
        options["closure"] = loss_of
    if options.pop("validates", False):
        options["validate"] = lambda: torch.nn.functional.cross_entropy(net(inputs), targets).item()
    if options.get("rollback"):
        options["model"] = net
    options.setdefault("controller", f"{folder}/random.ckpt")
    scheduler = metalr.Scheduler(optimizer, 50, **options)
    history = []
    for step in range(steps):
        factor = before(step) if before else 1.0
        optimizer.zero_grad()
        loss = loss_of(step)
        loss.backward()
        optimizer.step()
        scheduler.step(loss.detach() * factor)
        history.append([scheduler.get_last_lr()[0], scheduler.verdict, scheduler.deciding])
    scheduler.finish()
    return {"history": history, "weights": float(sum(p.detach().double().sum() for p in net.parameters())),
            "record": {name: value for name, value in scheduler.last_record.items() if isinstance(value, float)},
            "run": scheduler.run_id}


def all_is_well(rank, count, folder):
    return train(rank, folder, 20, looks=True, validates=True)


def a_bad_rank(rank, count, folder):
    return train(rank, folder, 12, lambda step: math.nan if rank == count - 1 and step == 5 else 1.0, rollback=True)


def a_slow_rank(rank, count, folder):
    def wait(step):
        time.sleep(0.1 if rank == count - 1 and step == 3 else 0)
        return 1.0

    return train(rank, folder, 6, wait)


def a_lost_service(rank, count, folder):
    with open(f"{folder}/service.json") as file:
        url = json.load(file)

    def lose(step):
        torch.distributed.barrier()
        if rank == 0 and step == 10:
            open(f"{folder}/down", "w").close()
            while not os.path.exists(f"{folder}/is-down"):
                time.sleep(0.01)
        return 1.0

    return train(rank, folder, 30, lose, controller="fashion", url=url, interval=5, validates=True)


def a_mistake(rank, count, folder):
    import metalr

    try:
        train(rank, folder, 1, controller="nobody", url="http://127.0.0.1:9", interval=5)
    except (RuntimeError, metalr.Unreachable) as error:
        return str(error)
    return "no error"


SCENARIOS = {
    "all is well": all_is_well, "a bad rank": a_bad_rank, "a slow rank": a_slow_rank,
    "a lost service": a_lost_service, "a mistake": a_mistake}


@pytest.fixture(scope="module", params=[2, 4])
def results(request, tmp_path_factory):
    """The results of every rank, by scenario."""
    import threading

    folder = tmp_path_factory.mktemp("ranks")
    write_controller(folder / "random.ckpt", seed=3, looks=3, log_scale=0.1)
    service = FakeService()
    (folder / "service.json").write_text(json.dumps(service.url))

    def break_down():
        while not (folder / "down").exists():
            time.sleep(0.02)
        service.down = True
        (folder / "is-down").touch()

    threading.Thread(target=break_down, daemon=True).start()
    torch.multiprocessing.spawn(worker, (request.param, str(folder), 20_000 + os.getpid() % 20_000), request.param)
    service.close()
    ranks = [json.loads((folder / f"{rank}.json").read_text()) for rank in range(request.param)]
    return {name: [rank[name] for rank in ranks] for name in SCENARIOS}, service


def same_on_all_ranks(parts):
    assert all(part["history"] == parts[0]["history"] for part in parts)
    assert all(part["weights"] == pytest.approx(parts[0]["weights"], rel=1e-6) for part in parts)
    return parts[0]["history"]


def test_all_ranks_have_one_rate(results):
    history = same_on_all_ranks(results[0]["all is well"])
    assert len({rate for rate, _, _ in history}) > 10
    losses = [part["record"]["trainLoss"] for part in results[0]["all is well"]]
    assert len(set(losses)) == 1, "the losses are reduced"


def test_one_bad_rank_sends_all_back(results):
    history = same_on_all_ranks(results[0]["a bad rank"])
    assert history[5][1] == "rollback" and history[5][0] == pytest.approx(history[4][0] / 2)
    assert history[-1][1] == "continue"


def test_a_slow_rank_changes_nothing(results):
    same_on_all_ranks(results[0]["a slow rank"])


def test_a_lost_service_leaves_all_ranks_on_the_fallback(results):
    history = same_on_all_ranks(results[0]["a lost service"])
    assert history[9][2] == "service" and history[-1][2] == "fallback"
    assert len(results[1].runs) == 1, "rank 0 alone opens a run"
    assert [part["run"] for part in results[0]["a lost service"][1:]] == [None] * (len(results[0]["a lost service"]) - 1)


def test_a_mistake_is_raised_on_every_rank(results):
    assert all("No answer from 127.0.0.1:9" in message for message in results[0]["a mistake"])
