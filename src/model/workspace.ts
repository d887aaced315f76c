/**
 * A model in a memory: every tensor that its training needs, planned together.
 *
 *   | module's own | matmul workspace | batch, activations, parameters, gradients | resident samples |
 *
 * The sizes are added up before the memory is created, and nothing is allocated afterwards.
 */
import type { Backend, Device, DeviceTeam } from "../backend/index.ts";
import type { Samples } from "../data/dataset.ts";
import type { MomentBuffers } from "../data/standardize.ts";
import { kindOf, type ValueKind } from "../data/values.ts";
import { MemoryError } from "../errors.ts";
import { digestOf, LANES, newLanes } from "../fingerprint.ts";
import { normOf } from "../kernels/clip.ts";
import { factorRows } from "../kernels/gather.ts";
import type { Kernels } from "../kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../kernels/matmul.ts";
import type { Layer, Parameter, State } from "../layers/layer.ts";
import { type Loss, targetsTaken } from "../losses/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { FirstLayer } from "../plan/firstLayer.ts";
import { Folding } from "../plan/folding.ts";
import type { Plan } from "../plan/plan.ts";
import { Random } from "../random.ts";
import type { Labelling, TargetTensor } from "../targets.ts";
import { type Precision, Region, type Scalar, type Tensor } from "../tensor.ts";
import { BatchTargets } from "./batchTargets.ts";
import { type BuiltLayers, buildLayers } from "./built.ts";
import {
  type Factors,
  type LayerMark,
  type Lowered,
  type LoweringInputs,
  lower,
  type MeasuredBatch,
  type PlanKind,
} from "./lowering.ts";
import { type OptimizerTensors, planOptimizerTensors } from "./optimizerState.ts";
import { type Placement, Placements } from "./placements.ts";
import { type BoundPlan, Plans } from "./plans.ts";
import type { SummaryRow } from "./summary.ts";
import { ThreadChoice } from "./threadChoice.ts";
import type { AnyMetric } from "./totals.ts";

/** The use for which a workspace is made. */
export interface WorkspaceOptions {
  /** The layers with their numbered names: [["dense1", layer], …]. */
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly loss: Loss | undefined;
  readonly metrics: readonly AnyMetric[];
  readonly optimizer: Optimizer | undefined;
  readonly precision: Precision;
  readonly features: number;
  /** The kind of the samples. If it is undefined, both kinds can be evaluated and predicted, but none trained on. */
  readonly kind: ValueKind | undefined;
  /** The most samples that are computed at once. */
  readonly maxRows: number;
  /** Samples that stay in the memory. */
  readonly resident: readonly Samples[];
  /** Whether the gradient by the input is wanted. */
  readonly inputGradient?: boolean;
  /** Whether a batch that is not gathered has weights. Default: no. */
  readonly weighted?: boolean;
}

/** Ends the threads of a workspace that is no longer used. */
const forgotten = new FinalizationRegistry<() => Promise<void>>((close) => void close());

export class Workspace {
  readonly options: WorkspaceOptions;
  /** The places of resident samples, and of a batch of others. */
  readonly samples: Placements;
  /** (maxRows, features): the standardised batch. */
  readonly x: Tensor;
  /** (maxRows, 1): which samples the batch is gathered from. */
  readonly rows: Tensor<"uint32">;
  /** The targets of the batch, and its weights. */
  readonly targets: BatchTargets;
  /** How a batch is labelled that is not gathered: as the loss takes it. */
  readonly labelling: Labelling;
  /** The factors that standardise the batch, by the kind of samples: see `gatherFactors`. */
  readonly factors: ReadonlyMap<ValueKind, Factors>;
  /** The sum of the losses of the last batch. */
  readonly loss: Tensor<"float64">;
  readonly metricSums: readonly Tensor<"float64">[];
  /** What was measured on the batch of the plan that has run last. */
  batch: MeasuredBatch = {};
  readonly learningRate: Scalar = { value: 0 };
  /** The first layer, if there are kernels for it. */
  readonly firstLayer: FirstLayer | undefined;
  readonly optimizer: OptimizerTensors;
  readonly moments: MomentBuffers;
  /** The lanes of a fingerprint, and room for a block. */
  readonly #fingerprint: { readonly lanes: Tensor<"uint32">; readonly block: Tensor<"uint32"> };
  readonly #built: BuiltLayers;
  readonly #inputs: LoweringInputs;
  readonly #penalty: Tensor<"float64">;
  readonly #isFinite: Tensor<"float64">;
  readonly #folding: Folding;
  readonly #plans: Plans;
  #device: Device | undefined;
  #threadChoice: ThreadChoice | undefined;

