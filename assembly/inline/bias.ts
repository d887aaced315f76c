/** A bias on a row of a matrix, which several kernels share; not exported to the host. */
import { lanes, loadPartial, storePartial } from "./lanes";
import { rectified } from "./rectified";

/** y[j] = x[j] + bias[j], d elements, or if that is neither positive nor NaN and `rectify`, 0. y may be x. */
export function addBiasToRow<T>(y: usize, x: usize, bias: usize, d: i32, rectify: bool): void {
  const full = (<usize>d * sizeof<T>()) & ~15;
  let at: usize = 0;
  for (; at != full; at += 16) {
    const sum = v128.add<T>(v128.load(x + at), v128.load(bias + at));
    v128.store(y + at, rectify ? rectified<T>(sum) : sum);
  }
  const left = d & (lanes<T>() - 1);
  if (left == 0) return;
  const sum = v128.add<T>(loadPartial<T>(x + at, left), loadPartial<T>(bias + at, left));
  storePartial<T>(y + at, rectify ? rectified<T>(sum) : sum, left);
}
