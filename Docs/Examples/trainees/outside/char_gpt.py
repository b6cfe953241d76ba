"""A character GPT of two layers on the language reference that comes with Python (`pydoc_data.topics`).

    metalr check-trainee --rate 0.003 -- python3 char_gpt.py
"""

import math
from pydoc_data.topics import topics

import torch
from torch import nn
from torch.nn import functional

from network import Task, serve, split

CONTEXT, WIDTH, HEADS, LAYERS = 24, 32, 4, 2


class Block(nn.Module):
    """Attention over what came before, then two dense layers, each beside a way around it (Radford et al., 2019)."""

    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.attention, self.projection = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.dense = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        n, length, _ = x.shape
        parts = self.attention(self.norms[0](x)).reshape(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(*parts, is_causal=True)
        x = x + self.projection(mixed.transpose(1, 2).reshape(n, length, WIDTH))
        return x + self.dense(self.norms[1](x))


class GPT(nn.Module):
    """Logits (n, length, characters) of the next character at each place."""

    def __init__(self, characters):
        super().__init__()
        self.characters, self.places = nn.Embedding(characters, WIDTH), nn.Parameter(torch.zeros(CONTEXT, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)), nn.LayerNorm(WIDTH))
        self.head = nn.Linear(WIDTH, characters)
        nn.init.normal_(self.characters.weight, std=0.1)

    def forward(self, tokens):
        return self.head(self.blocks(self.characters(tokens) + self.places))


class CharacterGPT(Task):
    name, model, dataset = "character GPT", f"GPT of {LAYERS} layers, width {WIDTH}", "Python's language reference"
    batch_size = 8

    def __init__(self, data=None):
        text = "\n".join(topics[name] for name in sorted(topics))
        known = sorted(set(text))
        number = {character: index for index, character in enumerate(known)}
        tokens = torch.tensor([number[character] for character in text])
        windows = tokens[: len(tokens) // (CONTEXT + 1) * (CONTEXT + 1)].reshape(-1, CONTEXT + 1)
        self.class_count, self.chance_loss = len(known), math.log(len(known))
        self.splits = split(windows[:, :-1], windows[:, 1:], [len(windows) - 460, 60, 400])

    def network(self):
        return GPT(self.class_count)


if __name__ == "__main__":
    serve(CharacterGPT, __doc__)
