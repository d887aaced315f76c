/** Evaluates samples: loss, cost and metrics in inference mode, a block at a time. */
import type { Samples } from "../data/dataset.ts";
import { keptOf, readSamples, selectPart } from "../data/reading.ts";
import { kindOf } from "../data/values.ts";
import { labellingOf, newTargets } from "../targets.ts";
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
  const totals = newTotals(workspace, placement.labelling!);
  const block = workspace.options.maxRows;
  for (let start = 0; start < count; start += block) {
    const n = Math.min(block, count - start);
    for (let i = 0; i < n; i++) workspace.rows.data[i] = selection?.[start + i] ?? start + i;
    workspace.plan("evaluate", n, placement).run();
    add(totals, workspace, n);
  }
  return finish(where, totals, workspace);
}

/** Evaluates any samples, reading each block into the workspace. @throws as {@link evaluateResident}, and DatasetError */
export async function evaluateStaged(
  where: string,
  workspace: Workspace,
  samples: Samples,
): Promise<Evaluation> {
  const { count } = samples;
  const totals = newTotals(workspace, labellingOf(samples));
  await forEachBlock(where, workspace, samples, { count, withTargets: true }, (n, _, source) => {
    workspace.plan("evaluate", n, source).run();
    add(totals, workspace, n);
  });
  return finish(where, totals, workspace);
}

/**
 * Reads `count` samples block by block into the workspace's staging room; `rows` then numbers them. Their targets are put
 * there only for an evaluation: a prediction takes samples with any.
 * @throws DatasetError if the values or labels that are read are wrong
 */
export async function forEachBlock(
  where: string,
  workspace: Workspace,
  samples: Samples,
  { count, withTargets }: { readonly count: number; readonly withTargets: boolean },
  visit: (n: number, start: number, source: Placement) => void,
): Promise<void> {
  const { features, maxRows, precision } = workspace.options;
  const kept = keptOf(samples);
  const kind = kindOf(kept.elementType);
  const labelling = labellingOf(kept);
  const { width, weighted } = labelling;
  const source = withTargets
    ? workspace.samples.stagingFor(kind, labelling, workspace.targets)
    : workspace.samples.staging(kind);
  const labels = source.labels?.data ?? newTargets(maxRows, labelling, precision);
  const weights = weighted ? (source.weights?.data ?? new Float64Array(maxRows)) : undefined;
  for (let start = 0; start < count; start += maxRows) {
    const n = Math.min(maxRows, count - start);
    const numbers = new Uint32Array(n).map((_, i) => start + i);
    const target = {
      values: source.values.data.subarray(0, n * features),
      labels: labels.subarray(0, n * width),
      weights: weights?.subarray(0, n),
    };
    const part = selectPart(where, samples, numbers, kept);
    // Zeros are put in place, so that values that a read leaves out are not those of the block before.
    target.values.fill(0);
    await readSamples(where, part, target, { first: start });
    for (let i = 0; i < n; i++) workspace.rows.data[i] = i;
    visit(n, start, source);
  }
}
