/** From a table to a model in one call: it is read, understood, split, prepared and trained on. */

import type { Backend } from "../backend/backend.ts";
import type { EngineName } from "../backend/index.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { tableDataset } from "../data/tableDataset.ts";
import { labelsOf } from "../ensemble/labels.ts";
import { combine, type Member, type MemberSnapshot, membersOf, sharesOf } from "../ensemble/members.ts";
import { ensembleSize, isEnsemble } from "../ensemble/size.ts";
import { ConfigError, choose } from "../errors.ts";
import { counted } from "../format/words.ts";
import type { FormatOptions } from "../formats/format.ts";
import { parseInitializer, ZerosInitializer } from "../initializers/index.ts";
import { losses, lossesFor } from "../losses/index.ts";
import { type MetricKind, metrics } from "../metrics/index.ts";
import { BestWeights, type Callback } from "../model/callbacks/index.ts";
import { ensembleOf } from "../model/ensemble.ts";
import { keepIntervals, measureIntervals } from "../model/heldOut.ts";
import type { EpochRow } from "../model/history.ts";
import { memories } from "../model/memory.ts";
import { Model } from "../model/model.ts";
import { resolveModelOptions } from "../model/modelOptions.ts";
import { denseNetwork } from "../model/network.ts";
import type { NamedTensor } from "../model/safetensors.ts";
import { type OptimizerKind, optimizers } from "../optimizers/index.ts";
import {
  checkOptions,
  isNumber,
  pickOptions,
  requireBoolean,
  requireInteger,
  requireMethods,
  shown,
} from "../options.ts";
import type { Signal } from "../platform.ts";
import { numberEncoders, type PreprocessingOptions } from "../preprocessing/fit.ts";
import { scaleOfTargets } from "../preprocessing/scaleOfTargets.ts";
import { presets } from "../presets.ts";
import { type ScheduleKind, schedules } from "../schedules/index.ts";
import { collectTable } from "../tables/collect.ts";
import { type ColumnArrays, type RowsInMemory, tableOfRows } from "../tables/rows.ts";
import type { Table, TableOptions, Understanding } from "../tables/table.ts";
import { understand } from "../tables/understand.ts";
import { asOptions, type WordedOptions } from "../tables/wording.ts";
import { type TargetKind, targetKinds, targetsOf } from "../targets.ts";
import type { Precision } from "../tensor.ts";
import type { AnswerOf, MetricsOfTask } from "./answers.ts";
import { openFile } from "./openFile.ts";

/** A table: the path of a file (Node only), rows as objects by column name, or columns as arrays. */
export type TableData = string | Iterable<object> | AsyncIterable<object> | ColumnArrays;

/** What was found out of a table before the training. */
export interface UnderstoodTable {
  readonly table: Table;
  readonly understanding: Understanding;
  /** What a user should know, as sentences. */
  readonly warnings: readonly string[];
  /** Rows to train on, and for validation. */
  readonly rows: { readonly train: number; readonly validation: number };
}

