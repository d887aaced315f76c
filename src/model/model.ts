/** The model: layers in a row, what they are trained with, and where their numbers are. */
import {
  type Backend,
  backends,
  type EngineName,
  isTrap,
  resolveThreads,
  wasmBackend,
} from "../backend/index.ts";
import type { ElementType, Samples } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import {
  gatherFactors,
  measureBytes,
  measureFloats,
  noStandardization,
  type Standardization,
} from "../data/standardize.ts";
import { elementTypes, kindOf, type NumbersOrRows, type ValueKind } from "../data/values.ts";
import { ConfigError, choose, FileError, TeamError } from "../errors.ts";
import { TEAM_MULTIPLICATIONS } from "../kernels/firstLayer.ts";
import type { Layer, State } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { checkOptions, requireInteger, requireMethods, shown } from "../options.ts";
import { Random } from "../random.ts";
import { sha256 } from "../sha256.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import { evaluateResident, evaluateStaged } from "./evaluate.ts";
import { type FitOptions, requireBatch, resolveFitOptions, runTraining } from "./fit.ts";
import type { Evaluation, History, MetricsOf, SomeMetrics } from "./history.ts";
import { Predictor, predictSamples } from "./predictor.ts";
import { Queue } from "./queue.ts";
import type { NamedTensor } from "./safetensors.ts";
import { checkClasses, checkSamples, checkValues, type ModelInputs, requireSome } from "./suits.ts";
import { countParameters, type SummaryRow } from "./summary.ts";
import { checkFits, checkTensors, MEAN, STD } from "./tensors.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

export interface ModelOptions {
  /** What it computes in: "float32" (default) or "float64". */
  readonly dtype?: Precision;
  /** Decides the initial parameters and, unless fit() gets its own, the order of the samples. Default: 1. */
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
  /** What the standardisation was measured on; undefined before a training, and where it was loaded. */
  #kind: ValueKind | undefined;
  /** What remains when the memory has been let go. */
  #kept: { features: number; outputs: number; tensors: NamedTensor[] } | undefined;
  #isFitting = false;
  /** Of the samples that are being trained on. */
  #fittingKind: ValueKind | undefined;
  /** Whether it was built for a call that has not succeeded yet: the number of features is not decided then. */
  #isTentative = false;
  /** Methods that use the memory, or are making it. */
  readonly #underWay: string[] = [];
  /**
   * Memories are made one after another, and samples that are not resident are read so: there is room for one block.
   */
  readonly #queue = new Queue();

