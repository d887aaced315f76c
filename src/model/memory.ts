/**
 * The memory of a model. It is made when it is needed, made anew if it does not serve, and let go. The tensors are kept
 * from one to the next. suits.ts decides which samples it serves.
 */
import { type Backend, backends, type EngineName, resolveThreads, withThreads } from "../backend/index.ts";
import type { Samples } from "../data/dataset.ts";
import { gatherFactors, noStandardization, type Standardization } from "../data/standardize.ts";
import { kindOf, type ValueKind } from "../data/values.ts";
import type { ResidualQuantiles } from "../ensemble/intervals.ts";
import { ConfigError, TeamError } from "../errors.ts";
import { TEAM_MULTIPLICATIONS } from "../kernels/firstLayer.ts";
import type { Layer, State } from "../layers/layer.ts";
import { tensorsOf } from "../layers/sequence.ts";
import { Random } from "../random.ts";
import type { Targets } from "../targets.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import type { CompileOptions } from "./checks.ts";
import { UPDATES } from "./optimizerState.ts";
import type { ModelPreprocessing } from "./preprocessing.ts";
import type { NamedTensor } from "./safetensors.ts";
import type { ModelInputs } from "./suits.ts";
import { type CheckedTensors, standardizationTensors } from "./tensors.ts";
import type { TrainedData } from "./trainedData.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

/** The least number of samples that are evaluated at once. */
export const EVALUATION_ROWS = 256;

export interface MemoryOptions {
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly precision: Precision;
  /** Decides the initial parameters. */
  readonly seed: number;
  readonly engine: EngineName | Backend;
  readonly threads: number | "auto";
}

/** The use for which a memory is made. Without a kind, it serves samples of both kinds. */
export interface MemoryRequest {
  /** Numbers in a sample. */
  readonly features: number;
  readonly kind: ValueKind | undefined;
  /** The least number of samples that are computed at once. Default: {@link EVALUATION_ROWS}. */
  readonly maxRows?: number;
  /** Samples that stay in the memory. Default: none. */
  readonly resident?: readonly Samples[];
}

/** The targets that a model has been trained for. */
export interface TrainedTargets extends Targets {
  readonly classNames?: readonly string[] | undefined;
}

/** Where a model comes from. */
export interface Provenance {
  /** The version of the library that wrote its file. */
  readonly version: string;
  /** The settings of the run that trained it, as the file has them. */
  readonly settings?: unknown;
  /** The fingerprint of the data that it was trained on, as the file has it. */
  readonly data?: unknown;
}

/** What is kept when the memory is let go. */
interface Kept {
  readonly features: number;
  readonly outputs: number;
  readonly layers: readonly NamedTensor[];
  readonly optimizer: readonly NamedTensor[];
}

const copyOf = ({ name, shape, value }: Omit<State, "initial">): NamedTensor => ({
  name,
  shape,
  data: value.data.slice(),
});

/** The memories of the models, for the parts of this folder that complete a model. */
export const memories = new WeakMap<object, ModelMemory>();

export class ModelMemory {
  readonly #options: MemoryOptions;
  #backend: Backend | undefined;
  /** How the engine is made with several threads, if it can have them. */
  readonly #withThreads: ((threads: number) => Backend) | undefined;
  /** Why there are fewer threads than were asked for. */
  #notice: string | undefined;
  #compiled: CompileOptions | undefined;
  #workspace: Workspace | undefined;
  #kept: Kept | undefined;
  #standardization: Standardization | undefined;
  /** The kind of samples on which the standardisation was measured; undefined if there was no training, or it was loaded. */
  trainedKind: ValueKind | undefined;
  /** The targets of the samples that it was trained on, with the names of classes; undefined if they are not known. */
  targets: TrainedTargets | undefined;
  /** The data of the last training. */
  trainedData: TrainedData | undefined;
  /** Where the parameters come from, if that is a file. */
  provenance: Provenance | undefined;
  /** What is done to inputs before they are features, if that is known. */
  preprocessing: ModelPreprocessing | undefined;
  /** Of each target, a number of a table, how far answers are from it, if that was measured for these parameters. */
  intervals: readonly ResidualQuantiles[] | undefined;
  /** Numbers in a sample, as the file has it whose tensors are to be loaded. */
  declaredFeatures: number | undefined;
  /** The kind of samples in the training under way. */
  fittingKind: ValueKind | undefined;
  /** Whether it was made for a call that has not succeeded yet. The number of features is not decided then. */
  isTentative = false;

