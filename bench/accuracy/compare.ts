/** Our scores beside the opponents', on the same splits: means, ranks, and what is missing to the best of them. */
import { DOUBLE, type PeerId, type PeerScores, type PeersTable, peerIds } from "./peersFile.ts";
import type { Line } from "./runs.ts";
import { deviation, mean } from "./score.ts";

export const OURS = "nnwasm";
/** Everybody who is compared, in the order of the tables. */
export const CONTESTANTS = [OURS, ...peerIds] as const;
export type Contestant = typeof OURS | PeerId;
export type Each<T> = Readonly<Record<Contestant, T>>;

export interface Spread {
  readonly mean: number;
  readonly deviation: number | undefined;
}

/** One figure, score or log loss, of all on one table. */
export interface Figure {
  readonly values: Each<Spread>;
  /** By the means. */
  readonly ranks: Each<number>;
  /** Split by split, averaged; undefined if the file of the opponents has only means. */
  readonly splitRanks: Each<number> | undefined;
}

export interface TableComparison {
  readonly table: string;
  readonly metric: "accuracy" | "r2";
  /** Trainings of ours that are compared, and how many there should be. */
  readonly count: number;
  readonly wanted: number;
  readonly score: Figure;
  /** Ours − the best of the opponents. */
  readonly gap: number;
  /** The double − the best of the opponents, itself among them: never above 0. */
  readonly doubleGap: number;
  /** The double − the best of the other four. */
  readonly doubleGapToOthers: number;
  readonly logLoss: Figure | undefined;
  /** Ours alone, whether or not the file of the opponents has theirs. */
  readonly ownLogLoss: Spread | undefined;
  /** The mean share of answers within their intervals. */
  readonly coverage: number | undefined;
  /** Mean seconds of a training. */
  readonly seconds: number;
  /** How often the library had to be told the task. */
  readonly told: number;
}

/** Means are ranked as they are written in the opponents' file: rounded to four digits. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Ranks from 1, the best; equal values share the mean of their ranks. */
export function ranks(values: readonly number[], best: "high" | "low" = "high"): number[] {
  const sign = best === "high" ? 1 : -1;
  return values.map((value) => {
    const better = values.filter((other) => sign * other > sign * value).length;
    const equal = values.filter((other) => other === value).length;
    return better + (equal + 1) / 2;
  });
}

const each = <T>(make: (who: Contestant, i: number) => T): Each<T> =>
  Object.fromEntries(CONTESTANTS.map((who, i) => [who, make(who, i)])) as unknown as Each<T>;

/** The mean ranks of columns of values: one row for each split. */
const meanRanks = (rows: readonly (readonly number[])[], best: "high" | "low"): number[] => {
  const ranked = rows.map((row) => ranks(row.map(rounded), best));
  return ranked[0]!.map((_, i) => mean(ranked.map((row) => row[i]!)));
};

const spread = (values: readonly number[]): Spread => ({ mean: mean(values), deviation: deviation(values) });

/** @param places of the lists of the opponents, the one of each of our scores */
function figureOf(
  ours: readonly number[],
  peers: Readonly<Record<PeerId, { all?: readonly number[] | undefined; spread?: Spread }>>,
  places: readonly number[],
  best: "high" | "low",
): Figure | undefined {
  const columns = peerIds.map((id) => {
    const { all } = peers[id];
    return all !== undefined && places.every((i) => i < all.length) ? places.map((i) => all[i]!) : undefined;
  });
  const spreads = columns.map((column, i) => (column ? spread(column) : peers[peerIds[i]!].spread));
  if (spreads.includes(undefined)) return undefined;
  const values = [spread(ours), ...(spreads as Spread[])];
  const byMean = ranks(
    values.map((value) => rounded(value.mean)),
    best,
  );
  const full = columns.includes(undefined) ? undefined : [ours, ...(columns as number[][])];
  const bySplit =
    full &&
    meanRanks(
      ours.map((_, i) => full.map((column) => column[i]!)),
      best,
    );
  return {
    values: each((_, i) => values[i]!),
    ranks: each((_, i) => byMean[i]!),
    splitRanks: bySplit && each((_, i) => bySplit[i]!),
  };
}

