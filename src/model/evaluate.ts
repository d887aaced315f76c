/** Evaluates samples: loss, cost and metrics in inference mode, a block at a time. */
import type { Samples } from "../data/dataset.ts";
import { readSamples, selectPart } from "../data/reading.ts";
import { kindOf } from "../data/values.ts";
import { TrainingError } from "../errors.ts";
import type { Evaluation } from "./history.ts";
import { countIn, type Placement } from "./placements.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Evaluates samples that are resident in the workspace.
 * @param where what is called, for errors
 * @throws TrainingError if the loss or the cost is not finite, as it is with weights that are not
 */
export function evaluateResident(where: string, workspace: Workspace, placement: Placement): Evaluation {
  const count = countIn(placement);
  const { selection } = placement;
  const totals = newTotals(workspace);
  const block = workspace.options.maxRows;
  for (let start = 0; start < count; start += block) {
    const n = Math.min(block, count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = selection?.[start + i] ?? start + i;
    workspace.plan("evaluate", n, placement).run();
    add(totals, workspace);
  }
  return finish(where, totals, count, workspace);
}

/** Evaluates any samples, reading each block into the workspace. @throws as {@link evaluateResident}, and DatasetError */
export async function evaluateStaged(
  where: string,
  workspace: Workspace,
  samples: Samples,
): Promise<Evaluation> {
  const totals = newTotals(workspace);
  const { count } = samples;
  await forEachBlock(where, workspace, samples, count, (n, _, source) => {
    workspace.plan("evaluate", n, source).run();
    add(totals, workspace);
  });
  return finish(where, totals, count, workspace);
}

/**
 * Reads `count` samples block by block into the workspace's staging room; `rows` then numbers them.
 * @throws DatasetError if the values or labels that are read are wrong
 */
export async function forEachBlock(
  where: string,
  workspace: Workspace,
  samples: Samples,
  count: number,
  visit: (n: number, start: number, source: Placement) => void,
): Promise<void> {
  const { features, maxRows } = workspace.options;
  const { classes, elementType } = samples;
  const source = workspace.samples.staging(kindOf(elementType));
  const { values, labels } = source;
  for (let start = 0; start < count; start += maxRows) {
    const n = Math.min(maxRows, count - start);
    const numbers = new Uint32Array(n).map((_, i) => start + i);
    const target = { values: values.data.subarray(0, n * features), labels: labels.data.subarray(0, n) };
    const part = selectPart(where, samples, numbers, { features, classes, elementType });
    // Zeros are put in place, so that values that a read leaves out are not those of the block before.
    target.values.fill(0);
    await readSamples(where, part, target, { first: start });
    for (let i = 0; i < n; i++) workspace.rows.data[i] = i;
    visit(n, start, source);
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

/** Adds the sums that the last plan has measured. */
export function add(totals: Totals, workspace: Workspace): void {
  totals.loss += workspace.loss.data[0]!;
  workspace.metricSums.forEach((sum, i) => {
    totals.metrics[i]! += sum.data[0]!;
  });
}

/**
 * The means over `count` samples, with the penalties as they stand.
 * @throws TrainingError if the loss or the cost is not finite
 */
export function finish(where: string, totals: Totals, count: number, workspace: Workspace): Evaluation {
  const loss = totals.loss / count;
  const cost = loss + workspace.penalty();
  if (!Number.isFinite(cost)) {
    const what = Number.isFinite(loss) ? `cost is ${cost}` : `loss is ${loss}`;
    throw new TrainingError(`${where}: the ${what}. ${DIVERGED_ADVICE}`);
  }
  const metrics = workspace.options.metrics.map(({ name }, i) => [name, totals.metrics[i]! / count]);
  return { loss, cost, ...Object.fromEntries(metrics) };
}

/** What to do about a loss that is not finite. */
export const DIVERGED_ADVICE =
  "Try a lower etaMax, batch normalisation, or a smaller initialisation; or check the data for extreme values.";
