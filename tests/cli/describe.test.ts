/** `nnwasm data describe`, in the test's own process. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataCommand } from "../../src/cli/commands/data.ts";
import { NnwasmError } from "../../src/errors.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-describe-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer, _: string, done: () => void) {
    this.text += chunk.toString();
    done();
  }
}

/** Describes a file with this content. */
async function run(content: string | Uint8Array, args: readonly string[] = [], name = "a.csv") {
  const path = join(folder, name);
  await writeFile(path, content);
  return await runOn(path, args);
}

async function runOn(path: string, args: readonly string[], stdin?: AsyncIterable<Uint8Array>) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const context = { env: {}, home: folder, stdin, stdout, stderr, signal: new AbortController().signal };
  let error: unknown;
  await dataCommand(context)
    .parseAsync(["describe", path, ...args], { from: "user" })
    .catch((thrown: unknown) => {
      error = thrown;
    });
  return { stdout: stdout.text, stderr: stderr.text, error };
}

const TABLE = "Größe;ok\r\n1,5;yes\r\n2,25;no\r\n;no\r\n4,5;yes\r\n";

describe("data describe", () => {
  it("shows columns, the task and what is dropped", async () => {
    const { stdout, stderr, error } = await run(TABLE, ["--target", "ok"]);
    expect(error).toBeUndefined();
    expect(stderr).toBe("");
    expect(stdout.split("\n").slice(1)).toEqual([
      "",
      "column  is      missing  values         example",
      "ok      target        0  no: 2, yes: 2  yes",
      "Größe   number  1 (25%)  1.5 to 4.5     1,5",
      "",
      "To be predicted: ok, one of two classes (it is yes or no).",
      'Note: The class "no" has 2 rows only: too few to be learned well.',
      'Note: The class "yes" has 2 rows only: too few to be learned well.',
      "",
    ]);
  });

  it("prints an event with --json", async () => {
    const { stdout } = await run(TABLE, ["--json"]);
    const event = JSON.parse(stdout);
    expect(event).toMatchObject({
      event: "result",
      command: "data describe",
      kind: "table",
      rows: 4,
      task: null,
    });
    expect(event.columns.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
      ["Größe", "number"],
      ["ok", "boolean"],
    ]);
  });

  it("reads the standard input, and takes what is said", async () => {
    async function* stdin() {
      yield new TextEncoder().encode("a,b\n1/2/2025,1\n3/4/2025,2\n");
    }
    const { stdout, error } = await runOn(
      "-",
      ["--dates", "month-first", "--categorical", "b", "--json"],
      stdin(),
    );
    expect(error).toBeUndefined();
    expect(JSON.parse(stdout).columns).toMatchObject([
      { kind: "date", range: ["2025-01-02", "2025-03-04"] },
      { kind: "category", why: "as it was said" },
    ]);
  });

  it("describes an array of images", async () => {
    const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4);
    const { stdout, error } = await run(idx, [], "images.idx3-ubyte");
    expect(error).toBeUndefined();
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "IDX, 1 image of 2 × 2, 1 channel; no labels beside it: --target FILE names theirs",
    );
    const said = await run(idx, ["--drop", "a"], "images.idx3-ubyte");
    expect(String(said.error)).toContain("--drop says something of a table, and");
  });

  it.each<[string, string, readonly string[], string]>([
    [
      "an unknown column",
      TABLE,
      ["--target", "okk"],
      'has no column "okk". Did you mean "ok"? Its columns are "Größe" and "ok".',
    ],
    ["a text among numbers", `a\n${"1\n".repeat(20)}x\n`, [], 'line 22, column "a": "x" is no number'],
    ["no rows", "a,b\n", ["--target", "b"], "has no rows. Give a table with some."],
    [
      "nothing to learn",
      "a,b\n1,2\n2,2\n",
      ["--target", "b"],
      'target "b" has one value only, "2": there is nothing to learn.',
    ],
  ])("refuses %s", async (_, content, args, message) => {
    const { error, stdout } = await run(content, args);
    expect(error).toBeInstanceOf(NnwasmError);
    expect((error as Error).message).toContain(message);
    expect(stdout).toBe("");
  });

  it("refuses what is not there", async () => {
    const { error } = await runOn(join(folder, "none.csv"), []);
    expect(error).toBeInstanceOf(NnwasmError);
  });
});
