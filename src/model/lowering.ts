/** Makes plans from layers, loss, metrics and optimizer: the kernel calls that each of them writes down. */
import type { Kernels } from "../kernels/index.ts";
import type { LabelTensor } from "../kernels/softmaxCrossEntropy.ts";
import type { Layer, Mode, Parameter } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type Call, type Plan, recorder } from "../plan/plan.ts";
import type { Labelling, TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { BatchTargets } from "./batchTargets.ts";
import type { OptimizerTensors } from "./optimizerState.ts";
import type { Placement } from "./placements.ts";
import { type AnyMetric, isSummed } from "./totals.ts";

/**
 * The kinds of plan: a training step; a training step that also measures its batch's metrics, before the update; loss and
 * metrics in inference mode; the output; and for the gradient check the loss in training mode, and the loss with all
 * gradients but no update.
 */
export type PlanKind = "train" | "trainMeasured" | "evaluate" | "predict" | "loss" | "gradient";

/** The factors that standardise a batch when it is gathered: see `gatherFactors`. */
export interface Factors {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** The tensors with which the plans compute, and the parts that write their calls. */
export interface LoweringInputs {
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly parameters: readonly Parameter[];
  readonly loss: Loss | undefined;
  readonly metrics: readonly AnyMetric[];
  readonly optimizer: Optimizer | undefined;
  /** What the optimizer has in the model. */
  readonly optimizerTensors: OptimizerTensors;
  /** (maxRows, features): the standardised batch. */
  readonly x: Tensor;
  /** (maxRows, 1): which samples the batch is gathered from. */
  readonly rows: Tensor<"uint32">;
  readonly targets: BatchTargets;
  /** How a batch is labelled that is not gathered. */
  readonly labelling: Labelling;
  /** The sums over the batch. */
  readonly lossSum: Tensor<"float64">;
  readonly metricSums: readonly Tensor<"float64">[];
  /** (maxRows, outputs): the gradient by the scores. */
  readonly dz: Tensor;
}

/** The place from which a batch is gathered, and the factors that standardise it. */
export interface BatchPlace extends Placement {
  readonly factors: Factors;
}

/** What is measured on a batch, after its plan has run. A prediction has nothing of it. */
export interface MeasuredBatch {
  /** The output layer's numbers, for the metrics that are measured on them. */
  readonly predictions?: Tensor | undefined;
  readonly labels?: TargetTensor | undefined;
  /** The weights of the samples, if they have any. */
  readonly weights?: WeightTensor | undefined;
  /** The weights in the loss, which may have those of the classes besides. */
  readonly lossWeights?: WeightTensor | undefined;
}

export interface Lowered {
  readonly plan: Plan;
  /** The result: the scores; for "predict", the probabilities; for "gradient", the gradient by the input. */
  readonly output: Tensor;
  readonly batch: MeasuredBatch;
}

/** A place in a plan: so many of its calls are done, and a layer's output, or the gradient by it, is there. */
export interface LayerMark {
  readonly calls: number;
  readonly layer: string;
  readonly what: "output" | "gradient";
  readonly tensor: Tensor;
}

/**
 * The plan of one kind for a batch of `n` samples. They are gathered from `place` if one is given; else they stand in `x`
 * and `targets`.
 * @param weighsClasses whether the loss has the classes' weights as well
 * @param marks is told where each layer's output, and the gradient by it, is there
 */
export function lower(
  kind: PlanKind,
  n: number,
  inputs: LoweringInputs,
  place?: BatchPlace,
  weighsClasses = false,
  marks?: LayerMark[],
): Lowered {
  const plan: Call[] = [];
  const kernels = recorder(plan);
  const { layers, loss, parameters } = inputs;
  const x = inputs.x.firstRows(n);
  if (place !== undefined) {
    const rows = inputs.rows.firstRows(n);
    kernels.gather.batch(x, place.values, rows, place.factors.scale, place.factors.shift);
  }
  const labelled = kind === "predict" ? undefined : labelBatch(kernels, n, inputs, place, weighsClasses);
  const mode: Mode = kind === "evaluate" || kind === "predict" ? "inference" : "training";
  // A loss that takes the output layer's place works on the scores before it.
  const body = kind === "predict" || loss!.outputKind === undefined ? layers : layers.slice(0, -1);
  const mark = (layer: string, what: LayerMark["what"], tensor: Tensor) =>
    marks?.push({ calls: plan.length, layer, what, tensor });
  let y = x;
  for (const [name, layer] of body) {
    y = layer.forward(kernels, y, mode);
    mark(name, "output", y);
  }
  if (labelled === undefined) return { plan, output: y, batch: {} };
  const { labels, lossWeights } = labelled;
  const dz = inputs.dz.firstRows(n);
  if (lossWeights === undefined) loss!.forward(kernels, inputs.lossSum, dz, y, labels);
  else loss!.forward(kernels, inputs.lossSum, dz, y, labels, lossWeights);
  if (kind === "loss") return { plan, output: y, batch: labelled };
  let predictions: Tensor | undefined;
  if (kind === "evaluate" || kind === "trainMeasured") {
    const { kind: targets, weighted } = place?.labelling ?? inputs.labelling;
    const isSum = (metric: AnyMetric) => isSummed(metric, targets, weighted);
    inputs.metrics.forEach((metric, i) => {
      if (isSum(metric)) metric.forward!(kernels, inputs.metricSums[i]!, y, labels);
    });
    if (!inputs.metrics.every(isSum)) {
      predictions = layers.slice(body.length).reduce((x, [, layer]) => layer.forward(kernels, x, mode), y);
    }
  }
  const batch = { ...labelled, predictions };
  if (kind === "evaluate") return { plan, output: y, batch };
  let dy: Tensor | undefined = dz;
  for (const [name, layer] of body.toReversed()) {
    mark(name, "gradient", dy!);
    dy = layer.backward(kernels, dy!);
  }
  for (const { value, grad, regularizer } of parameters) regularizer?.addGradient(kernels, grad, value);
  if (kind === "gradient") return { plan, output: dy ?? dz, batch };
  clip(kernels, inputs);
  for (const parameter of parameters) update(kernels, parameter, inputs);
  return { plan, output: y, batch };
}

/** Brings the batch's targets and weights to where the loss takes them. */
function labelBatch(
  kernels: Kernels,
  n: number,
  inputs: LoweringInputs,
  place: BatchPlace | undefined,
  weighsClasses: boolean,
): MeasuredBatch & { readonly labels: TargetTensor } {
  const { targets } = inputs;
  const labelling = place?.labelling ?? inputs.labelling;
  const labels = targets.slot(labelling).batch.firstRows(n) as TargetTensor;
  const weights = labelling.weighted ? targets.weights.firstRows(n) : undefined;
  if (place !== undefined) {
    const rows = inputs.rows.firstRows(n);
    kernels.gather.labels(labels, place.labels!, rows);
    if (weights !== undefined) kernels.gather.labels(weights, place.weights!, rows);
  }
  if (!weighsClasses) return { labels, weights, lossWeights: weights };
  const lossWeights = targets.lossWeights.firstRows(n);
  kernels.classWeights.apply(lossWeights, targets.classWeights, labels as LabelTensor, weights);
  return { labels, weights, lossWeights };
}

/** Clips all gradients by their norm, if the optimizer wants it. */
function clip(kernels: Kernels, { parameters, optimizerTensors: { clipping } }: LoweringInputs): void {
  if (clipping === undefined) return;
  const { limit, sums, columns } = clipping;
  parameters.forEach(({ grad }, i) => {
    kernels.clip.squares(sums, columns, grad, i);
  });
  for (const { grad } of parameters) kernels.clip.scale(grad, sums, limit);
}

function update(kernels: Kernels, parameter: Parameter, inputs: LoweringInputs): void {
  const { byParameter, rates, factors, updates } = inputs.optimizerTensors;
  const { name } = parameter;
  inputs.optimizer!.update(kernels, parameter, rates.get(name)!, {
    tensors: byParameter.get(name)!,
    updates,
    rateFactor: factors.get(name)!,
  });
}
