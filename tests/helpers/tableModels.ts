/** Small models of tables, trained and saved, for tests of what is done with them. */
import { tableSamples } from "../../src/data/tableSamples.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { Dense, Sigmoid, Softmax } from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { AccuracyMetrics, MaeMetrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { AdamOptimizer } from "../../src/optimizers/index.ts";
import { fitPreprocessing } from "../../src/preprocessing/fit.ts";
import type { TablePreprocessing } from "../../src/preprocessing/preprocessing.ts";
import { collectTable } from "../../src/tables/collect.ts";
import type { TableOptions } from "../../src/tables/table.ts";
import { understand } from "../../src/tables/understand.ts";

export interface TableModel {
  readonly model: Model;
  readonly preprocessing: TablePreprocessing;
}

/** A table in memory or, by its path, in a file. */
export const openTable = async (table: string | { readonly name: string; readonly text: string }) =>
  await openTableSource(
    await openInput(
      typeof table === "string" ? table : { name: table.name, bytes: new TextEncoder().encode(table.text) },
    ),
  );

/** Trains on all rows of a table, for a few epochs. */
export async function trainTable(
  table: Parameters<typeof openTable>[0],
  options: TableOptions,
  { epochs = 3 } = {},
): Promise<TableModel> {
  const collected = await collectTable(await openTable(table), options);
  const understanding = understand(collected, options);
  const rows = Uint32Array.from({ length: collected.rows }, (_, i) => i);
  const preprocessing = fitPreprocessing(collected, understanding, rows, { missing: options.missing });
  const { kind, columns, classNames = columns } = preprocessing.target;
  const last = { classes: [new Softmax()], flags: [new Sigmoid()], numbers: [] }[kind];
  const loss = {
    classes: new CategoricalCrossEntropyLoss(),
    flags: new BinaryCrossEntropyLoss(),
    numbers: new MeanSquaredErrorLoss(),
  }[kind];
  const metrics = kind === "classes" ? [new AccuracyMetrics()] : kind === "numbers" ? [new MaeMetrics()] : [];
  const layers = [new Dense(8, { activation: "relu" }), new Dense(classNames.length), ...last];
  const model = new Model(layers).compile({
    ...{ loss, optimizer: new AdamOptimizer({ schedule: 0.01 }), metrics: metrics as never },
  });
  await model.fit(tableSamples(collected, preprocessing, rows), {
    epochs,
    batchSize: 16,
    standardize: false,
  });
  return { model: model as unknown as Model, preprocessing };
}

/** The same, saved. */
export async function saveTableModel(
  path: string,
  ...training: Parameters<typeof trainTable>
): Promise<TableModel> {
  const made = await trainTable(...training);
  await made.model.save(path, { preprocessing: made.preprocessing });
  return made;
}
