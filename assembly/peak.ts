/**
 * The most that the machine's 128-bit SIMD can do: a loop of 12 independent multiply-and-add chains that live in
 * registers, against which the benchmark states what share of it a kernel reaches.
 */

/** Runs `rounds` rounds of 12 vector multiplications and 12 additions; writes their sum to `sink` (a vector). */
function peak<T>(sink: usize, rounds: i32): void {
  // x ← x · m + a converges, so that no chain overflows or becomes denormal.
  const m = v128.splat<T>(<T>0.5);
  const a = v128.splat<T>(<T>1);
  let x0 = v128.splat<T>(<T>0);
  let x1 = v128.splat<T>(<T>1);
  let x2 = v128.splat<T>(<T>2);
  let x3 = v128.splat<T>(<T>3);
  let x4 = v128.splat<T>(<T>4);
  let x5 = v128.splat<T>(<T>5);
  let x6 = v128.splat<T>(<T>6);
  let x7 = v128.splat<T>(<T>7);
  let x8 = v128.splat<T>(<T>8);
  let x9 = v128.splat<T>(<T>9);
  let x10 = v128.splat<T>(<T>10);
  let x11 = v128.splat<T>(<T>11);
  while (rounds > 0) {
    x0 = v128.add<T>(v128.mul<T>(x0, m), a);
    x1 = v128.add<T>(v128.mul<T>(x1, m), a);
    x2 = v128.add<T>(v128.mul<T>(x2, m), a);
    x3 = v128.add<T>(v128.mul<T>(x3, m), a);
    x4 = v128.add<T>(v128.mul<T>(x4, m), a);
    x5 = v128.add<T>(v128.mul<T>(x5, m), a);
    x6 = v128.add<T>(v128.mul<T>(x6, m), a);
    x7 = v128.add<T>(v128.mul<T>(x7, m), a);
    x8 = v128.add<T>(v128.mul<T>(x8, m), a);
    x9 = v128.add<T>(v128.mul<T>(x9, m), a);
    x10 = v128.add<T>(v128.mul<T>(x10, m), a);
    x11 = v128.add<T>(v128.mul<T>(x11, m), a);
    rounds--;
  }
  x0 = v128.add<T>(v128.add<T>(v128.add<T>(x0, x1), v128.add<T>(x2, x3)), v128.add<T>(x4, x5));
  x6 = v128.add<T>(v128.add<T>(v128.add<T>(x6, x7), v128.add<T>(x8, x9)), v128.add<T>(x10, x11));
  v128.store(sink, v128.add<T>(x0, x6));
}

export function peakF32(sink: usize, rounds: i32): void {
  peak<f32>(sink, rounds);
}
export function peakF64(sink: usize, rounds: i32): void {
  peak<f64>(sink, rounds);
}
