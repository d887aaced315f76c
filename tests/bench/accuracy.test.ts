import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compareVariants, gridsOfAblation } from "../../bench/accuracy/ablation.ts";
import { compareTable, peersAlone, ranks, summarize } from "../../bench/accuracy/compare.ts";
import { textOfGrids } from "../../bench/accuracy/grids.ts";
import { intervalOf, scoresOf } from "../../bench/accuracy/nnwasm.ts";
import { type PeersTable, parsePeers, peerIds } from "../../bench/accuracy/peersFile.ts";
import { markdownOf, textOf } from "../../bench/accuracy/report.ts";
import { appender, type Job, type Line, readLines, runAll, sortOut } from "../../bench/accuracy/runs.ts";
import { accuracy, coverage, logLoss, r2 } from "../../bench/accuracy/score.ts";
import {
  type Fold,
  foldsOf,
  readCsv,
  readTable,
  targetsBeside,
  toCsv,
  writeSplits,
} from "../../bench/accuracy/tables.ts";
import { parseVariants, readVariants } from "../../bench/accuracy/variants.ts";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-accuracy-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("scores", () => {
  test("accuracy counts what is the same, R² compares with the mean's error", () => {
    expect(accuracy(["a", "b", "a", "c"], ["a", "b", "b", "a"])).toBe(0.5);
    expect(r2([1, 2, 3, 4], [1, 2, 3, 4])).toBe(1);
    expect(r2([1, 2, 3, 4], [2.5, 2.5, 2.5, 2.5])).toBe(0);
    expect(r2([1, 2, 3, 4], [2, 2, 3, 4])).toBeCloseTo(0.8, 12);
  });

  test("a class that the training did not see, or gave 0, has the probability 1e-15", () => {
    expect(logLoss(["a"], [{ a: 0.25, b: 0.75 }])).toBeCloseTo(Math.log(4), 12);
    expect(logLoss(["c"], [{ a: 0.25, b: 0.75 }])).toBeCloseTo(15 * Math.LN10, 9);
    expect(logLoss(["a", "b"], [{ a: 0, b: 1 }, { b: 1 }])).toBeCloseTo((15 * Math.LN10) / 2, 9);
    // "constructor" is in every object.
    expect(logLoss(["constructor"], [{ a: 1 }])).toBeCloseTo(15 * Math.LN10, 9);
  });

  test("intervals cover with their ends", () => {
    const intervals = [
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
    ] as const;
    expect(coverage([0, 1.5, 3, 2.5], intervals)).toBe(0.75);
  });
});

describe("ranks", () => {
  test("equal values share the mean of their ranks", () => {
    expect(ranks([0.9, 0.8, 0.9, 0.7])).toEqual([1.5, 3, 1.5, 4]);
    expect(ranks([0.5, 0.5, 0.5])).toEqual([2, 2, 2]);
    expect(ranks([0.1, 0.3, 0.2], "low")).toEqual([1, 3, 2]);
  });

  // The means on twelve public tables, as peers.py writes them: double, forest, MLP, linear, boosting.
  const PUBLISHED: [string, PeersTable["metric"], number[]][] = [
    ["breast-cancer", "accuracy", [0.9632, 0.9588, 0.9754, 0.9781, 0.9623]],
    ["diabetes", "r2", [0.4655, 0.4505, 0.4747, 0.4812, 0.4117]],
    ["digits", "accuracy", [0.9856, 0.9744, 0.9719, 0.9611, 0.9697]],
    ["housevotes84", "accuracy", [0.9552, 0.9632, 0.9609, 0.9621, 0.9598]],
    ["iris", "accuracy", [0.9733, 0.9767, 0.97, 0.9833, 0.97]],
    ["letterrecognition", "accuracy", [0.981, 0.9626, 0.9554, 0.7718, 0.964]],
    ["ozone", "r2", [0.6862, 0.6978, 0.7434, 0.6403, 0.6951]],
    ["pimaindiansdiabetes2", "accuracy", [0.7409, 0.761, 0.7545, 0.7636, 0.7357]],
    ["satellite", "accuracy", [0.9239, 0.9153, 0.9042, 0.8656, 0.9122]],
    ["servo", "r2", [0.8624, 0.8554, 0.8055, 0.6329, 0.8603]],
    ["vehicle", "accuracy", [0.8094, 0.7576, 0.8124, 0.7671, 0.7612]],
    ["wine", "accuracy", [0.9778, 0.9833, 0.9833, 0.9861, 0.9639]],
  ];
  const published = parsePeers(
    PUBLISHED.map(([table, metric, means]) =>
      JSON.stringify({ table, metric, ...Object.fromEntries(peerIds.map((id, i) => [id, means[i]])) }),
    ).join("\n"),
    "peers.jsonl",
  );

  test("of the five alone, averaged over the twelve tables, are the published ones", () => {
    const average = peersAlone(published);
    expect(peerIds.map((id) => [id, average[id].toFixed(2)])).toEqual([
      ["realmlp_td_s", "2.67"],
      ["forest", "2.79"],
      ["mlp", "2.83"],
      ["linear", "2.92"],
      ["hgb", "3.79"],
    ]);
  });

  test("the double's own gap to the best of the five, itself among them, is −0.0117", () => {
    const compared = published.map((each) =>
      compareTable(each, [line({ table: each.table, score: 0.5 })], 10),
    );
    expect(summarize(compared).doubleGap).toBeCloseTo(-0.01165, 8);
    expect(summarize(compared).splitRanks).toBeUndefined();
  });
});

