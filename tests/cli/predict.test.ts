/** `nnwasm predict` as a process: formats, columns, what is counted, what ends it early. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { imagePreprocessing } from "../../src/images/preprocessing.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { Random } from "../../src/random.ts";
import { type CliResult, events, PROGRAM } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { network } from "../helpers/samples.ts";
import { signalAt } from "../helpers/signalAt.ts";
import { saveTableModel, type TableModel, trainTable } from "../helpers/tableModels.ts";

const { at, runCli, start } = cliFolder({ cifar: false });
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tables/${name}`, import.meta.url));
const [TRAIN, TEST] = [fixture("passengers.train.csv"), fixture("passengers.test.csv")];

type Row = Record<string, string>;
const rowsOf = (path: string): Row[] => parse(readFileSync(path), { columns: true });
const answersOf = ({ stdout }: CliResult): Row[] => parse(stdout, { columns: true });

let passengers: TableModel;
let answers: readonly { class: string; probabilities: Record<string, number> }[];

beforeAll(async () => {
  passengers = await saveTableModel(at("passengers.safetensors"), TRAIN, { target: ["outcome"] });
  const rows = rowsOf(TEST).map(({ outcome: _, ...row }) => row);
  const model = await loadModel(at("passengers.safetensors"));
  answers = (await model.predict(rows)) as never;
  await model.close();
});

const predict = (...args: string[]) => runCli(["predict", "passengers.safetensors", ...args]);

/** Asserts that these are the library's answers, to the last bit of the model's floats. */
function expectAnswers(rows: readonly Row[], name: (its: string) => string = String): void {
  expect(rows.map((row) => [Number(row.row), row.class])).toEqual(answers.map((its, i) => [i, its.class]));
  for (const [i, { probabilities }] of answers.entries()) {
    for (const [its, value] of Object.entries(probabilities)) {
      expect(Math.fround(Number(rows[i]![name(its)]))).toBe(value);
    }
  }
}

