/** A bias on a row of a matrix, which several kernels share; not exported to the host. */
import { lanes, loadPartial, storePartial } from "./lanes";
import { AsTheyAre, Rectified, rectified } from "./rectified";

/** y[j] = x[j] + bias[j], d elements, or if that is neither positive nor NaN and `rectify`, 0. y may be x. */
export function addBiasToRow<T>(y: usize, x: usize, bias: usize, d: i32, rectify: bool): void {
  if (rectify) addToRow<T, Rectified>(y, x, bias, d);
  else addToRow<T, AsTheyAre>(y, x, bias, d);
}

/** The sum as R says. */
function summed<T, R>(x: v128, bias: v128): v128 {
  const sum = v128.add<T>(x, bias);
  return sizeof<R>() == sizeof<Rectified>() ? rectified<T>(sum) : sum;
}

function addToRow<T, R>(y: usize, x: usize, bias: usize, d: i32): void {
  const bytes = <usize>d * sizeof<T>();
  const pairs = x + (bytes & ~31);
  for (; x < pairs; x += 32) {
    const a = summed<T, R>(v128.load(x), v128.load(bias));
    const b = summed<T, R>(v128.load(x, 16), v128.load(bias, 16));
    v128.store(y, a);
    v128.store(y, b, 16);
    y += 32;
    bias += 32;
  }
  if (bytes & 16) {
    v128.store(y, summed<T, R>(v128.load(x), v128.load(bias)));
    x += 16;
    y += 16;
    bias += 16;
  }
  const left = d & (lanes<T>() - 1);
  if (left) storePartial<T>(y, summed<T, R>(loadPartial<T>(x, left), loadPartial<T>(bias, left)), left);
}
