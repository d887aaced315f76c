/**
 * Checks analytic against numerical gradients, in float64 and on the kernels that train.
 *
 * The cost is differentiated by every learnable number and by every input, with central differences
 *
 *   n(h) = (C(θ + h) − C(θ − h)) / 2h          n = (4 · n(h/2) − n(h)) / 3
 *
 * whose error is of order h⁴. The relative error is |a − n| / (max(|a|, |n|) + 1e-3). Without the floor it would be
 * round-off where the true gradient is 0, as it is for biases before batch normalisation. A ReLU that changes sides
 * between the four points makes the difference quotient meaningless. The step is then made smaller, up to twice. If a kink
 * is still crossed, the number is named and left out.
 */
import type { Backend, EngineName } from "../backend/index.ts";
import { backends } from "../backend/index.ts";
import { ConfigError, choose } from "../errors.ts";
import { sumOfWeights } from "../kernels/sampleWeights.ts";
import type { Layer } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import { log } from "../math.ts";
import { checkOptions, isNumber, requireBoolean, requireInteger, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { Random } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { requireTrained } from "./checks.ts";
import { Model } from "./model.ts";
import { Workspace } from "./workspace.ts";

export interface GradientCheckOptions {
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  /** Samples in the batch, ≥ 1. With batch normalisation ≥ 2, and 2 are a degenerate case. Default: 8. */
  readonly samples?: number;
  /** Numbers in a sample, drawn from N(0, 1). Default: 10. */
  readonly features?: number;
  /** Decides parameters, samples and labels. Default: 1. */
  readonly seed?: number;
  /** The step of the differences, > 0. Default: 1e-5. */
  readonly h?: number;
  /** Whether the samples have weights: exponentially distributed ones, one in eight 0. Default: false. */
  readonly weighted?: boolean;
  /** What computes the gradients that are checked: "wasm" (default), "js", or a backend of one's own. */
  readonly engine?: EngineName | Backend;
  /** Ends the check, which then rejects with its reason. */
  readonly signal?: Signal;
}

/** How far analytic and numerical gradient lie apart for one tensor. */
export interface TensorCheck {
  /** "dense1.weight"; "input". */
  readonly name: string;
  /** Numbers compared. */
  readonly size: number;
  readonly maxRelativeError: number;
  /** The number with the largest error. */
  readonly worst: { readonly index: number; readonly analytic: number; readonly numerical: number };
  /** The indices of the numbers at which a ReLU's kink lies within reach of the smallest step. */
  readonly kinks: readonly number[];
  /**
   * The check of the paper that `nnwasm reproduce` repeats: n(h) as it is, |a − n| / (max(|a|, |n|) + 1e-9), and
   * |a − n| < 1.5e-4 (four decimals).
   */
  readonly report: { readonly maxRelativeError: number; readonly almostEqual: boolean };
}

export interface GradientCheck {
  readonly tensors: readonly TensorCheck[];
  /** Learnable numbers and inputs compared, kinks left out. */
  readonly compared: number;
  readonly maxRelativeError: number;
  /** Whether the largest error is below {@link GRADIENT_TOLERANCE}. */
  readonly passed: boolean;
  /** The numbers that were left out: "dense1.weight[17]", … */
  readonly kinks: readonly string[];
  readonly report: { readonly maxRelativeError: number; readonly almostEqual: boolean };
}

/** The relative error must be below this. */
export const GRADIENT_TOLERANCE = 1e-5;
const FLOOR = 1e-3;
const PAPER_FLOOR = 1e-9;
/** The tolerance of numpy.testing.assert_array_almost_equal(…, decimal=4). */
const FOUR_DECIMALS = 1.5e-4;
/** The steps around a kink: all of it, a tenth, a hundredth. With less, round-off would exceed the tolerance. */
const SHRINK = [1, 0.1, 0.01];

const OPTIONS = ["layers", "loss", "samples", "features", "seed", "h", "weighted", "engine", "signal"];

/** Checks every parameter and the input. The layers must be new ones: they are built here. */
export async function checkGradients(options: GradientCheckOptions): Promise<GradientCheck> {
  const where = "checkGradients";
  checkOptions(where, options ?? null, OPTIONS);
  const { layers, loss, samples = 8, features = 10, seed = 1, h = 1e-5, weighted = false } = options;
  const { engine = "wasm", signal } = options;
  requireMethods(`${where}: loss`, loss, ["forward"], "a loss, such as new CategoricalCrossEntropyLoss()");
  requireBoolean(`${where}: weighted`, weighted);
  requireInteger(`${where}: samples`, samples);
  requireInteger(`${where}: features`, features);
  if (!(isNumber(h) && h > 0 && h < Infinity)) {
    throw new ConfigError(`${where}: h is ${shown(h)}, expected a finite number > 0.`);
  }
  const model = new Model(layers, { dtype: "float64", seed, engine });
  requireTrained(where, model.layers);
  const workspace = await Workspace.create(
    {
      layers: model.layers,
      loss,
      metrics: [],
      optimizer: undefined,
      precision: "float64",
      features,
      kind: "numbers",
      maxRows: samples,
      resident: [],
      inputGradient: true,
      weighted,
    },
    typeof engine === "string" ? choose("engine", backends, engine)() : engine,
  );
  for (const { name, value, initializer } of workspace.parameters) {
    initializer.fill(value.data, value.rows, value.columns, new Random(seed, "initialize", name));
  }
  const random = new Random(seed, "gradientCheck");
  for (let i = 0; i < workspace.x.size; i++) workspace.x.data[i] = random.normal();
  drawTargets(workspace, samples, random);

  const gradient = workspace.plan("gradient", samples);
  gradient.run();
  const analytic = [
    ...workspace.parameters.map(({ name, value, grad }) => ({ name, value, grad: grad.data.slice() })),
    { name: "input", value: workspace.x as Tensor, grad: gradient.output.data.slice() },
  ];
  const probe = new Probe(workspace, samples, model.layers);
  const tensors = analytic.map(({ name, value, grad }) => {
    signal?.throwIfAborted();
    return checkTensor(name, value, grad, probe, h);
  });
  const kinks = tensors.flatMap(({ name, kinks }) => kinks.map((index) => `${name}[${index}]`));
  const maxRelativeError = Math.max(...tensors.map((tensor) => tensor.maxRelativeError));
  return {
    tensors,
    compared: tensors.reduce((sum, { size }) => sum + size, 0) - kinks.length,
    maxRelativeError,
    passed: maxRelativeError < GRADIENT_TOLERANCE,
    kinks,
    report: {
      maxRelativeError: Math.max(...tensors.map(({ report }) => report.maxRelativeError)),
      almostEqual: tensors.every(({ report }) => report.almostEqual),
    },
  };
}

/** Targets such as the loss takes them, and weights. */
function drawTargets({ targets, labelling }: Workspace, samples: number, random: Random): void {
  const { kind, classes, weighted } = labelling;
  const { data } = targets.slot(labelling).batch.firstRows(samples);
  const draw = {
    classes: () => random.below(classes),
    numbers: () => random.normal(),
    flags: () => random.below(2),
  }[kind];
  for (let i = 0; i < data.length; i++) data[i] = draw();
  if (!weighted) return;
  for (let i = 0; i < samples; i++) {
    // One of them is never 0, so that there is something to differentiate.
    targets.weights.data[i] = i > 0 && random.below(8) === 0 ? 0 : -log(1 - random.uniform());
  }
}

/** The cost as a function of one number, and whether it stays on one side of every kink. */
class Probe {
  readonly #workspace: Workspace;
  readonly #run: () => void;
  /** Layers whose derivative jumps somewhere. */
  readonly #kinked: readonly Layer[];
  readonly #sides: readonly Uint8Array[];
  /** The scores, in which the loss may have kinks beside its targets. */
  readonly #scores: Tensor;
  readonly #lossSides: readonly number[];
  readonly #weight: number;
  crossed = false;

  constructor(workspace: Workspace, samples: number, layers: readonly (readonly [string, Layer])[]) {
    this.#workspace = workspace;
    const { run, output } = workspace.plan("loss", samples);
    this.#run = run;
    this.#scores = output;
    this.#run();
    this.#weight = sumOfWeights(workspace.batch.lossWeights, samples);
    this.#lossSides = this.#sidesOfLoss();
    this.#kinked = layers.map(([, layer]) => layer).filter(({ kinks }) => kinks !== undefined);
    this.#sides = this.#kinked.map(({ kinks }) => Uint8Array.from(kinks!.data, (y) => (y > 0 ? 1 : 0)));
  }

  /** C with `data[index] = value`; sets `crossed` if a number is on another side of its kink than it was. */
  costAt(data: Float64Array | Float32Array, index: number, value: number): number {
    const kept = data[index]!;
    data[index] = value;
    this.#run();
    const cost = this.#workspace.loss.data[0]! / this.#weight + this.#workspace.penalty();
    data[index] = kept;
    this.#kinked.forEach(({ kinks }, layer) => {
      const sides = this.#sides[layer]!;
      const y = kinks!.data;
      for (let i = 0; i < y.length; i++) if (y[i]! > 0 !== (sides[i] === 1)) this.crossed = true;
    });
    if (this.#sidesOfLoss().some((side, i) => side !== this.#lossSides[i])) this.crossed = true;
    return cost;
  }

  /** How many of the loss's kinks lie below each difference of score and target. */
  #sidesOfLoss(): number[] {
    const kinks = this.#workspace.options.loss!.kinks ?? [];
    if (kinks.length === 0) return [];
    const targets = this.#workspace.batch.labels!.data;
    return Array.from(
      this.#scores.data,
      (score, i) => kinks.filter((kink) => score - targets[i]! > kink).length,
    );
  }

  /** n(h) at `data[index]`. */
  quotient(data: Float64Array | Float32Array, index: number, h: number): number {
    const centre = data[index]!;
    const [above, below] = [centre + h, centre - h];
    // The divisor is the step after rounding, not the step that was meant.
    return (this.costAt(data, index, above) - this.costAt(data, index, below)) / (above - below);
  }
}

