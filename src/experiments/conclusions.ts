/**
 * What the numbers of a run say, in sentences. Every sentence is a rule: it has a condition, it names its
 * numbers, and where a number that it needs is missing it is not said. A difference is only ever called one
 * after it has been held against the spread over seeds (`compare` of summary.ts).
 */
import { decimals, short, signed } from "../format/numbers.ts";
import { capitalize, countedInWords, inWords, listed } from "../format/words.ts";
import { DEFAULTS } from "../settings/settings.ts";
import {
  type Comparison,
  chanceOfMark,
  compare,
  isNumber,
  pooledSd,
  type RowSummary,
  rangeOfTen,
  rankCorrelation,
  statistics,
  type TrainingResult,
} from "./summary.ts";
import { BEST_L2, formatL2 } from "./table.ts";

export const TOPICS = [
  "Agreement with the report",
  "Batch normalisation",
  "Depth",
  "Regularisation",
  "Longer training",
  "Initialisation",
  "Beyond the report",
] as const;

export interface Conclusion {
  readonly topic: (typeof TOPICS)[number];
  readonly text: string;
  /** The ids of the experiments whose numbers it rests on. */
  readonly basis: readonly string[];
}

export interface ConclusionOptions {
  /**
   * Whether the run was made as the report's: on CIFAR-10, with its settings. If not, its numbers are not
   * mentioned.
   */
  readonly comparable?: boolean;
}

/** The sentences that these rows support, by topic. The same rows give the same sentences. */
export function conclusions(
  rows: readonly RowSummary[],
  { comparable = true }: ConclusionOptions = {},
): Conclusion[] {
  const run: Run = { row: (id) => rows.find(({ experiment }) => experiment.id === id), rows, comparable };
  const said = RULES.flatMap((rule) => rule(run));
  return TOPICS.flatMap((topic) => said.filter((conclusion) => conclusion.topic === topic));
}

interface Run {
  readonly rows: readonly RowSummary[];
  readonly comparable: boolean;
  row(id: string): RowSummary | undefined;
}

type Rule = (run: Run) => Conclusion[];

/** "0.5355 ± 0.0007", or the value alone if it is the only one. */
export function meanAndSd(values: readonly number[], digits = 4): string {
  const { mean, sd } = statistics(values);
  if (mean === undefined) return "none";
  return sd === undefined ? decimals(mean, digits) : `${decimals(mean, digits)} ± ${decimals(sd, digits)}`;
}

/** What a cause does to a number. */
interface Effect {
  /** "batch normalisation" */
  readonly cause: string;
  /** Whether the cause is a plural. */
  readonly many?: boolean;
  /** "the test accuracy of the three-layer network" */
  readonly on: string;
  /** Of the first values and of the second: "without it", "with it". */
  readonly names: readonly [from: string, to: string];
  readonly digits?: number;
}

/** One sentence on what changes between two sets of values, of which neither is empty. */
function effect(
  { cause, many = false, on, names, digits = 4 }: Effect,
  from: readonly number[],
  to: readonly number[],
): string {
  const comparison = compare(from, to)!;
  const { difference, verdict } = comparison;
  const [raise, lower] = many ? ["raise", "lower"] : ["raises", "lowers"];
  const numbers = `${meanAndSd(from, digits)} ${names[0]}, ${meanAndSd(to, digits)} ${names[1]}`;
  const by = `a difference of ${signed(difference, digits)}`;
  switch (verdict) {
    case "higher":
    case "lower":
      return (
        `${capitalize(cause)} ${verdict === "higher" ? raise : lower} ${on}: ${numbers}, ` +
        `${by}${inSpreads(comparison, digits)}.`
      );
    case "hint":
      return (
        `${capitalize(cause)} may ${difference > 0 ? "raise" : "lower"} ${on}: ${numbers}, ` +
        `${by}${inSpreads(comparison, digits)}. That is a hint and no more: so few trainings differ by ` +
        `${decimals(comparison.limit!, digits)} by chance in one case of a hundred.`
      );
    case "none":
      return (
        `No effect of ${cause} on ${on} can be told: ${numbers}, ${by}, within one standard deviation of ` +
        `a single training (${decimals(comparison.sd!, digits)}).`
      );
    case "unknown":
      return (
        `Whether ${cause} ${many ? "change" : "changes"} ${on} cannot be told from this run: ${numbers}, ` +
        `${by}, but with a single training ` +
        `${from.length < 2 && to.length < 2 ? "of each" : "of one of them"} no spread is known.`
      );
  }
}

