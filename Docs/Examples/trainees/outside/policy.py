"""Reinforcement learning: a policy steers a point to the origin against wind, by policy gradients with a baseline.

    metalr check-trainee --rate 0.003 -- python3 policy.py

The loss is the mean distance from the origin over an episode of 16 steps. Its gradient is that of the policy, with
the returns of sampled actions; nothing else of the environment is known to it.
"""

import torch
from torch import nn
from torch.nn import functional

from network import Task, serve

LENGTH = 16
#: Nothing, and a push in each direction.
PUSHES = torch.tensor([[0.0, 0.0], [0.3, 0.0], [-0.3, 0.0], [0.0, 0.3], [0.0, -0.3]])


def moved(state, action, gusts):
    """The state (position, velocity) one step later.

    Pushes are weak where x is above 0, and a wind turns around the origin.
    """
    position, velocity = state[:, :2], state[:, 2:]
    grip = torch.where(position[:, :1] > 0, 0.5, 1.0)
    wind = 0.05 * torch.stack([-position[:, 1], position[:, 0]], 1)
    velocity = 0.9 * velocity + grip * PUSHES[action] + wind + 0.03 * gusts
    return torch.cat([(position + 0.5 * velocity).clamp(-3, 3), velocity], 1)


class Actor(nn.Module):
    """Logits of the five actions, and by how much the distance still grows."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh())
        self.value, self.head = nn.Linear(32, 1), nn.Linear(32, len(PUSHES))

    def forward(self, states):
        hidden = self.body(states)
        return self.head(hidden), self.value(hidden)[..., 0]


class Steering(Task):
    name, model, dataset = "policy", "actor and critic of 32 units", "steering against wind"
    batch_size, class_count = 32, len(PUSHES)

    def __init__(self, data=None):
        generator = torch.Generator().manual_seed(0)
        self.splits = [self.episodes(count, generator) for count in (2048, 150, 500)]
        uniform = lambda states: (torch.zeros(len(states), len(PUSHES)), None)  # noqa: E731
        self.chance_loss = self.played(uniform, *self.splits[2])[0].mean().item()

    def episodes(self, count, generator):
        """Initial states, and the noise of each step: two gusts, and a number for each action, by which it is sampled."""
        states = torch.randn(count, 4, generator=generator) * torch.tensor([1.0, 1.0, 0.2, 0.2])
        uniform = torch.rand(count, LENGTH, len(PUSHES), generator=generator)
        gumbel = -torch.log(-torch.log(uniform.clamp(1e-6, 1 - 1e-6)))
        return states, torch.cat([torch.randn(count, LENGTH, 2, generator=generator), gumbel], 2)

    def network(self):
        return Actor()

    @torch.no_grad()
    def played(self, policy, states, noise):
        """Distances, states and actions (episodes, steps) of sampled actions."""
        distances, seen, actions = [], [], []
        for gusts, gumbel in (step.split([2, len(PUSHES)], 1) for step in noise.unbind(1)):
            action = (policy(states)[0] + gumbel).argmax(1)
            seen.append(states)
            actions.append(action)
            states = moved(states, action, gusts)
            distances.append(states[:, :2].norm(dim=1))
        return torch.stack(distances, 1), torch.stack(seen, 1), torch.stack(actions, 1)

    def loss(self, network, states, noise):
        distances, seen, actions = self.played(network, states, noise)
        to_come = self.discounted(distances - seen[:, :, :2].norm(dim=2))
        logits, values = network(seen)
        chosen = functional.log_softmax(logits, 2).gather(2, actions[:, :, None])[:, :, 0]
        advantages = to_come - values.detach()
        advantages = (advantages - advantages.mean(0)) / (advantages.std(0) + 1e-6)
        objective = (chosen * advantages).mean() + functional.mse_loss(values, to_come)
        # Its value is the distance, its gradient that of the objective.
        return objective + (distances.mean() - objective).detach()

    def discounted(self, costs):
        """Sums of this step's and all later costs, each step further counting 10% less."""
        sums = [costs[:, -1]]
        for cost in costs[:, :-1].flip(1).unbind(1):
            sums.append(cost + 0.9 * sums[-1])
        return torch.stack(sums[::-1], 1)

    def predict(self, network, states, noise):
        return self.played(network, states, noise)[0].mean(), network(states)[0]

    def accuracy(self, loss, outputs, targets):
        return min(max(1 - loss / self.chance_loss, 0.0), 1.0)


if __name__ == "__main__":
    serve(Steering, __doc__)
