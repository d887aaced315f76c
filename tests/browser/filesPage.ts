/** What the browser runs: it reads Files, as its user would choose them, in a worker of its own, as pages do. */
import { type Contents, results } from "./files.ts";

if (typeof document === "undefined") {
  addEventListener("message", async ({ data }) => postMessage(await results(data)));
} else {
  const worker = new Worker(document.querySelector("script")!.src, { type: "module" });
  const found = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: message });
    worker.postMessage((globalThis as unknown as { contents: Contents }).contents);
  });
  await fetch("results", { method: "POST", body: JSON.stringify(found) });
}
