/** The unit of errors: targets may have been divided by something before the training. */
import { ConfigError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";

export interface ScaleOptions {
  /**
   * What errors are multiplied by, > 0: one number for all outputs, or one for each. For targets that were standardised it is
   * their deviation: the metric is then in their own unit. Default: 1.
   */
  readonly scale?: number | readonly number[] | undefined;
}

/** @throws ConfigError if there is another option, or the scale is none */
export function resolveScale(where: string, options: ScaleOptions): number | readonly number[] | undefined {
  checkOptions(where, options, ["scale"]);
  const { scale } = options;
  if (scale === undefined) return undefined;
  const numbers: unknown = typeof scale === "number" ? [scale] : scale;
  if (!Array.isArray(numbers) || numbers.length === 0) {
    throw new ConfigError(
      `${where}: scale is ${shown(scale)}, expected a number > 0, or an array with one for each output.`,
    );
  }
  for (const number of Array.from(numbers)) {
    if (typeof number === "number" && number > 0 && number < Infinity) continue;
    throw new ConfigError(`${where}: scale has ${shown(number)}, expected finite numbers > 0.`);
  }
  return typeof scale === "number" ? scale : [...scale];
}

/** The factor for an output. @throws ConfigError unless there is one for each */
export function scaleFor(
  where: string,
  scale: number | readonly number[] | undefined,
  outputs: number,
): (output: number) => number {
  if (typeof scale !== "object") return () => scale ?? 1;
  if (scale.length === outputs) return (output) => scale[output]!;
  throw new ConfigError(
    `${where}: scale has ${scale.length} numbers, expected ${outputs}, one for each output.`,
  );
}
