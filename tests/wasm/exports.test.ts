/** What scripts/exports.mjs writes for the host, against the modules themselves. */
import { describe, expect, it } from "vitest";
import { plain, threads } from "../../src/wasm/binaries.generated.ts";
import { calls, type Exports, partitioned, posted } from "../../src/wasm/exports.generated.ts";

/** The functions of an instance by name, but for the two that only tell a number. */
async function kernelsOf(base64: string, shared: boolean): Promise<Record<string, () => void>> {
  const memory = new WebAssembly.Memory({ initial: 17, maximum: 65536, shared });
  const { instance } = await WebAssembly.instantiate(Buffer.from(base64, "base64"), { env: { memory } });
  const functions = Object.entries(instance.exports).filter(([, it]) => typeof it === "function");
  const { heapBase, peakChains, ...kernels } = Object.fromEntries(functions) as Record<string, () => void>;
  expect(heapBase).toBeDefined();
  expect(peakChains).toBeDefined();
  return kernels;
}

/** Functions of these names that tell what they are called with. */
const recorders = (names: readonly string[], called: unknown[][]) =>
  Object.fromEntries(
    names.map((name) => [name, (...numbers: unknown[]) => void called.push([name, ...numbers])]),
  ) as unknown as Exports;

describe.each([
  ["nnwasm", plain, false],
  ["nnwasm-threads", threads, true],
] as const)("the kernels of %s.wasm", (_name, base64, shared) => {
  it("can all be called by name, with as many numbers as they take", async () => {
    const kernels = await kernelsOf(base64, shared);
    const called: [string, ...unknown[]][] = [];
    const bound = calls(recorders(Object.keys(kernels), called));
    expect(Object.keys(bound).sort()).toEqual(Object.keys(kernels).sort());
    // Whatever is asked for is a number.
    const numbers = new Proxy({}, { get: () => 7 });
    for (const call of Object.values(bound)) (call as (numbers: object) => void)(numbers);
    expect(called.map(([name, ...given]) => [name, given.length])).toEqual(
      Object.keys(bound).map((name) => [name, kernels[name]!.length]),
    );
  });
});

describe("a call by name", () => {
  it("puts each argument in its place, tensors by where they begin, and is the one part of one", () => {
    const called: unknown[][] = [];
    const { sgdL2F32, firstLayerPrepareBytes } = calls(
      recorders(["sgdL2F32", "firstLayerPrepareBytes"], called),
    );
    const at = (byteOffset: number) => ({ data: { byteOffset } });
    sgdL2F32({ learningRate: 0.5, lambda: 0.25, n: 3, dw: 64, w: at(128) });
    const samples = { kept: 1, values: at(2), rows: at(3), scale: at(4), shift: at(5) };
    firstLayerPrepareBytes({ ...samples, n: 6, units: 7, d: 8, scratch: at(9), ticket: 10 });
    expect(called).toEqual([
      ["sgdL2F32", 128, 64, 3, 0.25, 0.5, 0, 1],
      ["firstLayerPrepareBytes", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 1],
    ]);
  });

  it("tells which kernels threads can share, and which they prepare", () => {
    expect(posted).toEqual(["firstLayerPrepareBytes", "firstLayerPrepareFloats"]);
    expect(partitioned).toEqual(expect.arrayContaining(["matmulF32", "sgdF64", "firstLayerUpdateBytes"]));
    expect(partitioned).not.toEqual(expect.arrayContaining(["reluForwardF32"]));
  });
});
