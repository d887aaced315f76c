"""What the programs in Python have in common: the settings, the numbers that all begin with (../shared/numbers.ts has
them in TypeScript), and the conversation with the driver (../shared/serve.ts)."""

import ctypes
import itertools
import json
import math
import sys
import time

import numpy as np

SETTINGS = json.loads(sys.argv[1])
WIDTHS = SETTINGS["widths"]
BATCH = SETTINGS["batchSize"]
SAMPLES = SETTINGS["samples"]
LAMBDA = SETTINGS["lambda"]
THREADS = SETTINGS["threads"]

CHECK_STEP_SIZE = 5
CHUNK = 1 << 22


def mix(x):
    """The finaliser of MurmurHash3, on an array of 32-bit words."""
    h = x ^ (x >> np.uint32(16))
    h = h * np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h = h * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def random_words(stream, count):
    key = mix(np.array([stream + 1], np.uint32))[0]
    words = np.empty(count, np.uint32)
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        words[start:end] = mix(np.arange(start, end, dtype=np.uint32) ^ key)
    return words


def make_data():
    """Standardised float32 (samples, features), and labels."""
    data = random_words(0, SAMPLES * WIDTHS[0] // 4).view(np.uint8).reshape(SAMPLES, WIDTHS[0])
    table = ((np.arange(256) - 127.5) / math.sqrt((256**2 - 1) / 12)).astype(np.float32)
    values = np.empty(data.shape, np.float32)
    for start in range(0, SAMPLES, 1000):
        values[start : start + 1000] = table[data[start : start + 1000]]
    return values, (data[:, 0].astype(np.int64) * WIDTHS[-1]) >> 8


def initial_weight(index):
    """(inputs, outputs): uniform with the variance 2 / inputs."""
    inputs, outputs = WIDTHS[index], WIDTHS[index + 1]
    words = random_words(2 + index, inputs * outputs).astype(np.float64)
    return ((words / 2**31 - 1) * math.sqrt(6 / inputs)).astype(np.float32).reshape(inputs, outputs)


def learning_rate(step, step_size):
    """The paper's cyclic rate before update `step`, from 0, with its top at etaMax."""
    cycle = math.floor(1 + step / (2 * step_size))
    x = abs(step / step_size - 2 * cycle + 1)
    return 1e-5 + (SETTINGS["etaMax"] - 1e-5) * max(0.0, 1 - x)


def blas():
    """The BLAS that is loaded, as it describes itself: only OpenBLAS does."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "openblas" in line and ".so" in line}
    except OSError:
        paths = set()
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        for prefix, suffix in itertools.product(("", "scipy_"), ("", "64_")):
            try:
                core, config = (
                    getattr(library, f"{prefix}openblas_get_{what}{suffix}") for what in ("corename", "config")
                )
            except AttributeError:
                continue
            core.restype = config.restype = ctypes.c_char_p
            words = config().decode().split()
            openmp = " OpenMP" if "USE_OPENMP" in words else ""
            return f"OpenBLAS {words[1]} {core().decode()}{openmp}"
    return "BLAS unknown"


def serve(introduction, make):
    """Answers the driver's lines. `make` returns a network: step(rows, rate) -> loss, and penalty()."""

    def reply(value):
        print(json.dumps(value), flush=True)

    rng = np.random.default_rng(1)
    network = None
    order, at, done, loss = None, SAMPLES, 0, math.nan
    reply(introduction)
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "check":
            checked = make()
            rows = np.arange(BATCH)
            losses = [checked.step(rows, learning_rate(i, CHECK_STEP_SIZE)) for i in range(int(numbers[0]))]
            reply({"losses": losses, "penalty": checked.penalty()})
        elif command == "slice":
            network = network or make()
            seconds, least = float(numbers[0]), int(numbers[1])
            times = []
            begin = last = time.perf_counter()
            while last - begin < seconds or len(times) < least:
                if at + BATCH > SAMPLES:
                    order, at = rng.permutation(SAMPLES), 0
                loss = network.step(order[at : at + BATCH], learning_rate(done, SETTINGS["stepSize"]))
                at += BATCH
                done += 1
                now = time.perf_counter()
                times.append(now - last)
                last = now
            reply({"steps": len(times), "stepSeconds": float(np.median(times)), "loss": loss})
        else:
            raise ValueError(f"{line!r} is not a command of this program.")
