import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { pythonOrder } from "../../bench/accuracy/pythonShuffle.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

// import random; order = list(range(count)); random.Random(seed).shuffle(order); print(order[:10])
// Printed by Python 3.11.2.
test.each([
  [10, 100, [4, 0, 5, 9, 3, 1, 6, 8, 7, 2]],
  [10, 109, [2, 1, 6, 5, 0, 9, 8, 7, 3, 4]],
  [5, 0, [2, 1, 0, 4, 3]],
  [5, 2 ** 32 - 1, [2, 3, 0, 1, 4]],
  [1, 100, [0]],
  [0, 100, []],
])("%i rows with seed %i have Python's order", (count, seed, order) => {
  expect(pythonOrder(count, seed)).toEqual(order);
});

// hashlib.sha256(",".join(map(str, order)).encode()).hexdigest()[:16]: 1999 rows need the generator's state three times over.
test.each([
  [150, 100, "cd1f944cd6c5300d"],
  [1999, 107, "4b995bd37ade06f3"],
])("%i rows with seed %i have Python's order to the last", (count, seed, hash) => {
  expect(sha256(pythonOrder(count, seed).join()).slice(0, 16)).toBe(hash);
});
