/** The playground's state: the data, the configurations, their trainings; and what changes them. */
import { batch, computed, effect, type Signal, signal } from "@preact/signals";
import type { DroppedDescription, NamedFile } from "../../runs/data/dropped.ts";
import type { Given, Source } from "../engine/api.ts";
import { resultOf } from "../engine/connect.ts";
import { type Preset, presets, QUICK } from "./presets.ts";
import { Run, SLOTS, type Slot } from "./run.ts";
import { FILES, type PageState, readState, writeState } from "./urlState.ts";

/** The data sets that the page makes itself. */
export const MADE = ["synthetic", "spirals", "moons", "circles"] as const;
export type Made = (typeof MADE)[number];

/** A small network, for points in a plane. */
const TOY: Given = {
  layers: [8, 8],
  optimizer: "adam",
  lrSchedule: "constant",
  etaMax: 0.01,
  epochs: 60,
  batch: 50,
  validation: 200,
};
/** Steps a second at which one can watch a network of toys. 0: as fast as it can. */
const TOY_SPEED = 300;
/** How long the page waits for more changes before it looks into them, in milliseconds. */
const SETTLE = 120;
/** Between two looks at a network that trains, in milliseconds, at least. */
const LOOK_EVERY = 200;
/** The same at full speed, and where a thread trains on every core: each look is drawn, which takes one of them. */
const LOOK_EVERY_AT_FULL_SPEED = 500;
const LOOK_EVERY_CROWDED = 3000;

const isMade = (name: string | undefined): name is Made => MADE.includes(name as Made);
/** Whether settings can be for these files: those of a table name one of its columns. */
const isFor = ({ target: [target] = [] }: Given, described: DroppedDescription): boolean =>
  described.kind === "table" ? described.columns.some(({ name }) => name === target) : target === undefined;
const isToy = (source: Source) => source.kind === "named" && source.name !== "synthetic";

export class Playground {
  readonly source: Signal<Source> = signal<Source>({ kind: "named", name: "synthetic" });
  /** What the user's files are. */
  readonly dropped = signal<DroppedDescription | undefined>(undefined);
  /** What is wrong with files that were dropped. */
  readonly dropProblem = signal<string | undefined>(undefined);
  readonly describing = signal(false);
  readonly given: Readonly<Record<Slot, Signal<Given>>> = { a: signal({}), b: signal({}) };
  readonly compare = signal(false);
  /** The configuration whose settings are shown. */
  readonly editing = signal<Slot>("a");
  readonly speed = signal(0);
  /** What a link said that could not be read. */
  readonly linkProblems = signal<readonly string[]>([]);
  /** What a link said of files, which no link can hold: it waits for them. */
  readonly linked = signal<Pick<PageState, "given" | "compare"> | undefined>(undefined);
  readonly #runs: Partial<Record<Slot, Run>> = {};

  /** The configurations that are there. */
  readonly slots = computed<readonly Slot[]>(() => (this.compare.value ? SLOTS : ["a"]));
  readonly runs = computed<readonly Run[]>(() => this.slots.value.map((slot) => this.run(slot)));
  readonly isUnderWay = computed(() => this.runs.value.some((run) => run.isUnderWay));
  readonly isCifar10 = computed(
    () => this.dropped.value?.kind === "named" && this.dropped.value.name === "cifar10",
  );

  /** Whether the settings, as far as they have been looked into, can be trained. */
  readonly canTrain = computed(
    () =>
      !this.#lacksTarget(this.source.value, this.given.a.value) &&
      this.runs.value.every(
        ({ prepared, problem, phase }) =>
          prepared.value !== undefined && (problem.value === undefined || phase.value === "failed"),
      ),
  );

  constructor() {
    this.#fromAddress();
    this.#follow();
  }

  /** The training of a configuration; its engine is started with the first question. */
  run(slot: Slot): Run {
    this.#runs[slot] ??= new Run(slot);
    return this.#runs[slot];
  }

