/** Augmentation of images: mirrored ones, moved ones, and noise. The generator is dropout's. */
import { ShapeError } from "../errors.ts";
import { logf } from "../math.ts";
import type { StepSeed } from "../random.ts";
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { philox } from "./dropout.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

/** The sizes of an image: its numbers are in the order (channels, height, width). */
export interface ImageSizes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface AugmentKernels {
  /**
   * Mirrors each image or not, then moves it by whole pixels; what comes in is 0.
   *
   *   y[c, i, j] = x[c, i − down, j − right], mirrored x[c, i − down, width − 1 − (j − right)]; 0 where that is outside
   *
   * What happens to the image in row r follows from the seed and r alone, by the first two words a and b of Philox with the
   * counter r:
   *
   *   mirrored: a is odd      right = ⌊⌊a/2⌋ · (2 · shift + 1) / 2^31⌋ − shift      down = ⌊b · (2 · shift + 1) / 2^32⌋ − shift
   * @param y the shape of x, written; not `x`
   * @param seed read when the kernel runs
   * @param flip whether images are mirrored, each with probability ½
   * @param shift the most pixels, an integer from 0 to 2^16
   * @throws ShapeError if y's shape is not x's, or a row of x is no such image
   */
  move(y: Tensor, x: Tensor, seed: StepSeed, sizes: ImageSizes, flip: boolean, shift: number): void;
  /** dx from dy, of a move with the same seed: each number goes back to where it came from. @throws as `move` */
  moveBack(dx: Tensor, dy: Tensor, seed: StepSeed, sizes: ImageSizes, flip: boolean, shift: number): void;
  /**
   * y[i] = x[i] + sigma · z[i], z standard normal. z[i] follows from the seed and i alone, i being row · columns + column. It is
   * Φ^−1 of a word of Philox, in float32 whatever the tensors are, and between −6.4 and 6.4:
   *
   *   p = (w mod 2^31 + ½) / 2^32, q = ½ − p      z = ± (q · A(r) / B(r), r = 0.180625 − q²), q ≤ 0.425
   *   minus if w ≥ 2^31                           z = ± (C(s) / D(s), s = √(−ln p) − 1.6), else
   *
   * with the polynomials of PPND7 (Wichura, "Algorithm AS 241", 1988).
   * @param y the shape of x, written; may be `x`
   * @param seed read when the kernel runs
   * @param sigma the standard deviation, ≥ 0
   * @throws ShapeError if y's shape is not x's
   */
  noise(y: Tensor, x: Tensor, seed: StepSeed, sigma: number): void;
}

export const signatures = signaturesOf<AugmentKernels>()({
  move: "write y, read x, value seed, value sizes, value flip, value shift",
  moveBack: "write dx, read dy, value seed, value sizes, value flip, value shift",
  noise: "write y, read x, value seed, value sigma",
});

/** @throws ShapeError unless rows are images of these sizes */
function expectImages(where: string, x: Tensor, { channels, height, width }: ImageSizes): void {
  const columns = channels * height * width;
  if (x.columns === columns) return;
  throw new ShapeError(
    `${where} is ${x.shape}, expected (${x.rows}, ${columns}): ${channels} × ${height} × ${width} an image.`,
  );
}

/** What happens to the image in a row. */
export interface Move {
  readonly mirrored: boolean;
  readonly right: number;
  readonly down: number;
}

/** The move of a row, or the one that undoes it. */
export function moveOf(
  row: number,
  { high, low }: StepSeed,
  flip: boolean,
  shift: number,
  back = false,
): Move {
  const words = Uint32Array.of(row, 0, 0, 0);
  philox(words, low, high);
  const [first, second] = words as unknown as [number, number];
  const range = 2 * shift + 1;
  const mirrored = flip && first % 2 === 1;
  const right = Math.floor(((first >>> 1) * range) / 2147483648) - shift;
  const down = Math.floor((second * range) / 4294967296) - shift;
  if (!back) return { mirrored, right, down };
  return { mirrored, right: mirrored ? right : -right, down: -down };
}

