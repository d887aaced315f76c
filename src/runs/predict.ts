/**
 * Predicts what a file's rows, or images, are: some rows at a time, in their order, in constant memory. A subscriber hears of
 * them: there is no terminal and no file for answers here.
 */
import type { ImagePreprocessing } from "../images/preprocessing.ts";
import { endsOf, radiiOf } from "../model/intervals.ts";
import { memories } from "../model/memory.ts";
import type { Model } from "../model/model.ts";
import type { TablePreprocessing, TargetEncoding } from "../preprocessing/preprocessing.ts";
import { finite } from "../preprocessing/scale.ts";
import { now, otherWork } from "../runtime.ts";
import type { TableSource } from "../tables/table.ts";
import type { TargetKind } from "../targets.ts";
import type { FloatArray } from "../tensor.ts";
import type { AnswerBlock, AnswerShape } from "./answers/answers.ts";
import { Events, type RunOptions } from "./events.ts";
import { BLOCK_ROWS, type CellCounts, type FeatureSource } from "./predict/features.ts";
import { imageFeatures } from "./predict/imageFeatures.ts";
import { rawFeatures } from "./predict/rawFeatures.ts";
import { type TableFeatureOptions, tableFeatures } from "./predict/tableFeatures.ts";

/** A prediction that can begin. */
export interface PredictionPlan {
  readonly model: Model;
  readonly features: FeatureSource;
  readonly shape: AnswerShape;
  /** Of numbers that were standardised: answers are outputs · std + mean. */
  readonly scale?: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined;
  /** How far the range around each number reaches. Default: there is none. */
  readonly radii?: readonly number[] | undefined;
  /** What a user should know of the ranges. */
  readonly notice?: string | undefined;
}

export interface TablePredictionOptions extends TableFeatureOptions {
  /** The probability with which a range around each number holds it. Default: there is no range. */
  readonly interval?: number | undefined;
}

/** Some rows are answered. The next are computed when the subscriber is done with them. */
export interface PredictedRows {
  readonly type: "rows";
  readonly block: AnswerBlock;
}

/** How much of the input has been read. */
export interface PredictionProgress {
  readonly type: "progress";
  /** Rows that are answered. */
  readonly rows: number;
  /** 0 to 1; undefined where it is not known. */
  readonly share: number | undefined;
}

/** All rows are answered, or as many as were until it was stopped. */
export interface PredictionEnd extends CellCounts {
  readonly type: "result" | "interrupted";
  readonly rows: number;
  readonly seconds: number;
}

export type PredictionEvent = PredictedRows | PredictionProgress | PredictionEnd;

/** After so many milliseconds, other work (a signal) has its turn. */
const TURN = 50;

/** How a model's outputs are read that has no preprocessing. */
interface Outputs {
  readonly kind: TargetKind;
  readonly names: readonly string[];
}

/**
 * A prediction for the rows of a table.
 * @param named how errors write the name of an option
 * @throws DatasetError if the table has not the model's columns; ConfigError if a column that is to be kept is not there, or the
 *   model gives no ranges
 */
export function planTablePrediction(
  model: Model,
  preprocessing: TablePreprocessing,
  source: TableSource,
  { interval, ...options }: TablePredictionOptions = {},
  named: (key: "interval") => string = String,
): PredictionPlan {
  const { target } = preprocessing;
  const { keep = [] } = options;
  const ranges = interval === undefined ? undefined : rangesOf(model, interval, named("interval"));
  const features = tableFeatures(source, preprocessing, options);
  const { kind, mean, std } = target;
  const isScaled = mean !== undefined && std !== undefined;
  return {
    ...{ model, features },
    shape: {
      ...{ kind, names: namesOf(target), kept: keep, ranged: ranges !== undefined },
      precision: isScaled ? "float64" : model.precision,
    },
    ...(isScaled && { scale: { mean, std } }),
    ...ranges,
  };
}

/** @throws ConfigError if there are none */
function rangesOf(model: Model, coverage: number, where: string): Pick<PredictionPlan, "radii" | "notice"> {
  const radii = radiiOf(where, memories.get(model)!, coverage);
  const promised = Math.min(...model.intervals!.map(({ mostCoverage }) => mostCoverage));
  return {
    radii: radii.map(({ radius }) => radius),
    ...(radii.some((each) => !each.promised) && {
      notice:
        `${where} ${coverage} is more than the rows that were held out in the training can promise: ${toDown(promised)}. ` +
        "Ranges reach as far as their largest error, and hold less often than that.",
    }),
  };
}

/** A share in three digits, rounded down. */
const toDown = (share: number): number => Math.floor(share * 1000) / 1000;

const namesOf = ({ kind, columns, classNames = [] }: TargetEncoding): readonly string[] =>
  kind === "classes" ? classNames : columns;

