/** Predictions for samples, which are read, and for numbers that are at hand. */
import type { Samples } from "../data/dataset.ts";
import { checkNumbers, checkStored } from "../data/reading.ts";
import {
  elementTypeOf,
  kindOf,
  type NumbersOrRows,
  type SampleValues,
  toSampleValues,
  typedArrayName,
  type ValueKind,
} from "../data/values.ts";
import { DatasetError, MemoryError, ShapeError } from "../errors.ts";
import { shown } from "../options.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import { forEachBlock } from "./evaluate.ts";
import { countIn, type Placement } from "./placements.ts";
import type { BoundPlan } from "./plans.ts";
import { checkValues } from "./suits.ts";
import type { Workspace } from "./workspace.ts";

const results = { float32: Float32Array, float64: Float64Array } satisfies Record<Precision, unknown>;

/** The last layer's output for samples, which are resident, or else are read a block at a time. */
export async function predictSamples(
  where: string,
  workspace: Workspace,
  samples: Samples,
): Promise<FloatArray> {
  const { precision, maxRows } = workspace.options;
  const columns = workspace.outputs;
  const placement = workspace.samples.find(samples);
  const isResident = placement?.filled === true;
  const count = isResident ? countIn(placement) : samples.count;
  const result = newResult(where, precision, count, columns);
  const predict = (n: number, start: number, source: Placement) => {
    const { run, output } = workspace.plan("predict", n, source);
    run();
    result.set(output.data, start * columns);
  };
  if (!isResident) {
    await forEachBlock(where, workspace, samples, { count, withTargets: false }, predict);
    return result;
  }
  for (let start = 0; start < count; start += maxRows) {
    const n = Math.min(maxRows, count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = placement.selection?.[start + i] ?? start + i;
    predict(n, start, placement);
  }
  return result;
}

/** @throws MemoryError if the system does not give it */
function newResult(where: string, precision: Precision, count: number, columns: number): FloatArray {
  try {
    return new results[precision](count * columns);
  } catch (cause) {
    throw new MemoryError(
      `${where}: the system does not give memory for ${count} × ${columns} numbers. Predict fewer samples at once.`,
      { cause },
    );
  }
}

/**
 * Predictions of a model, without a promise: each is there when the call returns.
 *
 *     const predictor = model.predictor();
 *     const probabilities = predictor.run(pixels); // of one sample, or of several
 *
 * It computes with the weights that the model has at the time of the call.
 */
export class Predictor {
  readonly #where: string;
  readonly #current: () => Workspace;
  readonly #kind: () => ValueKind | undefined;
  /** The workspace to which the plans belong. */
  #workspace: Workspace | undefined;
  /** The plans by the number of samples. */
  readonly #plans = { bytes: [] as BoundPlan[], numbers: [] as BoundPlan[] };

  /** @internal Predictors come from Model.predictor(). */
  constructor(where: string, current: () => Workspace, kind: () => ValueKind | undefined) {
    this.#where = where;
    this.#current = current;
    this.#kind = kind;
  }

  /**
   * The last layer's output, a row for every sample: with softmax, the probabilities of the classes.
   * @param values (count, features), row-major, or an array for each sample: bytes if the model was trained on bytes,
   *   else numbers; before standardisation
   * @param result (count, classes), in the model's precision, written; default: a new array
   * @returns result
   * @throws ConfigError if the model has no memory (it was compiled anew); DatasetError if the values are of another
   *   kind than the model was trained on, not a whole number of samples, or not finite; ShapeError if result is of
   *   another size or precision
   */
  run(values: NumbersOrRows, result?: FloatArray): FloatArray {
    const workspace = this.#current();
    const { features, precision, maxRows } = workspace.options;
    const { values: numbers, rowLength } = toSampleValues(this.#where, values);
    const elementType = elementTypeOf(numbers);
    const kind = kindOf(elementType);
    const count = numbers.length / features;
    this.#check(workspace, numbers, rowLength);
    if (this.#workspace !== workspace) {
      this.#workspace = workspace;
      this.#plans.bytes = [];
      this.#plans.numbers = [];
    }
    const { columns } = this.#plan(kind, 1).output;
    const Result = results[precision];
    const all = result ?? newResult(this.#where, precision, count, columns);
    if (all.length !== count * columns || typedArrayName(all) !== Result.name) {
      throw new ShapeError(
        `${this.#where}: result is ${typedArrayName(all) ? `a ${typedArrayName(all)} of ${all.length} numbers` : shown(all)}, ` +
          `expected a ${Result.name} of ${count * columns}.`,
      );
    }
    const rows = workspace.rows.data;
    const place = workspace.samples.given(kind).values;
    for (let start = 0; start < count; start += maxRows) {
      const n = Math.min(maxRows, count - start);
      const given = n === count ? numbers : numbers.subarray(start * features, (start + n) * features);
      place.data.set(given);
      if (place.dtype !== "uint8" && !workspace.isFinite(place.firstRows(n))) {
        checkNumbers(this.#where, given, features, start);
        checkStored(this.#where, place.data.subarray(0, given.length), given, features, start);
      }
      for (let i = 0; i < n; i++) rows[i] = i;
      const { run, output } = this.#plan(kind, n);
      run();
      all.set(output.data, start * columns);
    }
    return all;
  }

  #check(workspace: Workspace, numbers: SampleValues, rowLength: number | undefined): void {
    const { features, kind } = workspace.options;
    const elementType = elementTypeOf(numbers);
    // The kinds for which there is room come first, as a training of the other kind may be about to make a memory.
    const inputs = { features, kind: kind ?? this.#kind() };
    checkValues(this.#where, { features: rowLength ?? features, elementType }, inputs, "values");
    if (numbers.length % features !== 0) {
      throw new DatasetError(
        `${this.#where}: there are ${numbers.length} values, expected a multiple of ${features}, the numbers in a sample.`,
      );
    }
  }

  /** The plan for `n` samples. The workspace has it too, but its key takes longer to make than a small network to run. */
  #plan(kind: ValueKind, n: number): BoundPlan {
    let plan = this.#plans[kind][n];
    if (plan === undefined) {
      const workspace = this.#workspace!;
      plan = workspace.plan("predict", n, workspace.samples.given(kind));
      this.#plans[kind][n] = plan;
    }
    return plan;
  }
}
