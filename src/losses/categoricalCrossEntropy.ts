import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { LabelTensor } from "../kernels/softmaxCrossEntropy.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { LossKind } from "./kind.ts";
import type { Loss } from "./loss.ts";

export interface CategoricalCrossEntropyOptions {
  /**
   * ε, 0 ≤ ε < 1: how much of the label's share is spread evenly over all classes. Default: 0.
   */
  readonly labelSmoothing?: number;
}

/**
 * For classes: l_i = −Σ_j q_ij · log p_ij, p being the softmax of the last layer's c scores and
 *
 *   q_ij = (1 − ε) · [j is the label] + ε / c
 *
 * as in PyTorch's CrossEntropyLoss; without smoothing, −log p(label). The last layer must be a softmax, which the loss
 * computes as well.
 */
export class CategoricalCrossEntropyLoss implements Loss, Described {
  readonly outputKind = "softmax";
  readonly targets = ["classes"] as const;
  readonly labelSmoothing: number;

  /** @throws ConfigError if labelSmoothing is not a number from 0 to below 1, or there is another option */
  constructor(options: CategoricalCrossEntropyOptions = {}) {
    const where = "CategoricalCrossEntropyLoss";
    checkOptions(where, options, ["labelSmoothing"]);
    const { labelSmoothing = 0 } = options;
    if (!(isNumber(labelSmoothing) && labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new ConfigError(
        `${where}: labelSmoothing is ${shown(labelSmoothing)}, expected a number from 0 to below 1, such as 0.1.`,
      );
    }
    this.labelSmoothing = labelSmoothing;
  }

  describe(): Description {
    return { name: "categoricalCrossEntropy", options: { labelSmoothing: this.labelSmoothing } };
  }

  /** @param weights default: every sample counts once */
  forward(
    kernels: Kernels,
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: TargetTensor,
    weights?: WeightTensor,
  ): void {
    const labels = targets as LabelTensor;
    const { softmaxCrossEntropy } = kernels;
    if (weights === undefined && this.labelSmoothing === 0) softmaxCrossEntropy.forward(loss, dz, z, labels);
    else softmaxCrossEntropy.weighted(loss, dz, z, labels, weights, this.labelSmoothing);
  }
}

export const categoricalCrossEntropy = {
  options: {
    labelSmoothing: {
      ...{ kind: "number", flags: "--label-smoothing <share>", least: 0, below: 1, default: 0 },
      help: "share of a label that is spread evenly over all classes",
      words: { "--label-smoothing": "smoothing smooth label-smooth" },
    },
  },
  create: (options) => new CategoricalCrossEntropyLoss(options),
} as const satisfies LossKind<CategoricalCrossEntropyLoss>;
