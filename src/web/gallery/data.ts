/** Believable data for the gallery, the same at each visit. */
import { exp, log } from "../../math.ts";
import { Random } from "../../random.ts";
import type { LayerHistogram, LineSeries } from "../kit/index.ts";

/** Curves of a training: cost and loss fall, accuracy rises, validation stays behind. */
export function curves(epochs: number, seed: number, floor: number) {
  const random = new Random(seed);
  const x = Array.from({ length: epochs + 1 }, (_, i) => i);
  const noise = (size: number) => size * (random.uniform() - 0.5);
  const train = x.map((i) => floor + (2.3 - floor) * exp(-i / 7) + noise(0.03));
  const validation = x.map((i) => floor + 0.22 + (2.1 - floor) * exp(-i / 6) + 0.004 * i + noise(0.05));
  return { x, train, validation };
}

export function lossSeries(epochs: number): { x: number[]; series: LineSeries[] } {
  const without = curves(epochs, 3, 1.72);
  const withBn = curves(epochs, 4, 0.84);
  return {
    x: without.x,
    series: [
      { label: "with BN, training", values: withBn.train, color: 0 },
      { label: "with BN, validation", values: withBn.validation, color: 0, dash: true, mark: "min" },
      { label: "without BN, training", values: without.train, color: 1 },
      { label: "without BN, validation", values: without.validation, color: 1, dash: true, mark: "min" },
    ],
  };
}

const BINS = 64;

function histogram(name: string, values: Float32Array): LayerHistogram {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
  }
  const counts = new Float32Array(BINS);
  for (const value of values)
    counts[Math.min(BINS - 1, Math.floor(((value - min) / (max - min || 1)) * BINS))]!++;
  const mean = sum / values.length;
  return {
    name,
    counts,
    min,
    max,
    std: Math.sqrt(Math.max(0, squares / values.length - mean * mean)),
    zeros: zeros / values.length,
  };
}

/** Activations of so many layers, each with `shrink` times the spread of the one before. */
export function layersOf(count: number, shrink: number, seed: number, relu = false): LayerHistogram[] {
  const random = new Random(seed);
  let spread = 1;
  return Array.from({ length: count }, (_, layer) => {
    const values = Float32Array.from({ length: 4000 }, () => {
      const value = spread * random.normal() + (layer % 3) * 0.1 * spread;
      return relu ? Math.max(0, value) : value;
    });
    spread *= shrink;
    return histogram(`layer ${layer + 1}`, values);
  });
}

/** Points of two interleaved spirals. */
export function spirals(count: number, seed: number) {
  const random = new Random(seed);
  const xs = new Float32Array(count);
  const ys = new Float32Array(count);
  const labels = new Uint8Array(count);
  const test = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const turn = 0.25 + 1.5 * random.uniform();
    labels[i] = i % 2;
    const angle = Math.PI * (2 * turn + labels[i]!);
    const [sine, cosine] = circle(angle);
    xs[i] = 0.5 * turn * cosine + 0.04 * random.normal();
    ys[i] = 0.5 * turn * sine + 0.04 * random.normal();
    test[i] = i % 4 === 0 ? 1 : 0;
  }
  return { xs, ys, labels, test };
}

/** Sine and cosine, by halving the angle until a parabola will do. */
function circle(angle: number): [number, number] {
  let small = angle / 1024;
  let cosine = 1 - (small * small) / 2 + (small * small * small * small) / 24;
  let sine = small - (small * small * small) / 6;
  for (let i = 0; i < 10; i++) {
    [sine, cosine] = [2 * sine * cosine, cosine * cosine - sine * sine];
    small *= 2;
  }
  return [sine, cosine];
}

/** Probabilities of two classes on a grid, as a network that has learned the spirals would give them. */
export function spiralSurface(size: number): Float32Array {
  const probabilities = new Float32Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (column / (size - 1)) * 2 - 1;
      const y = 1 - (row / (size - 1)) * 2;
      const radius = Math.sqrt(x * x + y * y);
      // On the first spiral the angle is 2π · turn, where turn is twice the radius.
      const [sine, cosine] = circle(4 * Math.PI * radius);
      const along = radius === 0 ? 0 : (x * cosine + y * sine) / radius;
      const second = 1 / (1 + exp(6 * along));
      probabilities[row * size + column] = 1 - second;
      probabilities[size * size + row * size + column] = second;
    }
  }
  return probabilities;
}

export const CIFAR = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");

/** A confusion matrix of so many classes, row by row. */
export function confusion(classes: number, seed: number): Float64Array {
  const random = new Random(seed);
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const near = row === column ? 480 + 320 * random.uniform() : 70 * random.uniform() * random.uniform();
      const confused = (row === 3 && column === 5) || (row === 5 && column === 3) ? 130 : 0;
      counts[row * classes + column] = Math.round(near + confused);
    }
  }
  return counts;
}

/** Weights of a first layer as they look after training: smooth spots of colours. */
export function weightImages(count: number, size: number, channels: number, seed: number): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const image = new Float32Array(channels * size * size);
    for (let spot = 0; spot < 4; spot++) {
      const [cx, cy] = [random.uniform() * size, random.uniform() * size];
      const width = size * (0.12 + 0.15 * random.uniform());
      const strength = Array.from({ length: channels }, () => random.normal() * 0.3);
      for (let channel = 0; channel < channels; channel++) {
        for (let i = 0; i < size * size; i++) {
          const dx = (i % size) - cx;
          const dy = Math.floor(i / size) - cy;
          image[channel * size * size + i]! +=
            strength[channel]! * exp(-(dx * dx + dy * dy) / (2 * width * width)) + 0.01 * random.normal();
        }
      }
    }
    return image;
  });
}

/** Handwriting-like strokes as bytes. */
export function digitImages(count: number, size: number, seed: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const image = new Uint8Array(size * size);
    let x = size * (0.3 + 0.4 * random.uniform());
    let y = size * 0.18;
    let drift = random.normal() * 0.5;
    for (let step = 0; step < size * 2; step++) {
      drift += 0.16 * random.normal();
      x = Math.min(size * 0.8, Math.max(size * 0.2, x + drift * 0.6));
      y = Math.min(size * 0.82, y + 0.34);
      for (let i = 0; i < image.length; i++) {
        const dx = (i % size) - x;
        const dy = Math.floor(i / size) - y;
        image[i] = Math.max(image[i]!, 255 * exp(-(dx * dx + dy * dy) / 1.6));
      }
    }
    return image;
  });
}

/** A number of the order of the logarithm, for bars. */
export const decaying = (i: number): number => 0.21 / (1 + log(1 + i) * (1 + 0.7 * i));
