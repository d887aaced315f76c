import { describe, expect, it } from "vitest";
import { padded, tableLine, tableLines } from "../../src/format/tables.ts";

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
