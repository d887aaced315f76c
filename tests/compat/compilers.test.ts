/** The repository's own sources, which `npm run check` compiles with TypeScript 6, with the compiler after it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { start } from "../helpers/cli.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

it("TypeScript 7 finds no error in the repository", async () => {
  const compiler = join(import.meta.dirname, "compilers/node_modules/typescript-7/bin/tsc");
  const { code, stdout, stderr } = await start(
    process.execPath,
    [compiler, "--noEmit", "-p", repository],
    repository,
  ).result;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
});
