"""The opponents of `npm run bench:accuracy` on tables: scikit-learn's defaults (histogram gradient boosting, forest, MLP,
linear) and a double of the published recipe RealMLP-TD-S (Holzmüller et al. 2024, "Better by default") in PyTorch.
A line of JSON for each table comes out, with the score and the log loss of every split. It needs Debian's
python3-sklearn and python3-torch, or pip's:

  /usr/bin/python3 bench/accuracy/peers.py FOLDER --out peers.jsonl

Tables, targets, splits and seeds are those of the benchmark (its --help tells them). A class that is not among the
training rows counts as wrong, with the probability 1e-15. The double keeps the recipe's label smoothing, which costs
it log loss. Its scores may differ from one processor to another: PyTorch's sums do.
"""
import argparse
import csv
import json
import math
import random
import time
import warnings
from pathlib import Path

import numpy as np

SMALL = 2000
SPLITS = 10
LEAST = 1e-15


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        header, *rows = [row for row in csv.reader(file) if row]
    return header, rows


def targets_beside(folder):
    known = json.loads((Path(__file__).parent / "targets.json").read_text())
    own = folder / "tables.json"
    return {**known, **(json.loads(own.read_text()) if own.exists() else {})}


def split_rows(rows, number):
    order = list(range(len(rows)))
    random.Random(100 + number).shuffle(order)
    count = len(rows) * 4 // 5
    return [rows[i] for i in order[:count]], [rows[i] for i in order[count:]]


def as_numbers(cells):
    return np.array([float(cell) if cell != "" else np.nan for cell in cells])


def are_numbers(cells):
    try:
        as_numbers(cells)
        return True
    except ValueError:
        return False


class Fold:
    """The cells of training and test rows by columns, and the targets: numbers, or those of classes (-1: not seen)."""

    def __init__(self, header, train, test, target, task):
        at = header.index(target)
        self.is_regression = task == "numbers"
        self.columns = []
        for j in range(len(header)):
            if j == at:
                continue
            cells = [row[j] for row in train], [row[j] for row in test]
            self.columns.append((are_numbers(cells[0] + cells[1]), *cells))
        truth = [row[at] for row in train], [row[at] for row in test]
        if self.is_regression:
            self.classes = None
            self.train, self.test = (np.array(part, float) for part in truth)
        else:
            self.classes = sorted(set(truth[0]))
            number = {name: i for i, name in enumerate(self.classes)}
            self.train, self.test = (np.array([number.get(name, -1) for name in part]) for part in truth)


def standardized(train):
    """Mean and deviation 1; missing: the mean."""
    middle, scale = np.nanmean(train), np.nanstd(train) or 1
    return lambda values: (np.where(np.isnan(values), middle, values) - middle) / scale


def robust(train):
    """The recipe's: median and quartiles, then s / sqrt(1 + (s / 3)^2); missing: the median."""
    middle = np.nanmedian(train)
    quartiles = np.nanpercentile(train, 75) - np.nanpercentile(train, 25)
    extent = np.nanmax(train) - np.nanmin(train)
    factor = 1 / quartiles if quartiles > 0 else 2 / extent if extent > 0 else 0

    def scaled(values):
        s = (np.where(np.isnan(values), middle, values) - middle) * factor
        return s / np.sqrt(1 + (s / 3) ** 2)

    return scaled


def dense(fold, scaler):
    """Numbers: scaled, and 1 where one is missing if any is in training. Categories: one-hot; of two: -1 and 1."""
    features = []
    for is_numeric, *parts in fold.columns:
        if is_numeric:
            parts = [as_numbers(part) for part in parts]
            scale = scaler(parts[0])
            features.append([scale(part) for part in parts])
            if np.isnan(parts[0]).any():
                features.append([np.isnan(part).astype(float) for part in parts])
            continue
        values = sorted(set(parts[0]) - {""})
        if len(values) == 2:
            sign = {values[0]: -1.0, values[1]: 1.0}
            features.append([np.array([sign.get(cell, 0.0) for cell in part]) for part in parts])
            continue
        for value in values:
            features.append([np.array([float(cell == value) for cell in part]) for part in parts])
    return tuple(np.stack(part, axis=1) for part in zip(*features))