  /** @throws ConfigError if there is no layer, or an option is not one of its choices */
  constructor(layers: readonly Layer[], options: ModelOptions = {}) {
    checkOptions("Model", options, ["dtype", "seed", "engine", "threads"]);
    const { dtype = "float32", seed = 1, engine = "wasm", threads = 1 } = options;
    if (!Array.isArray(layers)) {
      throw new ConfigError(`Model: layers is ${shown(layers)}, expected an array, such as [new Dense(10)].`);
    }
    if (layers.length === 0)
      throw new ConfigError("Model: there are no layers. Give it at least one Dense layer.");
    // Not layers.flatMap, which passes over holes.
    const all = Array.from(layers).flatMap((layer: Layer, i) => {
      checkLayer(`Model: layer ${i}`, layer);
      return layer.followedBy ? [layer, layer.followedBy] : [layer];
    });
    requireInteger("Model: seed", seed, 0);
    if (dtype !== "float32" && dtype !== "float64") {
      throw new ConfigError(`No dtype ${shown(dtype)}. There are: float32, float64.`);
    }
    if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
      throw new ConfigError(
        `Model: threads is ${shown(threads)}, expected an integer from 1 to ${MOST_THREADS}, or "auto".`,
      );
    }
    if (typeof engine === "string") choose("engine", backends, engine);
    else
      requireMethods("Model: engine", engine, ["open"], `${Object.keys(backends).join(", ")}, or a backend`);
    if (engine !== "wasm" && threads !== "auto" && threads > 1) {
      const name = typeof engine === "string" ? engine : engine.name;
      throw new ConfigError(`Model: the engine "${name}" has no ${threads} threads. Leave threads out.`);
    }
    this.precision = dtype;
    this.seed = seed;
    this.#threads = engine === "wasm" ? threads : 1;
    // How many threads there can be is asked when the memory is made.
    if (engine !== "wasm") this.#backend = typeof engine === "string" ? backends[engine]() : engine;
    this.#layers = named(all);
    // Last, so that a refused model takes no layer.
    claim(this.#layers);
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
    this.#requireUnused("compile");
    checkCompileOptions(options);
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
      this.#fittingKind = undefined;
    }
  }

  async #fit(train: Samples, given: FitOptions): Promise<History> {
    this.#requireCompiled("fit");
    const options = resolveFitOptions(given, this.seed);
    const { batchSize, validation } = options;
    await this.#turn("fit", async () => {
      this.#checkTraining(train, validation);
      requireBatch(train.count, batchSize, this.minimumBatch);
      this.#fittingKind = kindOf(train.elementType);
    });
    const kind = this.#fittingKind!;
    const resident = validation === undefined ? [train] : [train, validation];
    const before = this.#workspace?.options;
    let workspace: Workspace;
    try {
      workspace = await this.#prepare(
        "fit",
        { features: train.features, kind },
        Math.max(Math.min(batchSize, train.count), EVALUATION_ROWS),
        resident,
      );
      const { team } = workspace;
      if (this.#threads !== "auto" || team === undefined) {
        options.onThreads?.({ threads: team?.threads ?? 1, ...(this.#notice && { notice: this.#notice }) });
      }
      await readResident(workspace, train, validation, options);
      if (this.#standardization === undefined) {
        // In a turn of its own: it works where samples are staged.
        const measured = await this.#turn("fit", async () =>
          options.standardize ? measure(workspace, train) : noStandardization(workspace.options.features),
        );
        this.#setStandardization(this.#standardization ?? measured);
      }
    } catch (error) {
      await this.#restore(before);
      throw error;
    }
    this.#kind = kind;
    this.#isTentative = false;
    try {
      return await runTraining(workspace, train, this.minimumBatch, {
        ...options,
        chooseThreads: this.#threads === "auto",
      });
    } catch (error) {
      if (error instanceof TeamError || isTrap(error)) {
        // The others must not write to the memory any more; what comes next makes it anew.
        await workspace.team?.close();
        this.#release();
      }
      throw error;
    }
  }

  /** The model as it was before samples were refused that a memory had been made for. */
  async #restore(before: WorkspaceOptions | undefined): Promise<void> {
    if (this.#isTentative) return await this.#turn("fit", () => this.#forget());
    if (before === undefined) return;
    const now = this.#workspace?.options;
    const isServing = now !== undefined && (this.#kind !== undefined || now.kind === before.kind);
    if (!isServing) {
      this.#fittingKind = undefined;
      // What is reported is why the samples were refused.
      await this.#prepare("fit", before, EVALUATION_ROWS, []).catch(() => {});
    }
  }

  /** A model that is not built. */
  async #forget(): Promise<void> {
    await this.#workspace?.team?.close();
    this.#workspace = undefined;
    this.#kept = undefined;
    this.#isTentative = false;
  }

  /**
   * Ends the threads, if there are several, and lets the memory go; the parameters are kept. The model may be used on:
   * memory and threads are then made anew.
   */
  async close(): Promise<void> {
    this.#requireIdle("close");
    await this.#turn("close", async () => {
      this.#requireIdle("close");
      await this.#workspace?.team?.close();
      this.#release();
    });
  }

  /**
   * Loss, cost and metrics in inference mode.
   * @throws ConfigError if the model is not compiled; DatasetError if there are no samples, or the model takes others;
   *   TrainingError if the loss is not finite, as it is with weights that are not
   */
  async evaluate(samples: Samples): Promise<Evaluation<M>> {
    const where = "Model.evaluate";
    this.#requireCompiled("evaluate");
    checkSamples(where, samples);
    requireSome(where, samples);
    // Its metrics are those of compile().
    return (await this.#evaluate(where, samples)) as Evaluation<M>;
  }

  async #evaluate(where: string, samples: Samples): Promise<Evaluation> {
    if (this.#workspace?.placement(samples)?.filled) {
      this.#checkSuits(where, samples);
      return evaluateResident(where, this.#workspace, this.#workspace.placement(samples)!);
    }
    return await this.#turn("evaluate", () =>
      this.#withSamples(where, samples, (workspace) => evaluateStaged(where, workspace, samples)),
    );
  }

  /**
   * The last layer's output, a row for every sample: with softmax, the probabilities of the classes. Batch normalisation
   * is folded into the layers beside it (see plan/folding.ts), so that the last bits are not those which evaluate() sees.
   * @param inputs samples, or their numbers, (count × features) or an array for each sample: bytes if the model was
   *   trained on bytes, else numbers (see {@link samplesFromArrays})
   * @throws ConfigError if numbers are given and the model is not built; DatasetError if the model takes others, or a
   *   number is not finite
   */
  async predict(inputs: Samples | NumbersOrRows): Promise<FloatArray> {
    const where = "Model.predict";
    if (typeof inputs !== "object" || inputs === null || !("read" in inputs)) {
      const features = this.#features;
      const { kind } = this.#inputs;
      // As long as nothing has decided the kind, either is taken.
      const isServing = kind !== undefined || this.#workspace?.options.kind === undefined;
      if (features !== undefined && !(this.#workspace !== undefined && isServing)) {
        await this.#prepare("predict", { features, kind }, EVALUATION_ROWS, []);
      }
      return this.#predictor(where).run(inputs);
    }
    checkSamples(where, inputs);
    return await this.#turn("predict", () =>
      this.#withSamples(where, inputs, (workspace) => predictSamples(where, workspace, inputs)),
    );
  }

  /**
   * Predictions without a promise for each, from numbers: for one sample after another.
   * @throws ConfigError if the model is not built, now or when it is used
   */
  predictor(): Predictor {
    return this.#predictor("Predictor.run");
  }

  #predictor(where: string): Predictor {
    const current = () => {
      if (this.#workspace !== undefined) return this.#workspace;
      throw new ConfigError(
        "The model is not built: the number of features is not known yet. Train, load or build() first.",
      );
    };
    current();
    return new Predictor(where, current, () => this.#inputs.kind);
  }

  /**
   * Makes the parameters for inputs of `features` numbers, before any samples are there.
   * @param elementType how those numbers are stored; default: bytes and numbers can both be predicted
   * @throws ConfigError if a training is under way, or there is no such elementType
   */
  async build(features: number, elementType?: ElementType): Promise<this> {
    this.#requireIdle("build");
    requireInteger("Model.build: features", features);
    const kind =
      elementType === undefined ? undefined : kindOf(choose("elementType", elementTypes, elementType));
    await this.#prepare("build", { features, kind }, EVALUATION_ROWS, []);
    this.#isTentative = false;
    return this;
  }

  /**
   * A table of the layers for inputs of `features` numbers, without a memory.
   * @throws ConfigError if the model is being used, or made, for inputs of another number
   */
  summary(features: number): readonly SummaryRow[] {
    requireInteger("Model.summary: features", features);
    if (this.#workspace?.options.features === features) return this.#workspace.summary;
    this.#requireUnused("summary");
    // A sketch takes the layers' tensors away from the memory that they have.
    this.#release();
    return Workspace.sketch(this.#options({ features, kind: undefined }, 1, [])).summary;
  }

  /** Learnable numbers, for inputs of `features` numbers. @throws as {@link summary} */
  parameterCount(features: number): number {
    return countParameters(this.summary(features));
  }

  /** The standardisation of the inputs, once it is known. */
  get standardization(): Standardization | undefined {
    return this.#standardization;
  }

  /**
   * Copies of all tensors in the order of the layers: weight, bias; gamma, beta, movingMean, movingVariance; and at last,
   * once it is known, the standardisation: standardize.mean and standardize.std, in float64.
   * {@link Model.load} takes them over.
   * @throws ConfigError if the model has not been built
   */
  tensors(): NamedTensor[] {
    const tensors = this.#layerTensors();
    const { mean, std } = this.#standardization ?? {};
    if (mean === undefined || std === undefined) return tensors;
    return [
      ...tensors,
      { name: MEAN, shape: [mean.length], data: mean.slice() },
      { name: STD, shape: [std.length], data: std.slice() },
    ];
  }

  #layerTensors(): NamedTensor[] {
    if (this.#workspace === undefined) {
      if (this.#kept === undefined)
        throw new ConfigError("Model.tensors: the model is not built. Call build() or fit().");
      return this.#kept.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    this.#workspace.readParameters();
    return this.#layers.flatMap(([, layer]) =>
      [...layer.parameters, ...layer.states].map(({ name, shape, value }) => ({
        name,
        shape,
        data: value.data.slice(),
      })),
    );
  }

  /**
   * Takes over tensors by name: all parameters, and whatever states there are; with "standardize.mean" and
   * "standardize.std", the standardisation too. A model that has not been built is built for them; it then predicts
   * bytes and numbers alike, of which a byte v counts as v / 255.
   * @param from where they come from, for errors; default "Model.load"
   * @throws FileError if a parameter is missing, a name is unknown or there twice, a shape is another, the data are not
   *   as many as the shape says, or there is no such standardisation; the model is then as it was
   */
  async load(tensors: Iterable<NamedTensor>, from = "Model.load"): Promise<void> {
    const { byName, standardization } = checkTensors(tensors, from);
    // At once where there is a memory: between two steps of a training, say.
    if (this.#workspace !== undefined) {
      const wasTrained = this.#kind !== undefined;
      this.#take(this.#workspace, byName, standardization, from);
      // A memory for what it was trained on is not one for what others have been trained on.
      if (wasTrained && this.#kind === undefined) {
        const { features } = this.#workspace.options;
        await this.#prepare("load", { features, kind: undefined }, EVALUATION_ROWS, []);
      }
      return;
    }
    this.#requireIdle("load");
    // The caller may use the arrays for something else while a memory is made.
    for (const [name, tensor] of byName) byName.set(name, { ...tensor, data: tensor.data.slice() });
    await this.#turn("load", async () => {
      const features = this.#features ?? featuresOf(byName, standardization);
      if (features === undefined || features === 0)
        throw new FileError(`${from}: there is no dense1.weight. Give a model's tensors.`);
      // Before a memory is made for them.
      checkAll(this.#workspace ?? this.#sketch(features), byName, standardization, from);
      const kind = this.#kind;
      const workspace = this.#workspace ?? (await this.#make({ features, kind }, EVALUATION_ROWS, []));
      this.#take(workspace, byName, standardization, from);
    });
  }

  /** All are checked before any is taken: refused tensors leave the model as it was. */
  #take(
    workspace: Workspace,
    byName: ReadonlyMap<string, NamedTensor>,
    standardization: Standardization | undefined,
    from: string,
  ): void {
    checkAll(workspace, byName, standardization, from);
    workspace.writeParameters();
    for (const { name, value } of [...workspace.parameters, ...workspace.states]) {
      const tensor = byName.get(name);
      if (tensor !== undefined) value.data.set(tensor.data);
    }
    this.#isTentative = false;
    if (standardization === undefined) return;
    // A training goes on with the samples that it has.
    const isSame = sameStandardization(standardization, this.#standardization);
    if (!isSame && !this.#isFitting) this.#kind = undefined;
    this.#setStandardization(standardization);
  }

  /**
   * The SHA-256 of {@link tensors} but for the standardisation, little-endian, in hexadecimal: two trainings with the
   * same bits have the same.
   */
  async weightsSha256(): Promise<string> {
    const arrays = this.#layerTensors().map(
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

  /** What would take the memory, or the layers, from whatever is at work. */
  #requireUnused(method: string): void {
    this.#requireIdle(method);
    const [other] = this.#underWay;
    if (other !== undefined)
      throw new ConfigError(`Model.${method}: ${other}() is under way. Await it first.`);
  }

  #requireCompiled(method: string): void {
    if (this.#compiled === undefined) {
      throw new ConfigError(
        `Model.${method}: the model is not compiled. Call compile({ loss, optimizer }) first.`,
      );
    }
  }

  /** Numbers in a sample, if that is decided. */
  get #features(): number | undefined {
    return this.#workspace?.options.features ?? this.#kept?.features;
  }

  get #inputs(): ModelInputs {
    return { features: this.#features, kind: this.#kind ?? this.#fittingKind };
  }

  /** To be called in a turn of the queue: a sketch builds the layers, which a workspace that is being made needs. */
  #outputs(features: number): number {
    return this.#workspace?.outputs ?? this.#kept?.outputs ?? this.#sketch(features).outputs;
  }

  /** The layers' sizes without a memory. It takes the layers' tensors away from a workspace. */
  #sketch(features: number): Workspace {
    return Workspace.sketch(this.#options({ features, kind: undefined }, 1, []));
  }

  /** @throws DatasetError unless the samples suit this model; to be called in a turn of the queue */
  #checkSuits(where: string, samples: Samples): void {
    checkValues(where, samples, this.#inputs);
    checkClasses(where, samples, this.#outputs(samples.features));
  }

  /** @throws DatasetError unless the samples suit this model, and each other; to be called in a turn of the queue */
  #checkTraining(train: Samples, validation: Samples | undefined): void {
    const where = "Model.fit";
    checkSamples(where, train);
    requireSome(where, train);
    this.#checkSuits(where, train);
    if (validation === undefined) return;
    const inValidation = `${where}, validation`;
    checkSamples(inValidation, validation);
    requireSome(inValidation, validation);
    checkValues(inValidation, validation, { features: train.features, kind: kindOf(train.elementType) });
    checkClasses(inValidation, validation, this.#outputs(train.features));
  }

  /** A workspace that serves: the present one, or a new one which takes over the parameters. */
  #prepare(
    method: string,
    inputs: BuildInputs,
    maxRows: number,
    resident: readonly Samples[],
  ): Promise<Workspace> {
    return this.#turn(method, () => this.#make(inputs, maxRows, resident));
  }

  /** Does this in a turn of the queue, and knows that it is under way. */
  async #turn<T>(method: string, work: () => Promise<T>): Promise<T> {
    this.#underWay.push(method);
    try {
      return await this.#queue.next(work);
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(method), 1);
    }
  }

  /**
   * Does this with samples that suit, in a memory for them. A model that was built for them alone is not built after
   * they have been refused.
   */
  async #withSamples<T>(
    where: string,
    samples: Samples,
    work: (workspace: Workspace) => Promise<T>,
  ): Promise<T> {
    this.#checkSuits(where, samples);
    try {
      const result = await work(await this.#present(samples));
      this.#isTentative &&= this.#isFitting;
      return result;
    } catch (error) {
      if (this.#isTentative && !this.#isFitting) await this.#forget();
      throw error;
    }
  }

  /** The workspace that there is, or one for such samples; to be called in a turn of the queue. */
  async #present({ features, elementType }: Samples): Promise<Workspace> {
    if (this.#workspace?.takes(kindOf(elementType))) return this.#workspace;
    return await this.#make({ features, kind: this.#inputs.kind }, EVALUATION_ROWS, []);
  }

  async #make(
    { features, kind }: BuildInputs,
    maxRows: number,
    resident: readonly Samples[],
  ): Promise<Workspace> {
    const old = this.#workspace;
    const built = this.#features;
    if (built !== undefined && built !== features) {
      throw new ConfigError(
        `The samples have ${features} features, the model was built for ${built}. Make a new Model.`,
      );
    }
    // A training's buffers are of one kind.
    const decided = kind ?? this.#inputs.kind;
    const isOfKind =
      resident.length === 0 && decided !== undefined ? old?.takes(decided) : old?.options.kind === kind;
    if (
      old !== undefined &&
      isOfKind &&
      old.options.maxRows >= maxRows &&
      resident.every((samples) => old.placement(samples) !== undefined)
    ) {
      return old;
    }
    // Released first: the old and the new memory need not fit side by side.
    await old?.team?.close();
    this.#release();
    const options = this.#options({ features, kind }, maxRows, resident);
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
    if (built === undefined) this.#isTentative = true;
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
    return Math.max(0, ...this.#sketch(features).summary.map(({ parameters }) => parameters));
  }

  #options({ features, kind }: BuildInputs, maxRows: number, resident: readonly Samples[]): WorkspaceOptions {
    return {
      layers: this.#layers,
      loss: this.#compiled?.loss,
      metrics: this.#compiled?.metrics ?? [],
      optimizer: this.#compiled?.optimizer,
      precision: this.precision,
      features,
      kind,
      maxRows,
      resident,
    };
  }

  /** Lets the memory go and keeps the parameters. */
  #release(): void {
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    const { features } = workspace.options;
    this.#kept = { features, outputs: workspace.outputs, tensors: this.#layerTensors() };
    void workspace.team?.close();
    this.#workspace = undefined;
  }

  #setStandardization(standardization: Standardization | undefined): void {
    this.#standardization = standardization;
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    const known = standardization ?? noStandardization(workspace.options.features);
    for (const [kind, { scale, shift }] of workspace.factors) {
      const stored = kind === "bytes" ? "uint8" : this.precision;
      const factors = gatherFactors(known, stored, this.precision);
      scale.data.set(factors.scale);
      shift.data.set(factors.shift);
    }
    workspace.firstLayer?.forgetPrepared();
  }
}

