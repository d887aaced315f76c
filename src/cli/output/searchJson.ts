/** A search as events on stdout, one a line (`--json`). */
import { on, type Subscriber } from "../../runs/events.ts";
import type { SearchEvent, SearchPlan } from "../../runs/search.ts";
import { shownParams } from "../../settings/space.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import { writeEvent } from "../command.ts";
import type { CliContext } from "../context.ts";
import type { SearchSaver } from "../folders/searchSaver.ts";

/**
 * @param out the folder
 * @param saver hears every event first
 */
export const searchJson = (context: CliContext, out: string, saver: SearchSaver): Subscriber<SearchEvent> =>
  on<SearchEvent>({
    start: ({ plan: { dataset, samples, settings }, trials }) => {
      const config = { ...saver.description, settings };
      const data = { name: dataset.name, ...samples };
      writeEvent(context, { event: "start", command: "search", config, out, data });
      for (const trial of trials) writeEvent(context, trialEvent(trial, saver.plan));
    },
    trial: ({ trial }) => writeEvent(context, trialEvent(trial, saver.plan)),
    result: () => writeEvent(context, { event: "result", ...saver.summary, ...saver.saving.facts, out }),
  });

function trialEvent(
  { number, params, value, state, seconds, error, attributes }: FinishedTrial,
  { starts }: SearchPlan,
): object {
  const { test } = attributes;
  return {
    ...{ event: "trial", trial: number, params: shownParams(params), value: value ?? null, state, seconds },
    ...(number < starts.length && { start: true }),
    ...(test !== undefined && { test }),
    ...(error !== undefined && { error }),
  };
}
