/** Activations that need more than a comparison, and their derivatives: functions of each number. */
import {
  exp,
  expf,
  expm1,
  expm1f,
  type Normal,
  normal,
  normalf,
  sigmoid,
  sigmoidf,
  tanh,
  tanhf,
} from "../math.ts";
import { expectShape, type Precision, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

/** What functions are made of, in one precision. */
interface Arithmetic {
  /** Rounds a result; every operation has its own rounding. */
  readonly round: (x: number) => number;
  readonly exp: (x: number) => number;
  readonly expm1: (x: number) => number;
  readonly sigmoid: (x: number) => number;
  readonly tanh: (x: number) => number;
  readonly normal: (x: number) => Normal;
  /** Beyond it, e^−|x| is 0: where an infinity would be multiplied by it, this number is, as the limit is finite. */
  readonly bound: number;
}

const arithmetics: Readonly<Record<Precision, Arithmetic>> = {
  float32: {
    ...{ round: rounding("float32"), exp: expf, expm1: expm1f },
    ...{ sigmoid: sigmoidf, tanh: tanhf, normal: normalf, bound: 128 },
  },
  float64: { round: rounding("float64"), exp, expm1, sigmoid, tanh, normal, bound: 1024 },
};

interface Definition {
  /** Whether the derivative is computed from the function's argument x, or from its value y. */
  readonly from: "x" | "y";
  readonly value: (x: number, arithmetic: Arithmetic) => number;
  /** The derivative, from x or from y. */
  readonly slope: (at: number, arithmetic: Arithmetic) => number;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_DEPTH = 1.7580993408473766;
const DENSITY = 0.3989422804014327; // 1 / √(2π)

/** e^x of Mish, with w = e · (e + 2): tanh(log(1 + e)) = w / (w + 2), which is 1 from x = 20 on. */
function mishParts(x: number, { round, exp, bound }: Arithmetic) {
  const c = Math.min(Math.max(x, -bound), 20);
  const e = exp(c);
  const w = round(e * round(e + 2));
  return { c, e, w, d: round(w + 2) };
}

/**
 * The definitions. Errors over the whole float32 range, in ulps of float32: gelu and mish < 5, silu < 3.5, sigmoid and tanh
 * < 3, selu < 2; or 2^-142, where gelu, mish and silu multiply x by a denormal. Errors of the derivatives, which have zeros:
 * < 1.2e-6. At ±Infinity each has its limit. A NaN passes.
 */
const definitions = {
  /** x · Φ(x), Φ being the normal distribution: ½ · x · (1 + erf(x / √2)), not one of its approximations. */
  gelu: {
    from: "x",
    value: (x, { round, normal, bound }) => round(Math.max(x, -bound) * normal(x).below),
    slope: (x, { round, normal, bound }) => {
      const { below, bell } = normal(x);
      const c = Math.min(Math.max(x, -bound), bound);
      return round(below + round(c * round(round(DENSITY) * bell)));
    },
  },
  /** x · tanh(log(1 + e^x)). */
  mish: {
    from: "x",
    value: (x, arithmetic) => {
      const { round, bound } = arithmetic;
      const { w, d } = mishParts(x, arithmetic);
      return round(Math.max(x, -bound) * round(w / d));
    },
    slope: (x, arithmetic) => {
      const { round } = arithmetic;
      const { c, e, w, d } = mishParts(x, arithmetic);
      const change = round(round(4 * e) * round(e + 1));
      return round(round(w / d) + round(c * round(round(change / d) / d)));
    },
  },
  /** λ · x for x > 0, else λ · α · (e^x − 1). The derivative at 0 is λ · α. */
  selu: {
    from: "y",
    value: (x, { round, expm1 }) =>
      x > 0 ? round(round(SELU_SCALE) * x) : round(round(SELU_DEPTH) * expm1(x)),
    slope: (y, { round }) => (y > 0 ? round(SELU_SCALE) : round(y + round(SELU_DEPTH))),
  },
  /** 1 / (1 + e^−x). */
  sigmoid: {
    from: "y",
    value: (x, { sigmoid }) => sigmoid(x),
    slope: (y, { round }) => round(y * round(1 - y)),
  },
  /** x / (1 + e^−x). */
  silu: {
    from: "x",
    value: (x, { round, sigmoid, bound }) => round(Math.max(x, -bound) * sigmoid(x)),
    slope: (x, { round, sigmoid, bound }) => {
      const c = Math.min(Math.max(x, -bound), bound);
      const s = sigmoid(c);
      return round(s * round(1 + round(c * round(1 - s))));
    },
  },
  tanh: {
    from: "y",
    value: (x, { tanh }) => tanh(x),
    slope: (y, { round }) => round(round(1 - y) * round(1 + y)),
  },
} as const satisfies Readonly<Record<string, Definition>>;

/** The activations that these kernels compute. */
export type ActivationFunction = keyof typeof definitions;
export const activationFunctions = Object.keys(definitions) as ActivationFunction[];

/** Whether the derivative of an activation is computed from its argument x, or from its value y. */
export const derivedFrom = (name: ActivationFunction): "x" | "y" => definitions[name].from;

export interface ActivationKernels {
  /**
   * y = f(x), element by element.
   * @param y the shape of x, written; may be `x`
   * @param name the function f
   * @throws ShapeError if y's shape is not x's
   */
  forward(y: Tensor, x: Tensor, name: ActivationFunction): void;
  /**
   * dx = dy · f′, element by element.
   * @param dx the shape of `at`, written; may be `dy`
   * @param dy the shape of `at`
   * @param at x or y, as {@link derivedFrom} says
   * @param name the function f
   */
  backward(dx: Tensor, dy: Tensor, at: Tensor, name: ActivationFunction): void;
}

export const signatures = signaturesOf<ActivationKernels>()({
  forward: "write y, read x, value name",
  backward: "write dx, read dy, read at, value name",
});

function checkForward(y: Tensor, x: Tensor): number {
  expectShape("activation.forward", "y", y, x.rows, x.columns);
  return x.size;
}

function checkBackward(dx: Tensor, dy: Tensor, at: Tensor): number {
  expectShape("activation.backward", "dx", dx, at.rows, at.columns);
  expectShape("activation.backward", "dy", dy, at.rows, at.columns);
  return at.size;
}

/** The definition. */
export const reference: ActivationKernels = {
  forward(y, x, name) {
    const n = checkForward(y, x);
    const { value }: Definition = definitions[name];
    const arithmetic = arithmetics[x.dtype];
    for (let i = 0; i < n; i++) y.data[i] = value(x.data[i]!, arithmetic);
  },
  backward(dx, dy, at, name) {
    const n = checkBackward(dx, dy, at);
    const { slope }: Definition = definitions[name];
    const arithmetic = arithmetics[at.dtype];
    for (let i = 0; i < n; i++) dx.data[i] = dy.data[i]! * slope(at.data[i]!, arithmetic);
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): ActivationKernels {
  return {
    forward(y, x, name) {
      const n = checkForward(y, x);
      calls[`${name}Forward${suffix}`]({ y, x, n });
    },
    backward(dx, dy, at, name) {
      const n = checkBackward(dx, dy, at);
      calls[`${name}Backward${suffix}`]({ dx, dy, at, n });
    },
  };
}
