/** Matrix products in the three forms that training needs. */
import { ShapeError } from "../errors.ts";
import { expectShape, type FloatArray, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { FEW_ROWS, MATMUL_WORKSPACE_BYTES } from "../wasm/matmulLayout.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";
import type { TeamCalls } from "./teamCalls.ts";

export { FEW_ROWS, MATMUL_WORKSPACE_BYTES };

export interface MatmulKernels {
  /**
   * Y = X · W.
   * @param y (m, n), written
   * @param x (m, k)
   * @param w (k, n)
   * @param workspace at least {@link MATMUL_WORKSPACE_BYTES} bytes for every thread
   * @throws ShapeError if a shape does not follow from the others
   */
  multiply(y: Tensor, x: Tensor, w: Tensor, workspace: Tensor<"uint8">): void;
  /**
   * Y = X · W + bias: the bits of `multiply` and `bias.add`.
   * @param y (m, n), written
   * @param x (m, k)
   * @param w (k, n)
   * @param bias (1, n)
   */
  multiplyBias(y: Tensor, x: Tensor, w: Tensor, bias: Tensor, workspace: Tensor<"uint8">): void;
  /** Y = relu(X · W + bias): the bits of `multiply`, `bias.add` and `relu.forward`. */
  multiplyBiasRelu(y: Tensor, x: Tensor, w: Tensor, bias: Tensor, workspace: Tensor<"uint8">): void;
  /**
   * dW = Xᵀ · dY: the gradient by the weight.
   * @param dw (m, n), written
   * @param x (k, m)
   * @param dy (k, n)
   */
  transposedA(dw: Tensor, x: Tensor, dy: Tensor, workspace: Tensor<"uint8">): void;
  /**
   * dX = dY · Wᵀ: the gradient by the input.
   * @param dx (m, n), written
   * @param dy (m, k)
   * @param w (n, k)
   */
  transposedB(dx: Tensor, dy: Tensor, w: Tensor, workspace: Tensor<"uint8">): void;
}

export const signatures = signaturesOf<MatmulKernels>()({
  multiply: "write y, read x, read w, scratch workspace",
  multiplyBias: "write y, read x, read w, read bias, scratch workspace",
  multiplyBiasRelu: "write y, read x, read w, read bias, scratch workspace",
  transposedA: "write dw, read x, read dy, scratch workspace",
  transposedB: "write dx, read dy, read w, scratch workspace",
});

export const offers: Offers<"matmul"> = {
  multiplyBias: ({ y, x, w, bias }) => ({
    product: {
      x,
      weight: w,
      bias,
      inFirstLayer: (first) => ({ family: "firstLayer", name: "forward", args: { ...first, y, bias } }),
    },
  }),
  multiplyBiasRelu: ({ y, x, w, bias }) => ({
    product: {
      x,
      weight: w,
      bias,
      inFirstLayer: (first) => ({ family: "firstLayer", name: "forwardRelu", args: { ...first, y, bias } }),
    },
  }),
};

type Sizes = [m: number, n: number, k: number];

function checkMultiply(y: Tensor, x: Tensor, w: Tensor, where = "matmul.multiply"): Sizes {
  expectShape(where, "w", w, x.columns, w.columns);
  expectShape(where, "y", y, x.rows, w.columns);
  return [x.rows, w.columns, x.columns];
}

function checkBias(where: string, y: Tensor, x: Tensor, w: Tensor, bias: Tensor) {
  expectShape(where, "bias", bias, 1, w.columns);
  return checkMultiply(y, x, w, where);
}

function checkTransposedA(dw: Tensor, x: Tensor, dy: Tensor): Sizes {
  expectShape("matmul.transposedA", "dy", dy, x.rows, dy.columns);
  expectShape("matmul.transposedA", "dw", dw, x.columns, dy.columns);
  return [x.columns, dy.columns, x.rows];
}

function checkTransposedB(dx: Tensor, dy: Tensor, w: Tensor): Sizes {
  expectShape("matmul.transposedB", "w", w, w.rows, dy.columns);
  expectShape("matmul.transposedB", "dx", dx, dy.rows, w.rows);
  return [dy.rows, w.rows, dy.columns];
}

/**
 * c (m, n) = a · b, where a's element (i, p) is a[i · aRow + p · aColumn], b's (p, j) is b[p · bRow + j · bColumn].
 * The terms of a sum are added in the order of p; every product and every sum is rounded to the arrays' precision.
 */
function product(
  c: FloatArray,
  a: FloatArray,
  aRow: number,
  aColumn: number,
  b: FloatArray,
  bRow: number,
  bColumn: number,
  m: number,
  n: number,
  k: number,
): void {
  c.fill(0);
  const single = c instanceof Float32Array;
  for (let i = 0; i < m; i++) {
    const row = c.subarray(i * n, (i + 1) * n);
    for (let p = 0; p < k; p++) {
      const factor = a[i * aRow + p * aColumn]!;
      const from = p * bRow;
      if (single) for (let j = 0; j < n; j++) row[j]! += Math.fround(factor * b[from + j * bColumn]!);
      else for (let j = 0; j < n; j++) row[j]! += factor * b[from + j * bColumn]!;
    }
  }
}

/** The definition. */
export const reference: MatmulKernels = {
  multiply(y, x, w) {
    const [m, n, k] = checkMultiply(y, x, w);
    product(y.data, x.data, k, 1, w.data, n, 1, m, n, k);
  },
  multiplyBias(y, x, w, bias) {
    const [m, n, k] = checkBias("matmul.multiplyBias", y, x, w, bias);
    product(y.data, x.data, k, 1, w.data, n, 1, m, n, k);
    for (let i = 0; i < y.size; i++) y.data[i]! += bias.data[i % n]!;
  },
  multiplyBiasRelu(y, x, w, bias) {
    const [m, n, k] = checkBias("matmul.multiplyBiasRelu", y, x, w, bias);
    product(y.data, x.data, k, 1, w.data, n, 1, m, n, k);
    for (let i = 0; i < y.size; i++) y.data[i] = Math.max(0, y.data[i]! + bias.data[i % n]!);
  },
  transposedA(dw, x, dy) {
    const [m, n, k] = checkTransposedA(dw, x, dy);
    product(dw.data, x.data, 1, m, dy.data, n, 1, m, n, k);
  },
  transposedB(dx, dy, w) {
    const [m, n, k] = checkTransposedB(dx, dy, w);
    product(dx.data, dy.data, k, 1, w.data, 1, k, m, n, k);
  },
};

/** The least multiplications for which the threads of a team share a product: with fewer, calling them takes longer. */
const TEAM_MULTIPLICATIONS = 2 ** 19;

/**
 * The same to the bit, in SIMD, in blocks of registers.
 * @param team the kernels, called in all threads
 * @param threads how many threads those are
 */
export function wasm(calls: Calls, suffix: Suffix, team: TeamCalls, threads: number): MatmulKernels {
  const needed = threads * MATMUL_WORKSPACE_BYTES;
  function checkWorkspace(workspace: Tensor<"uint8">): void {
    if (workspace.size < needed) {
      throw new ShapeError(`matmul: workspace has ${workspace.size} bytes, expected at least ${needed}.`);
    }
  }
  /** The kernels for a product of this size: those of this thread, or of all threads. */
  const callers = (m: number, n: number, k: number) =>
    m * n * k < TEAM_MULTIPLICATIONS ? calls : team.calls;
  function multiply(
    [m, n, k]: Sizes,
    rectify: boolean,
    ...[y, x, w, bias, workspace]: [Tensor, Tensor, Tensor, Tensor | 0, Tensor<"uint8">]
  ): void {
    checkWorkspace(workspace);
    const { [`matmul${suffix}` as const]: kernel } = m > FEW_ROWS ? callers(m, n, k) : calls;
    kernel({ y, x, w, bias, m, n, k, rectify, workspace });
  }
  return {
    multiply: (y, x, w, workspace) => multiply(checkMultiply(y, x, w), false, y, x, w, 0, workspace),
    multiplyBias(y, x, w, bias, workspace) {
      multiply(checkBias("matmul.multiplyBias", y, x, w, bias), false, y, x, w, bias, workspace);
    },
    multiplyBiasRelu(y, x, w, bias, workspace) {
      multiply(checkBias("matmul.multiplyBiasRelu", y, x, w, bias), true, y, x, w, bias, workspace);
    },
    transposedA(dw, x, dy, workspace) {
      const [m, n, k] = checkTransposedA(dw, x, dy);
      checkWorkspace(workspace);
      callers(m, n, k)[`matmulTransposedA${suffix}`]({ dw, x, dy, m, n, k, workspace });
    },
    transposedB(dx, dy, w, workspace) {
      const [m, n, k] = checkTransposedB(dx, dy, w);
      checkWorkspace(workspace);
      callers(m, n, k)[`matmulTransposedB${suffix}`]({ dx, dy, w, m, n, k, workspace });
    },
  };
}