/** `Target` and `Task` are told by `target` and `task`, and decide the types of the model's answers and metrics. */
export interface TrainTableOptions<Target extends string = string, Task extends TargetKind = TargetKind>
  extends Omit<TableOptions, "target" | "task" | "group">,
    FormatOptions,
    PreprocessingOptions {
  /**
   * A file (CSV, TSV, JSON lines, Parquet, NPY; Node only); or rows as objects, { rooms: 3, city: "Bern" }, in an array or in any
   * iterable, asynchronous ones too; or columns as arrays, { rooms: [3, 4], city: ["Bern", "Rom"] }.
   */
  readonly data: TableData;
  /** The column to be predicted, or several of them. */
  readonly target: Target | readonly Target[];
  /** What is predicted: "classes", "numbers" or "flags". Default: it is found out. */
  readonly task?: Task | undefined;
  /** The columns whose values, together, name a row's group, all of which is in one set. They are no features. Default: none. */
  readonly group?: string | readonly string[] | undefined;
  /** Rows for validation, or their share below 1. Default: 0.2; with several members none, as each row is held out by turns. */
  readonly validation?: number | undefined;
  /**
   * Networks that are trained, each without another fold of the rows, and answer as their mean. Default: 1; with `cv`, one for each
   * fold.
   */
  readonly members?: number | undefined;
  /** Folds of the cross-validation by which an ensemble is put together, ≥ 2. Default: 5, but no more than `members`. */
  readonly cv?: number | undefined;
  /** Passes over the training rows, an integer ≥ 1. Default: by the number of rows, 5 to 150. */
  readonly epochs?: number | undefined;
  /** Rows in an update. Default: by the number of rows, 32 to 512. */
  readonly batchSize?: number | undefined;
  /** Units of the hidden layers. Default: [128, 128]. */
  readonly hidden?: readonly number[] | undefined;
  /** The rate that the training begins with; it falls along half a cosine. Default: 0.003. */
  readonly learningRate?: number | undefined;
  /** Decides the split, the initial weights and the order of the rows. Default: 1. */
  readonly seed?: number | undefined;
  /** The precision of all computations. Default: "float32". */
  readonly dtype?: Precision | undefined;
  /** What it computes on. Default: "wasm". */
  readonly engine?: EngineName | Backend | undefined;
  /** Threads that compute, an integer ≥ 1, or "auto"; they decide no bits. Default: as of {@link ModelOptions}. */
  readonly threads?: number | "auto" | undefined;
  /** Called before the training with what was understood of the table. Default: nothing is. */
  readonly onUnderstood?: ((understood: UnderstoodTable) => void | Promise<void>) | undefined;
  /**
   * Called after every epoch; what it returns is awaited. `member` is the number of the network, from 1, where there are several.
   * Default: nothing is.
   */
  readonly onEpoch?:
    | ((row: EpochRow<MetricsOfTask<Task>>, member?: number) => void | Promise<void>)
    | undefined;
  /** Ends the reading of the table, which then rejects with its reason; or the training, after the step under way. Default: none. */
  readonly signal?: Signal | undefined;
}

const OPTIONS = {
  data: true,
  target: true,
  task: true,
  drop: true,
  numeric: true,
  categorical: true,
  weight: true,
  group: true,
  missing: true,
  decimal: true,
  dates: true,
  format: true,
  delimiter: true,
  header: true,
  encoding: true,
  numbers: true,
  validation: true,
  members: true,
  cv: true,
  epochs: true,
  batchSize: true,
  hidden: true,
  learningRate: true,
  seed: true,
  dtype: true,
  engine: true,
  threads: true,
  onUnderstood: true,
  onEpoch: true,
  signal: true,
} satisfies Record<keyof TrainTableOptions, true>;

const WHERE = "train";

/**
 * Trains a model on a table: reads it, finds out what its columns are, splits its rows, fits the preprocessing on those that are
 * trained on, and trains, with the settings of `nnwasm train FILE --target COLUMN`: the same rows, seed and settings give the same
 * bits as there. The weights of the best epoch by the loss of the validation rows are kept.
 *
 *     const model = await train({ data: "houses.csv", target: "price", task: "numbers" });
 *     const [{ price }] = await model.predict([{ rooms: 3, city: "Bern" }]);
 *     const { rmse } = await model.evaluate(others); // rows with their price
 *
 * Errors of numbers are in the target's own unit; the loss is of standardised targets, (y − mean) / std.
 *
 * @throws ConfigError if an option is unknown or out of its range, or there is no such column; DatasetError, with its place, if the
 *   table is damaged or a cell is not what its column has, or if nothing can be learned from it; FileError if a file cannot be
 *   read, as in a browser; TrainingError if the training diverges
 */
