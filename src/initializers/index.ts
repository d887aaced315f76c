/** The initializers by name, for `--init`: "xavier", "he", "normal:0.001". */
import { ConfigError } from "../errors.ts";
import { HeInitializer } from "./he.ts";
import type { Initializer } from "./initializer.ts";
import { NormalInitializer } from "./normal.ts";
import { XavierInitializer } from "./xavier.ts";

export { ConstantInitializer, ZerosInitializer } from "./constant.ts";
export type { Initializer } from "./initializer.ts";
export { HeInitializer, NormalInitializer, XavierInitializer };

/** Each takes the text behind the colon, if there is one. */
export const initializers: Readonly<Record<string, (argument: string | undefined) => Initializer>> = {
  xavier: () => new XavierInitializer(),
  he: () => new HeInitializer(),
  normal: (argument) => {
    const std = argument === undefined || argument.trim() === "" ? Number.NaN : Number(argument);
    if (!(std >= 0 && std < Infinity)) {
      throw new ConfigError(
        `The initializer "normal${argument === undefined ? "" : `:${argument}`}" needs a standard deviation ≥ 0, as in normal:0.001.`,
      );
    }
    return new NormalInitializer(std);
  },
};

/** @throws ConfigError, with the choices, if there is no such initializer */
export function parseInitializer(text: string): Initializer {
  const colon = text.indexOf(":");
  const [name, argument] = colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  if (!Object.hasOwn(initializers, name) || (argument !== undefined && name !== "normal")) {
    throw new ConfigError(`No initializer "${text}". There are: xavier, he, normal:SIGMA.`);
  }
  return initializers[name]!(argument);
}
