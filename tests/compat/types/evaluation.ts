/** What is known of an evaluation: the metrics that were asked for, and no others. */
import {
  AccuracyMetrics,
  CategoricalCrossEntropyLoss,
  type CompileOptions,
  Dense,
  type EpochRow,
  type Evaluation,
  type FitOptions,
  type History,
  type Metric,
  Model,
  type ModelOptions,
  type Samples,
  SGDOptimizer,
} from "nnwasm";

declare const samples: Samples;
declare const several: readonly Metric[];

const layers = [new Dense(2, { activation: "softmax" })];
const loss = new CategoricalCrossEntropyLoss();
const optimizer = new SGDOptimizer();
class TopTwo extends AccuracyMetrics {}
class Own implements Metric {
  readonly name = "own";
  forward(): void {}
}

export async function asked(options: ModelOptions): Promise<number> {
  const model = new Model(layers, options).compile({ loss, optimizer, metrics: [new AccuracyMetrics()] });
  const { rows } = await model.fit(samples, {
    validation: samples,
    onEpoch: ({ train, validation }) => {
      const sum: number = train.accuracy + train.cost + (validation?.accuracy ?? 0);
      // @ts-expect-error It is misspelt.
      return sum > 0 ? train.acuracy : undefined;
    },
  });
  const evaluation = await model.evaluate(samples);
  // @ts-expect-error It is misspelt.
  evaluation.acuracy;
  // @ts-expect-error It was not asked for.
  evaluation.own;
  // @ts-expect-error There is a number, not to be changed.
  evaluation.accuracy = 1;
  // @ts-expect-error A set of validation samples need not have been given.
  rows[0]?.validation.accuracy;
  const last = rows.at(-1);
  return evaluation.loss + evaluation.accuracy + (last?.train.accuracy ?? 0);
}

export async function severalAsked(): Promise<number> {
  const metrics = [new TopTwo(), new Own()];
  const { accuracy, own } = await new Model(layers).compile({ loss, optimizer, metrics }).evaluate(samples);
  return accuracy + own;
}

export async function noneAsked(): Promise<number> {
  const evaluation = await new Model(layers).compile({ loss, optimizer }).evaluate(samples);
  // @ts-expect-error It was not asked for.
  evaluation.accuracy;
  return evaluation.loss + evaluation.cost;
}

/** A list whose type does not say the names. */
export async function unknownAsked(): Promise<number | undefined> {
  const evaluation = await new Model(layers).compile({ loss, optimizer, metrics: several }).evaluate(samples);
  // @ts-expect-error It may not be there.
  const accuracy: number = evaluation.accuracy;
  return evaluation.whatever ?? accuracy;
}

/** A model whose type does not say what it was compiled with. */
export async function notSaid(): Promise<number> {
  const model = new Model(layers);
  model.compile({ loss, optimizer, metrics: [new AccuracyMetrics()] });
  const { accuracy, ...means } = await model.evaluate(samples);
  // @ts-expect-error No metric of the library has this name.
  means.acuracy;
  return means.loss + (accuracy ?? 0);
}

const settings: CompileOptions = { loss, optimizer, metrics: [new AccuracyMetrics()] };
const plain = new Model(layers);
const compiled = new Model(layers).compile({ loss, optimizer, metrics: [new AccuracyMetrics()] });
export const kept: Model = compiled;
export const exact: Model<{ accuracy: number }> = compiled;
export const others: readonly Model[] = [compiled, plain, plain.compile(settings)];
export const fitOptions: FitOptions = { onEpoch: (row: EpochRow) => void row.train.accuracy };
export const history: Promise<History> = compiled.fit(samples, fitOptions);
export const evaluated: Promise<Evaluation> = compiled.evaluate(samples);
// @ts-expect-error Who wants an accuracy does not take a model that may have none.
export const wanting: Model<{ accuracy: number }> = plain;
