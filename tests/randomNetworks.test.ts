/** Gradients of random networks of all layers and losses; tests/long has thousands. */
import { describe, expect, it } from "vitest";
import type { Kernels } from "../src/kernels/index.ts";
import { layers } from "../src/layers/index.ts";
import { losses } from "../src/losses/index.ts";
import { sabotaged, scaleAll } from "./helpers/gradientChecks.ts";
import { checkRandomNetwork, type RandomNetwork, randomNetwork } from "./helpers/randomNetworks.ts";

it("80 random networks have the gradients of central differences, and all layers, losses and targets are among them", async () => {
  const [kinds, tasks] = [new Set<string>(), new Set<string>()];
  let [compared, kinks] = [0, 0];
  for (let number = 1; number <= 80; number++) {
    const check = await checkRandomNetwork(number);
    for (const kind of check.title.split(" ")) kinds.add(kind);
    for (const part of check.task.split(", ")) tasks.add(part);
    compared += check.compared;
    kinks += check.kinks.length;
  }
  const trained = Object.keys(layers).filter((kind) => kind !== "ensemble");
  expect([...kinds].sort()).toEqual(trained.sort());
  const details = ["label smoothing", "over 256 classes", "several outputs", "weighted"];
  expect([...tasks].sort()).toEqual([...Object.keys(losses), ...details].sort());
  expect(kinks).toBeLessThan(0.01 * compared);
});

/** Kernels that are wrong, and the networks that must not pass with them. */
interface Wrong {
  readonly replace: (kernels: Kernels) => Partial<Kernels>;
  readonly shows: (network: RandomNetwork) => boolean;
}

const trains = (name: string) => (network: RandomNetwork) => network.task.startsWith(name);
const uses = (kind: string) => (network: RandomNetwork) => network.title.split(" ").includes(kind);

const wrong: Record<string, Wrong> = {
  "binary cross-entropy that adds up the outputs in its gradient": {
    replace: ({ binaryCrossEntropy }) => ({
      binaryCrossEntropy: {
        forward(loss, dz, z, ...rest) {
          binaryCrossEntropy.forward(loss, dz, z, ...rest);
          scaleAll(dz.data, z.columns);
        },
      },
    }),
    shows: ({ task }) => task.startsWith("binaryCrossEntropy, several outputs"),
  },
  "squared errors whose gradient is half of what it is": {
    replace: ({ regression }) => ({
      regression: {
        ...regression,
        squared(loss, dz, ...rest) {
          regression.squared(loss, dz, ...rest);
          scaleAll(dz.data, 0.5);
        },
      },
    }),
    shows: trains("meanSquaredError"),
  },
  "absolute errors whose gradient forgets a weight": {
    replace: ({ regression }) => ({
      regression: {
        ...regression,
        absolute(loss, dz, z, targets, weights) {
          regression.absolute(loss, dz, z, targets, undefined);
          const gradient = dz.data.slice();
          regression.absolute(loss, dz, z, targets, weights);
          dz.data.set(gradient);
        },
      },
    }),
    shows: ({ task }) => task.startsWith("meanAbsoluteError") && task.endsWith("weighted"),
  },
  "Huber's gradient of another δ": {
    replace: ({ regression }) => ({
      regression: {
        ...regression,
        huber(loss, dz, z, targets, weights, delta) {
          regression.huber(loss, dz, z, targets, weights, delta * 1.1);
          const gradient = dz.data.slice();
          regression.huber(loss, dz, z, targets, weights, delta);
          dz.data.set(gradient);
        },
      },
    }),
    shows: ({ loss, task }) => task.startsWith("huber") && loss.kinks![1]! < 0.5,
  },
  "cross-entropy whose gradient knows no smoothing": {
    replace: ({ softmaxCrossEntropy }) => ({
      softmaxCrossEntropy: {
        ...softmaxCrossEntropy,
        weighted(loss, dz, z, labels, weights, smoothing) {
          softmaxCrossEntropy.weighted(loss, dz, z, labels, weights, 0);
          const gradient = dz.data.slice();
          softmaxCrossEntropy.weighted(loss, dz, z, labels, weights, smoothing);
          dz.data.set(gradient);
        },
      },
    }),
    shows: ({ task }) => task.includes("label smoothing"),
  },
  "a scale whose gradient is the negative": {
    replace: ({ scale }) => ({
      scale: {
        ...scale,
        gradient(dFactor, ...rest) {
          scale.gradient(dFactor, ...rest);
          scaleAll(dFactor.data, -1);
        },
      },
    }),
    shows: ({ layers }) => layers[0]!.kind === "scale",
  },
  "dropout that lets every gradient pass": {
    replace: ({ dropout }) => ({
      dropout: {
        apply(y, x, ...rest) {
          if (y !== x) dropout.apply(y, x, ...rest);
        },
      },
    }),
    shows: ({ layers }) => layers[0]!.kind === "dropout" && (layers[0] as { rate?: number }).rate! > 0.3,
  },
  "an activation whose gradient is 0.1% too large": {
    replace: ({ activation }) => ({
      activation: {
        ...activation,
        backward(dx, ...rest) {
          activation.backward(dx, ...rest);
          scaleAll(dx.data, 1.001);
        },
      },
    }),
    shows: uses("tanh"),
  },
};

describe.each(Object.entries(wrong))("%s", (_, { replace, shows }) => {
  it("fails the check of three random networks", async () => {
    const numbers = Array.from({ length: 400 }, (_, i) => i + 1)
      .filter((number) => shows(randomNetwork(number)))
      .slice(0, 3);
    expect(numbers).toHaveLength(3);
    for (const number of numbers) {
      await expect(checkRandomNetwork(number, sabotaged(replace)), `network ${number}`).rejects.toThrow(
        /^network \d+, .* numerically /,
      );
    }
  });
});
