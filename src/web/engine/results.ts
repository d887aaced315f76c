/** What a network answers for samples that it was not trained on: the confusion, the worst, predicted over actual numbers. */
import type { Samples } from "../../data/dataset.ts";
import { log } from "../../math.ts";
import type { Model } from "../../model/model.ts";
import { copyResident } from "../../model/residentCopy.ts";
import { unitOfTargets } from "../../preprocessing/scaleOfTargets.ts";
import type { TrainingPlan } from "../../runs/train.ts";
import { targetsOf } from "../../targets.ts";
import type { SentSamples } from "../../worker/protocol.ts";
import { fromSent, toSent } from "../../worker/samples.ts";
import type { ResultsView, WrongSample } from "./api.ts";

/** The most samples that are looked at: they are predicted while the training goes on. */
const MOST_SAMPLES = 2000;
const MOST_WRONG = 12;

/** Samples that are looked at, with their values and labels. */
export interface Looked {
  readonly on: ResultsView["on"];
  readonly samples: Samples;
  readonly sent: SentSamples;
}

/**
 * Those for validation; else those to test on, else those of the training. They are copied from the training's memory where they lie
 * there: files would be read again, a piece between two steps.
 */
export async function lookedAt({ split, model }: TrainingPlan): Promise<Looked> {
  const [on, all] =
    split.validation !== undefined
      ? (["validation", split.validation] as const)
      : split.test !== undefined
        ? (["test", split.test] as const)
        : (["training", split.train] as const);
  const count = Math.min(all.count, MOST_SAMPLES);
  const resident = copyResident(model, all, count);
  if (resident !== undefined) {
    const { features, classes, targets, classNames } = all;
    const sent: SentSamples = { ...resident, features, classes, targets, classNames };
    return { on, samples: fromSent(sent), sent };
  }
  const some = count === all.count ? all : all.select(Uint32Array.from({ length: count }, (_, i) => i));
  return { on, samples: some, sent: await toSent("The playground", some, {}) };
}

export async function resultsView(
  model: Model,
  { on, samples, sent }: Looked,
  { dataset }: TrainingPlan,
): Promise<ResultsView> {
  const { kind } = targetsOf(dataset);
  const outputs = await model.predict(samples);
  const counted = { on, samples: samples.count };
  if (kind === "numbers") return { ...counted, numbers: numbersOf(outputs, sent, dataset) };
  if (kind === "flags") return counted;
  const classes = outputs.length / samples.count;
  const confusion = new Uint32Array(classes * classes);
  const wrong: (WrongSample & { readonly loss: number })[] = [];
  for (let row = 0; row < samples.count; row++) {
    const label = sent.labels[row]!;
    const predicted = largest(outputs, row * classes, classes);
    confusion[label * classes + predicted]!++;
    if (predicted === label) continue;
    const loss = -log(Math.max(outputs[row * classes + label]!, 1e-38));
    wrong.push({ row, label, predicted, probability: outputs[row * classes + predicted]!, loss });
  }
  wrong.sort((a, b) => b.loss - a.loss || a.row - b.row);
  const isImage = dataset.shape.length === 3;
  const shown = wrong.slice(0, MOST_WRONG).map(({ loss: _, ...sample }) => ({
    ...sample,
    ...(isImage && { values: valuesOf(sent, sample.row) }),
  }));
  return { ...counted, confusion, wrong: shown };
}

const valuesOf = ({ values, features }: SentSamples, row: number): Uint8Array | Float32Array => {
  const own = values.slice(row * features, (row + 1) * features);
  return own instanceof Uint8Array ? own : Float32Array.from(own);
};

function largest(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i;
  return best;
}

/** The first target, in its own unit. */
function numbersOf(
  outputs: ArrayLike<number>,
  { labels, targets }: SentSamples,
  { classNames, preprocessing }: TrainingPlan["dataset"],
) {
  const width = targets?.width ?? 1;
  const { mean = [0], std = [1] } = unitOfTargets(preprocessing);
  const unit = (value: number) => value * (std[0] ?? 1) + (mean[0] ?? 0);
  const count = labels.length / width;
  return {
    name: classNames[0] ?? "target",
    actual: Float64Array.from({ length: count }, (_, i) => unit(labels[i * width]!)),
    predicted: Float64Array.from({ length: count }, (_, i) => unit(outputs[i * width]!)),
  };
}
