import type { Described, Description } from "../described.ts";
import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";
import { fillNormal, type Initializer, type InitializerKind } from "./initializer.ts";

/**
 * N(0, 1/√fan_in), fan_in being the number of rows: LeCun et al. (1998), which SELU assumes. XavierInitializer draws the
 * same numbers here, by the paper's name for them; elsewhere Xavier has the outputs in its formula as well.
 */
export class LeCunInitializer implements Initializer, Described {
  readonly name = "lecun";

  describe(): Description {
    return { name: this.name, options: {} };
  }

  fill(values: FloatArray, rows: number, _columns: number, random: Random): void {
    fillNormal(values, 1 / Math.sqrt(rows), random);
  }
}

export const lecun: InitializerKind = {
  create: () => new LeCunInitializer(),
  text: { parse: () => new LeCunInitializer() },
};
