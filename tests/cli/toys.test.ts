/** The two-dimensional toys on the command line. */
import { expect, it } from "vitest";
import { cliFolder, words } from "../helpers/cliFolder.ts";

const { runJson } = cliFolder({ cifar: false });

it("a network learns the spirals, which a linear model does not", async () => {
  const train = (more: string) => runJson(words(`train --data spirals --validation 200 ${more}`));
  const [start, ...events] = await train("--layers 16,16 --bn --epochs 40");
  expect(start!.data).toEqual({ name: "spirals", train: 1800, validation: 200, test: 1000 });
  expect(start!.config).toMatchObject({ l2: 0, validation: 200 });
  expect(events.at(-1)!.test.accuracy).toBeGreaterThan(0.98);
  expect((await train("--layers none --epochs 10")).at(-1)!.test.accuracy).toBeLessThan(0.8);
});

it.each(["moons", "circles"])(
  "%s train with nothing but their name given, by a tenth for validation",
  async (name) => {
    const [start, ...events] = await runJson(["train", "--data", name]);
    expect(start!.data).toEqual({ name, train: 1800, validation: 200, test: 1000 });
    expect(events.at(-1)!.test.accuracy).toBeGreaterThan(0.93);
  },
);
