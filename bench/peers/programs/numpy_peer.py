"""The networks in NumPy, float32, as one would write them for speed: the products go to arrays that stay, and the
penalty's gradient is part of the update. Adam's update of all parameters is one row of passes over flat arrays, none of
which makes an array."""

import math

import numpy as np

from common import BATCH, LAMBDA, SETTINGS, THREADS, WIDTHS, blas, initial_weight, make_data, serve

X, Y = make_data()
SAMPLE = np.arange(BATCH)
EPSILON = np.float32(1e-5)
MOMENTUM = np.float32(0.9)
ONE = np.float32(1)
N = np.float32(BATCH)


class Dense:
    def __init__(self, index):
        self.weight = initial_weight(index)
        inputs, outputs = self.weight.shape
        self.bias = np.zeros(outputs, np.float32)
        self.d_weight = np.empty_like(self.weight)
        self.d_bias = np.empty_like(self.bias)
        self.y = np.empty((BATCH, outputs), np.float32)
        self.dx = np.empty((BATCH, inputs), np.float32) if index > 0 else None

    def forward(self, x):
        self.x = x
        np.matmul(x, self.weight, out=self.y)
        self.y += self.bias
        return self.y

    def backward(self, dy):
        np.matmul(self.x.T, dy, out=self.d_weight)
        dy.sum(0, out=self.d_bias)
        return None if self.dx is None else np.matmul(dy, self.weight.T, out=self.dx)

    def update(self, rate):
        self.weight *= ONE - rate * np.float32(LAMBDA)
        self.d_weight *= rate
        self.weight -= self.d_weight
        self.bias -= rate * self.d_bias


class ReLU:
    def forward(self, x):
        self.y = np.maximum(x, 0)
        return self.y

    def backward(self, dy):
        return dy * (self.y > 0)

    def update(self, rate):
        pass


class BatchNorm:
    def __init__(self, width):
        self.gamma = np.ones(width, np.float32)
        self.beta = np.zeros(width, np.float32)
        self.d_gamma = np.empty_like(self.gamma)
        self.d_beta = np.empty_like(self.beta)
        self.moving_mean = np.zeros(width, np.float32)
        self.moving_variance = np.ones(width, np.float32)

    def forward(self, x):
        mean = x.sum(0) / N
        centred = x - mean
        variance = np.einsum("ij,ij->j", centred, centred) / N
        self.inverse = ONE / np.sqrt(variance + EPSILON)
        centred *= self.inverse
        self.x_hat = centred
        self.moving_mean += (ONE - MOMENTUM) * (mean - self.moving_mean)
        self.moving_variance += (ONE - MOMENTUM) * (variance - self.moving_variance)
        return self.gamma * centred + self.beta

    def backward(self, dy):
        np.einsum("ij,ij->j", dy, self.x_hat, out=self.d_gamma)
        dy.sum(0, out=self.d_beta)
        dx = self.x_hat * (self.d_gamma / N)
        dx += self.d_beta / N
        np.subtract(dy, dx, out=dx)
        dx *= self.gamma * self.inverse
        return dx

    def update(self, rate):
        self.gamma -= rate * self.d_gamma
        self.beta -= rate * self.d_beta


class Adam:
    """
    m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², w −= rate · m̂ / (√v̂ + ε), g with the penalty's gradient (Kingma and
    Ba 2015). Here m and v lack their factors 1 − β, which are constants of the last division, as the corrections of m̂ and
    v̂ are: that saves two passes of twelve.

    Parameters and gradients are moved to one flat array each, weights first. The passes go from block to block, of which
    all arrays fit in a core's second cache.
    """

    BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
    BLOCK = 32768

    def __init__(self, layers):
        denses = [layer for layer in layers if isinstance(layer, Dense)]
        norms = [layer for layer in layers if isinstance(layer, BatchNorm)]
        weights = [(layer, "weight") for layer in denses]
        others = [(layer, "bias") for layer in denses]
        others += [(layer, name) for layer in norms for name in ("gamma", "beta")]
        size = sum(getattr(layer, name).size for layer, name in weights + others)
        decayed = sum(layer.weight.size for layer in denses)
        value, grad, m, v = (np.zeros(size, np.float32) for _ in range(4))
        at = 0
        for layer, name in weights + others:
            initial = getattr(layer, name)
            end = at + initial.size
            view = value[at:end].reshape(initial.shape)
            view[...] = initial
            setattr(layer, name, view)
            setattr(layer, f"d_{name}", grad[at:end].reshape(initial.shape))
            at = end
        room = np.empty(self.BLOCK, np.float32)
        ends = [*range(self.BLOCK, decayed, self.BLOCK), decayed, *range(decayed + self.BLOCK, size, self.BLOCK), size]
        self.blocks = [
            (*(array[start:end] for array in (value, grad, m, v)), room[: end - start], start < decayed)
            for start, end in zip([0, *ends[:-1]], ends)
        ]
        self.steps = 0

    def update(self, rate):
        self.steps += 1
        scale_m = (1 - self.BETA1) / (1 - self.BETA1**self.steps)
        scale_v = math.sqrt((1 - self.BETA2) / (1 - self.BETA2**self.steps))
        factor, epsilon = np.float32(rate * scale_m / scale_v), np.float32(self.EPSILON / scale_v)
        beta1, beta2, decay = np.float32(self.BETA1), np.float32(self.BETA2), np.float32(LAMBDA)
        for value, grad, m, v, room, is_decayed in self.blocks:
            if is_decayed:
                np.multiply(value, decay, out=room)
                grad += room
            m *= beta1
            m += grad
            np.multiply(grad, grad, out=grad)
            v *= beta2
            v += grad
            np.sqrt(v, out=room)
            room += epsilon
            np.divide(m, room, out=room)
            room *= factor
            value -= room


class Network:
    def __init__(self):
        self.layers = []
        for index in range(len(WIDTHS) - 1):
            self.layers.append(Dense(index))
            if index < len(WIDTHS) - 2:
                self.layers.append(ReLU())
                if SETTINGS["batchNormalization"]:
                    self.layers.append(BatchNorm(WIDTHS[index + 1]))
        self.x = np.empty((BATCH, WIDTHS[0]), np.float32)
        self.adam = Adam(self.layers) if SETTINGS["optimizer"] == "adam" else None

    def step(self, rows, rate):
        y = np.take(X, rows, axis=0, out=self.x, mode="clip")
        labels = Y[rows]
        for layer in self.layers:
            y = layer.forward(y)
        z = y - y.max(1, keepdims=True)
        dz = np.exp(z)
        total = dz.sum(1)
        loss = (np.log(total) - z[SAMPLE, labels]).mean()
        dz /= (total * N)[:, None]
        dz[SAMPLE, labels] -= ONE / N
        dy = dz
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        if self.adam is not None:
            self.adam.update(rate)
        else:
            for layer in self.layers:
                layer.update(np.float32(rate))
        return float(loss)

    def penalty(self):
        weights = [layer.weight.astype(np.float64) for layer in self.layers if isinstance(layer, Dense)]
        return 0.5 * LAMBDA * float(sum((weight * weight).sum() for weight in weights))


serve({"name": "NumPy", "version": np.__version__, "threads": THREADS, "engine": blas()}, Network)
