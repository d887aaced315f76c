import { describe, expect, it, vi } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { type Kernels, referenceKernels } from "../../src/kernels/index.ts";
import { bindPlan, type Call, describePlan, recorder } from "../../src/plan/plan.ts";
import { Region } from "../../src/tensor.ts";
import { valuesOf } from "../helpers/plans.ts";

/** y = relu(x), then w −= rate · y. */
function example() {
  const region = new Region();
  const [x, y, w] = [
    region.tensor("float64", 1, 2),
    region.tensor("float64", 1, 2),
    region.tensor("float64", 1, 2),
  ];
  const rate = { value: 1 };
  const calls: Call[] = [];
  const kernels = recorder(calls);
  kernels.relu.forward(y, x);
  kernels.sgd.update(w, y, rate);
  return { region, x, y, w, rate, calls };
}

describe("a recorder", () => {
  it("has the kernels' families and names", () => {
    const shape = (kernels: Kernels) =>
      Object.entries(kernels).map(([family, functions]) => [family, Object.keys(functions)]);
    expect(shape(recorder([]))).toEqual(shape(referenceKernels));
  });

  it("writes calls down, with their arguments, and computes nothing", () => {
    // The tensors have no memory: a kernel that ran would throw.
    const { calls, x, y, w, rate } = example();
    expect(calls).toEqual([
      { family: "relu", name: "forward", args: { y, x } },
      { family: "sgd", name: "update", args: { w, dw: y, learningRate: rate } },
    ]);
    expect(valuesOf(calls[0]!)).toEqual([y, x]);
    expect(valuesOf(calls[0]!)[1]).toBe(x);
    expect(valuesOf(calls[1]!)[2]).toBe(rate);
  });
});

describe("a bound plan", () => {
  it("runs the calls in order, as often as it is asked, with the scalars of the moment", async () => {
    const { region, calls, x, y, w, rate } = example();
    const { buffer, base, kernels } = await referenceBackend().open(region.bytes, "float64");
    region.bind(buffer, base);
    const run = bindPlan(calls, kernels);
    expect([...y.data]).toEqual([0, 0]);
    x.data.set([3, -3]);
    w.data.set([10, 10]);
    run();
    expect([...w.data]).toEqual([7, 10]);
    rate.value = 2;
    x.data.set([0.5, 1]);
    run();
    expect([...w.data]).toEqual([6, 8]);
  });

  it("calls nothing but the plan's kernels", () => {
    const forward = vi.fn();
    const update = vi.fn();
    const kernels = { relu: { forward }, sgd: { update } } as unknown as Kernels;
    const { calls, x, y } = example();
    bindPlan([calls[0]!, calls[0]!], kernels)();
    expect(forward.mock.calls).toEqual([
      [y, x],
      [y, x],
    ]);
    expect(update).not.toHaveBeenCalled();
  });

  it("does nothing for no calls", () => {
    expect(bindPlan([], referenceKernels)()).toBeUndefined();
  });
});

it("describePlan writes a call a line: shapes, numbers, and scalars by that name", () => {
  const { calls, x, y } = example();
  recorder(calls).l2.addGradient(y, x, 0.005);
  expect(describePlan(calls)).toEqual([
    "relu.forward (1, 2) (1, 2)",
    "sgd.update (1, 2) (1, 2) scalar",
    "l2.addGradient (1, 2) (1, 2) 0.005",
  ]);
});
