/** Whole trainings against losses that an independent NumPy program computed: `tests/fixtures/golden.py`. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { type BatchNormPlace, denseNetwork } from "../../src/model/network.ts";
import type { NamedTensor } from "../../src/model/safetensors.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import type { Precision } from "../../src/tensor.ts";

interface Golden {
  readonly settings: Record<
    "samples" | "features" | "classes" | "batch" | "epochs" | "l2" | "etaMin" | "etaMax" | "stepSize",
    number
  >;
  readonly runs: readonly {
    readonly hidden: number[];
    readonly bn: "after" | "before" | null;
    readonly losses: number[];
    readonly epochs: { loss: number; cost: number; accuracy: number }[];
  }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL("../fixtures/golden.json", import.meta.url), "utf8"));

/** The generator of golden.py. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function train(run: Golden["runs"][number], dtype: Precision, engine: "wasm" | "js") {
  const { samples: count, features, classes, batch, epochs, l2, ...rates } = golden.settings;
  const next = lcg(7);
  const values = Uint8Array.from({ length: count * features }, () => Math.floor(next() * 256));
  const labels = Uint8Array.from({ length: count }, () => Math.floor(next() * classes));
  const samples = samplesFromArrays({ values, labels, features, classes });
  const tensors: NamedTensor[] = [];
  const widths = [features, ...run.hidden, classes];
  for (let i = 1; i < widths.length; i++) {
    const [rows, columns] = [widths[i - 1]!, widths[i]!];
    const draw = (length: number, scale: number) =>
      Float64Array.from({ length }, () => (2 * next() - 1) * scale);
    const weight = draw(rows * columns, 1 / Math.sqrt(rows));
    tensors.push({ name: `dense${i}.weight`, shape: [rows, columns], data: weight });
    tensors.push({ name: `dense${i}.bias`, shape: [columns], data: draw(columns, 0.5) });
    if (run.bn === null || i === widths.length - 1) continue;
    tensors.push({ name: `batchnorm${i}.gamma`, shape: [columns], data: new Float64Array(columns).fill(1) });
    tensors.push({ name: `batchnorm${i}.beta`, shape: [columns], data: new Float64Array(columns) });
  }
  const batchNormalization: BatchNormPlace = run.bn ?? false;
  const model = new Model(denseNetwork({ hidden: run.hidden, classes, batchNormalization, l2 }), {
    dtype,
    engine,
  });
  model.compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: new LRCyclingSchedule(rates) }),
    metrics: [new AccuracyMetrics()],
  });
  await model.load(tensors);
  const losses: number[] = [];
  const { rows } = await model.fit(samples, {
    epochs,
    batchSize: batch,
    shuffle: false,
    onStep: ({ loss }) => losses.push(loss),
  });
  return {
    losses,
    epochs: rows.map(({ train: { loss, cost, accuracy } }) => ({ loss, cost, accuracy: accuracy! })),
  };
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    const error = Math.abs(value - expected[i]!) / Math.abs(expected[i]!);
    expect(error, `number ${i}: ${value}, expected ${expected[i]}`).toBeLessThan(tolerance);
  });
}

describe.each(golden.runs)("hidden layers $hidden, batch normalisation $bn", (run) => {
  // Round-off grows along a training, and batch normalisation of a nearly constant feature multiplies it by up to
  // 1/√ε = 316: with nine layers NumPy and these kernels end 2e-11 apart, and in float32 3e-2.
  const deep = run.hidden.length > 2 ? 100 : 1;

  it.each(["wasm", "js"] as const)(
    "follows NumPy's losses step by step in float64, on %s",
    async (engine) => {
      const { losses, epochs } = await train(run, "float64", engine);
      expectNear(losses, run.losses, 1e-12 * deep);
      for (const key of ["loss", "cost"] as const) {
        expectNear(
          epochs.map((row) => row[key]),
          run.epochs.map((row) => row[key]),
          1e-12 * deep,
        );
      }
      expect(epochs.map(({ accuracy }) => accuracy)).toEqual(run.epochs.map(({ accuracy }) => accuracy));
    },
  );

  it("stays near them in float32, as long as round-off has not grown", async () => {
    const { losses, epochs } = await train(run, "float32", "wasm");
    const steps = deep === 1 ? losses.length : 6;
    expectNear(losses.slice(0, steps), run.losses.slice(0, steps), 1e-4);
    if (deep === 1) expectNear([epochs.at(-1)!.cost], [run.epochs.at(-1)!.cost], 1e-4);
  });
});
