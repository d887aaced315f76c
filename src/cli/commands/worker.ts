/** `nnwasm worker`: takes the trainings of searches and reproductions off a queue, until it is told to end. */
import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import type { SimdChoice } from "../../backend/index.ts";
import type { UntestedDataset } from "../../data/dataset.ts";
import { datasets } from "../../data/index.ts";
import { ConfigError } from "../../errors.ts";
import { printable } from "../../format/printable.ts";
import { counted } from "../../format/words.ts";
import type { QueueStudy } from "../../queue/messages.ts";
import { GiveBack } from "../../queue/queue.ts";
import type { ServeEvent } from "../../queue/serve.ts";
import { DEFAULTS } from "../../settings/settings.ts";
import { integer, newCommand, number, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { withData } from "../openData.ts";
import { openDataset, warn } from "../openDataset.ts";
import { WorkerProgress } from "../progress/workerProgress.ts";
import { openHealthServer } from "../queue/healthServer.ts";
import { type AskedQueue, addQueueOptions, askedQueue, type QueueFlags } from "../queue/options.ts";
import { WorkerState } from "../queue/workerState.ts";
import { openSearchData } from "../searchOptions.ts";
import { chooseSimd } from "../simd.ts";
import { addWords } from "../suggestions.ts";
import { settingOption } from "../trainingOptions.ts";
import { VERSION } from "../version.ts";
import { workerCount } from "../workers.ts";

addWords({
  "--concurrency": "c workers n-workers jobs n-jobs cpus cores threads parallel processes",
  "--grace": "grace-period shutdown-timeout termination-grace-period",
  "--idle-timeout": "idle timeout max-idle exit-after",
  "--health-port": "health port metrics-port http-port",
  "--checkpoints": "checkpoint checkpoint-dir shared-dir",
});

interface WorkerFlags extends QueueFlags {
  readonly data?: string;
  readonly test?: string;
  readonly concurrency?: number;
  readonly grace?: number;
  readonly idleTimeout?: number;
  readonly healthPort?: number;
  readonly healthHost?: string;
  readonly checkpoints?: string;
  readonly simd?: SimdChoice;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Kubernetes waits for 30 seconds from SIGTERM to SIGKILL, Docker for 10, systemd for 90. */
const GRACE = 25;
/** All of the machine, in a container, too. */
const HEALTH_HOST = "0.0.0.0";

export function workerCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "worker",
    "train what searches and reproductions elsewhere put on a queue",
    [
      "nnwasm worker --queue redis://host:6379               # until Ctrl-C, a training on each core",
      "nnwasm worker --queue redis://host:6379 --data houses.csv",
      "nnwasm worker --queue folder:/shared/queue --idle-timeout 600 --checkpoints /shared/checkpoints",
      "NNWASM_QUEUE=rediss://user:password@host nnwasm worker --health-port 8018",
    ],
    [
      "Begin the search with the same --queue, on any machine: nnwasm search --queue URL. Workers may come and go; as many as " +
        "there are share its trials. What a training gives does not depend on who does it.",
      "The data have to be here, too, and the same: a worker with others ends with exit code 5, and so does one of another " +
        "version of nnwasm.",
      "SIGTERM or Ctrl-C: no more trainings are taken, those under way have --grace seconds, then they are given back, and another " +
        "worker takes them. Twice: they are given back at once. A worker that is killed loses its trainings after --lease seconds.",
      "docs/distributed.md is a walk through all of it.",
    ],
  );
  addQueueOptions(command, "where trainings are taken from");
  return command
    .addOption(
      settingOption("data", {
        usual: "the data set of the search, if it has a name; of a file, its path has to be given",
      }),
    )
    .addOption(settingOption("test", { usual: "where the search says" }))
    .option(
      "--concurrency <n|auto>",
      "trainings at once, all on one copy of the data (default: auto, the cores)",
      workerCount,
    )
    .option(
      "--grace <seconds>",
      `what SIGTERM and Ctrl-C leave the trainings under way, before they are given back (default: ${GRACE})`,
      number(0),
    )
    .option(
      "--idle-timeout <seconds>",
      "end when there was nothing to do for so long (default: never)",
      number(0),
    )
    .option(
      "--health-port <port>",
      "GET /healthz and /readyz for orchestrators: 200, or 503 while the queue does not answer, or no trainings are taken; 0 " +
        "for any that is free (default: none)",
      integer(0, 65535),
    )
    .option("--health-host <address>", `the address of --health-port (default: ${HEALTH_HOST})`)
    .option(
      "--checkpoints <dir>",
      "a folder that all workers reach, in which a training that is handed on finds how far it was (default: none; it begins anew)",
      folderName,
    )
    .addOption(settingOption("simd"))
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print what is wrong only")
    .argument("[data]", "the same as --data")
    .action(async (file: string | undefined, flags: WorkerFlags) => {
      await run(context, withData(flags, file));
    });
}

