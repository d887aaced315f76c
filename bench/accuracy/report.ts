/** The comparison as text for a terminal and as Markdown for the documents. */
import {
  CONTESTANTS,
  type Contestant,
  type Figure,
  LIMITS,
  OURS,
  type Spread,
  type Summary,
  type TableComparison,
} from "./compare.ts";
import { type Grid, markdownOfGrids, signed, textOfGrids } from "./grids.ts";
import { PEERS, type PeerId, peerIds } from "./peersFile.ts";
import { mean } from "./score.ts";

export interface Report {
  readonly tables: readonly TableComparison[];
  readonly summary: Summary;
  /** The opponents' ranks without us, over all tables of their file. */
  readonly alone: { readonly tables: number; readonly ranks: Readonly<Record<PeerId, number>> };
}

const nameOf = (who: Contestant): string => (who === OURS ? OURS : PEERS[who]);
const NAMES = CONTESTANTS.map(nameOf);

const spreadText = (spread: Spread, decimals: number): string =>
  spread.mean.toFixed(decimals) +
  (spread.deviation === undefined ? "" : ` ± ${spread.deviation.toFixed(decimals)}`);
const rankText = (rank: number | undefined): string => (rank === undefined ? "–" : rank.toFixed(2));

/** The columns of the best, from the one after the table's name. */
const bestOf = ({ ranks }: Figure): number[] => {
  const least = Math.min(...CONTESTANTS.map((who) => ranks[who]));
  return CONTESTANTS.flatMap((who, i) => (ranks[who] === least ? [i + 1] : []));
};

function nameCell({ table, metric, count, wanted }: TableComparison): string {
  const part = count === wanted ? `${count}` : `${count} of ${wanted}`;
  return `${table} (${metric === "r2" ? "R², " : ""}${part})`;
}

function scoresGrid(tables: readonly TableComparison[]): Grid {
  const covered = tables.some(({ coverage }) => coverage !== undefined);
  return {
    title: "Accuracy, or R²: mean ± standard deviation over the splits, or seeds (their number)",
    header: ["table", ...NAMES, "our rank", "to the best", "seconds", ...(covered ? ["coverage"] : [])],
    rows: tables.map((table) => [
      nameCell(table),
      ...CONTESTANTS.map((who) => spreadText(table.score.values[who], 4)),
      rankText((table.score.splitRanks ?? table.score.ranks)[OURS]),
      signed(table.gap),
      table.seconds.toFixed(1),
      ...(covered ? [table.coverage?.toFixed(3) ?? "–"] : []),
    ]),
    best: tables.map(({ score }) => bestOf(score)),
  };
}

function logLossGrid(tables: readonly TableComparison[]): Grid | undefined {
  const measured = tables.filter(({ ownLogLoss }) => ownLogLoss !== undefined);
  if (measured.length === 0) return undefined;
  return {
    title: "Log loss, less is better",
    header: ["table", ...NAMES, "our rank"],
    rows: measured.map(({ table, logLoss, ownLogLoss }) => [
      table,
      ...CONTESTANTS.map((who) => {
        const value = logLoss?.values[who] ?? (who === OURS ? ownLogLoss : undefined);
        return value === undefined ? "–" : spreadText(value, 3);
      }),
      rankText(logLoss?.splitRanks?.[OURS]),
    ]),
    best: measured.map(({ logLoss }) => (logLoss === undefined ? [] : bestOf(logLoss))),
  };
}

function ranksGrid({ summary, alone }: Report): Grid {
  const { splitRanks, logLoss } = summary;
  const row = (label: string, ranks: Readonly<Record<Contestant, number>>) => [
    label,
    ...CONTESTANTS.map((who) => rankText(ranks[who])),
  ];
  return {
    title: "Average ranks, 1 is the best; equal scores share the mean of their ranks",
    header: ["", ...NAMES],
    rows: [
      row(`by a table's means (${summary.tables})`, summary.ranks),
      ...(splitRanks ? [row(`split by split (${splitRanks.tables})`, splitRanks.ranks)] : []),
      ...(logLoss ? [row(`log loss, by its means (${logLoss.tables})`, logLoss.ranks)] : []),
      [`by means, the five alone (${alone.tables})`, "", ...peerIds.map((id) => rankText(alone.ranks[id]))],
    ],
  };
}

function sentences({ tables, summary }: Report): string[] {
  const { gap, doubleGap, doubleGapToOthers, worst } = summary;
  const slowest = tables.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const trainings = tables.reduce((sum, { count }) => sum + count, 0);
  const inAll = tables.reduce((sum, { count, seconds }) => sum + count * seconds, 0);
  const told = tables.filter((table) => table.told > 0).map(({ table }) => table);
  return [
    `${OURS} − the best of the five, mean over ${summary.tables} tables: ${signed(gap)}. The double's own: ${signed(doubleGap)}, ` +
      `half of it ${signed(doubleGap / 2)}; to the best of the other four: ${signed(doubleGapToOthers)}.`,
    `Furthest below the best: ${worst.table}, ${signed(worst.gap)} (it may be ${signed(-LIMITS[worst.metric], 2)}).`,
    "The rank by means is that of a table's mean rounded to four digits, averaged over the tables (their number). " +
      "Split by split, the ranks on each split are averaged over a table's splits, then over the tables.",
    `A training takes ${mean(tables.map(({ seconds }) => seconds)).toFixed(1)} s by the mean over the tables, and ` +
      `${slowest.seconds.toFixed(1)} s on ${slowest.table}: from the start of nnwasm train to its end. ` +
      `One after another, the ${trainings} would take ${Math.ceil(inAll / 60)} min.`,
    ...(told.length > 0
      ? [`The library took the target for another task, and was told the right one: ${told.join(", ")}.`]
      : []),
  ];
}

const gridsOf = (report: Report): Grid[] =>
  [scoresGrid(report.tables), logLossGrid(report.tables), ranksGrid(report)].filter(
    (grid) => grid !== undefined,
  );

export const textOf = (report: Report): string => textOfGrids(gridsOf(report), sentences(report));

export const markdownOf = (report: Report): string => markdownOfGrids(gridsOf(report), sentences(report));
