/**
 * y[i] = exp(x[i]) and y[i] = log(x[i]) over n elements; y may be x. Errors and special values: `src/math.ts`.
 */
import { exp, log } from "./inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

export function expAll<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, exp<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function logAll<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, log<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}
