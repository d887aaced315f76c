/** Table 4: the sensitivity to initialisation. */
import { inWords } from "../../format/words.ts";
import { type Cell, sensitivityPanel } from "../charts/sensitivity.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import { CIFAR10 } from "../facts.ts";
import { CHANCE } from "../table.ts";
import { accuracyTable, hasSpread, right } from "./accuracyTable.ts";
import { groupOf, type RunSummary } from "./run.ts";

export async function sensitivity(run: RunSummary): Promise<Block[]> {
  const rows = groupOf(run.rows, "tab4");
  if (rows.length === 0) return [];
  const cells = (layers: number): Cell[] =>
    rows
      .map((row) => ({ row, cell: row.experiment.cell! }))
      .filter(({ row, cell }) => cell.layers === layers && row.mean !== undefined)
      .flatMap(({ row, cell: { sigma, bn } }): Cell[] => [
        ...(run.comparable
          ? [{ sigma, bn, source: "report" as const, value: row.experiment.published! }]
          : []),
        { sigma, bn, source: "this run", value: row.mean!, sd: row.sd },
      ]);
  const panels = [];
  for (const layers of [3, 9] as const) {
    if (cells(layers).length > 0) panels.push(await sensitivityPanel(layers, cells(layers)));
  }
  return [
    heading(3, "Sensitivity to initialisation"),
    paragraph(
      "Weights and biases are drawn from N(0, σ) instead of Xavier’s distribution; all else is as " +
        `before. A test accuracy of ${CHANCE} is that of a network that tells the ` +
        `${inWords((run.facts.samples ?? CIFAR10).classes)} classes apart in ` +
        "nothing.",
    ),
    accuracyTable(run, {
      label: "Table 4",
      caption: "Test accuracy by the standard deviation σ of the initial parameters",
      heads: [right("layers"), { title: "BN" }, right("σ")],
      rows,
      cells: ({ experiment }) => {
        const { layers, bn, sigma } = experiment.cell!;
        return [String(layers), bn ? "yes" : "no", String(sigma)];
      },
    }),
    ...(panels.length === 0
      ? []
      : [
          {
            kind: "figure" as const,
            label: run.nextFigure(),
            caption: [
              "Table 4 as a picture.",
              run.comparable ? "Diamonds: the report; circles: this run." : "",
              "Dashed: chance.",
              hasSpread(rows) ? "Bars: one standard deviation over seeds to either side." : "",
            ]
              .filter(Boolean)
              .join(" "),
            file: "sensitivity",
            panels,
          },
        ]),
  ];
}
