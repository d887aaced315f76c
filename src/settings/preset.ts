/** The settings of a preset for the training at hand: those that go with what is given. */

import { isEnsemble } from "../ensemble/size.ts";
import { type Preset, type PresetBasis, type PresetName, presets } from "../presets.ts";
import type { TargetKind } from "../targets.ts";
import { isInitialFile } from "./parse.ts";
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
 * another one; so are its epochs where cycles are given. Factors of the rate are of the parameters that there are. The number of
 * members is not decided here ({@link usualMembers}).
 */
export function presetSettings(
  given: Partial<TrainSettings>,
  { usual, samples, targets, hasValidation }: PresetData,
): Partial<TrainSettings> {
  const preset = given.preset ?? usual;
  const its: Preset = presets[preset]({ rows: samples, targets });
  const { weightDecay, decayFollows, beta2, etaMax, etaMin, epochs, keep, rateFactors, ...others } = its;
  const { members: _, candidates, ...ofNetwork } = others;
  const isItsOptimizer = given.optimizer === undefined || given.optimizer === others.optimizer;
  const network = mergeSettings(ofNetwork as Partial<TrainSettings>, given);
  return {
    ...ofNetwork,
    ...(isItsOptimizer && defined({ weightDecay, decayFollows, beta2, etaMax, etaMin })),
    ...(rateFactors !== undefined && { rateFactors: fittingRateFactors(rateFactors, network) }),
    ...(given.cycles === undefined && { epochs }),
    ...(isEnsemble(given) ? defined({ candidates }) : hasValidation && { keep }),
    // What the defaults are needs no name.
    ...((given.preset !== undefined || preset !== "paper") && { preset }),
  } as Partial<TrainSettings>;
}

/**
 * The members that the preset says where none are given; undefined for one network. What is for the training of one network is a
 * wish for one: rows of its own for validation, an end or a choice by them, weights from a file.
 * @param counts the rows are those to train on and to validate by, together
 */
export function usualMembers(
  given: Partial<TrainSettings>,
  usual: PresetName,
  counts: Omit<PresetBasis, "targets">,
): number | undefined {
  const { members, cv, validation = 0, patience, monitor, keep, init } = given;
  if (members !== undefined || cv !== undefined) return undefined;
  const isForOne = [patience, monitor, keep].some((setting) => setting !== undefined);
  if (isForOne || validation > 0 || (init !== undefined && isInitialFile(init))) return undefined;
  return presets[given.preset ?? usual](counts).members;
}

const defined = (settings: object): object =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
