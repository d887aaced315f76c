/** Figures 1 to 4: the curves of the networks with and without batch normalisation. */
import { decimals, signed } from "../../format/numbers.ts";
import { counted, listed, pluralOf } from "../../format/words.ts";
import { mergeSettings } from "../../settings/settings.ts";
import { trainingPanels } from "../charts/curves.ts";
import { type Block, heading, paragraph, type TableBlock } from "../document/blocks.ts";
import { CIFAR10 } from "../facts.ts";
import { isNumber } from "../statistics.ts";
import type { RowSummary } from "../summary.ts";
import type { Measure } from "../table.ts";
import { MISSING, right, thisRun } from "./accuracyTable.ts";
import { leapSentences } from "./leapSentences.ts";
import { curvesOf, epochsOf, type RunSummary, titleIn } from "./run.ts";

export async function figures(run: RunSummary): Promise<Block[]> {
  const blocks: Block[] = [];
  const part = async (title: string, ids: readonly string[]) => {
    const rows = run.rows.filter(({ experiment }) => ids.includes(experiment.id));
    if (rows.length === 0) return;
    blocks.push(heading(3, title));
    for (const row of rows) blocks.push(...(await figureBlocks(run, row)));
  };
  await part("Three layers, with and without batch normalisation", ["fig1", "fig2"]);
  await part("Nine layers, with and without batch normalisation", ["fig3", "fig4"]);
  return blocks;
}

/** The first, the tenth and the last epoch, without those that do not exist. */
const readEpochs = (last: number): number[] => [...new Set([1, 10, last].filter((epoch) => epoch <= last))];

export async function figureBlocks(run: RunSummary, row: RowSummary): Promise<Block[]> {
  const { experiment } = row;
  const label = `Figure ${experiment.id.slice(3)}`;
  const curves = curvesOf(row);
  const epochs = epochsOf(run, row);
  const accuracyOf =
    row.mean === undefined
      ? `${label}’s network (${titleIn(run, experiment)}) ` +
        `${row.trainings.length === 0 ? "has not been trained in this run" : "diverged"}.`
      : `Test accuracy after ${counted(epochs, "epoch")}: ${thisRun(row)}${
          run.comparable && experiment.published !== undefined
            ? `; published ${decimals(experiment.published)}, a difference of ${signed(row.difference!)}${
                row.outside ? ", more than three standard deviations" : ""
              }`
            : ""
        }.`;
  if (curves.length === 0) return [paragraph(accuracyOf)];
  const [first, ...others] = curves;
  const caption = [
    `Cost, loss, accuracy and learning rate over ${counted(epochs, "epoch")}: ` +
      `${titleIn(run, experiment)}.`,
    others.length === 0
      ? `Seed ${first!.seed}.`
      : `Thick: seed ${first!.seed}; thin: ${pluralOf("seed", others.length)} ` +
        `${listed(others.map(({ seed }) => seed))}.`,
    run.comparable && experiment.readings !== undefined
      ? "Diamonds: the report’s curves, read off by eye."
      : "",
  ];
  return [
    {
      kind: "figure",
      label,
      caption: caption.filter(Boolean).join(" "),
      file: experiment.id,
      panels: await trainingPanels(curves, epochs, run.comparable ? experiment.readings : undefined),
    },
    paragraph(accuracyOf),
    ...leapBlocks(run, row),
    ...(experiment.readings === undefined ? [] : [readingsTable(run, row, label)]),
  ];
}

/** The text under a figure with a curve that leaps. */
export function leapBlocks({ facts }: RunSummary, row: RowSummary): Block[] {
  const { bn } = mergeSettings(row.experiment.settings, facts.settings ?? {});
  const { classes } = facts.samples ?? CIFAR10;
  const sentences = leapSentences(curvesOf(row), bn !== false, classes);
  return sentences.length === 0 ? [] : [paragraph(...sentences)];
}

const SETS = [
  ["train", "training"],
  ["validation", "validation"],
] as const;

function readingsTable(run: RunSummary, row: RowSummary, label: string): TableBlock {
  const { experiment, trainings } = row;
  const epochs = readEpochs(epochsOf(run, row));
  const words = ["the only epoch", "the first and the last epoch", "the first, the tenth and the last epoch"];
  const arrows = (values: readonly (number | undefined)[], digits: number) =>
    values.map((value) => (value === undefined ? MISSING : decimals(value, digits))).join(" → ");
  const measures: readonly Measure[] = ["loss", "accuracy", "cost"];
  const several = curvesOf(row).length > 1;
  const rows = measures.flatMap((measure) =>
    SETS.map(([set, name]) => {
      const digits = measure === "accuracy" ? 3 : 2;
      const sorted = epochs.map((epoch) =>
        trainings
          .map(({ rows }) => rows.find((each) => each.epoch === epoch)?.[set]?.[measure])
          .filter(isNumber)
          .sort((a, b) => a - b),
      );
      const shown = (choose: (values: readonly number[]) => number | undefined) =>
        arrows(sorted.map(choose), digits);
      return [
        `${name} ${measure}`,
        ...(run.comparable ? [arrows(experiment.readings![set][measure], digits)] : []),
        shown(median),
        ...(several ? [shown((values) => values[0]), shown((values) => values.at(-1))] : []),
      ];
    }),
  );
  const hint = `${pluralOf("epoch", epochs.length)} ${epochs.join(" → ")}`;
  return {
    kind: "table",
    label: run.nextTable(),
    caption: `The curves of ${label} after ${words[epochs.length - 1]}`,
    columns: [
      { title: "curve" },
      ...(run.comparable ? [right("report, read off", hint)] : []),
      right(several ? "this run, median" : "this run", hint),
      ...(several ? [right("lowest", hint), right("highest", hint)] : []),
    ],
    rows,
  };
}

/** The median of sorted values. A mean would follow the leaps of single epochs. */
function median(values: readonly number[]): number | undefined {
  const [below, above] = [values[Math.ceil(values.length / 2 - 1)], values[Math.floor(values.length / 2)]];
  return below === undefined || above === undefined ? undefined : (below + above) / 2;
}
