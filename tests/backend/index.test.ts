import { afterEach, describe, expect, it, vi } from "vitest";
import {
  backends,
  createSharedMemory,
  referenceBackend,
  wasmBackend,
  withThreads,
} from "../../src/backend/index.ts";
import { ConfigError, MemoryError } from "../../src/errors.ts";

const GIBIBYTE = 2 ** 30;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe.each([
  ["wasm", wasmBackend()],
  ["wasm, shared", wasmBackend({ shared: true })],
  ["js", referenceBackend()],
])("the backend %s", (name, backend) => {
  it("has a name", () => {
    expect(backend.name).toBe(name.split(",")[0]);
  });

  it.each([0, 1, 65_535, 65_536, 10_000_000])(
    "opens a memory of zeros with room for %i bytes",
    async (bytes) => {
      const { buffer, base } = await backend.open(bytes, "float32");
      expect(base % 64).toBe(0);
      expect(buffer.byteLength).toBeGreaterThanOrEqual(base + bytes);
      expect(buffer.byteLength).toBeLessThan(base + bytes + 65_536);
      expect(new Uint8Array(buffer, base, bytes).every((byte) => byte === 0)).toBe(true);
    },
  );

  it("gives every device a memory of its own", async () => {
    const [a, b] = await Promise.all([backend.open(64, "float32"), backend.open(64, "float32")]);
    new Uint8Array(a.buffer, a.base, 64).fill(7);
    expect(new Uint8Array(b.buffer, b.base, 64).every((byte) => byte === 0)).toBe(true);
  });

  it("refuses 5 GiB, with the sizes, and allocates nothing", async () => {
    const memory = vi.spyOn(WebAssembly, "Memory");
    const buffer = vi.fn();
    vi.stubGlobal("ArrayBuffer", buffer);
    const opened = backend.open(5 * GIBIBYTE, "float32");
    await expect(opened).rejects.toThrow(
      new MemoryError(
        "5368709120 bytes are needed, 4294901760 are the most that WebAssembly can address. " +
          "Use fewer samples, smaller layers or a smaller batch.",
      ),
    );
    expect(memory).not.toHaveBeenCalled();
    expect(buffer).not.toHaveBeenCalled();
  });

  it("refuses one byte more than 4 GiB hold, its own 64 KiB left out", async () => {
    await expect(backend.open(4 * GIBIBYTE - 65_536 + 1, "float32")).rejects.toThrow(MemoryError);
  });
});

describe("a memory that the system does not give", () => {
  it("is named by the wasm backend", async () => {
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse() {
      throw new RangeError("could not allocate memory");
    });
    const refusal = await wasmBackend()
      .open(100_000, "float32")
      .catch((error: unknown) => error);
    expect(refusal).toEqual(
      new MemoryError("The system does not give 196608 bytes of memory. Use fewer samples, or free memory.", {
        cause: new RangeError("could not allocate memory"),
      }),
    );
  });

  it("is named by the definitions' backend", async () => {
    vi.stubGlobal("ArrayBuffer", function refuse() {
      throw new RangeError("Array buffer allocation failed");
    });
    const refusal = await referenceBackend()
      .open(100_000, "float32")
      .catch((error: unknown) => error);
    expect(refusal).toEqual(
      new MemoryError("The system does not give 165536 bytes of memory. Use fewer samples.", {
        cause: new RangeError("Array buffer allocation failed"),
      }),
    );
  });
});

describe("where WebAssembly is not to be had", () => {
  const USE_JS =
    'Use the engine "js": new Model(layers, { engine: "js" }), on the command line nnwasm train --engine js.';

  it("it is named, and the engine that needs none", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const missing = "There is no WebAssembly here (node --jitless turns it off), ";
    for (const options of [{}, { shared: true }, { threads: 2 }]) {
      await expect(wasmBackend(options).open(0, "float32")).rejects.toThrow(
        new ConfigError(`${missing}which the engine "wasm" needs. ${USE_JS}`),
      );
    }
    expect(() => createSharedMemory(10)).toThrow(
      new ConfigError(
        `${missing}in whose memory trainings side by side share their data. ` +
          "Leave --jitless out, or take `train --engine js`.",
      ),
    );
    expect((await referenceBackend().open(10, "float32")).buffer.byteLength).toBeGreaterThan(10);
  });

  it.each([
    [true, "A page's Content-Security-Policy must allow script-src 'wasm-unsafe-eval'"],
    [false, "They need WebAssembly's SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 20)"],
  ])("a refusal to compile kernels that are valid (%s) says what is needed", async (valid, why) => {
    vi.resetModules();
    const { wasmBackend } = await import("../../src/backend/index.ts");
    vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("refused.."));
    vi.spyOn(WebAssembly, "validate").mockReturnValue(valid);
    await expect(wasmBackend().open(0, "float32")).rejects.toThrow(
      `The kernels cannot be compiled: refused. ${why}. ${USE_JS}`,
    );
  });
});

describe("the wasm backend", () => {
  it("asks for exactly the pages it needs, and lets the memory grow no further", async () => {
    const memory = vi.spyOn(WebAssembly, "Memory");
    await wasmBackend().open(65_537, "float32");
    expect(memory).toHaveBeenCalledExactlyOnceWith({ initial: 3, maximum: 3, shared: false });
  });

  it("compiles a binary once, however many memories there are", async () => {
    vi.resetModules();
    const { wasmBackend } = await import("../../src/backend/index.ts");
    const compile = vi.spyOn(WebAssembly, "compile");
    await Promise.all([wasmBackend().open(0, "float32"), wasmBackend().open(0, "float64")]);
    await wasmBackend().open(0, "float32");
    expect(compile).toHaveBeenCalledTimes(1);
    await wasmBackend({ shared: true }).open(0, "float32");
    expect(compile).toHaveBeenCalledTimes(2);
  });

  it("opens a SharedArrayBuffer when it is to be shared", async () => {
    expect((await wasmBackend({ shared: true }).open(0, "float32")).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect((await wasmBackend().open(0, "float32")).buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("refuses to share where there is nothing to share with", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(wasmBackend({ shared: true }).open(0, "float32")).rejects.toThrow(
      new ConfigError(
        "Shared memory needs SharedArrayBuffer, which this page does not have: " +
          "serve it by HTTPS or from localhost, with the headers COOP same-origin and COEP require-corp, " +
          "or use wasmBackend().",
      ),
    );
  });
});

it("an engine that can have threads is made with them", () => {
  expect(Object.keys(withThreads)).toEqual(Object.keys(backends));
  const made = Object.values(withThreads).map((make) => make?.(3));
  expect(made.map((backend) => backend && [backend.name, backend.threads])).toEqual([["wasm", 3], undefined]);
});

it("the backends are named as --engine names them", () => {
  expect(Object.keys(backends)).toEqual(["wasm", "js"]);
});
