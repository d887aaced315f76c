/** From a file of each format to a model, its evaluation and its answers, on the command line. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../src/index.ts";
import { npy } from "../helpers/arrayFiles.ts";
import { PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { idx } from "../helpers/mnistFixture.ts";
import { expectShell, linkPackage, makePhotos, shellBlocks } from "../helpers/readme.ts";

const { at, runCli, runJson, start } = cliFolder({ cifar: false });

const ROWS = 120;
/** Two numbers of a square, a colour, and what follows from them. */
const rows = Array.from({ length: ROWS }, (_, i) => {
  const [x, y] = [(i * 37) % 100, (i * 53) % 97];
  const kind = x + y > 100 ? "far" : "near";
  return {
    x,
    y,
    colour: ["red", "blue", "green"][i % 3]!,
    kind,
    wet: x > 50,
    cold: y > 50,
    sum: x + y,
    difference: x - y,
    weight: 1 + (i % 3),
    patient: `p${i % 24}`,
  };
});
const names = Object.keys(rows[0]!) as (keyof (typeof rows)[0])[];
const separated = (sign: string) =>
  [names, ...rows.map((row) => Object.values(row))].map((cells) => `${cells.join(sign)}\n`).join("");

const doubles = (numbers: readonly number[]) => new Uint8Array(Float64Array.from(numbers).buffer);

