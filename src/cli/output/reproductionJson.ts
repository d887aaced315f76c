/** A reproduction as events on stdout, one a line (`--json`). */
import { on, type Subscriber } from "../../runs/events.ts";
import type { ReproductionEvent } from "../../runs/reproduce.ts";
import { writeEvent } from "../command.ts";
import type { CliContext } from "../context.ts";
import type { ReproductionDescription } from "../folders/reproductionFolder.ts";
import { type ReproductionSaver, rowFacts } from "../folders/reproductionSaver.ts";

/**
 * @param out the folder
 * @param saver hears every event first
 */
export const reproductionJson = (
  context: CliContext,
  config: ReproductionDescription,
  out: string,
  saver: ReproductionSaver,
): Subscriber<ReproductionEvent> =>
  on<ReproductionEvent>({
    start: ({ plan: { dataset, samples, base } }) => {
      const { name, test } = dataset;
      const data = { name, train: samples, validation: base.validation, test: test.count };
      writeEvent(context, { event: "start", command: "reproduce", config, out, data });
    },
    experiment: ({ row }) => writeEvent(context, { event: "experiment", ...rowFacts(row) }),
    result: () => writeEvent(context, { event: "result", ...saver.summary, ...saver.saving.facts, out }),
  });
