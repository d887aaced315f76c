/**
 * The memory of a model: it is made for what is asked, made anew where it does not serve, and let go; the tensors are kept
 * from one to the next. What samples it serves is decided by suits.ts.
 */
import { type Backend, backends, type EngineName, resolveThreads, wasmBackend } from "../backend/index.ts";
import type { Samples } from "../data/dataset.ts";
import { gatherFactors, noStandardization, type Standardization } from "../data/standardize.ts";
import { kindOf, type ValueKind } from "../data/values.ts";
import { ConfigError, TeamError } from "../errors.ts";
import { TEAM_MULTIPLICATIONS } from "../kernels/firstLayer.ts";
import type { Layer, State } from "../layers/layer.ts";
import { Random } from "../random.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import type { CompileOptions } from "./checks.ts";
import { UPDATES } from "./optimizerState.ts";
import type { NamedTensor } from "./safetensors.ts";
import type { ModelInputs } from "./suits.ts";
import type { CheckedTensors } from "./tensors.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

/** Samples that are evaluated at once, at least. */
export const EVALUATION_ROWS = 256;

export interface MemoryOptions {
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly precision: Precision;
  /** Decides the initial parameters. */
  readonly seed: number;
  readonly engine: EngineName | Backend;
  readonly threads: number | "auto";
}

/** What a memory is made for; without a kind, samples of both kinds are served. */
export interface MemoryRequest {
  /** Numbers in a sample. */
  readonly features: number;
  readonly kind: ValueKind | undefined;
  /** Samples that are computed at once, at least. Default: {@link EVALUATION_ROWS}. */
  readonly maxRows?: number;
  /** Samples that stay in the memory. Default: none. */
  readonly resident?: readonly Samples[];
}

/** What remains when the memory has been let go. */
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

export class ModelMemory {
  readonly #options: MemoryOptions;
  #backend: Backend | undefined;
  /** Why there are fewer threads than were asked for. */
  #notice: string | undefined;
  #compiled: CompileOptions | undefined;
  #workspace: Workspace | undefined;
  #kept: Kept | undefined;
  #standardization: Standardization | undefined;
  /** What the standardisation was measured on; undefined before a training, and where it was loaded. */
  trainedKind: ValueKind | undefined;
  /** Of the samples that are being trained on. */
  fittingKind: ValueKind | undefined;
  /** Whether it was made for a call that has not succeeded yet: the number of features is not decided then. */
  isTentative = false;

  constructor(options: MemoryOptions) {
    const { engine } = options;
    this.#options = options;
    // How many threads there can be is asked when the memory is made.
    if (engine !== "wasm") this.#backend = typeof engine === "string" ? backends[engine]() : engine;
  }

  /** The memory, if there is one. */
  get workspace(): Workspace | undefined {
    return this.#workspace;
  }

  get compiled(): CompileOptions | undefined {
    return this.#compiled;
  }

  get notice(): string | undefined {
    return this.#notice;
  }

  get standardization(): Standardization | undefined {
    return this.#standardization;
  }

  /** Numbers in a sample, if that is decided. */
  get features(): number | undefined {
    return this.#workspace?.options.features ?? this.#kept?.features;
  }

  /** What samples it takes, as far as that is decided. */
  get inputs(): ModelInputs {
    return { features: this.features, kind: this.trainedKind ?? this.fittingKind };
  }

