import { describe, expect, it } from "vitest";
import {
  combine,
  type Member,
  type MemberSnapshot,
  membersOf,
  ofRows,
  snapshotEpochs,
  whyNoMembers,
} from "../../src/ensemble/members.ts";

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const candidate = (name: string, epochs = 4) => ({ name, epochs });
const of = (rows: Uint32Array, options: Partial<Parameters<typeof membersOf>[0]> = {}) =>
  membersOf({ candidates: [candidate("a")], rows, folds: 3, rounds: 1, seed: 7, ...options });

describe("snapshotEpochs", () => {
  it.each([
    [1, [1]],
    [4, [1, 2, 3, 4]],
    [65, Array.from({ length: 21 }, (_, i) => 5 + 3 * i)],
  ])("of %i epochs", (epochs, expected) => {
    expect(snapshotEpochs(epochs)).toEqual(expected);
  });

  it("are at most 32, the last epoch among them", () => {
    for (let epochs = 1; epochs < 500; epochs++) {
      const found = snapshotEpochs(epochs);
      expect(found.length).toBeLessThanOrEqual(32);
      expect(found.length).toBeGreaterThan(Math.min(16, epochs) - 1);
      expect(found.at(-1)).toBe(epochs);
      expect(found[0]).toBeGreaterThan(0);
    }
  });
});

describe("membersOf", () => {
  it("holds out each row once in a round and for each candidate, and trains on the others", () => {
    const rows = Uint32Array.of(20, 3, 5, 9, 11, 30, 31);
    const members = of(rows, { candidates: [candidate("a"), candidate("b")], rounds: 2 });
    expect(members.map(({ number }) => number)).toEqual([...all(12)]);
    for (const round of [0, 1]) {
      for (const number of [0, 1]) {
        const own = members.filter((member) => member.round === round && member.candidate === number);
        expect(own.map(({ fold }) => fold)).toEqual([0, 1, 2]);
        const held = own.flatMap(({ rows }) => [...rows.validation]);
        expect(held.sort((a, b) => a - b)).toEqual([...rows].sort((a, b) => a - b));
        for (const { rows: sides } of own) {
          const both = [...sides.train, ...sides.validation];
          expect(both.sort((a, b) => a - b)).toEqual([...rows].sort((a, b) => a - b));
        }
      }
    }
  });

  it("gives each its own seed, and each round other folds; candidates share these", () => {
    const members = of(all(40), { candidates: [candidate("a"), candidate("b")], rounds: 2 });
    expect(new Set(members.map(({ seed }) => seed)).size).toBe(members.length);
    const held = (round: number, number: number) =>
      members.find((member) => member.round === round && member.candidate === number)!.rows.validation;
    expect(held(0, 0)).toEqual(held(0, 1));
    expect(held(0, 0)).not.toEqual(held(1, 0));
    expect(of(all(40), { candidates: [candidate("a"), candidate("b")], rounds: 2 })).toEqual(members);
    expect(of(all(40), { seed: 8 })[0]!.rows).not.toEqual(of(all(40))[0]!.rows);
  });

  it("keeps groups together, and always trains on a class of one row", () => {
    const groups = Array.from({ length: 30 }, (_, i) => `patient ${i % 7}`);
    for (const { rows } of of(all(30), { groups })) {
      const held = new Set([...rows.validation].map((row) => groups[row]));
      expect([...rows.train].some((row) => held.has(groups[row]))).toBe(false);
    }
    const classes = Array.from({ length: 30 }, (_, i) => (i === 17 ? "rare" : i % 2));
    for (const { rows } of of(all(30), { classes })) expect(rows.train).toContain(17);
  });

  it("holds out stretches of time, in each round the same, whatever the classes are", () => {
    const rows = Uint32Array.of(20, 3, 5, 9, 11, 30);
    const by = ofRows(rows, { times: Array.from({ length: 31 }, (_, row) => -Math.floor(row / 4)) });
    expect(by).toEqual({ times: Float64Array.of(-5, -0, -1, -2, -2, -7), groups: undefined });
    const members = of(rows, { ...by, rounds: 2, classes: [0, 1, 2, 0, 1, 2] });
    const held = members.map(({ rows: { validation } }) => [...validation].sort((a, b) => a - b));
    expect(held).toEqual(
      [...Array(2).keys()].flatMap(() => [
        [20, 30],
        [9, 11],
        [3, 5],
      ]),
    );
    expect(new Set(members.map(({ seed }) => seed)).size).toBe(6);
  });

  it("is empty if no row can be held out, and says why", () => {
    expect(of(all(4), { times: [3, 3, 3, 3] })).toEqual([]);
    expect(whyNoMembers(1, {})).toBe("1 row to train on: too few to hold some out");
    expect(whyNoMembers(4, { groups: [1] })).toBe(
      "4 rows to train on, all of one group: none can be held out",
    );
    expect(whyNoMembers(4, { times: [1] })).toBe("4 rows to train on, all of one time: none can be held out");
    expect(of(all(1))).toEqual([]);
    expect(of(all(4), { groups: ["a", "a", "a", "a"] })).toEqual([]);
  });
});

