/**
 * How far the float32 kernels of `activation` and `elementary` are from the functions, over any float32. The truth is what
 * the float64 kernels give, whose own errors (tests/math.test.ts) are nothing to those of float32.
 */
import { wasmBackend } from "../../src/backend/index.ts";
import { type ActivationFunction, activationFunctions, derivedFrom } from "../../src/kernels/activation.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { type Precision, Region, type Tensor } from "../../src/tensor.ts";

const COUNT = 2 ** 18;

type Run = (kernels: Kernels, y: Tensor, x: Tensor) => void;

interface Bound {
  readonly run: Run;
  /** In units in the last place. */
  readonly ulps: number;
  /** What an error may be instead, whatever its ulps: x · e^x of a denormal e^x. */
  readonly floor?: number;
  readonly slope?: ActivationFunction;
}

/** The bounds that `src/math.ts` and `src/kernels/activation.ts` state. */
const elementary = (name: keyof Kernels["elementary"], ulps: number): [string, Bound] => [
  name,
  { ulps, run: (kernels, y, x) => kernels.elementary[name](y, x) },
];
const ULPS: Readonly<Record<ActivationFunction, number>> = {
  gelu: 5,
  mish: 5,
  selu: 2,
  sigmoid: 3,
  silu: 3.5,
  tanh: 3,
};
export const bounds: Readonly<Record<string, Bound>> = Object.fromEntries([
  elementary("exp", 1.1),
  elementary("expm1", 2),
  elementary("log", 1),
  elementary("log1p", 1),
  elementary("softplus", 2),
  ...activationFunctions.map((name): [string, Bound] => [
    name,
    {
      ulps: ULPS[name],
      floor: 2 ** -142,
      run: (kernels, y, x) => kernels.activation.forward(y, x, name),
      slope: name,
    },
  ]),
]);
/** The bound of the derivatives' errors, which are absolute, as they have zeros. */
export const SLOPE = 1.2e-6;

async function open(precision: Precision) {
  const region = new Region();
  const [x, y, dx] = [0, 1, 2].map(() => region.tensor(precision, 1, COUNT)) as [Tensor, Tensor, Tensor];
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
  region.bind(buffer, base);
  return { x, y, dx, kernels };
}

/**
 * Units in the last place of a float32 that are in 1, in the binade of a double: by the eleven bits of its exponent. A power of
 * two: a product with it is as exact as a quotient by the unit, and takes a tenth of the time of computing the unit.
 */
const UNITS = Float64Array.from({ length: 2 ** 11 }, (_, biased) => 2 ** -Math.max(biased - 1023 - 23, -149));

export interface Worst {
  /** The largest error in ulps, of those that are above the floor. */
  ulps: number;
  at: number;
  /** The largest error of the derivative. */
  slope: number;
  slopeAt: number;
}

/**
 * The largest errors over every `stride`-th float32 of the bits from `from` to before `to`.
 * @param onBlock is told the bits that are done
 */
export async function worstErrors(
  stride: number,
  { from = 0, to = 2 ** 32, onBlock }: { from?: number; to?: number; onBlock?: (done: number) => void } = {},
): Promise<Readonly<Record<string, Worst>>> {
  const [single, exact] = [await open("float32"), await open("float64")];
  const bits = new Uint32Array(single.x.data.buffer, single.x.data.byteOffset, COUNT);
  const worst = Object.fromEntries(
    Object.keys(bounds).map((name): [string, Worst] => [name, { ulps: 0, at: 0, slope: 0, slopeAt: 0 }]),
  );
  for (let start = from; start < to; start += stride * COUNT) {
    // The last block ends with NaN again and again.
    for (let i = 0; i < COUNT; i++) bits[i] = Math.min(start + i * stride, to - 1);
    exact.x.data.set(single.x.data);
    for (const [name, { run, floor = 0, slope }] of Object.entries(bounds)) {
      for (const side of [single, exact]) run(side.kernels, side.y, side.x);
      measure(worst[name]!, single.x.data, single.y.data, exact.y.data, floor);
      if (slope === undefined) continue;
      for (const { kernels, x, y, dx } of [single, exact]) {
        dx.data.fill(1);
        kernels.activation.backward(dx, dx, derivedFrom(slope) === "x" ? x : y, slope);
      }
      measureSlope(worst[name]!, single.x.data, single.dx.data, exact.dx.data);
    }
    onBlock?.(Math.min(start + stride * COUNT, to));
  }
  return worst;
}

type Numbers = Tensor["data"];

/** The loop of a measurement does what most numbers need; what is not within the worst so far is looked at closely. */
function measure(worst: Worst, x: Numbers, y: Numbers, truth: Numbers, floor: number): void {
  const words = new Uint32Array(truth.buffer, truth.byteOffset, 2 * truth.length);
  let most = worst.ulps;
  for (let i = 0; i < x.length; i++) {
    const error = Math.abs(y[i]! - truth[i]!);
    const units = UNITS[(words[2 * i + 1]! >>> 20) & 0x7ff]!;
    if (error * units <= most || error <= floor) continue;
    const ulps = ulpsBetween(y[i]!, truth[i]!, floor, units);
    if (ulps <= most) continue;
    most = ulps;
    Object.assign(worst, { ulps, at: x[i] });
  }
}

function ulpsBetween(y: number, truth: number, floor: number, units: number): number {
  if (Object.is(y, truth) || (y === Infinity && Math.fround(truth) === Infinity)) return 0;
  // An infinity stands for the number after the largest.
  const error = Math.abs((y === Infinity ? 2 ** 128 : y) - truth);
  if (Number.isNaN(error)) return Infinity;
  return error <= floor ? 0 : error * units;
}

function measureSlope(worst: Worst, x: Numbers, slope: Numbers, truth: Numbers): void {
  let most = worst.slope;
  for (let i = 0; i < x.length; i++) {
    const error = Math.abs(slope[i]! - truth[i]!);
    if (error <= most || Object.is(slope[i], truth[i])) continue;
    most = Number.isNaN(error) ? Infinity : error;
    Object.assign(worst, { slope: most, slopeAt: x[i] });
  }
}
