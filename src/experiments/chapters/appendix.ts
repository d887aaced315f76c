/** The appendix: variants that are not in the paper. */
import { signed } from "../../format/numbers.ts";
import { capitalize, listed } from "../../format/words.ts";
import { trainingPanels } from "../charts/curves.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import type { RowSummary } from "../summary.ts";
import { hasSpread, MISSING, right, thisRun } from "./accuracyTable.ts";
import { leapBlocks } from "./figures.ts";
import { curvesOf, epochsOf, type RunSummary, titleIn } from "./run.ts";

export async function appendix(run: RunSummary): Promise<Block[]> {
  const { appendix, rows } = run;
  if (appendix.length === 0) return [];
  const original = ({ experiment }: RowSummary) =>
    rows.find((row) => row.experiment.id === experiment.id.replace(/-.*/, ""));
  const blocks: Block[] = [
    heading(2, "Appendix: beyond the report"),
    paragraph(
      "The networks of the figures with batch normalisation before the activation, where its authors " +
        "put it [3], and with biases that start at 0 instead of being drawn as the weights are.",
    ),
    {
      kind: "table",
      label: run.nextTable(),
      caption: "Test accuracy of variants of the figures’ networks",
      columns: [
        { title: "variant of" },
        { title: "what differs" },
        right("variant", hasSpread(appendix) ? "mean ± s.d." : undefined),
        right("as in the report", hasSpread(rows) ? "mean ± s.d." : undefined),
        right("difference"),
      ],
      rows: appendix.map((row) => {
        const base = original(row);
        return [
          `Figure ${row.experiment.id.slice(3).replace(/-.*/, "")}`,
          row.experiment.title.replace(/.*; /, ""),
          thisRun(row),
          base === undefined ? MISSING : thisRun(base),
          base?.mean === undefined || row.mean === undefined ? MISSING : signed(row.mean - base.mean),
        ];
      }),
    },
  ];
  for (const row of appendix) {
    const curves = curvesOf(row);
    if (curves.length === 0) continue;
    const { experiment } = row;
    const seeds = listed(curves.slice(1).map(({ seed }) => seed));
    blocks.push({
      kind: "figure",
      label: run.nextFigure(),
      caption: `${capitalize(titleIn(run, experiment))}. ${
        seeds === "" ? `Seed ${curves[0]!.seed}.` : `Thick: seed ${curves[0]!.seed}; thin: ${seeds}.`
      }`,
      file: experiment.id,
      panels: await trainingPanels(curves, epochsOf(run, row)),
    });
    blocks.push(...leapBlocks(run, row));
  }
  return blocks;
}
