/** How errors and hints write what can be said of a table: as flags on the command line, as options of a function in the library. */
import type { TableOptions } from "./table.ts";

export interface Wording {
  /** What errors about options begin with: "train: ", or nothing. */
  readonly where: string;
  /** An option, with a value if one is proposed: `--task numbers`, or `task "numbers"`. */
  option(name: keyof TableOptions, value?: string): string;
}

/** What a user has said of a table, and how errors write it. */
export interface WordedOptions extends TableOptions {
  /** Default: as flags. */
  readonly wording?: Wording | undefined;
}

/** A value as it is typed in a shell. */
const shellText = (value: string): string => (/^[\w.,:/-]+$/.test(value) ? value : JSON.stringify(value));

export const asFlags: Wording = {
  where: "",
  option: (name, value) => `--${name}${value === undefined ? "" : ` ${shellText(value)}`}`,
};

/** Options that are arrays. */
const LISTS: ReadonlySet<keyof TableOptions> = new Set(["drop", "numeric", "categorical", "missing"]);

/** @param where the function that has the options: "train" */
export const asOptions = (where: string): Wording => ({
  where: `${where}: `,
  option(name, value) {
    if (value === undefined) return name;
    const text = JSON.stringify(value);
    return `${name} ${LISTS.has(name) ? `[${text}]` : text}`;
  },
});
