/** What docs/mnist.md recommends, at full length. */
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { events, newFolder, runCli } from "../helpers/cli.ts";
import { blocks } from "../helpers/readme.ts";

const data = process.env.NNWASM_DATA;
let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(!data)(
  "the settings that docs/mnist.md recommends reach a test accuracy of 0.984, and what stands there (with NNWASM_DATA)",
  async () => {
    const document = readFileSync(fileURLToPath(new URL("../../docs/mnist.md", import.meta.url)), "utf8");
    const command = /^nnwasm (train .*)$/m.exec(blocks(document, "sh").join(""))![1]!;
    const [, said] = /^test .* accuracy ([\d.]+)$/m.exec(document)!;
    const run = await runCli([...command.split(" "), "--json", "--quiet"], folder, { NNWASM_DATA: data! });
    expect(run.code).toBe(0);
    const { event, test } = events(run.stdout).at(-1)!;
    expect(event).toBe("result");
    expect(test.accuracy).toBeGreaterThanOrEqual(0.984);
    expect(test.accuracy.toFixed(4)).toBe(said);
  },
);
