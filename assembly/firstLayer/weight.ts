/** The first layer's weight in pairs of units, [⌈units/2⌉][d][2]: as matmul/pack.ts packs an A. */

/** pairs ← w (d, units), row-major. */
export function firstLayerPack(pairs: usize, w: usize, d: i32, units: i32): void {
  const row = (<usize>units) << 2;
  for (let u = 0; u < units; u += 2) {
    let from = w + ((<usize>u) << 2);
    const hasOther = u + 1 < units;
    for (let f = 0; f < d; f++) {
      store<f32>(pairs, load<f32>(from));
      store<f32>(pairs, hasOther ? load<f32>(from, 4) : 0, 4);
      pairs += 8;
      from += row;
    }
  }
}

/** w (d, units), row-major ← pairs. */
export function firstLayerUnpack(w: usize, pairs: usize, d: i32, units: i32): void {
  const row = (<usize>units) << 2;
  for (let u = 0; u < units; u += 2) {
    let to = w + ((<usize>u) << 2);
    const hasOther = u + 1 < units;
    for (let f = 0; f < d; f++) {
      store<f32>(to, load<f32>(pairs));
      if (hasOther) store<f32>(to, load<f32>(pairs, 4), 4);
      pairs += 8;
      to += row;
    }
  }
}
