import type { Described, Description, Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { ImageSizes } from "../kernels/augment.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions, isNumber, requireInteger, shown } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer, Mode, StepSeed } from "./layer.ts";

export interface ImageAugmentationOptions {
  /** [channels, height, width] of an image. */
  readonly shape: readonly number[];
  /** Whether images are mirrored left to right, each with probability ½. Default: false. */
  readonly flip?: boolean;
  /** The most pixels by which an image is moved, up or down and left or right, less than its sides. Default: 0. */
  readonly shift?: number;
  /** The standard deviation of the noise that is added to each number, from 0 to 1000. Default: 0. */
  readonly noise?: number;
}

const OPTIONS = {
  shape: true,
  flip: true,
  shift: true,
  noise: true,
} satisfies Record<keyof ImageAugmentationOptions, true>;
const MOST_NOISE = 1000;

/**
 * Changes images in training, so that a network sees each of them otherwise in every epoch: mirrors it or not, moves it by a
 * whole number of pixels in both directions, every number of −shift … shift as likely, and adds normal noise. What comes in at
 * an edge is 0, the mean of standardised inputs. In inference images pass as they are.
 *
 * It is meant to be the first layer. The kernels of a first Dense layer read samples where they are stored; behind this layer
 * they cannot, as behind a Dropout, and a training step takes longer.
 *
 * All follows from the training's seed, the epoch, the step, the layer's name and the sample's place in the batch alone: the
 * same in any number of threads, and after a resume. `src/kernels/augment.ts` has the arithmetic.
 */
export class ImageAugmentation implements Layer, Described {
  readonly kind = "augmentation";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  readonly shape: readonly number[];
  readonly flip: boolean;
  readonly shift: number;
  readonly noise: number;
  readonly #sizes: ImageSizes;
  #output: Tensor | undefined;
  /** The gradient by the inputs of a move, which cannot be made in place. */
  #gradient: Tensor | undefined;
  #moves!: StepSeed;
  #noise!: StepSeed;
  #needsInputGradient = true;

  /** @throws ConfigError if an option is unknown or out of its range */
  constructor(options: ImageAugmentationOptions) {
    const where = "ImageAugmentation";
    checkOptions(where, options, Object.keys(OPTIONS));
    const { shape, flip = false, shift = 0, noise = 0 } = options ?? {};
    const isSize = (size: unknown) => Number.isInteger(size) && (size as number) >= 1;
    if (!(Array.isArray(shape) && shape.length === 3 && shape.every(isSize))) {
      const given = Array.isArray(shape) ? `[${shape.map(shown).join(", ")}]` : shown(shape);
      throw new ConfigError(`${where}: shape is ${given}, expected [channels, height, width] of images.`);
    }
    const [channels, height, width] = shape as [number, number, number];
    if (typeof flip !== "boolean") {
      throw new ConfigError(`${where}: flip is ${shown(flip)}, expected true or false.`);
    }
    requireInteger(`${where}: shift`, shift, 0);
    if (shift >= Math.min(height, width) && shift > 0) {
      throw new ConfigError(
        `${where}: shift is ${shift}, expected less than ${Math.min(height, width)}: images are ${width} × ${height}.`,
      );
    }
    if (!(isNumber(noise) && noise >= 0 && noise <= MOST_NOISE)) {
      throw new ConfigError(`${where}: noise is ${shown(noise)}, expected a number from 0 to ${MOST_NOISE}.`);
    }
    this.shape = [channels, height, width];
    this.flip = flip;
    this.shift = shift;
    this.noise = noise;
    this.#sizes = { channels, height, width };
  }

  describe(): Description {
    const { kind, shape, flip, shift, noise } = this;
    return { name: kind, options: { shape, flip, shift, noise } };
  }

  /** @throws ConfigError if there are not as many inputs as an image has numbers */
  build(scope: BuildScope, inputs: number): number {
    const { channels, height, width } = this.#sizes;
    if (inputs !== channels * height * width) {
      throw new ConfigError(
        `ImageAugmentation: there are ${inputs} inputs, expected ${channels * height * width}: ${channels} × ${height} × ${width}.`,
      );
    }
    this.#needsInputGradient = scope.needsInputGradient;
    this.#output = undefined;
    this.#gradient = undefined;
    if (!this.#isMoving && this.noise === 0) return inputs;
    this.#moves = scope.stepSeed();
    this.#noise = scope.stepSeed();
    this.#output = scope.activation(inputs);
    if (this.#isMoving && scope.needsInputGradient) this.#gradient = scope.activation(inputs);
    return inputs;
  }

  get #isMoving(): boolean {
    return this.flip || this.shift > 0;
  }

  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor {
    if (mode === "inference" || this.#output === undefined) return x;
    const y = this.#output.firstRows(x.rows);
    const { flip, shift, noise } = this;
    if (this.#isMoving) kernels.augment.move(y, x, this.#moves, this.#sizes, flip, shift);
    if (noise > 0) kernels.augment.noise(y, this.#isMoving ? y : x, this.#noise, noise);
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor | undefined {
    if (!this.#needsInputGradient) return undefined;
    if (this.#gradient === undefined) return dy;
    const dx = this.#gradient.firstRows(dy.rows);
    kernels.augment.moveBack(dx, dy, this.#moves, this.#sizes, this.flip, this.shift);
    return dx;
  }
}

export const augmentation: Kind<ImageAugmentation> = {
  create: (options) => new ImageAugmentation(options as ImageAugmentationOptions),
};
