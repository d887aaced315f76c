import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { BatchNormalization, Dense, type Layer, ReLU, Softmax } from "../../src/layers/index.ts";
import { Model } from "../../src/model/model.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { Folding } from "../../src/plan/folding.ts";
import { bindPlan, type Call, describePlan, type Plan, recorder } from "../../src/plan/plan.ts";
import { Random } from "../../src/random.ts";
import { type Precision, Region, type Tensor } from "../../src/tensor.ts";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";
import { valuesOf } from "../helpers/plans.ts";

const names = (plan: Plan) => describePlan(plan).map((line) => line.split(" ")[0]);

type Names =
  | "x"
  | "y"
  | "z"
  | "s"
  | "u"
  | "v"
  | "w"
  | "weight"
  | "bias"
  | "gamma"
  | "beta"
  | "mean"
  | "variance";
type Tensors = Readonly<Record<Names, Tensor>> & { readonly workspace: Tensor<"uint8"> };

const normalize = (kernels: Kernels, y: Tensor, x: Tensor, t: Tensors) =>
  kernels.batchNorm.inference(y, x, t.gamma, t.beta, t.mean, t.variance, 1);
const dense = (kernels: Kernels, y: Tensor, x: Tensor, t: Tensors) => {
  kernels.matmul.multiply(y, x, t.weight, t.workspace);
  kernels.bias.add(y, y, t.bias);
};

