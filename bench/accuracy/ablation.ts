/** What the parts of the default are worth: each variant's scores minus the default's, on the same splits. */
import { type Grid, signed } from "./grids.ts";
import type { Line } from "./runs.ts";
import { mean } from "./score.ts";
import { DEFAULT, type Variant } from "./variants.ts";

/** The lines of a variant; those of the default have no flags of their own. */
export interface VariantLines extends Variant {
  readonly lines: readonly Line[];
}

/** The differences of one figure. */
export interface Difference {
  /** Over the tables, of each table's mean. */
  readonly mean: number;
  /** The standard error of that; undefined if a table has one pair only. */
  readonly error: number | undefined;
  readonly better: number;
  readonly worse: number;
}

/** Means over a table's pairs, and their standard error. */
export interface TableDifference {
  readonly table: string;
  readonly pairs: number;
  readonly score: Paired;
  readonly logLoss: Paired | undefined;
  readonly seconds: number;
  /** Of the default on the same splits. */
  readonly defaultSeconds: number;
}

export interface Paired {
  readonly mean: number;
  readonly error: number | undefined;
}

export interface VariantComparison extends Variant {
  readonly tables: readonly TableDifference[];
  /** Undefined if no table has scores of both. */
  readonly score: Difference | undefined;
  readonly logLoss: Difference | undefined;
  /** Mean over the tables of the mean seconds of a training, and of those of the default. */
  readonly seconds: number;
  readonly defaultSeconds: number;
}

export interface Ablation {
  /** The default's own means over its tables. */
  readonly tables: number;
  readonly score: number;
  readonly logLoss: number | undefined;
  readonly seconds: number;
  readonly variants: readonly VariantComparison[];
}

const DIGITS = 4;

/** The mean, and its standard error by the deviation over n − 1. */
export function paired(differences: readonly number[]): Paired {
  const middle = mean(differences);
  const n = differences.length;
  if (n < 2) return { mean: middle, error: undefined };
  const squares = differences.reduce((sum, each) => sum + (each - middle) ** 2, 0);
  return { mean: middle, error: Math.sqrt(squares / (n - 1) / n) };
}

/** @param sign 1 if more is better */
function differenceOf(tables: readonly Paired[], sign: 1 | -1): Difference | undefined {
  if (tables.length === 0) return undefined;
  const errors = tables.flatMap(({ error }) => error ?? []);
  const written = tables.map((table) => sign * Number(table.mean.toFixed(DIGITS)));
  return {
    mean: mean(tables.map((table) => table.mean)),
    error: errors.length < tables.length ? undefined : Math.hypot(...errors) / tables.length,
    better: written.filter((value) => value > 0).length,
    worse: written.filter((value) => value < 0).length,
  };
}

const placeOf = ({ table, split, seed }: Line): string => JSON.stringify([table, split ?? null, seed]);

const namesIn = (lines: readonly Line[]): string[] => [...new Set(lines.map(({ table }) => table))];

function compareTables(base: readonly Line[], lines: readonly Line[]): TableDifference[] {
  const own = new Map(base.map((line) => [placeOf(line), line]));
  const pairs = lines.flatMap((line) => {
    const other = own.get(placeOf(line));
    return other === undefined ? [] : [{ table: line.table, line, other }];
  });
  return namesIn(pairs.map(({ line }) => line)).map((table) => {
    const here = pairs.filter((pair) => pair.table === table);
    const losses = here.flatMap(({ line, other }) =>
      line.logLoss === undefined || other.logLoss === undefined ? [] : [line.logLoss - other.logLoss],
    );
    return {
      ...{ table, pairs: here.length },
      score: paired(here.map(({ line, other }) => line.score - other.score)),
      logLoss: losses.length === here.length ? paired(losses) : undefined,
      seconds: mean(here.map(({ line }) => line.seconds)),
      defaultSeconds: mean(here.map(({ other }) => other.seconds)),
    };
  });
}

