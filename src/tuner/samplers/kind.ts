import type { OptionDeclaration, SharedOption } from "../../options.ts";
import type { Sampler } from "../trial.ts";

/** An option of a sampler, by the name that its constructor has for it. */
export type SamplerOption = (OptionDeclaration | SharedOption) & {
  /** Whether a larger value makes more trials possible. Default: no. */
  readonly raisesLimit?: boolean;
};

/** What the command line knows of a sampler. */
export interface SamplerKind {
  /** Whether proposals depend on the results of earlier rounds. */
  readonly learns: boolean;
  readonly options: Readonly<Record<string, SamplerOption>>;
  /** @param options may include options of other samplers, which are ignored */
  create(options?: object): Sampler;
}