  #fromAddress(): void {
    const state = readState(location.hash.slice(1));
    if (state === undefined) {
      this.choosePreset(presets[0]!);
      return;
    }
    const { data, given, compare, problems } = state;
    if (data === FILES) {
      this.choosePreset(presets[0]!);
      this.linked.value = { given, compare };
      this.linkProblems.value = problems;
      return;
    }
    batch(() => {
      const name = isMade(data) ? data : "synthetic";
      this.source.value = { kind: "named", name };
      this.given.a.value = given.a;
      this.given.b.value = given.b;
      this.compare.value = compare;
      this.speed.value = isToy(this.source.value) ? TOY_SPEED : 0;
      const unknown = data !== undefined && !isMade(data);
      this.linkProblems.value = [
        ...(unknown ? [`The link is for ${data}, which is not part of the page: drop its files.`] : []),
        ...problems,
      ];
    });
  }

  #follow(): void {
    for (const slot of SLOTS) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      effect(() => {
        const [source, given] = [this.source.value, this.given[slot].value];
        if (!this.slots.value.includes(slot) || this.#lacksTarget(source, given)) return;
        clearTimeout(timer);
        timer = setTimeout(() => void this.run(slot).prepare(source, given), SETTLE);
      });
    }
    effect(() => {
      const source = this.source.value;
      const given = { a: this.given.a.value, b: this.given.b.value };
      const data = source.kind === "named" ? source.name : FILES;
      const hash = writeState({ data, given, compare: this.compare.value });
      history.replaceState(null, "", `#${hash}`);
    });
    effect(() => {
      for (const run of this.runs.value) void run.engine.slowDown(this.speed.value);
    });
    setInterval(() => {
      if (document.hidden) return;
      const pause = this.#pause();
      for (const run of this.runs.peek())
        if (run.phase.peek() === "training") run.glance(this.#isTime(run), pause);
    }, LOOK_EVERY);
    for (const slot of this.slots.peek()) void this.run(slot).lookForInterrupted();
  }

  /** Milliseconds between two looks, at least. */
  #pause(): number {
    if (this.speed.peek() !== 0) return 0;
    const training = this.runs.peek().filter((run) => run.phase.peek() === "training");
    const threads = training.reduce((sum, run) => sum + (run.threads.peek()?.threads ?? 1), 0);
    return threads < navigator.hardwareConcurrency ? LOOK_EVERY_AT_FULL_SPEED : LOOK_EVERY_CROWDED;
  }

  readonly #lastEpoch = new Map<Run, number>();

  /** Whether an epoch has ended since the last time: what takes longer is looked at then. */
  #isTime(run: Run): boolean {
    const { epoch } = run.position.peek();
    const isNew = this.#lastEpoch.get(run) !== epoch;
    this.#lastEpoch.set(run, epoch);
    return isNew;
  }

  #lacksTarget(source: Source, given: Given): boolean {
    return source.kind === "files" && this.dropped.value?.kind === "table" && given.target === undefined;
  }

  /** Changes settings of a configuration; undefined takes one back to its default. */
  set(slot: Slot, changes: Given): void {
    const next: Record<string, unknown> = { ...this.given[slot].peek(), ...changes };
    for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name];
    this.given[slot].value = next as Given;
  }

  chooseMade(name: Made): void {
    batch(() => {
      this.source.value = { kind: "named", name };
      this.dropped.value = undefined;
      this.dropProblem.value = undefined;
      this.linked.value = undefined;
      this.speed.value = name === "synthetic" ? 0 : TOY_SPEED;
      const given = name === "synthetic" ? { ...QUICK, layers: [50, 50], bn: "after" as const } : TOY;
      this.given.a.value = given;
      this.given.b.value = given;
      this.compare.value = false;
      this.editing.value = "a";
    });
  }

  choosePreset({ a, b, data }: Preset): void {
    batch(() => {
      const keepsFiles = data === undefined && this.isCifar10.peek();
      if (!keepsFiles) {
        this.source.value = { kind: "named", name: data ?? "synthetic" };
        this.dropped.value = undefined;
      }
      const basis = keepsFiles ? {} : data === undefined ? QUICK : TOY;
      this.given.a.value = { ...basis, ...a };
      this.given.b.value = { ...basis, ...(b ?? a) };
      this.compare.value = b !== undefined;
      this.editing.value = "a";
      this.speed.value = data === undefined ? 0 : TOY_SPEED;
      this.dropProblem.value = undefined;
      this.linked.value = undefined;
    });
  }

  /** Takes the user's files: finds out what they are. */
  async drop(files: readonly NamedFile[]): Promise<void> {
    if (files.length === 0) return;
    batch(() => {
      this.describing.value = true;
      this.dropProblem.value = undefined;
    });
    try {
      const described = await resultOf(this.run("a").engine.describe(files));
      batch(() => {
        this.dropped.value = described;
        this.source.value = { kind: "files", files };
        this.speed.value = 0;
        this.editing.value = "a";
        const linked = this.linked.peek();
        this.linked.value = undefined;
        if (linked !== undefined && isFor(linked.given.a, described)) {
          this.given.a.value = linked.given.a;
          this.given.b.value = linked.given.b;
          this.compare.value = linked.compare;
          return;
        }
        const target =
          described.kind === "table" && described.target !== undefined ? [described.target] : undefined;
        const given: Given =
          described.kind === "table"
            ? { members: 1, ...(target && { target }) }
            : { layers: [50, 50], bn: "after" };
        this.given.a.value = given;
        this.given.b.value = given;
        this.compare.value = false;
      });
    } catch (error) {
      this.dropProblem.value = (error as Error).message;
    } finally {
      this.describing.value = false;
    }
  }

  toggleCompare(): void {
    batch(() => {
      if (!this.compare.peek()) this.given.b.value = this.given.a.peek();
      this.compare.value = !this.compare.peek();
      this.editing.value = this.compare.peek() ? "b" : "a";
    });
  }

  /** Trains all configurations, or goes on with those that wait. */
  train({ paused = false } = {}): void {
    for (const run of this.runs.peek()) {
      if (run.phase.peek() === "paused") run.resume();
      else void run.train(this.source.peek(), this.given[run.slot].peek(), { paused });
    }
  }

  /** Goes on with a training that was broken off, with the settings and the data that it had. */
  async goOn(slot: Slot): Promise<void> {
    const run = this.run(slot);
    const interrupted = run.interrupted.peek();
    if (interrupted === undefined) return;
    const { given, data } = interrupted;
    const files = await run.engine.interruptedFiles(slot);
    batch(() => {
      this.linked.value = undefined;
      if (files !== undefined) {
        this.source.value = { kind: "files", files };
      } else if (isMade(data)) this.source.value = { kind: "named", name: data };
      this.given[slot].value = given;
      this.editing.value = slot;
      this.compare.value = slot === "b" || this.#isOther("b");
    });
    if (files !== undefined) this.dropped.value = await resultOf(run.engine.describe(files));
    await run.train(this.source.peek(), given, { resume: true });
  }

  /** Whether another configuration's training is under way, or can go on as well. */
  #isOther(slot: Slot): boolean {
    const run = this.#runs[slot];
    return run !== undefined && (run.isUnderWay || run.interrupted.peek() !== undefined);
  }

  pause(): void {
    for (const run of this.runs.peek()) run.pause();
  }

  step(): void {
    for (const run of this.runs.peek()) {
      if (run.phase.peek() === "paused") run.step(1);
      else if (!run.isUnderWay) {
        void run.train(this.source.peek(), this.given[run.slot].peek(), { paused: true });
        run.step(1);
      }
    }
  }

  cancel(): void {
    for (const run of this.runs.peek()) run.cancel();
  }
}
