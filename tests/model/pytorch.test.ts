/**
 * A hundred steps of small trainings against PyTorch in float64: every optimizer with plain networks, with batch
 * normalisation and with dropout, for each kind of targets. `tests/fixtures/pytorch/agreement.py` has PyTorch's side, and
 * docs/library.md ("Agreement with PyTorch") which definitions agree.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hiddenActivations } from "../../src/layers/index.ts";
import type { ModelOptions } from "../../src/model/model.ts";
import { type Case, type Summary, type Trained, trainCase } from "../helpers/pytorch.ts";

interface Agreement {
  readonly settings: { readonly stepSize: number; readonly steps: number; readonly momentum: number };
  readonly cases: readonly (Case & Trained)[];
}
const file = new URL("../fixtures/pytorch/agreement.json", import.meta.url);
const { settings, cases }: Agreement = JSON.parse(readFileSync(file, "utf8"));

/**
 * |a − b| ≤ TOLERANCE · max(1, |b|), for losses and for what is kept of each tensor. The two programs add in other orders:
 * they begin some 1e-16 apart, and a hundred steps multiply that.
 */
const TOLERANCE = 1e-10;

function expectNear(what: string, actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, i) => {
    const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    expect(error, `${what}, number ${i}: ${value}, expected ${expected[i]}`).toBeLessThan(TOLERANCE);
  });
}

/**
 * What is kept of a moving variance, from PyTorch's to ours. Theirs begins at 1, of which a share is left after so many
 * steps, and has the unbiased variances of batches of n samples, n / (n − 1) of the biased ones that ours has; it begins
 * at 0.
 */
function ourMovingVariance([sum, squares, first, last]: Summary, units: number, n: number): Summary {
  const rest = settings.momentum ** settings.steps;
  const share = (n - 1) / n;
  return [
    (sum - units * rest) * share,
    (squares - 2 * rest * sum + units * rest ** 2) * share ** 2,
    (first - rest) * share,
    (last - rest) * share,
  ];
}

async function compare(given: Case & Trained, options: ModelOptions): Promise<void> {
  const trained = await trainCase(given, settings, options);
  expectNear("losses", trained.losses, given.losses);
  expect(Object.keys(trained.tensors).sort()).toEqual(Object.keys(given.tensors).sort());
  for (const [name, theirs] of Object.entries(given.tensors)) {
    const layer = /^batchnorm(\d+)\.movingVariance$/.exec(name)?.[1];
    const units = given.hidden[Number(layer) - 1]!;
    const expected = layer === undefined ? theirs : ourMovingVariance(theirs, units, given.batch);
    expectNear(name, trained.tensors[name]!, expected);
  }
  // After batch normalisation it depends on the moving variance, which is not PyTorch's.
  if (given.evaluation !== undefined) expectNear("evaluation", [trained.evaluation], [given.evaluation]);
}

describe.each(cases.map((given, i) => ({ ...given, i })))("$name", ({ i, ...given }) => {
  it("follows PyTorch for a hundred steps, on wasm", () => compare(given, {}));
  it("follows it on the engine js", () => compare(given, { engine: "js" }));
  if (i % 3 === 0) it("follows it in two threads", () => compare(given, { threads: 2 }));
});

it("compares every optimizer with every kind of network and of targets, and each loss, activation and way of weighing", () => {
  const optimizerOf = ({ optimizer, optimizerOptions = {} }: Case) => {
    const { momentum, nesterov } = optimizerOptions;
    return optimizer === "sgd" && momentum ? (nesterov ? "nesterov" : "momentum") : optimizer;
  };
  const networkOf = ({ bn, dropout }: Case) =>
    bn === undefined ? (dropout === undefined ? "plain" : "dropout") : "bn";
  const there = (what: (given: Case) => string) => new Set(cases.map(what));
  const all = (...lists: readonly (readonly string[])[]) =>
    lists.reduce((names, list) => names.flatMap((name) => list.map((own) => `${name} ${own}`.trim())), [""]);
  const optimizers = ["sgd", "momentum", "nesterov", "adam", "adamw"];
  expect(there((each) => `${optimizerOf(each)} ${networkOf(each)} ${each.targets}`)).toEqual(
    new Set(all(optimizers, ["plain", "bn", "dropout"], ["classes", "numbers", "flags"])),
  );
  const clipped = cases.filter(({ clipNorm }) => clipNorm !== undefined);
  expect(new Set(clipped.map(optimizerOf))).toEqual(new Set(optimizers));
  expect(there(({ loss }) => loss)).toEqual(
    new Set(["crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber"]),
  );
  expect(there(({ weights = "none" }) => weights)).toEqual(new Set(["none", "samples", "classes"]));
  const smoothed = cases.filter(({ lossOptions }) => lossOptions?.labelSmoothing);
  expect(smoothed.some(({ weights }) => weights === "samples")).toBe(true);
  const names = hiddenActivations.filter((name) => name !== "linear");
  expect(new Set(cases.flatMap(({ activations }) => activations))).toEqual(new Set(names));
});
