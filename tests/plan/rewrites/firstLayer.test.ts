import { describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/kernels/index.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { fuseFirstLayer } from "../../../src/plan/rewrites/firstLayer.ts";
import { Region, type Tensor } from "../../../src/tensor.ts";
import { namesOf, record, valuesOf } from "../../helpers/plans.ts";

const region = new Region();
const tensor = (rows: number, columns: number) => region.tensor("float32", rows, columns);
const values = region.tensor("uint8", 9, 3);
const rows = region.tensor("uint32", 4, 1);
const workspace = region.tensor("uint8", 1, 64);
const [x, y, dy, other] = [tensor(4, 3), tensor(4, 2), tensor(4, 2), tensor(4, 2)];
const [w, dw, b, db] = [tensor(3, 2), tensor(3, 2), tensor(1, 2), tensor(1, 2)];
const [scale, shift] = [tensor(1, 3), tensor(1, 3)];
const packed = tensor(2, 3);
const kept = region.tensor("uint8", 1, 4 * 64);
const scratch = region.tensor("uint8", 1, 64);
const rate = { value: 0.1 };
const rule = fuseFirstLayer({ weight: w, packed, kept, scratch, upcoming: undefined });

const forward = (kernels: Kernels) => {
  kernels.gather.batch(x, values, rows, scale, shift);
  kernels.matmul.multiplyBias(y, x, w, b, workspace);
};

/** Of a training, where an update follows, or of an evaluation. */
const fusedForward = (kept?: Tensor<"uint8">, name: "forward" | "forwardRelu" = "forward"): Plan =>
  record(({ firstLayer }) =>
    firstLayer[name](y, kept, values, rows, scale, shift, packed, b, scratch, undefined),
  );

const fusedUpdate = (lambda: number): Plan =>
  record(({ firstLayer }) =>
    firstLayer.update(packed, dy, kept, scale, shift, lambda, rate, scratch, undefined),
  );

/** The same calls, with the same tensors and not only equal ones. */
function expectPlan(actual: Plan, expected: Plan): void {
  expect(namesOf(actual)).toEqual(namesOf(expected));
  actual.forEach((call, i) => {
    const values = valuesOf(call);
    const others = valuesOf(expected[i]!);
    expect(values.map((value, j) => value === others[j])).toEqual(values.map(() => true));
  });
}

describe("fuseFirstLayer", () => {
  it("turns gather and product into one call", () => {
    const relu = record((kernels) => kernels.relu.forward(other, y));
    const plan = [...record(forward), ...relu];
    expectPlan(rule(plan), [...fusedForward(), ...relu]);
  });

  it("takes the ReLU that the product has", () => {
    const plan = record((kernels) => {
      kernels.gather.batch(x, values, rows, scale, shift);
      kernels.matmul.multiplyBiasRelu(y, x, w, b, workspace);
    });
    expectPlan(rule(plan), fusedForward(undefined, "forwardRelu"));
  });

  it("turns the gradient and its update into one call, in the update's place", () => {
    const between = record((kernels) => {
      kernels.bias.columnSums(db, dy);
      kernels.sgd.update(b, db, rate);
    });
    const gradient = record((kernels) => kernels.matmul.transposedA(dw, x, dy, workspace));
    const plan = (update: (kernels: Kernels) => void) => [
      ...record(forward),
      ...gradient,
      ...between,
      ...record(update),
    ];
    expectPlan(rule(plan((kernels) => kernels.sgd.updateL2(w, dw, 0.3, rate))), [
      ...fusedForward(kept),
      ...between,
      ...fusedUpdate(0.3),
    ]);
    expectPlan(rule(plan((kernels) => kernels.sgd.update(w, dw, rate))), [
      ...fusedForward(kept),
      ...between,
      ...fusedUpdate(0),
    ]);
  });

  it.each<[string, (kernels: Kernels) => void]>([
    ["a plan that gathers nothing", (kernels) => kernels.matmul.multiplyBias(y, x, w, b, workspace)],
    [
      "a batch that goes to another kernel first",
      (kernels) => {
        kernels.gather.batch(x, values, rows, scale, shift);
        kernels.relu.forward(x, x);
        kernels.matmul.multiplyBias(y, x, w, b, workspace);
      },
    ],
    [
      "a product without a bias",
      (kernels) => {
        kernels.gather.batch(x, values, rows, scale, shift);
        kernels.matmul.multiply(y, x, w, workspace);
        kernels.relu.forward(y, y);
      },
    ],
    [
      "a gradient that is not used for an update",
      (kernels) => {
        forward(kernels);
        kernels.matmul.transposedA(dw, x, dy, workspace);
      },
    ],
    [
      "a weight that the gradient by the input needs",
      (kernels) => {
        forward(kernels);
        kernels.matmul.transposedA(dw, x, dy, workspace);
        kernels.matmul.transposedB(x, dy, w, workspace);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a penalty that is not part of the update",
      (kernels) => {
        forward(kernels);
        kernels.matmul.transposedA(dw, x, dy, workspace);
        kernels.l2.addGradient(dw, w, 0.1);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "a gradient by outputs that is written again before the update",
      (kernels) => {
        forward(kernels);
        kernels.matmul.transposedA(dw, x, dy, workspace);
        kernels.relu.backward(dy, other, y);
        kernels.sgd.update(w, dw, rate);
      },
    ],
    [
      "another weight than the one that is kept packed",
      (kernels) => {
        kernels.gather.batch(x, values, rows, scale, shift);
        kernels.matmul.multiplyBias(y, x, dw, b, workspace);
      },
    ],
    ["an empty plan", () => {}],
  ])("leaves alone %s", (_what, write) => {
    const plan = record(write);
    expect(rule(plan)).toBe(plan);
  });
});
