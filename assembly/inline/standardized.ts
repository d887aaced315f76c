/**
 * Floats, standardised: ((v · scale[0] + shift[0]) + shift[1]) · scale[1]. The second scale and shift are `row` bytes behind the
 * first.
 */

export function standardizedFloat<T>(v: T, scale: usize, shift: usize, row: usize): T {
  return <T>((v * load<T>(scale) + load<T>(shift) + load<T>(shift + row)) * load<T>(scale + row));
}

/** The same of a vector, one feature in every lane. */
export function standardizedFloats<T>(v: v128, scale: usize, shift: usize, row: usize): v128 {
  const centred = v128.add<T>(v128.mul<T>(v, v128.load(scale)), v128.load(shift));
  return v128.mul<T>(v128.add<T>(centred, v128.load(shift + row)), v128.load(scale + row));
}

/** Feature f of a sample's bytes or float32 (`S`), standardised; `row` bytes from the first factors to the second. */
export function standardized<S>(from: usize, scale: usize, shift: usize, row: usize, f: usize): f32 {
  const v = <f32>load<S>(from + f * sizeof<S>());
  const at = f << 2;
  if (sizeof<S>() == 4) return standardizedFloat<f32>(v, scale + at, shift + at, row);
  return v * load<f32>(scale + at) + load<f32>(shift + at);
}
