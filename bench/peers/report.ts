/** The tables that the comparison prints, and the JSON that it writes. */
import type { Machine } from "../machine.ts";
import type { GemmShare } from "../peak.ts";
import { digits, formatTable } from "../table.ts";
import type { ReportCommand, TrainingCommand } from "./command.ts";
import { type Availability, isOurs } from "./contenders.ts";
import { best, ratios, type Spread, spread } from "./rounds.ts";
import type { Introduction } from "./shared/settings.ts";

export interface Measured {
  readonly id: string;
  readonly introduction: Introduction;
  /** The rates of every round, in the comparison's unit. */
  readonly rates: readonly number[];
}

/** Contenders that took turns at one thing. */
export interface Comparison {
  /** "net3bn, batch 100". */
  readonly title: string;
  /** As many as each may use. */
  readonly threads: number;
  /** "steps/s". */
  readonly unit: string;
  readonly ours: Measured;
  readonly peers: readonly Measured[];
  /** With several threads: nanoseconds from core to core and back, before every round. */
  readonly roundTrips: readonly number[];
}

export interface Lost {
  readonly where: string;
  readonly id: string;
  readonly reason: string;
}

/** Steps a second of two trainings at once, together, and of one alone, of every round. */
export interface TwoTrainings {
  readonly name: string;
  readonly one: readonly number[];
  readonly two: readonly number[];
}

/** Steps a second with SGD and with Adam, of every round. */
export interface AdamCost {
  readonly name: string;
  readonly sgd: readonly number[];
  readonly adam: readonly number[];
}

export interface PeersReport {
  readonly machine: Machine;
  readonly available: readonly Availability[];
  readonly comparisons: readonly Comparison[];
  readonly twoTrainings: TwoTrainings | undefined;
  readonly adamCost: AdamCost | undefined;
  readonly trainingCommand: TrainingCommand | undefined;
  readonly reportCommands: readonly ReportCommand[];
  readonly peak: GemmShare | undefined;
  readonly lost: readonly Lost[];
}

/** "TensorFlow.js wasm 4.22.0 (WebAssembly SIMD)". */
const describe = ({ name, version, engine }: Introduction) => `${name} ${version} (${engine})`;

const range = ({ min, max }: Spread) => `${digits(min)} – ${digits(max)}`;

/** The table of a comparison: our rate over each peer's, and over the fastest of several that have all the cores. */
export function comparisonTable({ title, threads, unit, ours, peers, roundTrips }: Comparison): string {
  const rounds = ours.rates.length;
  const row = (name: string, used: string, rates: readonly number[]) => {
    const ratio = spread(ratios(ours.rates, rates));
    const own = spread(ours.rates).median;
    return [name, used, digits(spread(rates).median), digits(own), `${digits(ratio.median)}×`, range(ratio)];
  };
  const rows = peers.map(({ introduction, rates }) =>
    row(describe(introduction), String(introduction.threads), rates),
  );
  const others = peers.filter(({ id }) => !isOurs(id));
  if (threads > 1 && others.length > 1)
    rows.push(row("the best of them", "", best(others.map(({ rates }) => rates))));
  const avx2 = others.filter(({ id }) => id.endsWith("-avx2"));
  if (threads > 1 && avx2.length > 1 && avx2.length < others.length)
    rows.push(row("the best with AVX2", "", best(avx2.map(({ rates }) => rates))));
  const header = [
    `${title}, ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    "threads",
    unit,
    "nnwasm",
    "ratio",
    "min – max",
  ];
  const lines = [formatTable(header, rows)];
  if (roundTrips.length > 0) {
    const each = roundTrips.map((nanoseconds) => Math.round(nanoseconds)).join(", ");
    lines.push(`From core to core and back, before every round: ${each} ns.`);
  }
  const isHampered = ({ id, introduction: { engine } }: Measured) =>
    id === "torch" && /^OpenBLAS\b/.test(engine) && !/ OpenMP\b/.test(engine);
  if (threads > 1 && peers.some(isHampered)) {
    lines.push(
      "PyTorch's threads and those of this OpenBLAS get in each other's way: its row says little. " +
        "Install the build with OpenMP (Debian's libopenblas0-openmp).",
    );
  }
  const used = ours.introduction.threads;
  if (used !== threads) lines.push(`nnwasm had ${used} of ${threads} threads: this version has no more.`);
  return lines.join("\n");
}

export function availabilityTable(available: readonly Availability[]): string {
  return formatTable(
    ["peer", "installed"],
    available.map(({ id, version, missing }) => [id, version ?? `no: ${missing}`]),
    "left",
  );
}

export function describeTwoTrainings({ name, one, two }: TwoTrainings): string {
  const ratio = spread(ratios(two, one));
  return (
    `two trainings of ${name} at once, one thread each: ${digits(spread(two).median)} steps/s, one alone ` +
    `${digits(spread(one).median)}: ${digits(ratio.median)}× (${range(ratio)})`
  );
}

/** How much longer a step with Adam takes than one with SGD, of every round: 0.1 is 10%. */
const costs = ({ sgd, adam }: AdamCost) => ratios(sgd, adam).map((ratio) => ratio - 1);

export function describeAdamCost(cost: AdamCost): string {
  const { median, min, max } = spread(costs(cost));
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return (
    `a step of ${cost.name} with Adam, one thread: ${percent(median)} longer than with SGD ` +
    `(${percent(min)} – ${percent(max)}); ${digits(spread(cost.adam).median)} and ` +
    `${digits(spread(cost.sgd).median)} steps/s`
  );
}

/** The text that `--json` writes. */
export function toJson(report: PeersReport): string {
  const { comparisons, twoTrainings, adamCost, available, ...others } = report;
  const results = comparisons.map(({ title, threads, unit, ours, peers, roundTrips }) => ({
    title,
    threads,
    unit,
    ...(roundTrips.length > 0 && { roundTrips }),
    contenders: [ours, ...peers].map(({ id, introduction, rates }) => ({
      id,
      ...introduction,
      rate: spread(rates),
      rates,
      ...(id !== ours.id && { ratio: spread(ratios(ours.rates, rates)) }),
    })),
    ...(threads > 1 &&
      peers.filter(({ id }) => !isOurs(id)).length > 1 && {
        overTheBest: spread(
          ratios(ours.rates, best(peers.filter(({ id }) => !isOurs(id)).map(({ rates }) => rates))),
        ),
      }),
  }));
  const two = twoTrainings && { ...twoTrainings, ratio: spread(ratios(twoTrainings.two, twoTrainings.one)) };
  const adam = adamCost && { ...adamCost, cost: spread(costs(adamCost)) };
  const written = { ...others, peers: available, results, twoTrainings: two, adamCost: adam };
  return `${JSON.stringify(written, null, 2)}\n`;
}
