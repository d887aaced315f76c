/** The training of an ensemble as events on stdout, one a line (`--json`). */
import { countParameters } from "../../model/summary.ts";
import type { EnsembleEvent } from "../../runs/ensemble.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { Expected } from "../../runs/expectedTime.ts";
import { writeEvent } from "../command.ts";
import type { CliContext } from "../context.ts";
import type { EnsembleSaver } from "../folders/ensembleSaver.ts";

/**
 * @param saver hears every event first
 * @param expected what is known when the training begins
 */
export const ensembleJson = (
  context: CliContext,
  saver: EnsembleSaver,
  expected: () => Expected | undefined,
): Subscriber<EnsembleEvent> =>
  on<EnsembleEvent>({
    start: ({ plan, done }) => {
      const { settings: config, dataset, rows, summary, members, folds } = plan;
      const data = { name: dataset.name, train: rows.length, validation: 0, test: dataset.test?.count ?? 0 };
      const parameters = countParameters(summary);
      const counts = { members: members.length, folds, trained: done.length };
      const candidates = plan.candidates.map(({ name }) => name);
      const expectedSeconds = expected()?.seconds;
      writeEvent(context, {
        ...{ event: "start", command: "train", config, parameters, data, ...counts },
        ...{ candidates, expectedSeconds },
      });
    },
    epoch: ({ member, row }) => writeEvent(context, { event: "epoch", member: member.number + 1, ...row }),
    member: ({ member: { number, candidate, round, fold } }) =>
      writeEvent(context, { event: "member", member: number + 1, candidate, round, fold }),
    result: () => writeEvent(context, { event: "result", ...saver.summary, ...saver.saving.facts }),
  });
