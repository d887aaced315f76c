/** The decision surface of a network of two features: what it answers for the points of a grid, and the samples in it. */
import type { Samples } from "../../data/dataset.ts";
import type { Model } from "../../model/model.ts";
import { toSent } from "../../worker/samples.ts";
import type { PointsView, SurfaceView } from "./api.ts";

const MOST_POINTS = 400;

async function pointsOf(samples: Samples | undefined): Promise<PointsView["train"]> {
  const count = Math.min(samples?.count ?? 0, MOST_POINTS);
  if (count === 0) return { values: new Float32Array(), labels: new Float32Array() };
  const some = samples!.select(Uint32Array.from({ length: count }, (_, i) => i));
  const { values, labels } = await toSent("The playground", some, {});
  return { values: Float32Array.from(values), labels: Float32Array.from(labels) };
}

export async function pointsView(train: Samples, test: Samples | undefined): Promise<PointsView> {
  return { train: await pointsOf(train), test: await pointsOf(test) };
}

/** The range of a feature over all points, and a tenth more at each end. */
function rangeOf({ train, test }: PointsView, feature: 0 | 1): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of [train, test]) {
    for (let i = feature; i < values.length; i += 2) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
  }
  const margin = 0.1 * (high - low || 1);
  return [low - margin, high + margin];
}

/** What the network answers at the middle of each cell. */
export async function surfaceView(model: Model, points: PointsView, side: number): Promise<SurfaceView> {
  const [x, y] = [rangeOf(points, 0), rangeOf(points, 1)];
  const grid = new Float64Array(2 * side * side);
  const at = ([low, high]: readonly [number, number], i: number) => low + ((i + 0.5) * (high - low)) / side;
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      grid[2 * (j * side + i)] = at(x, i);
      // The first row is the top one.
      grid[2 * (j * side + i) + 1] = at(y, side - 1 - j);
    }
  }
  const outputs = await model.predict(grid);
  const cells = side * side;
  const classes = outputs.length / cells;
  const probabilities = Float32Array.from(
    { length: outputs.length },
    (_, i) => outputs[(i % cells) * classes + Math.floor(i / cells)]!,
  );
  return { probabilities, side, classes, x, y };
}
