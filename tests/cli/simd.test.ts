/** `--simd` where vectors cannot be widened. What they gain is for tests/compat/simd.test.ts, on other Nodes. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { canWiden } from "../../src/simd/flag.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";

const { at, runCli, runJson } = cliFolder({ cifar: false });
const small = "synthetic --limit 300 --validation 100 --layers 6 --epochs 1";

it.skipIf(canWiden(process))("wide is refused by a Node that cannot, with what to do", async () => {
  const { code, stderr } = await runCli(words(`train ${small} --simd wide --out refused`));
  expect(code).toBe(2);
  expect(stderr).toContain(`ConfigError: --simd wide: Node ${process.versions.node} cannot widen vectors;`);
  expect(stderr).toContain("Take --simd auto.");
});

it("what was begun with wide vectors goes on with a Node that has none", async () => {
  const asWide = (file: string) =>
    writeFileSync(at(file), readFileSync(at(file), "utf8").replace(/"simd": "\w+"/, '"simd": "wide"'));
  await runJson(words(`search ${small} --sampler random --trials 1 --workers 1 --simd narrow --out study`));
  asWide("study/study.json");
  expect(readFileSync(at("study/study.json"), "utf8")).toContain('"simd": "wide"');
  const all = await runJson(words("search --resume study --trials 2"));
  expect(all.filter(({ event }) => event === "trial")).toHaveLength(2);
});