export async function train<Target extends string, Task extends TargetKind = TargetKind>(
  options: TrainTableOptions<Target, Task>,
): Promise<Model<MetricsOfTask<Task>, AnswerOf<Target, Task>>> {
  // The options with types that know neither target nor task.
  const asked = options as unknown as TrainTableOptions;
  checkTrainOptions(asked);
  const { seed, weight, numbers, signal, onUnderstood } = asked;
  const { validation = isEnsemble(asked) ? 0 : undefined } = asked;
  const table = await tableFrom(asked);
  const understanding = understand(table, ofTable(asked));
  const group = listed(asked.group);
  const made = tableDataset(table, understanding, { validation, seed, weight, numbers, group });
  const { train: rows, validation: held } = made.dataset.split!;
  const warnings = [...understanding.warnings, ...made.warnings];
  const counts = { train: rows.length, validation: held.length };
  await onUnderstood?.({ table, understanding, warnings, rows: counts });
  signal?.throwIfAborted();
  const model = isEnsemble(asked)
    ? await trainMembers(made.dataset, asked, made.groups)
    : await trainOn(made.dataset, asked);
  memories.get(model)!.preprocessing = made.preprocessing;
  return model as unknown as Model<MetricsOfTask<Task>, AnswerOf<Target, Task>>;
}

/** One name, or several. */
const listed = (names: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof names === "string" ? [names] : names;

/** Whether it is an array of texts, and no hole in it. */
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && Array.from(value).every((text) => typeof text === "string");

const isNames = (names: unknown): boolean =>
  typeof names === "string" ? names !== "" : isTexts(names) && (names as unknown[]).length > 0;

/** What some options are, in words for errors, and how it is told. */
const CHECKS: readonly (readonly [
  options: readonly (keyof TrainTableOptions)[],
  isRight: (value: unknown) => boolean,
  expected: string,
])[] = [
  [["target", "group"], isNames, "a column's name, or an array of names"],
  [["drop", "numeric", "categorical"], isTexts, "an array of columns' names"],
  [["missing"], isTexts, "an array of texts"],
  [["weight"], (name) => typeof name === "string" && name !== "", "a column's name"],
  [["validation"], isNumber, "a number of rows, or a share below 1"],
  [["onEpoch", "onUnderstood"], (callback) => typeof callback === "function", "a function"],
];

const CHOICES = {
  task: targetKinds,
  decimal: { ".": true, ",": true },
  dates: { "day-first": true, "month-first": true },
  numbers: numberEncoders,
} as const;

function checkTrainOptions(options: TrainTableOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigError(`${WHERE}: the options are ${shown(options)}, expected { data, target }.`);
  }
  checkOptions(WHERE, options, Object.keys(OPTIONS));
  const { data, learningRate, header, signal } = options;
  if (data === undefined || data === "") {
    throw new ConfigError(
      `${WHERE}: data is ${shown(data)}, expected rows as objects, or the path of a file.`,
    );
  }
  for (const [names, isRight, expected] of CHECKS) {
    for (const name of names) {
      if (name !== "target" && options[name] === undefined) continue;
      if (!isRight(options[name]))
        throw new ConfigError(`${WHERE}: ${name} is ${shown(options[name])}, expected ${expected}.`);
    }
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const chosen = options[name as keyof typeof CHOICES];
    if (chosen !== undefined) choose(name, choices as Record<string, unknown>, chosen);
  }
  for (const name of ["epochs", "batchSize", "members"] as const) {
    if (options[name] !== undefined) requireInteger(`${WHERE}: ${name}`, options[name]);
  }
  if (options.cv !== undefined) requireInteger(`${WHERE}: cv`, options.cv, 2);
  if (isEnsemble(options)) ensembleSize(options, (name) => `${WHERE}: ${name}`);
  if (
    learningRate !== undefined &&
    !(isNumber(learningRate) && learningRate > 0 && learningRate < Infinity)
  ) {
    throw new ConfigError(`${WHERE}: learningRate is ${shown(learningRate)}, expected a number > 0.`);
  }
  checkNetwork(options);
  if (header !== undefined) requireBoolean(`${WHERE}: header`, header);
  if (signal !== undefined) {
    const methods = ["throwIfAborted", "addEventListener", "removeEventListener"];
    requireMethods(`${WHERE}: signal`, signal, methods, "the signal of an AbortController");
  }
}

