/** The table of all trainings, a row each. */
import { decimals } from "../../format/numbers.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import { accuracy } from "../summary.ts";
import { MISSING, right } from "./accuracyTable.ts";
import type { RunSummary } from "./run.ts";

export function trainings(run: RunSummary): Block[] {
  const trainings = [...run.rows, ...run.appendix, ...run.fresh].flatMap((row) => row.trainings);
  if (trainings.length === 0) return [];
  const shown = (value: number | undefined) => (value === undefined ? MISSING : decimals(value));
  const errors = trainings.flatMap(({ id, seed, error }) =>
    error === undefined ? [] : [`${id}, seed ${seed}: ${error}`],
  );
  return [
    heading(2, "All trainings"),
    paragraph(
      "What each training ended with. The hash is the beginning of the SHA-256 of all its weights: the " +
        "same command gives the same hashes.",
    ),
    {
      kind: "table",
      label: run.nextTable(),
      caption:
        trainings.length === 1 ? "The training of this run" : `The ${trainings.length} trainings of this run`,
      columns: [
        { title: "experiment" },
        right("seed"),
        right("test accuracy"),
        right("validation accuracy"),
        right("epochs"),
        right("seconds"),
        { title: "weights" },
      ],
      rows: trainings.map((training) => [
        training.id,
        String(training.seed),
        training.error === undefined ? shown(accuracy(training, "test")) : "diverged",
        shown(accuracy(training, "validation")),
        String(training.rows.length),
        decimals(training.seconds, 1),
        training.weightsSha256.slice(0, 12) || MISSING,
      ]),
      ...(errors.length > 0 && { note: errors.join(" ") }),
      folded: `Show all ${trainings.length}`,
    },
  ];
}
