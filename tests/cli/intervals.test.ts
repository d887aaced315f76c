/** `nnwasm predict --interval`: ranges in every format, as the library gives them, and what is refused. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { beforeAll, expect, it } from "vitest";
import { loadModel, train } from "../../src/index.ts";
import { Random } from "../../src/random.ts";
import { events } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { saveTableModel } from "../helpers/tableModels.ts";

const { at, runCli, runJson } = cliFolder({ cifar: false });
const random = new Random(4, "test");
const rows = Array.from({ length: 80 }, (_, id) => {
  const [a, b] = [random.normal(), random.normal()];
  return { id, a, b, price: 100 + 10 * (a + b + random.normal()), size: b - a, w: 1 + random.below(4) };
});
const csv = (table: readonly object[]) =>
  [Object.keys(table[0]!), ...table.map((row) => Object.values(row))]
    .map((cells) => `${cells.join(",")}\n`)
    .join("");

const flags = "--drop id --epochs 8 --layers 8 --threads 1";

beforeAll(async () => {
  writeFileSync(at("train.csv"), csv(rows));
  writeFileSync(at("new.csv"), csv(rows.slice(0, 20)));
  await runJson(
    words(`train train.csv --target price,size --weight w ${flags} --members 4 --cv 4 --out ensemble`),
  );
  await runJson(
    words(`train train.csv --target price --drop size,w,id --members 1 ${flags.slice(10)} --out one`),
  );
});

const predict = (args: string) => runCli(words(`predict ${args}`));

it("stores the same quantiles as the library does, of an ensemble and of one network", async () => {
  const asked = { data: at("train.csv"), epochs: 8, hidden: [8], threads: 1 };
  for (const [folder, options] of [
    ["ensemble", { target: ["price", "size"], drop: ["id"], weight: "w", members: 4, cv: 4 }],
    ["one", { target: "price", drop: ["size", "w", "id"], members: 1 }],
  ] as const) {
    const [saved, made] = [await loadModel(at(folder)), await train({ ...asked, ...options })];
    expect(await saved.weightsSha256()).toBe(await made.weightsSha256());
    expect(saved.intervals).toEqual(made.intervals);
    expect(saved.intervals).toHaveLength(folder === "one" ? 1 : 2);
    for (const { radii } of saved.intervals!) expect(radii).toHaveLength(101);
    for (const model of [saved, made]) await model.close();
  }
});

it("gives both ends behind the numbers, in CSV, in JSON and for NumPy", async () => {
  const model = await loadModel(at("ensemble"));
  const answers = (await model.predict(rows.slice(0, 20), { interval: 0.9 })) as never as Record<
    "price" | "size",
    number
  >[];
  await model.close();
  const text = await predict("ensemble new.csv --interval 0.9 --keep id");
  expect([text.code, text.stderr]).toEqual([0, "Left out, as the model does not know it: w.\n"]);
  const [head] = text.stdout.split("\n");
  expect(head).toBe("row,id,price,size,lower.price,lower.size,upper.price,upper.size");
  const json = await predict("ensemble new.csv --interval 0.9 --json");
  expect(events(json.stdout)).toEqual(answers.map((answer, row) => ({ row, ...answer })));
  const flat = events(json.stdout).map(({ price, size, lower, upper }) => [
    ...[price, size, lower.price, lower.size, upper.price, upper.size],
  ]);
  const cells: string[][] = parse(text.stdout);
  expect(cells.slice(1).map((row) => row.slice(2).map(Number))).toEqual(flat);
  for (const [price, , lower, , upper] of flat) {
    expect(lower).toBeLessThan(price);
    expect(price).toBeLessThan(upper);
  }

  await predict("ensemble new.csv --interval 0.9 --out a.npy");
  const bytes = readFileSync(at("a.npy"));
  expect(bytes.subarray(10, 128).toString("latin1")).toContain("'shape': (20, 6)");
  expect(Array.from({ length: 120 }, (_, i) => bytes.readDoubleLE(128 + 8 * i))).toEqual(flat.flat());
  await predict("ensemble new.csv --interval 0.9 --keep id --out a.csv");
  expect(readFileSync(at("a.csv"), "utf8")).toBe(text.stdout);
  // Without the flag nothing is different from before.
  expect((await predict("ensemble new.csv")).stdout.split("\n")[0]).toBe("row,price,size");
});

it("says once that there were too few rows for so much", async () => {
  const { code, stdout, stderr } = await predict("one new.csv --interval 0.99");
  expect(code).toBe(0);
  expect(stdout.split("\n")[0]).toBe("row,price,lower.price,upper.price");
  const notice =
    "--interval 0.99 is more than the rows that were held out in the training can promise: 0.941. " +
    "Ranges reach as far as their largest error, and hold less often than that.\n";
  expect(stderr.split(notice)).toHaveLength(2);
  expect((await predict("one new.csv --interval 0.94")).stderr).not.toContain("promise");
});

it.each([
  ["one new.csv --interval 1", 2, "'--interval <share>' argument '1' is invalid. Expected a number"],
  ["one new.csv --interval 0", 2, "is invalid. Expected a number"],
  ["one new.csv --interval ninety", 2, "is invalid. Expected a number"],
  ["one new.csv --interval 0.9 --explain", 2, "--interval with --explain: that gives no answers."],
  [
    "one new.csv --interval 0.9 --keep price",
    2,
    'The column "price" cannot be kept: the answers have something of that name (row, lower, upper, price).',
  ],
  [
    "old.safetensors new.csv --interval 0.9",
    2,
    "--interval: the model does not say how far its answers are off: it was trained by an older version, without rows that were " +
      "held out, or not to its end. Train it anew, with several members, or with rows for validation.",
  ],
  [
    "classes.safetensors new.csv --interval 0.9",
    2,
    "--interval is of models of tables that predict numbers, and this one predicts classes. Leave it out.",
  ],
] as const)("refuses %s", async (args, exitCode, message) => {
  if (args.startsWith("old"))
    await saveTableModel(at("old.safetensors"), at("train.csv"), { target: ["price"] });
  if (args.startsWith("classes")) {
    const target = rows.map(({ a, b }) => ({ a, b, sign: a > b ? "more" : "less" }));
    const table = { name: "signs", text: csv(target) };
    await saveTableModel(at("classes.safetensors"), table, { target: ["sign"] });
  }
  const { code, stdout, stderr } = await predict(args);
  expect([code, stdout]).toEqual([exitCode, ""]);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain(message);
});
