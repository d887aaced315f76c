/** Coordinators and workers as processes of their own, which tests kill, stop and wake. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished } from "vitest";
import { Random } from "../../src/random.ts";
import { type Environment, type Event, events, PROGRAM, type Running, start } from "../helpers/cli.ts";
import { type CliFolder, words } from "../helpers/cliFolder.ts";

/** A queue, and how coordinators and workers use it. */
export interface Place {
  readonly url: string;
  readonly name: string;
  /** Seconds. Default: 2. */
  readonly lease?: number;
}

export interface StartOptions {
  /** Flags besides the usual ones. */
  readonly args?: readonly string[] | undefined;
  readonly env?: Environment | undefined;
}

export interface CoordinatorOptions extends StartOptions {
  /** Whether it prints a text, and not its events. Default: no. */
  readonly asText?: boolean;
}

export interface WorkerOptions extends StartOptions {
  /** The file that is run in place of bin/nnwasm.js. */
  readonly program?: string;
}

/** A process whose events are watched. */
export interface Watched extends Running {
  /** Its events so far. */
  events(): readonly Event[];
  /** The first of its events that is so. Rejects if it ends without one. */
  event(is: (event: Event) => boolean): Promise<Event>;
  signal(name: NodeJS.Signals): void;
  /** Lets it go on after SIGSTOP. */
  wake(): void;
  /** Resolves when it has ended, which must be with this code. */
  ends(code?: number): Promise<void>;
}

/** A search of 24 trials over which everything is compared: TPE with ASHA, so that most trials have several parts. */
export const SEARCH = words(
  "--sampler tpe --startup 6 --pruner asha --reduction 2 --rung 2 --trials 24 " +
    "--space l2=log:1e-5:1e-1 --space eta-max=log:0.001:1 --epochs 8 --layers 8",
);

/** Is an event of this name, of any job or of this one. */
export const is =
  (name: string, job?: string) =>
  (event: Event): boolean =>
    event.event === name && (job === undefined || event.job === job);

/** @param folder in which they run */
export function queueProcesses(folder: CliFolder) {
  function startWatched(program: string, args: readonly string[], env: Environment): Watched {
    const isJson = args.includes("--json");
    const running = start(process.execPath, [program, ...args], folder.at(), env);
    const { child, result } = running;
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await result;
    });
    const seen: Event[] = [];
    let rest = "";
    const waiting = new Set<() => void>();
    child.stdout!.on("data", (text: string) => {
      const end = (rest + text).lastIndexOf("\n") + 1;
      const lines = (rest + text).slice(0, end);
      rest = (rest + text).slice(end);
      if (!isJson) return;
      seen.push(...events(lines));
      for (const look of waiting) look();
    });
    return {
      ...running,
      events: () => seen,
      event: (is) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const found = seen.find(is);
            if (found === undefined) return;
            waiting.delete(look);
            resolve(found);
          };
          waiting.add(look);
          look();
          result.then(({ code, stdout, stderr }) =>
            reject(new Error(`It ended (${code}) without the event:\n${stdout.slice(-2000)}\n${stderr}`)),
          );
        }),
      signal: (name) => {
        child.kill(name);
      },
      wake: () => {
        // Its event may have come before it has stopped itself.
        const again = setInterval(() => child.kill("SIGCONT"), 100);
        result.finally(() => clearInterval(again));
        child.kill("SIGCONT");
      },
      ends: async (code = 0) => {
        const { stderr, ...end } = await result;
        if (end.code !== code) throw new Error(`It ended with ${end.code ?? end.signal}:\n${stderr}`);
      },
    };
  }
  const shared = ({ name, lease = 2 }: Place) => [
    ...["--queue-name", name, "--lease", String(lease), "--retries", "20"],
  ];
  const withQueue = ({ url }: Place, env: Environment = {}) => ({ NNWASM_QUEUE: url, ...env });
  return {
    /** Starts a command, such as a search into a folder, that hands its trainings out. */
    coordinator: (
      place: Place,
      command: readonly string[],
      { args = [], env, asText = false }: CoordinatorOptions = {},
    ): Watched => {
      const json = asText ? [] : ["--json"];
      return startWatched(PROGRAM, [...command, ...shared(place), ...json, ...args], withQueue(place, env));
    },
    worker: (place: Place, { args = [], env, program = PROGRAM }: WorkerOptions = {}): Watched =>
      startWatched(
        program,
        ["worker", "--concurrency", "1", "--json", ...shared(place), ...args],
        withQueue(place, env),
      ),
    /** A copy of a study's folder, as if it were on another machine. */
    copy: (from: string, to: string): string => {
      cpSync(folder.at(from), folder.at(to), { recursive: true });
      return to;
    },
    /** The trials of a study without what depends on the time. Each of its numbers must be there once. */
    trials: (out: string, count = 24): Event[] => {
      const lines = events(readFileSync(folder.at(out, "trials.jsonl"), "utf8"))
        .map(({ seconds, clock, ...line }): Event => line)
        .sort((a, b) => a.trial - b.trial);
      expect(lines.map(({ trial }) => trial)).toEqual(Array.from({ length: count }, (_, number) => number));
      return lines;
    },
  };
}

/** Ends workers that wait for jobs: SIGTERM must end them with 0. */
export async function endWorkers(...workers: readonly Watched[]): Promise<void> {
  for (const worker of workers) worker.signal("SIGTERM");
  for (const worker of workers) await worker.ends();
}

/** Writes a table of two hundred rows that a small network learns in part: three numbers, and one of three kinds. */
export function writeTable(path: string, { seed = 1, rows = 200 } = {}): void {
  const random = new Random(seed, "table");
  const number = () => (random.uniform() + random.uniform() + random.uniform() - 1.5) * 2;
  const lines = Array.from({ length: rows }, () => {
    const [a, b, c] = [number(), number(), number()];
    const sum = a + b * c * 0.5 + number() * 0.3;
    const kind = sum > 0.3 ? "high" : sum > -0.5 ? "middle" : "low";
    return [...[a, b, c].map((value) => value.toFixed(3)), kind].join(",");
  });
  writeFileSync(path, `${["a,b,c,kind", ...lines].join("\n")}\n`);
}
