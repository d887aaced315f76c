/** `nnwasm train --time COLUMN`: rows are held out as stretches of time. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { readJson } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, runCli, runJson } = cliFolder({ cifar: false });
const words = (text: string) => text.split(" ");

/** Sixty days, not in their order, of which the last twelve have a class, a flag and a price that were never before. */
const days = Array.from({ length: 60 }, (_, i) => (i * 37) % 60);
const day = (number: number) => new Date(Date.UTC(2024, 10, 1 + number)).toISOString().slice(0, 10);
const rows = days.map((number) => {
  const isLate = number >= 48;
  return [
    day(number),
    number % 7,
    isLate ? "new" : number % 3 ? "a" : "b",
    Number(isLate),
    isLate ? number : 5,
  ];
});

beforeAll(() => {
  writeFileSync(at("days.csv"), `sold,x,kind,wet,price\n${rows.join("\n")}\n`);
  const features = rows.map(([, x]) => x);
  writeFileSync(at("x.csv"), `x\n${features.join("\n")}\n`);
});

const KIND = "train days.csv --target kind --time sold --drop wet,price --epochs 2";

it("holds out the latest rows of one network, and says so; the column is no feature", async () => {
  const { code, stderr } = await runCli(words(`${KIND} --members 1 --class-weight balanced --out one`));
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^sold +time +0 +2024-11-01 to 2024-12-30/m)]);
  expect(stderr).toContain("By sold, 12 rows from 2024-12-19 on are for validation.\n");
  expect(stderr).toContain('No row to train on has the class "new": only rows for validation have.\n');
  expect(stderr).toContain("48 training, 12 validation, no test samples of");
  expect(readJson(at("one", "config.json")).time).toBe("sold");
  const first = (await runJson(words("train --config one/config.json --out again"))).at(-1)!;
  expect(first.weightsSha256).toBe(readJson(at("one", "summary.json")).weightsSha256);
  const { stdout } = await runCli(words("predict one x.csv --json"));
  expect(stdout.trim().split("\n")).toHaveLength(60);
  const [evaluated] = await runJson(words("evaluate one days.csv"));
  expect(evaluated!.samples).toBe(60);
});

it.each([
  "--target kind --drop wet,price",
  "--target wet,even --drop kind,price",
  "--target price --drop kind,wet",
])(
  "of an ensemble, holds out stretches of time, and what only the latest have does no harm: %s",
  async (asked) => {
    const even = rows.map((row, i) => [...row, i % 2]);
    writeFileSync(at("even.csv"), `sold,x,kind,wet,price,even\n${even.join("\n")}\n`);
    const { code, stderr } = await runCli(
      words(`train even.csv ${asked} --time sold --epochs 2 --threads 1 --out members --force`),
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining("each is trained without one of 5 folds")]);
    const { loss } = readJson(at("members", "summary.json")).crossValidation;
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(100);
    const again = await runJson(words("train --config members/config.json --threads 2 --out side --force"));
    expect(again.at(-1)!.crossValidation.loss).toBe(loss);
  },
);

it("searches over the folds that train has", async () => {
  const { code } = await runCli(
    words(
      "search days.csv --target kind --time sold --drop wet,price --epochs 2 --trials 1 --cv 3 --out study",
    ),
  );
  expect(code).toBe(0);
  const { train, best } = readJson(at("study", "summary.json"));
  expect(train).toContain(" --time sold ");
  const events = await runJson([...words(train).slice(1), "--out", "found"]);
  expect(events.at(-1)!.crossValidation.loss).toBe(best.value);
});

it("refuses groups beside it, and data of another kind", async () => {
  const grouped = await runCli(words(`${KIND} --group x`));
  expect([grouped.code, grouped.stderr]).toEqual([
    2,
    expect.stringContaining(
      "--time and --group exclude each other: rows are held out by their time, or by their group.",
    ),
  ]);
  const named = await runCli(words("train --data synthetic --time sold"));
  expect(named.stderr).toContain("--time is for tables, and synthetic");
  const lines = readFileSync(at("days.csv"), "utf8").replace(/^(\d{4}-\d\d)-\d\d/gm, "$1");
  writeFileSync(at("months.csv"), lines);
  const months = await runCli(words("train months.csv --target kind --time sold"));
  expect(months.stderr).toContain(
    'column "sold" has texts, such as "2024-11", expected numbers, or dates such as 2025-12-31.',
  );
});
