/** Answers as CSV and as lines of JSON, beside what they must be. */
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import type { AnswerBlock, AnswerShape } from "../../../src/runs/answers/answers.ts";
import { csvAnswers } from "../../../src/runs/answers/csv.ts";
import { jsonAnswers } from "../../../src/runs/answers/jsonLines.ts";
import type { Cell } from "../../../src/tables/table.ts";

const shape = (kind: AnswerShape["kind"], names: string[], kept: string[] = []): AnswerShape => ({
  ...{ kind, names, kept },
  precision: kind === "numbers" ? "float64" : "float32",
});

const block = (outputs: number[], width: number, kept: Cell[][] = [], first = 0): AnswerBlock => ({
  ...{ first, count: outputs.length / width, kept },
  outputs: Float32Array.from(outputs),
});

const csv = (its: AnswerShape, rows: AnswerBlock) => {
  const { head, rows: write } = csvAnswers(its);
  return head + write(rows);
};

describe("answers as CSV", () => {
  it("have the class and the probability of each", () => {
    const rows = block([0.9, 0.1, 0.25, 0.75], 2);
    expect(csv(shape("classes", ["a", "b"]), rows)).toBe("row,class,a,b\n0,a,0.9,0.1\n1,b,0.25,0.75\n");
  });

  it("count on from the first row of a block", () => {
    expect(csvAnswers(shape("classes", ["a", "b"])).rows(block([0.5, 0.5], 2, [], 41))).toBe(
      "41,a,0.5,0.5\n",
    );
  });

  it("have numbers in full", () => {
    const rows = { first: 0, count: 2, kept: [], outputs: Float64Array.of(123.4, 0.1 + 0.2) };
    expect(csv(shape("numbers", ["price"]), rows)).toBe("row,price\n0,123.4\n1,0.30000000000000004\n");
  });

  it("have each flag, and then its probability; one half is no yes", () => {
    expect(csv(shape("flags", ["wet", "cold"]), block([0.8, 0.1, 0.5, 0.75], 2))).toBe(
      "row,wet,cold,probabilities.wet,probabilities.cold\n0,true,false,0.8,0.1\n1,false,true,0.5,0.75\n",
    );
  });

  it("have cells of the input after the row, quoted where they must be", () => {
    const cells: Cell[] = ["x,y", 'say "hi"', "two\nlines", "", null, Number.NaN, 1.5, 7n, true, new Date(0)];
    const text = csv(
      shape("numbers", ["y"], ["the, id"]),
      block(
        cells.map(() => 1),
        1,
        [cells],
      ),
    );
    expect(
      text.startsWith('row,"the, id",y\n0,"x,y",1\n1,"say ""hi""",1\n2,"two\nlines",1\n3,,1\n4,,1\n'),
    ).toBe(true);
    const rows: string[][] = parse(text);
    expect(rows.slice(1).map((row) => row[1])).toEqual([
      ...["x,y", 'say "hi"', "two\nlines", "", "", "", "1.5", "7", "true", "1970-01-01T00:00:00.000Z"],
    ]);
  });

  it("tell classes from what is called like them", () => {
    const head = (its: AnswerShape) => csvAnswers(its).head.trim();
    expect(head(shape("classes", ["row", "class", "b"]))).toBe(
      "row,class,probabilities.row,probabilities.class,b",
    );
    expect(head(shape("classes", ["row", "probabilities.row", "probabilities"]))).toBe(
      "row,class,probabilities.row,probabilities.probabilities.row,probabilities",
    );
    expect(head(shape("classes", ["a", "b"], ["a"]))).toBe("row,a,class,probabilities.a,b");
    expect(head(shape("numbers", ["row", "y"]))).toBe("row,target.row,y");
    expect(head(shape("flags", ["probabilities"]))).toBe(
      "row,target.probabilities,probabilities.probabilities",
    );
  });
});

