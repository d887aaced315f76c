/**
 * The gradient check: every learnable number and every input of the paper's networks, in float64 on the wasm kernels,
 * against extrapolated central differences (`src/model/gradientCheck.ts`). Deliberately wrong backward passes must fail
 * it. With more samples and seeds it is in tests/long.
 */
import { describe, expect, it } from "vitest";
import type { Kernels } from "../src/kernels/index.ts";
import { Dense, ReLU } from "../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../src/losses/index.ts";
import { checkGradients, GRADIENT_TOLERANCE } from "../src/model/gradientCheck.ts";
import { denseNetwork } from "../src/model/network.ts";
import type { FloatArray } from "../src/tensor.ts";
import {
  CASES,
  expectGradients,
  expectPassed,
  NETWORKS,
  sabotaged,
  scaleAll as scale,
} from "./helpers/gradientChecks.ts";

const loss = new CategoricalCrossEntropyLoss();

describe("analytic gradients equal numerical ones", () => {
  for (const each of CASES)
    it(`${each.title}: 2 and 8 samples, λ 0.1 and 0.005`, () =>
      expectGradients(each, [
        [2, 3, 0.1],
        [8, 1, 0.005],
      ]));

  it("in a network of one linear layer, where every number can be followed", async () => {
    const check = await checkGradients({
      layers: [new Dense(3, { activation: "softmax" })],
      loss,
      features: 2,
      samples: 5,
    });
    expect(check.tensors.map(({ name, size }) => [name, size])).toEqual([
      ["dense1.weight", 6],
      ["dense1.bias", 3],
      ["input", 10],
    ]);
    expectPassed(check, "linear");
  });

  it("on the definitions in TypeScript as on wasm, to the bit", async () => {
    const network = () => denseNetwork({ hidden: [7, 5], classes: 3, batchNormalization: "after" });
    const wasm = await checkGradients({ layers: network(), loss, engine: "wasm" });
    const js = await checkGradients({ layers: network(), loss, engine: "js" });
    expect(js).toEqual(wasm);
  });
});

describe("the paper's own check", () => {
  it("on its 2 samples and 10 dimensions finds all four networks equal to 4 decimals", async () => {
    for (const [layers, hidden] of Object.entries(NETWORKS)) {
      for (const bn of [false, "after"] as const) {
        const network = denseNetwork({ hidden, classes: 10, batchNormalization: bn });
        const { report } = await checkGradients({ layers: network, loss, samples: 2, features: 10 });
        // Its relative error is printed and not judged: with a floor of 1e-9 it is round-off where a gradient is nearly 0.
        const title = `the paper's check, ${layers} layers, ${bn ? "BN" : "no BN"}`;
        console.log(`${title}: largest relative error ${report.maxRelativeError.toExponential(1)}`);
        expect(report.almostEqual, title).toBe(true);
      }
    }
  });
});

