/** From a table to a model in one call: it is read, understood, split, prepared and trained on. */

import type { UntestedDataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { countsOf, type TableCounts, tableDataset } from "../data/tableDataset.ts";
import { isEnsemble } from "../ensemble/size.ts";
import { isGivenFile } from "../files/given.ts";
import { BestWeights } from "../model/callbacks/index.ts";
import { measureIntervals } from "../model/heldOut.ts";
import { memories } from "../model/memory.ts";
import type { Model } from "../model/model.ts";
import { presets } from "../presets.ts";
import { collectTable } from "../tables/collect.ts";
import { type RowsInMemory, tableOfRows } from "../tables/rows.ts";
import type { Table } from "../tables/table.ts";
import { understand } from "../tables/understand.ts";
import { asOptions, type WordedOptions } from "../tables/wording.ts";
import type { TargetKind } from "../targets.ts";
import type { AnswerOf, MetricsOfTask } from "./answers.ts";
import { trainMembers } from "./members.ts";
import { networkFor } from "./network.ts";
import { openFile } from "./openFile.ts";
import { checkTrainOptions, listed, refuseCandidates, type TrainTableOptions, WHERE } from "./options.ts";

/**
 * Trains a model on a table: reads it, finds out what its columns are, splits its rows, fits the preprocessing on those that are
 * trained on, and trains, with the settings of `nnwasm train FILE --target COLUMN`: the same rows, seed and settings give the same
 * bits as there. The weights of the best epoch by the loss of the validation rows are kept.
 *
 *     const model = await train({ data: "houses.csv", target: "price", task: "numbers" });
 *     const [{ price }] = await model.predict([{ rooms: 3, city: "Bern" }]);
 *     const { rmse } = await model.evaluate(others); // rows with their price
 *
 * Errors of numbers are in the target's own unit; the loss is of standardised targets, (y − mean) / std.
 *
 * @throws ConfigError if an option is unknown or out of its range, or there is no such column; DatasetError, with its place, if the
 *   table is damaged or a cell is not what its column has, or if nothing can be learned from it; FileError if a file cannot be
 *   read, as by its path in a browser; TrainingError if the training diverges
 */
export async function train<Target extends string, Task extends TargetKind = TargetKind>(
  options: TrainTableOptions<Target, Task>,
): Promise<Model<MetricsOfTask<Task>, AnswerOf<Target, Task>>> {
  // The options with types that know neither target nor task.
  const given = options as unknown as TrainTableOptions;
  checkTrainOptions(given);
  const { seed, weight, time, numbers, signal, onUnderstood } = given;
  const table = await tableFrom(given);
  const understanding = understand(table, ofTable(given));
  const group = listed(given.group);
  const asked = withMembers(given, countsOf(table, understanding, { group, time }));
  if (!isEnsemble(asked)) refuseCandidates(asked);
  const { validation = isEnsemble(asked) ? 0 : undefined } = asked;
  const made = tableDataset(table, understanding, { validation, seed, weight, numbers, group, time });
  const { train: rows, validation: held } = made.dataset.split!;
  const warnings = [...understanding.warnings, ...made.warnings];
  const counts = { train: rows.length, validation: held.length };
  await onUnderstood?.({ table, understanding, warnings, rows: counts });
  signal?.throwIfAborted();
  const model = isEnsemble(asked)
    ? await trainMembers(made.dataset, asked, made.heldOutBy)
    : await trainOn(made.dataset, asked);
  memories.get(model)!.preprocessing = made.preprocessing;
  return model as unknown as Model<MetricsOfTask<Task>, AnswerOf<Target, Task>>;
}

/** With the members that the preset says, unless the options say how many, or that rows are for the validation of one network. */
function withMembers(options: TrainTableOptions, counts: TableCounts): TrainTableOptions {
  const { members, cv, validation = 0, preset = "table" } = options;
  const { members: usual } = presets[preset](counts);
  const isSaid = members !== undefined || cv !== undefined || validation !== 0;
  return isSaid || usual === undefined ? options : { ...options, members: usual };
}

function ofTable(options: TrainTableOptions): WordedOptions {
  const { task, drop, numeric, categorical, weight, time, missing, decimal, dates } = options;
  const [target, group] = [listed(options.target), listed(options.group)];
  const wording = asOptions(WHERE);
  return { target, task, drop, numeric, categorical, weight, group, time, missing, decimal, dates, wording };
}

async function tableFrom(options: TrainTableOptions): Promise<Table> {
  const { data, format, delimiter, header, encoding, signal } = options;
  const ofFormat = { format, delimiter, header, encoding };
  const source =
    typeof data === "string" || isGivenFile(data)
      ? await openFile(data, ofFormat)
      : await tableOfRows("data", data as RowsInMemory, signal);
  try {
    return await collectTable(source, ofTable(options), { signal });
  } finally {
    await source.close();
  }
}

/** Makes and trains the network that the preset says. */
async function trainOn(dataset: UntestedDataset, options: TrainTableOptions): Promise<Model> {
  const { onEpoch, signal, seed = 1 } = options;
  const split = splitDataset(dataset);
  const { model, fitting, keep } = networkFor(dataset, options, {
    ...{ candidate: "network", rows: split.train.count, samples: split.train.count, seed },
  });
  const keepsBest = keep === "best" && split.validation !== undefined;
  const { interrupted } = await model.fit(split.train, {
    ...{ ...fitting, validation: split.validation, signal },
    callbacks: keepsBest ? [new BestWeights({ monitor: "validation.loss" })] : [],
    ...(onEpoch !== undefined && { onEpoch: onEpoch as never }),
  });
  if (!interrupted) await measureIntervals(model, split.validation, dataset.preprocessing);
  return model;
}
