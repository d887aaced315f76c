import { describe, expect, it } from "vitest";
import { dateEvidence, dayInMs, isoDate, parseDate } from "../../src/tables/dates.ts";

const utc = (text: string) => new Date(text).getTime();

describe("parseDate", () => {
  it.each([
    ["2025-12-31", "2025-12-31T00:00:00Z"],
    ["2025/2/1", "2025-02-01T00:00:00Z"],
    ["2025-12-31T23:59", "2025-12-31T23:59:00Z"],
    ["2025-12-31 23:59:58.5", "2025-12-31T23:59:58.500Z"],
    ["2025-12-31T23:59:00Z", "2025-12-31T23:59:00Z"],
    ["2025-12-31T23:59:00+02:00", "2025-12-31T21:59:00Z"],
    ["2025-12-31T23:59:00-0530", "2026-01-01T05:29:00Z"],
    ["31.12.2025", "2025-12-31T00:00:00Z"],
    ["1.2.25", "2025-02-01T00:00:00Z"],
    ["1/2/70", "1970-02-01T00:00:00Z"],
    ["31/12/2025 1:05 pm", "2025-12-31T13:05:00Z"],
    ["31/12/2025 12:00 AM", "2025-12-31T00:00:00Z"],
    ["31 Dec 2025", "2025-12-31T00:00:00Z"],
    ["31-Dec-2025", "2025-12-31T00:00:00Z"],
    ["December 31, 2025", "2025-12-31T00:00:00Z"],
    ["Sept 3 2025", "2025-09-03T00:00:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
    ["0000-01-01", "0000-01-01T00:00:00Z"],
    ["9999-12-31", "9999-12-31T00:00:00Z"],
  ])("reads %j as %s", (text, iso) => {
    expect(parseDate(text)).toBe(utc(iso));
  });

  it.each([
    ...[
      "",
      "2025-13-01",
      "2025-02-30",
      "2023-02-29",
      "1900-02-29",
      "2025-00-10",
      "2025-1",
      "12:30",
      "20250131",
    ],
    ...[
      "2025-12-31T25:00",
      "2025-12-31T10:61",
      "31-12-25",
      "31.12/2025",
      "Foo 3, 2025",
      "2025",
      "13 pm",
      "1e5",
    ],
    "2025-12-31T10:00+99:00",
    "9".repeat(10_000),
  ])("finds no date in %j", (text) => {
    expect(parseDate(text)).toBeNaN();
  });

  it("takes the month first where the style says so", () => {
    expect(parseDate("1/2/2025", { first: "month" })).toBe(utc("2025-01-02T00:00:00Z"));
    expect(parseDate("31/12/2025", { first: "month" })).toBeNaN();
  });
});

describe("dayInMs", () => {
  it("is what the Date of the engine has, on every seventh day of two hundred years and at the ends", () => {
    for (let ms = utc("1899-01-01"); ms < utc("2101-01-01"); ms += 7 * 86_400_000) {
      const date = new Date(ms);
      expect(dayInMs(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(ms);
    }
    expect(dayInMs(0, 3, 1)).toBe(utc("0000-03-01T00:00:00Z"));
  });
});

describe("dateEvidence", () => {
  it("settles what comes first by the column", () => {
    expect(dateEvidence(["1/2/2025", "13/2/2025"])).toEqual({ dates: 2, style: { first: "day" } });
    expect(dateEvidence(["1/2/2025", "2/13/2025"])).toEqual({ dates: 2, style: { first: "month" } });
    expect(dateEvidence(["1.2.2025", "2.3.2025"])).toMatchObject({ dates: 2, style: { first: "day" } });
    expect(dateEvidence(["1.2.2025"]).ambiguous).toBeUndefined();
  });

  it("takes the place where there is always 1 for the day, and asks where nothing tells", () => {
    expect(dateEvidence(["1/1/2025", "1/2/2025"])).toMatchObject({ style: { first: "day" } });
    expect(dateEvidence(["1/1/2025", "2/1/2025"])).toMatchObject({ style: { first: "month" } });
    expect(dateEvidence(["1/2/2025", "3/4/2025"]).ambiguous).toBe("1/2/2025");
  });

  it("finds none in texts, and no order in ISO dates", () => {
    expect(dateEvidence(["a", "b"])).toEqual({ dates: 0 });
    expect(dateEvidence(["2025-01-02", "2025-01-03"])).toEqual({ dates: 2 });
  });
});

describe("isoDate", () => {
  it("leaves out what says nothing", () => {
    expect(isoDate(0, true)).toBe("1970-01-01");
    expect(isoDate(1500, false)).toBe("1970-01-01T00:00:01.500Z");
    expect(isoDate(1000, false)).toBe("1970-01-01T00:00:01Z");
    expect(isoDate(Number.NaN, true)).toBe("no date");
  });
});
