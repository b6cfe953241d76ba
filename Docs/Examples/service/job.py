"""A training whose rates come from a service: logistic regression, from a rate that is far too low."""

import math
import os
import random

import metalr

STEPS, INTERVAL, BATCH = 300, 6, 20
generator = random.Random(0)
points = [([generator.gauss(2 * label, 1), generator.gauss(0, 1), 1.0], label) for label in [0, 1] * 300]
training, validation = points[:400], points[400:]


def loss_and_gradient(weights, batch):
    loss, gradient = 0.0, [0.0, 0.0, 0.0]
    for inputs, label in batch:
        score = sum(w * x for w, x in zip(weights, inputs))
        p = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
        loss -= math.log(p if label else 1 - p) / len(batch)
        gradient = [g + (p - label) * x / len(batch) for g, x in zip(gradient, inputs)]
    return loss, gradient


def observation(step, weights, train_loss):
    return {"step": step, "trainLoss": train_loss, "validationLoss": loss_and_gradient(weights, validation)[0],
            "usualLearningRate": 0.2, "isAdaptive": 0, "batchSize": BATCH, "exampleCount": len(training)}


weights = [0.0, 0.0, 0.0]
client = metalr.Client("http://127.0.0.1:8080", token=os.environ["METALR_TOKEN"])
run = client.open_run("universal", 0.0002, STEPS, INTERVAL, labels={"job": "first"})
answer = client.observe(run["id"], observation(0, weights, loss_and_gradient(weights, validation)[0]))
for step in range(INTERVAL, STEPS + 1, INTERVAL):
    losses = []
    for _ in range(INTERVAL):
        loss, gradient = loss_and_gradient(weights, generator.sample(training, BATCH))
        weights = [w - answer["learningRate"] * g for w, g in zip(weights, gradient)]
        losses.append(loss)
    seen = observation(step, weights, sum(losses) / INTERVAL)
    answer = client.observe(run["id"], seen)
    if step % 60 == 0:
        print(f"step {step}: validation loss {seen['validationLoss']:.3f}, rate {answer['learningRate']:.4f}, {answer['verdict']}")
print("run", run["id"])