/** ", 5.2 standard deviations of a single training (0.0087)" */
function inSpreads({ difference, sd }: Comparison, digits: number): string {
  if (sd === 0) return ", and no two trainings of either differ";
  return (
    `, ${decimals(Math.abs(difference) / sd!, 1)} standard deviations of a single training ` +
    `(${decimals(sd!, digits)})`
  );
}

/** The values of these rows, if all of them have some. */
function valuesOf(run: Run, ...ids: readonly string[]): (readonly number[])[] | undefined {
  const values = ids.map((id) => run.row(id)?.values ?? []);
  return values.every(({ length }) => length > 0) ? values : undefined;
}

/** A number of each of a row's trainings that reached their end. */
const ofTrainings = (row: RowSummary | undefined, value: (training: TrainingResult) => number | undefined) =>
  (row?.trainings ?? [])
    .filter(({ error, rows, epochs }) => error === undefined && rows.length === epochs)
    .map(value)
    .filter(isNumber);

const seedsOf = (run: Run): number[] =>
  [...new Set(run.rows.flatMap((row) => row.trainings.map(({ seed }) => seed)))].sort((a, b) => a - b);

// Agreement

const evidence: Rule = (run) => {
  const trained = run.rows.filter(({ values }) => values.length > 0);
  if (trained.length === 0) return [];
  const basis = trained.map(({ experiment }) => experiment.id);
  const most = Math.max(...trained.map(({ values }) => values.length));
  const least = Math.min(...trained.map(({ values }) => values.length));
  const text =
    most === 1
      ? "Every number of this run comes from a single training. No spread over seeds is known, so no " +
        "difference between two of them can be set apart from chance; several seeds could do so."
      : `The numbers are means over ${least === most ? inWords(most) : `${inWords(least)} to ${inWords(most)}`} ` +
        `seeds (${listed(seedsOf(run))}), ± the sample standard deviation of a single training.`;
  return [{ topic: "Agreement with the report", text, basis }];
};

const divergence: Rule = ({ rows }) => {
  const failed = rows.filter(({ diverged }) => diverged.length > 0);
  if (failed.length === 0) return [];
  const all = rows.reduce((sum, { trainings }) => sum + trainings.length, 0);
  const trainings = failed.flatMap(({ experiment, diverged }) =>
    diverged.map(({ seed }) => `${experiment.id} (seed ${seed})`),
  );
  const text =
    `${capitalize(inWords(trainings.length))} of the ${all} trainings diverged and ` +
    `${trainings.length === 1 ? "has" : "have"} no result: ${listed(trainings)}. The numbers leave ` +
    `${trainings.length === 1 ? "it" : "them"} out.`;
  return [{ topic: "Agreement with the report", text, basis: failed.map(({ experiment }) => experiment.id) }];
};

const distance: Rule = ({ rows, comparable }) => {
  const compared = rows.filter(({ difference }) => difference !== undefined);
  if (!comparable || compared.length === 0) return [];
  const sizes = compared.map(({ difference }) => Math.abs(difference!));
  const largest = compared[sizes.indexOf(Math.max(...sizes))]!;
  const { mean } = statistics(sizes);
  const text =
    compared.length === 1
      ? `This run differs by ${decimals(sizes[0]!)} from the one published accuracy that it has a number ` +
        `for (${largest.experiment.id}).`
      : `This run differs from the ${compared.length} published accuracies that it has numbers for by ` +
        `${decimals(mean!)} on average, and by ${decimals(Math.max(...sizes))} at most ` +
        `(${largest.experiment.id}).`;
  return [
    { topic: "Agreement with the report", text, basis: compared.map(({ experiment }) => experiment.id) },
  ];
};

