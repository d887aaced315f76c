/** The initializers by name, for descriptions and for `--init`: "xavier", "he", "lecun", "normal:0.001". */
import { ConfigError } from "../errors.ts";
import { constant } from "./constant.ts";
import { HeInitializer, he } from "./he.ts";
import type { Initializer, InitializerKind } from "./initializer.ts";
import { LeCunInitializer, lecun } from "./lecun.ts";
import { NormalInitializer, normal } from "./normal.ts";
import { XavierInitializer, xavier } from "./xavier.ts";

export { ConstantInitializer, ZerosInitializer } from "./constant.ts";
export type { Initializer, InitializerKind } from "./initializer.ts";
export { HeInitializer, LeCunInitializer, NormalInitializer, XavierInitializer };

export const initializers: Readonly<Record<string, InitializerKind>> = {
  xavier,
  he,
  lecun,
  normal,
  constant,
};

/** How each is written: "xavier", "normal:SIGMA". */
export const initializerNames = (): string[] =>
  Object.entries(initializers).flatMap(([name, { text }]) => {
    if (text === undefined) return [];
    return text.argument === undefined ? name : `${name}:${text.argument}`;
  });

/** @throws ConfigError, with the choices, if there is no such initializer */
export function parseInitializer(text: string): Initializer {
  const colon = text.indexOf(":");
  const [name, argument] = colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  const kind = Object.hasOwn(initializers, name) ? initializers[name]!.text : undefined;
  if (kind === undefined || (argument !== undefined && kind.argument === undefined)) {
    throw new ConfigError(`No initializer "${text}". There are: ${initializerNames().join(", ")}.`);
  }
  return kind.parse(argument);
}