/** The definition of both moves. */
function moveAll(
  y: Tensor,
  x: Tensor,
  { channels, height, width }: ImageSizes,
  moveOfRow: (row: number) => Move,
): void {
  for (let row = 0; row < x.rows; row++) {
    const { mirrored, right, down } = moveOfRow(row);
    for (let channel = 0; channel < channels; channel++) {
      const image = (row * channels + channel) * height * width;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const u = i - down;
          const v = mirrored ? width - 1 - (j - right) : j - right;
          const inside = u >= 0 && u < height && v >= 0 && v < width;
          y.data[image + i * width + j] = inside ? x.data[image + u * width + v]! : 0;
        }
      }
    }
  }
}

const f = Math.fround;

/** The standard normal number of a random word. */
export function normalOf(word: number): number {
  const p = f(f(f(word % 2147483648) + 0.5) * f(2.3283064365386963e-10));
  const q = f(0.5 - p);
  let z: number;
  if (q <= f(0.425)) {
    const r = f(f(0.180625) - f(q * q));
    let a = f(59.10937472);
    a = f(f(a * r) + f(159.29113202));
    a = f(f(a * r) + f(50.434271938));
    a = f(f(a * r) + f(3.3871327179));
    let b = f(67.1875636);
    b = f(f(b * r) + f(78.757757664));
    b = f(f(b * r) + f(17.895169469));
    b = f(f(b * r) + 1);
    z = f(f(q * a) / b);
  } else {
    const s = f(f(Math.sqrt(-logf(p))) - f(1.6));
    let c = f(0.17023821103);
    c = f(f(c * s) + f(1.3067284816));
    c = f(f(c * s) + f(2.75681539));
    c = f(f(c * s) + f(1.4234372777));
    let d = f(0.12021132975);
    d = f(f(d * s) + f(0.7370016425));
    d = f(f(d * s) + 1);
    z = f(c / d);
  }
  return word >= 2147483648 ? -z : z;
}

/** The definition. */
export const reference: AugmentKernels = {
  move(y, x, seed, sizes, flip, shift) {
    expectImages("augment.move: x", x, sizes);
    expectShape("augment.move", "y", y, x.rows, x.columns);
    moveAll(y, x, sizes, (row) => moveOf(row, seed, flip, shift));
  },

  moveBack(dx, dy, seed, sizes, flip, shift) {
    expectImages("augment.moveBack: dy", dy, sizes);
    expectShape("augment.moveBack", "dx", dx, dy.rows, dy.columns);
    moveAll(dx, dy, sizes, (row) => moveOf(row, seed, flip, shift, true));
  },

  noise(y, x, { high, low }, sigma) {
    expectShape("augment.noise", "y", y, x.rows, x.columns);
    const round = rounding(x.dtype);
    const factor = round(sigma);
    const words = new Uint32Array(4);
    for (let block = 0; block < x.size; block += 16) {
      for (let lane = 0; lane < 4; lane++) {
        words.set([block / 4 + lane, 0, 0, 0]);
        philox(words, low, high);
        for (let word = 0; word < 4; word++) {
          const i = block + 4 * word + lane;
          if (i < x.size) y.data[i] = round(x.data[i]! + round(factor * normalOf(words[word]!)));
        }
      }
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): AugmentKernels {
  const move = calls[`augmentMove${suffix}`];
  const noise = calls[`augmentNoise${suffix}`];
  return {
    move(y, x, { high, low }, sizes, flip, shift) {
      expectImages("augment.move: x", x, sizes);
      expectShape("augment.move", "y", y, x.rows, x.columns);
      const { channels, height, width } = sizes;
      const image = { rows: x.rows, channels, height, width };
      move({ y, x, ...image, keyHigh: high, keyLow: low, flip, shift, back: false });
    },

    moveBack(dx, dy, { high, low }, sizes, flip, shift) {
      expectImages("augment.moveBack: dy", dy, sizes);
      expectShape("augment.moveBack", "dx", dx, dy.rows, dy.columns);
      const { channels, height, width } = sizes;
      const image = { rows: dy.rows, channels, height, width };
      move({ y: dx, x: dy, ...image, keyHigh: high, keyLow: low, flip, shift, back: true });
    },

    noise(y, x, { high, low }, sigma) {
      expectShape("augment.noise", "y", y, x.rows, x.columns);
      noise({ y, x, n: x.size, keyHigh: high, keyLow: low, sigma });
    },
  };
}