/** Inputs that a memory is made for; without a kind, they may be of both. */
interface BuildInputs {
  readonly features: number;
  readonly kind: ValueKind | undefined;
}

/** Reads the samples that are not in their places yet. */
async function readResident(
  workspace: Workspace,
  train: Samples,
  validation: Samples | undefined,
  { signal, onRead }: FitOptions,
): Promise<void> {
  const missing = [...new Set([train, validation])].filter(
    (samples) => samples !== undefined && !workspace.placeOf("Model.fit", samples).filled,
  ) as Samples[];
  const total = missing.reduce(
    (sum, samples) => sum + workspace.placeOf("Model.fit", samples).labels.rows,
    0,
  );
  let before = 0;
  for (const samples of missing) {
    const where = samples === train ? "Model.fit" : "Model.fit, validation";
    const placement = workspace.placeOf(where, samples);
    const onProgress = (done: number) => onRead?.(before + done, total);
    const target = { values: placement.values.data, labels: placement.labels.data };
    await readSamples(where, samples, target, { onProgress, ...(signal && { signal }) });
    placement.filled = true;
    before += placement.labels.rows;
  }
}

/** The standardisation of samples that are resident. */
function measure(workspace: Workspace, samples: Samples): Standardization {
  const placement = workspace.placeOf("Model.fit", samples);
  const { values, selection } = placement;
  if (values.dtype === "uint8") {
    return measureBytes(workspace.byteBlocks(placement), workspace.moments, workspace.kernels);
  }
  return measureFloats(values, selection);
}

