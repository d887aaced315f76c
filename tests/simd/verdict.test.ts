import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { setSimdWidth, simdWidth } from "../../src/backend/index.ts";
import { wideSimd } from "../../src/index.ts";
import { type CaseResult, CHECKED, runCase, TIMED } from "../../src/simd/cases.ts";
import { canWiden } from "../../src/simd/flag.ts";
import { compare, reachVerdict, readVerdict, verdictBasis, verdictFile } from "../../src/simd/verdict.ts";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-simd-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Results of all cases, those with a time in this share of a second. */
const results = (seconds: number): CaseResult[] =>
  [...CHECKED, ...TIMED].map(({ name }) => ({ name, hash: `of ${name}`, seconds }));

describe("a verdict", () => {
  it("is wide if all bits are the same and time is gained", () => {
    expect(compare(results(1), results(0.5))).toEqual({
      ...{ width: "wide", sameBits: true, reason: "Wide vectors give the same bits, 2.00× as fast." },
      gains: Object.fromEntries(TIMED.map(({ name }) => [name, 2])),
    });
  });

  it("is narrow if nothing is gained, or no time was measured", () => {
    for (const [seconds, times] of [
      [1, "1.00×"],
      [1.5, "0.67×"],
      [0.99, "1.01×"],
      [Number.NaN, "NaN×"],
    ] as const) {
      const { width, sameBits, reason } = compare(results(1), results(seconds));
      expect([width, sameBits, reason]).toEqual([
        "narrow",
        true,
        `Wide vectors gain nothing here: ${times}.`,
      ]);
    }
  });

  it("is narrow, and wide can not be asked for, if a single case has other bits, or is missing", () => {
    for (const [i, { name }] of [...CHECKED, ...TIMED].entries()) {
      const other = results(0.5).with(i, { name, hash: "other", seconds: 0.5 });
      expect(compare(results(1), other)).toMatchObject({
        ...{ width: "narrow", sameBits: false, gains: {} },
        reason: `Wide kernels give other bits ("${name}"): please report this.`,
      });
    }
    expect(compare(results(1), results(0.5).slice(1)).sameBits).toBe(false);
    expect(compare(results(1).slice(0, -1), results(0.5)).sameBits).toBe(false);
  });
});

describe("the file of a verdict", () => {
  const write = (verdict: unknown) =>
    writeFileSync(
      verdictFile(folder, verdictBasis()),
      typeof verdict === "string" ? verdict : JSON.stringify(verdict),
    );

  it("is read if it is of this Node, processor and build, and whole", async () => {
    expect(await readVerdict(folder)).toBeUndefined();
    const verdict = { ...verdictBasis(), ...compare(results(1), results(0.5)) };
    write(verdict);
    expect(await readVerdict(folder)).toEqual(verdict);
    for (const wrong of [
      ...["", "{", "null", "[]", '"wide"'],
      ...["node", "v8", "cpu", "build"].map((key) => ({ ...verdict, [key]: "other" })),
      { ...verdict, width: "wider" },
      { ...verdict, sameBits: false },
      { ...verdict, sameBits: undefined },
      { ...verdict, gains: null },
      { ...verdict, reason: 1 },
    ]) {
      write(wrong);
      expect(await readVerdict(folder), JSON.stringify(wrong)).toBeUndefined();
    }
  });

  it("holds what was reached; a folder that cannot be written to changes nothing", async () => {
    const own = join(folder, "new", "folder");
    const verdict = await reachVerdict(own);
    expect(verdict).toMatchObject({ ...verdictBasis(), reason: expect.stringMatching(/\.$/) });
    expect(JSON.parse(readFileSync(verdictFile(own, verdictBasis()), "utf8"))).toEqual(verdict);
    expect(await readVerdict(own)).toEqual(verdict);
    writeFileSync(join(folder, "file"), "");
    expect((await reachVerdict(join(folder, "file"))).sameBits).toBe(verdict.sameBits);
    if (canWiden(process)) return;
    expect(verdict).toMatchObject({ width: "narrow", sameBits: false });
    expect(verdict.reason).toContain(`Node ${process.versions.node} cannot widen vectors`);
  });

  it("ends with its signal", async () => {
    if (!canWiden(process)) return;
    const reason = new Error("stopped");
    await expect(reachVerdict(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it("only Nodes from 22 on widen, and what is no Node does not", () => {
  const can = (versions: Record<string, string>) => canWiden({ versions });
  expect(["20.20.2", "22.1.0", "24.0.0", "26.10.0"].map((node) => can({ node }))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  for (const other of ["bun", "deno", "electron", "nw"])
    expect(can({ node: "24.3.0", [other]: "2.5.0" })).toBe(false);
  expect(can({})).toBe(false);
});

it("wideSimd() says what came of it, and leaves a process narrow where nothing is gained", async () => {
  if (canWiden(process)) return;
  expect(await wideSimd({ cache: join(folder, "library") })).toEqual({
    width: "narrow",
    reason: expect.stringContaining("cannot widen vectors"),
  });
  expect(simdWidth()).toBe("narrow");
});

it.each([...CHECKED, ...TIMED])(
  "$name: the wide binary has the narrow one's bits, on any engine",
  async (each) => {
    const short = { ...each, epochs: Math.min(2, each.epochs) };
    const { hash } = await runCase(short);
    setSimdWidth("wide");
    try {
      expect((await runCase(short)).hash).toBe(hash);
    } finally {
      setSimdWidth("narrow");
    }
  },
);
