import type { Kernels } from "../kernels/index.ts";
import type { TargetTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./loss.ts";

/** The mean of −log p(label) over the batch, p being the softmax of the last layer's scores. */
export class CategoricalCrossEntropyLoss implements Loss {
  readonly outputKind = "softmax";

  forward(kernels: Kernels, loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: TargetTensor): void {
    kernels.softmaxCrossEntropy.forward(loss, dz, z, labels);
  }
}
