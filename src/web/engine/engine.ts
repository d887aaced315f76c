/**
 * The playground's engine: opens data, trains, and looks into what it trains. It runs in a worker, and does what the command
 * line does by the same code (src/runs), so that the same settings give the same bits.
 */
import { ConfigError, FileError } from "../../errors.ts";
import type { ImagePreprocessing } from "../../images/preprocessing.ts";
import type { Callback, TrainingContext } from "../../model/callbacks/index.ts";
import { memories } from "../../model/memory.ts";
import type { Model } from "../../model/model.ts";
import { loadModel } from "../../model/openModel.ts";
import { permutationImportance } from "../../model/permutationImportance.ts";
import { modelPreprocessing } from "../../model/preprocessing.ts";
import { readCheckpoint } from "../../model/resume.ts";
import type { NamedFile } from "../../runs/data/dropped.ts";
import type { OpenedData } from "../../runs/data/opened.ts";
import { settingsFor } from "../../runs/data/opened.ts";
import { on } from "../../runs/events.ts";
import { featureGroups } from "../../runs/explain.ts";
import {
  planTraining,
  type TrainingEnd,
  type TrainingEvent,
  type TrainingPlan,
  train,
} from "../../runs/train.ts";
import { decisiveSettings } from "../../settings/settings.ts";
import { targetsOf } from "../../targets.ts";
import { availableCores } from "../../threads/thread.ts";
import { VERSION } from "../../version.ts";
import { TrainingControl } from "../../worker/control.ts";
import { toWire } from "../../worker/wire.ts";
import { activityView } from "./activity.ts";
import { type AskedModel, answerFeatures, answerRow, infoOf, tableOf } from "./answers.ts";
import type {
  Engine,
  Given,
  Outcome,
  PointsView,
  Prepared,
  Source,
  TrainEnd,
  TrainEvent,
  Viewed,
} from "./api.ts";
import { Mail } from "./mail.ts";
import { interruptedOf, OriginSlot, type Session } from "./originStore.ts";
import { keyOf, openSource, preparedOf } from "./planning.ts";
import { type Looked, lookedAt, resultsView } from "./results.ts";
import { pointsView, surfaceView } from "./surface.ts";

/** Seconds between checkpoints: what is lost if the tab is closed. */
const CHECKPOINT_EVERY = 5;

/** Milliseconds between two points of the curve of steps. A training that is slowed down is there to be watched. */
const REPORT_EVERY = 100;
const WATCHED_REPORT_EVERY = 33;
/** Milliseconds between two deliveries to the page, which draws then: where a thread trains on every core, one is lost to that. */
const DELIVER_EVERY = 100;
const CROWDED_DELIVER_EVERY = 1000;

/** What is trained, or was. */
interface Current {
  readonly plan: TrainingPlan;
  readonly opened: OpenedData;
  looked?: Promise<Looked>;
  points?: Promise<PointsView>;
}

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: await work() };
  } catch (error) {
    return { error: toWire(error) };
  }
}

export class PlaygroundEngine implements Engine {
  #opened: { readonly key: string; readonly data: Promise<OpenedData> } | undefined;
  #current: Current | undefined;
  #control: TrainingControl | undefined;
  #stepsPerSecond: number | undefined;
  /** A model that was opened from a file, or the one that was trained. */
  #asked: AskedModel | undefined;

  async info() {
    const isShared = typeof SharedArrayBuffer !== "undefined";
    return { version: VERSION, threads: isShared ? Math.min(await availableCores(), 8) : 1 };
  }

  describe(files: readonly NamedFile[]) {
    return outcome(async () => (await import("../../runs/data/dropped.ts")).describeDropped(files));
  }

  prepare(source: Source, given: Given, onShare: (share: number) => void): Promise<Outcome<Prepared>> {
    return outcome(async () => {
      const { plan, opened } = await this.#plan(source, given, onShare);
      return preparedOf(plan, opened, source, given);
    });
  }

