/** What is said of a run beside its numbers: by which command, where, on which data. */
import type { TrainSettings } from "../settings/settings.ts";

export interface ReproductionFacts {
  /** As it can be typed again. */
  readonly command: string;
  readonly version: string;
  /** "22.21.0" */
  readonly node: string;
  /** In words: "2 cores of an AMD EPYC, Linux". */
  readonly machine: string;
  /** That all of it took, on the clock. */
  readonly seconds: number;
  /** The seeds that were asked for. */
  readonly seeds: readonly number[];
  /** The data set's name; only cifar10 is the paper's. */
  readonly data: string;
  /** Settings that are not the paper's, if any, for people: "--limit 5000". */
  readonly changes?: readonly string[];
  /** The same as data: what every training had in place of its experiment's. */
  readonly settings?: Partial<TrainSettings>;
  /** What the data set has; by default what CIFAR-10 has. */
  readonly samples?: SampleFacts;
  readonly date?: string;
}

export interface SampleFacts {
  /** To be split into those to train on and those to validate. */
  readonly training: number;
  readonly test: number;
  readonly features: number;
  readonly classes: number;
}

export const CIFAR10: SampleFacts = { training: 50_000, test: 10_000, features: 3072, classes: 10 };
