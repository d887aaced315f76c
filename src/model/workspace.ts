/**
 * A model in a memory: every tensor that its training needs, planned together, and the plans that run on them.
 *
 *   | module's own | matmul workspace | batch, activations, parameters, gradients | resident samples |
 *
 * All of it is added up before the memory is created, and nothing is allocated afterwards.
 */
import type { Backend, Device, DeviceTeam } from "../backend/index.ts";
import type { ElementType, Samples } from "../data/dataset.ts";
import type { MomentBuffers } from "../data/standardize.ts";
import { kindOf, storedAs, type ValueKind } from "../data/values.ts";
import { DatasetError, MemoryError } from "../errors.ts";
import { factorRows } from "../kernels/gather.ts";
import type { Kernels } from "../kernels/index.ts";
import { FEW_ROWS, MATMUL_WORKSPACE_BYTES } from "../kernels/matmul.ts";
import type { Layer, Mode, Parameter, State } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { shown } from "../options.ts";
import { FirstLayer } from "../plan/firstLayer.ts";
import { Folding } from "../plan/folding.ts";
import { bindPlan, type Call, type Plan, recorder, touches } from "../plan/plan.ts";
import { rewritten } from "../plan/rewrites/index.ts";
import type { WasmMemory } from "../platform.ts";
import { type Precision, Region, type Scalar, type Tensor } from "../tensor.ts";
import type { SummaryRow } from "./summary.ts";
import { ThreadChoice } from "./threadChoice.ts";

/** Samples in linear memory. */
export interface Placement {
  readonly values: Tensor<"uint8"> | Tensor<"float32"> | Tensor<"float64">;
  /** (count, 1). */
  readonly labels: Tensor<"uint8">;
  /** Which of its rows the samples are, in this order; undefined: all. */
  readonly selection: Uint32Array | undefined;
  /** Whether the samples have been read into it. */
  filled: boolean;
}

/** What standardises a batch on the way: see `gatherFactors`. */
export interface Factors {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** What a workspace is made for. */
export interface WorkspaceOptions {
  /** With their names' numbers: [["dense1", layer], …]. */
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly loss: Loss | undefined;
  readonly metrics: readonly Metric[];
  readonly optimizer: Optimizer | undefined;
  readonly precision: Precision;
  readonly features: number;
  /** What samples hold; undefined: both kinds can be evaluated and predicted, none can be trained on. */
  readonly kind: ValueKind | undefined;
  /** The most samples that are computed at once. */
  readonly maxRows: number;
  /** Samples that stay in the memory. */
  readonly resident: readonly Samples[];
  /** Whether the gradient by the input is wanted. */
  readonly inputGradient?: boolean;
}

/**
 * The kinds of plan: a training step, and one that measures its batch (the metrics, before the update); loss and metrics
 * in inference mode; the output; and for the gradient check the loss in training mode, and the loss with all gradients
 * but no update.
 */
export type PlanKind = "train" | "trainMeasured" | "evaluate" | "predict" | "loss" | "gradient";

export interface BoundPlan {
  readonly run: () => void;
  /** What it computes: the scores, for "predict" the probabilities, for "gradient" the gradient by the input. */
  readonly output: Tensor;
}

/** Ends the threads of a workspace that nobody knows any more. */
const forgotten = new FinalizationRegistry<() => Promise<void>>((close) => void close());

export class Workspace {
  readonly options: WorkspaceOptions;
  #device: Device | undefined;
  /** (maxRows, features): the standardised batch. */
  readonly x: Tensor;
  /** (maxRows, 1): which samples the batch is gathered from. */
  readonly rows: Tensor<"uint32">;
  readonly labels: Tensor<"uint8">;
  /** By kind, what standardises the batch: see `gatherFactors`. */
  readonly factors: ReadonlyMap<ValueKind, Factors>;
  /** The sum of the losses of the last batch. */
  readonly loss: Tensor<"float64">;
  readonly metricSums: readonly Tensor<"float64">[];
  readonly learningRate: Scalar = { value: 0 };
  /** What is in their tensors is as it should be after {@link readParameters} only. */
  readonly parameters: readonly Parameter[];
  readonly states: readonly State[];
  readonly summary: readonly SummaryRow[];
  /** Where there are kernels for it. */
  readonly firstLayer: FirstLayer | undefined;
  #threadChoice: ThreadChoice | undefined;
  /** Room for a batch of samples that are not resident. */
  readonly #staging: ReadonlyMap<ValueKind, Placement>;
  /** Room for what a Predictor is given: it comes between the reads of samples into the staging room. */
  readonly #given: ReadonlyMap<ValueKind, Placement>;
  readonly moments: MomentBuffers;
  readonly #placements = new Map<Samples, Placement>();
  readonly #penalty: Tensor<"float64">;
  readonly #dz: Tensor;
  #memory: WasmMemory | undefined;
  readonly #plans = new Map<string, BoundPlan>();
  readonly #folding: Folding;

