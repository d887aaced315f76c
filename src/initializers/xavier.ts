import type { Described, Description } from "../described.ts";
import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";
import { fillNormal, type Initializer, type InitializerKind } from "./initializer.ts";

/**
 * N(0, 1/√fan_in), fan_in being the number of rows: the form of Glorot and Bengio (2010) in the paper that `nnwasm
 * reproduce` repeats. On a bias, a (1, out) array, this is N(0, 1), from which the paper draws its biases.
 */
export class XavierInitializer implements Initializer, Described {
  readonly name = "xavier";

  describe(): Description {
    return { name: this.name, options: {} };
  }

  fill(values: FloatArray, rows: number, _columns: number, random: Random): void {
    fillNormal(values, 1 / Math.sqrt(rows), random);
  }
}

export const xavier: InitializerKind = {
  create: () => new XavierInitializer(),
  text: { parse: () => new XavierInitializer() },
};
