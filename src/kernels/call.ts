/** A kernel call as data: what plans are lists of. */
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

/** What rewrite rules can make of a call. What a kernel does not offer they leave as it is. */
export interface Offer {
  /** It moves a parameter along its gradient. */
  readonly update?: {
    readonly value: Tensor;
    readonly gradient: Tensor;
    /** The same after `gradient += lambda · value`, in one pass; the gradient may be left as it was. */
    readonly withL2?: (lambda: number) => Call;
    /** The same for a first layer that keeps its weight packed, from what makes its gradient. */
    readonly inFirstLayer?: (
      first: Omit<ArgumentsOf<"firstLayer", "update">, "lambda" | "learningRate">,
    ) => Call;
  };
  /** It is a product with a weight, with its bias and whatever else comes with it. */
  readonly product?: {
    readonly x: Tensor;
    readonly weight: Tensor;
    readonly bias: Tensor;
    /** The same for a first layer that keeps its weight packed, from the samples as they are stored. */
    readonly inFirstLayer: (first: Omit<ArgumentsOf<"firstLayer", "forward">, "y" | "bias">) => Call;
  };
  /** It is a function of each number, y = f(x). */
  readonly activation?: {
    readonly x: Tensor;
    readonly y: Tensor;
    /** y = f(x · w + bias), in one pass. */
    readonly afterProduct?: (product: Omit<ArgumentsOf<"matmul", "multiplyBias">, "y">) => Call;
  };
  /** It is a scale and a shift for each feature, y = x · s + t. */
  readonly affine?: {
    readonly x: Tensor;
    readonly y: Tensor;
    /** Puts itself behind another: scale and shift become those of both, in float64. */
    readonly compose: (scale: Float64Array, shift: Float64Array) => void;
  };
  /** The other threads can begin with it, by this call, while the first one does something else. */
  readonly begin?: Call;
}

/** For some kernels of a family what they offer, from their arguments. */
export type Offers<F extends keyof Kernels> = {
  readonly [N in keyof Kernels[F]]?: (args: ArgumentsOf<F, N>) => Offer;
};

/** A tensor of any type: what calls are compared by. */
export type AnyTensor = Tensor<DType>;
