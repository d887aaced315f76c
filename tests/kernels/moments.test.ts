import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { bytes, doubles, everyTwins, float32Twins, integers, scratch, written } from "../helpers/twins.ts";
import { sizes } from "../helpers/values.ts";

/** moments.bytes on both sides; the definition's sums and squares. */
function moments(twins: typeof float32Twins, n: number, d: number, values: (index: number) => number) {
  const { sums, squares } = twins.check(
    "moments.bytes",
    {
      sums: written(doubles(1, d)),
      squares: written(doubles(1, d)),
      values: bytes(n, d, values),
      scratch: scratch(integers(1, 2 * d)),
    },
    (kernels, { sums, squares, values, scratch }) => kernels.moments.bytes(sums, squares, values, scratch),
  );
  return { sums: [...sums.data], squares: [...squares.data] };
}

describe("moments, by hand", () => {
  it("sums bytes and their squares by feature", () => {
    const values = [1, 0, 255, 2, 10, 255, 3, 20, 255];
    expect(moments(float32Twins, 3, 3, (i) => values[i]!)).toEqual({
      sums: [6, 30, 765],
      squares: [14, 500, 195075],
    });
  });

  it("gives zeros for no samples", () => {
    expect(moments(float32Twins, 0, 2, () => 0)).toEqual({ sums: [0, 0], squares: [0, 0] });
  });

  // Blocks have 65,536 rows; 66,051 rows of 255 are the most whose squares fit in 32 bits.
  it.each([65_535, 65_536, 65_537, 70_000, 131_073])("is exact over %i rows, all 255", (n) => {
    expect(moments(float32Twins, n, 9, () => 255)).toEqual({
      sums: new Array(9).fill(255 * n),
      squares: new Array(9).fill(65025 * n),
    });
  });

  it("is exact over 70,000 rows of 3 features", () => {
    // Row i holds i mod 256, its complement, and 1: sums over 273 full rounds and 112 rows.
    const n = 70_000;
    const values = (i: number) => [Math.floor(i / 3) % 256, 255 - (Math.floor(i / 3) % 256), 1][i % 3]!;
    let [sum, square] = [0n, 0n];
    for (let i = 0n; i < n; i++) {
      sum += i % 256n;
      square += (i % 256n) ** 2n;
    }
    expect(moments(float32Twins, n, 3, values)).toEqual({
      sums: [Number(sum), 255 * n - Number(sum), n],
      squares: [Number(square), Number(65025n * BigInt(n) - 510n * sum + square), n],
    });
  });
});

describe.each(everyTwins)("moments in $name", (twins) => {
  it("has the definition's sums at every shape", () => {
    const random = new Random(1, "moments");
    for (const n of [0, 1, 2, 100]) {
      for (const d of [...sizes, 3072]) moments(twins, n, d, () => random.below(256));
    }
  });

  const slots = { sums: doubles(1, 3), squares: doubles(1, 3), values: bytes(4, 3), scratch: integers(1, 6) };
  it.each([
    ["moments.bytes: sums is (1, 4), expected (1, 3).", { ...slots, sums: doubles(1, 4) }],
    ["moments.bytes: squares is (3, 1), expected (1, 3).", { ...slots, squares: doubles(3, 1) }],
    ["moments.bytes: scratch is (1, 3), expected (1, 6).", { ...slots, scratch: integers(1, 3) }],
  ])("refuses other shapes: %s", (message, wrong) => {
    twins.refuses(message, wrong, (kernels, { sums, squares, values, scratch }) =>
      kernels.moments.bytes(sums, squares, values, scratch),
    );
  });
});
