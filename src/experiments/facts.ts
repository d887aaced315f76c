/** The facts of a run beside its numbers: its command, its machine, its data. */
import type { TrainSettings } from "../settings/settings.ts";

export interface ReproductionFacts {
  /** The command, which can be typed again. */
  readonly command: string;
  readonly version: string;
  /** "22.21.0" */
  readonly node: string;
  /** The machine in words: "2 cores of an AMD EPYC, Linux". */
  readonly machine: string;
  /** Seconds by the clock that all of it took. */
  readonly seconds: number;
  /** The seeds that were asked for. */
  readonly seeds: readonly number[];
  /** The data set's name. */
  readonly data: string;
  /** Settings that are not the paper's, if any, for people: "--limit 5000". */
  readonly changes?: readonly string[];
  /** The same as data: the settings that every training had in place of its experiment's. */
  readonly settings?: Partial<TrainSettings>;
  /** The samples of the data set. Default: those of CIFAR-10. */
  readonly samples?: SampleFacts;
  readonly date?: string;
}

export interface SampleFacts {
  /** Samples that are split into those to train on and those to validate. */
  readonly training: number;
  readonly test: number;
  readonly features: number;
  readonly classes: number;
}

/** Whether a data set, by its name, is the paper's. */
export const isPapersData = (data: string): boolean => data === "cifar10";

/** The paper's data set in sentences. */
export const PAPERS_DATA = "CIFAR-10";

export const CIFAR10: SampleFacts = { training: 50_000, test: 10_000, features: 3072, classes: 10 };