/** What the model would refuse, too, but only when the table has been read. */
function checkNetwork({ hidden, dtype, seed, engine, threads }: TrainTableOptions): void {
  resolveModelOptions(
    {
      ...(dtype !== undefined && { dtype }),
      ...(seed !== undefined && { seed }),
      ...(engine !== undefined && { engine }),
      ...(threads !== undefined && { threads }),
    },
    WHERE,
  );
  if (hidden === undefined) return;
  if (!Array.isArray(hidden)) {
    throw new ConfigError(
      `${WHERE}: hidden is ${shown(hidden)}, expected an array of units, such as [50, 50].`,
    );
  }
  for (const [i, units] of Array.from(hidden).entries()) requireInteger(`${WHERE}: hidden[${i}]`, units);
}

function ofTable(options: TrainTableOptions): WordedOptions {
  const { task, drop, numeric, categorical, weight, missing, decimal, dates } = options;
  const [target, group] = [listed(options.target), listed(options.group)];
  const wording = asOptions(WHERE);
  return { target, task, drop, numeric, categorical, weight, group, missing, decimal, dates, wording };
}

async function tableFrom(options: TrainTableOptions): Promise<Table> {
  const { data, format, delimiter, header, encoding, signal } = options;
  const ofFormat = { format, delimiter, header, encoding };
  const source =
    typeof data === "string"
      ? await openFile(data, ofFormat)
      : await tableOfRows("data", data as RowsInMemory, signal);
  try {
    return await collectTable(source, ofTable(options), { signal });
  } finally {
    await source.close();
  }
}

/** Makes and trains the network that the preset for tables says. */
async function trainOn(dataset: UntestedDataset, options: TrainTableOptions): Promise<Model> {
  const { onEpoch, signal, seed = 1 } = options;
  const split = splitDataset(dataset);
  const { model, epochs, batchSize, keep } = networkFor(dataset, options, {
    ...{ rows: split.train.count, samples: split.train.count, seed },
  });
  const keepsBest = keep === "best" && split.validation !== undefined;
  const { interrupted } = await model.fit(split.train, {
    ...{ epochs, batchSize, validation: split.validation, standardize: false, signal },
    callbacks: keepsBest ? [new BestWeights({ monitor: "validation.loss" })] : [],
    ...(onEpoch !== undefined && { onEpoch: onEpoch as never }),
  });
  if (!interrupted) await measureIntervals(model, split.validation, dataset.preprocessing);
  return model;
}

/** Trains the members of an ensemble, one after another, and makes one model of them. */
async function trainMembers(
  dataset: UntestedDataset,
  options: TrainTableOptions,
  groups: readonly unknown[] | undefined,
): Promise<Model> {
  const { seed = 1, engine, threads } = options;
  const rows = dataset.split!.train;
  const size = ensembleSize(options);
  // As many as in the smallest training, by which the schedule goes.
  const samples = Math.floor((rows.length * (size.folds - 1)) / size.folds);
  const make = (own: number) => networkFor(dataset, options, { rows: rows.length, samples, seed: own });
  const labels = await labelsOf(dataset.training);
  const { kind, targets } = labels;
  const members = membersOf({
    candidates: [{ name: "network", epochs: make(seed).epochs }],
    ...{ rows, ...size, seed },
    classes: kind === "classes" ? Array.from(rows, (row) => targets[row]) : undefined,
    groups: groups && Array.from(rows, (row) => groups[row]),
  });
  if (members.length === 0) {
    throw new ConfigError(
      `${dataset.name} has ${counted(rows.length, "row")} to train on: too few to hold some out. Give members 1.`,
    );
  }
  const trained: { model: Model; snapshots: readonly TrainedSnapshot[] }[] = [];
  try {
    for (const member of members)
      trained.push(await trainMember(dataset, member, make(member.seed), options));
    const snapshots = trained.map((each) => each.snapshots);
    const combination = combine(members, snapshots, labels);
    for (const [k, { model }] of trained.entries()) {
      const { epoch } = combination.candidates[members[k]!.candidate]!;
      await model.load(snapshots[k]!.find((each) => each.epoch === epoch)!.tensors, `member ${k}`);
    }
    const model = await ensembleOf(
      trained.map(({ model }) => model),
      {
        weights: sharesOf(members, combination),
        ...(kind !== "numbers" && { temperature: combination.temperature }),
        ...(engine !== undefined && { engine }),
        ...(threads !== undefined && { threads }),
      },
    );
    keepIntervals(model, combination, labels, dataset.preprocessing);
    return model;
  } finally {
    for (const { model } of trained) await model.close();
  }
}