/** Numbers in a sample, by the tensors of a model. */
function featuresOf(
  byName: ReadonlyMap<string, NamedTensor>,
  standardization: Standardization | undefined,
): number | undefined {
  const shape = byName.get("dense1.weight")?.shape;
  return shape?.length === 2 ? shape[0] : standardization?.mean.length;
}

function sameStandardization(a: Standardization, b: Standardization | undefined): boolean {
  const same = (x: Float64Array, y: Float64Array) => x.length === y.length && x.every((v, i) => v === y[i]);
  return b !== undefined && same(a.mean, b.mean) && same(a.std, b.std);
}

/** @throws FileError unless the tensors are all parameters of this network, and at most its states besides */
function checkAll(
  { parameters, states, options }: Workspace,
  byName: ReadonlyMap<string, NamedTensor>,
  standardization: Standardization | undefined,
  from: string,
): void {
  const { features } = options;
  if (standardization !== undefined && standardization.mean.length !== features) {
    throw new FileError(
      `${from}: ${MEAN} has ${standardization.mean.length} numbers, expected ${features}, the model's features. ` +
        "Is it another network's file?",
    );
  }
  const unknown = new Set(byName.keys());
  for (const own of [...parameters, ...states]) {
    const tensor = byName.get(own.name);
    unknown.delete(own.name);
    if (tensor !== undefined) checkFits(tensor, own, from);
    else if (!states.includes(own as State)) {
      throw new FileError(`${from}: ${own.name} is missing. It must hold every parameter of this network.`);
    }
  }
  const [name] = unknown;
  if (name !== undefined) {
    throw new FileError(`${from}: ${name} is not a tensor of this network. Is it another network's file?`);
  }
}

