"""A small vision transformer on Fashion-MNIST, or without --data on scikit-learn's digits.

    metalr check-trainee --rate 0.003 -- python3 vit.py --data FOLDER
"""

import math

import torch
from torch import nn

import pictures
from network import Task, serve, split

SIDE, WIDTH = 4, 32


class VisionTransformer(nn.Module):
    """16 patches, a class token, two layers (Dosovitskiy et al., 2021)."""

    def __init__(self, shape, classes=10):
        super().__init__()
        channels, rows, _ = shape
        self.patches = nn.Conv2d(channels, WIDTH, rows // SIDE, rows // SIDE)
        self.token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.places = nn.Parameter(torch.randn(SIDE**2 + 1, WIDTH) / 10)
        self.blocks = nn.Sequential(*(
            nn.TransformerEncoderLayer(WIDTH, 4, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True)
            for _ in range(2)))
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, classes))

    def forward(self, images):
        patches = self.patches(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(images), 1, WIDTH), patches], 1) + self.places
        return self.head(self.blocks(tokens)[:, 0])


class SmallViT(Task):
    name, model = "ViT", f"vision transformer of 2 layers, width {WIDTH}"
    batch_size, class_count, chance_loss = 16, 10, math.log(10)

    def __init__(self, data=None):
        self.dataset = "fashion" if data else "digits"
        images, labels = pictures.fashion(data) if data else pictures.digits()
        self.splits = split(images, labels, pictures.COUNTS if data else pictures.DIGIT_COUNTS)

    def network(self):
        return VisionTransformer(self.splits[0][0].shape[1:])


if __name__ == "__main__":
    serve(SmallViT, __doc__)
