/** The playground's entry: draws the page, and starts the worker that trains. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { isolation, registerServiceWorker } from "./isolation.ts";
import "./main.css";

const training = signal("The engine is loading …");
const threads = signal(isolation());

function App() {
  const state = threads.value;
  return (
    <main>
      <h1>nnwasm playground</h1>
      <p>Neural networks train in this page. Nothing leaves your machine.</p>
      <p role="status">{training}</p>
      {typeof state === "object" && <p>One thread: the page is not isolated. {state.reason}</p>}
    </main>
  );
}

render(<App />, document.getElementById("app")!);

const worker = new Worker(new URL("./engine/worker.ts", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }: MessageEvent<{ threads: number }>) => {
  training.value = `The engine is ready, in ${data.threads === 1 ? "one thread" : `${data.threads} threads`}.`;
});
void registerServiceWorker().then(() => {
  threads.value = isolation();
});