const line = (fields: Partial<Line>): Line => ({
  ...{ table: "flowers", split: 0, seed: 0, flags: [], score: 0.9, seconds: 1 },
  ...fields,
});

/** Two splits, on which all but the double and boosting have 0.8. */
const flowers = parsePeers(
  JSON.stringify({
    ...{ table: "flowers", metric: "accuracy", scores: 2 },
    ...{ realmlp_td_s: 0.7, forest: 0.8, mlp: 0.8, linear: 0.8, hgb: 0.85 },
    all: { realmlp_td_s: [0.9, 0.5], forest: [0.8, 0.8], mlp: [0.8, 0.8], linear: [0.8, 0.8], hgb: [0.7, 1] },
    logloss: { realmlp_td_s: [1, 2], forest: [3, 3], mlp: [3, 3], linear: [3, 3], hgb: [0.5, 0.5] },
  }),
  "peers.jsonl",
)[0]!;

describe("the comparison", () => {
  test("is split by split, whatever order the lines have", () => {
    const lines = [
      line({ split: 1, seed: 1, score: 0.9, logLoss: 0.4, seconds: 3 }),
      line({ score: 0.7, logLoss: 0.6 }),
    ];
    const compared = compareTable(flowers, lines, 2);
    expect(compared.score.values.nnwasm.mean).toBeCloseTo(0.8, 12);
    expect(compared.score.values.nnwasm.deviation).toBeCloseTo(0.1, 12);
    expect(compared.score.ranks).toMatchObject({ hgb: 1, nnwasm: 3.5, forest: 3.5, realmlp_td_s: 6 });
    // Split 0: 0.9, 0.8 three times, ours and boosting 0.7. Split 1: 1, ours 0.9, 0.8 three times, 0.5.
    expect(compared.score.splitRanks).toEqual({
      ...{ nnwasm: (5.5 + 2) / 2, realmlp_td_s: (1 + 6) / 2, hgb: (5.5 + 1) / 2 },
      ...{ forest: (3 + 4) / 2, mlp: (3 + 4) / 2, linear: (3 + 4) / 2 },
    });
    expect(compared.gap).toBeCloseTo(-0.05, 12);
    expect(compared.doubleGap).toBeCloseTo(-0.15, 12);
    expect(compared.logLoss!.ranks).toMatchObject({ hgb: 1.5, nnwasm: 1.5, realmlp_td_s: 3, forest: 5 });
    expect(compared.logLoss!.splitRanks).toMatchObject({ hgb: 1.5, nnwasm: 1.5 });
    expect(compared.seconds).toBe(2);
  });

  test("of some splits takes the opponents' scores on the same ones", () => {
    const { score, count, wanted } = compareTable(flowers, [line({ split: 1, seed: 1 })], 2);
    expect([count, wanted]).toEqual([1, 2]);
    expect(score.values.realmlp_td_s.mean).toBe(0.5);
    expect(score.ranks.hgb).toBe(1);
  });

  test("of seeds pairs seed 1 with the first score", () => {
    const { split: _, ...whole } = line({ seed: 2 });
    expect(compareTable(flowers, [whole], 1).score.values.realmlp_td_s.mean).toBe(0.5);
  });

  test("names the table that is furthest below the best, by what R² and accuracy may be", () => {
    const numbers = { ...flowers, table: "houses", metric: "r2" } as const;
    const [a, b] = [
      compareTable(flowers, [line({ split: 1, seed: 1, score: 0.97 })], 1),
      compareTable(numbers, [line({ table: "houses", split: 1, seed: 1, score: 0.96 })], 1),
    ];
    const { worst, gap } = summarize([b, a]);
    expect(worst.table).toBe("flowers");
    expect(gap).toBeCloseTo(-0.035, 12);
  });

  test("is text, and Markdown with the best in bold", () => {
    const tables = [compareTable(flowers, [line({ logLoss: 0.4, told: true, coverage: 0.9 })], 2)];
    const alone = { tables: 1, ranks: peersAlone([flowers]) };
    const report = { tables, summary: summarize(tables), alone };
    expect(textOf(report)).toMatch(
      /^flowers \(1 of 2\) +0\.9000 ± 0\.0000 .* 1\.50 +\+0\.0000 +1\.0 +0\.900$/m,
    );
    expect(textOf(report)).toMatch(
      /^A training takes 1\.0 s by the mean over the tables, and 1\.0 s on flowers: .* the 1 would take 1 min\.$/m,
    );
    expect(textOf(report)).toMatch(/^The library took the target for another task, .*: flowers\.$/m);
    expect(markdownOf(report)).toContain(
      "| flowers (1 of 2) | **0.9000 ± 0.0000** | **0.9000 ± 0.0000** | 0.8000 ± 0.0000 |",
    );
    expect(markdownOf(report)).toContain("| flowers | **0.400 ± 0.000** | 1.000 ± 0.000 |");
  });

  test("an opponent that is missing is named, with its line", () => {
    expect(() => parsePeers('{"table":"a","hgb":1}\n', "peers.jsonl")).toThrow(
      "peers.jsonl:1: realmlp_td_s is undefined, expected a number. Write the file by peers.py.",
    );
    expect(() => parsePeers("\n{", "peers.jsonl")).toThrow(
      "peers.jsonl:2 is no JSON. Expected a line of peers.py.",
    );
  });
});