def with_categories(fold):
    """Features for boosting, which takes missing values and categories as they are; and which columns are categories."""
    features, categories = [], []
    for j, (is_numeric, *parts) in enumerate(fold.columns):
        if is_numeric:
            features.append([as_numbers(part) for part in parts])
            continue
        categories.append(j)
        number = {value: i for i, value in enumerate(sorted(set(parts[0]) - {""})[:254])}
        features.append([np.array([number.get(cell, np.nan) for cell in part], float) for part in parts])
    return (*(np.stack(part, axis=1) for part in zip(*features)), categories)


def scikit_learn(fold):
    """By name, a function from a seed to the answers to the test rows: values, or probabilities."""
    from sklearn import ensemble, linear_model, neural_network

    train, test = dense(fold, standardized)
    boosted_train, boosted_test, categories = with_categories(fold)
    kind = "Regressor" if fold.is_regression else "Classifier"

    def answers(model, train, test):
        if fold.is_regression:
            return model.fit(train, fold.train).predict(test)
        return model.fit(train, fold.train).predict_proba(test)

    def boosting(seed):
        make = getattr(ensemble, f"HistGradientBoosting{kind}")
        model = make(random_state=seed, categorical_features=categories or None)
        return answers(model, boosted_train, boosted_test)

    def mlp(seed):
        model = getattr(neural_network, f"MLP{kind}")(random_state=seed)
        if not fold.is_regression:
            return answers(model, train, test)
        middle, scale = fold.train.mean(), fold.train.std()
        return model.fit(train, (fold.train - middle) / scale).predict(test) * scale + middle

    def linear(seed):
        model = linear_model.Ridge() if fold.is_regression else linear_model.LogisticRegression(max_iter=1000)
        return answers(model, train, test)

    def forest(seed):
        return answers(getattr(ensemble, f"RandomForest{kind}")(random_state=seed), train, test)

    return {"hgb": boosting, "forest": forest, "mlp": mlp, "linear": linear}


WIDTH, DEPTH, EPOCHS, BATCH = 256, 3, 256, 256


def make_network(features, outputs, activation):
    """Weights from N(0, 1) over the fan-in's root, biases from N(0, 1), a last layer of zeros, a scale of the inputs."""
    import torch

    widths = [features, *[WIDTH] * DEPTH, outputs]
    draw = lambda hidden, *shape: (torch.randn if hidden else torch.zeros)(*shape).requires_grad_()
    weights = [draw(i < DEPTH, *widths[i : i + 2]) for i in range(DEPTH + 1)]
    biases = [draw(i < DEPTH, widths[i + 1]) for i in range(DEPTH + 1)]
    scale = torch.ones(features, requires_grad=True)

    def forward(x):
        x = x * scale
        for i, (weight, bias) in enumerate(zip(weights, biases)):
            x = x @ weight / math.sqrt(len(weight)) + bias
            x = activation(x) if i < DEPTH else x
        return x

    # The factors of the rate.
    groups = [(6.0, [scale]), (1.0, weights), (0.1, biases)]
    return forward, groups