  /** Takes another loss, optimizer and metrics; what an optimizer has kept goes with it. */
  compile(options: CompileOptions): void {
    this.#compiled = options;
    this.release();
    if (this.#kept !== undefined) this.#kept = { ...this.#kept, optimizer: [] };
  }

  /** Numbers that the last layer gives. Within a turn: a sketch builds the layers, which a workspace in the making needs. */
  outputs(features: number): number {
    return this.#workspace?.outputs ?? this.#kept?.outputs ?? this.sketch(features).outputs;
  }

  /** The layers' sizes without a memory. It takes the layers' tensors away from a workspace. */
  sketch(features: number): Workspace {
    return Workspace.sketch(this.#workspaceOptions({ features, kind: undefined, maxRows: 1 }));
  }

  /** The workspace that serves: the present one, or a new one which takes over the tensors. Within a turn. */
  async make(request: MemoryRequest): Promise<Workspace> {
    const { features, kind, maxRows = EVALUATION_ROWS, resident = [] } = request;
    const old = this.#workspace;
    const built = this.features;
    if (built !== undefined && built !== features) {
      throw new ConfigError(
        `The samples have ${features} features, the model was built for ${built}. Make a new Model.`,
      );
    }
    // A training's buffers are of one kind.
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
    // Released first: the old and the new memory need not fit side by side.
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
      // A network of which no kernel is worth sharing shall not wait for workers to start.
      const isSmall =
        asked === "auto" && request.maxRows * this.#largestWeight(request.features) < TEAM_MULTIPLICATIONS;
      const { threads, notice } = await resolveThreads(isSmall ? 1 : asked);
      this.#notice = notice;
      this.#backend = wasmBackend({ threads });
    }
    return await Workspace.create(options, this.#backend).catch((error) => {
      // Such as on a page whose Content-Security-Policy refuses workers: "auto" takes what there is.
      if (asked !== "auto" || !(error instanceof TeamError)) throw error;
      this.#notice = `One thread. ${error.message}`;
      this.#backend = wasmBackend();
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
    optimizer.updates.value = byName.get(UPDATES)?.[0] ?? 0;
  }

  /** Numbers in the largest parameter, for inputs of `features` numbers. */
  #largestWeight(features: number): number {
    return Math.max(0, ...this.sketch(features).summary.map(({ parameters }) => parameters));
  }

  #workspaceOptions({
    features,
    kind,
    maxRows,
    resident = [],
  }: MemoryRequest & { readonly maxRows: number }) {
    const { layers, precision } = this.#options;
    const { loss, optimizer, metrics = [] } = this.#compiled ?? {};
    return { layers, loss, metrics, optimizer, precision, features, kind, maxRows, resident };
  }

  /** Copies of the layers' tensors, in the order of the layers; undefined if the model has not been built. */
  layerTensors(): NamedTensor[] | undefined {
    const workspace = this.#workspace;
    if (workspace === undefined) {
      return this.#kept?.layers.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    workspace.readParameters();
    return this.#options.layers.flatMap(([, layer]) => [...layer.parameters, ...layer.states].map(copyOf));
  }

  /** Copies of what the optimizer keeps; none if it keeps nothing. */
  optimizerTensors(): NamedTensor[] {
    const optimizer = this.#workspace?.optimizer;
    if (optimizer === undefined) {
      return (this.#kept?.optimizer ?? []).map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    }
    if (optimizer.states.length === 0) return [];
    const updates = { name: UPDATES, shape: [1], data: new Float64Array([optimizer.updates.value]) };
    return [...optimizer.states.map(copyOf), updates];
  }

  /** Takes over tensors that have been checked. What the optimizer keeps begins anew where they do not hold it. */
  take(workspace: Workspace, { byName, standardization }: CheckedTensors, isFitting: boolean): void {
    workspace.writeParameters();
    for (const { name, value } of [...workspace.parameters, ...workspace.states]) {
      const tensor = byName.get(name);
      if (tensor !== undefined) value.data.set(tensor.data);
    }
    this.#fillOptimizer(workspace, new Map([...byName].map(([name, { data }]) => [name, data])));
    this.isTentative = false;
    if (standardization === undefined) return;
    // A training goes on with the samples that it has.
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
    const { features } = workspace.options;
    const { outputs } = workspace;
    const [layers, optimizer] = [this.layerTensors()!, this.optimizerTensors()];
    this.#kept = { features, outputs, layers, optimizer };
    void workspace.team?.close();
    this.#workspace = undefined;
  }

  /** As if it had never been made. Within a turn. */
  async forget(): Promise<void> {
    await this.#workspace?.team?.close();
    this.#workspace = undefined;
    this.#kept = undefined;
    this.isTentative = false;
  }

  /** The memory as it was before samples were refused for which another had been made. Within a turn. */
  async restore(before: WorkspaceOptions | undefined): Promise<void> {
    if (this.isTentative) return await this.forget();
    if (before === undefined) return;
    const now = this.#workspace?.options;
    const isServing = now !== undefined && (this.trainedKind !== undefined || now.kind === before.kind);
    if (isServing) return;
    this.fittingKind = undefined;
    // What is reported is why the samples were refused.
    await this.make({ features: before.features, kind: before.kind }).catch(() => {});
  }

  /** The workspace that there is, or one for such samples. Within a turn. */
  async present({ features, elementType }: Samples): Promise<Workspace> {
    if (this.#workspace?.samples.takes(kindOf(elementType))) return this.#workspace;
    return await this.make({ features, kind: this.inputs.kind });
  }
}

function sameStandardization(a: Standardization, b: Standardization | undefined): boolean {
  const same = (x: Float64Array, y: Float64Array) => x.length === y.length && x.every((v, i) => v === y[i]);
  return b !== undefined && same(a.mean, b.mean) && same(a.std, b.std);
}
