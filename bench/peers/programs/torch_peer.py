"""The networks in PyTorch, with its own layers, loss and optimizer, eager."""

import time

import torch
from torch import nn
from torch.nn import functional

from common import LAMBDA, SETTINGS, THREADS, WIDTHS, blas, initial_weight, make_data, serve

torch.set_num_threads(THREADS)
values, labels = make_data()
X, Y = torch.from_numpy(values), torch.from_numpy(labels)


# The implementations of torch.optim.Adam: tensor by tensor, all tensors at once, and in one kernel (on a CPU from
# version 2.4 on).
ADAMS = {"for-loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def fastest_adam():
    """The name of the implementation that is the fastest here, with these threads: a version lacks some."""
    seconds = {}
    for name, options in ADAMS.items():
        try:
            network = Network(options)
            for parameter in network.model.parameters():
                parameter.grad = torch.full_like(parameter, 1e-3)
            times = []
            for _ in range(60):
                begin = time.perf_counter()
                network.optimizer.step()
                times.append(time.perf_counter() - begin)
        except (TypeError, RuntimeError):
            continue
        seconds[name] = sorted(times)[len(times) // 2]
    return min(seconds, key=seconds.get)


class Network:
    def __init__(self, adam=None):
        layers = []
        for index in range(len(WIDTHS) - 1):
            linear = nn.Linear(WIDTHS[index], WIDTHS[index + 1])
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(initial_weight(index).T.copy()))
                linear.bias.zero_()
            layers.append(linear)
            if index < len(WIDTHS) - 2:
                layers.append(nn.ReLU())
                if SETTINGS["batchNormalization"]:
                    layers.append(nn.BatchNorm1d(WIDTHS[index + 1]))
        self.model = nn.Sequential(*layers)
        self.weights = [layer.weight for layer in layers if isinstance(layer, nn.Linear)]
        decayed = {id(weight) for weight in self.weights}
        others = [parameter for parameter in self.model.parameters() if id(parameter) not in decayed]
        groups = [{"params": self.weights, "weight_decay": LAMBDA}, {"params": others}]
        if SETTINGS["optimizer"] == "adam":
            self.optimizer = torch.optim.Adam(groups, lr=1e-5, **(ADAMS[ADAM] if adam is None else adam))
        else:
            self.optimizer = torch.optim.SGD(groups, lr=1e-5)

    def step(self, rows, rate):
        rows = torch.from_numpy(rows)
        x, y = X[rows], Y[rows]
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = functional.cross_entropy(self.model(x), y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def penalty(self):
        return 0.5 * LAMBDA * sum(float(weight.detach().double().square().sum()) for weight in self.weights)


ADAM = fastest_adam() if SETTINGS["optimizer"] == "adam" else None
engine = "MKL" if torch.backends.mkl.is_available() else blas()
if ADAM is not None:
    engine = f"{engine}, Adam {ADAM}"
introduction = {"name": "PyTorch", "version": torch.__version__, "threads": torch.get_num_threads(), "engine": engine}
serve(introduction, Network)
