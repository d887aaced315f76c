/**
 * `npm run bench -- --sweep`: the speed of the three matrix products against their size, in either precision. A size
 * that is much slower than both of its neighbours is a dip: a tail or a block edge that the kernels handle badly.
 */
import { wasmBackend } from "../src/backend/index.ts";
import type { Kernels } from "../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../src/kernels/matmul.ts";
import { Random } from "../src/random.ts";
import { type Precision, Region, type Tensor } from "../src/tensor.ts";
import { digits, formatTable } from "./table.ts";
import { sliceOf } from "./timing.ts";

export const PRODUCTS = ["multiply", "transposedA", "transposedB"] as const;
export type Product = (typeof PRODUCTS)[number];
export const PRECISIONS: readonly Precision[] = ["float32", "float64"];

/** A layer's sizes: n samples, inputs, outputs. */
type Size = readonly [n: number, inputs: number, outputs: number];

export interface Ladder {
  /** The name: "cubes". */
  readonly name: string;
  /** The meaning of the rungs: "n = inputs = outputs". */
  readonly axis: string;
  readonly rungs: readonly number[];
  size(rung: number): Size;
}

/** Powers of two and the numbers beside them, where tiles and blocks end, with round and odd numbers between. */
const CUBES = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 24, 25, 31, 32, 33, 40, 48, 50, 63, 64, 65, 80, 96, 100, 127,
  128, 129, 160, 192, 200, 255, 256, 257, 320, 384, 500, 511, 512, 513, 640, 768, 1000, 1023, 1024, 1025,
  1536, 2047, 2048,
];
const BATCHES = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 25, 32, 33, 50, 64, 65, 100, 101, 128, 129, 200, 256, 257, 400, 512,
  513, 1000, 1024, 1025, 2048, 4096,
];
const NARROW = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 20, 21, 24, 25, 28, 30, 31, 32, 33, 36, 40, 41, 48,
  50, 51, 56, 60, 63, 64,
];

export const LADDERS: readonly Ladder[] = [
  { name: "cubes", axis: "n = inputs = outputs", rungs: CUBES, size: (n) => [n, n, n] },
  { name: "batch of 3072x50", axis: "n", rungs: BATCHES, size: (n) => [n, 3072, 50] },
  { name: "batch of 1024x1024", axis: "n", rungs: BATCHES, size: (n) => [n, 1024, 1024] },
  { name: "batch of 1024x10", axis: "n", rungs: BATCHES, size: (n) => [n, 1024, 10] },
  { name: "outputs of 100x3072", axis: "outputs", rungs: NARROW, size: (outputs) => [100, 3072, outputs] },
];

/** GFLOP/s of every rung, the best of the passes. */
export interface Curve {
  readonly product: Product;
  readonly precision: Precision;
  readonly gflops: readonly number[];
}

export interface Sweep {
  readonly ladder: string;
  readonly axis: string;
  readonly rungs: readonly number[];
  readonly curves: readonly Curve[];
}

export interface SweepEffort {
  /** Seconds of a rung in a pass; at least one call. */
  readonly slice: number;
  /** How often a ladder is climbed. Several times are needed, so that another program's minute does not look like a dip. */
  readonly passes: number;
  /** Sizes of more operations than this are left out. */
  readonly mostFlops: number;
}

export const fullSweep: SweepEffort = { slice: 0.01, passes: 5, mostFlops: Infinity };
export const quickSweep: SweepEffort = { slice: 0.001, passes: 2, mostFlops: 3e8 };

/** A rung slower than this share of the slower one of its neighbours is a dip. */
const DIP = 0.8;

/** How often a possible dip is measured again, as it may only be another program's turn. */
const DOUBTS = 10;

/** The indices of the dips. The ends, which have only one neighbour, are never dips. */
export function dips(gflops: readonly number[]): number[] {
  return gflops.flatMap((rate, i) =>
    i > 0 && i < gflops.length - 1 && rate < DIP * Math.min(gflops[i - 1]!, gflops[i + 1]!) ? [i] : [],
  );
}

