import { expect, it } from "vitest";
import { AshaPruner, MedianPruner, NopPruner, pruners } from "../../../src/tuner/pruners/index.ts";

it("the pruners are made by name from one set of options, of which each takes its own", () => {
  const settings = { startup: 3, warmup: 2, minimum: 2, reduction: 4 };
  expect(Object.keys(pruners)).toEqual(["none", "median", "asha"]);
  expect(pruners.none!.create(settings)).toEqual(new NopPruner());
  expect(pruners.median!.create(settings)).toEqual(new MedianPruner({ startup: 3, warmup: 2 }));
  expect(pruners.asha!.create(settings)).toMatchObject({
    name: "asha",
    minimum: 2,
    reduction: 4,
    brackets: 1,
  });
});

it("the pruners have defaults for everything", () => {
  expect(Object.values(pruners).map(({ create }) => create().name)).toEqual(["none", "median", "asha"]);
});

it("the pruners name their options when they are given others, or values of another type", () => {
  expect(() => new MedianPruner({ startUp: 3 } as never)).toThrow(
    'MedianPruner: there is no option "startUp". There are: startup, warmup, interval.',
  );
  expect(() => new AshaPruner({ eta: 3 } as never)).toThrow(
    'AshaPruner: there is no option "eta". There are: minimum, reduction, brackets, maximum, asynchronous.',
  );
  expect(() => new NopPruner({ eta: 3 } as never)).toThrow(
    'NopPruner: there is no option "eta". There are none.',
  );
  expect(() => new MedianPruner({ startup: "3" } as never)).toThrow(
    'startup is "3", expected an integer ≥ 0.',
  );
  expect(() => new AshaPruner({ asynchronous: 1 } as never)).toThrow(
    "asynchronous is 1, expected true or false.",
  );
});
