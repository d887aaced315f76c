import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../../src/backend/index.ts";
import { CategoricalCrossEntropyLoss } from "../../../src/losses/index.ts";
import { Model } from "../../../src/model/model.ts";
import { denseNetwork } from "../../../src/model/network.ts";
import { Workspace } from "../../../src/model/workspace.ts";
import { SGDOptimizer } from "../../../src/optimizers/index.ts";
import { bindPlan, type Call, describePlan, type Plan, recorder } from "../../../src/plan/plan.ts";
import { fuseL2Update } from "../../../src/plan/rewrites/fuseL2Update.ts";
import { Random } from "../../../src/random.ts";
import { Region } from "../../../src/tensor.ts";
import { valuesOf } from "../../helpers/plans.ts";
import { clusters } from "../../helpers/samples.ts";

describe("fuseL2Update", () => {
  const region = new Region();
  const matrix = () => region.tensor("float32", 2, 3);
  const [w, dw, v, dv] = [matrix(), matrix(), matrix(), matrix()];
  const rate = { value: 0.1 };
  const record = (write: (kernels: ReturnType<typeof recorder>) => void): Plan => {
    const calls: Call[] = [];
    write(recorder(calls));
    return calls;
  };

  it("turns a penalty's gradient and the update after it into one call, in the update's place", () => {
    const plan = record((kernels) => {
      kernels.relu.forward(v, w);
      kernels.l2.addGradient(dw, w, 0.005);
      kernels.sgd.update(v, dv, rate);
      kernels.sgd.update(w, dw, rate);
    });
    const fused = fuseL2Update(plan);
    expect(fused).toEqual([
      { family: "relu", name: "forward", args: { y: v, x: w } },
      { family: "sgd", name: "update", args: { w: v, dw: dv, learningRate: rate } },
      { family: "sgd", name: "updateL2", args: { w, dw, lambda: 0.005, learningRate: rate } },
    ]);
    expect([0, 1, 3].map((i) => valuesOf(fused[2]!)[i] === [w, dw, 0.005, rate][i])).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("keeps each parameter's own lambda", () => {
    const plan = record((kernels) => {
      kernels.l2.addGradient(dw, w, 0.1);
      kernels.l2.addGradient(dv, v, 0.2);
      kernels.sgd.update(v, dv, rate);
      kernels.sgd.update(w, dw, rate);
    });
    expect(fuseL2Update(plan).map((call) => [call.name, valuesOf(call)[0] === w, valuesOf(call)[2]])).toEqual(
      [
        ["updateL2", false, 0.2],
        ["updateL2", true, 0.1],
      ],
    );
  });

  it.each<[string, (kernels: ReturnType<typeof recorder>) => void]>([
    [
      "a penalty without an update, and an update without a penalty",
      (kernels) => {
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.sgd.update(v, dv, rate);
      },
    ],
    [
      "two penalties on one gradient",
      (kernels) => {
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.l2.addGradient(dw, w, 0.2);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a penalty on another weight than the one that is updated",
      (kernels) => {
        kernels.l2.addGradient(dw, v, 0.1);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a penalty after the update",
      (kernels) => {
        kernels.sgd.update(w, dw, rate);
        kernels.l2.addGradient(dw, w, 0.1);
      },
    ],
    [
      "a penalty whose weight changes before the update",
      (kernels) => {
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.sgd.update(w, v, rate);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a penalty that another call sees before the update",
      (kernels) => {
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.l2.addGradient(dv, dw, 0.1);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a gradient that another call sees after the update",
      (kernels) => {
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.sgd.update(w, dw, rate);
        kernels.sgd.update(w, dw, { value: 0.2 });
      },
    ],
    ["an empty plan", () => {}],
  ])("leaves alone %s", (_what, write) => {
    const plan = record(write);
    expect(fuseL2Update(plan)).toEqual(plan);
  });
});

/** A small network with batch normalisation in a memory of its own, its parameters drawn from seed 1. */
async function workspace() {
  const samples = clusters(40);
  const model = new Model(denseNetwork({ hidden: [7, 5], classes: 4, batchNormalization: "after", l2: 0.1 }));
  const created = await Workspace.create(
    {
      layers: model.layers,
      loss: new CategoricalCrossEntropyLoss(),
      metrics: [],
      optimizer: new SGDOptimizer(),
      precision: "float32",
      features: samples.features,
      kind: "bytes",
      maxRows: 10,
      resident: [samples],
    },
    wasmBackend(),
  );
  const source = created.samples.find(samples)!;
  await samples.read({ values: source.values.data, labels: source.labels!.data });
  created.factors.get("bytes")!.scale.data.fill(1 / 255);
  for (const { name, value, initializer } of created.parameters) {
    initializer.fill(value.data, value.rows, value.columns, new Random(1, name));
  }
  return { created, source };
}

describe("a training step's plan", () => {
  it("has the first layer's kernels and the penalties in the updates", async () => {
    const { created, source } = await workspace();
    const calls: Call[] = [...created.lower("gradient", 10, source).plan];
    for (const parameter of created.parameters) {
      new SGDOptimizer().update(recorder(calls), parameter, created.learningRate);
    }
    const names = (plan: Plan) => describePlan(plan).map((line) => line.split(" ")[0]);
    const plan = created.finalPlan("train", 10, source);
    expect(names(calls).slice(-13)).toEqual([
      ...new Array(3).fill("l2.addGradient"),
      ...new Array(10).fill("sgd.update"),
    ]);
    expect(names(plan).slice(0, 3)).toEqual(["gather.labels", "firstLayer.forwardRelu", "batchNorm.forward"]);
    expect(names(plan).slice(-10)).toEqual([
      ...["firstLayer.update", "sgd.update", "sgd.update", "sgd.update"],
      ...["sgd.updateL2", "sgd.update", "sgd.update", "sgd.update"],
      ...["sgd.updateL2", "sgd.update"],
    ]);
    // Gone: three penalties, gather and gradient of the first layer, three biases, two ReLUs.
    expect(plan.length).toBe(calls.length - 10);
  });

  it("gives the same bits with and without the rewriting, step after step", async () => {
    const train = async (isRewritten: boolean) => {
      const { created, source } = await workspace();
      const calls: Call[] = [...created.lower("gradient", 10, source).plan];
      for (const parameter of created.parameters) {
        new SGDOptimizer().update(recorder(calls), parameter, created.learningRate);
      }
      const run = isRewritten ? created.plan("train", 10, source).run : bindPlan(calls, created.kernels);
      const losses: number[] = [];
      for (let step = 0; step < 100; step++) {
        for (let i = 0; i < 10; i++) created.rows.data[i] = (10 * step + i) % 40;
        created.learningRate.value = 0.1 - step / 2000;
        run();
        losses.push(created.loss.data[0]!);
      }
      created.readParameters();
      return { losses, values: created.parameters.map(({ value }) => [...value.data]) };
    };
    const fused = await train(true);
    expect(fused).toEqual(await train(false));
    // It has learned something, so that equality means something.
    expect(fused.losses.at(-1)).toBeLessThan(0.7 * fused.losses[0]!);
  });
});
