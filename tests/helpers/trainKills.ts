/** Trainings that are killed at random moments, with another number of threads each time, until they come to their end. */
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Random } from "../../src/random.ts";
import { type Event, events, startCli } from "./cli.ts";

/** What differs between sessions: times, and what follows from the machine. */
const TIMES = [
  "seconds",
  "trainSeconds",
  "stepsPerSecond",
  "firstStepSeconds",
  "peakMemory",
  "checkpointSeconds",
  "threads",
  "out",
];

const withoutTimes = (event: Event): Event =>
  Object.fromEntries(Object.entries(event).filter(([key]) => !TIMES.includes(key)));

/** Everything that a run leaves, but for times. */
export function remains(folder: string): Record<string, unknown> {
  const text = (file: string) => readFileSync(`${folder}/${file}`, "utf8");
  const { checkpointEvery: _, threads: __, ...config } = JSON.parse(text("config.json")) as Event;
  return {
    files: readdirSync(folder).sort(),
    config,
    rows: events(text("metrics.jsonl")).map(withoutTimes),
    summary: withoutTimes(JSON.parse(text("summary.json")) as Event),
    model: readFileSync(`${folder}/model.safetensors`).toString("base64"),
    plots: readdirSync(`${folder}/plots`).map((file) => text(`plots/${file}`)),
  };
}

export interface KilledTraining {
  /** The folder in which the processes run. */
  readonly cwd: string;
  /** `train` with its settings. */
  readonly args: readonly string[];
  readonly out: string;
  readonly random: Random;
  /** Attempts that are killed if they do not end before; one more is let through. */
  readonly kills: number;
  /** A kill comes within so many milliseconds of the first sign of life. */
  readonly longest: number;
}

/** Trains in `out`, and gives how many attempts were killed. */
export async function trainKilled({
  cwd,
  args,
  out,
  random,
  kills,
  longest,
}: KilledTraining): Promise<number> {
  let killed = 0;
  let resumed = false;
  for (let attempt = 0; ; attempt++) {
    const threads = ["--threads", String(1 + random.below(3))];
    // The same command does for a folder that is not there, has no settings yet, no checkpoint yet, or some.
    const begin = [...args, "--checkpoint-every", attempt % 3 === 0 ? "0" : "0.01"];
    const command = resumed ? ["train", "--resume", out] : [...begin, "--resume", out];
    const { child, result, waitFor } = startCli([...command, ...threads, "--json"], cwd);
    if (attempt < kills) {
      // Most kills come while it trains; some before, in the middle of the start.
      if (random.below(6) > 0) await waitFor("stdout", '"event":"start"').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, random.uniform() * longest));
      child.kill("SIGKILL");
    }
    const { code, signal, stdout, stderr } = await result;
    if (code === 0) {
      const all = events(stdout);
      if (attempt > 0) expect(all.some(({ event }) => event === "resume" || event === "result")).toBe(true);
      return killed;
    }
    if (signal !== "SIGKILL") throw new Error(`attempt ${attempt}: ${stderr}`);
    killed++;
    resumed = stdout.includes('"event":"start"');
  }
}
