/** Predictions: of samples, and of numbers that are at hand, for which there is nothing to wait. */
import type { Samples } from "../data/dataset.ts";
import { DatasetError, ShapeError } from "../errors.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import { forEachBlock } from "./evaluate.ts";
import type { BoundPlan, Placement, Workspace } from "./workspace.ts";

const results = { float32: Float32Array, float64: Float64Array } satisfies Record<Precision, unknown>;

/** The last layer's output for samples: where they are resident, or else read a block at a time. */
export async function predictSamples(workspace: Workspace, samples: Samples): Promise<FloatArray> {
  const { precision, maxRows } = workspace.options;
  const columns = workspace.summary.at(-1)!.outputs;
  const result = new results[precision](samples.count * columns);
  const predict = (n: number, start: number, source: Placement) => {
    const { run, output } = workspace.plan("predict", n, source);
    run();
    result.set(output.data, start * columns);
  };
  const placement = workspace.placement(samples);
  if (!placement?.filled) {
    await forEachBlock(workspace, samples, (n, start) => predict(n, start, workspace.staging));
    return result;
  }
  for (let start = 0; start < samples.count; start += maxRows) {
    const n = Math.min(maxRows, samples.count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = placement.selection?.[start + i] ?? start + i;
    predict(n, start, placement);
  }
  return result;
}

/**
 * A model's predictions, one call after another, each there when the call returns:
 *
 *     const predictor = model.predictor();
 *     const probabilities = predictor.run(pixels); // of one sample, or of several
 *
 * It computes with the weights that the model has at the time of the call.
 */
export class Predictor {
  readonly #current: () => Workspace;
  /** Of the workspace for which the plans are. */
  #workspace: Workspace | undefined;
  /** By the number of samples. */
  #plans: BoundPlan[] = [];

  /** @internal Predictors come from Model.predictor(). */
  constructor(current: () => Workspace) {
    this.#current = current;
  }

  /**
   * The last layer's output, a row for every sample: with softmax, the probabilities of the classes.
   * @param values (count, features), row-major, bytes or float32 as in training, before standardisation
   * @param result (count, classes), in the model's precision, written; default: a new array
   * @returns result
   * @throws ConfigError if the model has no memory (it was compiled anew); DatasetError if the values are of another
   *   kind than the model was built for or not a whole number of samples; ShapeError if result is of another size or
   *   precision
   */
  run(values: Uint8Array | Float32Array, result?: FloatArray): FloatArray {
    const workspace = this.#current();
    const { features, elementType, precision, maxRows } = workspace.options;
    const target = workspace.given.values.data;
    if (values.constructor !== target.constructor) {
      throw new DatasetError(
        `The values are a ${values.constructor.name}, the model was built for ${elementType} features. ` +
          "Give it values of the kind it was trained on.",
      );
    }
    const count = values.length / features;
    if (!Number.isInteger(count)) {
      throw new DatasetError(
        `There are ${values.length} values, expected a multiple of ${features}, the numbers in a sample.`,
      );
    }
    if (this.#workspace !== workspace) {
      this.#workspace = workspace;
      this.#plans = [];
    }
    const { columns } = this.#plan(1).output;
    const Result = results[precision];
    const all = result ?? new Result(count * columns);
    if (all.length !== count * columns || !(all instanceof Result)) {
      throw new ShapeError(
        `Predictor.run: result is a ${all.constructor.name} of ${all.length} numbers, ` +
          `expected a ${Result.name} of ${count * columns}.`,
      );
    }
    const rows = workspace.rows.data;
    for (let start = 0; start < count; start += maxRows) {
      const n = Math.min(maxRows, count - start);
      target.set(n === count ? values : values.subarray(start * features, (start + n) * features));
      for (let i = 0; i < n; i++) rows[i] = i;
      const { run, output } = this.#plan(n);
      run();
      all.set(output.data, start * columns);
    }
    return all;
  }

  /** The workspace has it too, under a key that takes longer to make than a small network to run. */
  #plan(n: number): BoundPlan {
    let plan = this.#plans[n];
    if (plan === undefined) {
      const workspace = this.#workspace!;
      plan = workspace.plan("predict", n, workspace.given);
      this.#plans[n] = plan;
    }
    return plan;
  }
}
