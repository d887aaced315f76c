/** The entries of the table of settings. */
import type { OptionDeclaration, TrainingSize } from "../options.ts";
import type { SettingType } from "./types.ts";

export interface Setting<T = unknown> {
  readonly type: SettingType<T>;
  /** The flags as commander takes them: "--lr, --eta-max <rate>". The last one is the setting's own name, with hyphens. */
  readonly flags: string;
  /** The title under which `--help` shows it. */
  readonly group: string;
  /** What it is, as `--help` says it; the default is added there. */
  readonly help: string;
  readonly default?: NoInfer<T>;
  /** What a setting without a default is if it is not given, as `--help` says it. */
  readonly usual?: string;
  /** How a setting without a default follows from others. */
  readonly follows?: {
    /** The formula: "10 · cycles". */
    readonly inWords: string;
    from(training: TrainingSize): number;
  };
  /** What the flag --no-… does, if there is one. */
  readonly off?: string;
  /** Why a search cannot choose it. Absent if it can. */
  readonly notSearched?: string;
  /** Whether NNWASM_… sets it. False where that variable means something else. Default: true. */
  readonly environment?: boolean;
  /** Whether the results depend on it. A printed command has only such settings. Default: true. */
  readonly changesResults?: boolean;
  /** Whether only a training that runs by itself has it, not trainings side by side. Default: false. */
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
