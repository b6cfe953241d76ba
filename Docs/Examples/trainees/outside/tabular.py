"""Attention over the columns of a table (Gorishniy et al., 2021): scikit-learn's diabetes data, 442 rows of 10 numbers.

    metalr check-trainee --rate 0.003 -- python3 tabular.py
"""

import torch
from torch import nn

from network import Task, serve, split

WIDTH = 16


class ColumnTransformer(nn.Module):
    """Each number times a vector of its column is a token; a further token gathers the answer."""

    def __init__(self, columns):
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.randn(columns, WIDTH) / 4) for _ in range(2))
        self.token = nn.Parameter(torch.randn(1, 1, WIDTH) / 4)
        self.blocks = nn.Sequential(*(
            nn.TransformerEncoderLayer(WIDTH, 2, 2 * WIDTH, dropout=0.1, batch_first=True, norm_first=True)
            for _ in range(2)))
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))

    def forward(self, rows):
        tokens = rows[:, :, None] * self.weight + self.bias
        return self.head(self.blocks(torch.cat([self.token.expand(len(rows), 1, WIDTH), tokens], 1))[:, 0])


class Diabetes(Task):
    name, model, dataset = "tabular", f"transformer over columns, width {WIDTH}", "diabetes"
    batch_size = 32

    def __init__(self, data=None):
        from sklearn.datasets import load_diabetes

        rows, targets = load_diabetes(return_X_y=True)
        rows, targets = torch.tensor(rows), torch.tensor(targets)[:, None]
        rows = (rows - rows.mean(0)) / rows.std(0)
        self.splits = split(rows.float(), ((targets - targets.mean()) / targets.std()).float(), [242, 80, 120])
        self.chance_loss = self.splits[0][1].var().item() / 2

    def network(self):
        return ColumnTransformer(self.splits[0][0].shape[1])


if __name__ == "__main__":
    serve(Diabetes, __doc__)
