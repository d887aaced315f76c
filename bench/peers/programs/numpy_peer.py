"""The networks in NumPy, float32, as one would write them for speed: the products go to arrays that stay, and the
penalty's gradient is part of the update."""

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
        self.y = np.empty((BATCH, outputs), np.float32)
        self.dx = np.empty((BATCH, inputs), np.float32) if index > 0 else None

    def forward(self, x):
        self.x = x
        np.matmul(x, self.weight, out=self.y)
        self.y += self.bias
        return self.y

    def backward(self, dy):
        np.matmul(self.x.T, dy, out=self.d_weight)
        self.d_bias = dy.sum(0)
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
        self.d_gamma = np.einsum("ij,ij->j", dy, self.x_hat)
        self.d_beta = dy.sum(0)
        dx = self.x_hat * (self.d_gamma / N)
        dx += self.d_beta / N
        np.subtract(dy, dx, out=dx)
        dx *= self.gamma * self.inverse
        return dx

    def update(self, rate):
        self.gamma -= rate * self.d_gamma
        self.beta -= rate * self.d_beta


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

    def step(self, rows, rate):
        rate = np.float32(rate)
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
        for layer in self.layers:
            layer.update(rate)
        return float(loss)

    def penalty(self):
        weights = [layer.weight.astype(np.float64) for layer in self.layers if isinstance(layer, Dense)]
        return 0.5 * LAMBDA * float(sum((weight * weight).sum() for weight in weights))


serve({"name": "NumPy", "version": np.__version__, "threads": THREADS, "engine": blas()}, Network)