/** @throws InvalidArgumentError for an empty name, which an unset variable of a shell gives */
function folderName(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected the path of a folder.");
}

async function run(context: CliContext, flags: WorkerFlags): Promise<void> {
  const queue = askedQueue(context, flags);
  if (queue === undefined) {
    throw new ConfigError(
      "Say where trainings are taken from: nnwasm worker --queue URL, or NNWASM_QUEUE=URL.",
    );
  }
  if (flags.healthHost !== undefined && flags.healthPort === undefined) {
    throw new ConfigError("--health-host says nothing without --health-port. Give it, or leave both out.");
  }
  const state = new WorkerState();
  const progress = new WorkerProgress(context, flags.quiet ?? false, state);
  const ending = new Ending(context, flags, state, progress);
  try {
    await serve(context, flags, queue, { state, progress, ending });
  } finally {
    ending.close();
    progress.close();
  }
  const { signal, ending: asked } = context;
  const done = `${counted(state.done, "training")} done`;
  if (flags.json) writeEvent(context, { event: "result", command: "worker", done: state.done });
  if (signal.aborted && !asked?.bySystem) throw new Interrupted(`The worker has ended: ${done}.`);
  progress.say(`The worker has ended: ${done}.`);
}

interface Parts {
  readonly state: WorkerState;
  readonly progress: WorkerProgress;
  readonly ending: Ending;
}

async function serve(
  context: CliContext,
  flags: WorkerFlags,
  queue: AskedQueue,
  parts: Parts,
): Promise<void> {
  const { state, progress, ending } = parts;
  const { concurrency = availableParallelism(), json = false, healthPort, healthHost = HEALTH_HOST } = flags;
  const { checkpoints, simd = DEFAULTS.simd, data, test } = flags;
  const health = healthPort === undefined ? undefined : await openHealthServer(state, healthHost, healthPort);
  try {
    if (json) {
      const facts = { version: VERSION, queue: queue.shown, concurrency, health: health?.url };
      writeEvent(context, { event: "start", command: "worker", ...facts });
    }
    const { engine } = DEFAULTS;
    // A worker has time.
    await chooseSimd(context, { simd, engine }, Number.POSITIVE_INFINITY, (text) => progress.say(text));
    const onTrouble = (text: string, isOver = false) => {
      state.isInTrouble = !isOver;
      if (flags.quiet) warn(context, text);
      else progress.say(text);
      if (json) writeEvent(context, { event: "trouble", text, over: isOver });
    };
    const consumer = await untilStopped(ending.stop, (signal) =>
      queue.engine.openConsumer(queue.url, { ...queue.options, onTrouble, signal }),
    );
    if (consumer === undefined) return;
    try {
      const { serveQueue } = await import("../../queue/serve.ts");
      const at = health === undefined ? "" : `; ${health.url}/healthz`;
      progress.say(`Takes trainings from ${queue.shown}${queue.forWorkers}, ${concurrency} at a time${at}`);
      await serveQueue(consumer, {
        ...{ concurrency, stop: ending.stop, abort: ending.abort, checkpoints },
        openData: async (study) => {
          state.opening();
          try {
            return await openStudyData(context, study, { data, test }, progress);
          } catch (error) {
            // Reading was stopped by the signal that ends the worker.
            throw context.signal.aborted && error === context.signal.reason ? new GiveBack() : error;
          } finally {
            state.opened();
          }
        },
        onEvent: (event) => {
          state.hear(event);
          progress.hear(event);
          ending.hear(event);
          if (json) writeEvent(context, shownEvent(event));
        },
      });
    } finally {
      await consumer.close();
    }
  } finally {
    health?.close();
  }
}

