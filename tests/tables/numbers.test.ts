import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { isCode, numberStyleOf, PLAIN, parseNumber, plainNumber } from "../../src/tables/numbers.ts";
import type { NumberStyle } from "../../src/tables/table.ts";

const point = (group: NumberStyle["group"]): NumberStyle => ({ decimal: ".", group });
const comma = (group: NumberStyle["group"]): NumberStyle => ({ decimal: ",", group });

describe("parseNumber", () => {
  it.each<[string, NumberStyle, number]>([
    ["12", PLAIN, 12],
    ["-3.5", PLAIN, -3.5],
    ["+7", PLAIN, 7],
    [".5", PLAIN, 0.5],
    ["5.", PLAIN, 5],
    ["-0", PLAIN, -0],
    ["1e-3", PLAIN, 0.001],
    ["2E+2", PLAIN, 200],
    [" 12 ", PLAIN, 12],
    ["−4", PLAIN, -4],
    ["00123", PLAIN, 123],
    ["123456789012345678", PLAIN, 123456789012345680],
    ["1,234.5", point(","), 1234.5],
    ["1,234,567", point(","), 1234567],
    ["1.234,5", comma("."), 1234.5],
    ["12,5", comma(""), 12.5],
    ["1\u00a0234,5", comma(" "), 1234.5],
    ["1\u202f234", point(" "), 1234],
    ["1'234.5", point("'"), 1234.5],
    ["1’234", point("'"), 1234],
    ["12%", { ...PLAIN, unit: "%" }, 12],
    ["$12.50", { ...PLAIN, unit: "$" }, 12.5],
    ["-€ 1.234,50", { ...comma("."), unit: "€" }, -1234.5],
    ["12,50 €", { ...comma(""), unit: "€" }, 12.5],
  ])("reads %j in %o as %d", (text, style, value) => {
    expect(parseNumber(text, style)).toBe(value);
  });

  it.each<[string, NumberStyle]>([
    ["", PLAIN],
    [" ", PLAIN],
    [".", PLAIN],
    ["+", PLAIN],
    ["-", PLAIN],
    ["0x10", PLAIN],
    ["1e", PLAIN],
    ["1.2.3", PLAIN],
    ["1,234", PLAIN],
    ["12 kg", PLAIN],
    ["1 2", PLAIN],
    ["12,34,567", point(",")],
    ["0,123", point(",")],
    ["1234,567", point(",")],
    ["1.5", comma("")],
    ["12", { ...PLAIN, unit: "%" }],
    ["12€", { ...PLAIN, unit: "$" }],
    ["one", PLAIN],
    ["1".repeat(5000), PLAIN],
  ])("finds no number in %j in %o", (text, style) => {
    expect(parseNumber(text, style)).toBeNaN();
  });

  it("tells what is too large from what is no number", () => {
    expect(parseNumber("1e999", PLAIN)).toBe(Number.POSITIVE_INFINITY);
    expect(parseNumber("-inf", PLAIN)).toBe(Number.NEGATIVE_INFINITY);
    expect(parseNumber("Infinity", PLAIN)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("plainNumber", () => {
  it("gives Number()'s bits for decimals of up to 15 digits, and leaves others to it", () => {
    const random = new Random(3);
    for (let i = 0; i < 20_000; i++) {
      const digits = 1 + Math.floor(random.uniform() * 15);
      let text = "";
      for (let j = 0; j < digits; j++) text += Math.floor(random.uniform() * 10);
      const at = Math.floor(random.uniform() * (digits + 1));
      text = `${random.uniform() < 0.5 ? "-" : ""}${text.slice(0, at)}.${text.slice(at)}`;
      expect(Object.is(plainNumber(text, 46), Number(text)), text).toBe(true);
    }
    expect(plainNumber("1234567890123456", 46)).toBeNaN();
    expect(plainNumber("00123", 46)).toBeNaN();
    expect(plainNumber("0", 46)).toBe(0);
    expect(plainNumber("0.5", 46)).toBe(0.5);
    expect(plainNumber("1,5", 44)).toBe(1.5);
  });
});

describe("isCode", () => {
  it("is of whole numbers with leading zeros only", () => {
    expect(["00123", "01", " 007 "].map(isCode)).toEqual([true, true, true]);
    expect(["0", "0.5", "10", "00.5", "0a", ""].map(isCode)).toEqual(Array(6).fill(false));
  });
});

describe("numberStyleOf", () => {
  it.each<[readonly string[], string | undefined, NumberStyle | "ambiguous" | undefined]>([
    [["1", "2", "30"], ",", PLAIN],
    [["1.5", "2"], ",", PLAIN],
    [["1,5", "2"], ";", comma("")],
    [["1,5", "2"], ",", comma("")],
    [["1,234.5", "12"], ",", point(",")],
    [["1.234,5", "12"], ";", comma(".")],
    [["1,234,567"], "\t", point(",")],
    [["1,234", "5,678"], ",", point(",")],
    [["1,234", "5,678"], ";", comma("")],
    [["1,234", "5,678"], "\t", "ambiguous"],
    [["1,234", "5,678"], undefined, "ambiguous"],
    [["1.234", "5.678"], "\t", PLAIN],
    [["0,123", "5,678"], "\t", comma("")],
    [["1 234", "56"], "\t", point(" ")],
    [["12%", "3%"], ",", { ...PLAIN, unit: "%" }],
    [["$1,234.50", "$3"], ",", { ...point(","), unit: "$" }],
    [["a", "b", "1"], ",", undefined],
    [[], ",", undefined],
  ])("of %j, with %j between cells: %o", (samples, delimiter, style) => {
    expect(numberStyleOf(samples, delimiter)).toEqual(style);
  });
});
