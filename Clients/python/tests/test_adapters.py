"""Each adapter in a real training of its framework; skipped where the framework is not installed."""

import math
import os

import pytest
from support import write_controller

os.environ.setdefault("KERAS_BACKEND", "torch")

import metalr  # noqa: E402

FACTOR = math.exp(0.7)


@pytest.fixture
def steady(tmp_path):
    """A controller that multiplies the rate by e^0.07 at each of 50 decisions."""
    return write_controller(tmp_path / "steady.ckpt", bias=0.1)


def test_hugging_face_trainer_with_accumulation_and_resumption(random_controller, tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    class Points(torch.utils.data.Dataset):
        def __len__(self):
            return 64

        def __getitem__(self, index):
            generator = torch.Generator().manual_seed(index)
            return {"x": torch.randn(4, generator=generator), "labels": index % 3}

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 3)

        def forward(self, x, labels):
            logits = self.layer(x)
            return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    def trainer():
        torch.manual_seed(0)
        arguments = transformers.TrainingArguments(
            str(tmp_path / "out"), max_steps=20, per_device_train_batch_size=4, gradient_accumulation_steps=2,
            learning_rate=0.01, report_to=[], save_steps=10, eval_strategy="steps", eval_steps=5, use_cpu=True,
            disable_tqdm=True, logging_steps=5)
        made = transformers.Trainer(Net(), arguments, train_dataset=Points(), eval_dataset=Points())
        return metalr.huggingface(made, random_controller)

    first = trainer()
    first.train()
    scheduler = first.lr_scheduler
    scheduler = getattr(scheduler, "scheduler", scheduler)
    assert isinstance(scheduler, metalr.Scheduler) and scheduler.last_epoch == 20
    assert scheduler.verdict == "complete" and scheduler.last_record["batchSize"] == 8
    assert 0.5 < scheduler.last_record["trainLoss"] < 2, "the parts of a step are added up"
    rates = [entry["learning_rate"] for entry in first.state.log_history if "learning_rate" in entry]
    assert len(set(rates)) == 4
    second = trainer()
    second.train(resume_from_checkpoint=str(tmp_path / "out" / "checkpoint-10"))
    again = [entry["learning_rate"] for entry in second.state.log_history if "learning_rate" in entry]
    assert again == rates
    with pytest.raises(ValueError, match="already"):
        metalr.huggingface(first)


def test_accelerate_with_accumulation(steady):
    torch = pytest.importorskip("torch")
    accelerate = pytest.importorskip("accelerate")
    accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
    model = torch.nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    data = torch.utils.data.DataLoader([(torch.randn(4), i % 3) for i in range(400)], batch_size=4)
    scheduler = metalr.Scheduler(optimizer, 50, steady)
    model, optimizer, data, prepared = accelerator.prepare(model, optimizer, data, scheduler)
    for inputs, targets in data:
        with accelerator.accumulate(model):
            loss = torch.nn.functional.cross_entropy(model(inputs), targets)
            accelerator.backward(loss)
            optimizer.step()
            prepared.step(loss)
            optimizer.zero_grad()
    assert scheduler.last_epoch == 50 and scheduler.verdict == "complete"
    assert scheduler.get_last_lr()[0] == pytest.approx(0.01 * FACTOR**5, rel=1e-5)


@pytest.mark.parametrize("parts", [1, 2])
def test_lightning_with_a_resumed_checkpoint(random_controller, tmp_path, parts):
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning.pytorch")

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer = torch.nn.Linear(4, 3)

        def training_step(self, batch, _):
            return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])

        def validation_step(self, batch, _):
            self.log("val_loss", self.training_step(batch, _))

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=0.01)

    torch.manual_seed(1)
    data = [(torch.randn(4), i % 3) for i in range(40 * parts)]
    rates = []

    class Watch(lightning.Callback):
        def on_train_batch_end(self, trainer, *_):
            rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    def fit(epochs, checkpoint=None):
        callback = metalr.LightningCallback(random_controller, total_steps=40)
        trainer = lightning.Trainer(
            max_epochs=epochs, callbacks=[callback, Watch()], accelerator="cpu", logger=False, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False, default_root_dir=tmp_path,
            accumulate_grad_batches=parts)
        loader = torch.utils.data.DataLoader(data, batch_size=4)
        trainer.fit(Module(), loader, loader, ckpt_path=checkpoint, weights_only=False)
        trainer.save_checkpoint(tmp_path / f"{epochs}.ckpt")
        return callback.scheduler

    whole = fit(4)
    assert whole.last_epoch == 40 and whole.verdict == "complete"
    assert whole._decider.session.history.lowest_validation_loss > 0
    assert 0.5 < whole.last_record["trainLoss"] < 3
    expected = rates[:]
    rates.clear()
    fit(2)
    fit(4, tmp_path / "2.ckpt")
    assert rates == expected


def test_keras(steady):
    keras = pytest.importorskip("keras")
    import numpy

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.001), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inputs, targets = numpy.random.default_rng(0).standard_normal((80, 4)), numpy.arange(80) % 3
    callback = metalr.KerasCallback(steady)
    model.fit(inputs, targets, batch_size=8, epochs=5, validation_split=0.0, verbose=0, callbacks=[callback])
    assert callback.run.steps == 50 and callback.run.verdict == "complete"
    rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    assert rate == pytest.approx(0.001 * FACTOR**5, rel=1e-5)


def test_optax(steady):
    jax, optax = pytest.importorskip("jax"), pytest.importorskip("optax")
    run = metalr.Run(total_steps=50, learning_rate=0.01, controller=steady)
    optimizer = optax.sgd(metalr.optax_schedule(run))

    @jax.jit
    def step(weight, state):
        loss, gradient = jax.value_and_grad(lambda w: 0.5 * (w**2).sum())(weight)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(weight, updates), state, loss

    weight = jax.numpy.array([1.0])
    state, expected = optimizer.init(weight), 1.0
    for _ in range(50):
        expected *= 1 - run.learning_rate
        weight, state, loss = step(weight, state)
        run.step(float(loss))
    assert float(weight[0]) == pytest.approx(expected, rel=1e-5)
    assert run.verdict == "complete" and run.learning_rate == pytest.approx(0.01 * FACTOR**5, rel=1e-5)
