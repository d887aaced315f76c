import { expect, it } from "vitest";
import { MedianPruner, NopPruner, pruners } from "../../../src/tuner/pruners/index.ts";

it("the pruners are made by name from one set of options, of which each takes its own", () => {
  const settings = { startup: 3, warmup: 2, minimum: 2, reduction: 4 };
  expect(Object.keys(pruners)).toEqual(["none", "median", "asha"]);
  expect(pruners.none!(settings)).toEqual(new NopPruner());
  expect(pruners.median!(settings)).toEqual(new MedianPruner({ startup: 3, warmup: 2 }));
  expect(pruners.asha!(settings)).toMatchObject({ name: "asha", minimum: 2, reduction: 4, brackets: 1 });
});

it("the pruners have defaults for everything", () => {
  expect(Object.values(pruners).map((make) => make().name)).toEqual(["none", "median", "asha"]);
});