  /**
   * Plans, then creates the memory.
   * @throws MemoryError, with the sizes, if it does not fit; nothing is allocated then
   */
  static async create(options: WorkspaceOptions, backend: Backend): Promise<Workspace> {
    const region = new Region();
    const workspace = new Workspace(options, region, backend.threads ?? 1);
    const model = region.bytes;
    workspace.samples.addResident(options.resident, backend.memory, region);
    try {
      workspace.#device = await backend.open(region.bytes, options.precision);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new MemoryError(
        `The samples need ${region.bytes - model} bytes and the model ${model}. ${error.message}`,
        { cause: error },
      );
    }
    region.bind(workspace.#device.buffer, workspace.#device.base);
    const { team } = workspace.#device;
    if (team !== undefined) forgotten.register(workspace, () => team.close());
    return workspace;
  }

  /** The same plan without a memory, for its summary and its size. */
  static sketch(options: WorkspaceOptions): Workspace {
    return new Workspace(options, new Region(), 1);
  }

  private constructor(options: WorkspaceOptions, region: Region, threads: number) {
    const { precision, maxRows, features, kind } = options;
    this.options = options;
    const workspace = region.tensor("uint8", 1, threads * MATMUL_WORKSPACE_BYTES);
    this.x = region.tensor(precision, maxRows, features);
    this.rows = region.tensor("uint32", maxRows, 1);
    const kinds: readonly ValueKind[] = kind === undefined ? ["bytes", "numbers"] : [kind];
    const stored = (each: ValueKind) => (each === "bytes" ? "uint8" : precision);
    this.factors = new Map(
      kinds.map((each) => {
        const factor = () => region.tensor(precision, factorRows(stored(each)), features);
        return [each, { scale: factor(), shift: factor() }];
      }),
    );
    const sum = () => region.tensor("float64", 1, 1);
    this.loss = sum();
    this.#penalty = sum();
    this.#isFinite = sum();
    this.metricSums = options.metrics.map(sum);
    this.samples = new Placements({ precision, features, kinds, maxRows }, region);
    const sixteen = () => region.tensor("uint32", 1, LANES);
    this.#fingerprint = { lanes: sixteen(), block: sixteen() };
    this.moments = {
      sums: region.tensor("float64", 1, kind === "bytes" ? features : 0),
      squares: region.tensor("float64", 1, kind === "bytes" ? features : 0),
      scratch: region.tensor("uint32", 1, kind === "bytes" ? 2 * features : 0),
    };
    const inputGradient = options.inputGradient === true;
    this.#built = buildLayers({ ...options, inputGradient, workspace }, region);
    const { parameters, outputs } = this.#built;
    const taken = options.loss === undefined ? [] : targetsTaken(options.loss);
    this.targets = new BatchTargets({ kinds: taken, outputs, maxRows, precision }, region);
    this.labelling = {
      ...{ kind: taken[0] ?? "classes", width: taken[0] === "classes" ? 1 : outputs },
      ...{ classes: outputs, weighted: options.weighted === true },
    };
    const dz = region.tensor(precision, maxRows, outputs);
    this.optimizer = planOptimizerTensors(options.optimizer, parameters, region, this.learningRate);
    const { x, rows, targets, labelling, metricSums } = this;
    this.#inputs = {
      ...{ layers: options.layers, parameters, x, rows, lossSum: this.loss, metricSums, dz },
      ...{ loss: options.loss, metrics: options.metrics, optimizer: options.optimizer },
      ...{ targets, labelling, optimizerTensors: this.optimizer },
    };
    const place = this.samples.staging(kinds[0]!);
    const predictions = this.lower("predict", 1, place).plan;
    this.#folding = new Folding(predictions, (n, columns) => region.tensor(precision, n, columns));
    const trainedOn = kind && (kind === "bytes" ? "uint8" : "float32");
    const labelled = options.loss && this.samples.stagingFor(kinds[0]!, labelling, targets);
    const training = options.optimizer && this.lower("train", 1, labelled).plan;
    this.firstLayer =
      precision === "float32"
        ? FirstLayer.plan(predictions, { maxRows, threads, trainedOn, training }, region)
        : undefined;
    this.#plans = new Plans(this, this.#folding);
  }

  /** The parameters. Their tensors, and the optimizer's, are up to date only after {@link readParameters}. */
  get parameters(): readonly Parameter[] {
    return this.#built.parameters;
  }

  get states(): readonly State[] {
    return this.#built.states;
  }

  get summary(): readonly SummaryRow[] {
    return this.#built.summary;
  }

  /** Numbers that the last layer gives for a sample. */
  get outputs(): number {
    return this.#built.outputs;
  }

  /** Brings the parameters' tensors up to date: call it before they are read. */
  readParameters(): void {
    this.firstLayer?.unpack(this.kernels);
  }

  /** Brings the parameters' tensors up to date: call it before they, or the states, are written. */
  writeParameters(): void {
    this.readParameters();
    this.firstLayer?.changed("plain");
    this.#folding.invalidate();
  }

  /** The threads that share the larger kernels, if there are several. */
  get team(): DeviceTeam | undefined {
    return this.#device!.team;
  }

  /** How many of them train fastest, which is found out over all trainings in this memory. */
  get threadChoice(): ThreadChoice | undefined {
    const { team } = this;
    if (team !== undefined) this.#threadChoice ??= new ThreadChoice(team);
    return this.#threadChoice;
  }

  /** The kernels that see this memory. */
  get kernels(): Kernels {
    return this.#device!.kernels;
  }

  /** The plan of one kind for a batch of `n` samples as the layers write it, gathered from `place` if one is given. */
  lower(kind: PlanKind, n: number, place?: Placement, weighsClasses = false, marks?: LayerMark[]): Lowered {
    const factors = place && this.factors.get(kindOf(place.values.dtype))!;
    return lower(kind, n, this.#inputs, place && factors && { ...place, factors }, weighsClasses, marks);
  }

  /** The plan of one kind, ready to run. @param weighsClasses whether its loss has the classes' weights as well */
  plan(kind: PlanKind, n: number, place?: Placement, weighsClasses = false): BoundPlan {
    return this.#plans.get(kind, n, place, weighsClasses);
  }

  /** The plan of one kind as it is run, after the rewrite rules. */
  finalPlan(kind: PlanKind, n: number, place?: Placement, weighsClasses = false): Plan {
    return this.#plans.final(kind, n, place, weighsClasses).plan;
  }

  /** Gives layers that draw random numbers their seeds for a step of a training; both are counted from 1. */
  seedStep(seed: number, epoch: number, step: number): void {
    for (const [name, words] of this.#built.stepSeeds) {
      const random = new Random(seed, "step", epoch, step, name);
      words.high = random.uint32();
      words.low = random.uint32();
    }
  }

  /** The norm of all gradients in the last step, before they were clipped; undefined if they are not. */
  get gradientNorm(): number | undefined {
    const { clipping } = this.optimizer;
    return clipping && normOf(clipping.sums);
  }

  /**
   * The fingerprint of tensors in this memory, one after another.
   * @param selection the rows of each that count, in their order, or how many of the first. Default: all
   */
  fingerprint(
    tensors: readonly (Placement["values"] | TargetTensor)[],
    selection?: Uint32Array | number,
  ): string {
    const { lanes, block } = this.#fingerprint;
    const { addRows } = this.kernels.fingerprint;
    lanes.data.set(newLanes());
    for (const tensor of tensors) {
      if (typeof selection === "object") for (const row of selection) addRows(lanes, tensor, block, row, 1);
      else addRows(lanes, tensor, block, 0, selection ?? tensor.rows);
    }
    return digestOf(lanes.data);
  }

  /** Whether every number of a tensor in this memory is finite. */
  isFinite(tensor: Tensor): boolean {
    this.kernels.finite.all(this.#isFinite, tensor);
    return this.#isFinite.data[0] === 1;
  }

  /** The sum of the penalties on the parameters as they stand: cost = loss + this. */
  penalty(): number {
    this.readParameters();
    let total = 0;
    for (const { value, regularizer } of this.parameters) {
      if (regularizer === undefined) continue;
      regularizer.penalty(this.kernels, this.#penalty, value);
      total += this.#penalty.data[0]!;
    }
    return total;
  }
}
