/** What kernels see of the other threads. */
import type { Exports, partitioned } from "../wasm/exports.generated.ts";

/** The exports; those that threads can share are called in all of them. */
export interface TeamExports extends Exports {
  /** Has the others begin with such a call; this thread's share follows in complete(), or before the next call. */
  begin(name: (typeof partitioned)[number], ...numbers: number[]): void;
  complete(): void;
}

/** Those of a thread that has no others. */
export const alone = (exports: Exports): TeamExports => ({
  ...exports,
  begin: (name, ...numbers) => (exports[name] as (...numbers: number[]) => void)(...numbers),
  complete() {},
});
