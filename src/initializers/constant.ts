import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
import type { FloatArray } from "../tensor.ts";
import type { Initializer, InitializerKind } from "./initializer.ts";

/** The same number everywhere. */
export class ConstantInitializer implements Initializer, Described {
  readonly value: number;

  /**
   * @param value default 0
   * @throws ConfigError unless value is a finite number
   */
  constructor(value = 0) {
    if (!Number.isFinite(value)) {
      throw new ConfigError(`ConstantInitializer: the value is ${shown(value)}, expected a finite number.`);
    }
    this.value = value;
  }

  get name(): string {
    return this.value === 0 ? "zeros" : `constant:${this.value}`;
  }

  describe(): Description {
    return { name: "constant", options: { value: this.value } };
  }

  fill(values: FloatArray): void {
    values.fill(this.value);
  }
}

/** Zeros, from which biases start in most libraries. The paper that `nnwasm reproduce` repeats draws its biases. */
export class ZerosInitializer extends ConstantInitializer {
  constructor() {
    super(0);
  }
}

export const constant: InitializerKind = {
  create: ({ value }: { readonly value?: number }) => new ConstantInitializer(value),
};