/** Where the scores for a training's split, or its seed, stand in the opponents' lists. */
const placeOf = ({ split, seed }: Line): number => split ?? seed - 1;

/** @param wanted how many trainings should score the table */
export function compareTable(
  peersTable: PeersTable,
  lines: readonly Line[],
  wanted: number,
): TableComparison {
  const { table, metric, peers } = peersTable;
  const own = lines.toSorted((a, b) => placeOf(a) - placeOf(b));
  const places = own.map(placeOf);
  const of = <T>(make: (scores: PeerScores) => T) =>
    Object.fromEntries(peerIds.map((id) => [id, make(peers[id])])) as Record<PeerId, T>;
  const score = figureOf(
    own.map((line) => line.score),
    of((scores) => ({
      all: scores.scores,
      spread: { mean: scores.mean, deviation: scores.deviation },
    })),
    places,
    "high",
  )!;
  const bestOf = (ids: readonly PeerId[]) => Math.max(...ids.map((id) => score.values[id].mean));
  const losses = own.flatMap((line) => line.logLoss ?? []);
  const covered = own.flatMap((line) => line.coverage ?? []);
  return {
    ...{ table, metric, count: own.length, wanted, score },
    gap: score.values[OURS].mean - bestOf(peerIds),
    doubleGap: score.values[DOUBLE].mean - bestOf(peerIds),
    doubleGapToOthers: score.values[DOUBLE].mean - bestOf(peerIds.filter((id) => id !== DOUBLE)),
    ownLogLoss: losses.length === own.length ? spread(losses) : undefined,
    logLoss:
      losses.length === own.length
        ? figureOf(
            losses,
            of((scores) => ({ all: scores.logLoss })),
            places,
            "low",
          )
        : undefined,
    coverage: covered.length > 0 ? mean(covered) : undefined,
    seconds: mean(own.map((line) => line.seconds)),
    told: own.filter((line) => line.told).length,
  };
}

/** The mean over tables of the opponents' ranks among themselves, by their means. */
export function peersAlone(tables: readonly PeersTable[]): Readonly<Record<PeerId, number>> {
  const rows = tables.map(({ peers }) => peerIds.map((id) => peers[id].mean));
  const averages = meanRanks(rows, "high");
  return Object.fromEntries(peerIds.map((id, i) => [id, averages[i]!])) as Record<PeerId, number>;
}

export interface Summary {
  readonly tables: number;
  /** The mean over the tables of the ranks by means, and of those split by split, over the tables that have these. */
  readonly ranks: Each<number>;
  readonly splitRanks: { readonly tables: number; readonly ranks: Each<number> } | undefined;
  /** Means over the tables. */
  readonly gap: number;
  readonly doubleGap: number;
  readonly doubleGapToOthers: number;
  /** The one whose gap is the largest part of what it may be. */
  readonly worst: TableComparison;
  readonly logLoss: { readonly tables: number; readonly ranks: Each<number> } | undefined;
}

const meanOfRanks = (all: readonly Each<number>[]) =>
  all.length === 0
    ? undefined
    : { tables: all.length, ranks: each((who) => mean(all.map((ranks) => ranks[who]))) };

export function summarize(tables: readonly TableComparison[]): Summary {
  return {
    tables: tables.length,
    ranks: meanOfRanks(tables.map(({ score }) => score.ranks))!.ranks,
    splitRanks: meanOfRanks(tables.flatMap(({ score }) => score.splitRanks ?? [])),
    gap: mean(tables.map(({ gap }) => gap)),
    doubleGap: mean(tables.map(({ doubleGap }) => doubleGap)),
    doubleGapToOthers: mean(tables.map(({ doubleGapToOthers }) => doubleGapToOthers)),
    worst: tables.reduce((a, b) => (overshoot(b) > overshoot(a) ? b : a)),
    logLoss: meanOfRanks(tables.flatMap(({ logLoss }) => logLoss?.ranks ?? [])),
  };
}

/** What a table may be below the best. */
export const LIMITS = { accuracy: 0.02, r2: 0.03 } as const;

/** How much of what it may be below the best a table is below it. */
const overshoot = ({ gap, metric }: TableComparison): number => -gap / LIMITS[metric];