def double(fold, seed):
    """The answers of the recipe to the test rows. A fifth of the training rows chooses the epoch: the last of the best."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    features, test = dense(fold, robust)
    order = np.random.default_rng(seed).permutation(len(features))
    held = max(1, len(order) // 5)
    validation, train = order[:held], order[held:]
    x, x_validation, x_test = (
        torch.tensor(part, dtype=torch.float32) for part in (features[train], features[validation], test)
    )
    truth = fold.train[validation]
    if fold.is_regression:
        middle, scale = fold.train[train].mean(), fold.train[train].std()
        y = torch.tensor((fold.train[train] - middle) / scale, dtype=torch.float32)[:, None]
        loss, rate, outputs, activation = torch.nn.MSELoss(), 0.07, 1, functional.mish
        answers = lambda z: z.numpy()[:, 0] * scale + middle
        goodness = lambda z: -np.mean((answers(z) - truth) ** 2)
    else:
        y = torch.tensor(fold.train[train])
        loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        rate, outputs, activation = 0.04, len(fold.classes), functional.selu
        answers = lambda z: z.double().softmax(1).numpy()
        goodness = lambda z: (z.numpy().argmax(1) == truth).mean()
    forward, groups = make_network(x.shape[1], outputs, activation)
    optimizer = torch.optim.Adam([{"params": params} for _, params in groups], lr=rate, betas=(0.9, 0.95))
    batch = min(BATCH, len(train))
    starts = range(0, len(train) - batch + 1, batch)
    step, steps, best, kept = 0, EPOCHS * len(starts), -math.inf, None
    for _ in range(EPOCHS):
        shuffled = torch.randperm(len(train))
        for start in starts:
            wave = 0.5 - 0.5 * math.cos(2 * math.pi * math.log2(1 + 15 * step / steps))
            for group, (factor, _) in zip(optimizer.param_groups, groups):
                group["lr"] = rate * wave * factor
            rows = shuffled[start : start + batch]
            optimizer.zero_grad(set_to_none=True)
            loss(forward(x[rows]), y[rows]).backward()
            optimizer.step()
            step += 1
        with torch.no_grad():
            reached = goodness(forward(x_validation))
            if reached >= best or kept is None:
                best, kept = reached, answers(forward(x_test))
    return kept


def score(fold, answers):
    if fold.is_regression:
        return 1 - ((fold.test - answers) ** 2).mean() / fold.test.var()
    return (answers.argmax(1) == fold.test).mean()


def log_loss(fold, answers):
    of_truth = np.where(fold.test >= 0, answers[np.arange(len(answers)), fold.test], 0)
    return -np.log(np.clip(of_truth, LEAST, 1 - LEAST)).mean()


def measure(folder, name, target, task, seeds, first):
    header, train = read(folder / f"{name}.train.csv")
    test = read(folder / f"{name}.test.csv")[1]
    rows = len(train) + len(test)
    runs = [(split, split) for split in range(SPLITS)] if rows < SMALL else [(None, seed) for seed in seeds]
    began, scores, losses = time.time(), {}, {}
    for split, seed in runs[:first]:
        parts = (train, test) if split is None else split_rows(train + test, split)
        fold = Fold(header, *parts, target, task)
        for model, answer in {**scikit_learn(fold), "realmlp_td_s": lambda seed: double(fold, seed)}.items():
            answers = answer(seed)
            scores.setdefault(model, []).append(float(score(fold, answers)))
            if not fold.is_regression:
                losses.setdefault(model, []).append(float(log_loss(fold, answers)))
    rounded = lambda lists: {model: [round(value, 4) for value in values] for model, values in lists.items()}
    line = {
        **{"table": name, "rows": rows, "columns": len(header) - 1, "classes": fold.classes and len(fold.classes)},
        **{"metric": "r2" if fold.is_regression else "accuracy", "scores": len(runs[:first])},
    }
    for model, values in scores.items():
        line[model] = round(float(np.mean(values)), 4)
        line[f"{model}_sd"] = round(float(np.std(values)), 4)
    line["all"] = rounded(scores)
    if losses:
        line["logloss"] = rounded(losses)
    line["seconds"] = round(time.time() - began, 1)
    return json.dumps(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the tables")
    parser.add_argument("--only", help="only these tables, with commas between them")
    parser.add_argument("--seeds", default="1,2,3", help="of the larger tables (default: 1,2,3)")
    parser.add_argument("--first", type=int, help="only so many splits, or seeds, of each table")
    parser.add_argument("--out", type=Path, help="append to this file; tables in it are left out (default: stdout)")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")  # some of the defaults do not converge
    there = sorted(path.name[: -len(".train.csv")] for path in asked.folder.glob("*.train.csv"))
    names = asked.only.split(",") if asked.only else there
    if asked.out and asked.out.exists():
        done = {json.loads(line)["table"] for line in asked.out.read_text().splitlines() if line}
        names = [name for name in names if name not in done]
    targets = targets_beside(asked.folder)
    for name in names:
        target = targets.get(name, {"target": "Class", "task": "classes"})
        seeds = [int(seed) for seed in asked.seeds.split(",")]
        line = measure(asked.folder, name, target["target"], target["task"], seeds, asked.first)
        if asked.out:
            with open(asked.out, "a", encoding="utf-8") as file:
                file.write(line + "\n")
        else:
            print(line, flush=True)


if __name__ == "__main__":
    main()