beforeAll(() => {
  const column = <T>(name: keyof (typeof rows)[0], type: string) => ({
    name,
    type,
    data: rows.map((row) => row[name] as T),
  });
  writeFileSync(at("t.csv"), separated(","));
  writeFileSync(at("t.tsv"), separated("\t"));
  writeFileSync(at("t.csv.gz"), gzipSync(separated(";")));
  writeFileSync(at("t.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const columnData = [
    ...[column("x", "INT32"), column("y", "DOUBLE"), column("colour", "STRING"), column("kind", "STRING")],
    ...[
      column("wet", "BOOLEAN"),
      column("cold", "BOOLEAN"),
      column("sum", "INT32"),
      column("difference", "INT32"),
      column("weight", "INT32"),
      column("patient", "STRING"),
    ],
  ] as never;
  writeFileSync(at("t.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
  const numbers = rows.flatMap(({ x, y, kind }) => [x, y, Number(kind === "far")]);
  writeFileSync(at("t.npy"), npy({ descr: "<f8", shape: [ROWS, 3], content: doubles(numbers) }));
  const pixels = rows.flatMap(({ x }) =>
    Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 2 * x : 200 - 2 * x)),
  );
  writeFileSync(at("some-images-idx3-ubyte"), idx([ROWS, 4, 4], Uint8Array.from(pixels)));
  writeFileSync(
    at("some-labels-idx1-ubyte"),
    idx(
      [ROWS],
      Uint8Array.from(rows, ({ x }) => Number(x > 50)),
    ),
  );
  makePhotos(at("photos"));
  mkdirSync(at("answers"));
});

it("a model of images says what it wants if it gets a table or the standard input", async () => {
  await runJson("train photos --epochs 1 --out ofPhotos".split(" "));
  for (const [command, code, message] of [
    [
      "evaluate ofPhotos t.csv",
      2,
      "ConfigError: t.csv is a file, and the model in ofPhotos was trained on a folder of images.",
    ],
    [
      "evaluate ofPhotos -",
      2,
      "ConfigError: - is the standard input, and the model in ofPhotos was trained on a folder of",
    ],
    [
      "predict ofPhotos -",
      2,
      "ConfigError: - is the standard input, and the model in ofPhotos answers images.",
    ],
  ] as const) {
    const result = await runCli(command.split(" "));
    expect([result.code, result.stdout, result.stderr]).toEqual([code, "", expect.stringContaining(message)]);
  }
});

/** One network of few epochs: ensembles have tests of their own. */
const LEAVE = "--drop wet,cold,sum,difference,weight,patient --members 1 --epochs 60";

describe("train, evaluate and predict", () => {
  it.each<[file: string, flags: string, classes: readonly string[]]>([
    ["t.csv", `--target kind ${LEAVE}`, ["far", "near"]],
    ["t.tsv", `--target kind ${LEAVE}`, ["far", "near"]],
    ["t.csv.gz", `--target kind ${LEAVE}`, ["far", "near"]],
    ["t.jsonl", `--target kind ${LEAVE}`, ["far", "near"]],
    ["t.parquet", `--target kind ${LEAVE}`, ["far", "near"]],
    ["t.npy", "--target 2 --members 1 --epochs 60", ["0", "1"]],
    ["some-images-idx3-ubyte", "--layers 8 --epochs 20 --batch 10", ["0", "1"]],
    ["photos", "--layers 8 --epochs 20 --batch 5 --eta-max 0.01", ["cat", "dog"]],
  ])("%s", async (file, flags, classes) => {
    const out = `of ${file}`;
    const args = [...words(`train ${file} ${flags} --seed 3`), "--out", out];
    const result = (await runJson(args)).at(-1)!;
    expect(result.test).toBeNull();
    const [measured] = await runJson(["evaluate", out, file]);
    expect(measured!.accuracy).toBeGreaterThan(0.8);
    expect((measured!.confusion as number[][]).flat().reduce((sum, n) => sum + n, 0)).toBe(
      file === "photos" ? 24 : ROWS,
    );
    const { code, stdout } = await runCli(["predict", out, file, "--quiet"]);
    expect(code).toBe(0);
    const [header, first, ...others] = stdout.trimEnd().split("\n");
    expect(header!.split(",").filter((name) => name !== "file")).toEqual(["row", "class", ...classes]);
    expect(first).toMatch(/^0,/);
    expect(others).toHaveLength((file === "photos" ? 24 : ROWS) - 1);
  });

  it("of the same rows in other formats gives the same bits", () => {
    const hash = (file: string) => readJson(at(`of ${file}`, "summary.json")).weightsSha256;
    for (const file of ["t.tsv", "t.csv.gz", "t.jsonl", "t.parquet"]) expect(hash(file)).toBe(hash("t.csv"));
  });

  it("of flags, whole groups and weights; of several numbers; from the standard input to a file of NumPy", async () => {
    await runJson(
      words(
        "train t.csv --target wet,cold --drop kind,sum,difference,weight --group patient --members 1 --epochs 60 --out flags",
      ),
    );
    const [flags] = await runJson(words("evaluate flags t.parquet"));
    expect(flags!.f1Macro).toBeGreaterThan(0.9);
    const answers = (await runCli(words("predict flags t.jsonl --quiet"))).stdout;
    expect(answers.split("\n")[0]).toBe("row,wet,cold,probabilities.wet,probabilities.cold");
    await runJson(
      words(
        "train t.parquet --target difference,sum --weight weight --members 1 --drop kind,wet,cold,patient --out numbers",
      ),
    );
    const [numbers] = await runJson(words("evaluate numbers t.csv"));
    expect(numbers!.r2).toBeGreaterThan(0.9);
    const shell = "predict numbers - --out answers/sums.npy --quiet < t.csv";
    const { code, stderr } = await start("sh", ["-c", `"${process.execPath}" "${PROGRAM}" ${shell}`]).result;
    expect([code, stderr]).toEqual([0, ""]);
    const file = readFileSync(at("answers/sums.npy"));
    expect(file.toString("latin1", 10, 128)).toContain(`'shape': (${ROWS}, 2)`);
    expect(Math.abs(file.readDoubleLE(file.length - 16) - rows.at(-1)!.sum)).toBeLessThan(20);
  });
});

describe("a file in another style than the training's", () => {
  beforeAll(async () => {
    const german = rows.map(({ x, kind }) => `${(1000 + 10 * x).toLocaleString("de-DE")},5;${kind}\n`);
    writeFileSync(at("german.csv"), `x;kind\n${german.join("")}`);
    await runJson(words("train german.csv --target kind --missing unbekannt --epochs 3 --out german"));
  });

  it("is told of, where a number could be two", async () => {
    writeFileSync(at("english.csv"), "x\n1.234\n1234.5\n");
    const refused = await runCli(words("predict german english.csv"));
    expect([refused.code, refused.stderr]).toEqual([
      4,
      'DatasetError: english.csv, line 2, column "x": "1.234" may have a fraction or not: in the training it would have been ' +
        "thousands, which this file's delimiter speaks against. Say what stands before fractions in this file: --decimal . or --decimal ,\n",
    ]);
    expect((await runCli(words("predict german english.csv --decimal ."))).code).toBe(0);
    writeFileSync(at("thousands.csv"), "x;y\n1.234;1\n1.234,5;2\n");
    expect((await runCli(words("predict german thousands.csv"))).code).toBe(0);
  });

  it("has the training's texts for a missing cell, in the library too", async () => {
    writeFileSync(at("unknown.csv"), "x;y\nunbekannt;1\n");
    const { code, stderr } = await runCli(words("predict german unknown.csv"));
    expect([code, stderr]).toEqual([0, expect.stringContaining("Missing: x in 1 row.")]);
    const model = await loadModel(at("german"));
    expect(await model.predict([{ x: "unbekannt" }])).toEqual(await model.predict([{ x: null }]));
    await model.close();
  });
});

describe("docs/data-formats.md, as it stands there", () => {
  const document = readFileSync(new URL("../../docs/data-formats.md", import.meta.url), "utf8");
  const shells = shellBlocks(document).filter(([, printed]) => printed !== undefined);
  const data = process.env.NNWASM_DATA;
  const isPublic = ([commands]: readonly [string, ...unknown[]]) => / (?:tables|mnist)\//.test(commands);

  beforeAll(() => {
    linkPackage(at());
    for (const name of data === undefined ? [] : ["tables", "mnist"]) {
      symlinkSync(join(data!, name), at(name), "junction");
    }
    const [header, ...lines] = readFileSync(at("examples/houses.train.csv"), "utf8").trimEnd().split("\n");
    const cells = lines.map((line) => line.split(","));
    const columnData = header!.split(",").map((name, i) => {
      const isNumber = ["area", "rooms", "built", "price"].includes(name);
      const value = (cell: string) => (cell === "" ? null : isNumber ? Number(cell) : cell);
      return { name, type: isNumber ? "DOUBLE" : "STRING", data: cells.map((row) => value(row[i]!)) };
    });
    writeFileSync(at("houses.parquet"), new Uint8Array(parquetWriteBuffer({ columnData } as never)));
    const numbers = cells.flatMap(([, , , area, rooms, , , , price]) => [area, rooms, price].map(Number));
    const content = doubles(numbers);
    writeFileSync(at("houses.npy"), npy({ descr: "<f8", shape: [cells.length, 3], content }));
  });

  it("are a model, its evaluation and its answers from each", () => {
    const commands = shells.map(([each]) => each);
    for (const each of commands)
      expect(each).toMatch(/nnwasm train .*\n.*nnwasm evaluate .*\n.*nnwasm predict .*\n$/);
    const files = ["wine", "servo", "housevotes84", "photos", "idx3-ubyte", ".parquet", ".npy", "train - "];
    for (const file of files) expect(commands.filter((each) => each.includes(file))).toHaveLength(1);
  });

  it.each(shells.filter((shell) => !isPublic(shell)))("%s", (...shell) => expectShell(at(), shell));

  it.skipIf(data === undefined).each(shells.filter(isPublic))("%s(with NNWASM_DATA)", (...shell) =>
    expectShell(at(), shell),
  );
});
