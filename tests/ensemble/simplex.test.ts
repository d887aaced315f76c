import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gramOf, nearestOnSimplex } from "../../src/ensemble/simplex.ts";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

/** The weights of the nearest point of the polytope with these corners. */
const nearest = (...corners: number[][]): number[] => {
  const columns = corners.map((corner) => Float64Array.from(corner));
  return [...nearestOnSimplex(gramOf(columns, new Float64Array(corners[0]!.length).fill(1)), corners.length)];
};

describe("the Gram matrix of columns", () => {
  it("has their weighted products", () => {
    const gram = gramOf([Float64Array.of(1, 2), Float64Array.of(3, -4)], Float64Array.of(2, 0.5));
    expect([...gram]).toEqual([4, 2, 2, 26]); // 2·1 + ½·4, 2·3 − ½·8, 2·9 + ½·16
  });
});

describe("the nearest point of a polytope", () => {
  it("is where it is by hand", () => {
    expect(nearest([3])).toEqual([1]);
    expectClose(nearest([3, 1], [1, 3]), [0.5, 0.5]);
    expectClose(nearest([1, 0], [0, 2]), [0.8, 0.2]);
    // A corner, though there are two others behind it.
    expect(nearest([1, 1], [2, 1], [1, 2])).toEqual([1, 0, 0]);
    // On the edge between the first and the last.
    expectClose(nearest([1, 1], [5, 5], [-1, 1]), [0.5, 0, 0.5]);
  });

  it("is 0 where the polytope has it, at a corner, on an edge or inside", () => {
    expect(nearest([2, 1], [0, 0], [1, 1])).toEqual([0, 1, 0]);
    expectClose(nearest([-1, -1], [3, 3]), [0.75, 0.25]);
    const weights = nearest([1, 0], [-1, 1], [-1, -1]);
    expectClose(weights, [0.5, 0.25, 0.25]);
  });

  it("has of equal corners the first alone", () => {
    expectClose(nearest([3, 1], [3, 1], [1, 3], [1, 3]), [0.5, 0, 0.5, 0]);
    expect(nearest([0, 0], [0, 0])).toEqual([1, 0]);
  });

  it("has no corner nearer to 0 along itself: the condition that is enough", () => {
    const cases = fc.record({
      ...{ k: fc.integer({ min: 1, max: 20 }), n: fc.integer({ min: 1, max: 30 }), seed: fc.nat() },
      ...{ scale: fc.constantFrom(1e-60, 1e-6, 1, 1e60), offset: fc.constantFrom(0, 0.5, 100) },
    });
    const property = fc.property(cases, ({ k, n, seed, scale, offset }) => {
      const random = new Random(seed, "corners");
      const columns = Array.from({ length: k }, () =>
        Float64Array.from({ length: n }, () => scale * (random.normal() + offset)),
      );
      const gram = gramOf(columns, new Float64Array(n).fill(1));
      const weights = nearestOnSimplex(gram, k);
      expectClose([weights.reduce((a, b) => a + b, 0)], [1]);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      const products = Array.from(weights, (_, i) =>
        weights.reduce((sum, w, j) => sum + w * gram[i * k + j]!, 0),
      );
      const value = weights.reduce((sum, w, i) => sum + w * products[i]!, 0);
      const largest = Math.max(...gram.filter((_, i) => i % (k + 1) === 0));
      for (const product of products)
        expect(product).toBeGreaterThanOrEqual(value - 1e-9 * value - 1e-12 * largest);
    });
    fc.assert(property, { numRuns: 2000, seed: 1 });
  });
});