describe("predict of a table", () => {
  it("answers each row in order with its class and the probabilities, as the library does", async () => {
    const result = await predict(TEST);
    expect(result.code).toBe(0);
    const [head] = result.stdout.split("\n");
    expect(head).toBe(`row,class,${Object.keys(answers[0]!.probabilities).join(",")}`);
    expectAnswers(answersOf(result));
    for (const row of answersOf(result)) {
      const sum = Object.keys(answers[0]!.probabilities).reduce(
        (total, name) => total + Number(row[name]),
        0,
      );
      expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
    }
    // The target is in the file, and no extra column; those that were dropped in the training are.
    expect(result.stderr).toContain("Left out, as the model does not know");
    expect(result.stderr).not.toMatch(/outcome/);
    expect(result.stderr).toMatch(/\nMissing: .*age in \d+ rows?/);
    expect(result.stderr).toMatch(/\nNot seen in the training: .* in \d+ rows?/);
  });

  it("takes --json and the standard input, and says nothing with --quiet", async () => {
    const piped = await shell(`cat '${TEST}' | ${nnwasm("predict passengers.safetensors - --json --quiet")}`);
    expect([piped.code, piped.stderr]).toEqual([0, ""]);
    const all = events(piped.stdout);
    expect(all.map(({ row, class: its }) => [row, its])).toEqual(answers.map((its, i) => [i, its.class]));
    for (const [i, { probabilities }] of all.entries()) {
      const floats = Object.entries(probabilities).map(([name, p]) => [name, Math.fround(p as number)]);
      expect(Object.fromEntries(floats)).toEqual(answers[i]!.probabilities);
    }
  });

  it("finds columns by name in any order, and leaves others out", async () => {
    const rows = rowsOf(TEST);
    const names = Object.keys(rows[0]!)
      .filter((name) => name !== "outcome")
      .reverse();
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = rows.map((row, i) => [String(i), ...names.map((name) => row[name]!)].map(quote).join(","));
    writeFileSync(
      at("shuffled.csv"),
      `${["extra", ...names].map(quote).join(",")}\r\n${lines.join("\r\n")}\r\n`,
    );
    const result = await predict("shuffled.csv");
    expectAnswers(answersOf(result));
    expect(result.stderr).toMatch(/^Left out, as the model does not know them: extra, /);
  });

  it("names all the columns that are absent", async () => {
    writeFileSync(at("absent.csv"), "age,fare\n1,2\n");
    const { code, stdout, stderr } = await predict("absent.csv");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(/absent.csv has no columns .*"?sex"?.*, which the model needs/);
    for (const { name } of passengers.preprocessing.columns) {
      if (!["age", "fare"].includes(name)) expect(stderr).toContain(name);
    }
  });

  it("answers a file with a header alone with a header", async () => {
    const [head] = readFileSync(TEST, "utf8").split("\n");
    writeFileSync(at("empty.csv"), `${head}\n`);
    const { code, stdout } = await predict("empty.csv");
    expect([code, stdout]).toEqual([0, `row,class,${Object.keys(answers[0]!.probabilities).join(",")}\n`]);
    expect(await predict("empty.csv", "--json")).toMatchObject({ code: 0, stdout: "" });
  });

  it("copies columns that are to be kept, in CSV and JSON", async () => {
    const rows = rowsOf(TEST);
    const csv = answersOf(await predict(TEST, "--keep", "PassengerId,name"));
    expect(Object.keys(csv[0]!).slice(0, 4)).toEqual(["row", "PassengerId", "name", "class"]);
    expect(csv.map(({ PassengerId, name }) => [PassengerId, name])).toEqual(
      rows.map(({ PassengerId, name }) => [PassengerId, name]),
    );
    const json = events((await predict(TEST, "--keep", "name", "--json")).stdout);
    expect(json.map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
    const unknown = await predict(TEST, "--keep", "nme");
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain('has no column "nme" to keep');
    // The file has a column called as the answer is.
    const clash = await predict(TEST, "--keep", "class");
    expect(clash.code).toBe(2);
    expect(clash.stderr).toContain('The column "class" cannot be kept');
  });

  it("gives the same answers however the input is cut", async () => {
    const bytes = readFileSync(TEST);
    const child = spawn(process.execPath, [PROGRAM, "predict", "passengers.safetensors", "-"], { cwd: at() });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    const random = new Random(1, "cut");
    for (let from = 0; from < bytes.length; ) {
      const size = 1 + random.below(400);
      child.stdin.write(bytes.subarray(from, from + size));
      from += size;
      if (random.below(8) === 0) await new Promise(setImmediate);
    }
    child.stdin.end();
    await new Promise((resolve) => child.on("close", resolve));
    expect(stdout).toBe((await predict(TEST)).stdout);
  });
});

it("takes for missing what the training took for it, and what the flag says", async () => {
  const text = `a,way\n${Array.from({ length: 30 }, (_, i) => `${i % 5 === 0 ? "unknown" : i % 7},${i % 2 ? "up" : "down"}`).join("\n")}\n`;
  const options = { target: ["way"], missing: ["unknown"] };
  const { model, preprocessing } = await trainTable({ name: "s", text }, options);
  await model.save(at("unknown.safetensors"), { preprocessing });
  await model.close();
  writeFileSync(at("unknown.csv"), "a\n1\nunknown\n");
  const taken = await runCli(["predict", "unknown.safetensors", "unknown.csv"]);
  expect([taken.code, taken.stderr]).toEqual([0, "Missing: a in 1 row.\n"]);
  writeFileSync(at("gone.csv"), "a\n1\nunknown\ngone\n");
  const refused = await runCli(["predict", "unknown.safetensors", "gone.csv"]);
  expect([refused.code, refused.stderr]).toEqual([
    4,
    expect.stringMatching(/gone\.csv, line 4, column "?a"?: /),
  ]);
  const told = await runCli(["predict", "unknown.safetensors", "gone.csv", "--missing", "gone"]);
  expect([told.code, told.stderr]).toEqual([0, "Missing: a in 2 rows.\n"]);
});

describe("predict into a file", () => {
  it("writes CSV and JSON lines as on stdout, and tells with --json what it has written", async () => {
    const [csv, json] = [await predict(TEST), await predict(TEST, "--json")];
    expect(await predict(TEST, "--out", "a.csv")).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(at("a.csv"), "utf8")).toBe(csv.stdout);
    const told = await predict(TEST, "--out", "a.jsonl", "--json");
    expect(events(told.stdout)).toEqual([
      { event: "result", command: "predict", rows: answers.length, out: "a.jsonl" },
    ]);
    expect(readFileSync(at("a.jsonl"), "utf8")).toBe(json.stdout);
    expect(readdirSync(at()).filter((name) => name.startsWith(".nnwasm"))).toEqual([]);
  });

  it("writes the probabilities as an array of NumPy's", async () => {
    await predict(TEST, "--out", "a.npy");
    const bytes = readFileSync(at("a.npy"));
    const columns = Object.keys(answers[0]!.probabilities).length;
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
    const head = bytes.subarray(10, 128).toString("latin1");
    expect(head.trimEnd()).toBe(
      `{'descr': '<f8', 'fortran_order': False, 'shape': (${answers.length}, ${columns}), }`,
    );
    expect([bytes.readUInt16LE(8), head.at(-1)]).toEqual([118, "\n"]);
    const values = Array.from({ length: answers.length * columns }, (_, i) =>
      bytes.readDoubleLE(128 + 8 * i),
    );
    expect(values).toEqual(answers.flatMap(({ probabilities }) => Object.values(probabilities)));
    expect(bytes.length).toBe(128 + 8 * values.length);
  });

  it("leaves the file that is there as it is if a row cannot be read", async () => {
    const [head, first] = readFileSync(TEST, "utf8").split("\n") as [string, string];
    const wrong = first.replace(/,23,/, ",old,");
    expect(wrong).not.toBe(first);
    writeFileSync(at("wrong.csv"), `${head}\n${first}\n${wrong}\n`);
    writeFileSync(at("before.csv"), "as it was");
    const { code, stderr } = await predict("wrong.csv", "--out", "before.csv");
    expect(code).toBe(4);
    expect(stderr).toMatch(/wrong\.csv.*line 3.*age.*old/);
    expect(readFileSync(at("before.csv"), "utf8")).toBe("as it was");
    expect(readdirSync(at()).filter((name) => name.startsWith(".nnwasm"))).toEqual([]);
  });

  it("refuses names without a format, the file that is read, and flags that contradict each other", async () => {
    writeFileSync(at("copy.csv"), readFileSync(TEST));
    for (const [args, message] of [
      [[TEST, "--out", "a.txt"], "the end of its name says the format"],
      [["copy.csv", "--out", "copy.csv"], "is the file that is read"],
      [[TEST, "--explain", "--out", "a.csv"], "--out with --explain"],
      [[TEST, "--repeats", "3"], "--repeats is of --explain"],
      [[TEST, "--keep", "name", "--out", "a.npy"], "room for numbers only"],
      [[TEST, TEST], "one file is read at a time"],
    ] as const) {
      const { code, stderr } = await predict(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(readFileSync(at("copy.csv"))).toEqual(readFileSync(TEST));
    expect(await predict("no.csv")).toMatchObject({ code: 4, stderr: expect.stringContaining("no.csv") });
  });
});

/** A command line for a shell. */
const nnwasm = (args: string) => `'${process.execPath}' '${PROGRAM}' ${args}`;
const shell = (line: string, env = {}) => start("/bin/bash", ["-o", "pipefail", "-c", line], env).result;

describe.skipIf(process.platform === "win32")("predict whose end comes early", () => {
  const ROWS = 60_000;

  beforeAll(() => {
    const [head, ...lines] = readFileSync(TEST, "utf8").trim().split("\n");
    const many = Array.from({ length: ROWS }, (_, i) => lines[i % lines.length]);
    writeFileSync(at("many.csv"), `${head}\n${many.join("\n")}\n`);
  });

  it("is quiet when nobody reads on", async () => {
    const { code, stdout, stderr } = await shell(
      `${nnwasm("predict passengers.safetensors many.csv --quiet")} | head -1`,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^row,class,.*\n$/);
  });

  it("waits for a slow reader, and gives it all", async () => {
    const { code, stdout, stderr } = await shell(
      `${nnwasm("predict passengers.safetensors many.csv --quiet")} | (sleep 1; wc -l)`,
    );
    expect([code, stdout.trim(), stderr]).toEqual([0, String(ROWS + 1), ""]);
  });

  it("says after Ctrl-C how many rows are written, and leaves no half of a file", async () => {
    const interrupt = signalAt({ stream: "stdout", text: "\n999,", signal: "SIGINT" });
    const { code, stdout, stderr } = await runCli(
      ["predict", "passengers.safetensors", "many.csv"],
      interrupt,
    );
    expect(code).toBe(130);
    const [, told] = /The answers to the first ([\d,]+) rows are written/.exec(stderr)!;
    const rows = Number(told!.replaceAll(",", ""));
    expect(rows).toBeGreaterThanOrEqual(999);
    expect(rows).toBeLessThan(ROWS);
    expect(stdout.trim().split("\n").length).toBe(rows + 1);
    expect(stdout.endsWith("\n")).toBe(true);

    const atNote = signalAt({ stream: "stderr", text: "Left out", signal: "SIGINT" });
    const file = await runCli(["predict", "passengers.safetensors", "many.csv", "--out", "half.csv"], atNote);
    expect([file.code, file.stderr]).toEqual([130, expect.stringContaining("half.csv is as it was")]);
    expect(existsSync(at("half.csv"))).toBe(false);
    expect(readdirSync(at()).filter((name) => name.startsWith(".nnwasm"))).toEqual([]);
  });

  it("holds no more in memory for many rows than for few", async () => {
    const peak = async (rows: number) => {
      const [head, ...lines] = readFileSync(at("many.csv"), "utf8").trim().split("\n");
      const name = `rows${rows}.csv`;
      writeFileSync(
        at(name),
        `${head}\n${Array.from({ length: rows }, (_, i) => lines[i % lines.length]).join("\n")}\n`,
      );
      const code = `process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS))`;
      const { stderr } = await runCli(
        ["predict", "passengers.safetensors", name, "--out", "big.csv", "--quiet"],
        {
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
        },
      );
      return Number(/peak (\d+)/.exec(stderr)![1]) / 1024;
    };
    const [few, many] = [await peak(20_000), await peak(100_000)];
    expect(many - few).toBeLessThan(60);
  });
});

describe("predict of numbers and flags", () => {
  it("gives numbers in their own unit", async () => {
    const random = new Random(3, "houses");
    const lines = Array.from({ length: 80 }, () => {
      const rooms = 1 + random.below(6);
      return `${rooms},${["Bern", "Rome"][random.below(2)]},${100_000 * rooms}`;
    });
    const text = `rooms,city,price\n${lines.join("\n")}\n`;
    writeFileSync(at("houses.csv"), text);
    const { model } = await saveTableModel(
      at("houses.safetensors"),
      { name: "houses.csv", text },
      { target: ["price"], task: "numbers" },
      { epochs: 60 },
    );
    await model.close();
    const loaded = await loadModel(at("houses.safetensors"));
    const expected = (await loaded.predict(rowsOf(at("houses.csv")))) as unknown as { price: number }[];
    await loaded.close();
    const csv = await runCli(["predict", "houses.safetensors", "houses.csv"]);
    expect(csv.stdout.startsWith("row,price\n0,")).toBe(true);
    // Doubles: all their digits stand.
    expect(answersOf(csv).map(({ price }) => Number(price))).toEqual(expected.map(({ price }) => price));
    const json = await runCli(["predict", "houses.safetensors", "houses.csv", "--json"]);
    expect(events(json.stdout)).toEqual(expected.map(({ price }, row) => ({ row, price })));
    const errors = expected.map(({ price }, i) => Math.abs(price - Number(lines[i]!.split(",")[2])));
    expect(Math.max(...errors)).toBeLessThan(150_000);
  });

  it("gives flags with their probabilities", async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${i % 7 > 3},${i % 5 > 2}`);
    const text = `a,b,wet,cold\n${lines.join("\n")}\n`;
    writeFileSync(at("flags.csv"), text);
    const options = { target: ["wet", "cold"], task: "flags" } as const;
    await (await saveTableModel(at("flags.safetensors"), { name: "flags.csv", text }, options)).model.close();
    const csv = await runCli(["predict", "flags.safetensors", "flags.csv"]);
    const [first] = answersOf(csv);
    expect(Object.keys(first!)).toEqual(["row", "wet", "cold", "probabilities.wet", "probabilities.cold"]);
    for (const row of answersOf(csv)) {
      expect(row.wet).toBe(String(Number(row["probabilities.wet"]) > 0.5));
    }
    const json = events((await runCli(["predict", "flags.safetensors", "flags.csv", "--json"])).stdout);
    expect(json[0]).toEqual({
      ...{ row: 0, wet: expect.any(Boolean), cold: expect.any(Boolean) },
      probabilities: { wet: expect.any(Number), cold: expect.any(Number) },
    });
    expect(json.length).toBe(60);
  });
});

describe("predict of numbers without columns, and of images", () => {
  it("takes as many numbers as the model has features, by place or by the names 0, 1, …", async () => {
    const model = network({ classes: 3, hidden: [5] });
    const random = new Random(5, "numbers");
    const rows = Array.from({ length: 300 }, () => Array.from({ length: 4 }, () => random.normal()));
    const labels = rows.map((row) => (row[0]! > 0 ? 2 : row[1]! > 0 ? 1 : 0));
    await model.fit(samplesFromArrays({ values: rows, labels, classNames: ["x", "y", "z"] }), { epochs: 2 });
    await model.save(at("numbers.safetensors"));
    const outputs = await model.predict(rows);
    await model.close();
    writeFileSync(at("numbers.csv"), `a,b,c,d\n${rows.map((row) => row.join(",")).join("\n")}\n`);
    const order = [2, 0, 3, 1];
    const named = rows.map((row, i) => [...order.map((j) => row[j]!), i].join(","));
    writeFileSync(at("named.csv"), `${[...order, "id"].join(",")}\n${named.join("\n")}\n`);
    const byPlace = await runCli(["predict", "numbers.safetensors", "numbers.csv"]);
    expect(byPlace.stdout.startsWith("row,class,x,y,z\n")).toBe(true);
    const given = answersOf(byPlace).flatMap(({ x, y, z }) => [x, y, z].map((p) => Math.fround(Number(p))));
    expect(given).toEqual(Array.from(outputs));
    const byName = await runCli([
      "predict",
      "numbers.safetensors",
      "named.csv",
      "--header",
      "yes",
      "--keep",
      "id",
    ]);
    expect(answersOf(byName).map(({ x }) => x)).toEqual(answersOf(byPlace).map(({ x }) => x));

    writeFileSync(at("few.csv"), "a,b\n1,2\n");
    const few = await runCli(["predict", "numbers.safetensors", "few.csv"]);
    expect([few.code, few.stderr]).toEqual([4, expect.stringContaining("has 2 columns, expected 4")]);
    writeFileSync(at("text.csv"), "a,b,c,d\n1,2,3,4\n1,2,x,4\n");
    const text = await runCli(["predict", "numbers.safetensors", "text.csv"]);
    expect([text.code, text.stderr]).toEqual([
      4,
      expect.stringMatching(/line 3, column "c": the cell is "x"/),
    ]);
  });

  it("names the file of each image", async () => {
    const png = (grey: number) => {
      const image = new PNG({ width: 4, height: 4 });
      image.data.fill(grey);
      for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
      return PNG.sync.write(image);
    };
    mkdirSync(at("photos"));
    for (const [name, grey] of [
      ["b", 250],
      ["a", 5],
    ] as const)
      writeFileSync(at("photos", `${name}.png`), png(grey));
    const model = network({ classes: 2, hidden: [3] });
    const values = Uint8Array.from({ length: 40 * 4 }, (_, i) => (Math.floor(i / 4) % 2 === 0 ? 5 : 250));
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    await model.fit(samplesFromArrays({ values, labels, features: 4, classNames: ["dark", "light"] }), {
      epochs: 30,
    });
    await model.save(at("images.safetensors"), { preprocessing: imagePreprocessing(2, 2, 1) });
    await model.close();
    const folder = answersOf(await runCli(["predict", "images.safetensors", "photos"]));
    expect(folder.map(({ row, file, class: its }) => [row, file, its])).toEqual([
      ["0", "a.png", "dark"],
      ["1", "b.png", "light"],
    ]);
    const files = await runCli(["predict", "images.safetensors", "photos/b.png", "photos/a.png", "--json"]);
    expect(events(files.stdout).map(({ file, class: its }) => [file, its])).toEqual([
      ["photos/b.png", "light"],
      ["photos/a.png", "dark"],
    ]);
    const keep = await runCli(["predict", "images.safetensors", "photos", "--keep", "id"]);
    expect([keep.code, keep.stderr]).toEqual([2, expect.stringContaining("--keep is of tables")]);
  });
});

describe("predict --explain", () => {
  it("says how much worse the model gets without each column, as a table and as events", async () => {
    const lines = Array.from(
      { length: 120 },
      (_, i) => `${(i * 7) % 11},${(i * 5) % 13},${(i * 7) % 11 > 5 ? "up" : "down"}`,
    );
    writeFileSync(at("simple.csv"), `useful,idle,way\n${lines.join("\n")}\n${"3,1,\n"}`);
    const text = readFileSync(at("simple.csv"), "utf8");
    await (
      await saveTableModel(
        at("simple.safetensors"),
        { name: "s", text: text.trim().slice(0, -5) },
        { target: ["way"] },
        { epochs: 40 },
      )
    ).model.close();
    const table = await runCli(["predict", "simple.safetensors", "simple.csv", "--explain"]);
    expect([table.code, table.stderr]).toEqual([0, ""]);
    const [first, , head, base, best] = table.stdout.split("\n") as string[];
    expect(first).toMatch(
      /^Permutation importance on 120 rows; 1 row without a target left out: .*5 permutations/,
    );
    expect(head!.trim().split(/ {2,}/)).toEqual(["column", "loss", "accuracy"]);
    expect(base).toMatch(/^baseline +0\.\d{4} +\d\.\d{4}$/);
    expect(best).toMatch(/^useful +\+\d\.\d{4} ± 0\.\d{4} +−0\.\d{4} ± 0\.\d{4}$/);
    expect(table.stdout).toContain("not what causes what");
    const json = await runCli([
      ..."predict simple.safetensors simple.csv --explain --json --rows 50 --repeats 3 --seed 9".split(" "),
    ]);
    const all = events(json.stdout);
    expect(all.map(({ event, column }) => [event, column])).toEqual([
      ["importance", "useful"],
      ["importance", "idle"],
      ["result", undefined],
    ]);
    expect(all.at(-1)).toMatchObject({
      ...{
        command: "predict",
        method: "permutation",
        rows: 50,
        of: 120,
        withoutTarget: 1,
        repeats: 3,
        seed: 9,
      },
      metric: { name: "accuracy", better: "more", value: expect.any(Number) },
    });
    expect(all[0]!.loss.mean).toBeGreaterThan(10 * Math.abs(all[1]!.loss.mean));
    const again = await runCli([
      ..."predict simple.safetensors simple.csv --explain --json --rows 50 --repeats 3 --seed 9".split(" "),
    ]);
    expect(again.stdout).toBe(json.stdout);
  });

  it("needs the target, and a model of a table", async () => {
    writeFileSync(at("untold.csv"), "useful,idle\n1,2\n3,4\n");
    const untold = await runCli(["predict", "simple.safetensors", "untold.csv", "--explain"]);
    expect([untold.code, untold.stderr]).toEqual([4, expect.stringContaining("way")]);
    const numbers = await runCli(["predict", "numbers.safetensors", "numbers.csv", "--explain"]);
    expect([numbers.code, numbers.stderr]).toEqual([
      2,
      expect.stringContaining("was not trained on a table"),
    ]);
  });
});
