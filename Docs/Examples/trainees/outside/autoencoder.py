"""A convolutional autoencoder on scikit-learn's digits: 64 pixels through 8 numbers and back.

    metalr check-trainee --rate 0.003 -- python3 autoencoder.py
"""

from torch import nn

import pictures
from network import Task, serve, split


class Autoencoder(Task):
    name, model, dataset = "autoencoder", "convolutional autoencoder with 8 numbers in the middle", "digits"
    batch_size = 32

    def __init__(self, data=None):
        images, _ = pictures.digits()
        self.splits = split(images, images, pictures.DIGIT_COUNTS)
        self.chance_loss = self.splits[0][1].var().item() / 2

    def network(self):
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1), nn.GELU(), nn.Conv2d(8, 16, 3, 2, 1), nn.GELU(), nn.Flatten(), nn.Linear(64, 8),
            nn.Linear(8, 64), nn.GELU(), nn.Unflatten(1, (16, 2, 2)),
            nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.GELU(), nn.ConvTranspose2d(8, 1, 4, 2, 1),
        )


if __name__ == "__main__":
    serve(Autoencoder, __doc__)
