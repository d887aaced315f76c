/** The settings of a preset for the training at hand: those that go with what is given. */
import { type Preset, type PresetName, presets } from "../presets.ts";
import type { TrainSettings } from "./settings.ts";

/** What a preset follows from. */
export interface PresetData {
  /** The preset unless one is given. */
  readonly usual: PresetName;
  /** Samples that are trained on. */
  readonly samples: number;
  readonly hasValidation: boolean;
}

/**
 * What a preset says of the settings that are not given. Rate and decay are of its optimizer, and are left to the defaults with
 * another one; so are its epochs where cycles are given.
 */
export function presetSettings(
  given: Partial<TrainSettings>,
  { usual, samples, hasValidation }: PresetData,
): Partial<TrainSettings> {
  const preset = given.preset ?? usual;
  const { weightDecay, etaMax, etaMin, epochs, keep, ...others }: Preset = presets[preset](samples);
  const isItsOptimizer = given.optimizer === undefined || given.optimizer === others.optimizer;
  return {
    ...others,
    ...(isItsOptimizer && { weightDecay, etaMax, etaMin }),
    ...(given.cycles === undefined && { epochs }),
    ...(hasValidation && { keep }),
    // What the defaults are needs no name.
    ...((given.preset !== undefined || preset !== "paper") && { preset }),
  } as Partial<TrainSettings>;
}
