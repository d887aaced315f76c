/** Every optimizer with every option that changes its kernels, in words. */
import { AdamOptimizer, AdamWOptimizer, type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";

const factors = { bias: 0.1, gamma: 6, weight: { factor: 0.5, fanIn: true } } as const;

export const everyOptimizer: readonly (readonly [what: string, make: () => Optimizer])[] = [
  ["sgd", () => new SGDOptimizer({ schedule: 0.1 })],
  ["sgd, clipped", () => new SGDOptimizer({ schedule: 0.1, clipNorm: 0.5 })],
  ["sgd, rate factors", () => new SGDOptimizer({ schedule: 0.1, rateFactors: factors })],
  ["momentum", () => new SGDOptimizer({ schedule: 0.02, momentum: 0.9 })],
  ["nesterov", () => new SGDOptimizer({ schedule: 0.02, momentum: 0.9, nesterov: true })],
  [
    "nesterov, clipped",
    () => new SGDOptimizer({ schedule: 0.02, momentum: 0.9, nesterov: true, clipNorm: 0.5 }),
  ],
  ["adam", () => new AdamOptimizer({ schedule: 0.01 })],
  ["adam, clipped", () => new AdamOptimizer({ schedule: 0.01, beta2: 0.95, clipNorm: 0.5 })],
  ["adam, rate factors", () => new AdamOptimizer({ schedule: 0.01, rateFactors: factors })],
  ["adamw", () => new AdamWOptimizer({ schedule: 0.01, weightDecay: 0.1 })],
  [
    "adamw, all decayed, clipped, rate factors",
    () =>
      new AdamWOptimizer({
        ...{ schedule: 0.01, weightDecay: 0.1, decayed: "all", clipNorm: 0.5, rateFactors: factors },
      }),
  ],
  [
    "adamw, rate factors, decay by the schedule",
    () =>
      new AdamWOptimizer({
        ...{ schedule: 0.01, weightDecay: 0.1, decayFollows: "schedule", rateFactors: factors },
      }),
  ],
];
