import { describe, expect, it } from "vitest";
import { lengthOf, padded, startOf, tableLine, tableLines } from "../../src/format/tables.ts";

describe("a text on a terminal", () => {
  it.each([
    ["abc", 3],
    ["東京", 4],
    ["서울", 4],
    ["ｶﾅ", 2],
    ["Ａ", 2],
    ["e\u0301", 1],
    ["日本 x", 6],
    ["🎉", 2],
    ["𠮷", 2],
    ["", 0],
  ])("%s has its columns", (text, columns) => {
    expect(lengthOf(text)).toBe(columns);
    expect(startOf(text, columns)).toBe(text);
  });

  it("is cut by columns, before a character that is too wide, and with the marks of the last one", () => {
    expect([startOf("東京", 3), startOf("e\u0301e", 1), startOf("ab", 0)]).toEqual(["東", "e\u0301", ""]);
    expect(
      tableLines([
        ["東京", "1"],
        ["Bern", "2"],
        ["x", "3"],
      ]),
    ).toEqual(["東京  1", "Bern  2", "x     3"]);
  });
});

describe("padded", () => {
  it("fills a width by characters, and cuts nothing", () => {
    expect([padded("ab", 4, "left"), padded("ab", 4, "right"), padded("𝛌", 2, "right")]).toEqual([
      ...["ab  ", "  ab", " 𝛌"],
    ]);
    expect(padded("abc", 2, "left")).toBe("abc");
  });
});

describe("tableLine", () => {
  it("has columns two spaces apart, and no spaces at its end", () => {
    expect(tableLine(["a", "1", ""], [3, 4, 5], ["left", "right"])).toBe("a       1");
    expect(tableLine(["a", "b"], [], [])).toBe("a  b");
  });
});

describe("tableLines", () => {
  it("are as wide as the longest cells; the last alignment holds for what follows", () => {
    const rows = [
      ["name", "mean", "sd"],
      ["fig1", "0.5", "0.0012"],
    ];
    expect(tableLines(rows, ["left", "right"])).toEqual(["name  mean      sd", "fig1   0.5  0.0012"]);
    expect(tableLines(rows)).toEqual(["name  mean  sd", "fig1  0.5   0.0012"]);
    expect(tableLines([])).toEqual([]);
  });
});