  /**
   * Plans, then creates the memory.
   * @throws MemoryError, with the sizes, if it does not fit; nothing is allocated then
   */
  static async create(options: WorkspaceOptions, backend: Backend): Promise<Workspace> {
    const region = new Region();
    const workspace = new Workspace(options, region, backend.threads ?? 1);
    const model = region.bytes;
    workspace.#memory = backend.memory;
    for (const samples of options.resident) {
      if (workspace.placement(samples) === undefined)
        workspace.#placements.set(
          samples,
          workspace.#placementOf(samples.count, samples.elementType, region),
        );
    }
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

  /** Numbers that the last layer gives for a sample. */
  get outputs(): number {
    return this.summary.at(-1)!.outputs;
  }

  /** The same plan without a memory: for its summary and its size. */
  static sketch(options: WorkspaceOptions): Workspace {
    return new Workspace(options, new Region(), 1);
  }

  private constructor(options: WorkspaceOptions, region: Region, threads: number) {
    const { precision, maxRows, features, kind } = options;
    this.options = options;
    const matmulWorkspace = region.tensor("uint8", 1, threads * MATMUL_WORKSPACE_BYTES);
    this.x = region.tensor(precision, maxRows, features);
    this.rows = region.tensor("uint32", maxRows, 1);
    this.labels = region.tensor("uint8", maxRows, 1);
    const kinds: readonly ValueKind[] = kind === undefined ? ["bytes", "numbers"] : [kind];
    this.factors = new Map(
      kinds.map((each) => {
        const factor = () => region.tensor(precision, factorRows(this.#stored(each)), features);
        return [each, { scale: factor(), shift: factor() }];
      }),
    );
    this.loss = region.tensor("float64", 1, 1);
    this.#penalty = region.tensor("float64", 1, 1);
    this.metricSums = options.metrics.map(() => region.tensor("float64", 1, 1));
    const room = (): ReadonlyMap<ValueKind, Placement> =>
      new Map(kinds.map((each) => [each, this.#placementOf(maxRows, this.#stored(each), region)]));
    this.#staging = room();
    this.#given = room();
    this.moments = {
      sums: region.tensor("float64", 1, kind === "bytes" ? features : 0),
      squares: region.tensor("float64", 1, kind === "bytes" ? features : 0),
      scratch: region.tensor("uint32", 1, kind === "bytes" ? 2 * features : 0),
    };
    const parameters: Parameter[] = [];
    const states: State[] = [];
    let width = features;
    this.summary = options.layers.map(([layerName, layer], index) => {
      const inputs = width;
      const [firstParameter, firstState] = [parameters.length, states.length];
      width = layer.build(
        {
          precision,
          workspace: matmulWorkspace,
          needsInputGradient: index > 0 || options.inputGradient === true,
          activation: (columns) => region.tensor(precision, maxRows, columns),
          vector: (columns) => region.tensor(precision, 1, columns),
          parameter: (name, rows, columns, initializer, regularizer) => {
            const parameter = {
              name: `${layerName}.${name}`,
              shape: [rows, columns],
              value: region.tensor(precision, rows, columns),
              grad: region.tensor(precision, rows, columns),
              initializer,
              regularizer,
            };
            parameters.push(parameter);
            return parameter;
          },
          vectorParameter: (name, columns, initializer) => {
            const parameter = {
              name: `${layerName}.${name}`,
              shape: [columns],
              value: region.tensor(precision, 1, columns),
              grad: region.tensor(precision, 1, columns),
              initializer,
            };
            parameters.push(parameter);
            return parameter;
          },
          state: (name, columns, initial) => {
            const state = {
              name: `${layerName}.${name}`,
              shape: [columns],
              value: region.tensor(precision, 1, columns),
              initial,
            };
            states.push(state);
            return state;
          },
        },
        width,
      );
      const count = (sum: number, { value }: { value: Tensor }) => sum + value.size;
      return {
        name: layerName,
        inputs,
        outputs: width,
        parameters: parameters.slice(firstParameter).reduce(count, 0),
        states: states.slice(firstState).reduce(count, 0),
      };
    });
    this.#dz = region.tensor(precision, maxRows, width);
    this.parameters = parameters;
    this.states = states;
    const predictions = this.lower("predict", 1, this.staging(kinds[0]!)).plan;
    this.#folding = new Folding(predictions, (rows, columns) => region.tensor(precision, rows, columns));
    this.firstLayer =
      precision === "float32" ? this.#planFirstLayer(predictions, region, threads) : undefined;
  }

  #planFirstLayer(predictions: Plan, region: Region, threads: number): FirstLayer | undefined {
    const { maxRows, kind, optimizer } = this.options;
    const trainedOn = kind && (kind === "bytes" ? "uint8" : "float32");
    const trains = optimizer !== undefined;
    return FirstLayer.plan(predictions, { maxRows, threads, trainedOn, trains }, region);
  }

  /** Brings the parameters' tensors up to date: call it before they are read. */
  readParameters(): void {
    this.firstLayer?.unpack(this.kernels);
  }

  /** Brings the parameters' tensors up to date, to be written: call it before they are, or the states. */
  writeParameters(): void {
    this.readParameters();
    this.firstLayer?.changed("plain");
    this.#folding.invalidate();
  }

  /** The threads that share the larger kernels, if there are several. */
  get team(): DeviceTeam | undefined {
    return this.#device!.team;
  }

  /** How many of them train fastest; found out over all trainings in this memory. */
  get threadChoice(): ThreadChoice | undefined {
    const { team } = this;
    if (team !== undefined) this.#threadChoice ??= new ThreadChoice(team);
    return this.#threadChoice;
  }

  /** The kernels that see this memory. */
  get kernels(): Kernels {
    return this.#device!.kernels;
  }

  /** How a batch of this kind is stored that is not resident. */
  #stored(kind: ValueKind): ElementType {
    return kind === "bytes" ? "uint8" : this.options.precision;
  }

  /** Whether samples of this kind can be computed on. */
  takes(kind: ValueKind): boolean {
    return this.#staging.has(kind);
  }

  /** Room for a batch of samples of this kind that are not resident. */
  staging(kind: ValueKind): Placement {
    return this.#staging.get(kind)!;
  }

  /** Room for what a Predictor is given. */
  given(kind: ValueKind): Placement {
    return this.#given.get(kind)!;
  }

  #placementOf(count: number, elementType: ElementType, region: Region): Placement {
    const { features, precision } = this.options;
    return {
      values: region.tensor(storedAs(elementType, precision), count, features) as Placement["values"],
      labels: region.tensor("uint8", count, 1),
      selection: undefined,
      filled: false,
    };
  }

  /** How many samples there are in a place. */
  static count({ selection, labels }: Placement): number {
    return selection?.length ?? labels.rows;
  }

  /** The samples' bytes, block by block: those that are selected are copied to the staging room. */
  *byteBlocks({ values, selection }: Placement): Generator<Tensor<"uint8">> {
    const bytes = values as Tensor<"uint8">;
    if (selection === undefined) return yield bytes;
    const block = this.staging("bytes").values as Tensor<"uint8">;
    const d = bytes.columns;
    for (let start = 0; start < selection.length; start += block.rows) {
      const n = Math.min(block.rows, selection.length - start);
      for (let i = 0; i < n; i++) {
        const row = selection[start + i]!;
        block.data.set(bytes.data.subarray(row * d, (row + 1) * d), i * d);
      }
      yield block.firstRows(n);
    }
  }

  /** Where these samples are, if they are resident here: the same, and as many as when they were given their place. */
  placement(samples: Samples): Placement | undefined {
    const { residence } = samples;
    // Kernels that compute in float32 read no float64: such samples are read like any others.
    const isUsable =
      residence !== undefined &&
      residence.memory === this.#memory &&
      storedAs(residence.values.dtype, this.options.precision) === residence.values.dtype;
    if (isUsable && !this.#placements.has(samples)) {
      const { values, labels, rows: selection } = residence;
      this.#placements.set(samples, { values, labels, selection, filled: true });
    }
    const placement = this.#placements.get(samples);
    if (placement === undefined || residence !== undefined) return placement;
    const { count, elementType } = samples;
    const isSame =
      count === Workspace.count(placement) &&
      storedAs(elementType, this.options.precision) === placement.values.dtype;
    return isSame ? placement : undefined;
  }

  /** As {@link placement}, of samples that have been given a place. @throws DatasetError if they have changed since */
  placeOf(where: string, samples: Samples): Placement {
    const placement = this.placement(samples);
    if (placement !== undefined) return placement;
    throw new DatasetError(
      `${where}: the samples are ${shown(samples.count)} of elementType ${shown(samples.elementType)} now, and were others ` +
        "when their memory was made. Samples must stay as they are while a model uses them.",
    );
  }

  /**
   * The plan of one kind for a batch of `n` samples: gathered from `source` if one is given, else of what stands in
   * `x` and `labels`.
   */
  lower(kind: PlanKind, n: number, source?: Placement): { plan: Plan; output: Tensor } {
    const calls: Call[] = [];
    const kernels = recorder(calls);
    const { layers, loss, metrics, optimizer } = this.options;
    const x = this.x.firstRows(n);
    const labels = this.labels.firstRows(n);
    if (source !== undefined) {
      const rows = this.rows.firstRows(n);
      const { scale, shift } = this.factors.get(kindOf(source.values.dtype))!;
      kernels.gather.batch(x, source.values, rows, scale, shift);
      if (kind !== "predict") kernels.gather.labels(labels, source.labels, rows);
    }
    const mode: Mode = kind === "evaluate" || kind === "predict" ? "inference" : "training";
    // The loss takes the output layer's place: it works on the scores before it.
    const body = kind === "predict" ? layers : layers.slice(0, -1);
    let y = x;
    for (const [, layer] of body) y = layer.forward(kernels, y, mode);
    if (kind === "predict") return { plan: calls, output: y };
    const dz = this.#dz.firstRows(n);
    loss!.forward(kernels, this.loss, dz, y, labels);
    if (kind === "loss") return { plan: calls, output: y };
    if (kind === "evaluate" || kind === "trainMeasured") {
      metrics.forEach((metric, i) => {
        metric.forward(kernels, this.metricSums[i]!, y, labels);
      });
    }
    if (kind === "evaluate") return { plan: calls, output: y };
    let dy: Tensor | undefined = dz;
    for (const [, layer] of body.toReversed()) dy = layer.backward(kernels, dy!);
    for (const { value, grad, regularizer } of this.parameters)
      regularizer?.addGradient(kernels, grad, value);
    if (kind === "gradient") return { plan: calls, output: dy ?? dz };
    for (const parameter of this.parameters) optimizer!.update(kernels, parameter, this.learningRate);
    return { plan: calls, output: y };
  }

  /** The plan of one kind, ready to run; lowered once, then kept. */
  plan(kind: PlanKind, n: number, source?: Placement): BoundPlan {
    const places = [...this.#staging.values(), ...this.#given.values(), ...this.#placements.values()];
    const place = source && places.indexOf(source);
    const key = `${kind} ${n} ${place}`;
    let bound = this.#plans.get(key);
    if (bound === undefined) {
      const { plan, output } = this.lower(kind, n, source);
      bound = { run: this.#bind(kind, n, plan), output };
      this.#plans.set(key, bound);
    }
    return bound;
  }

  /** What is run in a lowered plan's place. */
  rewrite(kind: PlanKind, n: number, plan: Plan): Plan {
    if (kind === "loss" || kind === "gradient") return plan;
    const first = this.firstLayer?.parts;
    if (kind !== "predict") return rewritten(plan, first);
    // A few rows are multiplied faster by a weight that is not packed.
    return rewritten(this.#folding.rewrite(plan), n <= FEW_ROWS ? undefined : first);
  }

  /** The plan, rewritten; each finds the first weight where it looks for it, and the folded ones up to date. */
  #bind(kind: PlanKind, n: number, plan: Plan): () => void {
    const final = this.rewrite(kind, n, plan);
    const run = bindPlan(final, this.kernels);
    const first = this.firstLayer;
    const packed = first && final.some((call) => touches(call, first.parts.packed)) ? first : undefined;
    const isTraining = kind === "train" || kind === "trainMeasured";
    return () => {
      if (packed !== undefined) packed.pack(this.kernels);
      else if (isTraining) this.writeParameters();
      else this.readParameters();
      if (kind === "predict") this.#folding.refresh();
      run();
      if (!isTraining) return;
      packed?.changed("packed");
      this.#folding.invalidate();
    };
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
