/**
 * The table of hashes: trainings of each kind, and what their weights and losses are to the last bit, on the Node that
 * runs the tests. tests/compat/hashes.test.ts has the other Nodes, tests/compat/hashes/run.mjs writes the table.
 */
import { expect, it } from "vitest";
import { expectedHashes, hashesOn } from "./helpers/hashes.ts";

it("trains to the bits of the table of hashes", async () => {
  expect(await hashesOn(process.execPath)).toEqual(expectedHashes);
});

it("has a row for each kind of training, and the same bits for what must not decide any", () => {
  expect(expectedHashes.length).toBeGreaterThanOrEqual(20);
  const of = (name: string) => {
    const { name: _, ...result } = expectedHashes.find((row) => row.name === name)!;
    return result;
  };
  const nine = "bytes, nine layers, BN after";
  expect(of(`${nine}, two threads`)).toEqual(of(nine));
  expect(of(`${nine}, three threads`)).toEqual(of(nine));
  expect(of("bytes, engine js, BN after")).toEqual(of("bytes, three layers, BN after"));
  expect(of("floats, engine js, BN after")).toEqual(of("floats, BN after"));
  const close = "float64 samples close together";
  expect(of(`${close}, engine js, float64, BN after`)).toEqual(of(`${close}, float64, BN after`));
  const running = of("bytes, BN after, running metrics");
  expect(running.weightsSha256).toBe(of("bytes, three layers, BN after").weightsSha256);
  expect(running.trainLoss).not.toBe(of("bytes, three layers, BN after").trainLoss);
});
