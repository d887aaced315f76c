/** Tables of accuracies beside the published ones, and the cells that all tables share. */
import { decimals, signed } from "../../format/numbers.ts";
import { listed } from "../../format/words.ts";
import type { Column } from "../../report/page.ts";
import type { TableBlock } from "../document/blocks.ts";
import type { RowSummary } from "../summary.ts";
import { meanAndSd } from "../words.ts";
import type { RunSummary } from "./run.ts";

/** The text of a cell without a number. */
export const MISSING = "–";
/** The mark of a published value that is far from the mean. */
export const MARK = "✱";

export const right = (title: string, hint?: string): Column => ({
  title,
  align: "right",
  ...(hint !== undefined && { hint }),
});

export const hasSpread = (rows: readonly RowSummary[]): boolean => rows.some(({ sd }) => sd !== undefined);

/** The paper's number and this run's and, if they can be compared, the difference and the mark. */
function numberColumns({ comparable }: RunSummary, rows: readonly RowSummary[]): Column[] {
  const spread = hasSpread(rows);
  return [
    right("report"),
    right("this run", spread ? "mean ± s.d." : undefined),
    ...(comparable ? [right("difference")] : []),
    ...(comparable && spread ? [right(`${MARK}`, "> 3 s.d.")] : []),
  ];
}

function numberCells({ comparable }: RunSummary, row: RowSummary, rows: readonly RowSummary[]): string[] {
  const { experiment, difference, outside } = row;
  return [
    experiment.published === undefined ? MISSING : decimals(experiment.published),
    thisRun(row),
    ...(comparable ? [difference === undefined ? MISSING : signed(difference)] : []),
    ...(comparable && hasSpread(rows) ? [outside ? MARK : ""] : []),
  ];
}

/** "0.5355 ± 0.0007", with the number of trainings that diverged. */
export function thisRun({ values, diverged }: RowSummary): string {
  const failed = diverged.length === 0 ? "" : `${diverged.length} diverged`;
  if (values.length === 0) return failed || MISSING;
  return failed === "" ? meanAndSd(values) : `${meanAndSd(values)} (${failed})`;
}

/** The note under a table, which explains its cells. */
function tableNote({ facts, comparable }: RunSummary, rows: readonly RowSummary[]): string | undefined {
  const missing = rows.filter(({ trainings }) => trainings.length === 0).length;
  const incomplete = rows.filter(
    ({ trainings }) => trainings.length > 0 && trainings.length < facts.seeds.length,
  );
  const notes = [
    comparable && rows.some(({ outside }) => outside)
      ? `${MARK} The published value lies more than three standard deviations from the mean.`
      : "",
    missing > 0 ? `${MISSING} Not trained (${missing} of ${rows.length}).` : "",
    incomplete.length > 0
      ? `Fewer seeds than asked for: ${listed(incomplete.map(({ experiment }) => experiment.id))}.`
      : "",
  ].filter(Boolean);
  return notes.length === 0 ? undefined : notes.join(" ");
}

interface AccuracyTable {
  readonly label: string;
  readonly caption: string;
  readonly heads: readonly Column[];
  readonly rows: readonly RowSummary[];
  /** The cells of a row before the numbers. */
  readonly cells: (row: RowSummary) => readonly string[];
  readonly highlightRow?: number | undefined;
  readonly more?: string;
}

/** A table of accuracies beside the published ones. */
export function accuracyTable(
  run: RunSummary,
  { label, caption, heads, rows, cells, highlightRow, more }: AccuracyTable,
): TableBlock {
  const note = [more, tableNote(run, rows)].filter(Boolean).join(" ");
  return {
    kind: "table",
    label,
    caption,
    columns: [...heads, ...numberColumns(run, rows)],
    rows: rows.map((row) => [...cells(row), ...numberCells(run, row, rows)]),
    ...(note !== "" && { note }),
    highlightRow,
  };
}