  async #plan(
    source: Source,
    given: Given,
    onShare: (share: number) => void,
    isResumed = false,
  ): Promise<Current> {
    const opened = await this.#open(source, given, onShare);
    const settings = settingsFor(opened, given);
    const plan = await planTraining(settings, opened.dataset, String, { isResumed });
    return { plan, opened };
  }

  /** The data of the settings: those that are open, if they are the same. */
  #open(source: Source, given: Given, onShare: (share: number) => void): Promise<OpenedData> {
    const key = keyOf(source, given);
    if (this.#opened?.key !== key) {
      const data = openSource(source, given, onShare);
      this.#opened = { key, data };
      // What could not be opened is tried again next time.
      data.catch(() => {
        if (this.#opened?.data === data) this.#opened = undefined;
      });
    }
    return this.#opened!.data;
  }

  train(
    source: Source,
    given: Given,
    { slot, paused, resume }: { readonly slot: string; readonly paused: boolean; readonly resume: boolean },
    onEvents: (events: readonly TrainEvent[]) => void,
  ): Promise<Outcome<TrainEnd>> {
    return outcome(async () => {
      if (this.#control !== undefined) throw new ConfigError("A training is under way. Cancel it first.");
      const cores = await availableCores();
      let threads = 1;
      const mail = new Mail(onEvents, () => {
        if (this.#stepsPerSecond !== undefined) return 0;
        return threads < cores ? DELIVER_EVERY : CROWDED_DELIVER_EVERY;
      });
      const onEvent = (event: TrainEvent) => {
        if (event.type === "threads") threads = event.threads;
        mail.add(event);
      };
      const kept = new OriginSlot(slot);
      let context: TrainingContext | undefined;
      const control = new TrainingControl(
        {
          reportEvery: () => (this.#stepsPerSecond === undefined ? REPORT_EVERY : WATCHED_REPORT_EVERY),
          onProgress: (report) => onEvent({ type: "progress", report }),
          onPaused: () => {
            onEvent({ type: "paused" });
            // A pause may be long, and the tab be closed in it.
            if (context !== undefined && save !== undefined) void save(context.checkpoint()).catch(() => {});
          },
        },
        paused,
      );
      control.slowDown(this.#stepsPerSecond);
      this.#control = control;
      let save: ((bytes: Uint8Array) => Promise<void>) | undefined;
      try {
        const reading = (share: number) => onEvent({ type: "reading", done: share, total: 1 });
        await this.#current?.plan.model.close();
        const current = await this.#plan(
          source,
          { ...given, checkpointEvery: CHECKPOINT_EVERY },
          reading,
          resume,
        );
        this.#current = current;
        this.#asked = askedOf(current);
        onEvent({ type: "planned", prepared: preparedOf(current.plan, current.opened, source, given) });
        const from = resume ? await checkpointOf(kept) : undefined;
        save = await this.#saverOf(kept, source, given, current, onEvent, () => context);
        const capture: Callback = {
          name: "the playground",
          onBegin: (training) => {
            context = training;
          },
        };
        const end = await train(current.plan, {
          subscriber: subscriberOf(onEvent),
          signal: control.signal,
          callbacks: [capture, control],
          saveCheckpoint: save,
          ...(from !== undefined && { from }),
        });
        if (end.type === "result") await kept.forget();
        return endOf(end);
      } finally {
        this.#control = undefined;
        mail.flush();
      }
    });
  }

  async #saverOf(
    kept: OriginSlot,
    source: Source,
    given: Given,
    { plan }: Current,
    onEvent: (event: TrainEvent) => void,
    context: () => TrainingContext | undefined,
  ): Promise<(bytes: Uint8Array) => Promise<void>> {
    let files: readonly string[] | undefined;
    let keeping: Promise<void> | undefined;
    return async (bytes) => {
      // The files are kept when there is something to go on from: a short training has ended by then.
      keeping ??= (async () => {
        if (source.kind === "files") files = await kept.keepFiles(source.files);
      })();
      await keeping;
      const epoch = context()?.rows.length ?? 0;
      const session: Session = {
        ...{ version: VERSION, given, epoch, epochs: plan.settings.epochs, at: Date.now() },
        data: plan.dataset.name,
        files,
        needsFiles: source.kind === "files",
      };
      // A disk that is full is no reason to end a training in a page.
      if (await kept.save(session, bytes).catch(() => false)) onEvent({ type: "saved", epochs: epoch });
    };
  }

  pause(): void {
    this.#control?.pause();
  }

  run(): void {
    this.#control?.run();
  }

  step(steps: number): void {
    this.#control?.step(steps);
  }

  cancel(): void {
    this.#control?.cancel(new DOMException("The training was cancelled.", "AbortError"));
  }

  slowDown(stepsPerSecond: number): void {
    this.#stepsPerSecond = stepsPerSecond === 0 ? undefined : stepsPerSecond;
    this.#control?.slowDown(this.#stepsPerSecond);
  }

  /** A view of the network, or undefined where there is nothing to be seen yet. */
  async #view<T extends object>(
    work: (current: Current) => Promise<T | undefined>,
  ): Promise<Viewed<T> | undefined> {
    const current = this.#current;
    if (current === undefined) return undefined;
    const begin = performance.now();
    try {
      const view = await work(current);
      return view && { ...view, took: performance.now() - begin };
    } catch {
      // A view that came too early, or of weights that are no numbers any more: the training itself says what is wrong.
      return undefined;
    }
  }

  activity() {
    return this.#view(async ({ plan }) => activityView(await plan.model.inspect(plan.split.train)));
  }

  points() {
    return this.#view(async (current) => {
      const { split, dataset } = current.plan;
      if (dataset.features !== 2) return undefined;
      current.points ??= pointsView(split.train, split.test ?? split.validation);
      return await current.points;
    });
  }

  surface(side: number) {
    return this.#view(async (current) => {
      const points = await this.points();
      return points === undefined ? undefined : await surfaceView(current.plan.model, points, side);
    });
  }

  weights(most: number) {
    return this.#view(async ({ plan: { model, dataset } }) => {
      const { shape } = dataset;
      const first =
        shape.length === 3 ? model.tensors().find(({ name }) => name === "dense1.weight") : undefined;
      if (first === undefined) return undefined;
      const [features, units] = first.shape as [number, number];
      const shown = Math.min(units, most);
      // A row for each unit, where the file has a column.
      const weights = Float32Array.from(
        { length: shown * features },
        (_, i) => first.data[(i % features) * units + Math.floor(i / features)]!,
      );
      return { weights, shape, units, shown };
    });
  }

  results() {
    return this.#view(async (current) => {
      current.looked ??= lookedAt(current.plan);
      return await resultsView(current.plan.model, await current.looked, current.plan);
    });
  }

  importance(onShare: (share: number) => void) {
    return outcome(async () => {
      const { plan } = this.#current ?? {};
      const table = plan && tableOf(plan.model);
      if (plan === undefined || table === undefined) return undefined;
      const measured = await permutationImportance(plan.model, plan.split.validation ?? plan.split.train, {
        ...{ groups: featureGroups(table), most: 1000, repeats: 3 },
        onProgress: (done, total) => onShare(done / total),
      });
      return {
        measure: "rise of the loss",
        columns: measured.columns.map(({ name, loss }) => ({ name, ...loss })),
      };
    });
  }

  modelFile() {
    return outcome(async () => {
      const { plan } = this.#current ?? {};
      if (plan === undefined) throw new ConfigError("There is no model yet. Train one.");
      const { settings, dataset, model } = plan;
      return model.toBytes({
        classNames: dataset.classNames,
        settings: decisiveSettings(settings),
        preprocessing: dataset.preprocessing,
      });
    });
  }

  openModel(file: Blob) {
    return outcome(async () => {
      const model = (await loadModel(new Uint8Array(await file.arrayBuffer()))) as unknown as Model;
      const table = tableOf(model);
      this.#asked = {
        ...{ model, features: memories.get(model)!.features!, shape: shapeOf(model), examples: {} },
        targets: memories.get(model)!.targets?.kind ?? table?.target.kind ?? "classes",
        classNames: model.classNames ?? [],
      };
      return await infoOf(this.#asked);
    });
  }

  async modelInfo() {
    try {
      return this.#asked && (await infoOf(this.#asked));
    } catch {
      return undefined;
    }
  }

  predictRow(row: Readonly<Record<string, string>>) {
    return outcome(() => answerRow(this.#require().model, row));
  }

  predictPixels(pixels: Uint8Array) {
    return outcome(() => answerFeatures(this.#require(), pixels));
  }

  predictNumbers(values: Float64Array) {
    return outcome(() => answerFeatures(this.#require(), values));
  }

  #require(): AskedModel {
    if (this.#asked === undefined) throw new ConfigError("There is no model yet. Train one, or open one.");
    return this.#asked;
  }

  async interrupted(slot: string) {
    const session = await new OriginSlot(slot).session();
    return session?.version === VERSION ? interruptedOf(slot, session) : undefined;
  }

  async interruptedFiles(slot: string) {
    const kept = new OriginSlot(slot);
    const session = await kept.session();
    return session && (await kept.files(session));
  }

  forget(slot: string) {
    return new OriginSlot(slot).forget();
  }
}

/** What the page hears of a training's events. */
const subscriberOf = (onEvent: (event: TrainEvent) => void) =>
  on<TrainingEvent>({
    resume: ({ rows, epoch }) => onEvent({ type: "resumed", rows, epoch }),
    reading: ({ done, total }) => onEvent({ type: "reading", done, total }),
    threads: (event) => onEvent(event),
    epoch: ({ row }) => onEvent({ type: "epoch", row }),
  });

/** @throws FileError if there is none that can be read */
async function checkpointOf(kept: OriginSlot) {
  const bytes = await kept.checkpoint();
  if (bytes === undefined) throw new FileError("The checkpoint is gone. Train anew.");
  return await readCheckpoint(bytes);
}

function endOf(end: TrainingEnd): TrainEnd {
  const { trained } = end;
  const { test, validation } = end.type === "result" ? end : { test: null, validation: null };
  return {
    ...{ interrupted: end.type === "interrupted", test, validation },
    ...{ epochs: trained?.epochs ?? 0, steps: trained?.steps ?? 0, threads: trained?.threads ?? 1 },
    stepsPerSecond: trained?.stepsPerSecond ?? 0,
    weightsSha256: trained?.weightsSha256,
    ...(trained?.keptEpoch !== undefined && { keptEpoch: trained.keptEpoch }),
    ...(trained?.stoppedEarly !== undefined && { stoppedEarly: trained.stoppedEarly }),
  };
}

/** The model in training, to be asked. */
function askedOf({ plan, opened }: Current): AskedModel {
  const { model, dataset, summary } = plan;
  const { shape, features, classNames, preprocessing } = dataset;
  if (preprocessing !== undefined) {
    // The file of a run has it from the data; a model that is asked for rows needs it itself.
    const sizes = { features, outputs: summary.at(-1)!.outputs };
    memories.get(model)!.preprocessing = modelPreprocessing(preprocessing, sizes, dataset.name);
  }
  return {
    ...{ model, shape, features, classNames, targets: targetsOf(dataset).kind },
    examples: examplesOf(opened),
  };
}

/** A value of each column of a table. */
const examplesOf = ({ understanding }: OpenedData): Readonly<Record<string, string>> =>
  Object.fromEntries((understanding?.columns ?? []).map(({ name, example }) => [name, example]));

/** [channels, height, width] of a model's images, as its file or their number tells. */
function shapeOf(model: Model): readonly number[] {
  const { preprocessing } = model;
  if (preprocessing !== undefined && preprocessing.kind !== "table") {
    const { channels, height, width } = preprocessing as ImagePreprocessing;
    return [channels, height, width];
  }
  if (preprocessing !== undefined) return [];
  const { features, trainedKind } = memories.get(model)!;
  const known: Readonly<Record<number, readonly number[]>> = { 3072: [3, 32, 32], 784: [1, 28, 28] };
  return trainedKind === "bytes" ? (known[features!] ?? []) : [];
}
