/** The model: layers in a row, what they are trained with, and where their numbers are. */
import { type Backend, backends, type EngineName, isTrap, resolveThreads, wasmBackend } from "../backend.ts";
import type { ElementType, Samples } from "../data/dataset.ts";
import {
  gatherFactors,
  measureBytes,
  measureFloats,
  noStandardization,
  type Standardization,
} from "../data/standardize.ts";
import { ConfigError, choose, FileError, TeamError } from "../errors.ts";
import { TEAM_MULTIPLICATIONS } from "../kernels/firstLayer.ts";
import type { Layer } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { Random } from "../random.ts";
import { sha256 } from "../sha256.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import { evaluateResident, evaluateStaged } from "./evaluate.ts";
import { batchSizes, type FitOptions, runTraining, trainingMetrics } from "./fit.ts";
import type { Evaluation, History, MetricsOf, SomeMetrics } from "./history.ts";
import { Predictor, predictSamples } from "./predictor.ts";
import { Queue } from "./queue.ts";
import type { NamedTensor } from "./safetensors.ts";
import { countParameters, type SummaryRow } from "./summary.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

export interface ModelOptions {
  /** What it computes in: "float32" (default) or "float64". */
  readonly dtype?: Precision;
  /** Decides the initial parameters and, unless fit() gets its own, the order of the samples. */
  readonly seed?: number;
  /** "wasm" (default) or "js", the kernels' definitions; or a backend of one's own. */
  readonly engine?: EngineName | Backend;
  /**
   * Threads that share the larger kernels of the engine "wasm": a number (default 1), or "auto": as many as there are
   * cores, up to 8, of which fit() takes as many as it finds to be fastest. The bits of all results are the same.
   * Where memory cannot be shared (a page that is not cross-origin isolated) there is one, and fit's onThreads says so;
   * for "auto", where workers do not start, too.
   * They end with {@link Model.close} or with the process: close a model that is no longer used. One that is forgotten
   * keeps its threads and its memory until the garbage collector comes by, which may be long.
   */
  readonly threads?: number | "auto";
}

export interface CompileOptions<T extends Metric = Metric> {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Measured beside loss and cost, in every evaluation. Default: none. */
  readonly metrics?: readonly T[];
}

/** The most threads that can be asked for. */
export const MOST_THREADS = 256;
/** Samples that are evaluated at once, at least. */
const EVALUATION_ROWS = 256;

/**
 * Layers in a row.
 *
 *     const layers = [new Dense(50, { activation: "relu" }), new Dense(10, { activation: "softmax" })];
 *     const model = new Model(layers).compile({
 *       loss: new CategoricalCrossEntropyLoss(),
 *       optimizer: new SGDOptimizer({ schedule: 0.05 }),
 *       metrics: [new AccuracyMetrics()],
 *     });
 *     const history = await model.fit(samples, { epochs: 10 });
 *     const { loss, accuracy } = await model.evaluate(others);
 *
 * `M` is the type of the metrics' values: `{ accuracy: number }` of what compile() returns here.
 */
export class Model<M = SomeMetrics> {
  readonly precision: Precision;
  readonly seed: number;
  readonly #threads: number | "auto";
  /** Why there are fewer threads than were asked for. */
  #notice: string | undefined;
  #backend: Backend | undefined;
  readonly #layers: readonly (readonly [name: string, layer: Layer])[];
  #compiled: CompileOptions | undefined;
  #workspace: Workspace | undefined;
  #standardization: Standardization | undefined;
  /** What remains when the memory has been let go. */
  #kept: { features: number; elementType: ElementType; tensors: NamedTensor[] } | undefined;
  #isFitting = false;
  /** Memories are made one after another, and samples that are not resident are read so: there is room for one block. */
  readonly #queue = new Queue();

