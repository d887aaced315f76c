import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";
import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";
import { fillNormal, type Initializer, type InitializerKind } from "./initializer.ts";

/** N(0, std) for any shape. */
export class NormalInitializer implements Initializer, Described {
  readonly std: number;

  /**
   * @param std the standard deviation, ≥ 0; default 0.01
   * @throws ConfigError unless std is a finite number ≥ 0
   */
  constructor(std = 0.01) {
    if (!(isNumber(std) && std >= 0 && std < Infinity)) {
      throw new ConfigError(
        `NormalInitializer: the standard deviation is ${shown(std)}, expected a finite number ≥ 0.`,
      );
    }
    this.std = std;
  }

  get name(): string {
    return `normal:${this.std}`;
  }

  describe(): Description {
    return { name: "normal", options: { std: this.std } };
  }

  fill(values: FloatArray, _rows: number, _columns: number, random: Random): void {
    fillNormal(values, this.std, random);
  }
}

export const normal: InitializerKind = {
  create: ({ std }: { readonly std?: number }) => new NormalInitializer(std),
  text: {
    argument: "SIGMA",
    parse(argument) {
      const std = argument === undefined || argument.trim() === "" ? Number.NaN : Number(argument);
      if (!(std >= 0 && std < Infinity)) {
        throw new ConfigError(
          `The initializer "normal${argument === undefined ? "" : `:${argument}`}" needs a standard deviation ≥ 0, as in normal:0.001.`,
        );
      }
      return new NormalInitializer(std);
    },
  },
};