const marks: Rule = ({ rows, comparable }) => {
  const judged = rows.filter(({ difference, sd }) => difference !== undefined && sd !== undefined);
  if (!comparable || judged.length === 0) return [];
  const outside = judged.filter((row) => row.outside).map(({ experiment }) => experiment.id);
  // A row whose spread is 0, as at chance, is never marked by chance.
  const expected = judged
    .filter(({ sd }) => sd! > 0)
    .reduce((sum, { values }) => sum + chanceOfMark(values.length)!, 0);
  const lie =
    outside.length === 0
      ? "none lies"
      : `${inWords(outside.length)} ${outside.length === 1 ? "lies" : "lie"}`;
  const which = outside.length === 0 ? "" : ` (${listed(outside)})`;
  const text =
    `Of the ${judged.length} published accuracies that can be held against a spread, ${lie} more than ` +
    `three standard deviations from this run’s mean${which}. With spreads estimated from so few seeds, ` +
    `chance alone would mark about ${decimals(expected, 1)}.`;
  return [{ topic: "Agreement with the report", text, basis: judged.map(({ experiment }) => experiment.id) }];
};

// Batch normalisation and depth

/** How a verdict on batch normalisation stands to what the report concluded. */
function besideTheReport(claimsGain: boolean, { difference, verdict }: Comparison): string {
  const claim = claimsGain
    ? "The report concludes that it undoubtedly improves this network"
    : "The report concludes that it does not significantly improve this network";
  if (verdict === "unknown") return `${claim}; single trainings cannot test that.`;
  const gain = verdict === "higher";
  if (verdict === "hint" && difference > 0) {
    return (
      `${claim}; this ` +
      `${claimsGain ? "points the same way without settling it" : "neither bears that out nor refutes it"}.`
    );
  }
  const contradicts = claimsGain ? verdict === "lower" : gain;
  return (
    `${claim}; this ` +
    `${contradicts ? "contradicts that" : claimsGain === gain ? "bears that out" : "does not bear that out"}.`
  );
}

const batchNormalization =
  (network: "three" | "nine", without: string, withIt: string): Rule =>
  (run) => {
    const values = valuesOf(run, without, withIt);
    const basis = [without, withIt];
    const topic = "Batch normalisation";
    const names = ["without it", "with it"] as const;
    const said: Conclusion[] = [];
    if (values !== undefined) {
      const [from, to] = values as [number[], number[]];
      const on = `the test accuracy of the ${network}-layer network`;
      const text = effect({ cause: "batch normalisation", on, names }, from, to);
      const report = run.comparable ? ` ${besideTheReport(network === "nine", compare(from, to)!)}` : "";
      said.push({ topic, text: text + report, basis });
    }
    const [from, to] = basis.map((id) => ofTrainings(run.row(id), ({ rows }) => rows.at(-1)?.train.loss));
    if (from!.length > 0 && to!.length > 0) {
      const on = `the training loss that the ${network}-layer network ends with`;
      said.push({
        topic,
        text: effect({ cause: "batch normalisation", on, names, digits: 3 }, from!, to!),
        basis,
      });
    }
    return said;
  };

/** From one epoch to the next. */
function largestRise({ rows }: TrainingResult): number | undefined {
  const losses = rows.map(({ validation }) => validation?.loss);
  if (losses.length < 2 || !losses.every(isNumber)) return undefined;
  return Math.max(0, ...losses.slice(1).map((loss, i) => loss! - losses[i]!));
}

/** A rise counts as a leap if it is more than this times any of the other network's. */
const LEAP = 2;

