/** The contents of jobs and answers. Any machine that reaches the folder can write there, so nothing is taken for granted. */

import { FileError } from "../../errors.ts";
import type { QueuedJob } from "../queue.ts";
import { codeOf, readWhole } from "./sharedFiles.ts";

/** The most bytes of a job or an answer: 256 MiB. */
export const MOST_BYTES = 2 ** 28;
const VERSION = 1;

export interface JobRecord extends QueuedJob {
  /** How often it may be lost. */
  readonly retries: number;
}

export const jobText = ({ id, payload, retries }: JobRecord): string =>
  `${JSON.stringify({ format: "nnwasm job", version: VERSION, id, retries, payload })}\n`;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a file, in a sentence. */
export interface Damage {
  readonly damage: string;
}

/** @returns undefined if there is no such file @throws FileError for what the system refuses */
async function readRecord(path: string): Promise<string | Damage | undefined> {
  try {
    return await readWhole(path, MOST_BYTES);
  } catch (error) {
    // Too large, or no file.
    if (error instanceof FileError && codeOf(error) === undefined) return { damage: error.message };
    throw error;
  }
}

/** A job. @throws FileError for what the system refuses */
export async function readJobRecord(path: string, id: string): Promise<JobRecord | Damage | undefined> {
  const text = await readRecord(path);
  if (typeof text !== "string") return text;
  const damaged = (what: string) => ({ damage: `${path} is no job of this version of nnwasm: ${what}.` });
  let found: Partial<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text) as typeof found;
  } catch (error) {
    return damaged((error as Error).message);
  }
  if (typeof found !== "object" || found === null || found.format !== "nnwasm job") {
    return damaged('it is no object with the format "nnwasm job"');
  }
  const { version, retries, payload } = found;
  if (version !== VERSION) return damaged(`its version is ${JSON.stringify(version)}, expected ${VERSION}`);
  if (found.id !== id) return damaged("its id is not the one in its name");
  if (!Number.isSafeInteger(retries) || (retries as number) < 0) {
    return damaged("its retries are no integer ≥ 0");
  }
  if (typeof payload !== "string" || !isJson(payload)) return damaged("its payload is no JSON");
  return { id, payload, retries: retries as number };
}

/** An answer. @throws FileError for what the system refuses */
export async function readAnswer(path: string): Promise<string | Damage | undefined> {
  const text = await readRecord(path);
  if (typeof text !== "string" || isJson(text)) return text;
  return { damage: `${path} is no answer of nnwasm: it is no JSON.` };
}
