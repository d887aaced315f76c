/** exp and log of every element. */
import { exp, expf, log, logf } from "../math.ts";
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface ElementaryKernels {
  /** y = e^x. @param y the shape of x, written; may be `x` */
  exp(y: Tensor, x: Tensor): void;
  /** y = log x, the natural logarithm. @param y the shape of x, written; may be `x` */
  log(y: Tensor, x: Tensor): void;
}

export const signatures = signaturesOf<ElementaryKernels>()({
  exp: "write y, read x",
  log: "write y, read x",
});

/** The definition: `src/math.ts`, where errors and special values are stated. */
export const reference: ElementaryKernels = {
  exp(y, x) {
    expectShape("elementary.exp", "y", y, x.rows, x.columns);
    const f = x.dtype === "float32" ? expf : exp;
    for (let i = 0; i < x.size; i++) y.data[i] = f(x.data[i]!);
  },
  log(y, x) {
    expectShape("elementary.log", "y", y, x.rows, x.columns);
    const f = x.dtype === "float32" ? logf : log;
    for (let i = 0; i < x.size; i++) y.data[i] = f(x.data[i]!);
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): ElementaryKernels {
  const expAll = calls[`exp${suffix}`];
  const logAll = calls[`log${suffix}`];
  return {
    exp(y, x) {
      expectShape("elementary.exp", "y", y, x.rows, x.columns);
      expAll({ y, x, n: x.size });
    },
    log(y, x) {
      expectShape("elementary.log", "y", y, x.rows, x.columns);
      logAll({ y, x, n: x.size });
    },
  };
}
