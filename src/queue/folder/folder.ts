/**
 * Queues in a folder that all machines reach (NFS, Lustre, a disk of one machine), for clusters that have no server for queues: a file
 * for each job, and a file for the lease of the worker that has it.
 */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../errors.ts";
import { isNumber, requireInteger, shown as shownValue } from "../../options.ts";
import type { QueueEngine, QueueOptions } from "../queue.ts";
import { FolderClient } from "./client.ts";
import { FolderConsumer } from "./consumer.ts";
import { Layout } from "./layout.ts";

/** The folder of "folder:DIR" or "file:///DIR". @throws ConfigError */
export function folderOf(url: string): string {
  if (/^file:/i.test(url)) {
    if (!/^file:\/\//i.test(url)) {
      throw new ConfigError(
        `The queue's URL ${shownValue(url)} names no folder. Give file:///DIR with a whole path, or folder:DIR.`,
      );
    }
    try {
      return fileURLToPath(url);
    } catch (error) {
      throw new ConfigError(
        `The queue's URL ${shownValue(url)} names no folder: ${(error as Error).message}. Give file:///DIR with a whole path, or folder:DIR.`,
        { cause: error },
      );
    }
  }
  const path = url.slice("folder:".length);
  if (path === "" || path.includes("\0")) {
    throw new ConfigError(
      'The queue\'s URL "folder:" names no folder. Give folder:DIR, a folder that all machines reach.',
    );
  }
  // A shell leaves ~ alone where something stands before it.
  return resolve(/^~(?=$|[/\\])/.test(path) ? homedir() + path.slice(1) : path);
}

function shown(url: string): string {
  try {
    return `folder:${folderOf(url)}`;
  } catch {
    return "folder:";
  }
}

/** Checked settings, with their defaults. @throws ConfigError */
function settingsOf(
  url: string,
  { name = "nnwasm", lease = 30, retries = 10, onTrouble, signal }: QueueOptions,
) {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) {
    throw new ConfigError(
      `The queue's name is ${shownValue(name)}, expected letters, digits, - and _, at most 100.`,
    );
  }
  if (!isNumber(lease) || !(lease >= 1 && lease <= 86_400)) {
    throw new ConfigError(`The lease is ${shownValue(lease)} s, expected a number from 1 to 86400.`);
  }
  requireInteger("The number of retries", retries, 0);
  const layout = new Layout(folderOf(url), name);
  return { layout, shown: shown(url), lease, retries, onTrouble, signal };
}

export const folder: QueueEngine = {
  schemes: ["folder:", "file:"],
  usage: "folder:DIR (or file:///DIR; a folder that all machines reach)",
  shown,
  openClient: async (url, options) => FolderClient.open(settingsOf(url, options)),
  openConsumer: async (url, options) => FolderConsumer.open(settingsOf(url, options)),
};

export type FolderSettings = ReturnType<typeof settingsOf>;
