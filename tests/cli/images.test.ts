/** A folder of images from files to answers, by the command line: what docs/images.md says. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { events } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { jpg, png } from "../helpers/imageFiles.ts";

const { at, runCli, runJson } = cliFolder({ cifar: false });

beforeAll(() => {
  for (const [set, count] of [
    ["train", 20],
    ["test", 5],
  ] as const) {
    for (const [name, level] of [
      ["day", 200],
      ["night", 40],
    ] as const) {
      mkdirSync(at("photos", set, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const painter = (x: number, y: number) => [level + ((x + i) % 9), level + y, level];
        const file = at("photos", set, name, String(i));
        if (i % 2 === 0) writeFileSync(`${file}.png`, png(12 + i, 10, painter));
        else writeFileSync(`${file}.jpg`, jpg(12, 10 + i, painter));
      }
    }
  }
});

const train = "train photos --layers 5 --epochs 4 --batch 10 --size 8x6";

describe("a folder of images", () => {
  it("is trained on, saved with its preprocessing, and asked about, to the same bits again", async () => {
    const flags = `${train} --flip --shift 2 --noise 0.1`;
    const all = await runJson(words(`${flags} --out run --json`));
    const start = all.find(({ event }) => event === "start")!;
    expect(start.data).toMatchObject({ train: 32, validation: 8, test: 10 });
    expect(start.config).toMatchObject({ size: "8x6", flip: true, shift: 2, noise: 0.1 });
    const result = all.find(({ event }) => event === "result")!;
    expect((result.test as { accuracy: number }).accuracy).toBe(1);
    const other = await runJson(words(`${flags} --threads 2 --out other --json`));
    const hash = other.find(({ event }) => event === "result")!.weightsSha256;
    expect(hash).toBe(result.weightsSha256);
    const plain = await runJson(words(`${train} --out plain --json`));
    expect(plain.find(({ event }) => event === "result")!.weightsSha256).not.toBe(hash);
    expect(JSON.parse(readFileSync(at("run", "config.json"), "utf8"))).toMatchObject({
      flip: true,
      shift: 2,
    });

    const folder = await runCli(words("predict run photos/test --json"));
    expect(folder.code).toBe(0);
    const answers = events(folder.stdout);
    expect(answers).toHaveLength(10);
    expect(answers.map((answer) => answer.class)).toEqual([
      ...Array(5).fill("day"),
      ...Array(5).fill("night"),
    ]);
    const one = await runCli(words("predict run photos/test/day/2.png --json"));
    expect(events(one.stdout)[0]).toMatchObject({ class: "day" });
  });

  it("is described", async () => {
    const described = await runCli(words("data describe photos"));
    expect(described.code).toBe(0);
    expect(described.stdout).toContain("photos/train: 40 images (20 PNG, 20 JPEG) of ");
    expect(described.stdout).toMatch(/night +20\n/);
  });

  it("with a damaged image ends with its name and exit 4", async () => {
    mkdirSync(at("damaged", "a"), { recursive: true });
    mkdirSync(at("damaged", "b"));
    writeFileSync(
      at("damaged", "a", "1.png"),
      png(3, 3, () => [1]),
    );
    writeFileSync(at("damaged", "b", "1.png"), png(3, 3, () => [1]).subarray(0, 50));
    const { code, stderr } = await runCli(words("train damaged --epochs 1"));
    expect(code).toBe(4);
    expect(stderr).toContain("damaged/b/1.png ends after 50 bytes");
  });
});

describe("augmentation", () => {
  it.each([
    [`${train} --shift 6`, "--shift 6: the images of photos are 8 × 6, expected less than 6."],
    [`${train} --shift 1.5`, "--shift"],
    [
      "train table.csv --target y --flip --noise 1",
      "--flip, --noise: the samples of table.csv are no images. Leave them out.",
    ],
  ])("%s is refused", async (command, message) => {
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${(i * 7) % 11},${(i * 5) % 13},${i % 2 ? "on" : "off"}`,
    );
    writeFileSync(at("table.csv"), `a,b,y\n${rows.join("\n")}\n`);
    const { code, stderr } = await runCli(words(command));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