describe("answers with ranges", () => {
  const ranged = (names: string[], kept: string[] = []) => ({
    ...shape("numbers", names, kept),
    ranged: true,
  });
  const rows = (outputs: number[], width: number, kept: Cell[][] = []) => ({
    ...block(outputs, width, kept),
    outputs: Float64Array.from(outputs),
  });

  it("have the numbers, then all lower ends, then all upper ones", () => {
    const two = rows([1, 20, 0, 10, 2, 30, 5, 6, 4.5, 5, 5.5, 7], 6, [["x", "y"]]);
    expect(csv(ranged(["a", "b"], ["id"]), two)).toBe(
      "row,id,a,b,lower.a,lower.b,upper.a,upper.b\n0,x,1,20,0,10,2,30\n1,y,5,6,4.5,5,5.5,7\n",
    );
    expect(jsonAnswers(ranged(["a", "b"], ["id"])).rows(two)).toBe(
      '{"row":0,"id":"x","a":1,"b":20,"lower":{"a":0,"b":10},"upper":{"a":2,"b":30}}\n' +
        '{"row":1,"id":"y","a":5,"b":6,"lower":{"a":4.5,"b":5},"upper":{"a":5.5,"b":7}}\n',
    );
  });

  it("tell ends from what is called like them", () => {
    const one = rows([1, 0, 2], 3, [["x"]]);
    expect(csv(ranged(["lower"], ["lower.lower"]), one)).toBe(
      "row,lower.lower,target.lower,lower.lower.lower,upper.lower\n0,x,1,0,2\n",
    );
    expect(jsonAnswers(ranged(["upper"])).rows(rows([1, 0, 2], 3))).toBe(
      '{"row":0,"target.upper":1,"lower":{"upper":0},"upper":{"upper":2}}\n',
    );
    expect(() => jsonAnswers(ranged(["y"], ["lower"]))).toThrow(
      'The column "lower" cannot be kept: the answers have something of that name (row, lower, upper, y).',
    );
    // Without ranges there is nothing of that name.
    expect(csvAnswers(shape("numbers", ["lower"], ["upper"])).head).toBe("row,upper,lower\n");
  });
});

describe("answers as lines of JSON", () => {
  const lines = (its: AnswerShape, rows: AnswerBlock) => {
    const { head, rows: write } = jsonAnswers(its);
    expect(head).toBe("");
    return write(rows);
  };

  it("have the class and the probabilities by name", () => {
    expect(lines(shape("classes", ["a", "b"]), block([0.9, 0.1], 2))).toBe(
      '{"row":0,"class":"a","probabilities":{"a":0.9,"b":0.1}}\n',
    );
  });

  it("have numbers, and flags with their probabilities", () => {
    expect(lines(shape("numbers", ["price", "row"]), block([1.5, 2], 2))).toBe(
      '{"row":0,"price":1.5,"target.row":2}\n',
    );
    expect(lines(shape("flags", ["wet", "cold"]), block([0.8, 0.1], 2))).toBe(
      '{"row":0,"wet":true,"cold":false,"probabilities":{"wet":0.8,"cold":0.1}}\n',
    );
  });

  it("have cells of the input, null where they are missing", () => {
    const cells: Cell[] = [
      "a\n",
      "",
      null,
      Number.NaN,
      2.5,
      Infinity,
      7n,
      2n ** 60n,
      false,
      new Date(0),
      new Date(NaN),
    ];
    const text = lines(
      shape("numbers", ["y"], ["id"]),
      block(
        cells.map(() => 1),
        1,
        [cells],
      ),
    );
    const parsed = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect(parsed).toEqual([
      ...["a\n", "", null, null, 2.5, "Infinity", 7, `${2n ** 60n}`, false, "1970-01-01T00:00:00.000Z", null],
    ]);
  });

  it("keep a class of any name, and nothing that a terminal would obey", () => {
    const text = lines(shape("classes", ["__proto__", "\u001b[31m\u2028"]), block([0.25, 0.75], 2));
    for (const control of ["\u001b", "\u2028"]) expect(text).not.toContain(control);
    const { class: its, probabilities } = JSON.parse(text);
    expect(its).toBe("\u001b[31m\u2028");
    expect(Object.entries(probabilities)).toEqual([
      ["__proto__", 0.25],
      ["\u001b[31m\u2028", 0.75],
    ]);
  });
});

describe("kept columns", () => {
  it.each([
    ["classes", "class"],
    ["classes", "row"],
    ["classes", "probabilities"],
    ["numbers", "price"],
    ["flags", "probabilities"],
  ] as const)("of %s may not be called %s", (kind, name) => {
    for (const make of [csvAnswers, jsonAnswers]) {
      expect(() => make(shape(kind, ["price", "b"], ["id", name]))).toThrow(ConfigError);
      expect(() => make(shape(kind, ["price", "b"], ["id", name]))).toThrow(
        `The column "${name}" cannot be kept: the answers have something of that name`,
      );
    }
  });

  it("are named once", () => {
    expect(() => csvAnswers(shape("numbers", ["y"], ["id", "id"]))).toThrow(
      'The column "id" is to be kept twice. Name it once.',
    );
  });
});
