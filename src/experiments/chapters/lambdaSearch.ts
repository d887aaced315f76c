/** Tables 1 to 3 and Figure 5: the coarse-to-fine search for λ. */
import { counted } from "../../format/words.ts";
import { type SearchPoint, searchPanel } from "../charts/lambda.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import type { RowSummary } from "../summary.ts";
import { BEST_L2, formatL2 } from "../table.ts";
import { accuracyTable, hasSpread, MISSING, right, thisRun } from "./accuracyTable.ts";
import { figureBlocks } from "./figures.ts";
import { epochsOf, groupOf, type RunSummary } from "./run.ts";

const SEARCH = [
  ["tab1", "Table 1", "Coarse search"],
  ["tab2", "Table 2", "Fine search 1"],
  ["tab3", "Table 3", "Fine search 2"],
] as const;

export async function lambdaSearch(run: RunSummary): Promise<Block[]> {
  const blocks: Block[] = [];
  const searched = run.rows.filter(({ experiment }) => SEARCH.some(([group]) => group === experiment.group));
  const best = run.rows.find(({ experiment }) => experiment.id === "fig5");
  if (searched.length + run.fresh.length === 0 && best === undefined) return [];
  blocks.push(heading(3, "Coarse-to-fine search for λ"));
  if (searched.length > 0) {
    blocks.push(
      paragraph(
        `The three-layer network with batch normalisation is trained for ${epochsInWords(run, searched)} with ` +
          "each of the report’s own values of λ, so that rows compare: ten drawn log-uniformly from 1e-5 to 1e-1, " +
          "then twice five drawn within 20% of the best of the round before.",
      ),
      ...SEARCH.flatMap(([group, label, caption]) => searchTable(run, group, label, caption)),
    );
  }
  blocks.push(...(await searchFigure(run, searched)), ...freshBlocks(run));
  if (best !== undefined) blocks.push(...(await figureBlocks(run, best)));
  return blocks;
}

function searchTable(run: RunSummary, group: string, label: string, caption: string): Block[] {
  const rows = groupOf(run.rows, group);
  if (rows.length === 0) return [];
  return [
    accuracyTable(run, {
      label,
      caption: `${caption}: validation accuracy after ${epochsInWords(run, rows)}`,
      heads: [right("λ")],
      rows,
      cells: ({ experiment }) => [formatL2(experiment.settings.l2!)],
      highlightRow: bestRow(rows),
    }),
  ];
}

/** "20 epochs" for the rows, which all have the same number. */
const epochsInWords = (run: RunSummary, rows: readonly RowSummary[]): string =>
  counted(Math.max(...rows.map((row) => epochsOf(run, row))), "epoch");

/** The index of the row with the highest mean, if there are several to choose from. */
function bestRow(rows: readonly RowSummary[]): number | undefined {
  const means = rows.map(({ mean }) => mean ?? -1);
  return means.filter((mean) => mean >= 0).length < 2 ? undefined : means.indexOf(Math.max(...means));
}

async function searchFigure(run: RunSummary, searched: readonly RowSummary[]): Promise<Block[]> {
  const points = (rows: readonly RowSummary[], source: SearchPoint["source"]): SearchPoint[] =>
    rows.flatMap(({ experiment, mean, sd }) =>
      mean === undefined ? [] : [{ l2: experiment.settings.l2!, source, value: mean, sd }],
    );
  const published = (rows: readonly RowSummary[]): SearchPoint[] =>
    run.comparable
      ? rows.map(({ experiment }) => ({
          l2: experiment.settings.l2!,
          source: "report",
          value: experiment.published!,
        }))
      : [];
  const fine = searched.filter(({ experiment }) => experiment.group !== "tab1");
  const ours = points(searched, "this run");
  const own = points(run.fresh, "this run’s own search");
  if (ours.length + own.length === 0) return [];
  const fineOurs = points(fine, "this run");
  const panels = [
    await searchPanel([...published(searched), ...ours, ...own]),
    ...(fineOurs.length > 0
      ? [await searchPanel([...published(fine), ...fineOurs], { fine: true, best: BEST_L2 })]
      : []),
  ];
  const bars = hasSpread([...searched, ...run.fresh]);
  return [
    {
      kind: "figure",
      label: run.nextFigure(),
      caption: [
        "Validation accuracy of the three-layer network with batch normalisation against the strength λ " +
          "of the L2 penalty: the figure that the report left to be made.",
        bars ? "Bars: one standard deviation over seeds to either side." : "",
        fineOurs.length > 0 ? `Dashed: λ = ${formatL2(BEST_L2)}, the report’s best.` : "",
      ]
        .filter(Boolean)
        .join(" "),
      file: "lambda",
      panels,
    },
  ];
}

function freshBlocks(run: RunSummary): Block[] {
  const { fresh } = run;
  if (fresh.length === 0) return [];
  const spread = hasSpread(fresh);
  const missing = fresh.filter(({ trainings }) => trainings.length === 0).length;
  return [
    paragraph(
      "The same search once more, from this run’s own random numbers: each round is drawn around the " +
        "best of its own rounds before.",
    ),
    {
      kind: "table",
      label: run.nextTable(),
      caption: `This run’s own coarse-to-fine search: validation accuracy after ${epochsInWords(run, fresh)}`,
      columns: [{ title: "round" }, right("λ"), right("this run", spread ? "mean ± s.d." : undefined)],
      rows: fresh.map((row) => [
        row.experiment.title.replace(/,.*/, ""),
        formatL2(row.experiment.settings.l2!),
        thisRun(row),
      ]),
      highlightRow: bestRow(fresh),
      ...(missing > 0 && { note: `${MISSING} Not trained (${missing} of ${fresh.length}).` }),
    },
  ];
}
