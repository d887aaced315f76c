/** What the synthetic data set is made for, on all of it. `npm test` looks at a part. */
import { describe, expect, it } from "vitest";
import { splitDataset } from "../../src/data/split.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { network } from "../helpers/samples.ts";

describe("the synthetic images", () => {
  /** Test accuracy after four epochs with the paper's settings. */
  async function train(hidden: number[], batchNormalization: "after" | false): Promise<number> {
    const { train, test } = splitDataset(synthetic(), { validation: 5000, seed: 1 });
    const schedule = new LRCyclingSchedule({ stepSize: 2250 });
    const model = network({ hidden, classes: 10, batchNormalization }, { schedule });
    await model.fit(train, { epochs: 4 });
    return (await model.evaluate(test)).accuracy!;
  }
  const nine = [50, 30, 20, 20, 10, 10, 10, 10];

  it("shows the paper's contrast: nine layers learn sooner with batch normalisation", async () => {
    const withBn = await train(nine, "after");
    const without = await train(nine, false);
    expect(withBn).toBeGreaterThanOrEqual(0.35);
    expect(withBn - without).toBeGreaterThanOrEqual(0.1);
  });

  it("cannot be solved by a linear model, while three layers learn it", async () => {
    expect(await train([], false)).toBeLessThan(0.3);
    const three = await train([50, 50], false);
    expect(three).toBeGreaterThan(0.5);
    expect(three).toBeLessThan(0.9);
  });
});
