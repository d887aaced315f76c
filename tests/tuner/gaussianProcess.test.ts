import { describe, expect, it } from "vitest";
import { exp, log } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import {
  type Coordinate,
  fitHyperparameters,
  GaussianProcess,
  type Hyperparameters,
  logMarginalLikelihood,
} from "../../src/tuner/gaussianProcess.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

// The expected numbers are of this program (Python 3, NumPy):
//
// X = np.array([[0.1, 0.9], [0.4, 0.2], [0.5, 0.5], [0.95, 0.3]]); c = np.array([0, 1, 0, 2])
// y = np.array([0.5, -1.2, 0.3, 0.9]); l = np.array([0.3, 0.8, 1.5]); sf, sn = 1.7, 0.01
// def k(A, a, B, b):
//     d = [((A[:, None, j] - B[None, :, j]) / l[j]) ** 2 for j in (0, 1)] + [(a[:, None] != b[None, :]) / l[2] ** 2]
//     r = np.sqrt(sum(d))
//     return sf * (1 + np.sqrt(5) * r + 5 / 3 * r ** 2) * np.exp(-np.sqrt(5) * r)
// K = k(X, c, X, c) + sn * np.eye(4); Q = np.array([[0.3, 0.4], [0.4, 0.2]]); q = np.array([0, 1])
// ks = k(Q, q, X, c)
// ks @ np.linalg.solve(K, y), sf - np.sum(ks * np.linalg.solve(K, ks.T).T, 1)
// -0.5 * y @ np.linalg.solve(K, y) - 0.5 * np.linalg.slogdet(K)[1] - 2 * np.log(2 * np.pi)
const coordinates: Coordinate[] = ["number", "number", "category"];
const points = [
  [0.1, 0.9, 0],
  [0.4, 0.2, 1],
  [0.5, 0.5, 0],
  [0.95, 0.3, 2],
].map((point) => Float64Array.from(point));
const values = [0.5, -1.2, 0.3, 0.9];
const hyperparameters: Hyperparameters = { lengths: [0.3, 0.8, 1.5], signal: 1.7, noise: 0.01 };

describe("GaussianProcess", () => {
  it("has NumPy's posterior", () => {
    const process = new GaussianProcess(coordinates, points, values, hyperparameters);
    const posterior = [
      [0.3, 0.4, 0],
      [0.4, 0.2, 1],
    ].map((point) => process.predict(Float64Array.from(point)));
    expectClose(
      posterior.map(({ mean }) => mean),
      [-0.08051655297744786, -1.1861222477669573],
      1e-13,
    );
    expectClose(
      posterior.map(({ variance }) => variance),
      [0.5060066210761194, 0.009903550153867569],
      1e-13,
    );
  });

  it("goes through its points without noise, and back to mean 0 and σ_f² far from them", () => {
    const process = new GaussianProcess(coordinates, points, values, { ...hyperparameters, noise: 0 });
    const there = points.map((point) => process.predict(point));
    expectClose(
      there.map(({ mean }) => mean),
      values,
      1e-12,
    );
    expectClose(
      there.map(({ variance }) => variance),
      [0, 0, 0, 0],
      1e-12,
    );
    const far = process.predict(Float64Array.of(99, 99, 0));
    expectClose([far.mean, far.variance], [0, 1.7], 1e-12);
  });

  it("takes the same point twice, with different values: the mean is between them", () => {
    const twice = [points[0]!, points[0]!];
    const process = new GaussianProcess(coordinates, twice, [1, 3], { ...hyperparameters, noise: 0 });
    expectClose([process.predict(points[0]!).mean], [2], 1e-6);
  });
});

describe("logMarginalLikelihood", () => {
  it("is NumPy's", () => {
    const { value } = logMarginalLikelihood(coordinates, points, values, hyperparameters);
    expectClose([value], [-5.722495591834427], 1e-13);
  });

  it("has the gradient that differences of it have", () => {
    const theta = [0.3, 0.8, 1.5, 1.7, 0.01].map(log);
    const at = (shifted: readonly number[]) => {
      const [l0, l1, l2, signal, noise] = shifted.map(exp) as [number, number, number, number, number];
      return logMarginalLikelihood(coordinates, points, values, { lengths: [l0, l1, l2], signal, noise });
    };
    const h = 1e-5;
    const differences = theta.map((_, p) => {
      const [up, down] = [h, -h].map((step) => at(theta.map((t, i) => (i === p ? t + step : t))).value);
      return (up! - down!) / (2 * h);
    });
    expectClose(at(theta).gradient, differences, 1e-8);
  });
});

describe("fitHyperparameters", () => {
  const random = new Random(1, "fit");
  const cube = Array.from({ length: 40 }, () => Float64Array.from({ length: 3 }, () => random.uniform()));
  const kinds: Coordinate[] = ["number", "number", "number"];
  const fitTo = (f: (x: Float64Array) => number) => {
    const y = cube.map(f);
    const mean = y.reduce((sum, value) => sum + value) / y.length;
    const deviation = Math.sqrt(
      y.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / y.length,
    );
    return fitHyperparameters(
      kinds,
      cube,
      y.map((value) => (value - mean) / deviation),
    );
  };

  it("finds out which coordinates matter, and how fast: the others get longer lengths", () => {
    const { lengths } = fitTo(([x, y]) => Math.sin(15 * x!) + y!);
    expect(lengths[1]).toBeGreaterThan(2 * lengths[0]!);
    expect(lengths[2]).toBeGreaterThan(3 * lengths[0]!);
  });

  it("finds the share of the noise", () => {
    const scatter = new Random(2, "noise");
    const smooth = (x: Float64Array) => Math.sin(6 * x[0]!);
    expect(fitTo(smooth).noise).toBeLessThan(1e-4);
    // sin(6x) has a variance of about ½: noise of variance 0.09 is 0.15 of the sum.
    const { noise } = fitTo((x) => smooth(x) + 0.3 * scatter.normal());
    expect(noise).toBeGreaterThan(0.05);
    expect(noise).toBeLessThan(0.4);
  });

  it("finds more than any of a grid of settings does", () => {
    const y = cube.map(([a, b]) => 2 * (a! - 0.5) * (b! + 0.3)).map((value) => value / 0.6);
    // The priors' log densities, but for constants.
    const density = ({ lengths, signal, noise }: Hyperparameters) =>
      logMarginalLikelihood(kinds, cube, y, { lengths, signal, noise }).value -
      [...lengths.map((length) => log(length / 0.5)), log(signal), log(noise / 1e-3) / 2].reduce(
        (sum, z) => sum + (z * z) / 2,
        0,
      );
    const best = density(fitHyperparameters(kinds, cube, y));
    const grid = [0.1, 0.3, 1, 3];
    for (const a of grid) {
      for (const b of grid) {
        for (const c of grid) {
          for (const noise of [1e-6, 1e-4, 1e-2]) {
            expect(density({ lengths: [a, b, c], signal: 1, noise })).toBeLessThan(best);
          }
        }
      }
    }
  });

  it.each([
    ["one point", [[0.5]], [0]],
    ["the same point many times", [[0.5], [0.5], [0.5]], [1, -1, 0]],
    ["values that are all the same", [[0.1], [0.5], [0.9]], [0, 0, 0]],
  ])("takes %s", (_, at, y) => {
    const { lengths, signal, noise } = fitHyperparameters(
      ["number"],
      at.map((point) => Float64Array.from(point)),
      y,
    );
    for (const value of [...lengths, signal, noise]) expect(value > 0 && value <= 20).toBe(true);
  });
});