/** A prediction for the rows of a table, each as many numbers as the model has features. @throws as {@link planTablePrediction} */
export function planRawPrediction(
  model: Model,
  source: TableSource,
  keep: readonly string[] = [],
): PredictionPlan {
  const { features: count = 0, inputs } = memories.get(model)!;
  const features = rawFeatures(source, { features: count, bytes: inputs.kind === "bytes", keep });
  return { model, features, shape: { ...outputsOf(model), precision: model.precision, kept: keep } };
}

/** A prediction for images. @param input a folder, a file, or several */
export function planImagePrediction(
  model: Model,
  preprocessing: ImagePreprocessing,
  input: string | readonly string[],
): PredictionPlan {
  const features = imageFeatures(input, preprocessing);
  return { model, features, shape: { ...outputsOf(model), precision: model.precision, kept: features.kept } };
}

/** What a model's outputs are, by what it was trained for or, if that is not known, by its last layer. */
function outputsOf(model: Model): Outputs {
  const memory = memories.get(model)!;
  const last = model.layers.at(-1)![0];
  const usual = /^softmax/.test(last) ? "classes" : /^sigmoid/.test(last) ? "flags" : "numbers";
  const kind = memory.targets?.kind ?? usual;
  const width = memory.outputs(memory.features!);
  const { classNames = [] } = model;
  const unnamed = { classes: "", flags: "flag ", numbers: width === 1 ? "value" : "value " }[kind];
  const names = Array.from(
    { length: width },
    (_, j) => classNames[j] ?? `${unnamed}${unnamed === "value" ? "" : j}`,
  );
  return { kind, names };
}

/**
 * Predicts.
 * @throws DatasetError, with its place, if a row cannot be read; FileError; what the subscriber throws
 */
export async function predict(
  { model, features, shape, scale, radii }: PredictionPlan,
  { subscriber, signal }: RunOptions<PredictionEvent>,
): Promise<PredictionEnd> {
  const events = new Events(subscriber);
  const begin = now();
  const predictor = model.predictor();
  const width = shape.names.length;
  let room: FloatArray | undefined;
  const inUnits = scale && new Float64Array(BLOCK_ROWS * width);
  const inRange = radii && new Float64Array(3 * BLOCK_ROWS * width);
  let rows = 0;
  let turn = begin;
  const end = (type: PredictionEnd["type"]): PredictionEnd => ({
    ...{ type, rows, seconds: (now() - begin) / 1000 },
    ...features.counts,
  });
  try {
    const reading = features.read({
      signal,
      onProgress: (share) => events.post({ type: "progress", rows, share }),
    });
    for await (const { count, values, kept } of reading) {
      if (now() - turn > TURN) {
        await otherWork();
        turn = now();
      }
      signal.throwIfAborted();
      const outputs: FloatArray = count === BLOCK_ROWS ? predictor.run(values, room) : predictor.run(values);
      if (count === BLOCK_ROWS) room = outputs;
      const answers =
        inUnits === undefined ? narrowed(outputs, count, width) : unscaled(outputs, scale!, inUnits);
      const all = inRange === undefined ? answers : ranged(answers, radii!, inRange);
      await events.emit({ type: "rows", block: { first: rows, count, outputs: all, kept } });
      rows += count;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return end("interrupted");
  }
  const result = end("result");
  await events.emit(result);
  return result;
}

/** The outputs that have a name: a network may have more of them than there are classes. */
function narrowed(outputs: FloatArray, count: number, width: number): FloatArray {
  const stride = outputs.length / count;
  if (stride === width) return outputs;
  return outputs
    .slice(0, count * width)
    .map((_, i) => outputs[Math.floor(i / width) * stride + (i % width)]!);
}

/** Outputs in the targets' own units. */
function unscaled(
  outputs: FloatArray,
  { mean, std }: NonNullable<PredictionPlan["scale"]>,
  room: Float64Array,
): Float64Array {
  const width = mean.length;
  const answers = room.subarray(0, outputs.length);
  for (let i = 0; i < outputs.length; i++)
    answers[i] = finite(outputs[i]! * std[i % width]! + mean[i % width]!);
  return answers;
}

/** Each row's numbers, then the lower ends of their ranges, then the upper ones. */
function ranged(numbers: FloatArray, radii: readonly number[], room: Float64Array): Float64Array {
  const width = radii.length;
  for (let i = 0; i < numbers.length; i++) {
    const j = i % width;
    const at = 3 * (i - j) + j;
    room[at] = numbers[i]!;
    [room[at + width], room[at + 2 * width]] = endsOf(numbers[i]!, radii[j]!);
  }
  return room.subarray(0, 3 * numbers.length);
}