function checkTensor(
  name: string,
  value: Tensor,
  grad: Float64Array | Float32Array,
  probe: Probe,
  h: number,
): TensorCheck {
  const kinks: number[] = [];
  let maxRelativeError = 0;
  let worst = { index: 0, analytic: 0, numerical: 0 };
  const report = { maxRelativeError: 0, almostEqual: true };
  for (let index = 0; index < value.size; index++) {
    const a = grad[index]!;
    let numerical = Number.NaN;
    for (const shrink of SHRINK) {
      probe.crossed = false;
      const wide = probe.quotient(value.data, index, h * shrink);
      const narrow = probe.quotient(value.data, index, (h * shrink) / 2);
      if (shrink === 1) {
        const difference = Math.abs(a - wide);
        const relative = difference / (Math.max(Math.abs(a), Math.abs(wide)) + PAPER_FLOOR);
        report.maxRelativeError = Math.max(report.maxRelativeError, relative);
        if (!(difference < FOUR_DECIMALS)) report.almostEqual = false;
      }
      if (probe.crossed) continue;
      numerical = (4 * narrow - wide) / 3;
      break;
    }
    if (probe.crossed) {
      kinks.push(index);
      continue;
    }
    const error = Math.abs(a - numerical) / (Math.max(Math.abs(a), Math.abs(numerical)) + FLOOR);
    // Not `>`: a NaN must count as the worst there is.
    if (!(error <= maxRelativeError)) {
      maxRelativeError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      worst = { index, analytic: a, numerical };
    }
  }
  return { name, size: value.size, maxRelativeError, worst, kinks, report };
}
