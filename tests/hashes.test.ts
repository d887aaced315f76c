/**
 * The table of hashes: trainings of each kind, and what their weights and losses are to the last bit, on the Node that
 * runs the tests. tests/compat/hashes.test.ts has the other Nodes, tests/compat/hashes/run.mjs writes the table.
 */
import { expect, it } from "vitest";
import { activations } from "../src/layers/index.ts";
import { libraryKinds } from "../src/model/kinds.ts";
import { expectedHashes, hashesOn, hashTable } from "./helpers/hashes.ts";

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

it("has a row with each layer, activation, loss and optimizer, trained in 1, 2, 3 and 8 threads and on the engine js", () => {
  type Given = string | readonly [name: string, options?: { readonly activation?: string }];
  const nameOf = (given: Given) => (typeof given === "string" ? given : given[0]);
  const activationOf = (given: Given) => (typeof given === "string" ? undefined : given[1]?.activation);
  const rows = hashTable.filter(({ everywhere }) => everywhere).map(({ settings }) => settings);
  const layers = rows.flatMap((row) => (row.layers ?? []) as readonly Given[]);
  const named = {
    layers: [...layers.map(nameOf), ...layers.map(activationOf)],
    activations: [...layers.map(nameOf), ...layers.map(activationOf), "linear"],
    losses: rows.map(({ loss }) => nameOf(loss as Given)),
    optimizers: rows.map(({ optimizer }) => nameOf(optimizer as Given)),
  };
  const { losses, optimizers } = libraryKinds;
  const there = { layers: libraryKinds.layers, activations, losses, optimizers };
  for (const [folder, kinds] of Object.entries(there)) {
    const used: readonly unknown[] = named[folder as keyof typeof named];
    const missing = Object.keys(kinds).filter((name) => !used.includes(name));
    expect(missing, `${folder} without a row in tests/fixtures/hashes.json`).toEqual([]);
  }
});
