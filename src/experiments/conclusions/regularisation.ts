/** Conclusions on what the search for λ found. */
import { decimals } from "../../format/numbers.ts";
import { type Comparison, compare, pooledSd, rangeOfTen, rankCorrelation } from "../statistics.ts";
import type { RowSummary } from "../summary.ts";
import { BEST_L2, formatL2 } from "../table.ts";
import { meanAndSd } from "../words.ts";
import { effect } from "./effect.ts";
import { idsOf, type Rule, type Run, type Statement, type Topic } from "./rule.ts";

/** The rows of these tables, if they are there and all have values. */
function complete(run: Run, ...groups: readonly string[]): RowSummary[] | undefined {
  const rows = run.rows.filter(({ experiment }) => groups.includes(experiment.group));
  const expected = groups.reduce((sum, group) => sum + (group === "tab1" ? 10 : 5), 0);
  return rows.length === expected && rows.every(({ values }) => values.length > 0) ? rows : undefined;
}

const l2Of = ({ experiment }: RowSummary): number => experiment.settings.l2!;
const byMean = (a: RowSummary, b: RowSummary): number => b.mean! - a.mean!;

const bestL2: Rule = (run) => {
  const rows = complete(run, "tab1", "tab2", "tab3");
  if (rows === undefined) return [];
  const best = [...rows].sort(byMean)[0]!;
  const published = rows.find((row) => l2Of(row) === BEST_L2)!;
  const found =
    `Of the report’s twenty values of λ, ${formatL2(l2Of(best))} does best in this run, with a validation ` +
    `accuracy of ${meanAndSd(best.values)}`;
  if (!run.comparable) return [{ text: `${found}.`, basis: idsOf(rows) }];
  if (best === published) {
    return [{ text: `${found}, as it did in the report.`, basis: idsOf(rows) }];
  }
  const place = 1 + rows.filter((row) => row.mean! > published.mean!).length;
  const text =
    `${found}. The report’s best, ${formatL2(BEST_L2)}, is number ${place} here with ` +
    `${meanAndSd(published.values)}, ${behind(compare(published.values, best.values)!)}.`;
  return [{ text, basis: idsOf(rows) }];
};

/**
 * How far the best of many is above another. Only a clear lead counts, as the best of many is so by selection too.
 */
function behind({ verdict, sd }: Comparison): string {
  if (verdict === "unknown") return "a difference beside which no spread is known";
  if (verdict === "none") return `within one standard deviation of a single training (${decimals(sd!)})`;
  return verdict === "hint" ? "which does not set the two apart" : "clearly less";
}

/**
 * The rank correlation that so many unrelated pairs exceed in one case of forty (5%, two-sided; Zar 1972).
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
  return [{ text, basis: idsOf(all) }];
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
    return [{ text, basis }];
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
  return [{ text, basis }];
};

/** The regions of λ that the coarse round reached. The ten values of the fine rounds are near the best. */
const regions: Rule = (run) => {
  const rows = complete(run, "tab1", "tab2", "tab3");
  if (rows === undefined) return [];
  const near = rows.filter((row) => l2Of(row) > 5e-3 && l2Of(row) < 1.2e-2);
  const region = (rowsOf: readonly RowSummary[], cause: string): Statement => {
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
    return { text: `${text} ${spread}`, basis: idsOf([...rowsOf, ...near]) };
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
  return [{ text, basis: idsOf(fresh) }];
};

export const regularisation: Topic = {
  title: "Regularisation",
  rules: [bestL2, rankingOfL2, flatness, regions, freshSearch],
};
