"""Pictures for trainees: Fashion-MNIST or CIFAR-10 from the publishers' files, or scikit-learn's digits."""

import gzip

import torch
from torch.nn import functional

#: Examples of training, validation and test; there are 1,797 digits.
COUNTS = [4000, 150, 600]
DIGIT_COUNTS = [1147, 150, 500]


def digits():
    """1,797 handwritten digits of 8 by 8 pixels, which come with scikit-learn."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return standardized(torch.tensor(data.images)[:, None]), torch.tensor(data.target)


def fashion(folder):
    """Fashion-MNIST's test file: 10,000 pictures of 28 by 28 pixels are enough for short runs."""
    def read(name, header):
        with gzip.open(folder / "fashion-mnist" / name, "rb") as file:
            return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

    images = read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    return standardized(images), read("t10k-labels-idx1-ubyte.gz", 8).long()


def cifar(folder, side=8):
    """CIFAR-10's test file, averaged to `side` by `side` pixels."""
    data = (folder / "cifar-10-batches-bin" / "test_batch.bin").read_bytes()
    rows = torch.frombuffer(bytearray(data), dtype=torch.uint8).reshape(-1, 3073)
    images = functional.avg_pool2d(rows[:, 1:].reshape(-1, 3, 32, 32).float(), 32 // side)
    return standardized(images), rows[:, 0].long()


def standardized(images):
    """Images (n, channels, rows, columns) with mean 0 and variance 1 in each channel."""
    numbers = images.double()
    mean, deviation = numbers.mean((0, 2, 3), keepdim=True), numbers.std((0, 2, 3), keepdim=True)
    return ((numbers - mean) / deviation).float()
