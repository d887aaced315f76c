/** The summary: what was trained, where, and how near the figures' networks come. */
import { duration } from "../../format/numbers.ts";
import { counted, listed } from "../../format/words.ts";
import { DEFAULTS } from "../../settings/settings.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import { isPapersData, PAPERS_DATA, type ReproductionFacts } from "../facts.ts";
import type { RowSummary } from "../summary.ts";
import { EXPERIMENTS, formatL2 } from "../table.ts";
import { accuracyTable } from "./accuracyTable.ts";
import { epochsOf, hasOwnEpochs, type RunSummary } from "./run.ts";

export function summary(run: RunSummary): Block[] {
  const { facts, comparable, rows } = run;
  const all = [...rows, ...run.appendix, ...run.fresh];
  const planned = all.length * facts.seeds.length;
  const trainings = all.flatMap((row) => row.trainings);
  const epochs = trainings.reduce((sum, training) => sum + training.rows.length, 0);
  const figures = rows.filter(({ experiment }) => experiment.readings !== undefined);
  const whole = rows.length === EXPERIMENTS.length;
  return [
    heading(2, "Summary"),
    paragraph(
      `This paper repeats ${whole ? "the" : `${rows.length} of the ${EXPERIMENTS.length}`} experiments of a ` +
        "course report [1] on batch normalisation [3] in fully " +
        "connected networks, trained on CIFAR-10 with cyclical learning rates [2]: networks of three and " +
        "of nine layers with and without batch normalisation, a coarse-to-fine search for the strength λ " +
        "of the L2 penalty, and the sensitivity to initialisation.",
      "Figures and tables with numbers are the report’s, redrawn; those with letters are added.",
      "The report trained each network once. " +
        (facts.seeds.length > 1
          ? `Here each is trained from ${facts.seeds.length} seeds, so that a difference can be held ` +
            "against its spread."
          : "So is each here: a spread over seeds is not known, and takes several seeds."),
    ),
    ...(comparable ? [] : [warning(facts)]),
    ...(trainings.length < planned
      ? [
          {
            kind: "warning" as const,
            text:
              `The run is not complete: ${trainings.length} of ${planned} trainings are there. Resume it ` +
              "for the others.",
          },
        ]
      : []),
    {
      kind: "facts",
      list: [
        ["Trainings", `${trainings.length}${trainings.length < planned ? ` of ${planned}` : ""}`],
        ["Epochs", String(epochs)],
        ["Seeds", listed(facts.seeds)],
        ["Data set", isPapersData(facts.data) ? PAPERS_DATA : facts.data],
        ["Time on the clock", duration(facts.seconds)],
        ["Machine", facts.machine],
        ["Software", `nnwasm ${facts.version}, Node ${facts.node}`],
        ...(facts.date === undefined ? [] : [["Date", facts.date] as const]),
      ],
    },
    { kind: "code", text: facts.command },
    ...(figures.length === 0
      ? []
      : [
          accuracyTable(run, {
            label: run.nextTable(),
            caption: "Test accuracy of the networks of the figures, 0 to 1",
            heads: [{ title: "figure" }, { title: "network" }],
            rows: figures,
            cells: (row) => [row.experiment.id.slice(3), inShort(run, row)],
          }),
        ]),
  ];
}

/** The settings that differ from the defaults, for a narrow column: "3 layers, BN, λ = 7.86e-3, 30 epochs". */
function inShort(run: RunSummary, row: RowSummary): string {
  const { layers = DEFAULTS.layers, bn = DEFAULTS.bn, l2, cycles } = row.experiment.settings;
  return [
    `${layers.length + 1} layers`,
    ...(bn === false ? [] : ["BN"]),
    ...(l2 === undefined ? [] : [`λ = ${formatL2(l2)}`]),
    ...(cycles === undefined || hasOwnEpochs(run) ? [] : [counted(epochsOf(run, row), "epoch")]),
  ].join(", ");
}

function warning({ data, changes = [] }: ReproductionFacts): Block {
  const why = [
    ...(isPapersData(data) ? [] : [`on the data set ${data} instead of ${PAPERS_DATA}`]),
    ...(changes.length === 0 ? [] : [`with ${listed(changes)}`]),
  ];
  return {
    kind: "warning",
    text:
      `This run was made ${why.join(" and ")}: its numbers are not the report’s, and are not compared ` +
      "with them.",
  };
}
