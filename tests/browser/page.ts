/** What the browser runs: as a page's script and, started by that, in a worker. */
import { type Trained, train } from "./training.ts";

type Outcome = Trained | { readonly error: string };

/** What the test is told. */
export interface Results {
  readonly crossOriginIsolated: boolean;
  readonly page: Readonly<Record<string, Outcome>>;
  readonly worker: Readonly<Record<string, Outcome>>;
}

async function trainAll(): Promise<Results["page"]> {
  const outcomes: Record<string, Outcome> = {};
  for (const threads of [1, 2, "auto"] as const) {
    outcomes[threads] = await train(threads).catch((error) => ({ error: String(error) }));
  }
  return outcomes;
}

if (typeof document === "undefined") {
  postMessage(await trainAll());
} else {
  const page = await trainAll();
  const worker = await new Promise((resolve, reject) => {
    const started = new Worker(document.querySelector("script")!.src, { type: "module" });
    started.onmessage = ({ data }) => resolve(data);
    started.onerror = ({ message }) => reject(new Error(message));
  }).catch((error) => ({ error: String(error) }));
  const body = JSON.stringify({ crossOriginIsolated, page, worker });
  await fetch("results", { method: "POST", body });
}
