/** A workspace's plans, ready to run: each is lowered and rewritten once, for every kind, size of batch and place. */
import { FEW_ROWS } from "../kernels/matmul.ts";
import type { FirstLayer } from "../plan/firstLayer.ts";
import type { Folding } from "../plan/folding.ts";
import { bindPlan, type Plan, touches } from "../plan/plan.ts";
import { rewritten } from "../plan/rewrites/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Lowered, MeasuredBatch, PlanKind } from "./lowering.ts";
import type { Placement } from "./placements.ts";
import type { Workspace } from "./workspace.ts";

export interface BoundPlan {
  readonly run: () => void;
  /** The result of the plan: see {@link Lowered}. */
  readonly output: Tensor;
}

export class Plans {
  readonly #workspace: Workspace;
  readonly #folding: Folding;
  readonly #bound = new Map<string, BoundPlan>();

  constructor(workspace: Workspace, folding: Folding) {
    this.#workspace = workspace;
    this.#folding = folding;
  }

  /** The plan of one kind for a batch of `n` samples, gathered from `place` if one is given. */
  get(kind: PlanKind, n: number, place?: Placement, weighsClasses = false): BoundPlan {
    const key = `${kind} ${n} ${place && this.#workspace.samples.indexOf(place)} ${weighsClasses}`;
    let bound = this.#bound.get(key);
    if (bound === undefined) {
      const { plan, output, batch } = this.final(kind, n, place, weighsClasses);
      bound = { run: this.#bind(kind, plan, batch), output };
      this.#bound.set(key, bound);
    }
    return bound;
  }

  /** The plan after the rewrite rules. */
  final(kind: PlanKind, n: number, place?: Placement, weighsClasses = false): Lowered {
    const lowered = this.#workspace.lower(kind, n, place, weighsClasses);
    return { ...lowered, plan: this.#rewrite(kind, n, lowered.plan) };
  }

  #rewrite(kind: PlanKind, n: number, plan: Plan): Plan {
    if (kind === "loss" || kind === "gradient") return plan;
    const first = this.#workspace.firstLayer?.parts;
    if (kind !== "predict") return rewritten(plan, first);
    // For few rows, a weight that is not packed is faster.
    return rewritten(this.#folding.rewrite(plan), n <= FEW_ROWS ? undefined : first);
  }

  /** Binds a plan. Before each run, the first weight is brought to where the plan reads it, and folded weights up to date. */
  #bind(kind: PlanKind, plan: Plan, batch: MeasuredBatch): () => void {
    const workspace = this.#workspace;
    const { kernels } = workspace;
    const run = bindPlan(plan, kernels);
    const packed = packedIn(plan, workspace.firstLayer);
    const isTraining = kind === "train" || kind === "trainMeasured";
    return () => {
      if (packed !== undefined) packed.pack(kernels);
      else if (isTraining) workspace.writeParameters();
      else workspace.readParameters();
      if (kind === "predict") this.#folding.refresh();
      run();
      workspace.batch = batch;
      if (!isTraining) return;
      packed?.changed("packed");
      this.#folding.invalidate();
    };
  }
}

/** The first layer, if the plan takes its packed weight. */
function packedIn(plan: Plan, first: FirstLayer | undefined): FirstLayer | undefined {
  return first && plan.some((call) => touches(call, first.parts.packed)) ? first : undefined;
}
