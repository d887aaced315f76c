/** The gradient check of the paper's networks, for a short test and a long one. */
import { expect } from "vitest";
import { type Backend, wasmBackend } from "../../src/backend/index.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { checkGradients, GRADIENT_TOLERANCE, type GradientCheck } from "../../src/model/gradientCheck.ts";
import { type BatchNormPlace, denseNetwork } from "../../src/model/network.ts";
import type { FloatArray } from "../../src/tensor.ts";

/** The units of the hidden layers, by the number of layers. */
export const NETWORKS = { 3: [50, 50], 9: [50, 30, 20, 20, 10, 10, 10, 10] };
const PLACES: readonly BatchNormPlace[] = [false, "after", "before"];
const loss = new CategoricalCrossEntropyLoss();

/** Every network, with batch normalisation in every place. */
export const CASES = Object.entries(NETWORKS).flatMap(([layers, hidden]) =>
  PLACES.map((bn) => ({
    title: `${layers} layers, ${bn === false ? "no BN" : `BN ${bn} the activation`}`,
    hidden,
    bn,
  })),
);

/** The largest share of numbers that may be left out because of a kink. With more, the check would check nothing. */
const KINK_SHARE = 0.002;

export function expectPassed(check: GradientCheck, title: string): void {
  const worst = check.tensors.reduce((a, b) => (a.maxRelativeError >= b.maxRelativeError ? a : b));
  expect(
    check.maxRelativeError,
    `${title}: ${worst.name}[${worst.worst.index}] is ${worst.worst.analytic}, numerically ${worst.worst.numerical}`,
  ).toBeLessThan(GRADIENT_TOLERANCE);
  expect(check.kinks.length, `${title}: kinks at ${check.kinks.join(", ")}`).toBeLessThan(
    KINK_SHARE * check.compared,
  );
}

/** The settings of a check: samples, a seed and λ. */
export type Setting = readonly [samples: number, seed: number, l2: number];

/** Checks a network with each of the settings, and prints the largest error of all. */
export async function expectGradients(
  { title, hidden, bn }: (typeof CASES)[number],
  settings: readonly Setting[],
): Promise<void> {
  let largest = 0;
  let compared = 0;
  const kinks: string[] = [];
  for (const [samples, seed, l2] of settings) {
    const network = denseNetwork({ hidden, classes: 10, batchNormalization: bn, l2 });
    const check = await checkGradients({ layers: network, loss, samples, seed });
    expectPassed(check, `${title}, ${samples} samples, seed ${seed}`);
    expect(check.tensors.map(({ name }) => name)).toContain("input");
    largest = Math.max(largest, check.maxRelativeError);
    compared += check.compared;
    kinks.push(...check.kinks);
  }
  const leftOut = kinks.length === 0 ? "" : `; left out at a kink: ${kinks.join(", ")}`;
  console.log(
    `${title}: largest relative error ${largest.toExponential(1)} of ${compared} numbers${leftOut}`,
  );
}

/** The wasm backend with kernels replaced. */
export function sabotaged(replace: (kernels: Kernels) => Partial<Kernels>): Backend {
  const backend = wasmBackend();
  return {
    name: "sabotaged",
    async open(bytes, precision) {
      const device = await backend.open(bytes, precision);
      return { ...device, kernels: { ...device.kernels, ...replace(device.kernels) } };
    },
  };
}

export function scaleAll(values: FloatArray, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}