interface TrainedSnapshot extends MemberSnapshot {
  readonly tensors: readonly NamedTensor[];
}

async function trainMember(
  { training }: UntestedDataset,
  { number, rows, snapshots }: Member,
  { model, epochs, batchSize }: Network,
  { onEpoch, signal }: TrainTableOptions,
): Promise<{ model: Model; snapshots: readonly TrainedSnapshot[] }> {
  const validation = training.select(rows.validation);
  const kept: { epoch: number; tensors: readonly NamedTensor[] }[] = [];
  const keeper: Callback = {
    name: "snapshots",
    onEpoch: ({ epoch }, context) => {
      if (snapshots.includes(epoch)) kept.push({ epoch, tensors: context.tensors() });
    },
  };
  const { interrupted } = await model.fit(training.select(rows.train), {
    ...{ epochs, batchSize, validation, standardize: false, signal, callbacks: [keeper] },
    ...(onEpoch !== undefined && { onEpoch: (row) => onEpoch(row as never, number + 1) }),
  });
  if (interrupted) signal!.throwIfAborted();
  const answered: TrainedSnapshot[] = [];
  for (const { epoch, tensors } of kept) {
    await model.load(tensors, `epoch ${epoch}`);
    answered.push({ epoch, tensors, outputs: await model.predict(validation) });
  }
  return { model, snapshots: answered };
}

interface Network {
  readonly model: Model;
  readonly epochs: number;
  readonly batchSize: number;
  readonly keep: "best" | undefined;
}

/**
 * The network that the preset says, compiled.
 * @param data.rows of the table that are trained on, by which the preset goes
 * @param data.samples of one training, by which the schedule goes
 */
function networkFor(
  dataset: UntestedDataset,
  options: TrainTableOptions,
  { rows, samples, seed }: { readonly rows: number; readonly samples: number; readonly seed: number },
): Network {
  const { dtype, engine, threads } = options;
  const preset = presets.table({ rows });
  const { hidden = preset.layers!, epochs = preset.epochs!, batchSize = preset.batch! } = options;
  const { learningRate: etaMax = preset.etaMax! } = options;
  const { kind } = targetsOf(dataset);
  const loss = losses[lossesFor(kind)[0]!].create({});
  const weightInitializer = parseInitializer(preset.init!);
  const layers = denseNetwork({
    ...{ hidden, outputs: dataset.classes, activation: preset.activation!, weightInitializer },
    outputActivation: loss.outputKind ?? "linear",
    biasInitializer: preset.biasInit === "zeros" ? new ZerosInitializer() : weightInitializer,
    l2: 0,
  });
  const schedule = choose<ScheduleKind>("schedule", schedules, preset.lrSchedule!);
  const steps = epochs * Math.ceil(samples / batchSize);
  const rates = { etaMax, etaMin: Math.min(preset.etaMin!, etaMax), steps };
  const optimizer = choose<OptimizerKind>("optimizer", optimizers, preset.optimizer!);
  const model = new Model(layers, {
    seed,
    ...(dtype !== undefined && { dtype }),
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  }).compile({
    loss,
    optimizer: optimizer.create({
      weightDecay: preset.weightDecay!,
      schedule: schedule.create(pickOptions(rates, Object.keys(schedule.options))),
    }),
    metrics: usualMetrics(kind, dataset),
  });
  return { model: model as unknown as Model, epochs, batchSize, keep: preset.keep };
}

/** Those that a training measures without being asked, in the unit that the targets had. */
function usualMetrics(targets: TargetKind, { preprocessing }: UntestedDataset) {
  const scale = scaleOfTargets(preprocessing);
  return Object.values<MetricKind>(metrics)
    .filter(({ usualFor }) => usualFor.includes(targets))
    .map((kind) => kind.create(kind.inUnitOfTargets && scale !== undefined ? { scale } : {}));
}
