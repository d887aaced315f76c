import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/plan/plan.ts";
import { overlapUpdate } from "../../../src/plan/rewrites/overlapUpdate.ts";
import { Region } from "../../../src/tensor.ts";
import { namesOf, record, valuesOf } from "../../helpers/plans.ts";

const region = new Region();
const tensor = (rows: number, columns: number) => region.tensor("float32", rows, columns);
const workspace = region.tensor("uint8", 1, 64);
const kept = region.tensor("uint8", 1, 64);
const scratch = region.tensor("uint8", 1, 64);
const [packed, scale, shift] = [tensor(2, 3), tensor(1, 3), tensor(1, 3)];
const [dy1, dx1, y1, dy2, w2, dw2] = Array.from({ length: 6 }, () => tensor(4, 4)) as [
  ...Array<ReturnType<typeof tensor>>,
];
const [b1, db1, b2, db2] = Array.from({ length: 4 }, () => tensor(1, 4));
const rate = { value: 0.1 };

/** A training step from the second layer's gradient on. */
const backward = record((kernels) => {
  kernels.matmul.transposedA(dw2!, y1!, dy2!, workspace);
  kernels.bias.columnSums(db2!, dy2!);
  kernels.matmul.transposedB(dx1!, dy2!, w2!, workspace);
  kernels.relu.backward(dy1!, dx1!, y1!);
  kernels.bias.columnSums(db1!, dy1!);
  kernels.firstLayer.update(packed, dy1!, kept, scale, shift, 0, rate, scratch);
  kernels.sgd.update(b1!, db1!, rate);
  kernels.sgd.update(w2!, dw2!, rate);
  kernels.sgd.update(b2!, db2!, rate);
});
const names = namesOf;
const firsts = (plan: Plan) => plan.map((call) => valuesOf(call)[0]);

describe("overlapUpdate", () => {
  it("begins the update as soon as its gradient is there, and ends with it", () => {
    const plan = overlapUpdate(backward);
    expect(names(plan)).toEqual([
      ...["matmul.transposedB", "relu.backward", "firstLayer.beginUpdate"],
      ...["matmul.transposedA", "bias.columnSums", "bias.columnSums"],
      ...["sgd.update", "sgd.update", "sgd.update", "firstLayer.update"],
    ]);
    expect(firsts(plan)).toEqual([dx1, dy1, packed, dw2, db2, db1, b1, w2, b2, packed]);
    expect(plan[2]!.args).toBe(plan.at(-1)!.args);
  });

  it("leaves a gradient in its place if what it reads is written again, or itself is read, before", () => {
    const again = record((kernels) => {
      kernels.matmul.transposedA(dw2!, y1!, dy2!, workspace);
      kernels.bias.columnSums(db2!, dy2!);
      // In place of what both have read.
      kernels.relu.backward(dy2!, dx1!, y1!);
      kernels.relu.backward(dy1!, dy2!, y1!);
      kernels.firstLayer.update(packed, dy1!, kept, scale, shift, 0, rate, scratch);
      kernels.sgd.update(w2!, dw2!, rate);
      kernels.sgd.update(b2!, db2!, rate);
    });
    expect(names(overlapUpdate(again))).toEqual([
      ...names(again).slice(0, 4),
      ...["firstLayer.beginUpdate", "sgd.update", "sgd.update", "firstLayer.update"],
    ]);
    const clipped = record((kernels) => {
      kernels.matmul.transposedA(dw2!, y1!, dy2!, workspace);
      kernels.l2.addGradient(dw2!, w2!, 0.1);
      kernels.relu.backward(dy1!, dx1!, y1!);
      kernels.firstLayer.update(packed, dy1!, kept, scale, shift, 0, rate, scratch);
      kernels.sgd.update(w2!, dw2!, rate);
    });
    const plan = overlapUpdate(clipped);
    // The penalty may wait, its gradient may not.
    expect(names(plan)).toEqual([
      ...["matmul.transposedA", "relu.backward", "firstLayer.beginUpdate"],
      ...["l2.addGradient", "sgd.update", "firstLayer.update"],
    ]);
    expect(firsts(plan)).toEqual([dw2, dy1, packed, dw2, w2, packed]);
  });

  it("leaves behind the update what touches what it computes with, and what follows from that", () => {
    const plan = [
      ...backward,
      ...record((kernels) => {
        kernels.relu.backward(dy1!, dx1!, y1!);
        kernels.bias.columnSums(db1!, dy1!);
      }),
    ];
    expect(names(overlapUpdate(plan))).toEqual([
      ...["matmul.transposedB", "relu.backward", "firstLayer.beginUpdate"],
      ...["matmul.transposedA", "bias.columnSums", "bias.columnSums"],
      ...["sgd.update", "sgd.update", "sgd.update", "firstLayer.update"],
      // One writes what the update reads, the other one reads that.
      ...["relu.backward", "bias.columnSums"],
    ]);
  });

  it("begins a gradient likewise, and lets the updates by it wait", () => {
    const gradient = tensor(2, 3);
    const plan = record((kernels) => {
      kernels.matmul.transposedA(dw2!, y1!, dy2!, workspace);
      kernels.relu.backward(dy1!, dx1!, y1!);
      kernels.firstLayer.gradient(gradient, dy1!, kept, scale, shift, scratch);
      kernels.bias.columnSums(db1!, dy1!);
      kernels.sgd.update(packed, gradient, rate);
      kernels.sgd.update(b1!, db1!, rate);
      kernels.sgd.update(w2!, dw2!, rate);
    });
    const overlapped = overlapUpdate(plan);
    expect(names(overlapped)).toEqual([
      ...["relu.backward", "firstLayer.beginGradient", "matmul.transposedA", "bias.columnSums"],
      ...["sgd.update", "sgd.update", "firstLayer.gradient", "sgd.update"],
    ]);
    expect(firsts(overlapped).slice(-4)).toEqual([b1, w2, gradient, packed]);
  });

  it("leaves a plan as it is if nothing can run meanwhile", () => {
    const plan = record((kernels) => {
      kernels.relu.backward(dy1!, dx1!, y1!);
      kernels.firstLayer.update(packed, dy1!, kept, scale, shift, 0, rate, scratch);
      kernels.relu.backward(dy1!, dx1!, y1!);
    });
    expect(overlapUpdate(plan)).toBe(plan);
  });

  it("leaves plans without such an update as they are", () => {
    const plan = backward.filter(({ family }) => family !== "firstLayer");
    expect(overlapUpdate(plan)).toBe(plan);
  });
});
