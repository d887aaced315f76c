/** Bounds beyond which e^−|x| is 0, for functions whose products of an infinity and 0 would be NaN. NaN stays. */

/** The bound: e^−128 is 0 in float32, e^−1024 in float64. */
function bound<T>(): T {
  return sizeof<T>() == 4 ? <T>128 : <T>1024;
}

/** x, or minus the bound if that is more. */
export function atLeast<T>(x: v128): v128 {
  return v128.pmax<T>(x, v128.splat<T>(-bound<T>()));
}

/** x, between minus the bound and the bound. */
export function within<T>(x: v128): v128 {
  return v128.pmin<T>(atLeast<T>(x), v128.splat<T>(bound<T>()));
}
