import { describe, expect, it } from "vitest";
import {
  decimals,
  duration,
  measureText,
  megabytes,
  percent,
  scientific,
  short,
  signed,
  significant,
  thousands,
  timeLeft,
} from "../../src/format/numbers.ts";

describe("decimals", () => {
  it("have a true minus", () => {
    expect([decimals(0.53549), decimals(-0.5, 1), decimals(2.5, 0)]).toEqual(["0.5355", "−0.5", "3"]);
  });
});

describe("measures", () => {
  it("have four decimals, or what says as much of large and small ones", () => {
    expect([0, 0.53549, 31.27091, -459.6933, 1000.126, 49010.0182, 102534.2, 75e6].map(measureText)).toEqual([
      ...["0.0000", "0.5355", "31.2709", "-459.6933", "1000.13", "49010.0", "102534", "75000000"],
    ]);
    expect([2.464e-8, 2.25e10, Number.NaN, Number.POSITIVE_INFINITY].map(measureText)).toEqual([
      ...["2.464e-8", "2.250e+10", "NaN", "Infinity"],
    ]);
  });
});

describe("signed", () => {
  it("has a sign where there is a difference, and a true minus", () => {
    expect([0.0123, -0.0123, 0, -0, 0.00004, -0.00004, 0.00005].map((value) => signed(value))).toEqual([
      ...["+0.0123", "−0.0123", "0.0000", "0.0000", "0.0000", "0.0000", "+0.0001"],
    ]);
    const all = [0, 0.00004, -0.00004].map((value) => signed(value, { signsZero: true }));
    expect(all).toEqual(["+0.0000", "+0.0000", "−0.0000"]);
  });
});

describe("short", () => {
  it("leaves out what does not count", () => {
    expect([0.123456, 3, 0, -0.5, 2.5e-5, 2.5e-7].map((value) => short(value))).toEqual([
      ...["0.1235", "3", "0", "-0.5", "0.000025", "2.5e-7"],
    ]);
  });

  it("takes fewer digits, and exponents earlier", () => {
    expect(short(0.0123456, { digits: 2 })).toBe("0.012");
    expect([0.0005, 0.0004999, 0, -1e-5].map((value) => short(value, { exponentBelow: 5e-4 }))).toEqual([
      ...["0.0005", "4.999e-4", "0", "-1e-5"],
    ]);
  });
});

describe("scientific", () => {
  it("is written as on the command line", () => {
    expect([0.00786, 0.1, 200000].map((value) => scientific(value, 3))).toEqual(["7.86e-3", "1e-1", "2e5"]);
  });
});

describe("thousands", () => {
  it("are set apart by commas", () => {
    expect([0, 999, 1000, 45000, 1234567].map(thousands)).toEqual([
      "0",
      "999",
      "1,000",
      "45,000",
      "1,234,567",
    ]);
  });
});

describe("percent", () => {
  it("is 100 of the whole only", () => {
    expect([0, 29, 999, 1000].map((part) => percent(part, 1000))).toEqual(["0%", "2%", "99%", "100%"]);
    expect(percent(29, 100)).toBe("29%");
  });
});

describe("significant", () => {
  it("has all digits beside an exponent", () => {
    const all = [0, 0.012345, 50, 123456, 1e6, 0.00786, -1e-3].map((value) => significant(value, 3));
    expect(all).toEqual(["0", "0.0123", "50", "123000", "1.00e+6", "7.86e-3", "-1.00e-3"]);
  });
});

describe("megabytes", () => {
  it("have a decimal where they are few", () => {
    expect([0, 6_120_000, 170_498_071].map((bytes) => megabytes(bytes))).toEqual(["0.0", "6.1", "170"]);
    expect(megabytes(6_120_000, { digits: 0 })).toBe("6");
  });
});

describe("duration", () => {
  it("is in the units that one would say", () => {
    expect([0.4, 59.4, 59.6, 185, 3599.4, 3599.6, 3720, 86400].map(duration)).toEqual([
      ...["0 s", "59 s", "1 min 0 s", "3 min 5 s", "59 min 59 s", "1 h 0 min", "1 h 2 min", "24 h 0 min"],
    ]);
  });

  it("is never 0 s where time is left", () => {
    expect([0.1, 59.1, 184.5].map(timeLeft)).toEqual(["1 s left", "1 min 0 s left", "3 min 5 s left"]);
  });
});