describe("the file of scores", () => {
  const job = (fields: Partial<Job>): Job => ({
    ...{ table: "flowers", split: 0, seed: 0, train: "a.csv", test: "b.csv" },
    ...{ target: "kind", task: "classes", flags: [] },
    ...fields,
  });

  test("a run goes on with what is not in it, of the same options, wherever the tables lie", () => {
    const { split: _, ...whole } = job({ table: "letters", seed: 2 });
    const jobs = [job({ train: "elsewhere.csv" }), job({ split: 1, seed: 1 }), whole];
    const { split: __, ...letters } = line({ table: "letters", seed: 2 });
    const lines = [
      line({}),
      line({ split: 1, seed: 1, flags: ["--epochs", "2"] }),
      line({ table: "letters", split: 2, seed: 2 }),
    ];
    expect(sortOut(jobs, lines)).toEqual({ done: [line({})], left: jobs.slice(1) });
    expect(sortOut(jobs, [...lines, letters])).toEqual({ done: [line({}), letters], left: [jobs[1]] });
  });

  test("a run with intervals goes on with what has no coverage", () => {
    const jobs = [job({ interval: 0.9 }), job({ interval: 0.9, split: 1, seed: 1 })];
    const lines = [line({ coverage: 0.95 }), line({ split: 1, seed: 1 })];
    expect(sortOut(jobs, lines)).toEqual({ done: lines.slice(0, 1), left: jobs.slice(1) });
    expect(sortOut([job({})], lines).left).toEqual([]);
  });

  test("a line that was cut is left out and removed", () => {
    const file = join(folder, "cut.jsonl");
    expect(readLines(file)).toEqual([]);
    appender(file)(line({}));
    appendFileSync(file, '{"table":"flow');
    expect(readLines(file)).toEqual([line({})]);
    appender(file)(line({ seed: 3 }));
    expect(readLines(file)).toEqual([line({}), line({ seed: 3 })]);
  });

  test("another file is refused, and stays as it is", () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "a note");
    expect(() => appender(file)).toThrow(`${file} is no file of scores. Give another to --out.`);
    expect(readFileSync(file, "utf8")).toBe("a note");
    writeFileSync(file, "a note\n");
    expect(() => readLines(file)).toThrow(`${file}:1 is no JSON. Remove the line.`);
  });

  test("as many trainings run at a time as there are workers, and one that fails ends no other", async () => {
    const log: string[] = [];
    let [running, most] = [0, 0];
    const run = async ({ seed }: Job) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      if (seed === 1) throw new Error("it diverged");
      return { score: seed, seconds: 1 };
    };
    await runAll(
      [0, 1, 2, 3].map((seed) => job({ seed })),
      2,
      run,
      {
        done: ({ seed }, { score }) => void log.push(`${seed}: ${score}`),
        failed: ({ seed }, { message }) => void log.push(`${seed}: ${message}`),
      },
    );
    expect(log.sort()).toEqual(["0: 0", "1: it diverged", "2: 2", "3: 3"]);
    expect(most).toBe(2);
  });

  test("jobs that are left out are not run", async () => {
    const seen: number[] = [];
    await runAll(
      [0, 1, 2].map((seed) => job({ seed })),
      1,
      async ({ seed }) => ({ score: seed, seconds: 1 }),
      {
        done: ({ seed }) => void seen.push(seed),
        failed: () => {},
        isLeftOut: ({ seed }) => seed === 1,
      },
    );
    expect(seen).toEqual([0, 2]);
  });
});

