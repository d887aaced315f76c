import type { Described, Description } from "../described.ts";
import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";
import { fillNormal, type Initializer, type InitializerKind } from "./initializer.ts";

/** N(0, √(2/fan_in)), fan_in being the number of rows: He et al. (2015), made for ReLU. */
export class HeInitializer implements Initializer, Described {
  readonly name = "he";

  describe(): Description {
    return { name: this.name, options: {} };
  }

  fill(values: FloatArray, rows: number, _columns: number, random: Random): void {
    fillNormal(values, Math.sqrt(2 / rows), random);
  }
}

export const he: InitializerKind = {
  create: () => new HeInitializer(),
  text: { parse: () => new HeInitializer() },
};