/** @throws ConfigError unless it has what a layer has before it is built */
function checkLayer(where: string, layer: Layer): void {
  requireMethods(where, layer, ["build", "forward", "backward"], "a layer, such as new Dense(10)");
  const { kind, minimumBatch } = layer;
  if (typeof kind !== "string" || kind === "") {
    throw new ConfigError(`${where}: its kind is ${shown(kind)}, expected a name, such as "dense".`);
  }
  requireInteger(`${where}: its minimumBatch`, minimumBatch);
}

function checkCompileOptions(options: CompileOptions): void {
  const where = "Model.compile";
  if (options === undefined)
    throw new ConfigError(`${where}: there are no options. Give it { loss, optimizer }.`);
  checkOptions(where, options, ["loss", "optimizer", "metrics"]);
  const { loss, optimizer, metrics = [] } = options;
  requireMethods(`${where}: loss`, loss, ["forward"], "a loss, such as new CategoricalCrossEntropyLoss()");
  const expected = "an optimizer, such as new SGDOptimizer()";
  requireMethods(`${where}: optimizer`, optimizer, ["update"], expected);
  requireMethods(
    `${where}: the optimizer's schedule`,
    optimizer.schedule,
    ["at"],
    "a schedule, such as new ConstantSchedule(0.1)",
  );
  if (!Array.isArray(metrics)) {
    throw new ConfigError(
      `${where}: metrics is ${shown(metrics)}, expected an array, such as [new AccuracyMetrics()].`,
    );
  }
  metrics.forEach((metric, i) => {
    requireMethods(`${where}: metrics[${i}]`, metric, ["forward"], "a metric, such as new AccuracyMetrics()");
  });
}

/** Layers that a model has: their tensors are in its memory. */
const owned = new WeakSet<Layer>();

/** @throws ConfigError if a layer stands here twice, or belongs to another model */
function claim(layers: readonly (readonly [name: string, layer: Layer])[]): void {
  const places = new Map<Layer, string>();
  for (const [name, layer] of layers) {
    const other = places.get(layer);
    if (other !== undefined) {
      throw new ConfigError(
        `Model: ${name} is the same object as ${other}. Make a new layer for every place.`,
      );
    }
    if (owned.has(layer)) {
      throw new ConfigError(
        `Model: ${name} belongs to another model, whose weights it holds. Make new layers for every model.`,
      );
    }
    places.set(layer, name);
  }
  for (const [, layer] of layers) owned.add(layer);
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