describe("the scores of answers", () => {
  test("of classes go by the names, whatever their order", () => {
    const answers = [
      { row: 0, class: "b", probabilities: { b: 0.5, a: 0.25, c: 0.25 } },
      { row: 1, class: "b", probabilities: { c: 0.25, a: 0.25, b: 0.5 } },
    ];
    expect(scoresOf({ task: "classes", target: "kind" }, ["b", "c"], answers)).toEqual({
      score: 0.5,
      logLoss: (Math.log(2) + Math.log(4)) / 2,
    });
  });

  test("of numbers are those of the target's column", () => {
    const answers = [1, 2, 3, 3].map((price, row) => ({ row, price }));
    const { score, ...rest } = scoresOf({ task: "numbers", target: "price" }, ["1", "2", "3", "4"], answers);
    expect(score).toBeCloseTo(0.8, 12);
    expect(rest).toEqual({});
  });
});

test("the ends of ranges are those of the target, by name", () => {
  const answer = { row: 0, price: 2, lower: { price: 1 }, upper: { price: 3 } };
  expect(intervalOf(answer, "price")).toEqual([1, 3]);
  expect(() => intervalOf({ row: 7, price: 2 }, "price")).toThrow(
    "nnwasm predict --interval gave row 7 the lower end undefined, expected a number. Leave --intervals out.",
  );
});

