import { describe, expect, it } from "vitest";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, float64Twins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

describe("sgd, by hand", () => {
  it("goes against the gradient, learningRate times as far", () => {
    const { w } = float64Twins.check(
      "sgd.update",
      { w: written(floats(1, 3, [1, 2, 3])), dw: floats(1, 3, [10, -20, 0]) },
      (kernels, { w, dw }) => kernels.sgd.update(w, dw, { value: 0.25 }),
    );
    expect([...w.data]).toEqual([-1.5, 7, 3]);
  });

  it("adds lambda · w to the gradient on the way", () => {
    // 4 − 0.5 · (3 + 0.25 · 4) = 2;  −2 − 0.5 · (1 + 0.25 · −2) = −2.25
    const { w } = float64Twins.check(
      "sgd.updateL2",
      { w: written(floats(1, 2, [4, -2])), dw: floats(1, 2, [3, 1]) },
      (kernels, { w, dw }) => kernels.sgd.updateL2(w, dw, 0.25, { value: 0.5 }),
    );
    expectClose(w.data, [2, -2.25]);
  });

  it("keeps a share of the velocity, and may look ahead", () => {
    // velocity 0.5 · 8 + 2 = 6; 10 − 0.25 · 6 = 8.5. Ahead: 2 + 0.5 · 6 = 5; 10 − 0.25 · 5 = 8.75.
    for (const [nesterov, expected] of [
      [false, 8.5],
      [true, 8.75],
    ] as const) {
      const { w, velocity } = float64Twins.check(
        "sgd.updateMomentum",
        { w: written(floats(1, 1, [10])), dw: floats(1, 1, [2]), velocity: written(floats(1, 1, [8])) },
        ({ sgd }, { w, dw, velocity }) =>
          sgd.updateMomentum(w, dw, velocity, 0, 0.5, nesterov, { value: 0.25 }),
      );
      expect([w.data[0], velocity.data[0]]).toEqual([expected, 6]);
    }
    // With a penalty, g = 2 + 0.2 · 10 = 4; velocity 8; 10 − 0.25 · 8 = 8.
    const { w } = float64Twins.check(
      "sgd.updateMomentum",
      { w: written(floats(1, 1, [10])), dw: floats(1, 1, [2]), velocity: written(floats(1, 1, [8])) },
      ({ sgd }, { w, dw, velocity }) => sgd.updateMomentum(w, dw, velocity, 0.2, 0.5, false, { value: 0.25 }),
    );
    expect(w.data[0]).toBe(8);
  });

  it("reads the learning rate at every call", () => {
    const rate = { value: 1 };
    const { w } = float64Twins.check(
      "sgd.update",
      { w: written(floats(1, 1, [0])), dw: floats(1, 1, [1]) },
      (kernels, { w, dw }) => {
        for (rate.value of [1, 10, 100]) kernels.sgd.update(w, dw, rate);
      },
    );
    expect(w.data[0]).toBe(-111);
  });
});

describe.each(everyTwins)("sgd in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "sgd");
    for (const n of [...sizes, 3072]) {
      const slots = { w: written(floats(1, n, next)), dw: floats(1, n, next) };
      twins.check("sgd.update", slots, (kernels, { w, dw }) => kernels.sgd.update(w, dw, { value: 0.1 }));
      const moving = { ...slots, velocity: written(floats(1, n, next)) };
      for (const [lambda, nesterov] of [
        [0, false],
        [0.005, true],
      ] as const) {
        twins.check("sgd.updateMomentum", moving, ({ sgd }, { w, dw, velocity }) =>
          sgd.updateMomentum(w, dw, velocity, lambda, 0.9, nesterov, { value: 0.1 }),
        );
      }
      twins.check("sgd.updateL2", slots, (kernels, { w, dw }) =>
        kernels.sgd.updateL2(w, dw, 0.005, { value: 0.1 }),
      );
    }
  });

  it.each(kinds)("updates as l2.addGradient and update do, to the bit, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "sgd fused");
    for (const n of sizes) {
      const start = { w: Array.from({ length: n }, next), dw: Array.from({ length: n }, next) };
      const slots = { w: written(floats(1, n, start.w)), dw: floats(1, n, start.dw) };
      const rate = { value: 0.037 };
      const fused = twins
        .check("sgd.updateL2", slots, (kernels, { w, dw }) => kernels.sgd.updateL2(w, dw, 0.005, rate))
        .w.data.slice();
      const { w } = twins.check(
        "l2.addGradient, sgd.update",
        { w: slots.w, dw: written(slots.dw) },
        (kernels, { w, dw }) => {
          kernels.l2.addGradient(dw, w, 0.005);
          kernels.sgd.update(w, dw, rate);
        },
      );
      expectSameBits(fused, w.data);
    }
  });

  it("refuses a gradient of another shape", () => {
    const slots = { w: floats(2, 3), dw: floats(1, 6) };
    twins.refuses("sgd.update: dw is (1, 6), expected (2, 3).", slots, (kernels, { w, dw }) =>
      kernels.sgd.update(w, dw, { value: 0.1 }),
    );
    twins.refuses("sgd.updateL2: dw is (1, 6), expected (2, 3).", slots, (kernels, { w, dw }) =>
      kernels.sgd.updateL2(w, dw, 0.005, { value: 0.1 }),
    );
  });
});
