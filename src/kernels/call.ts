/** Kernel calls as data, of which plans are lists. */
import type { DType, Tensor } from "../tensor.ts";
import type { Kernels, signatures } from "./index.ts";
import type { NamedArguments } from "./signature.ts";

type All = typeof signatures;

/** The arguments of one kernel, by name. */
export type ArgumentsOf<F extends keyof Kernels, N extends keyof Kernels[F]> = NamedArguments<
  All[F][N & keyof All[F]] & string,
  Kernels[F][N]
>;

/** A call of one kernel. */
export interface CallOf<F extends keyof Kernels, N extends keyof Kernels[F]> {
  readonly family: F;
  readonly name: N;
  readonly args: ArgumentsOf<F, N>;
}

/** A call of any kernel: `kernels[family][name](…)`, with its arguments by name. */
export type Call = {
  [F in keyof Kernels]: { [N in keyof Kernels[F]]: CallOf<F, N> }[keyof Kernels[F]];
}[keyof Kernels];

/** What a kernel offers to rewrite rules for a call. A rule leaves a call alone if its kernel does not offer what it needs. */
export interface Offer {
  /** For a call that moves a parameter along its gradient. */
  readonly update?: {
    readonly value: Tensor;
    readonly gradient: Tensor;
    /** The same call after `gradient += lambda · value`, in one pass. The gradient may stay as it was. */
    readonly withL2?: (lambda: number) => Call;
    /** The same call for a first layer that keeps its weight packed, from the tensors that make its gradient. */
    readonly inFirstLayer?: (
      first: Omit<ArgumentsOf<"firstLayer", "update">, "lambda" | "learningRate">,
    ) => Call;
  };
  /** For a product with a weight, its bias and anything that is fused with them. */
  readonly product?: {
    readonly x: Tensor;
    readonly weight: Tensor;
    readonly bias: Tensor;
    /** The same call for a first layer that keeps its weight packed, from the samples as they are stored. */
    readonly inFirstLayer: (first: Omit<ArgumentsOf<"firstLayer", "forward">, "y" | "bias">) => Call;
  };
  /** For a function of each number, y = f(x). */
  readonly activation?: {
    readonly x: Tensor;
    readonly y: Tensor;
    /** y = f(x · w + bias), in one pass. */
    readonly afterProduct?: (product: Omit<ArgumentsOf<"matmul", "multiplyBias">, "y">) => Call;
  };
  /** For a scale and a shift of each feature, y = x · s + t. */
  readonly affine?: {
    readonly x: Tensor;
    readonly y: Tensor;
    /** Puts this one behind another: the scale and shift given, in float64, become those of both. */
    readonly compose: (scale: Float64Array, shift: Float64Array) => void;
    /** Whether there is a shift at all. Default: true. */
    readonly hasShift?: boolean;
  };
  /**
   * The call on a weight, its gradient and other tensors of its shape that lie in the first layer's packed layout, with the
   * same bits. A kernel that computes each number from those in the same place can offer itself.
   */
  readonly inPackedLayout?: (packed: (tensor: Tensor) => Tensor) => Call;
  /** The call by which other threads can begin with this one, while the first thread does something else. */
  readonly begin?: Call;
}

/** What some kernels of a family offer, from their arguments. */
export type Offers<F extends keyof Kernels> = {
  readonly [N in keyof Kernels[F]]?: (args: ArgumentsOf<F, N>) => Offer;
};

/** A tensor of any type, by which calls are compared. */
export type AnyTensor = Tensor<DType>;
