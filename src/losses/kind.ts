import type { Kind } from "../described.ts";
import type { OptionDeclaration } from "../options.ts";
import type { Loss } from "./loss.ts";

/** A loss by name, and what the command line knows of it. */
export interface LossKind<L extends Loss = Loss> extends Kind<L> {
  /** Its options that have a flag. Default: none. */
  readonly options?: Readonly<Record<string, OptionDeclaration>>;
}
