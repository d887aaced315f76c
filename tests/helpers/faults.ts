/** Environments in which the program's calls of the file system fail: see fault.mjs. */
import type { Environment } from "./cli.ts";

const NODE_OPTIONS = `--import ${new URL("./fault.mjs", import.meta.url).href}`;

/** Every such call fails, but for the first few: `rename`, of or to a path with "/plots/" in it, with ENOSPC. */
export const failing = (call: string, path: string, code: string, passed = 0): Environment => ({
  NODE_OPTIONS,
  NNWASM_TEST_FAULT: `${call} ${path} ${code} ${passed}`,
});

/** The process is killed before its call of this number. */
export const killedAt = (call: number): Environment => ({ NODE_OPTIONS, NNWASM_TEST_KILL: String(call) });

/** What such a process writes to stderr when a call fails. */
export const FAULT = "[fault]\n";

/** The call of this number that needs room on the disk fails, a write after half of its bytes; if `on`, so do all after it. */
export const fullAt = (call: number, code: string, on = false): Environment => ({
  NODE_OPTIONS,
  NNWASM_TEST_WRITE: `${call}${on ? "+" : ""} ${code}`,
});
