/** A training as events on stdout, one a line (`--json`). */
import { countParameters } from "../../model/summary.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { TrainingEvent } from "../../runs/train.ts";
import { writeEvent } from "../command.ts";
import type { CliContext } from "../context.ts";
import type { TrainingSaver } from "../folders/trainingSaver.ts";

/** @param saver hears every event first */
export const trainingJson = (context: CliContext, saver: TrainingSaver): Subscriber<TrainingEvent> =>
  on<TrainingEvent>({
    start: ({ settings: config, dataset, split, summary }) => {
      const data = {
        name: dataset.name,
        train: split.train.count,
        validation: split.validation?.count ?? 0,
        test: split.test?.count ?? 0,
      };
      const parameters = countParameters(summary);
      writeEvent(context, { event: "start", command: "train", config, parameters, data });
    },
    resume: ({ epoch, step }) => writeEvent(context, { event: "resume", epoch, step }),
    epoch: ({ row }) => writeEvent(context, { event: "epoch", ...row }),
    result: () => writeEvent(context, { event: "result", ...saver.summary, ...saver.saving.facts }),
  });
