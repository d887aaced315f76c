/** The playground's entry: draws the page, and starts the worker that trains. */
import { render } from "preact";
import "./main.css";

function App() {
  return (
    <main>
      <h1>nnwasm playground</h1>
      <p>Neural networks train in this page. Nothing leaves your machine.</p>
    </main>
  );
}

render(<App />, document.getElementById("app")!);

new Worker(new URL("./engine/worker.ts", import.meta.url), { type: "module" });
