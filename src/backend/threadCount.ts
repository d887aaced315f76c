/** Decides how many threads a model gets. */
import { availableCores, threadStarter } from "../threads/thread.ts";
import { canShareMemory } from "./memory.ts";

/** The most threads that can be asked for. */
export const MOST_THREADS = 256;
/** The most threads of "auto". More gain nothing on networks of the paper's size, and cost memory. */
const MOST_AUTOMATIC_THREADS = 8;

/**
 * How many threads a model gets: those that were asked for, or as many as there are cores, up to 8. If memory cannot be
 * shared it is one, with the reason.
 */
export async function resolveThreads(
  asked: number | "auto",
): Promise<{ readonly threads: number; readonly notice?: string }> {
  if (asked === 1) return { threads: 1 };
  if (!canShareMemory()) {
    return {
      threads: 1,
      notice:
        "One thread: this page has no SharedArrayBuffer. Serve it by HTTPS or from localhost, " +
        "with the headers COOP same-origin and COEP require-corp.",
    };
  }
  if ((await threadStarter()) === undefined) {
    return { threads: 1, notice: "One thread: there is nothing here that starts workers." };
  }
  if (asked !== "auto") return { threads: asked };
  return { threads: Math.min(await availableCores(), MOST_AUTOMATIC_THREADS) };
}
