/** That the wasm lanes have the bits of src/math.ts; how exact those are is tests/math.test.ts's matter. */
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { exp, expf, expm1, expm1f, log, log1p, log1pf, logf, softplus, softplusf } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import { type Precision, Region } from "../../src/tensor.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const functions = {
  exp: { float32: expf, float64: exp },
  expm1: { float32: expm1f, float64: expm1 },
  log: { float32: logf, float64: log },
  log1p: { float32: log1pf, float64: log1p },
  softplus: { float32: softplusf, float64: softplus },
};
const names = Object.keys(functions) as (keyof typeof functions)[];

describe.each(everyTwins)("elementary in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "elementary");
    for (const name of names) {
      for (const n of sizes) {
        const x = floats(1, n, next);
        twins.check(`elementary.${name}`, { y: written(floats(1, n)), x }, (kernels, { y, x }) =>
          kernels.elementary[name](y, x),
        );
        twins.check(`elementary.${name} in place`, { x: written(x) }, (kernels, { x }) =>
          kernels.elementary[name](x, x),
        );
      }
    }
  });

  it("refuses another shape", () => {
    const slots = { y: floats(2, 3), x: floats(3, 2) };
    for (const name of names) {
      twins.refuses(`elementary.${name}: y is (2, 3), expected (3, 2).`, slots, (kernels, { y, x }) =>
        kernels.elementary[name](y, x),
      );
    }
  });
});

/** The kernels' results beside the functions', for `count` numbers that `fill` puts into their bits. */
async function compare(precision: Precision, count: number, fill: (bits: Uint32Array) => void) {
  const region = new Region();
  const [x, y] = [region.tensor(precision, 1, count), region.tensor(precision, 1, count)];
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
  region.bind(buffer, base);
  fill(new Uint32Array(buffer, x.data.byteOffset, x.data.byteLength / 4));
  for (const name of names) {
    const f = functions[name][precision];
    kernels.elementary[name](y, x);
    expectSameBits(y.data, x.data.map(f), name);
  }
}

describe("elementary over the whole range", () => {
  it("has the bits of the functions at every 1,009th float32", async () => {
    const count = Math.ceil(2 ** 32 / 1009);
    await compare("float32", count, (bits) => {
      for (let i = 0; i < count; i++) bits[i] = i * 1009;
    });
    expect(count).toBe(4_256_658);
  });

  it("has the bits of the functions at 2,000,000 doubles of every exponent", async () => {
    const random = new Random(1, "doubles");
    await compare("float64", 2_000_000, (bits) => {
      for (let i = 0; i < bits.length; i++) bits[i] = random.uint32();
    });
  });

  it("has the bits of the functions at 500,000 doubles between the thresholds of exp", async () => {
    const random = new Random(1, "exp");
    await compare("float64", 500_000, (bits) => {
      const values = new Float64Array(bits.buffer, bits.byteOffset, bits.length / 2);
      for (let i = 0; i < values.length; i++) values[i] = random.uniform() * 1460 - 750;
    });
  });
});