describe("folding, by hand", () => {
  /** A product (1, 2) · (2, 2) with its bias and normalisations in a memory of its own, on the definitions. */
  async function plan(write: (kernels: Kernels, tensors: Tensors) => void) {
    const region = new Region();
    const row = () => region.tensor("float64", 1, 2);
    const tensors = {
      ...{ x: row(), y: row(), z: row(), s: row(), u: row(), v: row(), w: row() },
      ...{ weight: region.tensor("float64", 2, 2), bias: row() },
      ...{ gamma: row(), beta: row(), mean: row(), variance: row() },
      workspace: region.tensor("uint8", 1, 64),
    };
    const calls: Call[] = [];
    write(recorder(calls), tensors);
    const folding = new Folding(calls, (rows, columns) => region.tensor("float64", rows, columns));
    const { buffer, base, kernels } = await referenceBackend().open(region.bytes, "float64");
    region.bind(buffer, base);
    tensors.x.data.set([3, 5]);
    tensors.weight.data.set([1, 2, 3, 4]);
    tensors.bias.data.set([10, 20]);
    // Scales 3 / √(3 + 1) and 8 / √(15 + 1), shifts 100 − 1 · 1.5 and 200 − 2 · 2.
    tensors.gamma.data.set([3, 8]);
    tensors.beta.data.set([100, 200]);
    tensors.mean.data.set([1, 2]);
    tensors.variance.data.set([3, 15]);
    const folded = folding.rewrite(calls);
    folding.refresh();
    const parameters = () => {
      const [weight, bias] = folded.slice(-2).map((call) => valuesOf(call)[2]) as Tensor[];
      return [[...weight!.data], [...bias!.data]];
    };
    return { calls, folded, parameters, kernels, tensors, folding };
  }
  it("before a product scales the weight's rows, and adds its shift times the weight to the bias", async () => {
    const { folded, parameters, kernels, tensors } = await plan((kernels, t) => {
      kernels.relu.forward(t.u, t.x);
      normalize(kernels, t.y, t.u, t);
      dense(kernels, t.z, t.y, t);
    });
    expect(names(folded)).toEqual(["relu.forward", "matmul.multiply", "bias.add"]);
    // b′ = (10 20) + (98.5 196) · (1 2; 3 4)
    expect(parameters()).toEqual([
      [1.5, 3, 6, 8],
      [10 + 98.5 + 588, 20 + 197 + 784],
    ]);
    bindPlan(folded, kernels)();
    expect([...tensors.z.data]).toEqual([4.5 + 30 + 696.5, 9 + 40 + 1001]);
  });

  it("after a product scales the weight's columns and the bias", async () => {
    const { folded, parameters } = await plan((kernels, t) => {
      dense(kernels, t.y, t.x, t);
      normalize(kernels, t.z, t.y, t);
    });
    expect(names(folded)).toEqual(["matmul.multiply", "bias.add"]);
    expect(parameters()).toEqual([
      [1.5, 4, 4.5, 8],
      [15 + 98.5, 40 + 196],
    ]);
  });

  it("folds several in a row on either side, in their order", async () => {
    const { calls, folded, kernels, tensors } = await plan((kernels, t) => {
      normalize(kernels, t.y, t.x, t);
      normalize(kernels, t.z, t.y, t);
      normalize(kernels, t.s, t.z, t);
      dense(kernels, t.u, t.s, t);
      normalize(kernels, t.v, t.u, t);
      normalize(kernels, t.w, t.v, t);
    });
    // The first works on the inputs: it stays.
    expect(names(folded)).toEqual(["batchNorm.inference", "matmul.multiply", "bias.add"]);
    bindPlan(calls, kernels)();
    const expected = tensors.w.data.slice();
    tensors.w.data.fill(0);
    bindPlan(folded, kernels)();
    expectClose(tensors.w.data, expected, 1e-12);
  });

  it("never lets a product write what it reads, where a buffer serves twice", async () => {
    const { calls, folded } = await plan((kernels, t) => {
      dense(kernels, t.y, t.x, t);
      normalize(kernels, t.x, t.y, t);
    });
    expect(folded).toEqual(calls);
    const other = await plan((kernels, t) => {
      normalize(kernels, t.x, t.y, t);
      dense(kernels, t.y, t.x, t);
    });
    expect(other.folded).toEqual(other.calls);
  });

  it("leaves alone what another call reads", async () => {
    const { calls, folded } = await plan((kernels, t) => {
      dense(kernels, t.y, t.x, t);
      normalize(kernels, t.z, t.y, t);
      kernels.relu.forward(t.u, t.y);
    });
    expect(folded).toEqual(calls);
  });

  it("leaves alone products that share a weight", async () => {
    const { calls, folded } = await plan((kernels, t) => {
      dense(kernels, t.y, t.x, t);
      normalize(kernels, t.z, t.y, t);
      dense(kernels, t.u, t.z, t);
    });
    expect(folded).toEqual(calls);
  });

  it("is done once for the same weights, and again when they are said to have changed", async () => {
    const { parameters, folding, tensors } = await plan((kernels, t) => {
      dense(kernels, t.y, t.x, t);
      normalize(kernels, t.z, t.y, t);
    });
    const before = parameters();
    tensors.weight.data.fill(0);
    folding.refresh();
    expect(parameters()).toEqual(before);
    folding.invalidate();
    folding.refresh();
    expect(parameters()[0]).toEqual([0, 0, 0, 0]);
  });
});

/** A workspace for these layers, all that can be learned or averaged drawn at random. */
async function randomWorkspace(layers: readonly Layer[], precision: Precision, random: Random) {
  const workspace = await Workspace.create(
    {
      layers: new Model(layers).layers,
      loss: undefined,
      metrics: [],
      optimizer: undefined,
      ...{ precision, features: 6, kind: "numbers", maxRows: 5, resident: [] },
    },
    wasmBackend(),
  );
  for (const { value } of workspace.parameters)
    for (let i = 0; i < value.size; i++) value.data[i] = random.normal();
  for (const { name, value } of workspace.states) {
    const draw = name.endsWith("Variance") ? () => 0.1 + random.uniform() : () => random.normal();
    for (let i = 0; i < value.size; i++) value.data[i] = draw();
  }
  for (let i = 0; i < workspace.x.size; i++) workspace.x.data[i] = random.normal();
  return workspace;
}

