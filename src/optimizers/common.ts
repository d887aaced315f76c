/** What every optimizer takes: a schedule, clipping, factors of its rate. The model does the clipping and the factors. */
import { type Description, describeThing } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { isNumber, type OptionDeclaration, requireMethods, shown } from "../options.ts";
import { ConstantSchedule } from "../schedules/constant.ts";
import type { Schedule } from "../schedules/schedule.ts";

/**
 * What a parameter's learning rate is multiplied by: a number ≥ 0; "fan-in", 1/√rows of a matrix (in, out); or
 * `{ factor, fanIn: true }`, both.
 */
export type RateFactor = number | "fan-in" | { readonly factor: number; readonly fanIn: boolean };

/** Factors by the last part of a parameter's name: `{ bias: 0.1, scale: 6, weight: "fan-in" }`. */
export type RateFactors = Readonly<Record<string, RateFactor>>;

export interface CommonOptions {
  /** A schedule, or a number for a constant rate. Default: the rate 0.01; of Adam and AdamW 0.001. */
  readonly schedule?: Schedule | number;
  /**
   * The most that the norm of all gradients together may be, > 0. Where it is more, all are multiplied by
   * clipNorm / (norm + 1e-6), as PyTorch's `clip_grad_norm_` does. An L2 penalty's gradient counts, a decay does not.
   * Default: gradients are not clipped.
   */
  readonly clipNorm?: number;
  /** Default: all parameters have the schedule's rate. */
  readonly rateFactors?: RateFactors;
}

export const COMMON_OPTIONS = ["schedule", "clipNorm", "rateFactors"] as const;

/** What an optimizer keeps of its common options. */
export interface Common {
  readonly schedule: Schedule;
  readonly clipNorm?: number;
  readonly rateFactors?: RateFactors;
}

/**
 * The common options of an optimizer, checked.
 * @param where the optimizer's class, for errors
 * @param rate the constant rate if there is no schedule
 * @throws ConfigError if one is out of its range
 */
export function checkCommon(
  where: string,
  { schedule, clipNorm, rateFactors }: CommonOptions,
  rate: number,
): Common {
  return { schedule: scheduleOf(where, schedule ?? rate), ...checkChanges(where, { clipNorm, rateFactors }) };
}

function scheduleOf(where: string, schedule: Schedule | number): Schedule {
  if (typeof schedule === "number") return new ConstantSchedule(schedule);
  const expected = "a number, or a schedule such as new LRCyclingSchedule({ stepSize: 100 })";
  requireMethods(`${where}: schedule`, schedule, ["at"], expected);
  return schedule;
}

/** @throws ConfigError if clipNorm or a rate factor is out of its range */
export function checkChanges(
  where: string,
  {
    clipNorm,
    rateFactors,
  }: { readonly clipNorm?: number | undefined; readonly rateFactors?: RateFactors | undefined },
): Pick<Common, "clipNorm" | "rateFactors"> {
  if (clipNorm !== undefined && !(isNumber(clipNorm) && clipNorm > 0 && clipNorm < Infinity)) {
    throw new ConfigError(`${where}: clipNorm is ${shown(clipNorm)}, expected a finite number > 0.`);
  }
  if (rateFactors === undefined) return { ...(clipNorm !== undefined && { clipNorm }) };
  if (typeof rateFactors !== "object" || rateFactors === null || Array.isArray(rateFactors)) {
    throw new ConfigError(
      `${where}: rateFactors is ${shown(rateFactors)}, expected factors by parameter, such as { bias: 0.1 }.`,
    );
  }
  const factors = Object.entries(rateFactors).map(([name, factor]) => [name, factorOf(where, name, factor)]);
  return { ...(clipNorm !== undefined && { clipNorm }), rateFactors: Object.fromEntries(factors) };
}

/** A copy of a factor. */
function factorOf(where: string, name: string, given: RateFactor): RateFactor {
  const isFactor = (value: unknown) => isNumber(value) && value >= 0 && value < Infinity;
  if (given === "fan-in" || isFactor(given)) return given;
  if (typeof given === "object" && given !== null) {
    const { factor, fanIn, ...others } = given as { factor: number; fanIn: boolean };
    if (isFactor(factor) && typeof fanIn === "boolean" && Object.keys(others).length === 0) {
      return { factor, fanIn };
    }
  }
  throw new ConfigError(
    `${where}: rateFactors.${name} is ${shown(given)}, expected a finite number ≥ 0, "fan-in" or { factor: 2, fanIn: true }.`,
  );
}

/** The common options as a description has them. */
export function describeCommon(
  where: string,
  { schedule, clipNorm, rateFactors }: Common,
): Description["options"] {
  return {
    schedule: describeThing(`${where}.describe: schedule`, schedule),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(rateFactors !== undefined && { rateFactors }),
  };
}

/** @throws ConfigError unless the value is a number from 0 to below 1 */
export function requireShare(name: string, value: unknown): void {
  if (isNumber(value) && value >= 0 && value < 1) return;
  throw new ConfigError(`${name} is ${shown(value)}, expected a number ≥ 0 and < 1.`);
}

/** The declaration of `--clip-norm`, which every optimizer has. */
export const clipNorm = {
  kind: "number",
  flags: "--clip-norm <norm>",
  above: 0,
  help: "the most that the norm of all gradients may be; not limited unless given",
  words: {
    "--clip-norm": "clip clipping grad-clip gradient-clip clip-grad max-norm max-grad-norm gradient-clip-val",
  },
} as const satisfies OptionDeclaration;