const leaps: Rule = (run) => {
  const [without, withIt] = ["fig3", "fig4"].map((id) => ofTrainings(run.row(id), largestRise));
  if (without!.length === 0 || withIt!.length === 0) return [];
  const leaping = (rises: readonly number[], others: readonly number[]) =>
    rises.filter((rise) => rise > LEAP * Math.max(...others)).length;
  const [rougher, smoother] = [leaping(withIt!, without!), leaping(without!, withIt!)];
  const numbers =
    "The largest rises of its validation loss from one epoch to the next are " +
    `${listed(withIt!.map((rise) => short(rise, { digits: 3 })))} with it and ` +
    `${listed(without!.map((rise) => short(rise, { digits: 3 })))} without it (nats).`;
  const share = (n: number, of: readonly number[]) =>
    of.length === 1 ? "its one training" : `${inWords(n)} of ${countedInWords(of.length, "training")}`;
  const text =
    rougher > 0
      ? "The nine-layer network trains more roughly with batch normalisation, in " +
        `${share(rougher, withIt!)}. ${numbers} These losses are taken in inference mode, with moving ` +
        "averages that can lag behind the weights."
      : smoother > 0
        ? "The nine-layer network trains more roughly without batch normalisation, in " +
          `${share(smoother, without!)}. ${numbers}`
        : `The nine-layer network trains about as smoothly with batch normalisation as without. ${numbers}`;
  return [{ topic: "Batch normalisation", text, basis: ["fig3", "fig4"] }];
};

/**
 * Standard deviations are said to differ from this ratio on, and from three values each: fewer say nothing.
 */
const WIDER = 3;

const scatter: Rule = (run) => {
  const [without, withIt] = [run.row("fig3"), run.row("fig4")];
  if (!without?.sd || !withIt?.sd || without.values.length < 3 || withIt.values.length < 3) return [];
  const ratio = without.sd / withIt.sd;
  if (ratio <= WIDER && ratio >= 1 / WIDER) return [];
  const [how, times] = ratio > 1 ? ["less", ratio] : ["more", 1 / ratio];
  const text =
    `With batch normalisation the nine-layer network depends ${how} on the seed: its test accuracies ` +
    `scatter by ${decimals(withIt.sd)} with it and by ${decimals(without.sd)} without it, a ratio of ` +
    `${decimals(times, 1)}.`;
  return [{ topic: "Batch normalisation", text, basis: ["fig3", "fig4"] }];
};

const depth =
  (three: string, nine: string, how: string): Rule =>
  (run) => {
    const values = valuesOf(run, three, nine);
    if (values === undefined) return [];
    const text = effect(
      {
        cause: "six more layers",
        many: true,
        on: `the test accuracy ${how} batch normalisation`,
        names: ["with three", "with nine"],
      },
      values[0]!,
      values[1]!,
    );
    return [{ topic: "Depth", text, basis: [three, nine] }];
  };

// Regularisation

/** The rows of these tables, if they are there and all have values. */
function complete(run: Run, ...groups: readonly string[]): RowSummary[] | undefined {
  const rows = run.rows.filter(({ experiment }) => groups.includes(experiment.group));
  const expected = groups.reduce((sum, group) => sum + (group === "tab1" ? 10 : 5), 0);
  return rows.length === expected && rows.every(({ values }) => values.length > 0) ? rows : undefined;
}

const idsOf = (rows: readonly RowSummary[]): string[] => rows.map(({ experiment }) => experiment.id);
const l2Of = ({ experiment }: RowSummary): number => experiment.settings.l2!;
const byMean = (a: RowSummary, b: RowSummary): number => b.mean! - a.mean!;