function compareVariant(base: readonly Line[], { lines, ...variant }: VariantLines): VariantComparison {
  const tables = compareTables(base, lines);
  return {
    ...{ ...variant, tables },
    score: differenceOf(
      tables.map(({ score }) => score),
      1,
    ),
    logLoss: differenceOf(
      tables.flatMap(({ logLoss }) => logLoss ?? []),
      -1,
    ),
    seconds: mean(tables.map(({ seconds }) => seconds)),
    defaultSeconds: mean(tables.map(({ defaultSeconds }) => defaultSeconds)),
  };
}

/** @param base the default's lines, at least one */
export function compareVariants(base: readonly Line[], variants: readonly VariantLines[]): Ablation {
  const names = namesIn(base);
  const meanOf = (figure: (line: Line) => number | undefined) => {
    const means = names.flatMap((name) => {
      const values = base.filter(({ table }) => table === name).flatMap((line) => figure(line) ?? []);
      return values.length === 0 ? [] : [mean(values)];
    });
    return means.length === 0 ? undefined : mean(means);
  };
  return {
    tables: names.length,
    score: meanOf(({ score }) => score)!,
    logLoss: meanOf(({ logLoss }) => logLoss),
    seconds: meanOf(({ seconds }) => seconds)!,
    variants: variants.map((variant) => compareVariant(base, variant)),
  };
}

const pairedText = ({ mean, error }: Paired): string =>
  signed(mean, DIGITS) + (error === undefined ? "" : ` ± ${error.toFixed(DIGITS)}`);

const cellsOf = (difference: Difference | undefined): string[] =>
  difference === undefined
    ? ["–", "–", "–"]
    : [pairedText(difference), String(difference.better), String(difference.worse)];

function summaryGrid({ tables, score, logLoss, seconds, variants }: Ablation): Grid {
  return {
    title: "Variants minus the default, by the same splits: means over the tables ± standard error",
    header: [
      ...["variant", "flags", "tables", "score", "better", "worse"],
      ...["log loss", "better", "worse", "seconds", "of the default"],
    ],
    rows: [
      [
        ...[DEFAULT, "", String(tables), score.toFixed(DIGITS), "", ""],
        ...[logLoss?.toFixed(DIGITS) ?? "–", "", "", seconds.toFixed(1), ""],
      ],
      ...variants.map((variant) => [
        ...[variant.name, variant.flags.join(" "), String(variant.tables.length)],
        ...[...cellsOf(variant.score), ...cellsOf(variant.logLoss)],
        ...[variant.seconds, variant.defaultSeconds].map((value) =>
          variant.tables.length === 0 ? "–" : value.toFixed(1),
        ),
      ]),
    ],
  };
}

/** A row for each table, a column for each variant. */
function tablesGrid({ variants }: Ablation, figure: "score" | "logLoss", title: string): Grid | undefined {
  const names = [...new Set(variants.flatMap(({ tables }) => tables.map(({ table }) => table)))];
  const rows = names.flatMap((name) => {
    const cells = variants.map(({ tables }) => tables.find(({ table }) => table === name)?.[figure]);
    if (cells.every((cell) => cell === undefined)) return [];
    return [[name, ...cells.map((cell) => (cell === undefined ? "–" : signed(cell.mean, DIGITS)))]];
  });
  return rows.length === 0
    ? undefined
    : { title, header: ["table", ...variants.map(({ name }) => name)], rows };
}

export const gridsOfAblation = (ablation: Ablation): Grid[] =>
  [
    summaryGrid(ablation),
    tablesGrid(ablation, "score", "Scores minus the default's, by table"),
    tablesGrid(ablation, "logLoss", "Log losses minus the default's, by table"),
  ].filter((grid) => grid !== undefined);

export const ABLATION_SENTENCES = [
  "The score is accuracy, or R²: more is better. Of the log loss less is. The default's own row has its means.",
  "The standard error is that of the differences on the splits of each table, put together over the tables: how sure the mean is " +
    "on these tables. A table is better or worse if its mean difference is, by four digits.",
  "Seconds are those of a training, from the start of nnwasm train to its end, beside the default's on the same splits.",
];
