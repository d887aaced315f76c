import { ConfigError } from "../../errors.ts";
import { checkOptions, pickOptions, requireBoolean, shown } from "../../options.ts";
import type { Pruner, PrunerContext } from "../trial.ts";
import type { PrunerKind } from "./kind.ts";

export interface AshaPrunerOptions {
  /** The first rung: the fewest steps that a trial gets, ≥ 1. Default: 1. */
  readonly minimum?: number;
  /** η: one trial in η goes on from a rung, and the next rung is at η times the steps. ≥ 2. Default: 3. */
  readonly reduction?: number;
  /** 1 (default) is successive halving. More are Hyperband, which suffers less from curves that cross late. */
  readonly brackets?: number;
  /**
   * Steps of a trial that is not pruned. Nothing is decided there, as pruning would save nothing. Default: Infinity.
   */
  readonly maximum?: number;
  /** Decide at once, from the trials that have come so far. Faster with many workers; NOT REPRODUCIBLE. Default: false. */
  readonly asynchronous?: boolean;
}

const DEFAULTS = { minimum: 1, reduction: 3, brackets: 1 };
const OPTIONS = ["minimum", "reduction", "brackets", "maximum", "asynchronous"] as const;

/**
 * Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
 * 2016). With several brackets it is Hyperband (Li et al., "Hyperband: A novel bandit-based approach to hyperparameter
 * optimization", 2018). Bracket s has its rungs at the steps
 *
 *   minimum · η^(s + k),  k = 0, 1, 2, …        below maximum
 *
 * Of the n trials of a round's bracket that come to a rung, the best ⌈n / η⌉ go on. Li et al. have ⌊n / η⌋; it is rounded
 * up here so that one always goes on. Of equal values, the lower trial number goes on; a value that is not finite never does.
 *
 * With B brackets, a round's trials are dealt to them in Hyperband's proportions, evenly mixed:
 *
 *   bracket s gets ⌈B · η^(B − 1 − s) / (B − s)⌉        for η = 3, B = 3: 9, 5 and 3 trials of 17
 *
 * (Algorithm 1 there has n = ⌈(s_max + 1) · η^s' / (s' + 1)⌉ with s' = s_max − s, s_max = B − 1.) So all brackets
 * spend about as many steps: the first on many short trials, the last on few long ones.
 *
 * A rung is a barrier: a trial waits for the others of its bracket and round. So the decision depends on their values
 * alone, not on the number of workers or their speed. ASHA proper (Li et al., "A system for massively parallel
 * hyperparameter tuning", 2020) never waits: a trial is compared with those that happen to have come before it, and some
 * go on that would not have gone on later. `asynchronous` does this, in Optuna's form: a trial that does not go on at once
 * has ended. It keeps all workers busy, and gives other results at every run.
 */
export class AshaPruner implements Pruner {
  readonly name: string;
  readonly waits: boolean;
  readonly minimum: number;
  readonly reduction: number;
  readonly brackets: number;
  readonly maximum: number;
  /** Each bracket's share of a round's trials. */
  readonly #shares: readonly number[];
  /** The bracket of each place in a round, for the places that were asked for so far. */
  readonly #dealt: number[] = [];
  /** How many of these places each bracket has. */
  readonly #given: number[];

  /** @throws ConfigError if an option is out of its range, or the last bracket would start after `maximum` */
  constructor(options: AshaPrunerOptions = {}) {
    checkOptions("AshaPruner", options, OPTIONS);
    const {
      minimum = DEFAULTS.minimum,
      reduction = DEFAULTS.reduction,
      brackets = DEFAULTS.brackets,
      maximum = Infinity,
      asynchronous = false,
    } = options;
    requireBoolean("AshaPruner: asynchronous", asynchronous);
    for (const [name, value, least] of [
      ["minimum", minimum, 1],
      ["reduction", reduction, 2],
      ["brackets", brackets, 1],
      ["maximum", maximum === Infinity ? 1 : maximum, 1],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least) {
        throw new ConfigError(`AshaPruner: ${name} is ${shown(value)}, expected an integer ≥ ${least}.`);
      }
    }
    const last = Math.min(maximum, Number.MAX_SAFE_INTEGER);
    let start = minimum;
    for (let s = 1; s < brackets && start <= last; s++) start *= reduction;
    if (start > last) {
      throw new ConfigError(
        `AshaPruner: with ${brackets} brackets the last starts after step ${last}. Give fewer, or a lower minimum.`,
      );
    }
    this.name = asynchronous ? "asha (asynchronous, not reproducible)" : "asha";
    this.waits = !asynchronous;
    this.minimum = minimum;
    this.reduction = reduction;
    this.brackets = brackets;
    this.maximum = maximum;
    const shares = new Array<number>(brackets);
    for (let s = brackets - 1, power = 1; s >= 0; s--, power *= reduction) {
      shares[s] = Math.ceil((brackets * power) / (brackets - s));
    }
    this.#shares = shares;
    this.#given = shares.map(() => 0);
  }

  /** The bracket of a round's trial: the one that is furthest behind its share. */
  group(indexInRound: number): number {
    const shares = this.#shares;
    if (shares.length === 1) return 0;
    const total = shares.reduce((sum, share) => sum + share);
    while (this.#dealt.length <= indexInRound) {
      const lags = shares.map((share, s) => share * (this.#dealt.length + 1) - this.#given[s]! * total);
      const bracket = lags.indexOf(Math.max(...lags));
      this.#given[bracket]! += 1;
      this.#dealt.push(bracket);
    }
    return this.#dealt[indexInRound]!;
  }

  /** Whether the step is a rung of the bracket. */
  decidesAt(step: number, group: number): boolean {
    if (step >= this.maximum) return false;
    let rung = this.minimum;
    for (let k = 0; k < group || rung < step; k++) rung *= this.reduction;
    return rung === step;
  }

  shouldPrune({ direction, number, indexInRound, step, cohort }: PrunerContext): boolean {
    if (!this.decidesAt(step, this.group(indexInRound))) return false;
    const sign = direction === "maximize" ? -1 : 1;
    const ranking = cohort
      .filter(({ value }) => Number.isFinite(value))
      .sort((a, b) => sign * (a.value - b.value) || a.number - b.number);
    const place = ranking.findIndex((trial) => trial.number === number);
    return place < 0 || place >= Math.ceil(cohort.length / this.reduction);
  }
}

export const asha: PrunerKind = {
  ...{ learns: false, comparesTrials: true },
  options: {
    rung: {
      ...{ kind: "integer", flags: "--rung <epochs>", least: 1, default: DEFAULTS.minimum, sets: "minimum" },
      help: "the first epoch after which trials are ended",
    },
    reduction: {
      ...{ kind: "integer", flags: "--reduction <n>", least: 2, default: DEFAULTS.reduction },
      help: "one of so many goes on at each rung",
    },
    brackets: {
      ...{ kind: "integer", flags: "--brackets <n>", least: 1, default: DEFAULTS.brackets },
      help: "more than 1 makes it Hyperband",
    },
  },
  create: (options) => new AshaPruner(pickOptions(options, OPTIONS)),
};
