/** What the page asks of the worker that trains, and what it is told. All of it is data that can go between threads. */

import type { EpochRow, Evaluation } from "../../model/history.ts";
import type { DroppedDescription, NamedFile } from "../../runs/data/dropped.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import type { TargetKind } from "../../targets.ts";
import type { ProgressReport } from "../../worker/progress.ts";
import type { WireError } from "../../worker/wire.ts";

/** Where the data come from: a data set that is made, or the user's files. */
export type Source =
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "files"; readonly files: readonly NamedFile[] };

/** Settings that are given, without defaults. */
export type Given = Partial<TrainSettings>;

export interface EngineInfo {
  readonly version: string;
  /** Threads that a training can have here. */
  readonly threads: number;
}

/** A column that a row is asked for. */
export interface RowColumn {
  readonly name: string;
  readonly kind: "number" | "category" | "flag" | "date" | "text";
  /** Of a category: the values that the training has seen, the most frequent first. */
  readonly values: readonly string[];
  /** A value of some row. */
  readonly example: string;
}

/** The data and the network of settings: what will be trained. */
export interface Prepared {
  readonly name: string;
  readonly kind: "named" | "table" | "images";
  /** [channels, height, width] of images. */
  readonly shape: readonly number[];
  readonly features: number;
  readonly targets: TargetKind;
  readonly classNames: readonly string[];
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  readonly understood: readonly string[];
  readonly warnings: readonly string[];
  readonly layers: readonly {
    readonly name: string;
    readonly inputs: number;
    readonly outputs: number;
    readonly parameters: number;
  }[];
  readonly parameters: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** All settings, with what the data and the preset decide. */
  readonly settings: Given;
  /** The command that trains the same. */
  readonly command: string;
}

export type TrainEvent =
  /** What is trained, with all settings and the command that does the same. It comes first. */
  | { readonly type: "planned"; readonly prepared: Prepared }
  | { readonly type: "reading"; readonly done: number; readonly total: number }
  | { readonly type: "threads"; readonly threads: number; readonly notice?: string }
  | { readonly type: "resumed"; readonly rows: readonly EpochRow[]; readonly epoch: number }
  | { readonly type: "progress"; readonly report: ProgressReport }
  | { readonly type: "epoch"; readonly row: EpochRow }
  | { readonly type: "paused" }
  | { readonly type: "saved"; readonly epochs: number };

/** How a training has ended. */
export interface TrainEnd {
  readonly interrupted: boolean;
  readonly weightsSha256: string | undefined;
  readonly epochs: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly threads: number;
  readonly keptEpoch?: number | undefined;
  readonly stoppedEarly?: string | undefined;
  readonly test: Evaluation | null;
  readonly validation: Evaluation | null;
}

/** Some numbers at a glance. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
  /** The share that is exactly 0. */
  readonly zeros: number;
  /** Shares of the bins, which add up to 1 with what is left out. */
  readonly counts: Float32Array;
}

export interface LayerView {
  /** "1", …, "output". */
  readonly label: string;
  readonly units: number;
  /** What the layer gives to the next one. */
  readonly outputs: Spread;
  /** The gradient of the loss by that; its bins are of log₁₀|gradient|, without zeros. */
  readonly gradients: Spread;
  /** The share of its units whose activation is 0 for all samples. */
  readonly dead: number;
}

export interface ActivityView {
  readonly samples: number;
  readonly layers: readonly LayerView[];
  readonly outputRange: readonly [low: number, high: number];
  /** Of log₁₀|gradient|. */
  readonly gradientRange: readonly [low: number, high: number];
}

