/** An optimizer that keeps a tensor for each parameter and uses only existing kernels. */
import type { Kernels } from "../../src/kernels/index.ts";
import type { Parameter } from "../../src/layers/layer.ts";
import type { Optimizer, OptimizerState } from "../../src/optimizers/index.ts";
import { ConstantSchedule, type Schedule } from "../../src/schedules/index.ts";
import type { Scalar } from "../../src/tensor.ts";

/** Heavy-ball momentum: velocity = share · velocity + grad; value −= η · velocity. */
export class Momentum implements Optimizer {
  readonly schedule: Schedule;
  readonly tensors = { velocity: 0 };
  readonly share: number;
  /** The state that each update sees, in the order of the parameters. */
  readonly seen: OptimizerState[] = [];

  constructor(rate = 0.05, share = 0.9) {
    this.schedule = new ConstantSchedule(rate);
    this.share = share;
  }

  update({ l2, sgd }: Kernels, { value, grad }: Parameter, rate: Scalar, own: OptimizerState): void {
    this.seen.push(own);
    const velocity = own.tensors.velocity!;
    l2.addGradient(grad, velocity, this.share);
    // Two updates set velocity to grad.
    sgd.update(velocity, velocity, { value: 1 });
    sgd.update(velocity, grad, { value: -1 });
    sgd.update(value, velocity, rate);
  }
}
