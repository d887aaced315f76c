import { expect, it } from "vitest";
import { NopPruner } from "../../../src/tuner/pruners/index.ts";

it("NopPruner never waits, decides or prunes", () => {
  const pruner = new NopPruner();
  expect([pruner.name, pruner.waits, pruner.group(), pruner.decidesAt(), pruner.shouldPrune()]).toEqual([
    "none",
    false,
    0,
    false,
    false,
  ]);
});