describe("an ablation", () => {
  const of = (scores: readonly number[], fields: Partial<Line> = {}) =>
    scores.map((score, split) => line({ split, seed: split, score, ...fields }));
  const numbers = { table: "houses" };
  const base = [...of([0.8, 0.9, 0.7], { logLoss: 0.5, seconds: 2 }), ...of([0.5, 0.6], numbers)];
  const variant = (name: string, lines: readonly Line[]) => ({ name, flags: ["--dropout", "0"], lines });

  test("compares split by split, in each table, then over the tables", () => {
    const lines = [
      ...of([0.81, 0.92, 0.73], { logLoss: 0.4, seconds: 3 }).reverse(),
      ...of([0.45, 0.57], numbers),
    ];
    const { score, logLoss, seconds, variants } = compareVariants(base, [variant("no-dropout", lines)]);
    expect(score).toBeCloseTo((0.8 + 0.55) / 2, 12);
    expect([logLoss, seconds]).toEqual([0.5, 1.5]);
    const [compared] = variants;
    // The differences: 0.01, 0.02, 0.03, whose deviation is 0.01; −0.05 and −0.03, whose deviation is √0.0002.
    expect(compared!.tables.map(({ table, pairs }) => [table, pairs])).toEqual([
      ["flowers", 3],
      ["houses", 2],
    ]);
    expect(compared!.score!.mean).toBeCloseTo((0.02 - 0.04) / 2, 12);
    expect(compared!.score!.error).toBeCloseTo(Math.sqrt(0.0001 / 3 + 0.0002 / 2) / 2, 12);
    expect(compared!.score).toMatchObject({ better: 1, worse: 1 });
    expect(compared!.logLoss!.mean).toBeCloseTo(-0.1, 12);
    expect(compared!.logLoss).toMatchObject({ better: 1, worse: 0 });
    expect([compared!.seconds, compared!.defaultSeconds]).toEqual([2, 1.5]);
  });

  test("leaves out what one of both lacks, and has no error from one pair", () => {
    const { variants } = compareVariants(base, [
      variant("one", of([0.9])),
      variant("other-splits", [line({ split: 7, seed: 7 })]),
    ]);
    expect(variants[0]!.score).toMatchObject({ error: undefined, better: 1, worse: 0 });
    expect(variants[0]!.logLoss).toBeUndefined();
    expect(variants[1]).toMatchObject({ tables: [], score: undefined });
  });

  test("is a row for each variant, and a column by table", () => {
    const ablation = compareVariants(base, [
      variant("no-dropout", of([0.81, 0.92, 0.73])),
      variant("none", []),
    ]);
    const text = textOfGrids(gridsOfAblation(ablation), []);
    expect(text).toMatch(/^default +2 +0\.6750 +0\.5000 +1\.5$/m);
    expect(text).toMatch(/^no-dropout +--dropout 0 +1 +\+0\.0200 ± 0\.0058 +1 +0 +– +– +– +1\.0 +2\.0$/m);
    expect(text).toMatch(/^none +--dropout 0 +0 +– +– +– +– +– +– +– +–$/m);
    expect(text).toMatch(/^flowers +\+0\.0200 +–$/m);
  });

  test("has variants whose names are their files', with flags that nnwasm train takes", () => {
    const variants = readVariants();
    expect(parseVariants(JSON.stringify(variants), "variants.json")).toEqual(variants);
  });

  test.each([
    ["{", "a.json is no JSON. Expected a list of"],
    ["{}", "a.json is no list. Expected one of"],
    [
      '[{"name":"No decay","flags":["--x"]}]',
      'a.json: the name of variant 1 is "No decay", expected lower-case',
    ],
    [
      '[{"name":"default","flags":["--x"]}]',
      'a.json: the name of variant 1 is "default", expected another one',
    ],
    [
      '[{"name":"a","flags":["--x"]},{"name":"b","flags":[]}]',
      "a.json: flags of variant 2 is [], expected a list",
    ],
    [
      '[{"name":"a","flags":["--x"],"task":"all"}]',
      'a.json: task of variant 1 is "all", expected "classes" or',
    ],
  ])("refuses the variants %s", (text, message) => {
    expect(() => parseVariants(text, "a.json")).toThrow(message);
  });
});

/** Forty flowers of two kinds, told apart by their length. */
function makeTable(where: string, name: string, rows = 40): void {
  mkdirSync(where, { recursive: true });
  const all = Array.from({ length: rows }, (_, i) => [
    ...[String(i % 2 === 0 ? 1 + i / 100 : 3 + i / 100), i % 3 === 0 ? "red, dark" : 'a "blue"'],
    i % 2 === 0 ? "short" : "long",
  ]);
  const count = rows * 0.8;
  writeFileSync(join(where, `${name}.train.csv`), toCsv(["length", "colour", "kind"], all.slice(0, count)));
  writeFileSync(join(where, `${name}.test.csv`), toCsv(["length", "colour", "kind"], all.slice(count)));
}

