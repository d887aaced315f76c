/** The kernels' view of the other threads. */
import { type Calls, calls, type Exports, type partitioned } from "../wasm/exports.generated.ts";

export interface TeamCalls {
  /** The kernels. A call of one that threads can share is made in all of them. */
  readonly calls: Calls;
  /** The other threads begin with such a call. This thread does its share in complete(), or before the next call. */
  readonly begin: Pick<Calls, (typeof partitioned)[number]>;
  complete(): void;
}

/** The calls of a thread that has no others beside it. */
export function alone(exports: Exports): TeamCalls {
  const own = calls(exports);
  return { calls: own, begin: own, complete() {} };
}
