/** The model: layers in a row, to be trained, asked, saved and loaded. */
import type { ElementType, Samples } from "../data/dataset.ts";
import type { Standardization } from "../data/standardize.ts";
import { elementTypes, kindOf, type NumbersOrRows } from "../data/values.ts";
import type { ResidualQuantiles } from "../ensemble/intervals.ts";
import { ConfigError, choose, FileError } from "../errors.ts";
import { writeModelFile } from "../files/modelFiles.ts";
import type { Layer } from "../layers/layer.ts";
import { namedLayers } from "../layers/sequence.ts";
import { requireInteger, shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import type { Prediction } from "../preprocessing/preprocessing.ts";
import { sha256 } from "../sha256.ts";
import type { FloatArray, Precision } from "../tensor.ts";
import type { Measure } from "./callbacks/callback.ts";
import { measuresOf } from "./callbacks/monitor.ts";
import {
  type CompileOptions,
  checkCompileOptions,
  checkOutputLayer,
  claim,
  requireTrained,
} from "./checks.ts";
import { evaluateResident, evaluateStaged } from "./evaluate.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { Evaluation, History, MetricsOf, SomeMetrics } from "./history.ts";
import { type InRange, type PredictOptions, requireRows } from "./intervals.ts";
import { type InspectOptions, inspectionOf, type LayerActivity } from "./layerActivity.ts";
import { ModelMemory, memories, type Provenance } from "./memory.ts";
import { encodeModel, type SaveOptions } from "./modelFile.ts";
import { type ModelOptions, resolveModelOptions } from "./modelOptions.ts";
import { Predictor, predictSamples } from "./predictor.ts";
import type { ModelPreprocessing } from "./preprocessing.ts";
import { fingerprintOfStaged } from "./resume.ts";
import { isRows, predictRows, type RowOf, samplesOfRows } from "./rows.ts";
import type { NamedTensor } from "./safetensors.ts";
import { checkMeasured, checkSuits, checkTraining } from "./sampleChecks.ts";
import { checkSamples, requireSome } from "./suits.ts";
import { countParameters, type SummaryRow } from "./summary.ts";
import { bytesOf, checkAll, checkTensors, featuresOf, standardizationTensors } from "./tensors.ts";
import type { AnyMetric } from "./totals.ts";
import { type FitHost, fitModel } from "./training.ts";
import { Turns } from "./turns.ts";
import type { Workspace } from "./workspace.ts";

export type { CompileOptions } from "./checks.ts";
export type { ModelOptions } from "./modelOptions.ts";

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
 * `M` is the type of the metrics' values. For the model that compile() returns here it is `{ accuracy: number }`. `P` is the
 * type of an answer to a row of a table: `{ class, probabilities }`, or `{ price: number }`.
 */
export class Model<M = SomeMetrics, P = Prediction> {
  readonly precision: Precision;
  readonly seed: number;
  readonly #threads: number | "auto";
  readonly #layers: readonly (readonly [name: string, layer: Layer])[];
  readonly #memory: ModelMemory;
  readonly #turns = new Turns();

  /** @throws ConfigError if there is no layer, or an option is not one of its choices */
  constructor(layers: readonly Layer[], options: ModelOptions = {}) {
    this.#layers = namedLayers("Model", layers);
    const { dtype, seed, engine, threads } = resolveModelOptions(options);
    this.precision = dtype;
    this.seed = seed;
    this.#threads = threads;
    this.#memory = new ModelMemory({ layers: this.#layers, precision: dtype, seed, engine, threads });
    // This is done last, so that a refused model takes no layer.
    claim(this.#layers);
    memories.set(this, this.#memory);
  }

  /** The threads that compute: 1 before there is a memory. */
  get threads(): number {
    return this.#memory.workspace?.team?.active ?? 1;
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
   * Sets the loss, the optimizer and the metrics. Returns the model itself, with a type that knows its metrics.
   * @throws ConfigError if the last layer is not the one that the loss needs, or a softmax stands before the end
   */
  compile<T extends AnyMetric = never>(options: CompileOptions<T>): Model<MetricsOf<T>, P> {
    this.#turns.requireUnused("compile");
    checkCompileOptions(options);
    checkOutputLayer("Model.compile", this.#layers, options.loss);
    this.#memory.compile(options);
    return this as unknown as Model<MetricsOf<T>, P>;
  }

  /**
   * The measures of every row of fit(): loss, cost and the metrics.
   * @param hasValidation whether there are validation samples
   * @throws ConfigError if the model is not compiled
   */
  measures(hasValidation: boolean): readonly Measure[] {
    this.#requireCompiled("measures");
    return measuresOf(this.#memory.parts.metrics, hasValidation);
  }

  /**
   * Trains. The samples are read into memory, and the memory is made, at the first call; a model that was trained
   * before goes on from its weights.
   * @throws ConfigError (as for an ensemble, which is not trained), MemoryError, DatasetError before the first step;
   *   TrainingError if the loss is not finite; CallbackError if a callback throws; TeamError if a thread is lost: the
   *   parameters may then be half updated
   */
  async fit(train: Samples, options: FitOptions<M> = {}): Promise<History<M>> {
    return (await this.#turns.fit(async () => {
      this.#requireCompiled("fit");
      requireTrained("Model.fit", this.#layers);
      try {
        return await fitModel(this.#fitHost(), train, options as FitOptions);
      } finally {
        this.#memory.fittingKind = undefined;
      }
    })) as History<M>;
  }

  #fitHost(): FitHost {
    const [memory, turns, threads, seed] = [this.#memory, this.#turns, this.#threads, this.seed];
    const check = (train: Samples, validation: Samples | undefined) =>
      checkTraining(memory, train, validation);
    return { memory, turns, threads, seed, minimumBatch: this.minimumBatch, check };
  }

  /**
   * Ends the threads, if there are several, and lets the memory go. The parameters are kept. The model can still be used:
   * memory and threads are then made anew.
   */
  async close(): Promise<void> {
    this.#turns.requireIdle("close");
    await this.#turns.take("close", async () => {
      this.#turns.requireIdle("close");
      await this.#memory.close();
    });
  }

  /**
   * Loss, cost and metrics in inference mode.
   * @throws ConfigError if the model is not compiled; DatasetError if there are no samples, or the model takes others;
   *   TrainingError if the loss is not finite, as it is with weights that are not
   */
  async evaluate(samples: Samples): Promise<Evaluation<M>>;
  /**
   * The same of rows of a table, objects by column name, the target among them.
   * @throws ConfigError if the model has no preprocessing of tables; DatasetError, with row and column, if a cell is wrong
   */
  async evaluate<R extends RowOf<R>>(rows: readonly R[]): Promise<Evaluation<M>>;
  async evaluate(inputs: Samples | readonly object[]): Promise<Evaluation<M>> {
    const where = "Model.evaluate";
    this.#requireCompiled("evaluate");
    const samples = isRows(inputs, this.preprocessing)
      ? samplesOfRows(where, this.preprocessing, inputs)
      : (inputs as Samples);
    checkSamples(where, samples);
    requireSome(where, samples);
    // The metrics are those of compile(), whose types `M` has.
    return (await this.#evaluate(where, samples)) as Evaluation<M>;
  }

  /**
   * The fingerprint of samples, as a text: of every value, target and weight, and of their order. They are read block by block.
   * @param where what is called, for errors. Default: "Model.fingerprint"
   * @throws ConfigError if the model is not compiled; DatasetError if the model takes others
   * @internal
   */
  async fingerprint(samples: Samples, where = "Model.fingerprint"): Promise<string> {
    this.#requireCompiled("fingerprint");
    checkSamples(where, samples);
    return await this.#turns.take("fingerprint", () =>
      this.#withSamples(where, samples, (made) => fingerprintOfStaged(where, made, samples)),
    );
  }

  async #evaluate(where: string, samples: Samples): Promise<Evaluation> {
    const { workspace } = this.#memory;
    const place = workspace?.samples.find(samples);
    if (workspace !== undefined && place?.filled) {
      checkSuits(where, this.#memory, samples);
      checkMeasured(where, this.#memory, samples);
      return evaluateResident(where, workspace, place);
    }
    return await this.#turns.take("evaluate", () =>
      this.#withSamples(where, samples, (made) => {
        checkMeasured(where, this.#memory, samples);
        return evaluateStaged(where, made, samples);
      }),
    );
  }

  /**
   * What goes through the layers for the first of some samples in a training step, forward and back. Nothing is updated. While
   * fit() is under way it shows the network of that moment. A last layer whose place the loss takes (softmax) is left out.
   * @returns the layers in the order in which samples go through them, Dense's activations among them
   * @throws ConfigError if the model is not compiled, or an option is wrong; DatasetError if the model takes other samples
   */
  async inspect(samples: Samples, options: InspectOptions = {}): Promise<LayerActivity[]> {
    this.#requireCompiled("inspect");
    const run = inspectionOf(this.#layers, this.minimumBatch, samples, options);
    return await this.#turns.take("inspect", () => this.#withSamples("Model.inspect", samples, run));
  }

  /**
   * The last layer's output, a row for every sample: with softmax, the probabilities of the classes. Batch normalisation
   * is folded into the layers beside it (see plan/folding.ts), so the last bits differ from those that evaluate() sees.
   * @param inputs samples, or their numbers, (count × features) or an array for each sample: bytes if the model was
   *   trained on bytes, else numbers (see {@link samplesFromArrays})
   * @throws ConfigError if numbers are given and the model is not built; DatasetError if the model takes others, or a
   *   number is not finite
   */
  async predict(inputs: Samples | NumbersOrRows): Promise<FloatArray>;
  /**
   * Answers to rows of a table: objects by column name, with the values as in the table that the model was trained on. A number
   * may be a text, "12". Missing is "", null, undefined, or a name that a row has not; columns that the model does not know are
   * passed over.
   *
   *     const [answer] = await model.predict([{ rooms: 3, city: "Bern" }]); // { price: 123.4 }
   *
   * With `interval`, of a model of numbers, each answer has the ends of a range, too, which holds the number with that probability:
   *
   *     const [answer] = await model.predict(rows, { interval: 0.9 });
   *     // { price: 123.4, lower: { price: 101.2 }, upper: { price: 145.6 } }
   *
   * @returns an answer for each row: { class, probabilities: { name: p } }, { price: 123.4 }, or of flags { wet: true,
   *   probabilities: { wet: p } }. It does not depend on the rows beside it, to the last bit
   * @throws ConfigError if the model has no preprocessing of tables, or no {@link intervals} for `interval`; DatasetError, with row
   *   and column, if a text stands where the model takes a number
   */
  async predict<R extends RowOf<R>>(
    rows: readonly R[],
    options: PredictOptions & { readonly interval: number },
  ): Promise<InRange<P>[]>;
  async predict<R extends RowOf<R>>(rows: readonly R[], options?: PredictOptions): Promise<P[]>;
  async predict(
    inputs: Samples | NumbersOrRows | readonly object[],
    options: PredictOptions = {},
  ): Promise<FloatArray | P[]> {
    const where = "Model.predict";
    if (isRows(inputs, this.preprocessing)) {
      const run = (values: Float64Array) => this.#predictNumbers(where, values);
      return (await predictRows(where, this.#memory, inputs, options, run)) as P[];
    }
    requireRows(where, options);
    if (typeof inputs !== "object" || inputs === null || !("read" in inputs))
      return await this.#predictNumbers(where, inputs as NumbersOrRows);
    checkSamples(where, inputs);
    return await this.#turns.take("predict", () =>
      this.#withSamples(where, inputs, (workspace) => predictSamples(where, workspace, inputs), false),
    );
  }

  async #predictNumbers(where: string, inputs: NumbersOrRows): Promise<FloatArray> {
    const { features, inputs: taken, workspace } = this.#memory;
    const { kind } = taken;
    // Until the kind of samples is decided, both kinds are taken.
    const isServing = workspace !== undefined && (kind !== undefined || workspace.options.kind === undefined);
    if (features !== undefined && !isServing) {
      await this.#turns.take("predict", () => this.#memory.make({ features, kind }));
    }
    return this.#predictor(where).run(inputs);
  }

  /**
   * Makes predictions from numbers without a promise for each, for one sample after another.
   * @throws ConfigError if the model is not built, now or when it is used
   */
  predictor(): Predictor {
    return this.#predictor("Predictor.run");
  }

  #predictor(where: string): Predictor {
    const current = () => {
      const { workspace } = this.#memory;
      if (workspace !== undefined) return workspace;
      throw new ConfigError(
        "The model is not built: the number of features is not known yet. Train, load or build() first.",
      );
    };
    current();
    return new Predictor(where, current, () => this.#memory.inputs.kind);
  }

  /**
   * Makes the parameters for inputs of `features` numbers, before any samples are there.
   * @param elementType how those numbers are stored; default: bytes and numbers can both be predicted
   * @throws ConfigError if a training is under way, or there is no such elementType
   */
  async build(features: number, elementType?: ElementType): Promise<this> {
    this.#turns.requireIdle("build");
    requireInteger("Model.build: features", features);
    const kind =
      elementType === undefined ? undefined : kindOf(choose("elementType", elementTypes, elementType));
    await this.#turns.take("build", () => this.#memory.make({ features, kind }));
    this.#memory.isTentative = false;
    return this;
  }

  /**
   * A table of the layers for inputs of `features` numbers, without a memory.
   * @throws ConfigError if the model is being used, or made, for inputs of another number
   */
  summary(features: number): readonly SummaryRow[] {
    requireInteger("Model.summary: features", features);
    const { workspace } = this.#memory;
    if (workspace?.options.features === features) return workspace.summary;
    this.#turns.requireUnused("summary");
    // The memory is released, because a sketch takes the layers' tensors away from it.
    this.#memory.release();
    return this.#memory.sketch(features).summary;
  }

  /** The names of the classes (of numbers or flags: of each), if the samples that it was trained on, or its file, have some. */
  get classNames(): readonly string[] | undefined {
    return this.#memory.targets?.classNames;
  }

  /**
   * What is done to inputs before they are features, if its file, or the training of a table, says so: of tables it encodes
   * rows and decodes answers; of images it is the size and the filter.
   */
  get preprocessing(): ModelPreprocessing | undefined {
    return this.#memory.preprocessing;
  }

  /**
   * Of numbers of a table: how far the answers are from each of them, in its unit, on rows that the model was not trained on.
   * Undefined if there were none, or it has been changed since.
   */
  get intervals(): readonly ResidualQuantiles[] | undefined {
    return this.#memory.intervals;
  }

  /** Where it comes from, if that is a file, and it has not been trained since. */
  get provenance(): Provenance | undefined {
    return this.#memory.provenance;
  }

  /** Learnable numbers, for inputs of `features` numbers. @throws as {@link summary} */
  parameterCount(features: number): number {
    return countParameters(this.summary(features));
  }

  /** The standardisation of the inputs, once it is known. */
  get standardization(): Standardization | undefined {
    return this.#memory.standardization;
  }

  /**
   * Copies of all tensors in the order of the layers: weight, bias; gamma, beta, movingMean, movingVariance; then those of
   * an optimizer that has its own; and at last, once it is known, the standardisation: standardize.mean and
   * standardize.std, in float64. {@link Model.load} takes them over.
   * @throws ConfigError if the model has not been built
   */
  tensors(): NamedTensor[] {
    const memory = this.#memory;
    return [
      ...this.#layerTensors(),
      ...memory.optimizerTensors(),
      ...standardizationTensors(memory.standardization),
    ];
  }

  #layerTensors(): NamedTensor[] {
    const tensors = this.#memory.layerTensors();
    if (tensors !== undefined) return tensors;
    throw new ConfigError("Model.tensors: the model is not built. Call build() or fit().");
  }

  /**
   * Takes over tensors by name: all parameters, and any states, those of the optimizer included. With "standardize.mean" and
   * "standardize.std" it takes over the standardisation, too. A model that has not been built is built for them. It then
   * predicts both bytes and numbers, where a byte v counts as v / 255.
   * @param from where they come from, for errors; default "Model.load"
   * @throws FileError if a parameter is missing, a name is unknown or there twice, a shape is another, the data are not
   *   as many as the shape says, or there is no such standardisation; the model is then as it was
   */
  async load(tensors: Iterable<NamedTensor>, from = "Model.load"): Promise<void> {
    const checked = checkTensors(tensors, from);
    const { byName, standardization } = checked;
    const memory = this.#memory;
    const { workspace } = memory;
    // If there is a memory, this is done at once, even between two steps of a training.
    if (workspace !== undefined) {
      const wasTrained = memory.trainedKind !== undefined;
      checkAll(workspace, checked, from);
      memory.take(workspace, checked, this.#turns.isFitting);
      // The memory is for the kind of samples that this model was trained on. The tensors may come from another kind.
      if (wasTrained && memory.trainedKind === undefined) {
        const { features } = workspace.options;
        await this.#turns.take("load", () => memory.make({ features, kind: undefined }));
      }
      return;
    }
    this.#turns.requireIdle("load");
    // The arrays are copied, because the caller may change them while a memory is made.
    for (const [name, tensor] of byName) byName.set(name, { ...tensor, data: tensor.data.slice() });
    await this.#turns.take("load", async () => {
      const features = memory.features ?? memory.declaredFeatures ?? featuresOf(byName, standardization);
      if (features === undefined || features === 0)
        throw new FileError(`${from}: there is no dense1.weight. Give a model's tensors.`);
      // The tensors are checked before a memory is made for them.
      checkAll(memory.workspace ?? memory.sketch(features), checked, from);
      const made = memory.workspace ?? (await memory.make({ features, kind: memory.trainedKind }));
      memory.take(made, checked, this.#turns.isFitting);
    });
  }

  /**
   * The model as the bytes of a file: safetensors, with all that {@link loadModel} needs to make an equal one. It predicts,
   * evaluates and trains on to the same bits. Two equal models have equal bytes. During a training they hold the model after
   * the step that was the last, as {@link tensors} does.
   * @throws ConfigError if the model has not been built, or a layer or regularizer of one's own has no describe();
   *   TrainingError if a number is not finite
   */
  toBytes(options: SaveOptions = {}): Bytes {
    return encodeModel("Model.toBytes", this, this.#memory, options);
  }

  /**
   * Writes {@link toBytes} to a file, so that it is never found half written.
   * @throws as toBytes; FileError if the file cannot be written, as in a browser: it is then as it was
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    if (typeof path !== "string" || path === "") {
      throw new ConfigError(`Model.save: the path is ${shown(path)}, expected text: "model.safetensors".`);
    }
    await writeModelFile(path, encodeModel("Model.save", this, this.#memory, options));
  }

  /**
   * The SHA-256 of the layers' {@link tensors}, little-endian, in hexadecimal. Two trainings with the same bits have the same
   * one.
   */
  async weightsSha256(): Promise<string> {
    const arrays = bytesOf(this.#layerTensors());
    const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    return await sha256(all);
  }

  #requireCompiled(method: string): void {
    if (this.#memory.compiled === undefined) {
      throw new ConfigError(
        `Model.${method}: the model is not compiled. Call compile({ loss, optimizer }) first.`,
      );
    }
  }

  /**
   * Does the work with samples that suit the model, in a memory for them. If the model was built only for samples that are
   * then refused, it is not built afterwards.
   */
  async #withSamples<T>(
    where: string,
    samples: Samples,
    work: (workspace: Workspace) => Promise<T>,
    usesTargets = true,
  ): Promise<T> {
    const memory = this.#memory;
    checkSuits(where, memory, samples, usesTargets);
    try {
      const result = await work(await memory.present(samples));
      memory.isTentative &&= this.#turns.isFitting;
      return result;
    } catch (error) {
      if (memory.isTentative && !this.#turns.isFitting) await memory.forget();
      throw error;
    }
  }
}
