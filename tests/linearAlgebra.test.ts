import { describe, expect, it } from "vitest";
import { NnwasmError } from "../src/errors.ts";
import { cholesky, inverseFromFactor, solveLower, solveLowerTransposed } from "../src/linearAlgebra.ts";
import { Random } from "../src/random.ts";
import { expectClose } from "./helpers/expectNumbers.ts";

// Python 3, NumPy:
// A = np.array([[4, 2, -1], [2, 5, 0.5], [-1, 0.5, 3]]); b = np.array([1, -2, 0.5])
// np.linalg.cholesky(A), np.linalg.solve(A, b), np.linalg.inv(A)
const a = Float64Array.of(4, 2, -1, 2, 5, 0.5, -1, 0.5, 3);
const factor = [2, 0, 0, 1, 2, 0, -0.5, 0.5, 1.5811388300841898];

/** Σ_k a[i, k] · b[j, k]: A · Bᵀ. */
const timesTransposed = (x: Float64Array, y: Float64Array, n: number) =>
  Float64Array.from({ length: n * n }, (_, ij) => {
    const [i, j] = [Math.floor(ij / n), ij % n];
    return Array.from({ length: n }, (_, k) => x[i * n + k]! * y[j * n + k]!).reduce((sum, p) => sum + p);
  });

describe("cholesky", () => {
  it("gives NumPy's factor", () => expectClose(cholesky(a, 3), factor, 1e-15));

  it("gives a factor whose product is the matrix", () => {
    const random = new Random(1, "cholesky");
    const n = 12;
    const x = Float64Array.from({ length: n * n }, () => random.normal());
    const square = timesTransposed(x, x, n);
    const l = cholesky(square, n);
    expectClose(timesTransposed(l, l, n), square, 1e-13);
    expect(l.subarray(0, n).every((value, j) => j === 0 || value === 0)).toBe(true);
  });

  it("adds a little to the diagonal of a singular matrix, and leaves the matrix as it was", () => {
    const ones = Float64Array.of(1, 1, 1, 1);
    const l = cholesky(ones, 2);
    expectClose(timesTransposed(l, l, 2), [1, 1, 1, 1], 1.1e-10);
    expect([...ones]).toEqual([1, 1, 1, 1]);
  });

  it.each([
    ["negative", [1, 0, 0, -1]],
    ["not a number", [1, 0, 0, NaN]],
  ])("refuses a matrix with an eigenvalue that is %s", (_, values) => {
    expect(() => cholesky(Float64Array.from(values), 2)).toThrow(
      new NnwasmError("cholesky: a (2, 2) matrix is not positive definite. Check how it was made."),
    );
  });
});

it("solveLower, then solveLowerTransposed, solve the system as NumPy does", () => {
  const x = Float64Array.of(1, -2, 0.5);
  solveLower(Float64Array.from(factor), 3, x);
  solveLowerTransposed(Float64Array.from(factor), 3, x);
  expectClose(x, [0.76875, -0.7625, 0.55], 1e-15);
});

it("inverseFromFactor gives NumPy's inverse", () => {
  const inverse = [0.36875, -0.1625, 0.15, -0.1625, 0.275, -0.1, 0.15, -0.1, 0.4];
  expectClose(inverseFromFactor(Float64Array.from(factor), 3), inverse, 1e-15);
});