describe("tables", () => {
  const where = join(folder, "tables");
  makeTable(where, "flowers");
  const targets = { flowers: { target: "kind", task: "classes" } } as const;

  test("a small one is written as ten splits, whose cells are as they were", () => {
    const table = readTable(where, "flowers", targets);
    const splits = join(folder, "splits");
    writeSplits(table, splits);
    const folds = foldsOf(table, where, splits, [1, 2, 3]);
    expect(folds.map(({ split, seed }) => [split, seed])).toEqual(
      Array.from({ length: 10 }, (_, k) => [k, k]),
    );
    const [train, test] = [readCsv(folds[3]!.train), readCsv(folds[3]!.test)];
    expect([train.rows.length, test.rows.length]).toEqual([32, 8]);
    expect([...train.rows, ...test.rows].map(String).sort()).toEqual(
      [...table.train, ...table.test].map(String).sort(),
    );
    // import random; order = list(range(40)); random.Random(103).shuffle(order); print(order[:3])
    const rows = [...table.train, ...table.test];
    expect(train.rows.slice(0, 3)).toEqual([25, 30, 23].map((i) => rows[i]));
  });

  test("a larger one is scored on its own test file, with every seed", () => {
    const table = readTable(where, "flowers", targets);
    const large = { ...table, train: Array.from({ length: 1992 }, () => table.train[0]!) };
    expect(foldsOf(large, "tables", "splits", [1, 7])).toEqual(
      [1, 7].map((seed) => ({
        ...{ table: "flowers", seed, train: join("tables", "flowers.train.csv") },
        test: join("tables", "flowers.test.csv"),
      })),
    );
  });

  test("one without a target says where to write it", () => {
    expect(() => readTable(where, "flowers", {})).toThrow(
      'flowers.train.csv has no column "Class". Write {"flowers": {"target": COLUMN, "task": "classes" or "numbers"}} into tables.json beside it.',
    );
  });
});

