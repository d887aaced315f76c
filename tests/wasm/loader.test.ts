/** The modules in the package are plain WebAssembly: other programs can load them by AssemblyScript's own loader. */
import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import { describe, expect, it } from "vitest";

describe.each([
  ["nnwasm.wasm", { initial: 17, maximum: 65536 }],
  ["nnwasm-threads.wasm", { initial: 17, maximum: 65536, shared: true }],
])("%s", (file, descriptor) => {
  it("computes in the memory that the loader's caller gives", async () => {
    const memory = new WebAssembly.Memory(descriptor);
    const bytes = await readFile(new URL(`../../dist/wasm/${file}`, import.meta.url));
    const { exports } = await instantiate<{
      heapBase(): number;
      reluForwardF32(y: number, x: number, n: number): void;
    }>(bytes, { env: { memory } });
    const [x, y] = [65536, 65536 + 32].map((at) => new Float32Array(memory.buffer, at, 6));
    expect(exports.heapBase()).toBeLessThanOrEqual(65536);
    x!.set([-1, 2, -3, 4, -5, 6]);
    exports.reluForwardF32(y!.byteOffset, x!.byteOffset, 6);
    expect([...y!]).toEqual([0, 2, 0, 4, 0, 6]);
  });
});
