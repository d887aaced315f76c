/** exp, log and what follows from them, of every element. */
import { exp, expf, expm1, expm1f, log, log1p, log1pf, logf, softplus, softplusf } from "../math.ts";
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

/** y = f(x). @param y the shape of x, written; may be `x` */
type Elementary = (y: Tensor, x: Tensor) => void;

export interface ElementaryKernels {
  /** y = e^x. @param y the shape of x, written; may be `x` */
  exp: Elementary;
  /** y = e^x − 1, exact near 0. @param y the shape of x, written; may be `x` */
  expm1: Elementary;
  /** y = log x, the natural logarithm. @param y the shape of x, written; may be `x` */
  log: Elementary;
  /** y = log(1 + x), exact near 0. @param y the shape of x, written; may be `x` */
  log1p: Elementary;
  /** y = log(1 + e^x). @param y the shape of x, written; may be `x` */
  softplus: Elementary;
}

export const signatures = signaturesOf<ElementaryKernels>()({
  exp: "write y, read x",
  expm1: "write y, read x",
  log: "write y, read x",
  log1p: "write y, read x",
  softplus: "write y, read x",
});

function define(name: string, double: (x: number) => number, single: (x: number) => number): Elementary {
  return (y, x) => {
    expectShape(`elementary.${name}`, "y", y, x.rows, x.columns);
    const f = x.dtype === "float32" ? single : double;
    for (let i = 0; i < x.size; i++) y.data[i] = f(x.data[i]!);
  };
}

/** The definition: `src/math.ts`, where errors and special values are stated. */
export const reference: ElementaryKernels = {
  exp: define("exp", exp, expf),
  expm1: define("expm1", expm1, expm1f),
  log: define("log", log, logf),
  log1p: define("log1p", log1p, log1pf),
  softplus: define("softplus", softplus, softplusf),
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): ElementaryKernels {
  const bind = (name: keyof ElementaryKernels): Elementary => {
    const call = calls[`${name}${suffix}`];
    return (y, x) => {
      expectShape(`elementary.${name}`, "y", y, x.rows, x.columns);
      call({ y, x, n: x.size });
    };
  };
  return {
    exp: bind("exp"),
    expm1: bind("expm1"),
    log: bind("log"),
    log1p: bind("log1p"),
    softplus: bind("softplus"),
  };
}