export interface SurfaceView {
  /** All of class 0 first, row by row from the top (the greatest y), each from left to right. */
  readonly probabilities: Float32Array;
  readonly side: number;
  readonly classes: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Points of two features. */
export interface PointsView {
  readonly train: { readonly values: Float32Array; readonly labels: Float32Array };
  readonly test: { readonly values: Float32Array; readonly labels: Float32Array };
}

export interface WeightsView {
  /** (units, channels · height · width). */
  readonly weights: Float32Array;
  readonly shape: readonly number[];
  readonly units: number;
  readonly shown: number;
}

export interface WrongSample {
  /** Its number among those that are looked at. */
  readonly row: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  readonly values?: Uint8Array | Float32Array | undefined;
}

export interface ResultsView {
  readonly on: "validation" | "test" | "training";
  readonly samples: number;
  /** Of classes: (classes, classes), a row for each class that is, a column for each that is predicted. */
  readonly confusion?: Uint32Array | undefined;
  readonly wrong?: readonly WrongSample[] | undefined;
  /** Of numbers: the first target as it is, and as it is predicted. */
  readonly numbers?:
    | { readonly name: string; readonly actual: Float64Array; readonly predicted: Float64Array }
    | undefined;
}

export interface ImportanceView {
  readonly measure: string;
  readonly columns: readonly { readonly name: string; readonly mean: number; readonly sd: number }[];
}

/** A model that can be tried. */
export interface ModelInfo {
  readonly targets: TargetKind;
  readonly classNames: readonly string[];
  /** Of a table: what a row has. */
  readonly columns?: readonly RowColumn[] | undefined;
  /** Of images. */
  readonly shape?: readonly number[] | undefined;
  readonly features: number;
  readonly layers: readonly string[];
  readonly weightsSha256: string;
}

export interface Answer {
  readonly label: string;
  /** Of classes and flags: the probability of each, by name. */
  readonly probabilities?: Readonly<Record<string, number>> | undefined;
  /** Of numbers. */
  readonly numbers?: Readonly<Record<string, number>> | undefined;
}

/** A training that was broken off, as the origin's private files have it. */
export interface Interrupted {
  readonly slot: string;
  readonly given: Given;
  readonly epoch: number;
  readonly epochs: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly data: string;
  readonly hasFiles: boolean;
}

/** What an answer is, or why there is none: errors lose their classes between threads. */
export type Outcome<T> = { readonly ok: T } | { readonly error: WireError };

/** A view, and the milliseconds for which it held up the training. */
export type Viewed<T> = T & { readonly took: number };

export interface Engine {
  info(): Promise<EngineInfo>;
  describe(files: readonly NamedFile[]): Promise<Outcome<DroppedDescription>>;
  prepare(source: Source, given: Given, onShare: (share: number) => void): Promise<Outcome<Prepared>>;
  train(
    source: Source,
    given: Given,
    options: { readonly slot: string; readonly paused: boolean; readonly resume: boolean },
    onEvents: (events: readonly TrainEvent[]) => void,
  ): Promise<Outcome<TrainEnd>>;
  pause(): void;
  run(): void;
  step(steps: number): void;
  cancel(): void;
  /** @param stepsPerSecond 0: as fast as it can */
  slowDown(stepsPerSecond: number): void;
  activity(): Promise<Viewed<ActivityView> | undefined>;
  points(): Promise<Viewed<PointsView> | undefined>;
  surface(side: number): Promise<Viewed<SurfaceView> | undefined>;
  weights(most: number): Promise<Viewed<WeightsView> | undefined>;
  results(): Promise<Viewed<ResultsView> | undefined>;
  importance(onShare: (share: number) => void): Promise<Outcome<ImportanceView | undefined>>;
  modelFile(): Promise<Outcome<Uint8Array>>;
  openModel(file: Blob): Promise<Outcome<ModelInfo>>;
  modelInfo(): Promise<ModelInfo | undefined>;
  predictRow(row: Readonly<Record<string, string>>): Promise<Outcome<Answer>>;
  predictPixels(pixels: Uint8Array): Promise<Outcome<Answer>>;
  predictNumbers(values: Float64Array): Promise<Outcome<Answer>>;
  interrupted(slot: string): Promise<Interrupted | undefined>;
  interruptedFiles(slot: string): Promise<readonly NamedFile[] | undefined>;
  forget(slot: string): Promise<void>;
}
