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
  const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
  return {
    files,
    config,
    rows: events(text("metrics.jsonl")).map(withoutTimes),
    summary: withoutTimes(JSON.parse(text("summary.json")) as Event),
    model: readFileSync(`${folder}/model.safetensors`).toString("base64"),
    plots: files.filter((file) => file.endsWith(".svg")).map(text),
  };
}

/** How often what has happened. */
export interface Tally {
  kills: number;
  /** Kills before the training's first event. */
  early: number;
  /** Other signals, after which a process saves what there is. */
  stops: number;
  /** Goings on without a checkpoint, from the end of an epoch, and from within one. */
  anew: number;
  between: number;
  within: number;
}

export const newTally = (): Tally => ({ kills: 0, early: 0, stops: 0, anew: 0, between: 0, within: 0 });

export interface KilledTraining {
  /** The folder in which the processes run. */
  readonly cwd: string;
  /** `train` with its settings. */
  readonly args: readonly string[];
  readonly out: string;
  readonly random: Random;
  /** Attempts that are ended if they do not end before; one more is let through. */
  readonly attempts: number;
  readonly tally: Tally;
}

const GENTLE = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How long a signal waits at most, in milliseconds, after the process's start, the training's, and an epoch's end. */
const [OF_START, OF_READING, OF_EPOCH] = [600, 1500, 200];

/** Trains in `out` to the end, and counts what happens. */
export async function trainKilled(training: KilledTraining): Promise<void> {
  const { cwd, args, out, random, attempts, tally } = training;
  let hasSettings = false;
  let epochs = 0;
  for (let attempt = 0; ; attempt++) {
    const threads = ["--threads", String(1 + random.below(3))];
    // The same command does for a folder that is not there, has no settings yet, no checkpoint yet, or some.
    const begin = [...args, "--checkpoint-every", attempt % 3 === 0 ? "0" : "0.01"];
    const command = hasSettings ? ["train", "--resume", out] : [...begin, "--resume", out];
    const running = startCli([...command, ...threads, "--json"], cwd);
    if (attempt < attempts) await endAtRandom(running, random, epochs);
    const { code, signal, stdout, stderr } = await running.result;
    const all = events(stdout.slice(0, stdout.lastIndexOf("\n") + 1));
    const began = all.some(({ event }) => event === "start");
    const resumed = all.find(({ event }) => event === "resume");
    if (resumed !== undefined) count(tally, resumed, attempt);
    epochs = Math.max(epochs, ...all.map(({ event, epoch }) => (event === "epoch" ? epoch : 0)));
    if (code === 0) {
      if (hasSettings) expect(all.some(({ event }) => event === "resume" || event === "result")).toBe(true);
      return;
    }
    if (signal === "SIGKILL") {
      tally.kills++;
      if (!began) tally.early++;
    } else if (code === 130 || GENTLE.some((gentle) => gentle === signal)) tally.stops++;
    else throw new Error(`attempt ${attempt} of ${out}: ${code} ${signal} ${stderr}`);
    hasSettings ||= began;
  }
}

/** Sends a signal, mostly the one that cannot be heard, at any point of a process's life, mostly while it trains. */
async function endAtRandom(
  { child, waitFor }: ReturnType<typeof startCli>,
  random: Random,
  epochs: number,
): Promise<void> {
  const wait = (longest: number) => new Promise((resolve) => setTimeout(resolve, random.uniform() * longest));
  const seen = (text: string) => waitFor("stdout", text).catch(() => {});
  const where = random.below(8);
  if (where === 0) await wait(OF_START);
  else if (where === 1) {
    await seen('"event":"start"');
    await wait(OF_READING);
  } else {
    await seen(`"event":"epoch","epoch":${epochs + 1 + random.below(2)},`);
    await wait(OF_EPOCH);
  }
  if (random.below(4) === 0) {
    child.kill(GENTLE[random.below(GENTLE.length)]!);
    // It is killed while it saves, or is through by then.
    await wait(OF_READING);
  }
  child.kill("SIGKILL");
}

function count(tally: Tally, { epoch, step }: Event, attempt: number): void {
  if (step > 0) tally.within++;
  else if (epoch > 1) tally.between++;
  else if (attempt > 0) tally.anew++;
}