  /** @throws ConfigError if there is no layer, or an option is not one of its choices */
  constructor(
    layers: readonly Layer[],
    { dtype = "float32", seed = 1, engine = "wasm", threads = 1 }: ModelOptions = {},
  ) {
    if (layers.length === 0)
      throw new ConfigError("Model: there are no layers. Give it at least one Dense layer.");
    if (dtype !== "float32" && dtype !== "float64") {
      throw new ConfigError(`No dtype "${dtype}". There are: float32, float64.`);
    }
    if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
      throw new ConfigError(
        `Model: threads is ${threads}, expected an integer from 1 to ${MOST_THREADS}, or "auto".`,
      );
    }
    if (typeof engine === "string") choose("engine", backends, engine);
    if (engine !== "wasm" && threads !== "auto" && threads > 1) {
      const name = typeof engine === "string" ? engine : engine.name;
      throw new ConfigError(`Model: the engine "${name}" has no ${threads} threads. Leave threads out.`);
    }
    this.precision = dtype;
    this.seed = seed;
    this.#threads = engine === "wasm" ? threads : 1;
    // How many threads there can be is asked when the memory is made.
    if (engine !== "wasm") this.#backend = typeof engine === "string" ? backends[engine]() : engine;
    this.#layers = named(layers.flatMap((layer) => (layer.followedBy ? [layer, layer.followedBy] : [layer])));
  }

  /** The threads that compute: 1 before there is a memory. */
  get threads(): number {
    return this.#workspace?.team?.active ?? 1;
  }

  /** The layers by name, Dense's activations among them: dense1, relu1, batchnorm1, … */
  get layers(): readonly (readonly [name: string, layer: Layer])[] {
    return this.#layers;
  }

  /** The smallest batch that all layers can be trained on. */
  get minimumBatch(): number {
    return Math.max(...this.#layers.map(([, layer]) => layer.minimumBatch));
  }

  /**
   * Says what the model is trained with. Returns the model itself, by a type that knows its metrics.
   * @throws ConfigError if the last layer is not the one that the loss needs, or a softmax stands before the end
   */
  compile<T extends Metric = never>(options: CompileOptions<T>): Model<MetricsOf<T>> {
    this.#requireIdle("compile");
    const kinds = this.#layers.map(([, layer]) => layer.kind);
    const { outputKind } = options.loss;
    if (kinds.at(-1) !== outputKind || kinds.indexOf("softmax") < kinds.length - 1) {
      throw new ConfigError(
        `Model.compile: the loss needs ${outputKind} as the last layer and nowhere else, the layers are ` +
          `${kinds.join(", ")}. End with new Dense(classes, { activation: "${outputKind}" }).`,
      );
    }
    this.#compiled = options;
    this.#release();
    return this as unknown as Model<MetricsOf<T>>;
  }

  /**
   * Trains. The samples are read into memory, and the memory is made, at the first call; a model that was trained
   * before goes on from its weights.
   * @throws ConfigError, MemoryError, DatasetError before the first step; TrainingError if the loss is not finite;
   *   TeamError if a thread is lost: the parameters may then be half updated
   */
  async fit(train: Samples, options: FitOptions<M> = {}): Promise<History<M>> {
    this.#requireIdle("fit");
    this.#isFitting = true;
    try {
      return (await this.#fit(train, options as FitOptions)) as History<M>;
    } finally {
      this.#isFitting = false;
    }
  }

  async #fit(train: Samples, options: FitOptions): Promise<History> {
    const { epochs = 20, initialEpoch = 0, batchSize = 100, validation, standardize = true } = options;
    const { trainingMetrics: kind = "full" } = options;
    this.#requireCompiled("fit");
    choose("trainingMetrics", trainingMetrics, kind);
    requirePositiveInteger("epochs", epochs);
    if (!Number.isInteger(initialEpoch) || initialEpoch < 0 || initialEpoch >= epochs) {
      throw new ConfigError(
        `initialEpoch is ${initialEpoch}, expected an integer from 0 to ${epochs - 1}, one less than epochs.`,
      );
    }
    requirePositiveInteger("batchSize", batchSize);
    batchSizes(train.count, batchSize, this.minimumBatch);
    const resident = validation === undefined ? [train] : [train, validation];
    const workspace = await this.#prepare(
      train,
      Math.max(Math.min(batchSize, train.count), EVALUATION_ROWS),
      resident,
    );
    const { team } = workspace;
    if (this.#threads !== "auto" || team === undefined) {
      options.onThreads?.({ threads: team?.threads ?? 1, ...(this.#notice && { notice: this.#notice }) });
    }
    await readResident(workspace, resident, options);
    if (this.#standardization === undefined) {
      const placement = workspace.placement(train)!;
      const { values, selection } = placement;
      this.#setStandardization(
        !standardize
          ? noStandardization(train.features)
          : values.dtype === "uint8"
            ? measureBytes(workspace.byteBlocks(placement), workspace.moments, workspace.kernels)
            : measureFloats(values, selection),
      );
    }
    try {
      return await runTraining(workspace, train, this.minimumBatch, {
        ...options,
        epochs,
        initialEpoch,
        batchSize,
        trainingMetrics: kind,
        chooseThreads: this.#threads === "auto",
        seed: options.seed ?? this.seed,
      });
    } catch (error) {
      if (error instanceof TeamError || isTrap(error)) {
        // The others must not write to the memory any more; what comes next makes it anew.
        await team?.close();
        this.#release();
      }
      throw error;
    }
  }

  /**
   * Ends the threads, if there are several, and lets the memory go; the parameters are kept. The model may be used on:
   * memory and threads are then made anew.
   */
  async close(): Promise<void> {
    this.#requireIdle("close");
    const team = this.#workspace?.team;
    await team?.close();
    this.#release();
  }

  /**
   * Loss, cost and metrics in inference mode.
   * @throws ConfigError if the model is not compiled; DatasetError if the samples are of another kind
   */
  async evaluate(samples: Samples): Promise<Evaluation<M>> {
    this.#requireCompiled("evaluate");
    const placement = this.#workspace?.placement(samples);
    const evaluation = placement?.filled
      ? evaluateResident(this.#workspace!, placement)
      : await this.#queue.next(async () => evaluateStaged(await this.#present(samples), samples));
    // Its metrics are those of compile().
    return evaluation as Evaluation<M>;
  }

  /**
   * The last layer's output, a row for every sample: with softmax, the probabilities of the classes. Batch normalisation
   * is folded into the layers beside it (see folding.ts), so that the last bits are not those which evaluate() sees.
   * @param inputs samples, or their numbers (count × features): bytes or float32, as in training
   * @throws ConfigError if numbers are given and the model is not built; DatasetError if the inputs are of another kind
   */
  async predict(inputs: Samples | Uint8Array | Float32Array): Promise<FloatArray> {
    if (!("read" in inputs)) {
      const { features } = this.#kept ?? {};
      if (this.#workspace === undefined && features !== undefined) {
        await this.build(features, inputs instanceof Uint8Array ? "uint8" : "float32");
      }
      return this.predictor().run(inputs);
    }
    return await this.#queue.next(async () => predictSamples(await this.#present(inputs), inputs));
  }

  /**
   * Predictions without a promise for each, from numbers: for one sample after another.
   * @throws ConfigError if the model is not built, now or when it is used
   */
  predictor(): Predictor {
    const current = () => {
      if (this.#workspace !== undefined) return this.#workspace;
      throw new ConfigError(
        "The model is not built: the number of features is not known yet. Train, load or build() first.",
      );
    };
    current();
    return new Predictor(current);
  }

  /**
   * Makes the parameters for inputs of `features` numbers, before any samples are there.
   * @param elementType how those numbers are stored; default bytes
   */
  async build(features: number, elementType: ElementType = "uint8"): Promise<this> {
    requirePositiveInteger("features", features);
    await this.#prepare({ features, elementType }, EVALUATION_ROWS, []);
    return this;
  }

  /** A table of the layers for inputs of `features` numbers, without a memory. */
  summary(features: number): readonly SummaryRow[] {
    if (this.#workspace?.options.features === features) return this.#workspace.summary;
    // A sketch takes the layers' tensors away from the memory that they have.
    this.#release();
    return Workspace.sketch(this.#options({ features, elementType: "uint8" }, 1, [])).summary;
  }

  /** Learnable numbers, for inputs of `features` numbers. */
  parameterCount(features: number): number {
    return countParameters(this.summary(features));
  }

  /** The standardisation of the inputs, once it is known. */
  get standardization(): Standardization | undefined {
    return this.#standardization;
  }

  /**
   * Copies of all tensors in the order of the layers: weight, bias; gamma, beta, movingMean, movingVariance.
   * @throws ConfigError if the model has not been built
   */
  tensors(): NamedTensor[] {
    if (this.#workspace === undefined) {
      if (this.#kept === undefined)
        throw new ConfigError("Model.tensors: the model is not built. Call build() or fit().");
      return this.#kept.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    this.#workspace.readParameters();
    return this.#layers.flatMap(([, layer]) =>
      [...layer.parameters, ...layer.states].map(({ name, value }) => ({
        name,
        shape: value.rows === 1 ? [value.columns] : [value.rows, value.columns],
        data: value.data.slice(),
      })),
    );
  }

  /**
   * Takes over tensors by name: all parameters, and whatever states there are; with "standardize.mean" and
   * "standardize.std", the standardisation too.
   * @param from where they come from, for errors
   * @throws FileError if a parameter is missing, a name is unknown or a shape is another
   */
  async load(tensors: Iterable<NamedTensor>, from = "Model.load"): Promise<void> {
    const byName = new Map([...tensors].map((tensor) => [tensor.name, tensor]));
    const mean = byName.get("standardize.mean");
    const std = byName.get("standardize.std");
    byName.delete("standardize.mean");
    byName.delete("standardize.std");
    if (this.#workspace === undefined) {
      const features = byName.get("dense1.weight")?.shape[0];
      if (features === undefined)
        throw new FileError(`${from}: there is no dense1.weight. Give a model's tensors.`);
      await this.build(features, this.#kept?.elementType);
    }
    const { parameters, states } = this.#workspace!;
    // All are checked before any is taken: a refused file leaves the model as it was.
    const accepted: (() => void)[] = [];
    for (const { name, value } of [...parameters, ...states]) {
      const tensor = byName.get(name);
      if (tensor === undefined) {
        if (states.some((state) => state.name === name)) continue;
        throw new FileError(`${from}: ${name} is missing. It must hold every parameter of this network.`);
      }
      byName.delete(name);
      const expected = value.rows === 1 ? `(${value.columns})` : `(${value.rows}, ${value.columns})`;
      const isVector = value.rows === 1 && tensor.shape.length === 2 && tensor.shape[0] === 1;
      const shape = `(${(isVector ? tensor.shape.slice(1) : tensor.shape).join(", ")})`;
      if (shape !== expected) {
        throw new FileError(
          `${from}: ${name} is ${shape}, expected ${expected}. Is it another network's file?`,
        );
      }
      accepted.push(() => value.data.set(tensor.data));
    }
    const [name] = byName.keys();
    if (name !== undefined) {
      throw new FileError(`${from}: ${name} is not a tensor of this network. Is it another network's file?`);
    }
    this.#workspace!.writeParameters();
    for (const take of accepted) take();
    if (mean !== undefined && std !== undefined) {
      this.#setStandardization({ mean: Float64Array.from(mean.data), std: Float64Array.from(std.data) });
    }
  }

  /**
   * The SHA-256 of {@link tensors}, little-endian, in hexadecimal: two trainings with the same bits have the same.
   */
  async weightsSha256(): Promise<string> {
    const arrays = this.tensors().map(
      ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    return await sha256(all);
  }

  /** What would take the memory from a training that is under way. */
  #requireIdle(method: string): void {
    if (this.#isFitting) {
      throw new ConfigError(
        `Model.${method}: fit() is under way. Wait for its end, or end it by its \`signal\` and wait.`,
      );
    }
  }

  #requireCompiled(method: string): void {
    if (this.#compiled === undefined) {
      throw new ConfigError(
        `Model.${method}: the model is not compiled. Call compile({ loss, optimizer }) first.`,
      );
    }
  }

  /** A workspace that serves: the present one, or a new one which takes over the parameters. */
  #prepare(
    samples: Pick<Samples, "features" | "elementType">,
    maxRows: number,
    resident: readonly Samples[],
  ): Promise<Workspace> {
    return this.#queue.next(() => this.#make(samples, maxRows, resident));
  }

  /** The workspace that there is, or one for such samples; to be called in a turn of the queue. */
  async #present(samples: Samples): Promise<Workspace> {
    return this.#workspace ?? (await this.#make(samples, EVALUATION_ROWS, []));
  }

  async #make(
    { features, elementType }: Pick<Samples, "features" | "elementType">,
    maxRows: number,
    resident: readonly Samples[],
  ): Promise<Workspace> {
    const old = this.#workspace;
    if (old !== undefined && old.options.features !== features) {
      throw new ConfigError(
        `The samples have ${features} features, the model was built for ${old.options.features}. Make a new Model.`,
      );
    }
    if (
      old !== undefined &&
      old.options.elementType === elementType &&
      old.options.maxRows >= maxRows &&
      resident.every((samples) => old.placement(samples) !== undefined)
    ) {
      return old;
    }
    // Released first: the old and the new memory need not fit side by side.
    await old?.team?.close();
    this.#release();
    const options = this.#options({ features, elementType }, maxRows, resident);
    if (this.#backend === undefined) {
      // A network of which no kernel is worth sharing shall not wait for workers to start.
      const isSmall =
        this.#threads === "auto" && maxRows * this.#largestWeight(features) < TEAM_MULTIPLICATIONS;
      const { threads, notice } = await resolveThreads(isSmall ? 1 : this.#threads);
      this.#notice = notice;
      this.#backend = wasmBackend({ threads });
    }
    const workspace = await Workspace.create(options, this.#backend).catch((error) => {
      // Such as on a page whose Content-Security-Policy refuses workers: "auto" takes what there is.
      if (this.#threads !== "auto" || !(error instanceof TeamError)) throw error;
      this.#notice = `One thread. ${error.message}`;
      this.#backend = wasmBackend();
      return Workspace.create(options, this.#backend);
    });
    this.#workspace = workspace;
    const byName = new Map(this.#kept?.tensors.map(({ name, data }) => [name, data]));
    for (const { name, value, initializer } of workspace.parameters) {
      const data = byName.get(name);
      if (data !== undefined) value.data.set(data);
      else initializer.fill(value.data, value.rows, value.columns, new Random(this.seed, "initialize", name));
    }
    for (const { name, value, initial } of workspace.states) {
      const data = byName.get(name);
      if (data !== undefined) value.data.set(data);
      else value.data.fill(initial);
    }
    this.#setStandardization(this.#standardization);
    return workspace;
  }

  /** Numbers in the largest parameter, for inputs of `features` numbers. */
  #largestWeight(features: number): number {
    return Math.max(0, ...this.summary(features).map(({ parameters }) => parameters));
  }

  #options(
    { features, elementType }: Pick<Samples, "features" | "elementType">,
    maxRows: number,
    resident: readonly Samples[],
  ): WorkspaceOptions {
    return {
      layers: this.#layers,
      loss: this.#compiled?.loss,
      metrics: this.#compiled?.metrics ?? [],
      optimizer: this.#compiled?.optimizer,
      precision: this.precision,
      features,
      elementType,
      maxRows,
      resident,
    };
  }

  /** Lets the memory go and keeps the parameters. */
  #release(): void {
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    const { features, elementType } = workspace.options;
    this.#kept = { features, elementType, tensors: this.tensors() };
    void workspace.team?.close();
    this.#workspace = undefined;
  }

  #setStandardization(standardization: Standardization | undefined): void {
    this.#standardization = standardization;
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    const { features, elementType } = workspace.options;
    const { scale, shift } = gatherFactors(
      standardization ?? noStandardization(features),
      elementType,
      this.precision,
    );
    workspace.scale.data.set(scale);
    workspace.shift.data.set(shift);
    workspace.forgetPrepared();
  }
}

/** Reads the samples that are not in their places yet. */
async function readResident(
  workspace: Workspace,
  resident: readonly Samples[],
  { signal, onRead }: FitOptions,
): Promise<void> {
  const missing = resident.filter((samples) => !workspace.placement(samples)!.filled);
  const total = missing.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  for (const samples of missing) {
    const placement = workspace.placement(samples)!;
    const onProgress = (done: number) => onRead?.(before + done, total);
    const target = { values: placement.values.data, labels: placement.labels.data };
    await samples.read(target, { onProgress, ...(signal && { signal }) });
    placement.filled = true;
    before += samples.count;
  }
}

function requirePositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ConfigError(`${name} is ${value}, expected an integer ≥ 1.`);
  }
}

/** [["dense1", …], ["relu1", …], ["dense2", …]]: every kind is counted on its own. */
function named(layers: readonly Layer[]): (readonly [string, Layer])[] {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    const number = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, number);
    return [`${layer.kind}${number}`, layer] as const;
  });
}