/**
 * How many stay: those of a row of normalisations that has a product neither before nor behind it, and one that works
 * on the inputs.
 */
function normsLeft(kinds: readonly string[]): number {
  const isNorm = (i: number) => kinds[i] === "batchnorm";
  return kinds.filter((_, i) => {
    if (!isNorm(i)) return false;
    let [first, last] = [i, i];
    while (isNorm(first - 1)) first--;
    while (isNorm(last + 1)) last++;
    return i === 0 || (kinds[first - 1] !== "dense" && kinds[last + 1] !== "dense");
  }).length;
}

describe("the layers' normalisations", () => {
  const after = () => [new Dense(4), new ReLU(), new BatchNormalization(), new Dense(3), new Softmax()];
  const before = () => [new Dense(4), new BatchNormalization(), new ReLU(), new Dense(3), new Softmax()];

  it.each([
    ["after the ReLU", after, [1]],
    ["before the ReLU", before, [0]],
  ] as const)("%s are folded: no call is left of them", async (_where, layers, weights) => {
    const workspace = await randomWorkspace(layers(), "float32", new Random(1));
    const { plan } = workspace.lower("predict", 5);
    const folded = new Folding(plan, () => new Region().tensor("float32", 1, 1)).rewrite(plan);
    expect(names(folded)).toEqual(names(plan).filter((name) => name !== "batchNorm.inference"));
    const products = (of: Plan) =>
      of.filter(({ name }) => name === "multiply").map((call) => valuesOf(call)[2]);
    const changed = products(folded).flatMap((weight, i) => (weight === products(plan)[i] ? [] : [i]));
    expect(changed).toEqual(weights);
  });

  it.each([
    ["float64", 1e-11],
    ["float32", 1e-4],
  ] as const)("give the same outputs folded, in any order of layers, in %s", async (precision, tolerance) => {
    const random = new Random(1, "folding", precision);
    let [folded, left] = [0, 0];
    for (let trial = 0; trial < 150; trial++) {
      const layers: Layer[] = Array.from({ length: 1 + random.below(7) }, () =>
        [() => new Dense(1 + random.below(6)), () => new ReLU(), () => new BatchNormalization()][
          random.below(3)
        ]!(),
      );
      const workspace = await randomWorkspace(layers, precision, random);
      const kinds = layers.map(({ kind }) => kind);
      for (const n of [5, 1, 3]) {
        const { plan, output } = workspace.lower("predict", n);
        bindPlan(plan, workspace.kernels)();
        const expected = output.data.slice();
        output.data.fill(Number.NaN);
        const bound = workspace.plan("predict", n);
        bound.run();
        const scale = Math.max(1, ...expected.map(Math.abs));
        const relative = (data: ArrayLike<number>) => Array.from(data, (value) => value / scale);
        expectClose(relative(bound.output.data), relative(expected), tolerance, `${kinds}, ${n} samples`);
        const count = names(
          new Folding(plan, () => new Region().tensor(precision, 1, 1)).rewrite(plan),
        ).filter((name) => name === "batchNorm.inference").length;
        expect([kinds.join(" "), count]).toEqual([kinds.join(" "), normsLeft(kinds)]);
        if (n === 5) {
          left += count;
          folded += kinds.filter((kind) => kind === "batchnorm").length - count;
        }
      }
    }
    expect(Math.min(folded, left)).toBeGreaterThan(40);
  });

  it("are folded to the same bits on every engine", async () => {
    const outputs = [];
    for (const backend of [wasmBackend(), referenceBackend()]) {
      const model = new Model(after(), { engine: backend });
      await model.build(6, "float32");
      const values = Float32Array.from({ length: 30 }, (_, i) => ((i * 37) % 11) / 11);
      outputs.push(await model.predict(values));
    }
    expectSameBits(outputs[0]!, outputs[1]!);
  });
});
