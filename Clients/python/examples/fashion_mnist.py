"""Trains LeNet-5 on Fashion-MNIST; a controller decides the learning rate.

    python examples/fashion_mnist.py --data FOLDER
    python examples/fashion_mnist.py --data FOLDER --controller fashion --url http://127.0.0.1:8080

The second asks a service (`metalr serve`). The lines that a training without metalr would not have are marked.
"""

import argparse
import gzip
import os

import torch
from torch import nn

import metalr  # metalr


def read(folder, name):
    """One IDX file, gzipped or not."""
    path = os.path.join(folder, name)
    with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return torch.frombuffer(bytearray(data[4 + 4 * dimensions:]), dtype=torch.uint8).reshape(shape)


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the folder of the four IDX files")
    parser.add_argument("--controller", help="a controller's name, or a checkpoint's path")
    parser.add_argument("--url", help="a service; without it this process decides")
    parser.add_argument("--token", default=os.environ.get("METALR_TOKEN"))
    parser.add_argument("--rate", type=float, default=0.001, help="the initial learning rate")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--interval", type=int, help="steps between two decisions")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    images = (read(options.data, "train-images-idx3-ubyte").float().unsqueeze(1) / 255 - 0.286) / 0.353
    labels = read(options.data, "train-labels-idx1-ubyte").long()
    test_images = (read(options.data, "t10k-images-idx3-ubyte").float().unsqueeze(1) / 255 - 0.286) / 0.353
    test_labels = read(options.data, "t10k-labels-idx1-ubyte").long()
    order = torch.randperm(len(images))
    probe, order = order[:2000], order[2000:]

    model = lenet()
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate)
    loss_of = nn.functional.cross_entropy
    scheduler = metalr.Scheduler(  # metalr
        optimizer, options.steps, options.controller, model=model, validate=(images[probe], labels[probe]),
        batch_size=options.batch, example_count=len(order), class_count=10, url=options.url, token=options.token,
        interval=options.interval, closure=lambda: loss_of(model(images[order[: options.batch]]), labels[order[: options.batch]]))

    done = 0
    while done < options.steps:
        for batch in order[torch.randperm(len(order))].split(options.batch):
            loss = loss_of(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step(loss)  # metalr
            done += 1
            if done % 50 == 0:
                print(f"step {done}  loss {loss.item():.3f}  rate {scheduler.get_last_lr()[0]:.2e}  {scheduler.verdict}")
            if done == options.steps or scheduler.verdict == "stop":
                done = options.steps
                break

    model.eval()
    with torch.no_grad():
        accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
    print(f"test accuracy {accuracy:.4f}  decided by {scheduler.deciding}")


if __name__ == "__main__":
    main()
