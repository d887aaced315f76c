import { describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/kernels/index.ts";
import { fuseBiasRelu } from "../../../src/model/rewrites/fuseBiasRelu.ts";
import { bindPlan, type Call, recorder } from "../../../src/plan.ts";
import { Region } from "../../../src/tensor.ts";
import { expectSameBits } from "../../helpers/expectNumbers.ts";
import { float32Twins, floats, written } from "../../helpers/twins.ts";

const region = new Region();
const matrix = () => region.tensor("float32", 2, 3);
const [x, s, y, z] = [matrix(), matrix(), matrix(), matrix()];
const bias = region.tensor("float32", 1, 3);

function record(write: (kernels: Kernels) => void): Call[] {
  const calls: Call[] = [];
  write(recorder(calls));
  return calls;
}

describe("fuseBiasRelu", () => {
  it("turns a bias and the ReLU on its sum into one call, wherever they stand", () => {
    const plan = record((kernels) => {
      kernels.relu.forward(x, z);
      kernels.bias.add(s, x, bias);
      kernels.relu.forward(y, s);
      kernels.bias.add(z, z, bias);
      kernels.relu.forward(z, y);
      kernels.bias.add(x, x, bias);
      kernels.relu.forward(z, x);
    });
    const fused = fuseBiasRelu(plan);
    expect(fused.map(({ family, name }) => `${family}.${name}`)).toEqual([
      "relu.forward",
      "bias.addRelu",
      "bias.add",
      "relu.forward",
      "bias.addRelu",
    ]);
    const named = (args: readonly unknown[]) =>
      args.map((tensor) => [x, s, y, z, bias].indexOf(tensor as never));
    expect(named(fused[1]!.args)).toEqual([2, 0, 4]);
    expect(named(fused[4]!.args)).toEqual([3, 0, 4]);
  });

  it.each<[string, (kernels: Kernels) => void]>([
    [
      "a sum that is read again",
      (kernels) => {
        kernels.bias.add(s, x, bias);
        kernels.relu.forward(y, s);
        kernels.relu.backward(z, x, s);
      },
    ],
    [
      "a ReLU of something else, and a bias without one",
      (kernels) => {
        kernels.bias.add(s, x, bias);
        kernels.relu.forward(y, z);
        kernels.bias.add(s, x, bias);
      },
    ],
    [
      "a ReLU that another call stands before",
      (kernels) => {
        kernels.bias.add(s, x, bias);
        kernels.relu.forward(z, y);
        kernels.relu.forward(y, s);
      },
    ],
    ["an empty plan", () => {}],
  ])("leaves alone %s", (_what, write) => {
    const plan = record(write);
    expect(fuseBiasRelu(plan)).toEqual(plan);
  });

  it("leaves the same bits in what the ReLU wrote", () => {
    const values = [1, -2, 3, -0, 5e-39, Number.NaN];
    const run = (rewrite: boolean) => {
      const slots = {
        y: written(floats(2, 3)),
        x: written(floats(2, 3, values)),
        bias: floats(1, 3, [-1, 0, 2]),
      };
      const { y } = float32Twins.check("bias and ReLU", slots, (kernels, tensors) => {
        const plan = record((recording) => {
          recording.bias.add(tensors.x, tensors.x, tensors.bias);
          recording.relu.forward(tensors.y, tensors.x);
        });
        bindPlan(rewrite ? fuseBiasRelu(plan) : plan, kernels)();
      });
      return y.data.slice();
    };
    expectSameBits(run(true), run(false));
  });
});
