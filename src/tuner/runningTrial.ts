/** A trial under way: what an objective gets. */
import { ConfigError, StudyError } from "../errors.ts";
import { shown } from "../options.ts";
import { now } from "../runtime.ts";
import {
  categorical,
  checkName,
  contains,
  type Distribution,
  float,
  int,
  type NumberOptions,
  type Params,
  type ParamValue,
} from "./searchSpace.ts";
import type { Study } from "./study.ts";
import type { Report, SamplerContext } from "./trial.ts";

/** A trial under way: it suggests parameters, takes reports and says whether the trial shall end. */
export class Trial {
  readonly number: number;
  readonly round: number;
  readonly indexInRound: number;
  readonly reports: Report[] = [];
  readonly attributes: Record<string, unknown> = {};
  /**
   * Seconds that the trial took; default: those from its beginning to its end. An objective sets it where the trial
   * has waited for others meanwhile.
   */
  seconds: number | undefined;
  readonly #begin: number = now();
  readonly #study: Study;
  readonly #context: SamplerContext;
  readonly #params: Record<string, ParamValue>;
  readonly #distributions: Record<string, Distribution>;

  /** Made by {@link Study.ask}. */
  constructor(
    study: Study,
    context: SamplerContext,
    params: Params,
    distributions: Record<string, Distribution>,
  ) {
    this.#study = study;
    this.#context = context;
    this.number = context.number;
    this.round = context.round;
    this.indexInRound = context.indexInRound;
    this.#params = { ...params };
    this.#distributions = { ...distributions };
  }

  /** The parameters that have been chosen so far. */
  get params(): Params {
    return this.#params;
  }

  get distributions(): Readonly<Record<string, Distribution>> {
    return this.#distributions;
  }

  /** A real number, low ≤ value ≤ high. The same name gives the same value again. */
  suggestFloat(name: string, low: number, high: number, options: NumberOptions = {}): number {
    return this.#suggest(name, () => float(low, high, options)) as number;
  }

  /** An integer, low ≤ value ≤ high. */
  suggestInt(name: string, low: number, high: number, options: NumberOptions = {}): number {
    return this.#suggest(name, () => int(low, high, options)) as number;
  }

  /** One of the choices. */
  suggestCategorical<T extends ParamValue>(name: string, choices: readonly T[]): T {
    return this.#suggest(name, () => categorical(choices)) as T;
  }

  #suggest(name: string, make: () => Distribution): ParamValue {
    checkName("a parameter", name);
    let distribution: Distribution;
    try {
      distribution = make();
    } catch (error) {
      throw error instanceof ConfigError
        ? new ConfigError(`Trial ${this.number}, ${name}: ${error.message}`)
        : error;
    }
    if (Object.hasOwn(this.#params, name)) {
      const value = this.#params[name]!;
      if (!contains(distribution, value)) {
        throw new ConfigError(
          `Trial ${this.number}: ${name} is ${JSON.stringify(value)} already, which the distribution asked for now does ` +
            "not hold. Ask for one name with one distribution.",
        );
      }
      return value;
    }
    const value = this.#study.sampler.sample(name, distribution, this.#context);
    this.#params[name] = value;
    this.#distributions[name] = distribution;
    return value;
  }

  /**
   * Reports the value after `step` steps: epochs, as a rule. Steps count from 1, and each report has a larger one.
   * @throws StudyError if the value is not finite, or the step is not an integer above the last one
   */
  report(value: number, step: number): void {
    if (!Number.isFinite(value)) {
      throw new StudyError(
        `Trial ${this.number}: the value after step ${shown(step)} is ${shown(value)}, expected a finite number.`,
      );
    }
    const last = this.reports.at(-1)?.step ?? 0;
    if (!Number.isInteger(step) || step <= last) {
      throw new StudyError(
        `Trial ${this.number}: step ${shown(step)} was reported after ${last}, expected a larger integer.`,
      );
    }
    this.reports.push({ step, value });
  }

  /**
   * Whether the trial shall end after its last report. Before the first report it shall not. A pruner that compares the
   * trials of a round answers when the others have come as far.
   */
  async shouldPrune(): Promise<boolean> {
    return await this.#study.decide(this);
  }

  /** Seconds that it has taken so far. */
  get secondsSpent(): number {
    return this.seconds ?? (now() - this.#begin) / 1000;
  }

  /**
   * Keeps something beside the value: a test accuracy, a hash.
   * @param value anything that JSON can hold
   */
  setAttribute(name: string, value: unknown): void {
    checkName("an attribute", name);
    this.attributes[name] = value;
  }
}
