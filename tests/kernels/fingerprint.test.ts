import { describe, expect, it } from "vitest";
import { digestOf, newLanes } from "../../src/fingerprint.ts";
import { Random } from "../../src/random.ts";
import {
  bytes,
  doubles,
  everyTwins,
  float32Twins,
  integers,
  type Slot,
  scratch,
  words,
  written,
} from "../helpers/twins.ts";
import { sizes } from "../helpers/values.ts";

/** The lanes after some rows, on both sides. */
function lanesAfter(twins: typeof float32Twins, values: Slot<"uint8">, first: number, count: number) {
  const begun = newLanes();
  const { lanes } = twins.check(
    `fingerprint.addRows, ${values.dtype}`,
    {
      lanes: written(integers(1, 16, (i) => begun[i]!)),
      values,
      block: scratch(integers(1, 16)),
    },
    (kernels, { lanes, values, block }) => kernels.fingerprint.addRows(lanes, values, block, first, count),
  );
  return lanes.data;
}

describe("fingerprint, by hand", () => {
  it("adds the words of a block to its lanes, the rest of the block being zeros", () => {
    const lanes = lanesAfter(float32Twins, bytes(1, 5, [1, 0, 0, 0, 2]), 0, 1);
    const round = (lane: number, word: number) => {
      const sum = (BigInt(lane) + BigInt(word) * 2246822519n) & 0xffffffffn;
      return Number((((sum << 13n) | (sum >> 19n)) * 2654435761n) & 0xffffffffn);
    };
    expect([...lanes]).toEqual([...newLanes()].map((lane, i) => round(lane, [1, 2][i] ?? 0)));
  });

  it("is another for another byte, order of rows, or rows of another length", () => {
    const digest = (n: number, d: number, values: readonly number[]) =>
      digestOf(lanesAfter(float32Twins, bytes(n, d, values), 0, n));
    const digests = [
      digest(2, 2, [1, 2, 3, 4]),
      digest(2, 2, [1, 2, 3, 5]),
      digest(2, 2, [3, 4, 1, 2]),
      digest(1, 4, [1, 2, 3, 4]),
    ];
    expect(new Set(digests).size).toBe(4);
  });
});

describe.each(everyTwins)("fingerprint in $name", (twins) => {
  it("has the definition's bits at every size, of every type", () => {
    const random = new Random(1, "fingerprint");
    for (const d of [1, 3, 16, 63, 64, 65, 128, 200, 784]) {
      for (const n of sizes.filter((size) => size <= 33)) {
        const slots = [
          bytes(n, d, () => random.below(256)),
          words(n, d, () => random.below(65_536)),
          doubles(n, d, () => random.normal()),
        ] as unknown as Slot<"uint8">[];
        for (const values of slots) {
          lanesAfter(twins, values, 0, n);
          if (n > 2) lanesAfter(twins, values, 1, n - 2);
        }
      }
    }
  });

  const slots = { lanes: integers(1, 16), values: bytes(4, 3), block: integers(1, 16) };
  it.each([
    ["fingerprint.addRows: lanes is (1, 15), expected (1, 16).", { ...slots, lanes: integers(1, 15) }, 0, 4],
    ["fingerprint.addRows: block is (2, 16), expected (1, 16).", { ...slots, block: integers(2, 16) }, 0, 4],
    ["fingerprint.addRows: there are no 4 rows from 1 on, the values have 4.", slots, 1, 4],
    ["fingerprint.addRows: there are no 1 rows from -1 on, the values have 4.", slots, -1, 1],
  ])("refuses other shapes: %s", (message, wrong, first, count) => {
    twins.refuses(message, wrong, (kernels, { lanes, values, block }) =>
      kernels.fingerprint.addRows(lanes, values, block, first, count),
    );
  });
});
