import { describe, expect, it } from "vitest";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, float64Twins, floats, type Twins, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

type Numbers = readonly [lambda: number, decay: number, beta1: number, beta2: number, epsilon: number];

/** One number's update. */
function update(start: { w: number; dw: number; m: number; v: number }, given: Numbers, rate = 0.5, t = 1) {
  const slots = Object.fromEntries(
    Object.entries(start).map(([name, value]) => [name, floats(1, 1, [value])]),
  ) as Record<"w" | "dw" | "m" | "v", ReturnType<typeof floats>>;
  const { w, m, v } = float64Twins.check(
    "adam.update",
    { w: written(slots.w), dw: slots.dw, m: written(slots.m), v: written(slots.v) },
    ({ adam }, { w, dw, m, v }) => adam.update(w, dw, m, v, ...given, { value: rate }, { value: t }),
  );
  return [w.data[0]!, m.data[0]!, v.data[0]!];
}

describe("adam, by hand", () => {
  it("goes the rate against the gradient's sign in the first step, however large it is", () => {
    // m = 0.25 · 8 = 2, v = 0.5 · 64 = 32; 2 / 0.75 corrected is 8, √(32 / 0.5) is 8.
    expectClose(update({ w: 1, dw: 8, m: 0, v: 0 }, [0, 0, 0.75, 0.5, 1e-300]), [0.5, 2, 32]);
    expectClose(
      update({ w: 1, dw: -0.125, m: 0, v: 0 }, [0, 0, 0.75, 0.5, 1e-300]),
      [1.5, -0.03125, 0.0078125],
    );
  });

  it("corrects the moments by the number of updates, and adds epsilon to the corrected root", () => {
    // m = 0.5 · 4 + 0.5 · 8 = 6, over 1 − 0.5³ = 7/8; v = 0.5 · 8 + 0.5 · 64 = 36, √(36 / (7/8)).
    const step = (0.5 * (6 / 0.875)) / (Math.sqrt(36 / 0.875) + 0.25);
    expectClose(update({ w: 1, dw: 8, m: 4, v: 8 }, [0, 0, 0.5, 0.5, 0.25], 0.5, 3), [1 - step, 6, 36]);
  });

  it("puts the penalty into the gradient, and the decay beside it", () => {
    // g = 6 + 0.5 · 4 = 8, as in the first step above: 4 − 0.5.
    expectClose(update({ w: 4, dw: 6, m: 0, v: 0 }, [0.5, 0, 0.75, 0.5, 1e-300]), [3.5, 2, 32]);
    // 4 − 0.5 · 0.25 · 4 = 3.5 before the step.
    expectClose(update({ w: 4, dw: 8, m: 0, v: 0 }, [0, 0.25, 0.75, 0.5, 1e-300]), [3, 2, 32]);
  });

  it("makes a weight 0 that only its penalty has moved, before its products are below the least normal number", () => {
    const least = 2 ** -511;
    // m and v are 0, so that nothing else moves it. Its gradient's square is 0.
    const left = (w: number, lambda: number) =>
      update({ w, dw: 0, m: 0, v: 0 }, [lambda, 0, 0.5, 0.5, 1], 0)[0];
    expect(left(least, 0.5)).toBe(least);
    expect(left(-least, 0.5)).toBe(-least);
    expect(left(least * (1 - 2 ** -53), 0.5)).toBe(0);
    expect(left(-least * (1 - 2 ** -53), 0.5)).toBe(0);
    expect(left(least / 4, 0)).toBe(least / 4);
  });

  it("leaves a weight whose gradients were all 0", () => {
    expect(update({ w: 4, dw: 0, m: 0, v: 0 }, [0, 0, 0.9, 0.999, 1e-8])).toEqual([4, 0, 0]);
  });
});

describe.each(everyTwins)("adam in $name", (twins: Twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "adam");
    const square = () => Math.abs(next());
    for (const n of [...sizes, 3072]) {
      const slots = {
        w: written(floats(1, n, next)),
        dw: floats(1, n, next),
        m: written(floats(1, n, next)),
        v: written(floats(1, n, square)),
      };
      for (const [lambda, decay, t] of [
        [0, 0, 1],
        [0.005, 0, 7],
        [0, 0.01, 1000],
        [0.005, 0.01, 2 ** 40],
      ] as const) {
        twins.check("adam.update", slots, ({ adam }, { w, dw, m, v }) =>
          adam.update(w, dw, m, v, lambda, decay, 0.9, 0.999, 1e-8, { value: 0.001 }, { value: t }),
        );
      }
    }
  });

  it("refuses tensors of another shape than the weight's", () => {
    for (const name of ["dw", "m", "v"] as const) {
      const shape = (of: string) => floats(1, of === name ? 4 : 3);
      const slots = {
        w: written(floats(1, 3)),
        dw: shape("dw"),
        m: written(shape("m")),
        v: written(shape("v")),
      };
      twins.refuses(`adam.update: ${name} is (1, 4), expected (1, 3).`, slots, ({ adam }, { w, dw, m, v }) =>
        adam.update(w, dw, m, v, 0, 0, 0.9, 0.999, 1e-8, { value: 0.1 }, { value: 1 }),
      );
    }
  });
});

it("a weight's bits do not depend on what stands beside it", () => {
  const next = numbers("ordinary", "float64", "beside");
  const all = Array.from({ length: 9 }, next);
  const run = (some: number[]) =>
    float64Twins
      .check(
        "adam.update",
        {
          w: written(floats(1, some.length, some)),
          dw: floats(1, some.length, some),
          m: written(floats(1, some.length, () => 0)),
          v: written(floats(1, some.length, () => 0)),
        },
        ({ adam }, { w, dw, m, v }) =>
          adam.update(w, dw, m, v, 0.1, 0.1, 0.9, 0.99, 1e-8, { value: 0.1 }, { value: 2 }),
      )
      .w.data.slice();
  expectSameBits(run(all).subarray(4, 9), run(all.slice(4)), "w");
});
