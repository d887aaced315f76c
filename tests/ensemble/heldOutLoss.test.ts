import { expect, it } from "vitest";
import { heldOutLosses } from "../../src/ensemble/heldOutLoss.ts";
import { type Member, membersOf } from "../../src/ensemble/members.ts";

const members: Member[] = membersOf({
  candidates: [
    { name: "network", epochs: 2 },
    { name: "constant", epochs: 0 },
  ],
  ...{ rows: Uint32Array.of(0, 1, 2), folds: 2, rounds: 1, seed: 1 },
});
/** Everything is predicted as the number of epochs. */
const snapshots = members.map(({ snapshots, rows }) =>
  snapshots.map((epoch) => ({ epoch, outputs: new Float64Array(rows.validation.length).fill(epoch) })),
);
const targets = Float64Array.of(1, 2, 4);
const labels = { kind: "numbers", width: 1, targets } as const;
const square = (epoch: number, rows: ArrayLike<number>) =>
  Array.from(rows, (row) => (targets[row]! - epoch) ** 2).reduce((sum, each) => sum + each, 0);

it("is that of each member on its own rows, and over all rows that of all", () => {
  const [network, constant] = heldOutLosses(members, snapshots, labels);
  network!.members.forEach((points, k) => {
    const rows = members[k]!.rows.validation;
    expect(points).toEqual([1, 2].map((epoch) => ({ epoch, loss: square(epoch, rows) / rows.length })));
  });
  expect(network!.mean.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(network!.mean[0]!.loss).toBeCloseTo(10 / 3, 14); // 0² + 1² + 3²
  expect(constant!.mean).toEqual([{ epoch: 0, loss: expect.closeTo(7, 14) }]); // 1² + 2² + 4²
});

it("leaves out a member whose rows all have the weight 0", () => {
  const weights = Float64Array.of(1, 1, 1);
  for (const row of members[0]!.rows.validation) weights[row] = 0;
  const [network] = heldOutLosses(members, snapshots, { ...labels, weights });
  expect(network!.members).toHaveLength(1);
  expect(network!.mean).toEqual(network!.members[0]);
});
