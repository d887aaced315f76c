/** The variants of an ablation: each is the default with flags more. */
import { readFileSync } from "node:fs";
import type { Task } from "./tables.ts";
import known from "./variants.json" with { type: "json" };

export interface Variant {
  /** Names its file of scores, too. */
  readonly name: string;
  /** For `nnwasm train`, after those of the default. */
  readonly flags: readonly string[];
  /** The only tables that it is of. Default: all. */
  readonly task?: Task;
}

/** The name of what the variants are compared with. */
export const DEFAULT = "default";

/** @throws Error if the text is no list of variants */
export function parseVariants(text: string, file: string): Variant[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new Error(`${file} is no JSON. Expected a list of {"name": …, "flags": […]}.`);
  }
  if (!Array.isArray(list)) throw new Error(`${file} is no list. Expected one of {"name": …, "flags": […]}.`);
  const names = new Set<unknown>([DEFAULT]);
  list.forEach((each, i) => {
    const { name, flags, task } = (each ?? {}) as Record<string, unknown>;
    const refuse = (what: string, value: unknown, expected: string): never => {
      throw new Error(
        `${file}: ${what} of variant ${i + 1} is ${JSON.stringify(value)}, expected ${expected}.`,
      );
    };
    if (typeof name !== "string" || !/^[a-z0-9-]+$/.test(name))
      refuse("the name", name, "lower-case letters, digits and hyphens: it names a file");
    if (names.has(name)) refuse("the name", name, `another one: "${name}" is taken`);
    names.add(name);
    if (!Array.isArray(flags) || flags.length === 0 || flags.some((flag) => typeof flag !== "string"))
      refuse("flags", flags, 'a list of texts, as ["--dropout", "0"]');
    if (task !== undefined && task !== "classes" && task !== "numbers")
      refuse("task", task, '"classes" or "numbers"');
  });
  return list as Variant[];
}

/** @param file undefined: variants.json of this folder */
export const readVariants = (file?: string): Variant[] =>
  file === undefined ? (known as Variant[]) : parseVariants(readFileSync(file, "utf8"), file);
