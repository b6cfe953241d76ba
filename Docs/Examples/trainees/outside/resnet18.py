"""A ResNet-18 of narrow width on CIFAR-10 at 8 by 8 pixels, or without --data on scikit-learn's digits.

    metalr check-trainee --rate 0.03 -- python3 resnet18.py --data FOLDER --optimizer momentum
"""

import math

from torch import nn
from torch.nn import functional

import pictures
from network import Task, serve, split

WIDTH = 4


class Block(nn.Module):
    """Two convolutions and a way around them (He et al., 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, inputs):
        return functional.relu(self.body(inputs) + self.shortcut(inputs))


def resnet18(channels, width=WIDTH, classes=10):
    layers = [nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage in range(4):
        for block in range(2):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


class NarrowResNet(Task):
    name, model = "ResNet-18", f"ResNet-18 of width {WIDTH}"
    batch_size, class_count, chance_loss = 16, 10, math.log(10)

    def __init__(self, data=None):
        self.dataset = "cifar10" if data else "digits"
        images, labels = pictures.cifar(data) if data else pictures.digits()
        self.splits = split(images, labels, pictures.COUNTS if data else pictures.DIGIT_COUNTS)

    def network(self):
        return resnet18(self.splits[0][0].shape[1])


if __name__ == "__main__":
    serve(NarrowResNet, __doc__)
