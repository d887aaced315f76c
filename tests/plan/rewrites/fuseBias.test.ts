import { describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/kernels/index.ts";
import { bindPlan, type Call, recorder } from "../../../src/plan/plan.ts";
import { fuseBias } from "../../../src/plan/rewrites/fuseBias.ts";
import { Region } from "../../../src/tensor.ts";
import { expectSameBits } from "../../helpers/expectNumbers.ts";
import { valuesOf } from "../../helpers/plans.ts";
import { float32Twins, floats, written } from "../../helpers/twins.ts";

const region = new Region();
const matrix = () => region.tensor("float32", 3, 3);
const tensors = { x: matrix(), w: matrix(), s: matrix(), t: matrix(), y: matrix() };
const { x, w, s, t, y } = tensors;
const bias = region.tensor("float32", 1, 3);
const workspace = region.tensor("uint8", 1, 1);

function record(write: (kernels: Kernels) => void): Call[] {
  const calls: Call[] = [];
  write(recorder(calls));
  return calls;
}

/** "matmul.multiplyBias t x w bias workspace", a line for each call. */
function described(plan: readonly Call[]): string[] {
  const names = Object.entries({ ...tensors, bias, workspace });
  const nameOf = (tensor: unknown) => names.find(([, known]) => known === tensor)?.[0];
  return plan.map((call) => [`${call.family}.${call.name}`, ...valuesOf(call).map(nameOf)].join(" "));
}

describe("fuseBias", () => {
  it.each<[string, (kernels: Kernels) => void, string[]]>([
    [
      "a product and its bias",
      ({ matmul, bias: { add }, relu }) => {
        relu.forward(x, y);
        matmul.multiply(s, x, w, workspace);
        add(t, s, bias);
        add(y, y, bias);
      },
      ["relu.forward x y", "matmul.multiplyBias t x w bias workspace", "bias.add y y bias"],
    ],
    [
      "the ReLU behind them too",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(t, s, bias);
        relu.forward(y, t);
        matmul.multiply(x, y, w, workspace);
        add(x, x, bias);
        relu.forward(x, x);
        relu.backward(x, x, y);
      },
      [
        "matmul.multiplyBiasRelu y x w bias workspace",
        "matmul.multiplyBiasRelu x y w bias workspace",
        "relu.backward x x y",
      ],
    ],
    [
      "no ReLU that writes over what the product reads",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(s, s, bias);
        relu.forward(x, s);
      },
      ["matmul.multiplyBias s x w bias workspace", "relu.forward x s"],
    ],
    [
      "no ReLU whose input is read again",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(s, s, bias);
        relu.forward(y, s);
        relu.backward(x, y, s);
      },
      ["matmul.multiplyBias s x w bias workspace", "relu.forward y s", "relu.backward x y s"],
    ],
    [
      "no ReLU of something else",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(s, s, bias);
        relu.forward(y, x);
      },
      ["matmul.multiplyBias s x w bias workspace", "relu.forward y x"],
    ],
  ])("fuses %s", (_what, write, expected) => {
    expect(described(fuseBias(record(write)))).toEqual(expected);
  });

  it.each<[string, (kernels: Kernels) => void]>([
    [
      "a product that is read again",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(t, s, bias);
        relu.forward(y, s);
      },
    ],
    [
      "a sum that is written over what the product reads",
      ({ matmul, bias: { add } }) => {
        matmul.multiply(s, x, w, workspace);
        add(x, s, bias);
        matmul.multiply(t, x, w, workspace);
        add(w, t, bias);
      },
    ],
    [
      "a product and a bias that another call stands between",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        relu.forward(s, s);
        add(s, s, bias);
      },
    ],
    [
      "a bias on something else, another product, and a ReLU",
      ({ matmul, bias: { add }, relu }) => {
        matmul.multiply(s, x, w, workspace);
        add(t, x, bias);
        matmul.transposedB(s, x, w, workspace);
        add(s, s, bias);
        relu.forward(y, s);
      },
    ],
    ["an empty plan", () => {}],
  ])("leaves alone %s", (_what, write) => {
    const plan = record(write);
    expect(fuseBias(plan)).toEqual(plan);
  });

  it("leaves the same bits in what is written", () => {
    const run = (rewrite: boolean) => {
      const slots = {
        y: written(floats(2, 3)),
        s: written(floats(2, 3)),
        x: floats(2, 2, [1, -2, Number.NaN, 3]),
        w: floats(2, 3, [5e-39, -1, 2, 0, -0.5, 7]),
        bias: floats(1, 3, [-1, 0, 2]),
      };
      const { y } = float32Twins.check("product, bias and ReLU", slots, (kernels, tensors, room) => {
        const plan = record((recording) => {
          recording.matmul.multiply(tensors.s, tensors.x, tensors.w, room);
          recording.bias.add(tensors.s, tensors.s, tensors.bias);
          recording.relu.forward(tensors.y, tensors.s);
        });
        bindPlan(rewrite ? fuseBias(plan) : plan, kernels)();
      });
      return y.data.slice();
    };
    expectSameBits(run(true), run(false));
  });
});