const bestL2: Rule = (run) => {
  const rows = complete(run, "tab1", "tab2", "tab3");
  if (rows === undefined) return [];
  const best = [...rows].sort(byMean)[0]!;
  const reported = rows.find((row) => l2Of(row) === BEST_L2)!;
  const found =
    `Of the report’s twenty values of λ, ${formatL2(l2Of(best))} does best in this run, with a validation ` +
    `accuracy of ${meanAndSd(best.values)}`;
  if (!run.comparable) return [{ topic: "Regularisation", text: `${found}.`, basis: idsOf(rows) }];
  if (best === reported) {
    return [{ topic: "Regularisation", text: `${found}, as it did in the report.`, basis: idsOf(rows) }];
  }
  const place = 1 + rows.filter((row) => row.mean! > reported.mean!).length;
  const text =
    `${found}. The report’s best, ${formatL2(BEST_L2)}, is number ${place} here with ` +
    `${meanAndSd(reported.values)}, ${behind(compare(reported.values, best.values)!)}.`;
  return [{ topic: "Regularisation", text, basis: idsOf(rows) }];
};

/**
 * How far the best of many is above another: it is the best by selection too, so that only a clear lead
 * counts.
 */
function behind({ verdict, sd }: Comparison): string {
  if (verdict === "unknown") return "a difference beside which no spread is known";
  if (verdict === "none") return `within one standard deviation of a single training (${decimals(sd!)})`;
  return verdict === "hint" ? "which does not set the two apart" : "clearly less";
}

/**
 * What a rank correlation of so many unrelated pairs exceeds in one case of forty (5%, two-sided; Zar 1972).
 */
const RANK_LIMIT = { 10: 0.648, 20: 0.447 } as const;

const rankingOfL2: Rule = (run) => {
  const all = complete(run, "tab1", "tab2", "tab3");
  if (all === undefined || !run.comparable) return [];
  const fine = complete(run, "tab2", "tab3")!;
  const correlation = (rows: readonly RowSummary[]) =>
    rankCorrelation(
      rows.map(({ mean }) => mean!),
      rows.map(({ experiment }) => experiment.published!),
    );
  const [overall, within] = [correlation(all), correlation(fine)];
  if (Number.isNaN(overall) || Number.isNaN(within)) return [];
  const verb = (r: number, limit: number) =>
    r > limit ? "follows" : r < -limit ? "runs against" : "has no relation that can be told to";
  const strength = (r: number, limit: number) =>
    `rank correlation ${decimals(r, 2)}, where chance reaches ${decimals(limit, 2)} in one case of forty`;
  const text =
    `Over all twenty values of λ the ranking by validation accuracy ${verb(overall, RANK_LIMIT[20])} the ` +
    `report’s: ${strength(overall, RANK_LIMIT[20])}. Among the ten of the fine rounds alone it ` +
    `${verb(within, RANK_LIMIT[10])} the report’s: ${strength(within, RANK_LIMIT[10])}.`;
  return [{ topic: "Regularisation", text, basis: idsOf(all) }];
};

const flatness: Rule = (run) => {
  const fine = complete(run, "tab2", "tab3");
  if (fine === undefined) return [];
  const ranked = [...fine].sort(byMean);
  const [best, worst] = [ranked[0]!, ranked.at(-1)!];
  const range = best.mean! - worst.mean!;
  const l2s = fine.map(l2Of);
  const what =
    `The ten values of λ of the fine rounds, ${formatL2(Math.min(...l2s))} to ` +
    `${formatL2(Math.max(...l2s))}, reach validation accuracies from ${decimals(worst.mean!)} to ` +
    `${decimals(best.mean!)}, a range of ${decimals(range)}`;
  const sd = pooledSd(fine.map(({ values }) => values));
  const seeds = Math.min(...fine.map(({ values }) => values.length));
  const factor = rangeOfTen(seeds);
  const basis = idsOf(fine);
  if (sd === undefined || factor === undefined) {
    const text =
      `${what}. With single trainings no spread over seeds is known, so whether the range is more than ` +
      "scatter cannot be told.";
    return [{ topic: "Regularisation", text, basis }];
  }
  const limit = (factor * sd) / Math.sqrt(seeds);
  const scale =
    `the seeds of one λ scatter by ${decimals(sd)}, and ten equally good values would span ` +
    `${decimals(limit)} by chance in one case of twenty`;
  const text =
    range > limit
      ? `${what}: more than chance, as ${scale}. Within the fine rounds λ still matters.`
      : `${what}: no more than chance, as ${scale}. The optimum is flat there, and which of these values ` +
        "comes first is a matter of the seed.";
  return [{ topic: "Regularisation", text, basis }];
};

