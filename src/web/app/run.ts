/** A configuration's training as the page sees it: signals that panels draw. */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { EpochRow } from "../../model/history.ts";
import type {
  ActivityView,
  Engine,
  Given,
  ImportanceView,
  Interrupted,
  ModelInfo,
  PointsView,
  Prepared,
  ResultsView,
  Source,
  SurfaceView,
  TrainEnd,
  TrainEvent,
  WeightsView,
} from "../engine/api.ts";
import { type ConnectedEngine, connectEngine, resultOf } from "../engine/connect.ts";

/** The configurations that a page compares. */
export type Slot = "a" | "b";
export const SLOTS: readonly Slot[] = ["a", "b"];

/** Where a run stands. "starting" lasts until its first step: samples are read, threads start. */
export type Phase = "idle" | "starting" | "training" | "paused" | "done" | "failed";

/** The curve of the steps: one point for each report. */
export interface StepCurve {
  /** In epochs: 2.5 is the middle of the third. */
  readonly at: readonly number[];
  readonly loss: readonly number[];
  readonly rate: readonly number[];
}

const NO_CURVE: StepCurve = { at: [], loss: [], rate: [] };
/** A curve of more points has every second one dropped: a screen has no more pixels. */
const MOST_POINTS = 2000;
/** The share of a training's time that may go into looking at it. Toys are there to be looked at. */
const LOOKING_SHARE = 0.03;
const LOOKING_SHARE_OF_TOYS = 0.3;
const SURFACE_SIDE = 64;
const MOST_WEIGHTS = 50;

/** What was seen of the network, at the latest. */
export class Views {
  readonly activity = signal<ActivityView | undefined>(undefined);
  /** At the first step that was looked at. */
  readonly firstActivity = signal<ActivityView | undefined>(undefined);
  readonly points = signal<PointsView | undefined>(undefined);
  readonly surface = signal<SurfaceView | undefined>(undefined);
  readonly weights = signal<WeightsView | undefined>(undefined);
  readonly results = signal<ResultsView | undefined>(undefined);
  readonly importance = signal<ImportanceView | undefined>(undefined);

  clear(): void {
    batch(() => {
      for (const view of Object.values(this)) (view as { value: unknown }).value = undefined;
    });
  }
}

export class Run {
  readonly slot: Slot;
  readonly views = new Views();
  readonly #phase = signal<Phase>("idle");
  readonly #prepared = signal<Prepared | undefined>(undefined);
  readonly #problem = signal<string | undefined>(undefined);
  readonly #preparing = signal(false);
  readonly #rows = signal<readonly EpochRow[]>([]);
  readonly #curve = signal<StepCurve>(NO_CURVE);
  readonly #position = signal({ epoch: 0, epochs: 0, step: 0, steps: 0 });
  readonly #pace = signal<number | undefined>(undefined);
  readonly #threads = signal<{ threads: number; notice?: string } | undefined>(undefined);
  readonly #reading = signal<number | undefined>(undefined);
  readonly #end = signal<TrainEnd | undefined>(undefined);
  readonly #trained = signal<Prepared | undefined>(undefined);
  readonly #model = signal<ModelInfo | undefined>(undefined);
  readonly #interrupted = signal<Interrupted | undefined>(undefined);
  readonly #connected: ConnectedEngine;
  #asked = 0;
  #looking = false;
  #nextLook = 0;
  #lastLook = Number.NEGATIVE_INFINITY;
  #lastAll = Number.NEGATIVE_INFINITY;
  /** Whether an epoch has ended of which not all has been looked at. */
  #owesAll = false;

