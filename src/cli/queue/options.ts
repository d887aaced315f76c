/** The flags of a queue, which the commands have that hand trainings to workers elsewhere, and the worker itself. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../errors.ts";
import { QUEUE_USAGES, queueEngine } from "../../queue/index.ts";
import type { QueueEngine, QueueOptions } from "../../queue/queue.ts";
import { flagOf } from "../../settings/flags.ts";
import { integer } from "../command.ts";
import type { CliContext } from "../context.ts";
import { addWords } from "../suggestions.ts";

addWords({
  "--queue": "redis broker url queue-url redis-url storage postgres",
  "--queue-name": "study-name topic",
  "--lease": "visibility-timeout lock-duration stalled-interval heartbeat",
  "--retries": "max-retries attempts max-attempts",
});

export interface QueueFlags {
  readonly queue?: string;
  readonly queueName?: string;
  readonly lease?: number;
  readonly retries?: number;
}

/** The flags of a queue that say nothing without one. */
const OF_QUEUE = ["queueName", "lease", "retries"] as const;
/** The flags that may change when a search or a reproduction goes on. */
export const QUEUE_FLAGS: readonly string[] = ["queue", ...OF_QUEUE];

export const DEFAULT_QUEUE_NAME = "nnwasm";
export const DEFAULT_LEASE = 30;
export const DEFAULT_RETRIES = 10;
/** Seconds of a day: nobody waits longer for a sign. */
const LONGEST_LEASE = 86_400;

/** @throws InvalidArgumentError unless every engine takes the name */
function queueName(text: string): string {
  if (/^[\w-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected up to 100 letters, digits, - and _.");
}

/**
 * Adds the flags of a queue.
 * @param what `--queue` is for
 */
export function addQueueOptions(command: Command, what: string): Command {
  return command
    .option(
      "--queue <url>",
      `${what}: ${QUEUE_USAGES.join(", ")} (or in NNWASM_QUEUE, so that no password stands in a list of processes)`,
    )
    .addOption(
      new Option(
        "--queue-name <name>",
        `workers take the trainings of a queue of the same name (default: ${DEFAULT_QUEUE_NAME})`,
      ).argParser(queueName),
    )
    .option(
      "--lease <seconds>",
      `a worker that gives no sign for so long has lost its training to another one (default: ${DEFAULT_LEASE})`,
      integer(1, LONGEST_LEASE),
    )
    .option(
      "--retries <n>",
      `how often a training may be lost by workers that die, until it counts as failed (default: ${DEFAULT_RETRIES})`,
      integer(0, 1_000_000),
    );
}

/** The queue that a command was asked for. */
export interface AskedQueue {
  /** It may hold a password. */
  readonly url: string;
  readonly engine: QueueEngine;
  /** The URL without what is secret. */
  readonly shown: string;
  /** What is to be added to a command that goes on, so that it has the queue again: " --queue …", or nothing. */
  readonly again: string;
  /** What a worker has to be told besides the URL: " --queue-name other", or nothing. */
  readonly forWorkers: string;
  readonly options: Pick<QueueOptions, "name" | "lease" | "retries">;
}

/**
 * The queue that the flags or the environment ask for; undefined if neither does.
 * @throws ConfigError if there is no such queue, or a flag says nothing without one
 */
export function askedQueue(
  { env }: CliContext,
  { queue, queueName: name, lease, retries, workers }: QueueFlags & { readonly workers?: number },
): AskedQueue | undefined {
  const url = queue ?? (env.NNWASM_QUEUE || undefined);
  if (url === undefined) {
    const given = { queueName: name, lease, retries };
    const lonely = OF_QUEUE.find((flag) => given[flag] !== undefined);
    if (lonely === undefined) return undefined;
    throw new ConfigError(
      `${flagOf(lonely)} says nothing without a queue. Give --queue URL (or NNWASM_QUEUE), or leave it out.`,
    );
  }
  if (workers !== undefined) {
    const source = queue === undefined ? "NNWASM_QUEUE" : "--queue";
    throw new ConfigError(
      `--workers with ${source}: nothing is trained here, but by nnwasm worker, which has --concurrency. Leave one of them out.`,
    );
  }
  const engine = queueEngine(url);
  const named = name === undefined || name === DEFAULT_QUEUE_NAME ? "" : ` --queue-name ${name}`;
  return {
    ...{ url, engine, shown: engine.shown(url) },
    again: `${queue === undefined ? "" : " --queue …"}${named}`,
    forWorkers: named,
    options: {
      ...{ name: name ?? DEFAULT_QUEUE_NAME, lease: lease ?? DEFAULT_LEASE },
      retries: retries ?? DEFAULT_RETRIES,
    },
  };
}
