import { describe, expect, it } from "vitest";
import { doubles, everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe.each(everyTwins)("finite in $name", (twins) => {
  const all = (values: number[]) => {
    const tensors = { result: written(doubles(1, 1)), x: floats(1, values.length, values) };
    return twins.check("finite.all", tensors, (kernels, { result, x }) => kernels.finite.all(result, x))
      .result.data[0];
  };

  it.each(kinds)("finds one that is not, wherever it is, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "finite");
    for (const n of [...sizes, 3072]) {
      const usual = Array.from({ length: n }, () => next()).map((v) => (Number.isFinite(v) ? v : 1));
      expect(all(usual)).toBe(1);
      const places = n <= 40 ? usual.keys() : [0, 15, 16, n >> 1, n - 2, n - 1];
      for (const at of places) expect(all(usual.with(at, BAD[at % 3]!))).toBe(0);
    }
  });

  it("loses none among others of its kind, and takes the largest numbers and the least", () => {
    expect(all([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(0);
    const [most, least] =
      twins.precision === "float32"
        ? [3.4028234663852886e38, 2 ** -149]
        : [Number.MAX_VALUE, Number.MIN_VALUE];
    expect(all([most, -most, least, -least, -0, 0, 1])).toBe(1);
  });

  it("refuses a result of another shape", () => {
    twins.refuses(
      "finite.all: result is (1, 2), expected (1, 1).",
      { result: doubles(1, 2), x: floats(2, 3) },
      (kernels, { result, x }) => kernels.finite.all(result, x),
    );
  });
});
