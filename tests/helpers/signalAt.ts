/** Sends a process a signal at a certain point of its work, at whatever speed it runs. */
import type { Environment } from "./cli.ts";

export interface Moment {
  readonly stream: "stdout" | "stderr";
  /** The signal comes as soon as the process has written this. */
  readonly text: string;
  readonly signal: NodeJS.Signals;
}

/** Code that runs before the program, and watches in its main thread what is written. */
const watch = (moments: readonly Moment[]) => `
import { isMainThread } from "node:worker_threads";
for (const { stream, text, signal } of isMainThread ? ${JSON.stringify(moments)} : []) {
  const { write } = process[stream];
  let seen = "";
  let sent = false;
  process[stream].write = function (chunk, ...more) {
    const result = write.call(this, chunk, ...more);
    if (!sent && (seen += chunk).includes(text)) {
      sent = true;
      process.kill(process.pid, signal);
    }
    return result;
  };
}`;

/** The environment of such a process. A signal from outside would come only when the test's own process gets its turn. */
export const signalAt = (...moments: readonly Moment[]): Environment => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch(moments))}`,
});