describe("a wrong backward pass fails the check", () => {
  const wrong: Record<string, (kernels: Kernels) => Partial<Kernels>> = {
    "a weight gradient that is 0.1% too large": ({ matmul }) => ({
      matmul: {
        ...matmul,
        transposedA(dw, x, dy, workspace) {
          matmul.transposedA(dw, x, dy, workspace);
          scale(dw.data, 1.001);
        },
      },
    }),
    "an input gradient that forgets one unit": ({ matmul }) => ({
      matmul: {
        ...matmul,
        transposedB(dx, dy, w, workspace) {
          matmul.transposedB(dx, dy, w, workspace);
          for (let i = 0; i < dx.rows; i++) dx.data[i * dx.columns] = 0;
        },
      },
    }),
    "bias gradients without the last sample": ({ bias }) => ({
      bias: {
        ...bias,
        columnSums(sums, x) {
          bias.columnSums(sums, x.firstRows(x.rows - 1));
        },
      },
    }),
    "a ReLU that lets every gradient pass": ({ relu }) => ({
      relu: {
        ...relu,
        backward(dx, dy) {
          dx.data.set(dy.data);
        },
      },
    }),
    "batch normalisation that takes mean and variance for constants": ({ batchNorm }) => ({
      batchNorm: {
        ...batchNorm,
        backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd) {
          const constant = dy.data.map((v, i) => {
            const j = i % dy.columns;
            return v * gamma.data[j]! * invStd.data[j]!;
          });
          batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd);
          dx.data.set(constant);
        },
      },
    }),
    "batch normalisation that forgets the variance": ({ batchNorm }) => ({
      batchNorm: {
        ...batchNorm,
        backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd) {
          const copy = dy.data.slice();
          batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd);
          for (let i = 0; i < dx.size; i++) {
            const j = i % dx.columns;
            dx.data[i] = gamma.data[j]! * invStd.data[j]! * (copy[i]! - dBeta.data[j]! / dx.rows);
          }
        },
      },
    }),
    "gamma's gradient taken for beta's": ({ batchNorm }) => ({
      batchNorm: {
        ...batchNorm,
        backward(dx, dGamma, dBeta, ...rest) {
          batchNorm.backward(dx, dBeta, dGamma, ...rest);
        },
      },
    }),
    "a penalty that counts double": ({ l2 }) => ({
      l2: {
        ...l2,
        addGradient(dw, w, lambda) {
          l2.addGradient(dw, w, 2 * lambda);
        },
      },
    }),
    "a loss whose gradient is the sum's and not the mean's": ({ softmaxCrossEntropy }) => ({
      softmaxCrossEntropy: {
        ...softmaxCrossEntropy,
        forward(sum, dz, z, labels) {
          softmaxCrossEntropy.forward(sum, dz, z, labels);
          scale(dz.data, z.rows);
        },
      },
    }),
  };
  for (const [title, replace] of Object.entries(wrong)) {
    it(title, async () => {
      const layers = denseNetwork({ hidden: [8, 6], classes: 4, batchNormalization: "after", l2: 0.1 });
      const check = await checkGradients({ layers, loss, engine: sabotaged(replace) });
      expect(check.passed).toBe(false);
      expect(check.maxRelativeError).toBeGreaterThan(1e-4);
    });
  }

  it("one number that is wrong, and it is named", async () => {
    const engine = sabotaged(({ matmul }) => ({
      matmul: {
        ...matmul,
        transposedA(dw, x, dy, workspace) {
          matmul.transposedA(dw, x, dy, workspace);
          if (dw.rows === 10) dw.data[17]! += 1e-4;
        },
      },
    }));
    const check = await checkGradients({ layers: denseNetwork({ hidden: [8], classes: 4 }), loss, engine });
    expect(check.passed).toBe(false);
    expect(
      check.tensors.filter(({ maxRelativeError }) => maxRelativeError > GRADIENT_TOLERANCE),
    ).toMatchObject([{ name: "dense1.weight", worst: { index: 17 } }]);
  });

  it("a gradient that is NaN", async () => {
    const engine = sabotaged(({ bias }) => ({
      bias: {
        ...bias,
        columnSums(sums) {
          sums.data.fill(Number.NaN);
        },
      },
    }));
    const check = await checkGradients({ layers: denseNetwork({ hidden: [8], classes: 4 }), loss, engine });
    expect(check.passed).toBe(false);
    expect(check.maxRelativeError).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a kink in reach", () => {
  it("is crossed, named and left out", async () => {
    // A zero weight and a zero bias put every ReLU exactly on its kink: whatever moves it crosses.
    const zeros = { name: "zeros", fill: (values: FloatArray) => values.fill(0) };
    const layers = [
      new Dense(3, { weightInitializer: zeros, biasInitializer: zeros }),
      new ReLU(),
      new Dense(2, { activation: "softmax" }),
    ];
    const check = await checkGradients({ layers, loss, features: 2, samples: 4 });
    expect(check.kinks).toEqual(
      [0, 1, 2, 3, 4, 5]
        .map((i) => `dense1.weight[${i}]`)
        .concat(["dense1.bias[0]", "dense1.bias[1]", "dense1.bias[2]"]),
    );
    expect(check.passed).toBe(true);
  });
});
