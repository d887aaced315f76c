/** What goes through the layers as histograms: whether signal and gradient live from layer to layer, at a glance. */
import { log } from "../../math.ts";
import type { LayerActivity } from "../../model/layerActivity.ts";
import type { ActivityView, LayerView, Spread } from "./api.ts";

const OUTPUT_RANGE = [-3, 3] as const;
const OUTPUT_BINS = 61;
/** Of log₁₀|gradient|. */
const GRADIENT_RANGE = [-10, 0] as const;
const GRADIENT_BINS = 60;

/** Layers that belong together: Dense, and what follows up to the next one. */
function blocksOf(layers: readonly LayerActivity[]): LayerActivity[][] {
  const blocks: LayerActivity[][] = [];
  for (const layer of layers) {
    if (layer.name.startsWith("dense") || blocks.length === 0) blocks.push([layer]);
    else blocks.at(-1)!.push(layer);
  }
  // What stands before the first Dense changes inputs, and is no layer to a reader.
  return blocks.filter((block) => block.some(({ name }) => name.startsWith("dense")));
}

export function activityView(layers: readonly LayerActivity[]): ActivityView {
  const blocks = blocksOf(layers);
  return {
    samples: layers[0]?.samples ?? 0,
    layers: blocks.map((block, i) => layerView(block, i === blocks.length - 1 ? "output" : `${i + 1}`)),
    outputRange: OUTPUT_RANGE,
    gradientRange: GRADIENT_RANGE,
  };
}

function layerView(block: readonly LayerActivity[], label: string): LayerView {
  const last = block.at(-1)!;
  const rectified = block.find(({ name }) => name.startsWith("relu"));
  return {
    label,
    units: last.units,
    outputs: spreadOf(last.outputs, binsOf(last.outputs, OUTPUT_RANGE, OUTPUT_BINS)),
    gradients: spreadOf(last.gradients, binsOf(magnitudes(last.gradients), GRADIENT_RANGE, GRADIENT_BINS)),
    dead: rectified === undefined ? 0 : deadShare(rectified),
  };
}

const LN10 = log(10);

/** log₁₀|x| of those that are not 0, the others −∞. */
const magnitudes = (values: ArrayLike<number>): Float32Array =>
  Float32Array.from(values, (x) => (x === 0 ? Number.NEGATIVE_INFINITY : log(Math.abs(x)) / LN10));

/** The share of values in each bin. What lies beyond the ends counts in the last bins; −∞ nowhere. */
function binsOf(
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
  bins: number,
): Float32Array {
  const counts = new Float32Array(bins);
  const scale = bins / (high - low);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === Number.NEGATIVE_INFINITY) continue;
    counts[Math.max(0, Math.min(bins - 1, Math.floor((value - low) * scale)))]! += 1;
  }
  for (let bin = 0; bin < bins; bin++) counts[bin]! /= Math.max(1, values.length);
  return counts;
}

function spreadOf(values: ArrayLike<number>, counts: Float32Array): Spread {
  let [sum, squares, zeros] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    if (values[i] === 0) zeros++;
  }
  const n = Math.max(1, values.length);
  const mean = sum / n;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) * (values[i]! - mean);
  return { mean, std: Math.sqrt(squares / n), zeros: zeros / n, counts };
}

/** The share of units that are 0 for every sample: no gradient reaches what stands before them. */
function deadShare({ outputs, samples, units }: LayerActivity): number {
  let dead = 0;
  for (let unit = 0; unit < units; unit++) {
    let i = 0;
    while (i < samples && outputs[i * units + unit] === 0) i++;
    if (i === samples) dead++;
  }
  return dead / units;
}
