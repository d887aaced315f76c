import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./loss.ts";

/** The mean of −log p(label) over the batch, p being the softmax of the last layer's scores. */
export class CategoricalCrossEntropyLoss implements Loss, Described {
  readonly outputKind = "softmax";

  describe(): Description {
    return { name: "categoricalCrossEntropy", options: {} };
  }

  forward(kernels: Kernels, loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: Tensor<"uint8">): void {
    kernels.softmaxCrossEntropy.forward(loss, dz, z, labels);
  }
}

export const categoricalCrossEntropy: Kind<CategoricalCrossEntropyLoss> = {
  create: () => new CategoricalCrossEntropyLoss(),
};