/** Regions of λ that the coarse round reached; the ten of the fine rounds are near the best. */
const regions: Rule = (run) => {
  const rows = complete(run, "tab1", "tab2", "tab3");
  if (rows === undefined) return [];
  const near = rows.filter((row) => l2Of(row) > 5e-3 && l2Of(row) < 1.2e-2);
  const region = (rowsOf: readonly RowSummary[], cause: string): Conclusion => {
    const l2s = rowsOf.map(l2Of);
    const span = (values: readonly number[]) =>
      `for λ from ${formatL2(Math.min(...values))} to ${formatL2(Math.max(...values))}`;
    const text = effect(
      {
        cause,
        on: "the validation accuracy of the three-layer network with batch normalisation",
        names: [span(near.map(l2Of)), span(l2s)],
      },
      near.flatMap(({ values }) => values),
      rowsOf.flatMap(({ values }) => values),
    );
    const spread = "The spread here is over all trainings of a region, of several λ each.";
    return { topic: "Regularisation", text: `${text} ${spread}`, basis: idsOf([...rowsOf, ...near]) };
  };
  return [
    region(
      rows.filter((row) => l2Of(row) < 2e-4),
      "much weaker regularisation",
    ),
    region(
      rows.filter((row) => l2Of(row) > 3e-2),
      "much stronger regularisation",
    ),
  ];
};

const freshSearch: Rule = ({ rows, comparable }) => {
  const fresh = rows.filter(({ experiment }) => experiment.group.startsWith("fresh-"));
  if (fresh.length === 0 || fresh.some(({ values }) => values.length === 0)) return [];
  const best = [...fresh].sort(byMean)[0]!;
  const text =
    `A search of this run’s own, ${fresh.length} values of λ, finds ${formatL2(l2Of(best))} best, with a ` +
    "validation accuracy of " +
    `${meanAndSd(best.values)}${comparable ? `; the report’s found ${formatL2(BEST_L2)}` : ""}.`;
  return [{ topic: "Regularisation", text, basis: idsOf(fresh) }];
};

// Longer training

/** Epochs of a row's trainings; undefined if there are none. */
export function lastEpochOf({ trainings }: RowSummary): number | undefined {
  return trainings.length === 0 ? undefined : Math.max(...trainings.map(({ epochs }) => epochs));
}

/** Epochs of the report's trainings, and of its longest one. */
const [USUAL, LONGEST] = [20, 30];

const thirdCycle: Rule = (run) => {
  const row = run.row("fig5");
  const after = (epoch: number) =>
    ofTrainings(row, ({ rows }) => rows.find((each) => each.epoch === epoch)?.validation?.accuracy);
  const [twenty, thirty] = [after(USUAL), after(LONGEST)];
  if (twenty.length === 0 || thirty.length !== twenty.length) return [];
  const text = effect(
    {
      cause: "a third cycle of ten epochs",
      on: `the validation accuracy at λ = ${formatL2(BEST_L2)}`,
      names: [`after ${USUAL} epochs`, `after ${LONGEST}`],
    },
    twenty,
    thirty,
  );
  return [{ topic: "Longer training", text, basis: ["fig5"] }];
};