  constructor(slot: Slot) {
    this.slot = slot;
    this.#connected = connectEngine((message) => {
      batch(() => {
        this.#problem.value = message;
        this.#phase.value = "failed";
      });
    });
  }

  get engine(): Engine {
    return this.#connected.engine;
  }
  get phase(): ReadonlySignal<Phase> {
    return this.#phase;
  }
  /** What the settings would train; the last that could be, while others are looked into. */
  get prepared(): ReadonlySignal<Prepared | undefined> {
    return this.#prepared;
  }
  /** What is wrong with the settings, the data or the training, in words. */
  get problem(): ReadonlySignal<string | undefined> {
    return this.#problem;
  }
  get preparing(): ReadonlySignal<boolean> {
    return this.#preparing;
  }
  get rows(): ReadonlySignal<readonly EpochRow[]> {
    return this.#rows;
  }
  get curve(): ReadonlySignal<StepCurve> {
    return this.#curve;
  }
  get position() {
    return this.#position as ReadonlySignal<{ epoch: number; epochs: number; step: number; steps: number }>;
  }
  /** Steps a second, over the last second. */
  get pace(): ReadonlySignal<number | undefined> {
    return this.#pace;
  }
  get threads() {
    return this.#threads as ReadonlySignal<{ threads: number; notice?: string } | undefined>;
  }
  /** The share of the samples that has been read, while they are. */
  get reading(): ReadonlySignal<number | undefined> {
    return this.#reading;
  }
  get end(): ReadonlySignal<TrainEnd | undefined> {
    return this.#end;
  }
  /** What is trained, or was. */
  get trained(): ReadonlySignal<Prepared | undefined> {
    return this.#trained;
  }
  /** The model that can be tried: the trained one, or one from a file. */
  get model(): ReadonlySignal<ModelInfo | undefined> {
    return this.#model;
  }
  /** A training that can go on. */
  get interrupted(): ReadonlySignal<Interrupted | undefined> {
    return this.#interrupted;
  }

  get isUnderWay(): boolean {
    return ["starting", "training", "paused"].includes(this.#phase.value);
  }

  /** Looks into what settings would train. Only the latest question is answered. */
  async prepare(source: Source, given: Given): Promise<void> {
    const asked = ++this.#asked;
    const isLatest = () => asked === this.#asked;
    this.#preparing.value = true;
    try {
      const onShare = (share: number) => {
        if (isLatest() && !this.isUnderWay) this.#reading.value = share;
      };
      const prepared = await resultOf(this.engine.prepare(source, given, onShare));
      if (!isLatest()) return;
      batch(() => {
        this.#prepared.value = prepared;
        if (!this.isUnderWay) this.#problem.value = undefined;
      });
    } catch (error) {
      if (isLatest() && !this.isUnderWay) this.#problem.value = (error as Error).message;
    } finally {
      if (isLatest()) {
        this.#preparing.value = false;
        if (!this.isUnderWay) this.#reading.value = undefined;
      }
    }
  }

  /** Trains. It resolves when the training has ended, however it did. */
  async train(
    source: Source,
    given: Given,
    options: { paused?: boolean; resume?: boolean } = {},
  ): Promise<void> {
    if (this.isUnderWay) return;
    const { paused = false, resume = false } = options;
    this.views.clear();
    batch(() => {
      this.#phase.value = "starting";
      this.#problem.value = undefined;
      this.#rows.value = [];
      this.#curve.value = NO_CURVE;
      this.#pace.value = undefined;
      this.#end.value = undefined;
      this.#threads.value = undefined;
      this.#interrupted.value = undefined;
      this.#trained.value = this.#prepared.value;
      this.#position.value = { epoch: 0, epochs: this.#prepared.value?.epochs ?? 0, step: 0, steps: 0 };
    });
    try {
      const training = this.engine.train(source, given, { slot: this.slot, paused, resume }, (events) =>
        batch(() => {
          for (const event of events) this.#hear(event);
        }),
      );
      const end = await resultOf(training);
      batch(() => {
        this.#end.value = end;
        this.#phase.value = "done";
      });
      await this.look(true);
      this.#model.value = await this.engine.modelInfo();
    } catch (error) {
      batch(() => {
        this.#problem.value = (error as Error).message;
        this.#phase.value = "failed";
      });
    } finally {
      this.#reading.value = undefined;
      if (this.#end.value?.interrupted) await this.lookForInterrupted();
    }
  }

  #hear(event: TrainEvent): void {
    if (event.type === "planned") this.#trained.value = event.prepared;
    else if (event.type === "progress") this.#progress(event);
    else if (event.type === "epoch") this.#rows.value = [...this.#rows.value, event.row];
    else if (event.type === "reading") this.#reading.value = event.done / event.total;
    else if (event.type === "threads") this.#threads.value = event;
    else if (event.type === "paused") {
      this.#phase.value = "paused";
      this.#pace.value = undefined;
      void this.look(true);
    } else if (event.type === "resumed") {
      this.#rows.value = event.rows;
      const [epochs, steps] = [this.#position.value.epochs, this.#position.value.steps];
      this.#position.value = { epoch: event.epoch, epochs, step: 0, steps };
    }
  }

  #progress({ report }: Extract<TrainEvent, { type: "progress" }>): void {
    const { epoch, epochs, step, steps, meanLoss, learningRate, stepsPerSecond } = report;
    this.#position.value = { epoch, epochs, step, steps };
    this.#reading.value = undefined;
    this.#pace.value = stepsPerSecond;
    if (this.#phase.value === "starting") this.#phase.value = "training";
    const { at, loss, rate } = this.#curve.value;
    const more = {
      at: [...at, epoch - 1 + step / steps],
      loss: [...loss, meanLoss],
      rate: [...rate, learningRate],
    };
    this.#curve.value = at.length < MOST_POINTS ? more : thinned(more);
  }

  pause(): void {
    this.engine.pause();
  }

  resume(): void {
    this.#phase.value = "training";
    this.engine.run();
  }

  step(steps: number): void {
    this.engine.step(steps);
  }

  cancel(): void {
    this.engine.cancel();
  }

  /**
   * Brings the views up to date while a training goes on, unless that would hold it up for more than a small share of its time.
   * @param isNewEpoch whether those, too, that take longer
   * @param pause milliseconds since the last look, at least
   */
  glance(isNewEpoch: boolean, pause: number): void {
    this.#owesAll ||= isNewEpoch;
    const at = performance.now();
    if (this.#looking || at < this.#nextLook || at < this.#lastLook + pause) return;
    // Matrices and images are many to draw.
    const all = this.#owesAll && at >= this.#lastAll + 3 * pause;
    if (all) this.#lastAll = at;
    void this.look(all);
  }

  /** Brings the views up to date. @param all those, too, that take longer */
  async look(all: boolean): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    let took = 0;
    const timed = <T extends { readonly took: number }>(view: T | undefined): T | undefined => {
      took += view?.took ?? 0;
      return view;
    };
    const { views, engine } = this;
    try {
      const activity = timed(await engine.activity());
      if (activity !== undefined) {
        batch(() => {
          views.activity.value = activity;
          views.firstActivity.value ??= activity;
        });
      }
      if (this.#trained.value?.features === 2) {
        views.points.value ??= timed(await engine.points());
        views.surface.value = timed(await engine.surface(SURFACE_SIDE)) ?? views.surface.value;
      }
      if (!all) return;
      this.#owesAll = false;
      views.weights.value = timed(await engine.weights(MOST_WEIGHTS)) ?? views.weights.value;
      views.results.value = timed(await engine.results()) ?? views.results.value;
    } finally {
      this.#looking = false;
      this.#lastLook = performance.now();
      const share = this.#trained.value?.features === 2 ? LOOKING_SHARE_OF_TOYS : LOOKING_SHARE;
      this.#nextLook = performance.now() + took / share;
    }
  }

  /** Measures on which columns of a table the answers depend. */
  async explain(onShare: (share: number) => void): Promise<void> {
    this.views.importance.value = await resultOf(this.engine.importance(onShare));
  }

  async openModel(file: Blob): Promise<void> {
    this.#model.value = await resultOf(this.engine.openModel(file));
  }

  async lookForInterrupted(): Promise<void> {
    this.#interrupted.value = await this.engine.interrupted(this.slot);
  }

  async forget(): Promise<void> {
    this.#interrupted.value = undefined;
    await this.engine.forget(this.slot);
  }

  close(): void {
    this.#connected.close();
  }
}

/** Every second point, the last one among them. */
function thinned({ at, loss, rate }: StepCurve): StepCurve {
  const isKept = (_: number, i: number) => (at.length - 1 - i) % 2 === 0;
  return { at: at.filter(isKept), loss: loss.filter(isKept), rate: rate.filter(isKept) };
}