describe("npm run bench:accuracy", () => {
  const where = join(folder, "command");
  makeTable(where, "flowers");
  writeFileSync(join(where, "tables.json"), '{"flowers": {"target": "kind", "task": "classes"}}');
  const bench = (...args: string[]) =>
    spawnSync(process.execPath, ["bench/accuracy/run.mjs", ...args], { encoding: "utf8" });

  test("trains, scores, writes, and goes on with what is written", () => {
    const [out, peers] = [join(folder, "out.jsonl"), join(folder, "peers.jsonl")];
    const all = Object.fromEntries(peerIds.map((id) => [id, [0.5, 0.5]]));
    const means = Object.fromEntries(peerIds.map((id) => [id, 0.5]));
    writeFileSync(peers, `${JSON.stringify({ table: "flowers", metric: "accuracy", ...means, all })}\n`);
    const args = ["--tables", where, "--out", out, "--peers", peers];
    const first = bench(...args, "--first", "1", "--", "--epochs", "60");
    expect(first.stderr).toMatch(/^1\/1 flowers, split 0: 1\.0000, log loss 0\.\d+, [\d.]+ s\n$/);
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/^flowers \(1\) +1\.0000 ± 0\.0000 +0\.5000 ± 0\.0000 /m);
    // The opponents' log losses are not in their file; ours is told.
    expect(first.stdout).toMatch(/^flowers +0\.\d+ ± 0\.000 +– +– +– +– +– +–$/m);
    const second = bench(...args, "--first", "2", "--", "--epochs", "60");
    expect(second.stderr).toMatch(/^1 of 2 trainings are in .*\n2\/2 flowers, split 1: 1\.0000, /);
    const lines = readLines(out);
    expect(lines.map(({ split, seed, flags }) => [split, seed, flags])).toEqual([
      [0, 0, ["--epochs", "60"]],
      [1, 1, ["--epochs", "60"]],
    ]);
  });

  test("scores what nnwasm train makes: the same log loss as its own of the test", () => {
    const table = readTable(where, "flowers", targetsBeside(where));
    const splits = join(folder, "by-hand");
    writeSplits(table, splits);
    const [{ train, test: rows }] = foldsOf(table, where, splits, []) as [Fold];
    const flags = ["--epochs", "20", "--preset", "table-fast", "--members", "2"];
    const args = ["--target", "kind", "--test", rows, "--seed", "0", "--json", "--out", join(folder, "run")];
    const byHand = spawnSync(process.execPath, ["bin/nnwasm.js", "train", train, ...args, ...flags], {
      encoding: "utf8",
    });
    const { test: own } = JSON.parse(byHand.stdout.trimEnd().split("\n").at(-1)!);
    const out = join(folder, "as-by-hand.jsonl");
    bench("--tables", where, "--first", "1", "--out", out, "--", ...flags);
    const [{ score, logLoss }] = readLines(out) as [Line];
    expect(score).toBe(own.accuracy);
    expect(logLoss).toBeCloseTo(own.loss, 6);
  });

  test("a class that only the test rows have is a wrong answer; a task that is found otherwise is told", () => {
    const tables = join(folder, "odd");
    mkdirSync(tables);
    const rows = Array.from({ length: 2000 }, (_, i) => [String(i % 4), String(i % 2)]);
    writeFileSync(join(tables, "odd.train.csv"), toCsv(["x", "y"], rows));
    writeFileSync(join(tables, "odd.test.csv"), toCsv(["x", "y"], [...rows.slice(0, 3), ["1", "7"]]));
    writeFileSync(join(tables, "tables.json"), '{"odd": {"target": "y", "task": "classes"}}');
    const flags = ["--epochs", "20", "--members", "1"];
    const { stdout, status } = bench("--tables", tables, "--seeds", "1", "--", ...flags);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^odd: 0\.7500 ± 0\.0000 \(1\), log loss 8\.\d+, [\d.]+ s$/m);
    writeFileSync(join(tables, "tables.json"), '{"odd": {"target": "y", "task": "numbers"}}');
    const out = join(folder, "odd.jsonl");
    bench("--tables", tables, "--seeds", "1", "--out", out, "--", ...flags);
    expect(readLines(out)).toMatchObject([{ table: "odd", seed: 1, told: true }]);
  });

  test("--ablation compares variants, and leaves out one whose flags are refused", () => {
    const [variants, out] = [join(folder, "variants.json"), join(folder, "ablation")];
    const list = [
      { name: "short", flags: ["--epochs", "1"] },
      { name: "wrong", flags: ["--epoch", "1"] },
      { name: "of-numbers", flags: ["--loss", "huber"], task: "numbers" },
    ];
    writeFileSync(variants, JSON.stringify(list));
    const args = ["--tables", where, "--first", "1", "--ablation", "--variants", variants, "--out", out];
    const { status, stdout, stderr } = bench(...args, "--", "--epochs", "60");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^wrong: flowers, split 0: ConfigError: unknown option '--epoch'/m);
    expect(stdout).toMatch(/^default +1 +1\.0000 /m);
    expect(stdout).toMatch(/^short +--epochs 1 +1 +[+−]0\.\d{4} /m);
    expect(stdout).toMatch(/^wrong +--epoch 1 +0 +–/m);
    expect(stdout).toMatch(/^of-numbers +--loss huber +0 +–/m);
    expect(readdirSync(out).sort()).toEqual(["default.jsonl", "short.jsonl"]);
    expect(readLines(join(out, "short.jsonl")).map(({ flags }) => flags)).toEqual([
      ["--epochs", "60", "--epochs", "1"],
    ]);
  });

  test.each([
    [[], "--tables is missing. Give a folder. See npm run bench:accuracy -- --help."],
    [["--tables", where, "--only", "trees"], `No table "trees" in ${where}. There are: flowers.`],
    [
      ["--tables", where, "--workers", "0"],
      "--workers is 0, expected an integer ≥ 1. See npm run bench:accuracy -- --help.",
    ],
    [
      ["--tables", where, "--variant", "short"],
      "--variants and --variant are of --ablation. Give it as well.",
    ],
    [
      ["--tables", where, "--ablation", "--variant", "short"],
      `--variant: there is no variant "short". There are: ${readVariants()
        .map(({ name }) => name)
        .join(", ")}.`,
    ],
    [["--tables", where, "--write-splits"], "--write-splits needs --splits FOLDER, the folder to write to."],
  ])("refuses %j", (args, message) => {
    const { status, stderr } = bench(...args);
    expect([status, stderr]).toEqual([2, `bench:accuracy: ${message}\n`]);
  });
});
