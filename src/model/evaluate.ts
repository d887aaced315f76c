/** Evaluates samples: loss, cost and metrics in inference mode, a block at a time. */
import type { Samples } from "../data/dataset.ts";
import { readSamples, selectPart } from "../data/reading.ts";
import { kindOf } from "../data/values.ts";
import type { Evaluation } from "./history.ts";
import { countIn, type Placement } from "./placements.ts";
import { add, finish, newTotals } from "./totals.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Evaluates samples that are resident in the workspace.
 * @param where what is called, for errors
 * @throws TrainingError if the loss or the cost is not finite, as it is with weights that are not
 */
export function evaluateResident(where: string, workspace: Workspace, placement: Placement): Evaluation {
  const count = countIn(placement);
  const { selection } = placement;
  const totals = newTotals(workspace, placement);
  const block = workspace.options.maxRows;
  for (let start = 0; start < count; start += block) {
    const n = Math.min(block, count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = selection?.[start + i] ?? start + i;
    workspace.plan("evaluate", n, placement).run();
    add(totals, workspace, n);
  }
  return finish(where, totals, count, workspace);
}

/** Evaluates any samples, reading each block into the workspace. @throws as {@link evaluateResident}, and DatasetError */
export async function evaluateStaged(
  where: string,
  workspace: Workspace,
  samples: Samples,
): Promise<Evaluation> {
  const totals = newTotals(workspace, workspace.samples.staging(kindOf(samples.elementType)));
  const { count } = samples;
  await forEachBlock(where, workspace, samples, count, (n, _, source) => {
    workspace.plan("evaluate", n, source).run();
    add(totals, workspace, n);
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
