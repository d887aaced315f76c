/**
 * V8's widening is young: 100,000 calls of kernels with random shapes and values on each Node that has it, wide against narrow, in
 * processes of their own. `npm run test:long -- tests/long/wide.test.ts`; NNWASM_FUZZ_CALLS says another number.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start } from "../helpers/cli.ts";
import { installPackages } from "../helpers/installPackages.ts";

const CALLS = Number(process.env.NNWASM_FUZZ_CALLS ?? 100_000);
const compat = join(import.meta.dirname, "../compat");

it.each(["22", "24", "26"])(`Node %s: ${CALLS} calls have the same bits`, async (version) => {
  await installPackages(compat);
  const nodes = join(compat, "hashes/node_modules");
  const name = readdirSync(nodes).find((each) => each.startsWith(`node-${version}-`))!;
  const digests = async (width: string) => {
    const args = [join(compat, "wide/compare.mjs"), width, "7", String(CALLS)];
    const { code, stdout, stderr } = await start(join(nodes, name, "bin/node"), args, compat).result;
    expect([code, stderr]).toEqual([0, ""]);
    return stdout.trim().split("\n");
  };
  const narrow = await digests("narrow");
  expect(narrow.length).toBe(Math.ceil(CALLS / 500));
  expect(await digests("wide")).toEqual(narrow);
});
