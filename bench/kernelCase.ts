/**
 * A case of the benchmark for one kernel. The wasm kernel and its counterpart in plain JavaScript get the same numbers,
 * each in memory of its own. The results are checked before anything is timed.
 */
import { wasmBackend } from "../src/backend/index.ts";
import { type Kernels, referenceKernels } from "../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../src/kernels/matmul.ts";
import { Random } from "../src/random.ts";
import { type ArrayOf, type DType, Region, type Tensor } from "../src/tensor.ts";
import { alternate, type Effort, sliceOf, type Timing } from "./timing.ts";

/** A tensor for the kernels, and an array with the same numbers for the baseline. */
export interface Operand<D extends DType> {
  readonly tensor: Tensor<D>;
  readonly array: ArrayOf[D];
}

/** Two ways to do the same, with the operands that each writes. */
export interface Contest {
  readonly wasm: (kernels: Kernels) => void;
  readonly js: () => void;
  readonly outputs: readonly Operand<DType>[];
  /** Begins again, if successive calls work on different operands. */
  readonly rewind?: () => void;
}

export interface KernelCase {
  /** "matmul.multiply 100x3072x50". */
  readonly name: string;
  /** Additions, multiplications and comparisons of a call, if their number says something. */
  readonly flops?: number;
  setup(operands: Operands): Contest;
}

/** Makes the operands of a case, from seeded numbers. */
export class Operands {
  readonly random = new Random(1, "bench");
  readonly region = new Region();
  readonly all: Operand<DType>[] = [];

  /** Numbers from −1 to 1, or what `value` gives. */
  float32(
    rows: number,
    columns: number,
    value: () => number = () => 2 * this.random.uniform() - 1,
  ): Operand<"float32"> {
    return this.#operand("float32", rows, columns, new Float32Array(rows * columns).map(value));
  }

  /** Zeros, for results. */
  float64(rows: number, columns: number): Operand<"float64"> {
    return this.#operand("float64", rows, columns, new Float64Array(rows * columns));
  }

  /** Integers below `bound`. */
  uint8(rows: number, columns: number, bound = 256): Operand<"uint8"> {
    const array = new Uint8Array(rows * columns);
    if (bound === 256 && array.length % 4 === 0) {
      // All bits of a random word are used, as there are many samples.
      const words = new Uint32Array(array.buffer);
      for (let i = 0; i < words.length; i++) words[i] = this.random.uint32();
    } else {
      for (let i = 0; i < array.length; i++) array[i] = (this.random.uint32() >>> 8) % bound;
    }
    return this.#operand("uint8", rows, columns, array);
  }

  /** Integers below `bound`. */
  uint32(rows: number, columns: number, bound: number): Operand<"uint32"> {
    const array = new Uint32Array(rows * columns).map(() => this.random.below(bound));
    return this.#operand("uint32", rows, columns, array);
  }

  /** The kernels' room for packed blocks; the baseline has its own. */
  workspace(): Tensor<"uint8"> {
    return this.bytes(MATMUL_WORKSPACE_BYTES);
  }

  /** Room that only the kernels need. */
  bytes(count: number): Tensor<"uint8"> {
    return this.region.tensor("uint8", 1, count);
  }

  #operand<D extends DType>(dtype: D, rows: number, columns: number, array: ArrayOf[D]): Operand<D> {
    const operand = { tensor: this.region.tensor(dtype, rows, columns), array };
    this.all.push(operand as unknown as Operand<DType>);
    return operand;
  }
}

/** With more operations than this, the definition is too slow, and the check is against the baseline alone. */
const MOST_REFERENCE_FLOPS = 1e9;
/** How much the baseline may differ, relative to the largest number. It adds in doubles and in another order. */
export const TOLERANCE = 1e-4;

/** A case, checked and ready to run. */
export interface PreparedCase {
  readonly wasm: () => void;
  readonly js: () => void;
  /** Reads what both have written, so that no work can be optimised away. */
  readonly sum: () => number;
}

/**
 * Sets a case up in a memory of its own and runs both contenders once.
 * @throws Error if wasm's results do not have the definition's bits, or the baseline's differ by more than TOLERANCE
 */
export async function prepare({ name, flops = 0, setup }: KernelCase): Promise<PreparedCase> {
  const operands = new Operands();
  const contest = setup(operands);
  const { region, all } = operands;
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, "float32");
  region.bind(buffer, base);
  const initial = contest.outputs.map(({ array }) => array.slice());
  const reset = () => {
    for (const { tensor, array } of all) tensor.data.set(array);
    contest.outputs.forEach(({ tensor }, i) => {
      tensor.data.set(initial[i]!);
    });
    contest.rewind?.();
  };
  reset();
  contest.wasm(kernels);
  const results = contest.outputs.map(({ tensor }) => tensor.data.slice());
  if (flops <= MOST_REFERENCE_FLOPS) {
    reset();
    contest.wasm(referenceKernels);
    contest.outputs.forEach(({ tensor }, i) => {
      if (!sameBits(results[i]!, tensor.data)) {
        throw new Error(`${name}: output ${i} of the wasm kernel is not the definition's. Run npm test.`);
      }
    });
  }
  reset();
  contest.js();
  contest.outputs.forEach(({ array }, i) => {
    const difference = relativeDifference(results[i]!, array);
    if (!(difference <= TOLERANCE)) {
      throw new Error(
        `${name}: output ${i} of the baseline differs from the wasm kernel's by ${difference} of the largest ` +
          `number, expected at most ${TOLERANCE}. Correct bench/baseline.`,
      );
    }
  });
  reset();
  return {
    wasm: () => contest.wasm(kernels),
    js: contest.js,
    sum: () => contest.outputs.reduce((sum, { tensor, array }) => sum + tensor.data[0]! + array[0]!, 0),
  };
}

function sameBits(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytes(a).equals(bytes(b));
}

/** max |a − b| / max |a|; NaN if one of the numbers is NaN. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(a[i]!));
  }
  return difference === 0 ? 0 : difference / largest;
}

/**
 * Measures the times of the wasm kernel and of the baseline.
 * @throws Error if the results are wrong before the clock runs, or are not numbers afterwards
 */
export async function measureKernel(kernelCase: KernelCase, effort: Effort): Promise<[Timing, Timing]> {
  const { wasm, js, sum } = await prepare(kernelCase);
  const timings = await alternate([sliceOf(wasm), sliceOf(js)], effort);
  if (!Number.isFinite(sum())) {
    throw new Error(`${kernelCase.name}: repeated calls lead to ${sum()}. Choose operands that stay finite.`);
  }
  return timings;
}