/** Snapshots of members that answer what a function of candidate, epoch and row says. */
const answering = (
  members: readonly Member[],
  answer: (member: Member, epoch: number, row: number) => readonly number[],
): MemberSnapshot[][] =>
  members.map((member) =>
    member.snapshots.map((epoch) => ({
      epoch,
      outputs: Float64Array.from(
        [...member.rows.validation].flatMap((row) => [...answer(member, epoch, row)]),
      ),
    })),
  );

describe("combine", () => {
  const targets = Float64Array.from({ length: 30 }, (_, i) => i % 5);
  const numbers = { kind: "numbers", width: 1, targets } as const;

  it("takes the epoch that is best over all members, the last of equals", () => {
    const members = of(all(30));
    // Member 0 alone would rather stop at epoch 1.
    const error = ({ fold }: Member, epoch: number) => (fold === 0 ? epoch / 10 : 4 - Math.min(3, epoch));
    const snapshots = answering(members, (member, epoch, row) => [targets[row]! + error(member, epoch)]);
    const { candidates, predictions, rows, temperature } = combine(members, snapshots, numbers);
    expect(candidates).toMatchObject([{ epoch: 3, weight: 1 }]);
    expect(temperature).toBe(1);
    expect(rows).toEqual(all(30));
    for (const { fold, rows: sides } of members) {
      const shift = fold === 0 ? 0.3 : 1;
      for (const row of sides.validation) expect(predictions[row]).toBeCloseTo(targets[row]! + shift, 12);
    }
    const equal = answering(members, (_, __, row) => [targets[row]! + 1]);
    expect(combine(members, equal, numbers).candidates[0]!.epoch).toBe(4);
  });

  it("weighs candidates by rows that they were not trained on, and takes the mean of the rounds", () => {
    const members = of(all(30), {
      candidates: [candidate("a"), candidate("b"), candidate("bad", 2)],
      rounds: 2,
    });
    const snapshots = answering(members, ({ candidate: which, round }, _, row) => {
      const error = which === 2 ? 50 * (row % 3) : (which === 0 ? 1 : -1) * (round === 0 ? 1.5 : 0.5);
      return [targets[row]! + error];
    });
    const { candidates, predictions } = combine(members, snapshots, numbers);
    expect(candidates.map(({ weight }) => Math.round(1e6 * weight) / 1e6)).toEqual([0.5, 0.5, 0]);
    expect(candidates[0]!.loss).toBeCloseTo(1, 12);
    predictions.forEach((value, row) => {
      expect(value).toBeCloseTo(targets[row]!, 6);
    });
  });

  it("fits the temperature of classes, leaves out rows that no member holds out, and counts weights", () => {
    const classes = Float64Array.from({ length: 40 }, (_, i) => (i === 39 ? 2 : i % 2));
    const members = of(all(40), { classes });
    // Sure of itself, and wrong of each tenth row.
    const snapshots = answering(members, (_, __, row) => {
      const right = row % 10 !== 0;
      const says = right ? classes[row]! : 1 - classes[row]!;
      return [0, 1, 2].map((c) => (c === says ? 0.998 : 0.001));
    });
    const found = combine(members, snapshots, { kind: "classes", width: 3, targets: classes });
    expect(found.rows).toEqual(all(39));
    expect(found.temperature).toBeGreaterThan(1.5);
    expect(Math.max(...found.predictions)).toBeLessThan(0.95);
    const weights = Float64Array.from({ length: 40 }, (_, i) => (i % 10 === 0 ? 0 : 1));
    const weighed = combine(members, snapshots, { kind: "classes", width: 3, targets: classes, weights });
    // All others are right, but the row that is always trained on is there, too, whatever it may be taken for.
    expect(Math.max(...weighed.predictions)).toBeCloseTo((35 + 1 / 3) / 36, 9);
    weights[39] = 0;
    const sharp = combine(members, snapshots, { kind: "classes", width: 3, targets: classes, weights });
    expect(sharp.temperature).toBeLessThan(0.5);
  });

  it("takes flags", () => {
    const flags = Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const members = of(all(30));
    const snapshots = answering(members, (_, __, row) => [0, 1].map((j) => 0.2 + 0.6 * flags[2 * row + j]!));
    const { predictions, temperature } = combine(members, snapshots, {
      kind: "flags",
      width: 2,
      targets: flags,
    });
    expect(temperature).toBeLessThan(1);
    flags.forEach((flag, i) => {
      expect(predictions[i]! > 0.5).toBe(flag === 1);
    });
  });
});
