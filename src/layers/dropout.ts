import type { Described, Description, Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import { isNumber, shown } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer, Mode, StepSeed } from "./layer.ts";

/**
 * Inverted dropout (Srivastava et al., 2014): in training every number is 0 with the probability `rate`, and otherwise
 * multiplied by 1/(1 − rate), so that its mean stays. In inference, and with a rate of 0, numbers pass as they are: there is
 * no call of a kernel then.
 *
 * Which are dropped follows from the training's seed, the epoch, the step, the layer's name and the number's place in the
 * batch alone: the same in any number of threads, and after a resume. `src/kernels/dropout.ts` has the generator and the
 * rounding.
 */
export class Dropout implements Layer, Described {
  readonly kind = "dropout";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  readonly rate: number;
  #output: Tensor | undefined;
  #seed!: StepSeed;
  #needsInputGradient = true;

  /**
   * @param rate the share that is dropped, 0 ≤ rate < 1
   * @throws ConfigError if the rate is not in that range
   */
  constructor(rate: number) {
    if (!(isNumber(rate) && rate >= 0 && rate < 1)) {
      throw new ConfigError(`Dropout: rate is ${shown(rate)}, expected a number from 0 to below 1.`);
    }
    this.rate = rate;
  }

  describe(): Description {
    return { name: this.kind, options: { rate: this.rate } };
  }

  build(scope: BuildScope, inputs: number): number {
    this.#needsInputGradient = scope.needsInputGradient;
    this.#output = undefined;
    if (this.rate === 0) return inputs;
    this.#seed = scope.stepSeed();
    this.#output = scope.activation(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor {
    if (mode === "inference" || this.#output === undefined) return x;
    const y = this.#output.firstRows(x.rows);
    kernels.dropout.apply(y, x, this.#seed, this.rate);
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor | undefined {
    if (!this.#needsInputGradient) return undefined;
    if (this.#output !== undefined) kernels.dropout.apply(dy, dy, this.#seed, this.rate);
    return dy;
  }
}

export const dropout: Kind<Dropout> = {
  create: (options) => new Dropout((options as { readonly rate: number }).rate),
};
