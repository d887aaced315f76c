import { describe, expect, it } from "vitest";
import { logNormalPdf, normalCdf, normalMass, normalPdf } from "../../src/tuner/normal.ts";

// mpmath, 40 digits, rounded to doubles: x, ncdf(x), npdf(x), log(npdf(x)).
const truths = [
  [0, 0.5, 0.3989422804014327, -0.9189385332046728],
  [1e-300, 0.5, 0.3989422804014327, -0.9189385332046728],
  [0.5, 0.6914624612740131, 0.35206532676429947, -1.0439385332046727],
  [-0.5, 0.3085375387259869, 0.35206532676429947, -1.0439385332046727],
  [1, 0.8413447460685429, 0.24197072451914334, -1.4189385332046727],
  [-1, 0.15865525393145705, 0.24197072451914334, -1.4189385332046727],
  [1.959963984540054, 0.975, 0.05844506980503538, -2.8396679435517354],
  [2, 0.9772498680518208, 0.05399096651318805, -2.9189385332046727],
  [-2, 0.02275013194817921, 0.05399096651318805, -2.9189385332046727],
  [2.4, 0.9918024640754038, 0.022394530294842903, -3.7989385332046726],
  [-2.4, 0.008197535924596131, 0.022394530294842903, -3.7989385332046726],
  [3, 0.9986501019683699, 0.0044318484119380075, -5.418938533204673],
  [-3, 0.0013498980316300946, 0.0044318484119380075, -5.418938533204673],
  [6, 0.9999999990134123, 6.075882849823285e-9, -18.918938533204674],
  [-6, 9.86587645037698e-10, 6.075882849823285e-9, -18.918938533204674],
  [9, 1, 1.0279773571668915e-18, -41.418938533204674],
  [-10, 7.619853024160525e-24, 7.694598626706419e-23, -50.918938533204674],
  [-20, 2.7536241186062337e-89, 5.520948362159764e-88, -200.91893853320468],
  [-37.5, 4.605353009581955e-308, 1.7282337322841054e-306, -704.0439385332047],
] as const;

/** |actual / truth − 1| */
const relative = (actual: number, truth: number) => Math.abs(actual / truth - 1);

describe("the normal distribution", () => {
  it.each(truths)("has its density at %d to 2e-15, its probability to 1e-14", (x, cdf, pdf, logPdf) => {
    expect(relative(normalPdf(x), pdf)).toBeLessThan(2e-15);
    expect(relative(logNormalPdf(x), logPdf)).toBeLessThan(1e-15);
    expect(relative(normalCdf(x), cdf)).toBeLessThan(1e-14);
  });

  it("ends in 0 and 1, and lets NaN through", () => {
    expect([-Infinity, -40, 40, Infinity].map(normalPdf)).toEqual([0, 0, 0, 0]);
    expect([-Infinity, -40, 40, Infinity].map(normalCdf)).toEqual([0, 0, 1, 1]);
    expect([normalPdf(NaN), normalCdf(NaN), logNormalPdf(NaN)]).toEqual([NaN, NaN, NaN]);
    expect(logNormalPdf(Infinity)).toBe(-Infinity);
  });

  it("rises on either side of the place where the series hands over to the continued fraction", () => {
    for (const x of [-2, 2]) {
      const values = Array.from({ length: 2001 }, (_, i) => normalCdf(x + (i - 1000) * 1e-9));
      expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true);
    }
  });

  it.each([
    [-1, 1, 0.6826894921370859],
    [-0.25, 0.5, 0.2901687869569368],
    [3, 4, 0.0013182267897969746],
    [7, 8, 1.2791904478284077e-12],
    [-8, -7, 1.2791904478284077e-12],
    [-Infinity, Infinity, 1],
  ])("has its mass from %d to %d to 1e-14, in both tails", (a, b, mass) => {
    expect(relative(normalMass(a, b), mass)).toBeLessThan(1e-14);
  });
});
