/** What is said of a setting in the table of settings. */
import type { OptionDeclaration } from "../options.ts";
import type { SettingType } from "./types.ts";

export interface Setting<T = unknown> {
  readonly type: SettingType<T>;
  /** As commander takes it: "--lr, --eta-max <rate>". The last name is the setting's own, in other words. */
  readonly flags: string;
  /** The title under which `--help` shows it. */
  readonly group: string;
  /** What it is, as `--help` says it; the default is added there. */
  readonly help: string;
  readonly default?: NoInfer<T>;
  /** Of a setting without a default: what it is then, as `--help` says it. */
  readonly usual?: string;
  /** Of a setting without a default: what it follows from. */
  readonly follows?: {
    /** "10 · cycles" */
    readonly inWords: string;
    from(training: { readonly samples: number; readonly batch: number; readonly cycles: number }): number;
  };
  /** If there is a flag --no-… besides: what that does. */
  readonly off?: string;
  /** Why a search cannot choose it. Absent: it can. */
  readonly notSearched?: string;
  /** False where NNWASM_… is something else. Default: true. */
  readonly environment?: boolean;
  /** Whether the results depend on it: a printed command tells only of such. Default: true. */
  readonly changesResults?: boolean;
  /** Whether only a training that runs by itself has it, and none of several side by side. Default: false. */
  readonly alone?: boolean;
  /** What other programs call each of its flags, as words with spaces between. */
  readonly words?: OptionDeclaration["words"];
}

/** A setting that always has a value. */
export type WithDefault<T> = Setting<T> & { readonly default: T };

/** An entry of the table, its default checked against its type. */
export function setting<T>(entry: Setting<T> & { readonly default: NoInfer<T> }): WithDefault<T>;
export function setting<T>(entry: Setting<T>): Setting<T>;
export function setting<T>(entry: Setting<T>): Setting<T> {
  return entry;
}
