/**
 * The ten shapes of the synthetic images, as signed distances: how far inside (> 0) or outside (< 0) of its
 * outline a point lies. A distance serves every size: coverage of a pixel is the distance in pixels, plus a
 * half, cut to [0, 1].
 *
 * Shapes are about 1 in radius, around (0, 0); x points right and y down, as in the images.
 */

type Distance = (x: number, y: number) => number;

const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

const disc =
  (radius: number, centreX = 0, centreY = 0): Distance =>
  (x, y) =>
    radius - length(x - centreX, y - centreY);

/** What lies between the corners x0, y0, x1, y1, …, in either sense of rotation. */
function polygon(...corners: number[]): Distance {
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    let x0 = corners[corners.length - 2];
    let y0 = corners[corners.length - 1];
    for (let i = 0; i < corners.length; i += 2) {
      const x1 = corners[i];
      const y1 = corners[i + 1];
      const edgeX = x1 - x0;
      const edgeY = y1 - y0;
      const along = ((x - x0) * edgeX + (y - y0) * edgeY) / (edgeX * edgeX + edgeY * edgeY);
      const t = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, length(x - x0 - t * edgeX, y - y0 - t * edgeY));
      // A ray to the right crosses the outline an odd number of times from inside.
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / edgeY) * edgeX) inside = !inside;
      x0 = x1;
      y0 = y1;
    }
    return inside ? nearest : -nearest;
  };
}

const either =
  (...parts: Distance[]): Distance =>
  (x, y) =>
    parts.reduce((most, part) => Math.max(most, part(x, y)), -Infinity);

const without =
  (whole: Distance, hole: Distance): Distance =>
  (x, y) =>
    Math.min(whole(x, y), -hole(x, y));

const rectangle = (left: number, top: number, right: number, bottom: number): Distance =>
  polygon(left, top, right, top, right, bottom, left, bottom);

/** The classes, in the order of their labels: of about the same area, and not alike when blurred. */
const shapes: Readonly<Record<string, Distance>> = {
  ring: without(disc(1), disc(0.6)),
  // biome-ignore format: a corner a column
  cross: polygon(
    -0.3, -1, 0.3, -1, 0.3, -0.3, 1, -0.3, 1, 0.3, 0.3, 0.3,
    0.3, 1, -0.3, 1, -0.3, 0.3, -1, 0.3, -1, -0.3, -0.3, -0.3,
  ),
  triangle: polygon(0, -1, 1, 0.85, -1, 0.85),
  heart: either(
    disc(0.48, -0.43, -0.36),
    disc(0.48, 0.43, -0.36),
    polygon(0, -0.4, 0.45, -0.5, 0.85, -0.13, 0, 0.95, -0.85, -0.13, -0.45, -0.5),
  ),
  crescent: without(disc(1.05), disc(0.85, 0.52, -0.2)),
  arrow: polygon(-1.05, -0.38, 0.1, -0.38, 0.1, -0.95, 1.1, 0, 0.1, 0.95, 0.1, 0.38, -1.05, 0.38),
  hourglass: polygon(-0.9, -1, 0.9, -1, 0.12, 0, 0.9, 1, -0.9, 1, -0.12, 0),
  bars: either(rectangle(-1, -0.82, 1, -0.3), rectangle(-1, 0.3, 1, 0.82)),
  checker: either(rectangle(-0.95, -0.95, 0.02, 0.02), rectangle(-0.02, -0.02, 0.95, 0.95)),
  chevron: polygon(-1.05, 0.15, 0, -0.95, 1.05, 0.15, 1.05, 1, 0, -0.05, -1.05, 1),
};

/** The shapes of clutter. */
const scraps: readonly Distance[] = [disc(0.9), rectangle(-0.82, -0.82, 0.82, 0.82)];

export const shapeNames: readonly string[] = Object.keys(shapes);

/** Cells along a side of a shape's table: 2^TABLE_BITS. */
export const TABLE_BITS = 7;
export const TABLE_SIDE = 128;
/** Cells per unit: a table reaches from −1.28 to 1.28. */
export const CELLS_PER_UNIT = 50;
/** What a table's distances are multiplied by to be integers. */
export const DISTANCE_SCALE = 256;

/** A shape's distances at the centres of the cells, × DISTANCE_SCALE; (TABLE_SIDE, TABLE_SIDE), row-major. */
function tabulate(distance: Distance): Int16Array {
  const centre = (cell: number) => (cell + 0.5 - TABLE_SIDE / 2) / CELLS_PER_UNIT;
  const table = new Int16Array(TABLE_SIDE * TABLE_SIDE);
  for (let i = 0; i < table.length; i++) {
    const x = centre(i % TABLE_SIDE);
    const y = centre(Math.floor(i / TABLE_SIDE));
    table[i] = Math.floor(distance(x, y) * DISTANCE_SCALE + 0.5);
  }
  return table;
}

/** The tables of the classes, in the order of their labels. */
export const shapeTables = (): Int16Array[] => Object.values(shapes).map(tabulate);

/** The tables of the shapes that clutter is made of: an ellipse, a rectangle. */
export const scrapTables = (): Int16Array[] => scraps.map(tabulate);
