/** Runs the command line as a process of its own, in a folder of its own, with small data. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeSafetensors, type NamedTensor } from "../../src/model/safetensors.ts";
import { Random } from "../../src/random.ts";
import { FILES, RECORD_BYTES } from "./cifarFixture.ts";

/** The file that npm links as `nnwasm`. */
export const PROGRAM = fileURLToPath(new URL("../../bin/nnwasm.js", import.meta.url));

export interface CliResult {
  /** Null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** A process with its output collected. */
export interface Running {
  readonly child: ChildProcess;
  /** The output so far. */
  readonly output: { stdout: string; stderr: string };
  readonly result: Promise<CliResult>;
  /** Resolves when the stream has written `text`. Rejects if the process ends before. */
  waitFor(stream: "stdout" | "stderr", text: string): Promise<void>;
}

/** A new empty folder. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), "nnwasm-cli-"));

/**
 * Starts a program. It gets only PATH from the test's own environment: NNWASM_DATA, NO_COLOR and the like must not
 * decide a test.
 */
export function start(file: string, args: readonly string[], cwd: string, env: Environment = {}): Running {
  const options: SpawnOptions = {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  };
  const child = spawn(file, args, options);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  const waitFor = (name: "stdout" | "stderr", text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (output[name].includes(text)) resolve();
      };
      look();
      child[name]!.on("data", look);
      result.then(({ code }) => reject(new Error(`It ended (${code}) without: ${text}\n${output.stderr}`)));
    });
  return { child, output, result, waitFor };
}

/** Starts `nnwasm …` in the folder. */
export const startCli = (args: readonly string[], cwd: string, env?: Environment): Running =>
  start(process.execPath, [PROGRAM, ...args], cwd, env);

/** Runs `nnwasm …` in the folder to its end. */
export const runCli = (args: readonly string[], cwd: string, env?: Environment): Promise<CliResult> =>
  startCli(args, cwd, env).result;

/** An event of `--json`. */
// biome-ignore lint/suspicious/noExplicitAny: the tests are about the contents of events
export type Event = Record<string, any>;

/** The lines of stdout, each of which must be a JSON object. */
export function events(stdout: string): Event[] {
  if (stdout === "") return [];
  if (!stdout.endsWith("\n")) throw new Error(`The last line is cut: ${stdout.slice(-100)}`);
  return stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

/** Runs a command with --json that must succeed, and gives its events. */
export async function runJson(args: readonly string[], cwd: string, env?: Environment): Promise<Event[]> {
  const { code, stdout, stderr } = await runCli([...args, "--json"], cwd, env);
  if (code !== 0) throw new Error(`nnwasm ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return events(stdout);
}

export const readJson = (path: string): Event => JSON.parse(readFileSync(path, "utf8")) as Event;

/** The tensors of a .safetensors file. */
export const readTensors = (path: string): Map<string, NamedTensor> =>
  decodeSafetensors(readFileSync(path), path).tensors;

/**
 * Makes a data set in CIFAR-10's format and size, in `cifar` in the folder, and gives its path. Its 60,000 images
 * are 100 different ones, ten a class, which a small network learns in a few steps.
 */
export function makeCifar(folder: string): string {
  const distinct = 100;
  const random = new Random(1, "cifar");
  const centres = Uint8Array.from({ length: 10 * 3072 }, () => random.below(256));
  const some = new Uint8Array(distinct * RECORD_BYTES);
  for (let record = 0; record < distinct; record++) {
    const label = record % 10;
    some[record * RECORD_BYTES] = label;
    for (let pixel = 0; pixel < 3072; pixel++) {
      const noisy = centres[label * 3072 + pixel]! * 0.75 + random.below(64);
      some[record * RECORD_BYTES + 1 + pixel] = noisy;
    }
  }
  const path = join(folder, "cifar");
  mkdirSync(path);
  const [first, ...others] = FILES.map((name) => join(path, name)) as [string, ...string[]];
  writeFileSync(first, Buffer.alloc(10_000 * RECORD_BYTES, some));
  for (const other of others) linkSync(first, other);
  return path;
}
