/** `nnwasm predict --explain`: which columns matter, as a table or as events. */
import { ConfigError } from "../errors.ts";
import { measureText, percent, signed, thousands } from "../format/numbers.ts";
import { tableLines } from "../format/tables.ts";
import { counted } from "../format/words.ts";
import { log } from "../math.ts";
import type { Model } from "../model/model.ts";
import type { Worsening } from "../model/permutationImportance.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import type { ExplanationEnd } from "../runs/explain.ts";
import { writeEvent } from "./command.ts";
import type { PredictFlags } from "./commands/predict.ts";
import { type CliContext, Interrupted } from "./context.ts";
import { StatusLine } from "./progress/statusLine.ts";
import { openTableFile } from "./tableFile.ts";
import { printable } from "./text.ts";

export interface ExplainRequest {
  readonly model: Model;
  /** The model's path. */
  readonly path: string;
  /** Undefined if it is not of tables. */
  readonly preprocessing: TablePreprocessing | undefined;
  readonly files: readonly string[];
  readonly flags: PredictFlags;
}

const DEFAULTS = { rows: 10_000, repeats: 5, seed: 1 };

export async function explainColumns(
  context: CliContext,
  { model, path, preprocessing, files, flags }: ExplainRequest,
): Promise<void> {
  if (preprocessing === undefined) {
    throw new ConfigError(
      `--explain: ${path} was not trained on a table, and knows no columns. Give a model that was, or leave it out.`,
    );
  }
  const { explain } = await import("../runs/explain.ts");
  const { json = false, quiet = false, weight, missing, decimal } = flags;
  const { rows: most = DEFAULTS.rows, repeats = DEFAULTS.repeats, seed = DEFAULTS.seed } = flags;
  const line = new StatusLine(context, quiet);
  const source = await openTableFile(context, files, flags);
  try {
    const end = await explain(
      { model, preprocessing, source, weight, repeats, most, seed, missing, decimal },
      {
        signal: context.signal,
        subscriber: (event) => {
          if (event.type === "result" || event.share === undefined) return;
          const { type, share } = event;
          line.draw(() => line.withBar(`${type}  `, share, `  ${percent(share, 1)}`));
        },
      },
    );
    line.clear();
    if (json) tellEvents(context, end, files[0]!);
    else context.stdout.write(`${explanationText(end).map(printable).join("\n")}\n`);
  } catch (error) {
    line.clear();
    if (context.signal.aborted)
      throw new Interrupted("Interrupted: nothing is measured yet.", { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

function tellEvents(context: CliContext, end: ExplanationEnd, file: string): void {
  const { columns, samples, of, withoutTarget, repeats, seed, loss, metric } = end;
  const changes = (its: Worsening | undefined) => its && { mean: its.mean, sd: its.sd };
  for (const column of columns) {
    writeEvent(context, {
      ...{ event: "importance", column: column.name, loss: changes(column.loss) },
      ...(metric && { metric: { name: metric.name, ...changes(column.metric) } }),
    });
  }
  writeEvent(context, {
    ...{ event: "result", command: "predict", method: "permutation", file },
    ...{ rows: samples, of, withoutTarget, repeats, seed, loss, ...(metric && { metric }) },
  });
}

/** "+0.1234 ± 0.0051", with so many decimals. */
const changeText = ({ mean, sd }: Worsening, digits: number): string =>
  `${signed(mean, { digits })} ± ${sd.toFixed(digits)}`;

/** Decimals for changes of a size, so that a column of numbers has the same: those of a measure, or more of tiny ones. */
function decimalsOf(value: number, changes: readonly Worsening[]): number {
  const size = Math.max(Math.abs(value), ...changes.map(({ mean }) => Math.abs(mean)));
  if (size === 0 || !Number.isFinite(size)) return 4;
  if (size < 1e-3) return Math.min(20, 3 - Math.floor(log(size) / Math.LN10));
  return size < 1e9 ? (measureText(size).split(".")[1]?.length ?? 0) : 0;
}

function explanationText(end: ExplanationEnd): string[] {
  const { columns, samples, of, withoutTarget, repeats, seed, loss, metric } = end;
  const sign = metric?.better === "more" ? -1 : 1;
  const turned = ({ mean, sd }: Worsening): Worsening => ({ mean: sign * mean, sd });
  const head = ["column", "loss", ...(metric ? [metric.name] : [])];
  const changes = columns.map((column) => column.loss);
  const metricChanges = columns.flatMap((column) => (column.metric ? [column.metric] : []));
  const [lossDigits, metricDigits] = [
    decimalsOf(loss, changes),
    decimalsOf(metric?.value ?? 0, metricChanges),
  ];
  const rows = columns.map((column) => [
    column.name,
    changeText(column.loss, lossDigits),
    ...(column.metric ? [changeText(turned(column.metric), metricDigits)] : []),
  ]);
  const baseline = ["baseline", measureText(loss), ...(metric ? [measureText(metric.value)] : [])];
  const chosen = samples < of ? ` of ${thousands(of)}, at random (seed ${seed})` : "";
  const left = withoutTarget > 0 ? `; ${counted(withoutTarget, "row")} without a target left out` : "";
  return [
    `Permutation importance on ${thousands(samples)} rows${chosen}${left}: how loss and metric change when a ` +
      `column's values are shuffled among the rows, mean ± standard deviation of ${counted(repeats, "permutation")}.`,
    "",
    ...tableLines([head, baseline, ...rows], ["left", "right"]),
    "",
    "It says what this model uses, not what causes what. Columns that say the same share their importance.",
  ];
}
