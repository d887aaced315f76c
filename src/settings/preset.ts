/** The settings of a preset for the training at hand: those that go with what is given. */
import { type Preset, type PresetName, presets } from "../presets.ts";
import type { TargetKind } from "../targets.ts";
import { fittingRateFactors } from "./rateFactors.ts";
import { mergeSettings, type TrainSettings } from "./settings.ts";

/** What a preset follows from. */
export interface PresetData {
  /** The preset unless one is given. */
  readonly usual: PresetName;
  /** Samples that are trained on. */
  readonly samples: number;
  readonly targets: TargetKind;
  readonly hasValidation: boolean;
}

/**
 * What a preset says of the settings that are not given. Rate, decay and what else is its optimizer's are left to the defaults with
 * another one; so are its epochs where cycles are given. Factors of the rate are of the parameters that there are.
 */
export function presetSettings(
  given: Partial<TrainSettings>,
  { usual, samples, targets, hasValidation }: PresetData,
): Partial<TrainSettings> {
  const preset = given.preset ?? usual;
  const its: Preset = presets[preset]({ rows: samples, targets });
  const { weightDecay, decayFollows, beta2, etaMax, etaMin, epochs, keep, rateFactors, ...others } = its;
  const isItsOptimizer = given.optimizer === undefined || given.optimizer === others.optimizer;
  const network = mergeSettings(others as Partial<TrainSettings>, given);
  return {
    ...others,
    ...(isItsOptimizer && defined({ weightDecay, decayFollows, beta2, etaMax, etaMin })),
    ...(rateFactors !== undefined && { rateFactors: fittingRateFactors(rateFactors, network) }),
    ...(given.cycles === undefined && { epochs }),
    ...(hasValidation && { keep }),
    // What the defaults are needs no name.
    ...((given.preset !== undefined || preset !== "paper") && { preset }),
  } as Partial<TrainSettings>;
}

const defined = (settings: object): object =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