  constructor(options: MemoryOptions) {
    const { engine } = options;
    this.#options = options;
    // An engine with threads is made with the memory, when their number is known.
    const named = typeof engine === "string";
    this.#withThreads = named ? withThreads[engine] : undefined;
    if (this.#withThreads === undefined) this.#backend = named ? backends[engine]() : engine;
  }

  /** The memory, if there is one. */
  get workspace(): Workspace | undefined {
    return this.#workspace;
  }

  /** What it was asked to compute on. */
  get asked(): Pick<MemoryOptions, "engine" | "threads"> {
    const { engine, threads } = this.#options;
    return { engine, threads };
  }

  get compiled(): CompileOptions | undefined {
    return this.#compiled;
  }

  get notice(): string | undefined {
    return this.#notice;
  }

  /** Of all computations. */
  get precision(): Precision {
    return this.#options.precision;
  }

  get standardization(): Standardization | undefined {
    return this.#standardization;
  }

  /** Numbers in a sample, if that is decided. */
  get features(): number | undefined {
    return this.#workspace?.options.features ?? this.#kept?.features;
  }

  /** The samples that it takes, as far as that is decided. */
  get inputs(): ModelInputs {
    return { features: this.features, kind: this.trainedKind ?? this.fittingKind };
  }

  /** Takes another loss, optimizer and metrics. The tensors of the optimizer before are dropped. */
  compile(options: CompileOptions): void {
    this.#compiled = options;
    this.release();
    if (this.#kept !== undefined) this.#kept = { ...this.#kept, optimizer: [] };
  }

  /** Numbers that the last layer gives. Call it within a turn: it may build layers that a workspace in the making needs. */
  outputs(features: number): number {
    return this.#workspace?.outputs ?? this.#kept?.outputs ?? this.sketch(features).outputs;
  }

  /** The layers' sizes without a memory. A sketch takes the layers' tensors away from a workspace. */
  sketch(features: number): Workspace {
    return Workspace.sketch(this.#workspaceOptions({ features, kind: undefined, maxRows: 1 }));
  }

  /** The workspace that serves: the present one, or a new one that takes over the tensors. Call it within a turn. */
  async make(request: MemoryRequest): Promise<Workspace> {
    const { features, kind, maxRows = EVALUATION_ROWS, resident = [] } = request;
    const old = this.#workspace;
    const built = this.features;
    if (built !== undefined && built !== features) {
      throw new ConfigError(
        `The samples have ${features} features, the model was built for ${built}. Make a new Model.`,
      );
    }
    // The buffers of a training are for one kind of samples.
    const decided = kind ?? this.inputs.kind;
    const isOfKind =
      resident.length === 0 && decided !== undefined
        ? old?.samples.takes(decided)
        : old?.options.kind === kind;
    if (
      old !== undefined &&
      isOfKind &&
      old.options.maxRows >= maxRows &&
      resident.every((samples) => old.samples.find(samples) !== undefined)
    ) {
      return old;
    }
    // The old memory is released first, so that the two need not fit side by side.
    await this.close();
    const workspace = await this.#create({ features, kind, maxRows, resident });
    this.#workspace = workspace;
    if (built === undefined) this.isTentative = true;
    this.#fill(workspace);
    this.setStandardization(this.#standardization);
    return workspace;
  }

  async #create(request: MemoryRequest & { readonly maxRows: number }): Promise<Workspace> {
    const { threads: asked } = this.#options;
    const options = this.#workspaceOptions(request);
    if (this.#backend === undefined) {
      // A network without a kernel that is worth sharing does not wait for workers to start.
      const isSmall =
        asked === "auto" && request.maxRows * this.#largestWeight(request.features) < TEAM_MULTIPLICATIONS;
      const { threads, notice } = await resolveThreads(isSmall ? 1 : asked);
      this.#notice = notice;
      this.#backend = this.#withThreads!(threads);
    }
    return await Workspace.create(options, this.#backend).catch((error) => {
      // A page's Content-Security-Policy may refuse workers, for example. "auto" then takes one thread.
      if (asked !== "auto" || !(error instanceof TeamError)) throw error;
      this.#notice = `One thread. ${error.message}`;
      this.#backend = this.#withThreads!(1);
      return Workspace.create(options, this.#backend);
    });
  }

  /** Gives a new workspace the tensors that were kept, and initial values to all others. */
  #fill(workspace: Workspace): void {
    const { layers = [], optimizer = [] } = this.#kept ?? {};
    const byName = new Map([...layers, ...optimizer].map(({ name, data }) => [name, data]));
    for (const { name, value, initializer } of workspace.parameters) {
      const data = byName.get(name);
      if (data !== undefined) value.data.set(data);
      else {
        const random = new Random(this.#options.seed, "initialize", name);
        initializer.fill(value.data, value.rows, value.columns, random);
      }
    }
    for (const { name, value, initial } of workspace.states) {
      const data = byName.get(name);
      if (data !== undefined) value.data.set(data);
      else value.data.fill(initial);
    }
    this.#fillOptimizer(workspace, byName);
  }

  #fillOptimizer({ optimizer }: Workspace, byName: ReadonlyMap<string, FloatArray>): void {
    for (const { name, value, initial } of optimizer.states) {
      const data = byName.get(name);
      if (data !== undefined) value.data.set(data);
      else value.data.fill(initial);
    }
    // The number belongs to the tensors: those of another optimizer leave these at their beginning.
    const isWhole = optimizer.states.every(({ name }) => byName.has(name));
    optimizer.updates.value = isWhole ? (byName.get(UPDATES)?.[0] ?? 0) : 0;
  }

  /** Numbers in the largest parameter, for inputs of `features` numbers. */
  #largestWeight(features: number): number {
    return Math.max(0, ...this.sketch(features).parameters.map(({ value }) => value.size));
  }

  #workspaceOptions({
    features,
    kind,
    maxRows,
    resident = [],
  }: MemoryRequest & { readonly maxRows: number }) {
    const { layers, precision } = this.#options;
    const { loss, metrics = [] } = this.#compiled ?? {};
    const isTrained = layers.every(([, { notTrained }]) => notTrained === undefined);
    const optimizer = isTrained ? this.#compiled?.optimizer : undefined;
    return { layers, loss, metrics, optimizer, precision, features, kind, maxRows, resident };
  }

  /** What the model is made of, once it is compiled. */
  get parts() {
    const { layers, precision } = this.#options;
    const { loss, optimizer, metrics = [] } = this.#compiled!;
    return { layers, precision, loss, optimizer, metrics };
  }

  /** All tensors where they lie, not copied: the layers', the optimizer's and the standardisation. There must be a workspace. */
  tensorsInPlace(): NamedTensor[] {
    const workspace = this.#workspace!;
    workspace.readParameters();
    const inPlace = ({ name, shape, value }: Omit<State, "initial">) => ({ name, shape, data: value.data });
    return [
      ...this.#options.layers.flatMap(([, layer]) => tensorsOf(layer).map(inPlace)),
      ...workspace.optimizer.states.map(inPlace),
      ...standardizationTensors(this.#standardization),
    ];
  }

  /** Copies of the layers' tensors, in the order of the layers; undefined if the model has not been built. */
  layerTensors(): NamedTensor[] | undefined {
    const workspace = this.#workspace;
    if (workspace === undefined) {
      return this.#kept?.layers.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    workspace.readParameters();
    return this.#options.layers.flatMap(([, layer]) => tensorsOf(layer).map(copyOf));
  }

  /** Copies of the tensors that the optimizer keeps; none if it keeps nothing. */
  optimizerTensors(): NamedTensor[] {
    const workspace = this.#workspace;
    if (workspace === undefined) {
      return (this.#kept?.optimizer ?? []).map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    const { optimizer } = workspace;
    if (optimizer.states.length === 0) return [];
    workspace.readParameters();
    const updates = { name: UPDATES, shape: [1], data: new Float64Array([optimizer.updates.value]) };
    return [...optimizer.states.map(copyOf), updates];
  }

  /** Takes over tensors that have been checked. Tensors of the optimizer that are not among them begin anew. */
  take(workspace: Workspace, { byName, standardization }: CheckedTensors, isFitting: boolean): void {
    workspace.writeParameters();
    for (const { name, value } of [...workspace.parameters, ...workspace.states]) {
      const tensor = byName.get(name);
      if (tensor !== undefined) value.data.set(tensor.data);
    }
    this.#fillOptimizer(workspace, new Map([...byName].map(([name, { data }]) => [name, data])));
    this.isTentative = false;
    if (!isFitting) this.trainedData = undefined;
    this.intervals = undefined;
    if (standardization === undefined) return;
    // A training under way goes on with its own samples.
    const isSame = sameStandardization(standardization, this.#standardization);
    if (!isSame && !isFitting) this.trainedKind = undefined;
    this.setStandardization(standardization);
  }

  setStandardization(standardization: Standardization | undefined): void {
    this.#standardization = standardization;
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    const { features, precision } = workspace.options;
    const known = standardization ?? noStandardization(features);
    for (const [kind, { scale, shift }] of workspace.factors) {
      const factors = gatherFactors(known, workspace.samples.stored(kind), precision);
      scale.data.set(factors.scale);
      shift.data.set(factors.shift);
    }
    workspace.firstLayer?.forgetPrepared();
  }

  /** Ends the threads and lets the memory go. */
  async close(): Promise<void> {
    await this.#workspace?.team?.close();
    this.release();
  }

  /** Lets the memory go and keeps the tensors. */
  release(): void {
    const workspace = this.#workspace;
    if (workspace === undefined) return;
    this.trainedData?.letGo();
    const { features } = workspace.options;
    const { outputs } = workspace;
    const [layers, optimizer] = [this.layerTensors()!, this.optimizerTensors()];
    this.#kept = { features, outputs, layers, optimizer };
    void workspace.team?.close();
    this.#workspace = undefined;
  }

  /** Drops memory and tensors, as if they had never been made. Call it within a turn. */
  async forget(): Promise<void> {
    await this.#workspace?.team?.close();
    this.trainedData = undefined;
    this.#workspace = undefined;
    this.#kept = undefined;
    this.isTentative = false;
  }

  /** Restores the memory that there was before one was made for samples that are refused. Call it within a turn. */
  async restore(before: WorkspaceOptions | undefined): Promise<void> {
    if (this.isTentative) return await this.forget();
    if (before === undefined) return;
    const now = this.#workspace?.options;
    const isServing = now !== undefined && (this.trainedKind !== undefined || now.kind === before.kind);
    if (isServing) return;
    this.fittingKind = undefined;
    // An error here is dropped, because the one to report is why the samples were refused.
    await this.make({ features: before.features, kind: before.kind }).catch(() => {});
  }

  /** The workspace that there is, or a new one for such samples. Call it within a turn. */
  async present({ features, elementType }: Samples): Promise<Workspace> {
    if (this.#workspace?.samples.takes(kindOf(elementType))) return this.#workspace;
    return await this.make({ features, kind: this.inputs.kind });
  }
}

function sameStandardization(a: Standardization, b: Standardization | undefined): boolean {
  const same = (x: Float64Array, y: Float64Array) => x.length === y.length && x.every((v, i) => v === y[i]);
  return b !== undefined && same(a.mean, b.mean) && same(a.std, b.std);
}
