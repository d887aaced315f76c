import { describe, expect, it } from "vitest";
import { capitalize, counted, countedInWords, inWords, listed, pluralOf } from "../../src/format/words.ts";

describe("words", () => {
  it("are plural after every number but one", () => {
    expect([0, 1, 2].map((n) => counted(n, "epoch"))).toEqual(["0 epochs", "1 epoch", "2 epochs"]);
    expect([0, 1, 2, 13].map((n) => countedInWords(n, "training"))).toEqual([
      ...["no trainings", "one training", "two trainings", "13 trainings"],
    ]);
    expect([pluralOf("seed", 1), pluralOf("seed", 3)]).toEqual(["seed", "seeds"]);
  });

  it("stand for numbers up to twelve", () => {
    expect([0, 1, 12, 13, 2.5].map(inWords)).toEqual(["no", "one", "twelve", "13", "2.5"]);
  });

  it("make lists, and begin sentences", () => {
    expect([[], ["a"], ["a", 2], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and 2", "a, b and c"]);
    expect(["trial", "", "λ"].map(capitalize)).toEqual(["Trial", "", "Λ"]);
  });
});