const bestNetwork: Rule = (run) => {
  const values = valuesOf(run, "fig2", "fig5");
  if (values === undefined) return [];
  const [usual, longer] = ["fig2", "fig5"].map((id) => lastEpochOf(run.row(id)!)!) as [number, number];
  const l2 = formatL2(DEFAULTS.l2);
  const text = effect(
    {
      ...(usual === longer
        ? {
            cause: "the best λ",
            names: [`with λ = ${l2}`, `with λ = ${formatL2(BEST_L2)}`],
          }
        : {
            cause: "the best λ and the third cycle",
            many: true,
            names: [`with λ = ${l2} and ${usual} epochs`, `with λ = ${formatL2(BEST_L2)} and ${longer}`],
          }),
      on: "the test accuracy of the three-layer network with batch normalisation",
    },
    values[0]!,
    values[1]!,
  );
  return [{ topic: "Longer training", text, basis: ["fig2", "fig5"] }];
};

// Initialisation

const SIGMAS = [0.1, 0.001, 0.0001];
const cellId = (layers: 3 | 9, bn: boolean, sigma: number) => `tab4-${layers}-${bn ? "bn" : "nobn"}-${sigma}`;

/** The accuracy of a network that tells nothing apart: one of ten classes. */
export const CHANCE = 0.1;
/** More than six standard errors of 10,000 samples. */
const AT_CHANCE = 0.02;
export const isAtChance = (value: number): boolean => Math.abs(value - CHANCE) <= AT_CHANCE;

const sensitivity =
  (layers: 3 | 9, bn: boolean): Rule =>
  (run) => {
    const ids = SIGMAS.map((sigma) => cellId(layers, bn, sigma));
    const cells = valuesOf(run, ...ids);
    if (cells === undefined) return [];
    const network = `the ${layers === 3 ? "three" : "nine"}-layer network`;
    const start = `${bn ? "With" : "Without"} batch normalisation ${network}`;
    const trained = cells.map((values) => values.filter((value) => !isAtChance(value)).length);
    const learned = SIGMAS.flatMap((sigma, i) =>
      trained[i] === cells[i]!.length ? [`σ = ${sigma} (${meanAndSd(cells[i]!)})`] : [],
    );
    const stuck = SIGMAS.flatMap((sigma, i) => (trained[i] === 0 ? [`σ = ${sigma}`] : []));
    const mixed = SIGMAS.flatMap((sigma, i) =>
      trained[i]! > 0 && trained[i]! < cells[i]!.length
        ? [
            `from σ = ${sigma} it learns in ${inWords(trained[i]!)} of ${countedInWords(cells[i]!.length, "training")}`,
          ]
        : [],
    );
    const parts = [
      ...(learned.length > 0 ? [`learns from ${listed(learned)}`] : []),
      ...(stuck.length > 0
        ? [stuck.length === 3 ? "stays at chance from every σ" : `stays at chance from ${listed(stuck)}`]
        : []),
    ];
    const text =
      parts.length > 0
        ? [`${start} ${parts.join(" and ")}`, ...mixed].join("; ")
        : `${start}: ${mixed.join("; ")}`;
    return [{ topic: "Initialisation", text: `${text}.`, basis: ids }];
  };

/**
 * Where the three-layer network learns from the largest and from the smallest σ: whether it does so equally
 * well.
 */
const smallSigma =
  (layers: 3 | 9, bn: boolean, small: number): Rule =>
  (run) => {
    const ids = [cellId(layers, bn, 0.1), cellId(layers, bn, small)];
    const cells = valuesOf(run, ...ids);
    if (cells === undefined || cells.flat().some(isAtChance)) return [];
    const text = effect(
      {
        cause: `an initial σ of ${small} instead of 0.1`,
        on:
          `the test accuracy of the ${layers === 3 ? "three" : "nine"}-layer network ` +
          `${bn ? "with" : "without"} batch normalisation`,
        names: ["from the larger", "from the smaller"],
      },
      cells[0]!,
      cells[1]!,
    );
    return [{ topic: "Initialisation", text, basis: ids }];
  };

