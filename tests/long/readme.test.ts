/** The program on CIFAR-10 of docs/examples.md, at full length. */
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newFolder } from "../helpers/cli.ts";
import { blocks, linkPackage, runProgram } from "../helpers/readme.ts";

const data = process.env.NNWASM_DATA;
let folder: string;
beforeAll(() => {
  folder = newFolder();
  linkPackage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(!data)(
  "docs/examples.md: the program on CIFAR-10 prints what stands there (with NNWASM_DATA)",
  async () => {
    mkdirSync(join(folder, "data"));
    symlinkSync(join(data!, "cifar-10-batches-bin"), join(folder, "data/cifar-10-batches-bin"));
    const examples = readFileSync(fileURLToPath(new URL("../../docs/examples.md", import.meta.url)), "utf8");
    const program = blocks(examples, "js").find((code) => code.includes("cifar10"))!;
    const [, said] = /console\.log\(await model\.evaluate\(test\)\); \/\/ (.*)$/m.exec(program)!;
    const numbers = [...said!.matchAll(/[\d.]+(?=…|\s)/g)].map(([digits]) => digits);
    const printed = (await runProgram(folder, program)).replace(/\s+/g, " ").split("{").at(-1)!;
    expect(numbers.length).toBe(3);
    for (const digits of numbers) expect(printed).toContain(digits);
  },
  600_000,
);
