/** Flags as options of train(): --learning-rate 0.01 is { learningRate: 0.01 }. The library says what is wrong with them. */
import type { Options } from "./runs.ts";

const camelCase = (flag: string): string =>
  flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A number, true or false, a text, or a list of these with commas in it: "64," is a list of one. */
function parsed(text: string): unknown {
  if (text.includes(","))
    return text
      .split(",")
      .filter((part) => part !== "")
      .map(parsed);
  if (text === "true" || text === "false") return text === "true";
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

/** @throws Error if a word stands where a flag is expected */
export function optionsOf(words: readonly string[]): Options {
  const options: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    const [, name, given] = /^--([a-z][\w-]*)(?:=(.*))?$/s.exec(words[i]!) ?? [];
    if (name === undefined) {
      throw new Error(`"${words[i]}" is no option. What follows -- goes to train(), as in: -- --epochs 50.`);
    }
    const next = words[i + 1];
    const isBare = given === undefined && (next === undefined || next.startsWith("--"));
    options[camelCase(name)] = isBare ? true : parsed(given ?? words[++i]!);
  }
  return options;
}
