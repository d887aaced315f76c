/** The command line on real data: how soon a training takes its first step, what memory it needs, the whole report. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SimdWidth } from "../../src/backend/index.ts";
import { digits } from "../table.ts";
import { spread } from "./rounds.ts";

/** The numbers that `nnwasm train` tells, for every round. */
export interface TrainingCommand {
  /** Seconds from the start of the process to the end of the first step. */
  readonly firstStepSeconds: readonly number[];
  /** Bytes of the process at its largest. */
  readonly peakMemory: readonly number[];
}

/** Seconds that the trainings of the paper take, evaluations included. */
export interface ReportCommand {
  /** Each kind of training metrics: "running" is the command's default. */
  readonly trainingMetrics: "running" | "full";
  readonly simd: SimdWidth;
  readonly seconds: number;
}

interface Event {
  readonly event: string;
  readonly [field: string]: unknown;
}

/**
 * Runs the command with CIFAR-10 from the folder `data`, its results going to a folder that is removed afterwards.
 * @throws Error with its last complaint, if it fails
 */
async function nnwasm(data: string, args: readonly string[]): Promise<Event[]> {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-command-"));
  // The bundle of the benchmark is in build/bench-…/.
  const script = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "nnwasm.js");
  try {
    const child = spawn(
      process.execPath,
      [script, ...args, "--json", "--data", "cifar10", "--out", join(folder, "out")],
      { env: { ...process.env, NNWASM_DATA: data }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const killed = () => child.kill("SIGKILL");
    process.once("exit", killed);
    let stdout = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaints = (complaints + text).slice(-8192);
    });
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    process.off("exit", killed);
    if (code !== 0)
      throw new Error(complaints.trim().split("\n").at(-1) || `it ended with exit code ${code}`);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Trains the default network for an epoch, again and again. */
export async function measureTrainingCommand(
  data: string,
  simd: SimdWidth,
  rounds: number,
): Promise<TrainingCommand> {
  const results: Event[] = [];
  for (let round = 0; round < rounds; round++) {
    const events = await nnwasm(data, ["train", "--epochs", "1", "--quiet", "--simd", simd]);
    results.push(events.at(-1)!);
  }
  const values = (field: string) => results.map((result) => result[field] as number);
  return { firstStepSeconds: values("firstStepSeconds"), peakMemory: values("peakMemory") };
}

/** Trains the paper's 37 networks, in as many workers as there are cores; `quick`, one of them, for an epoch. */
export async function measureReportCommand(
  data: string,
  trainingMetrics: ReportCommand["trainingMetrics"],
  simd: SimdWidth,
  quick: boolean,
): Promise<ReportCommand> {
  const short = quick ? ["fig1", "--epochs", "1"] : [];
  const begin = performance.now();
  const args = ["--seeds", "1", "--training-metrics", trainingMetrics, "--simd", simd];
  await nnwasm(data, ["reproduce", ...short, ...args]);
  return { trainingMetrics, simd, seconds: (performance.now() - begin) / 1000 };
}

export function describeTrainingCommand({ firstStepSeconds, peakMemory }: TrainingCommand): string {
  const [first, memory] = [spread(firstStepSeconds), spread(peakMemory.map((bytes) => bytes / 1e6))];
  return (
    `nnwasm train on CIFAR-10: the first step ${digits(first.median)} s after the start ` +
    `(${digits(first.min)} – ${digits(first.max)}), ${digits(memory.median)} MB of memory at its largest ` +
    `(${digits(memory.min)} – ${digits(memory.max)})`
  );
}

export function describeReportCommand({ trainingMetrics, simd, seconds }: ReportCommand): string {
  const [minutes, rest] = [Math.floor(Math.round(seconds) / 60), Math.round(seconds) % 60];
  const time = minutes > 0 ? `${minutes} min ${rest} s` : `${digits(seconds)} s`;
  return `nnwasm reproduce --training-metrics ${trainingMetrics}, ${simd} vectors: ${time}`;
}

/** What of the time with narrow vectors wide ones take, of reports with the same metrics. */
export function describeWidths(commands: readonly ReportCommand[]): string | undefined {
  const wide = commands.find(({ simd }) => simd === "wide");
  const narrow = commands.find(
    ({ simd, trainingMetrics }) => simd === "narrow" && trainingMetrics === wide?.trainingMetrics,
  );
  if (wide === undefined || narrow === undefined) return undefined;
  return `wide vectors take ${digits(wide.seconds / narrow.seconds)} of the time that narrow ones take`;
}