const flopsOf = ([n, inputs, outputs]: Size) => 2 * n * inputs * outputs;

/** Numbers from −1 to 1, none of them 0. */
function fill(tensor: Tensor, random: Random): void {
  const { data } = tensor;
  const first = data.subarray(0, 1021);
  for (let i = 0; i < first.length; i++) first[i] = 2 * random.uniform() - 1;
  for (let filled = first.length; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
}

/** The call of a product, on operands in `region`, which is bound before it is called. */
function callOf(
  product: Product,
  precision: Precision,
  [n, inputs, outputs]: Size,
  region: Region,
  workspace: Tensor<"uint8">,
): { call: (kernels: Kernels) => void; operands: Tensor[] } {
  const shapes: Record<Product, readonly (readonly [number, number])[]> = {
    multiply: [
      [n, outputs],
      [n, inputs],
      [inputs, outputs],
    ],
    transposedA: [
      [inputs, outputs],
      [n, inputs],
      [n, outputs],
    ],
    transposedB: [
      [n, inputs],
      [n, outputs],
      [inputs, outputs],
    ],
  };
  const [c, a, b] = shapes[product].map(([rows, columns]) => region.tensor(precision, rows, columns));
  return {
    call: ({ matmul }) => matmul[product](c!, a!, b!, workspace),
    operands: [a!, b!],
  };
}

async function measureCurve(
  { name, size }: Ladder,
  rungs: readonly number[],
  product: Product,
  precision: Precision,
  { slice, passes }: SweepEffort,
): Promise<Curve> {
  const region = new Region();
  const workspace = region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES);
  const sizes = rungs.map(size);
  const calls = sizes.map((each) => callOf(product, precision, each, region, workspace));
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
  region.bind(buffer, base);
  const random = new Random(1, "sweep", name);
  for (const operand of calls.flatMap(({ operands }) => operands)) fill(operand, random);
  const slices = calls.map(({ call }) => sliceOf(() => call(kernels)));
  const gflops = sizes.map(() => 0);
  const measure = async (i: number) => {
    gflops[i] = Math.max(gflops[i]!, flopsOf(sizes[i]!) / (await slices[i]!(slice)) / 1e9);
  };
  for (let pass = 0; pass < passes; pass++) {
    for (const i of sizes.keys()) await measure(i);
    // Code that V8 has compiled in the background is swapped in when the event loop gets its turn.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (let doubt = 0; doubt < DOUBTS; doubt++) {
    for (const i of dips(gflops)) await measure(i);
  }
  return { product, precision, gflops };
}

/** Measures every product in either precision at all rungs of a ladder. */
export async function measureSweep(ladder: Ladder, effort: SweepEffort): Promise<Sweep> {
  const { name, axis, size } = ladder;
  const rungs = ladder.rungs.filter((rung) => flopsOf(size(rung)) <= effort.mostFlops);
  const curves: Curve[] = [];
  for (const precision of PRECISIONS) {
    for (const product of PRODUCTS)
      curves.push(await measureCurve(ladder, rungs, product, precision, effort));
  }
  return { ladder: name, axis, rungs, curves };
}

/** The table of GFLOP/s by size, in which dips are marked. If there are any, a note explains them. */
export function sweepTable({ ladder, axis, rungs, curves }: Sweep): string {
  const marks = curves.map(({ gflops }) => new Set(dips(gflops)));
  const header = [
    axis,
    ...curves.map(({ product, precision }) => `${product} ${precision.replace("float", "f")}`),
  ];
  const rows = rungs.map((rung, i) => [
    String(rung),
    ...curves.map(({ gflops }, curve) => `${marks[curve]!.has(i) ? "▼ " : ""}${digits(gflops[i]!)}`),
  ]);
  const count = marks.reduce((sum, { size }) => sum + size, 0);
  const note =
    count === 0
      ? "No dips."
      : `▼ ${count} ${count === 1 ? "dip" : "dips"}: below ${DIP} of the slower one of the neighbours.`;
  return `${ladder}, GFLOP/s\n${formatTable(header, rows)}\n${note}`;
}
