import { mkdtemp, readFile, rm, stat, truncate } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Command, CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dataCommand } from "../../src/cli/commands/data.ts";
import { type CliContext, Interrupted } from "../../src/cli/context.ts";
import { cifar10Kind } from "../../src/data/cifar10Kind.ts";
import { syntheticKind } from "../../src/data/syntheticKind.ts";
import { DatasetError } from "../../src/errors.ts";
import { cifarArchive, FILES, writeCifar } from "../helpers/cifarFixture.ts";

const RECORDS = 4;
const good = cifarArchive(RECORDS);
const CIFAR10 =
  "cifar10    50,000 colour photographs of 32 × 32 to train on, 10,000 to test on, in 10 classes";
const SYNTHETIC =
  "synthetic  drawn images of the same number, size and classes: shapes, colours, clutter and noise\n" +
  "           made when it is used, from the seed\n";
const ESC = "\x1b";

let root: string;
let cache: string;
let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-data-command-"));
  cache = join(root, "cache");
  answer = (response) => response.end(good.gzip);
  server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tar.gz`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

/** Collects what is written. */
class Sink extends Writable {
  text = "";
  isTTY: boolean;
  columns: number;
  constructor(isTTY: boolean, columns = 80) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }
  override _write(chunk: Buffer, _: string, done: () => void) {
    this.text += chunk.toString();
    done();
  }
}

interface Settings {
  readonly env?: CliContext["env"];
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
}

/** Runs `nnwasm data …` as the program would. */
async function run(args: string[], { env, terminal = false, columns, signal }: Settings = {}) {
  const stdout = new Sink(terminal, columns);
  const stderr = new Sink(terminal, columns);
  const context: CliContext = {
    env: env ?? { NNWASM_HOME: cache },
    home: root,
    stdout,
    stderr,
    signal: signal ?? new AbortController().signal,
  };
  const program = new Command("nnwasm").addCommand(
    dataCommand(context, {
      cifar10: cifar10Kind({ archive: good.archive, recordsPerFile: RECORDS }),
      synthetic: syntheticKind,
    }),
  );
  const error = await program.parseAsync(["data", ...args], { from: "user" }).then(
    () => undefined,
    (reason) => reason,
  );
  return { stdout: stdout.text, stderr: stderr.text, error };
}

const events = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("data list", () => {
  it("says how to get what is not there", async () => {
    expect(await run(["list"])).toEqual({
      stdout:
        `${CIFAR10}\n           not here yet; to download it (0.0 MB): ` +
        `nnwasm data fetch cifar10\n${SYNTHETIC}`,
      stderr: "",
      error: undefined,
    });
  });

  it("says where a data set was found, in NNWASM_DATA first", async () => {
    await writeCifar(join(cache, "cifar10", "cifar-10-batches-bin"), RECORDS);
    expect((await run(["list"])).stdout).toBe(
      `${CIFAR10}\n           ${cache}/cifar10/cifar-10-batches-bin\n${SYNTHETIC}`,
    );
    const env = { NNWASM_HOME: cache, NNWASM_DATA: join(root, "sets") };
    expect((await run(["list"], { env })).stdout).toContain(`${cache}/cifar10/cifar-10-batches-bin\n`);
    await writeCifar(join(root, "sets", "cifar-10-batches-bin"), RECORDS);
    expect((await run(["list"], { env })).stdout).toContain(`${root}/sets/cifar-10-batches-bin\n`);
  });

  it("says what is wrong with a data set", async () => {
    const folder = join(cache, "cifar10");
    await writeCifar(folder, RECORDS);
    await rm(join(folder, "test_batch.bin"));
    const problem =
      `${folder} holds CIFAR-10 without test_batch.bin: six files are expected. ` +
      "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.";
    expect((await run(["list"])).stdout).toContain(`           ${problem}\n`);
    expect(events((await run(["list", "--json"])).stdout)[0]).toMatchObject({ state: "damaged", problem });
  });

  it("prints one event a data set with --json", async () => {
    await writeCifar(cache, RECORDS);
    const { stdout, stderr } = await run(["list", "--json"]);
    const samples = { train: 50_000, test: 10_000 };
    expect(events(stdout)).toEqual([
      { event: "dataset", name: "cifar10", ...samples, state: "here", folder: cache },
      { event: "dataset", name: "synthetic", ...samples, state: "here", folder: null },
    ]);
    expect(stderr).toBe("");
  });
});

describe("data fetch", () => {
  const folder = () => `${cache}/cifar10/cifar-10-batches-bin`;

  it("puts the data set into the cache and says so; plain lines tell the progress", async () => {
    const { stdout, stderr, error } = await run(["fetch", "cifar10", "--url", url]);
    expect(error).toBeUndefined();
    expect(stdout).toBe(`cifar10 is now in ${folder()}: all files are the published ones.\n`);
    expect(stderr).toMatch(/^cifar10: \d+% {2}0\.0 of 0\.0 MB/);
    expect(stderr).toMatch(/cifar10: 100% {2}0\.0 of 0\.0 MB.*\ncifar10: unpacking and checking\n$/);
    expect(stderr).not.toContain(ESC);
    expect((await readFile(`${folder()}/${FILES[0]}`)).length).toBe(RECORDS * 3073);
    expect((await run(["fetch", "cifar10", "--url", url])).stdout).toBe(
      `cifar10 is already in ${folder()}: all files are the published ones.\n`,
    );
  });

  it("prints its result as an event with --json", async () => {
    const { stdout, stderr } = await run(["fetch", "cifar10", "--url", url, "--json"]);
    expect(events(stdout)).toEqual([
      { event: "result", command: "data fetch", name: "cifar10", folder: folder(), fetched: true },
    ]);
    expect(stderr).toContain("100%");
  });

  it("shows no progress with --quiet", async () => {
    const { stdout, stderr } = await run(["fetch", "cifar10", "--url", url, "--quiet"]);
    expect(stdout).toContain("cifar10 is now in");
    expect(stderr).toBe("");
  });

  it("redraws one line on a terminal", async () => {
    const { stderr } = await run(["fetch", "cifar10", "--url", url], { terminal: true });
    expect(stderr).toContain(`\r${ESC}[2Kcifar10  ${ESC}[36m${"━".repeat(24)}${ESC}[39m`);
    expect(stderr).toContain("  100%  0.0 of 0.0 MB");
    expect(stderr.endsWith(`\r${ESC}[2Kcifar10: unpacking and checking\n`)).toBe(true);
  });

  it("draws without colours with NO_COLOR, and not at all on a dumb terminal", async () => {
    const args = ["fetch", "cifar10", "--url", url];
    const env = { NNWASM_HOME: cache, NO_COLOR: "1" };
    const plain = await run(args, { terminal: true, env });
    expect(plain.stderr).toContain(`${"━".repeat(24)}  100%`);
    expect(plain.stderr.replaceAll(`${ESC}[2K`, "")).not.toContain(ESC);
    await rm(cache, { recursive: true });
    const dumb = await run(args, { terminal: true, env: { NNWASM_HOME: cache, TERM: "dumb" } });
    expect(dumb.stderr).not.toContain(ESC);
  });

  it("keeps its line within a narrow terminal", async () => {
    const env = { NNWASM_HOME: cache, NO_COLOR: "1" };
    const { stderr } = await run(["fetch", "cifar10", "--url", url], { terminal: true, columns: 30, env });
    const drawn = stderr.split(`\r${ESC}[2K`).filter((line) => !line.endsWith("\n"));
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(30);
    expect(drawn.at(-1)).toMatch(/^cifar10 {2}100% {2}0\.0 of 0\.0/);
  });

  it("keeps what has arrived at Ctrl-C, and exits with 130", async () => {
    const interrupt = new AbortController();
    const part = `${cache}/cifar10/cifar-10-binary.tar.gz.part`;
    const arrived = () => stat(part).then(({ size }) => size === 1500);
    answer = async (response) => {
      response.writeHead(200, { "content-length": good.gzip.length });
      response.write(good.gzip.subarray(0, 1500));
      await vi.waitUntil(() => arrived().catch(() => false), { timeout: 60_000, interval: 1 });
      interrupt.abort();
    };
    const { stdout, error } = await run(["fetch", "cifar10", "--url", url], { signal: interrupt.signal });
    expect(stdout).toBe("");
    expect(error).toBeInstanceOf(Interrupted);
    expect(error.exitCode).toBe(130);
    expect(error.message).toBe("Interrupted. What has arrived is kept: the same command goes on from there.");
    expect(await readFile(part)).toEqual(good.gzip.subarray(0, 1500));
  });

  it("fails with what the server says", async () => {
    answer = (response) => response.writeHead(404).end();
    const { stdout, error } = await run(["fetch", "cifar10", "--url", url]);
    expect(stdout).toBe("");
    expect(error).toEqual(
      new DatasetError(
        `${url} answers HTTP 404 Not Found. Open the address in a browser, or try another one (--url).`,
      ),
    );
    expect(error.exitCode).toBe(4);
  });

  it("refuses data sets that it does not know", async () => {
    const { stderr, error } = await run(["fetch", "cifar100"]);
    expect(error).toBeInstanceOf(CommanderError);
    expect(stderr).toBe(
      "error: command-argument value 'cifar100' is invalid for argument 'name'. " +
        "Allowed choices are cifar10.\n(--help shows the options)\n",
    );
  });
});

describe("data verify", () => {
  it("says of each file that it is the published one", async () => {
    await writeCifar(cache, RECORDS);
    const { stdout, error } = await run(["verify"]);
    expect(error).toBeUndefined();
    expect(stdout).toBe(
      FILES.map((name) => `ok   ${name.padEnd(16)}  sha256 matches\n`).join("") +
        `cifar10 in ${cache}: all files are the published ones.\n`,
    );
  });

  it("fails when a file differs, after it has told of all", async () => {
    const folder = join(root, "own");
    await writeCifar(folder, RECORDS);
    await truncate(join(folder, "data_batch_2.bin"), 100);
    const expected = new DatasetError(
      `${folder} differs from the published cifar10 in data_batch_2.bin. ` +
        "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.",
    );
    const plain = await run(["verify", "cifar10", "--data", folder]);
    expect(plain.stdout.split("\n")[1]).toBe("bad  data_batch_2.bin  has 100 bytes, expected 12292");
    expect(plain.stdout.match(/^ok /gm)).toHaveLength(5);
    expect(plain.error).toEqual(expected);
    const json = await run(["verify", "--data", folder, "--json"]);
    expect(events(json.stdout)[1]).toEqual({
      event: "file",
      name: "data_batch_2.bin",
      ok: false,
      finding: "has 100 bytes, expected 12292",
    });
    expect(json.error).toEqual(expected);
  });

  it("ends with an event with --json", async () => {
    await writeCifar(cache, RECORDS);
    expect(events((await run(["verify", "--json"])).stdout).at(-1)).toEqual({
      event: "result",
      command: "data verify",
      name: "cifar10",
      folder: cache,
    });
  });

  it("fails when there is nothing to verify", async () => {
    const env = { NNWASM_DATA: join(root, "sets"), NNWASM_HOME: cache };
    expect((await run(["verify"], { env })).error).toEqual(
      new DatasetError(
        `No CIFAR-10 in ${root}/sets or ${cache}. Give its folder with --data, or run: ` +
          "nnwasm data fetch cifar10",
      ),
    );
    expect((await run(["verify", "--data", root], { env })).error).toEqual(
      new DatasetError(
        `No CIFAR-10 in ${root}. Give its folder with --data, or run: nnwasm data fetch cifar10`,
      ),
    );
  });

  it("stops at Ctrl-C", async () => {
    await writeCifar(cache, RECORDS);
    const { error } = await run(["verify"], { signal: AbortSignal.abort() });
    expect(error).toEqual(new Interrupted("Interrupted. Nothing was changed."));
  });
});

describe("data --help", () => {
  it.each([
    [
      [],
      "Examples:\n  nnwasm data describe houses.csv\n  nnwasm data list\n  nnwasm data fetch cifar10\n  nnwasm data verify\n\n" +
        "Usage: nnwasm data ",
    ],
    [["list"], "Examples:\n  nnwasm data list\n\nUsage: nnwasm data list "],
    [["fetch"], "Examples:\n  nnwasm data fetch cifar10\n"],
    [["verify"], "Examples:\n  nnwasm data verify\n"],
  ])("of %j begins with examples, on stdout", async (args, beginning) => {
    const { stdout, stderr, error } = await run([...args, "--help"]);
    expect(stdout.slice(0, beginning.length)).toBe(beginning);
    expect(stderr).toBe("");
    expect(error).toMatchObject({ code: "commander.helpDisplayed", exitCode: 0 });
  });

  it("is what `data` alone prints, as an error", async () => {
    const { stdout, stderr, error } = await run([]);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: nnwasm data");
    expect(error).toBeInstanceOf(CommanderError);
  });
});
