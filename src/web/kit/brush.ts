/** Strokes on a sheet of pixels. */

export interface Brush {
  /** In pixels of the sheet. */
  readonly radius: number;
  /** 1 draws, 0 erases. */
  readonly ink: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The distance of a point from the line between two others. */
function distance({ x, y }: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
  const [px, py] = [from.x + along * dx - x, from.y + along * dy - y];
  return Math.sqrt(px * px + py * py);
}

/** The sheet (size × size, row by row) with a stroke from one place to another, whose edge is soft over a pixel. */
export function brushed(
  sheet: Float32Array,
  size: number,
  from: Place,
  to: Place,
  { radius, ink }: Brush,
): Float32Array {
  const next = sheet.slice();
  const reach = radius + 1;
  const clamp = (value: number) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  for (let y = clamp(Math.min(from.y, to.y) - reach); y <= clamp(Math.max(from.y, to.y) + reach); y++) {
    for (let x = clamp(Math.min(from.x, to.x) - reach); x <= clamp(Math.max(from.x, to.x) + reach); x++) {
      const strength = Math.min(
        1,
        Math.max(0, radius + 0.5 - distance({ x: x + 0.5, y: y + 0.5 }, from, to)),
      );
      const i = y * size + x;
      next[i] = ink === 0 ? next[i]! * (1 - strength) : Math.max(next[i]!, ink * strength);
    }
  }
  return next;
}
