/**
 * The ways to train of which an ensemble is made: each has a network for every fold, and what they predict for the rows that are
 * held out decides what each way counts. Adding one is an entry here.
 */
import { ConfigError } from "./errors.ts";

/** The names of the ways to train. */
export type CandidateName = "network" | "linear" | "constant";

/** What they change, by the names of the settings. */
export interface CandidateNetwork {
  readonly layers?: readonly number[] | undefined;
  readonly inputScale?: boolean | undefined;
  readonly dropout?: number | undefined;
  readonly bn?: "after" | "before" | false | undefined;
  readonly outputInit?: string | undefined;
  readonly weightDecay?: number | undefined;
  readonly rateFactors?: Readonly<Record<string, unknown>> | false | undefined;
  readonly l2?: number | undefined;
  readonly epochs?: number | undefined;
}

export interface CandidateKind {
  /** What it is, for `--help`. */
  readonly help: string;
  /**
   * What is another than in the network that is asked for.
   * @param rows that one network is trained on
   */
  changes(network: CandidateNetwork, rows: number): CandidateNetwork;
  /** Whether it answers the same for all rows, and is not trained. */
  readonly isConstant?: true;
}

/** Epochs of a linear model at most: it is convex, and a few lead to its least loss. */
const LINEAR_EPOCHS = 128;

/**
 * No hidden layer, all weights 0 at first. Unless there is a penalty already, it has that of scikit-learn's logistic regression with
 * C = 1, ½ · Σw² over all rows, in place of decay.
 */
const linear = (
  { l2 = 0, epochs = LINEAR_EPOCHS, weightDecay }: CandidateNetwork,
  rows: number,
): CandidateNetwork => ({
  layers: [],
  inputScale: false,
  dropout: 0,
  bn: false,
  outputInit: "zeros",
  // An optimizer without decay refuses it, 0 too.
  ...(weightDecay !== undefined && { weightDecay: 0 }),
  rateFactors: false,
  l2: l2 > 0 ? l2 : 1 / Math.max(1, rows),
  epochs: Math.min(epochs, LINEAR_EPOCHS),
});

export const candidates: Readonly<Record<CandidateName, CandidateKind>> = {
  network: { help: "the network as the settings describe it", changes: () => ({}) },
  linear: { help: "the same without hidden layers", changes: linear },
  constant: {
    help: "the shares of the classes, or the mean of the numbers, whatever the row",
    changes: linear,
    isConstant: true,
  },
};

/** @throws ConfigError if there is none, one is unknown or there twice. @param where for errors */
export function checkCandidates(where: string, given: unknown): asserts given is readonly CandidateName[] {
  const names: unknown[] = Array.isArray(given) ? Array.from(given) : [];
  const isKnown = (name: unknown) => typeof name === "string" && Object.hasOwn(candidates, name);
  if (names.length > 0 && names.every(isKnown) && new Set(names).size === names.length) return;
  const known = Object.keys(candidates)
    .map((name) => JSON.stringify(name))
    .join(", ");
  throw new ConfigError(`${where}: expected an array of at least one of ${known}, each once.`);
}