/**
 * Opens something, unless it is to stop before. The signal that opening gets says nothing afterwards: what is under way then is done to
 * its end.
 */
async function untilStopped<T>(
  stop: AbortSignal,
  open: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const opening = new AbortController();
  const onStop = () => opening.abort(stop.reason);
  if (stop.aborted) onStop();
  stop.addEventListener("abort", onStop);
  try {
    return await open(opening.signal);
  } catch (error) {
    if (stop.aborted && error === stop.reason) return undefined;
    throw error;
  } finally {
    stop.removeEventListener("abort", onStop);
  }
}

/** The event for `--json`. The settings of a study are long, and are in its folder. */
function shownEvent(event: ServeEvent): object {
  const { type, ...facts } = event;
  if (event.type !== "study") return { event: type, ...facts };
  const { kind, id, data } = event.study;
  return { event: type, kind, id, data };
}

/** The data of a study, as they are here. */
async function openStudyData(
  context: CliContext,
  study: QueueStudy,
  { data, test }: { readonly data: string | undefined; readonly test: string | undefined },
  progress: WorkerProgress,
): Promise<UntestedDataset> {
  const { kind, settings, objective } = study;
  const { name } = study.data;
  if (data === undefined && !Object.hasOwn(datasets, name)) {
    throw new ConfigError(
      `The ${kind === "search" ? "search" : "reproduction"} ${study.id} is on ${printable(name)}, which is no data set with a name of ` +
        "its own. Say where it lies here: nnwasm worker --data PATH.",
    );
  }
  const here = data ?? name;
  if (kind === "reproduce") {
    const { dataset, notice } = await openDataset(context, here, settings.seed);
    if (notice !== undefined) progress.say(notice);
    return dataset;
  }
  const own = { ...settings, data: here, ...(test !== undefined && { test }) };
  const { dataset, notice, warnings } = await openSearchData(context, own, { objective });
  for (const text of [notice ?? [], warnings].flat()) progress.say(text);
  return dataset;
}

/** When a worker ends: asked by a signal, or as it has had nothing to do for long. */
class Ending {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly #state: WorkerState;
  readonly #idleTimeout: number | undefined;
  readonly #off: () => void;
  #graceTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(context: CliContext, flags: WorkerFlags, state: WorkerState, progress: WorkerProgress) {
    const { signal, ending } = context;
    const { grace = GRACE, idleTimeout } = flags;
    // Every training listens to them. Node warns of more than ten.
    setMaxListeners(0, this.stop, this.abort);
    this.#state = state;
    this.#idleTimeout = idleTimeout;
    const onAsked = () => {
      if (state.underWay.size > 0) {
        progress.say(
          `No more trainings are taken; those under way have ${counted(grace, "second")}, and are then given back. ` +
            "Asked once more, they are given back at once.",
        );
      }
      this.#end();
      this.#graceTimer = setTimeout(() => this.#abort.abort(), 1000 * grace);
    };
    const onAskedAgain = () => this.#abort.abort();
    this.#off = () => {
      signal.removeEventListener("abort", onAsked);
      ending?.again.removeEventListener("abort", onAskedAgain);
    };
    signal.addEventListener("abort", onAsked);
    ending?.again.addEventListener("abort", onAskedAgain);
    if (signal.aborted) onAsked();
  }

  /** No more jobs are taken after it. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Gives jobs under way back. */
  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  readonly hear = ({ type }: ServeEvent): void => {
    if (type !== "begin" && type !== "idle") return;
    clearTimeout(this.#idleTimer);
    if (type === "idle") this.#waitIdle();
  };

  #waitIdle(): void {
    if (this.#idleTimeout === undefined) return;
    // Timers of Node's wait for 24 days at most.
    const milliseconds = Math.min(1000 * this.#idleTimeout, 2 ** 31 - 1);
    this.#idleTimer = setTimeout(() => {
      if (this.#state.isOpening) this.#waitIdle();
      else if (this.#state.underWay.size === 0) this.#end();
    }, milliseconds);
  }

  #end(): void {
    this.#state.isEnding = true;
    this.#stop.abort();
  }

  close(): void {
    this.#off();
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#idleTimer);
  }
}
