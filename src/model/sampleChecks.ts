/** Holds samples against a model as it is now: all of this is to be called in a turn of its queue. */
import type { Samples } from "../data/dataset.ts";
import { kindOf } from "../data/values.ts";
import { targetsTaken } from "../losses/index.ts";
import { targetsOf } from "../targets.ts";
import type { ModelMemory } from "./memory.ts";
import { checkMeasurable } from "./metricChecks.ts";
import { checkSamples, checkTargets, checkValues, requireSome } from "./suits.ts";

/** @throws DatasetError unless the samples suit the model */
export function checkSuits(where: string, memory: ModelMemory, samples: Samples, usesTargets = true): void {
  checkValues(where, samples, memory.inputs);
  const loss = memory.compiled?.loss;
  if (loss !== undefined && !usesTargets && !targetsTaken(loss).includes(targetsOf(samples).kind)) return;
  const asked = usesTargets ? loss : undefined;
  checkTargets(where, samples, memory.outputs(samples.features), asked);
}

/** @throws ConfigError unless all metrics can be measured on the samples */
export function checkMeasured(where: string, memory: ModelMemory, samples: Samples): void {
  const { compiled, precision } = memory;
  const outputs = memory.outputs(samples.features);
  checkMeasurable(where, compiled?.metrics ?? [], samples, { outputs, precision });
}

/** @throws DatasetError unless the samples suit the model, and each other */
export function checkTraining(memory: ModelMemory, train: Samples, validation: Samples | undefined): void {
  const where = "Model.fit";
  checkSamples(where, train);
  requireSome(where, train);
  checkSuits(where, memory, train);
  checkMeasured(where, memory, train);
  if (validation === undefined) return;
  const inValidation = `${where}, validation`;
  checkSamples(inValidation, validation);
  requireSome(inValidation, validation);
  checkValues(inValidation, validation, { features: train.features, kind: kindOf(train.elementType) });
  checkTargets(inValidation, validation, memory.outputs(train.features), memory.compiled?.loss);
  checkMeasured(inValidation, memory, validation);
}
