/** The network that a preset says, without the settings of the command line. */

import { type CandidateName, type CandidateNetwork, candidates as candidateKinds } from "../candidates.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import { choose } from "../errors.ts";
import { parseInitializer, ZerosInitializer } from "../initializers/index.ts";
import { losses, lossesFor } from "../losses/index.ts";
import { type MetricKind, metrics } from "../metrics/index.ts";
import type { FitOptions } from "../model/fitOptions.ts";
import { Model } from "../model/model.ts";
import { denseNetwork } from "../model/network.ts";
import { type OptimizerKind, optimizers, type RateFactors } from "../optimizers/index.ts";
import { pickOptions } from "../options.ts";
import { scaleOfTargets } from "../preprocessing/scaleOfTargets.ts";
import { type Preset, presets } from "../presets.ts";
import { type ScheduleKind, schedules } from "../schedules/index.ts";
import { type TargetKind, targetsOf } from "../targets.ts";
import type { TrainTableOptions } from "./options.ts";

export interface Network {
  readonly model: Model;
  readonly fitting: Pick<FitOptions, "batchSize" | "trainingMetrics" | "standardize"> & {
    readonly epochs: number;
  };
  readonly keep: "best" | undefined;
}

export interface NetworkOptions {
  readonly candidate: CandidateName;
  /** Rows of the table that are trained on, by which the preset goes. */
  readonly rows: number;
  /** Rows of one training, by which the schedule goes. */
  readonly samples: number;
  readonly seed: number;
}

/** The network that the preset says, compiled. */
export function networkFor(
  dataset: UntestedDataset,
  options: TrainTableOptions,
  { candidate, rows, samples, seed }: NetworkOptions,
): Network {
  const { dtype, engine, threads } = options;
  const { kind } = targetsOf(dataset);
  const usual = presets[options.preset ?? "table"]({ rows, targets: kind });
  const { hidden = usual.layers!, epochs = usual.epochs!, learningRate = usual.etaMax! } = options;
  const { batchSize = usual.batch! } = options;
  const asked = { ...usual, layers: hidden, epochs, etaMax: learningRate };
  const its = { ...asked, ...candidateKinds[candidate].changes(asked, samples) } as Preset & CandidateNetwork;
  const loss = losses[lossesFor(kind)[0]!].create({});
  const weightInitializer = parseInitializer(its.init!);
  const zeros = new ZerosInitializer();
  const layers = denseNetwork({
    ...{ hidden: its.layers!, outputs: dataset.classes, activation: its.activation! },
    inputScale: its.inputScale ?? false,
    dropout: its.dropout ?? 0,
    weightInitializer,
    biasInitializer: its.biasInit === "zeros" ? zeros : parseInitializer(its.biasInit!),
    ...(its.outputInit === "zeros" && { outputInitializer: zeros }),
    outputActivation: loss.outputKind ?? "linear",
    l2: its.l2 ?? 0,
  });
  const schedule = choose<ScheduleKind>("schedule", schedules, its.lrSchedule!);
  const steps = its.epochs! * Math.ceil(samples / batchSize);
  const rates = { etaMax: learningRate, etaMin: 0, steps };
  const optimizer = choose<OptimizerKind>("optimizer", optimizers, its.optimizer!);
  const model = new Model(layers, {
    seed,
    ...(dtype !== undefined && { dtype }),
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  }).compile({
    loss,
    optimizer: optimizer.create({
      ...pickOptions(its, Object.keys(optimizer.options)),
      ...(its.rateFactors && { rateFactors: its.rateFactors as RateFactors }),
      schedule: schedule.create(pickOptions(rates, Object.keys(schedule.options))),
    }),
    metrics: usualMetrics(kind, dataset),
  });
  const { trainingMetrics = "full" } = its;
  const fitting = { epochs: its.epochs!, batchSize, trainingMetrics, standardize: false } as const;
  return { model: model as unknown as Model, fitting, keep: its.keep };
}

/** Those that a training measures without being asked, in the unit that the targets had. */
function usualMetrics(targets: TargetKind, { preprocessing }: UntestedDataset) {
  const scale = scaleOfTargets(preprocessing);
  return Object.values<MetricKind>(metrics)
    .filter(({ usualFor }) => usualFor.includes(targets))
    .map((kind) => kind.create(kind.inUnitOfTargets && scale !== undefined ? { scale } : {}));
}
