import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  changes,
  compareText,
  type Result,
  type Results,
  readResults,
  verdict,
} from "../../bench/compare.ts";
import { toJson } from "../../bench/report.ts";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

const machine = {
  cpu: "A CPU",
  cores: 2,
  memory: 24,
  platform: "linux-x64",
  node: "20.1.0",
  v8: "11.3",
  vectors: "narrow" as const,
};

/** A case whose call takes `seconds`, with slices that differ by a relative standard deviation `sd`. */
function timed(name: string, engine: Result["engine"], seconds: number, sd = 0.01, threads = 1): Result {
  const timing = { min: seconds, median: seconds, mean: seconds, sd: seconds * sd, slices: 9 };
  return { case: name, engine, threads, seconds: timing };
}

const results = (...all: Result[]): Results => ({ machine, results: all });

describe("comparing two results", () => {
  test("the gain is new over old, without what the machine did to JavaScript too", () => {
    const before = results(timed("net3", "wasm", 0.002), timed("net3", "js", 0.02));
    // Everything is twice as slow, but wasm has become a quarter faster.
    const now = results(timed("net3", "wasm", 0.0032), timed("net3", "js", 0.04));
    const [change] = changes(before, now);
    expect(change!.old).toBe(500);
    expect(change!.new).toBe(312.5);
    expect(change!.ratio).toBeCloseTo(0.625, 12);
    expect(change!.machine).toBeCloseTo(0.5, 12);
    expect(change!.gain).toBeCloseTo(1.25, 12);
    // 2 · 1.25 · √(4 · 0.01²)
    expect(change!.uncertainty).toBeCloseTo(0.05, 12);
    expect(verdict(change!)).toBe("faster");
  });

  test("a difference within the spread gets no verdict", () => {
    const pair = (seconds: number, sd: number) =>
      changes(results(timed("net3", "wasm", 1, sd)), results(timed("net3", "wasm", seconds, sd)))[0]!;
    expect(verdict(pair(1.1, 0.05))).toBe("");
    expect(verdict(pair(1.1, 0.02))).toBe("slower");
    expect(verdict(pair(0.9, 0.02))).toBe("faster");
  });

  test("threads are compared with the same number, and with the one baseline", () => {
    const js = timed("net3", "js", 0.02);
    const before = results(timed("net3", "wasm", 0.002), timed("net3", "wasm", 0.001, 0.01, 2), js);
    const now = results(timed("net3", "wasm", 0.0005, 0.01, 2), timed("net3", "wasm", 0.0005, 0.01, 4), js);
    expect(changes(before, now).map(({ threads, ratio }) => [threads, ratio])).toEqual([[2, 2]]);
  });

  test("the text has a row for what both have, and names the rest and another machine", () => {
    const before = {
      ...results(timed("net3", "wasm", 0.002), timed("net3", "js", 0.02), timed("gone", "wasm", 1)),
      machine: { ...machine, cpu: "An older CPU" },
    };
    const now = results(timed("net3", "wasm", 0.001), timed("net3", "js", 0.02), timed("added", "wasm", 1));
    expect(compareText("old.json", before, now)).toBe(
      `
Against old.json; "gain" is new : old over that of JavaScript, which tells what the machine did.
It was measured on another machine: An older CPU, Node 20.1.0, narrow vectors.
case  threads  old /s  new /s  new : old  JavaScript         gain
net3        1     500    1000      2.00×       1.00×  2.00 ± 0.08  faster
Not measured now: gone.
Not in old.json: added.`.trimStart(),
    );
  });

  test("what --json writes is read again, and nothing else", () => {
    const file = join(folder, "results.json");
    const measured = {
      name: "net3",
      kind: "training" as const,
      flops: 1,
      threads: 1,
      wasm: timed("net3", "wasm", 0.002).seconds,
      js: timed("net3", "js", 0.02).seconds,
    };
    writeFileSync(file, toJson({ machine, peak: undefined, measured: [measured] }));
    expect(readResults(file)).toMatchObject(results(timed("net3", "wasm", 0.002), timed("net3", "js", 0.02)));
    const refuse = (content: string, message: string) => {
      const other = join(folder, "other.json");
      writeFileSync(other, content);
      expect(() => readResults(other)).toThrow(new Error(`${other} ${message}`));
    };
    refuse("{", "is not JSON.");
    refuse("null", "has no results of the benchmark.");
    refuse('{"machine":{"cpu":"x"},"results":[{"case":"a"}]}', "has no results of the benchmark.");
    const missing = join(folder, "missing.json");
    expect(() => readResults(missing)).toThrow(new Error(`${missing} cannot be read (ENOENT).`));
  });
});