const robustness =
  (layers: 3 | 9): Rule =>
  (run) => {
    const side = (bn: boolean) => {
      const cells = valuesOf(run, ...SIGMAS.map((sigma) => cellId(layers, bn, sigma)));
      return cells?.filter((values) => values.every((value) => !isAtChance(value))).length;
    };
    const [without, withIt] = [side(false), side(true)];
    if (without === undefined || withIt === undefined) return [];
    const network = `${layers === 3 ? "three" : "nine"}-layer`;
    const cells = (n: number) => (n === 0 ? "none" : inWords(n));
    const basis = [false, true].flatMap((bn) => SIGMAS.map((sigma) => cellId(layers, bn, sigma)));
    const fewest = Math.min(...valuesOf(run, ...basis)!.map(({ length }) => length));
    const single = fewest < 2 ? ", where a single training of a σ leaves open what other seeds do" : "";
    const numbers =
      `it always learns from ${cells(withIt)} of the three σ with it, and from ${cells(without)} without ` +
      `it${single}`;
    const text =
      withIt > without
        ? `Batch normalisation makes the ${network} network more robust to its initialisation: ${numbers}.`
        : withIt < without
          ? `Batch normalisation makes the ${network} network less robust to its initialisation: ${numbers}.`
          : `Batch normalisation does not change from how many σ the ${network} network learns: ${numbers}.`;
    return [{ topic: "Initialisation", text, basis }];
  };

const sameCells: Rule = (run) => {
  const cells = run.rows.filter(({ experiment }) => experiment.group === "tab4");
  if (!run.comparable || cells.length !== 12 || cells.some(({ values }) => values.length === 0)) return [];
  const stuck = cells.filter(({ values }) => values.every(isAtChance));
  const published = cells.filter(({ experiment }) => isAtChance(experiment.published!));
  const differ = cells.filter((cell) => stuck.includes(cell) !== published.includes(cell));
  const text =
    differ.length === 0
      ? `The cells of Table 4 at chance are the report’s ${inWords(stuck.length)}, and no others.`
      : `The cells of Table 4 at chance are not all the report’s: ${listed(
          differ.map(
            (cell) =>
              `${cell.experiment.id} is ` +
              `${stuck.includes(cell) ? "here but not there" : "there but not here"}`,
          ),
        )}.`;
  return [{ topic: "Initialisation", text, basis: idsOf(cells) }];
};

// The appendix

const variants: Rule = (run) =>
  ["fig1", "fig2", "fig3", "fig4", "fig5"].flatMap((id) =>
    (
      [
        ["before", "normalising before the activation", "after it", "before it", false],
        ["zeros", "biases that start at 0", "with drawn ones", "with zeros", true],
      ] as const
    ).flatMap(([variant, cause, from, to, many]): Conclusion[] => {
      const values = valuesOf(run, id, `${id}-${variant}`);
      if (values === undefined) return [];
      const on = `the test accuracy of Figure ${id.slice(3)}’s network`;
      const text = effect({ cause, many, on, names: [from, to] }, values[0]!, values[1]!);
      return [{ topic: "Beyond the report", text, basis: [id, `${id}-${variant}`] }];
    }),
  );

const RULES: readonly Rule[] = [
  evidence,
  divergence,
  distance,
  marks,
  batchNormalization("three", "fig1", "fig2"),
  batchNormalization("nine", "fig3", "fig4"),
  scatter,
  leaps,
  depth("fig1", "fig3", "without"),
  depth("fig2", "fig4", "with"),
  bestL2,
  rankingOfL2,
  flatness,
  regions,
  freshSearch,
  thirdCycle,
  bestNetwork,
  sensitivity(3, false),
  sensitivity(3, true),
  sensitivity(9, false),
  sensitivity(9, true),
  robustness(3),
  robustness(9),
  smallSigma(3, true, 0.0001),
  smallSigma(9, true, 0.001),
  sameCells,
  variants,
];
