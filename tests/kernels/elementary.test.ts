/** That the wasm lanes have the bits of src/math.ts; how exact those are is tests/math.test.ts's matter. */
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { exp, expf, log, logf } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import { type Precision, Region } from "../../src/tensor.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

describe.each(everyTwins)("elementary in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "elementary");
    for (const n of sizes) {
      const x = floats(1, n, next);
      twins.check("elementary.exp", { y: written(floats(1, n)), x }, (kernels, { y, x }) =>
        kernels.elementary.exp(y, x),
      );
      twins.check("elementary.log", { y: written(floats(1, n)), x }, (kernels, { y, x }) =>
        kernels.elementary.log(y, x),
      );
      twins.check("elementary.exp in place", { x: written(x) }, (kernels, { x }) =>
        kernels.elementary.exp(x, x),
      );
      twins.check("elementary.log in place", { x: written(x) }, (kernels, { x }) =>
        kernels.elementary.log(x, x),
      );
    }
  });

  it("refuses another shape", () => {
    const slots = { y: floats(2, 3), x: floats(3, 2) };
    twins.refuses("elementary.exp: y is (2, 3), expected (3, 2).", slots, (kernels, { y, x }) =>
      kernels.elementary.exp(y, x),
    );
    twins.refuses("elementary.log: y is (2, 3), expected (3, 2).", slots, (kernels, { y, x }) =>
      kernels.elementary.log(y, x),
    );
  });
});

/** The kernels' results beside the functions', for `count` numbers that `fill` puts into their bits. */
async function compare(precision: Precision, count: number, fill: (bits: Uint32Array) => void) {
  const region = new Region();
  const [x, y] = [region.tensor(precision, 1, count), region.tensor(precision, 1, count)];
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
  region.bind(buffer, base);
  fill(new Uint32Array(buffer, x.data.byteOffset, x.data.byteLength / 4));
  const single = precision === "float32";
  kernels.elementary.exp(y, x);
  expectSameBits(y.data, x.data.map(single ? expf : exp), "exp");
  kernels.elementary.log(y, x);
  expectSameBits(y.data, x.data.map(single ? logf : log), "log");
}

describe("elementary over the whole range", () => {
  it("has the bits of expf and logf at every 1,009th float32", async () => {
    const count = Math.ceil(2 ** 32 / 1009);
    await compare("float32", count, (bits) => {
      for (let i = 0; i < count; i++) bits[i] = i * 1009;
    });
    expect(count).toBe(4_256_658);
  });

  it("has the bits of exp and log at 2,000,000 doubles of every exponent", async () => {
    const random = new Random(1, "doubles");
    await compare("float64", 2_000_000, (bits) => {
      for (let i = 0; i < bits.length; i++) bits[i] = random.uint32();
    });
  });

  it("has the bits of exp at 500,000 doubles between its thresholds", async () => {
    const random = new Random(1, "exp");
    await compare("float64", 500_000, (bits) => {
      const values = new Float64Array(bits.buffer, bits.byteOffset, bits.length / 2);
      for (let i = 0; i < values.length; i++) values[i] = random.uniform() * 1460 - 750;
    });
  });
});
