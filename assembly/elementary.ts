/**
 * y[i] = f(x[i]) over n elements, for exp, log, expm1 (e^x − 1), log1p (log(1 + x)) and softplus (log(1 + e^x)); y may be x.
 * Errors and special values: `src/math.ts`.
 */
import { exp, expm1, log, log1p, softplus } from "./inline/elementary";
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

export function expm1All<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, expm1<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function log1pAll<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, log1p<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function softplusAll<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, softplus<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}
