/**
 * The interface of a layer. It declares its parameters and buffers once, in `build()`, and then writes down the kernel
 * calls of its forward and backward pass. Optimizers, penalties, files, the gradient check and `summary()` walk its
 * parameters; none knows a layer by its class.
 */
import type { Description } from "../described.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Kernels } from "../kernels/index.ts";
import type { StepSeed } from "../random.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Precision, Tensor } from "../tensor.ts";

export type { StepSeed } from "../random.ts";

/** A learnable tensor, and the gradient that the last backward pass left for it, of the same shape. */
export interface Parameter {
  /** "dense1.weight". */
  readonly name: string;
  /** As it is saved: (rows, columns), or (columns) for a vector. */
  readonly shape: readonly number[];
  readonly value: Tensor;
  /** Empty if the layer is not trained. */
  readonly grad: Tensor;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | undefined;
}

/** A tensor that is saved with the model but not learned, such as a moving average. */
export interface State {
  /** "batchnorm1.movingMean". */
  readonly name: string;
  /** As it is saved: (columns). */
  readonly shape: readonly number[];
  readonly value: Tensor;
  /** The number that fills it before the first step. */
  readonly initial: number;
}

/** The source of the tensors of `build()`. */
export interface BuildScope {
  readonly precision: Precision;
  /** Whether the gradient by the layer's inputs is wanted. That of the first layer is only for a gradient check. */
  readonly needsInputGradient: boolean;
  /** The kernels' room for packed blocks. */
  readonly workspace: Tensor<"uint8">;
  /** A buffer of the largest batch's rows. */
  activation(columns: number): Tensor;
  /** The same in float64, for sums. */
  sums(columns: number): Tensor<"float64">;
  /** A row of numbers. */
  vector(columns: number): Tensor;
  /** A matrix that is learned. */
  parameter(
    name: string,
    rows: number,
    columns: number,
    initializer: Initializer,
    regularizer?: Regularizer,
  ): Parameter;
  /** A vector that is learned: a tensor of one row. */
  vectorParameter(name: string, columns: number, initializer: Initializer): Parameter;
  /** A vector that is saved but not learned. */
  state(name: string, columns: number, initial: number): State;
  /** A seed for this layer, new in each training step; outside of a training it stays as it is. */
  stepSeed(): StepSeed;
}

/** In training, the batch's statistics are used and move the averages; in inference, the averages are used. */
export type Mode = "training" | "inference";

export interface Layer {
  /** The beginning of names: "dense" gives dense1, dense2, … */
  readonly kind: string;
  /**
   * What an equal layer is made from; the layer that it is followed by belongs to it. A model is saved only if all of its
   * layers have it. Default: it cannot be saved.
   */
  describe?(): Description;
  readonly parameters: readonly Parameter[];
  readonly states: readonly State[];
  /** The smallest batch that it can be trained on. */
  readonly minimumBatch: number;
  /** Whether it can only be the last layer: the loss takes its place, and nowhere else can it be trained. Default: false. */
  readonly onlyLast?: boolean | undefined;
  /** A layer that this one adds after itself, such as Dense's activation. */
  readonly followedBy?: Layer | undefined;
  /**
   * Why it cannot be trained and what to do instead, for errors: fit() and the gradient check refuse a model that has it. Its
   * `forward` is then written down for inference alone. Default: it can be trained.
   */
  readonly notTrained?: string | undefined;
  /** The layers within it, by the names with which it has them built; its parameters and states are theirs. Default: none. */
  readonly innerLayers?: readonly (readonly [name: string, layer: Layer])[] | undefined;
  /**
   * The output of the last forward pass, if the layer's derivative jumps at 0, as a rectifier's does. The gradient check
   * leaves out differences over which one of its numbers changes sides. Default: there is no such jump.
   */
  readonly kinks?: Tensor | undefined;
  /** Allocates. It is called once for a memory, before the other methods. Returns the number of outputs. */
  build(scope: BuildScope, inputs: number): number;
  /** Writes down the forward pass for `x` (n, inputs); the result (n, outputs) is the layer's until the next one. */
  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor;
  /**
   * Writes down the backward pass that belongs to the last `forward(…, "training")`. From the gradient by the outputs, it
   * computes every parameter's `grad` (overwritten) and, if the scope asked for it, the gradient by the inputs. It may
   * overwrite `dy`, and the layer before may overwrite what it returns.
   */
  backward(kernels: Kernels, dy: Tensor): Tensor | undefined;
}
