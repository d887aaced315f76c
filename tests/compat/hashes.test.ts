/** The table of hashes on every Node that there is a package of: tests/compat/hashes/package.json. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start } from "../helpers/cli.ts";
import { expectedHashes, hashesOn } from "../helpers/hashes.ts";

const folder = join(import.meta.dirname, "hashes/node_modules");
const platform = `-${process.platform}-${process.arch}`;
const nodes = readdirSync(folder).filter((name) => name.startsWith("node-") && name.endsWith(platform));

it("there are the Nodes 20, 22, 24 and 26", () => {
  expect(nodes).toEqual(["20", "22", "24", "26"].map((version) => `node-${version}${platform}`));
});

it.each(nodes)("%s trains to the bits of the table of hashes", async (name) => {
  const node = join(folder, name, "bin/node");
  const { stdout } = await start(node, ["--version"], folder).result;
  expect(stdout).toMatch(new RegExp(`^v${name.split("-")[1]}\\.`));
  expect(await hashesOn(node)).toEqual(expectedHashes);
});

it.each(nodes.filter((name) => !name.startsWith("node-20-")))(
  "%s trains to the same bits with wide vectors, in 1, 2, 3 and 8 threads",
  async (name) => {
    expect(await hashesOn(join(folder, name, "bin/node"), "--wide")).toEqual(expectedHashes);
  },
);

it.each(nodes.filter((name) => !name.startsWith("node-20-")))(
  "%s calls kernels with random shapes and values to the same bits, wide and narrow",
  async (name) => {
    const digests = async (width: string) => {
      const args = [join(import.meta.dirname, "wide/compare.mjs"), width, "3", "5000"];
      const { code, stdout, stderr } = await start(join(folder, name, "bin/node"), args, folder).result;
      expect([code, stderr]).toEqual([0, ""]);
      return stdout;
    };
    const narrow = await digests("narrow");
    expect(narrow.split("\n")).toHaveLength(11);
    expect(await digests("wide")).toBe(narrow);
  },
);
