/** Loss, cost and metrics of samples, in inference mode, a block at a time. */

import type { Samples } from "../data/dataset.ts";
import { DatasetError } from "../errors.ts";
import type { Evaluation } from "./history.ts";
import { type Placement, Workspace } from "./workspace.ts";

/** Of samples that are resident in the workspace. */
export function evaluateResident(workspace: Workspace, placement: Placement): Evaluation {
  const count = Workspace.count(placement);
  const { selection } = placement;
  const totals = newTotals(workspace);
  const block = workspace.options.maxRows;
  for (let start = 0; start < count; start += block) {
    const n = Math.min(block, count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = selection?.[start + i] ?? start + i;
    workspace.plan("evaluate", n, placement).run();
    add(totals, workspace);
  }
  return finish(totals, count, workspace);
}

/** Of any samples: each block is read into the workspace first. */
export async function evaluateStaged(workspace: Workspace, samples: Samples): Promise<Evaluation> {
  const totals = newTotals(workspace);
  await forEachBlock(workspace, samples, (n) => {
    workspace.plan("evaluate", n, workspace.staging).run();
    add(totals, workspace);
  });
  return finish(totals, samples.count, workspace);
}

/** Reads samples block by block into the workspace's staging room; `rows` then numbers them. */
export async function forEachBlock(
  workspace: Workspace,
  samples: Samples,
  visit: (n: number, start: number) => void,
): Promise<void> {
  const { features, elementType, maxRows } = workspace.options;
  if (samples.features !== features || samples.elementType !== elementType) {
    throw new DatasetError(
      `The samples have ${samples.features} ${samples.elementType} features, the model was built for ` +
        `${features} ${elementType}. Give it samples of the kind it was trained on.`,
    );
  }
  const { values, labels } = workspace.staging;
  for (let start = 0; start < samples.count; start += maxRows) {
    const n = Math.min(maxRows, samples.count - start);
    const numbers = new Uint32Array(n).map((_, i) => start + i);
    await samples.select(numbers).read({
      values: values.data.subarray(0, n * features),
      labels: labels.data.subarray(0, n),
    });
    for (let i = 0; i < n; i++) workspace.rows.data[i] = i;
    visit(n, start);
  }
}

/** Sums over samples. */
export interface Totals {
  loss: number;
  readonly metrics: number[];
}

export function newTotals(workspace: Workspace): Totals {
  return { loss: 0, metrics: workspace.options.metrics.map(() => 0) };
}

/** Adds what the last plan has measured. */
export function add(totals: Totals, workspace: Workspace): void {
  totals.loss += workspace.loss.data[0]!;
  workspace.metricSums.forEach((sum, i) => {
    totals.metrics[i]! += sum.data[0]!;
  });
}

/** The means over `count` samples, with the penalties as they stand. */
export function finish(totals: Totals, count: number, workspace: Workspace): Evaluation {
  const loss = totals.loss / count;
  const metrics = workspace.options.metrics.map(({ name }, i) => [name, totals.metrics[i]! / count]);
  return { loss, cost: loss + workspace.penalty(), ...Object.fromEntries(metrics) };
}
