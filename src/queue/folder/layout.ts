/**
 * What lies where in the folder of a queue, DIR/NAME.queue/:
 *
 *   jobs/ID.json      a job that has no answer yet
 *   leases/ID.N       the lease of the worker that has the job, after N others that lost it
 *   answers/ID.json   the answer of a job, as the worker gave it
 *   progress/ID.json  what its worker told last
 *   workers/TOKEN     a worker that lives
 */
import { join } from "node:path";

export const FOLDERS = ["jobs", "leases", "answers", "progress", "workers"] as const;
export type FolderName = (typeof FOLDERS)[number];

const ID = /^[0-9a-z-]{1,100}$/;
const LEASE = /^([0-9a-z-]{1,100})\.(0|[1-9][0-9]{0,5})$/;

export const isId = (id: unknown): id is string => typeof id === "string" && ID.test(id);

/** The id that a file "ID.json" is of; undefined for any other file. */
export function idOf(name: string): string | undefined {
  const id = name.endsWith(".json") ? name.slice(0, -".json".length) : undefined;
  return isId(id) ? id : undefined;
}

/** The job of a lease, and how often it was lost before; undefined for any other file. */
export function leaseOf(name: string): { readonly id: string; readonly losses: number } | undefined {
  const [, id, losses] = LEASE.exec(name) ?? [];
  return id === undefined ? undefined : { id, losses: Number(losses) };
}

export class Layout {
  /** The folder that the user named. */
  readonly parent: string;
  readonly root: string;

  constructor(parent: string, name: string) {
    this.parent = parent;
    this.root = join(parent, `${name}.queue`);
  }

  folder = (name: FolderName): string => join(this.root, name);
  job = (id: string): string => join(this.root, "jobs", `${id}.json`);
  answer = (id: string): string => join(this.root, "answers", `${id}.json`);
  progress = (id: string): string => join(this.root, "progress", `${id}.json`);
  lease = (id: string, losses: number): string => join(this.root, "leases", `${id}.${losses}`);
  worker = (token: string): string => join(this.root, "workers", token);
}
